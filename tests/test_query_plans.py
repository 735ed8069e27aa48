"""Every statement of a round finds its rows by index: no table that grows is read from end to end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.models import AnnouncedPaper, Announcement, AnnounceType
from bot.store import Store, migrations
from bot.store.database import Connection
from tests.fakes import FakeChannel, FakeClock, FakeFeed, FakeSource
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

GROWING = frozenset(
    "papers versions matches announcements unmatched polls topic_polls feed_reads summaries requests refusals "
    "digests outbox deliveries indexed".split()
)
"""Tables that have more rows the longer the program runs. The others are as long as the YAML or the queue, or
kept for some weeks (payloads, editions)."""

_NEWEST = re.compile(r"SELECT [^()]* ORDER BY id DESC LIMIT 1")
"""Reads one row, or those of a poll that was cut off before it, from the end of its table."""

_REVISED = "WHERE p.latest_version > 1"
"""Reads a partial index of the revised papers alone, for subscribers who want revisions."""

_NAMED = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(?!WHERE|ON|SET|CROSS|JOIN|ORDER|GROUP)(\w+))?"
)


def scanned(db: sqlite3.Connection, statement: str) -> set[str]:
    """The growing tables that SQLite reads from end to end for a statement."""
    names = {alias or table: table for table, alias in _NAMED.findall(statement)}
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    read = {step.split()[1] for step in plan if step.startswith("SCAN ")}
    return {names.get(name, name) for name in read} & GROWING


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[tuple[World, sqlite3.Connection, set[str]]]:
    """A world whose store tells every statement that it runs."""
    said = set[str]()
    connection = Connection(tmp_path / "state.db")
    connection.write_ahead()
    migrations.apply(connection.raw)
    connection.raw.set_trace_callback(said.add)
    clock = FakeClock()
    world = World(
        folder=tmp_path,
        clock=clock,
        source=FakeSource(clock),
        feed=FakeFeed(),
        slack=FakeChannel("slack"),
        email=FakeChannel("email"),
        file=FakeChannel("file"),
        store=Store(connection),
    )
    yield world, connection.raw, said
    world.store.close()


def test_a_scan_is_noticed() -> None:
    """The check itself: by index or not, under whatever name."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, seen TEXT)")
        assert scanned(db, "SELECT p.id FROM papers p WHERE p.seen > 'x'") == {"papers"}
        assert scanned(db, "SELECT count(*) FROM papers") == {"papers"}
        assert not scanned(db, "SELECT p.seen FROM papers p WHERE p.id = 'x'")


async def test_a_round_reads_no_growing_table_from_end_to_end(
    traced: tuple[World, sqlite3.Connection, set[str]],
) -> None:
    """Polls, digests, a revision, a year of forgetting: a round costs the same in the tenth year."""
    world, raw, said = traced
    world.source.papers = [
        paper(f"2611.{n:05}", published=world.clock.now() - timedelta(hours=n + 1)) for n in range(5)
    ]
    world.subscribe(subscriber(revisions=True))
    await world.once()
    await world.step()
    new = replace(world.source.papers[0], version=2)
    world.source.papers[0] = new
    world.feed.announcement = Announcement(
        ("cond-mat.mtrl-sci",),
        date(2026, 11, 17),
        (
            AnnouncedPaper(
                new.arxiv_id, 2, AnnounceType.REPLACE, new.title, new.abstract, "A", new.categories
            ),
        ),
    )
    for _ in range(3):
        world.clock.advance(timedelta(days=40))
        await world.step()
        await world.once()
    assert len(said) > 60
    statements = [one for one in said if re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH)\b", one)]
    asked = [one for one in statements if not _NEWEST.fullmatch(one) and _REVISED not in one]
    scans = {" ".join(one.split())[:300]: tables for one in asked if (tables := scanned(raw, one))}
    assert not scans
