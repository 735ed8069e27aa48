"""Older databases open, and lose nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.history import Alert, NewMessage, Placement
from bot.models import Receipt, SummaryKey, Target
from bot.store import identity, migrations
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

COUNTED = {"totals", "outbox_totals", "counters"}
"""Filled by counting what is there."""
SLACK = Target("slack", "#papers")
EDITION = '{"timezone": "UTC"}'


def filled(path: Path, *, before: str) -> None:
    """A database as the program left it before a step of the schema, with a row in what later steps touch."""
    newest = path.with_name("newest.db")
    store = open_store(newest)
    store.papers.add([paper("2611.00001"), paper("2611.00002")], NOON)
    store.subscriptions.sync([subscriber(targets=(SLACK,))], NOON)
    awaited = SummaryKey("2611.00002", 1, "English", "", 1)
    message = NewMessage(
        SLACK,
        1,
        1,
        b"{}",
        (Placement("2611.00001", 1, "full", 1), Placement("2611.00002", 1, "full", 1, awaited)),
    )
    store.outbox.add_digest("ada", None, NOON, lambda _: (EDITION, [message]), NOON)
    (envelope,) = store.outbox.due(NOON, ignore_backoff=True, subscribers=None)
    store.outbox.mark_sent(store.outbox.mark_sending(envelope, NOON), Receipt("C1", "1.0"), NOON)
    store.outbox.add_notice(SLACK, b"{}", "", NOON)
    store.notices.open_alert(Alert("poll", "arXiv is silent", NOON))
    store.close()
    with closing(sqlite3.connect(path)) as db:
        migrations.apply(db, stop_before=before)
        db.execute("ATTACH ? AS newest", [str(newest)])
        db.execute("PRAGMA foreign_keys = OFF")
        for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if not table.startswith(("_", "word", "indexed", "unindexed", "totals", "outbox_totals")):
                columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
                db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newest.{table}")
        db.commit()


def content(path: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table of ours, by column, and every index."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row

        def rows(sql: str) -> list[dict[str, object]]:
            return sorted((dict(row) for row in db.execute(sql)), key=repr)

        tables = [row["name"] for row in rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {str(name): rows(f"SELECT * FROM {name}") for name in tables if not str(name).startswith("_")}
        return found | {"indexes": rows("SELECT name, sql FROM sqlite_master WHERE type = 'index'")}


@pytest.mark.parametrize("before", identity.STEPS[1:])
def test_an_older_database_keeps_every_row_and_index(tmp_path: Path, before: str) -> None:
    """An update of the program forgets nobody and repeats nothing."""
    path = tmp_path / "state.db"
    filled(path, before=before)
    earlier = content(path)
    open_store(path).close()
    now = content(path)
    for table, rows in earlier.items():
        columns = rows[0].keys() if rows else ()
        kept = [{column: row[column] for column in columns} for row in now[table]]
        assert [row for row in kept if table != "indexes" or row in rows] == rows, table
    index = {name for name in now if name.startswith("words") or name == "word_counts"}
    begun = [str(row["arxiv_id"]).strip() for row in now.pop("unindexed")]
    assert begun == ([] if "unindexed" in earlier else ["2611.00002"]), "the newest comes first"
    assert not any(now[name] for name in now.keys() - earlier.keys() - index - COUNTED)
    assert {row["name"]: row["many"] for row in now["totals"] if row["many"]} == {"papers": 2}
    assert {(row["target"], row["state"], row["many"]) for row in now["outbox_totals"]} == {
        ("#papers", "sent", 1),
        ("#papers", "pending", 1),
    }
    counters = {(row["name"], row["kind"]): row["many"] for row in now["counters"] if row["many"]}
    assert counters == {("sent", "slack"): 1}
    with closing(sqlite3.connect(path)) as db:
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_readers_know_every_step() -> None:
    """What was applied is told without the library that applies it."""
    with closing(Database(memory=True)) as nothing:
        steps = [step.name for step in migrations.migrations.pending(nothing)]
    assert steps == list(identity.STEPS)


def test_a_channel_of_a_later_program_is_stored(tmp_path: Path) -> None:
    """Which channels there are is not the schema's business."""
    path = tmp_path / "state.db"
    filled(path, before="m002_any_channel")
    store = open_store(path)
    matrix = Target("matrix", "!room:example.org")
    store.subscriptions.sync([subscriber(targets=(SLACK, matrix))], NOON)
    store.outbox.add_notice(matrix, b"{}", "", NOON)
    assert [one.target for one in store.outbox.waiting(None)][-1] == matrix
    store.close()
