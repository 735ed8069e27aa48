"""The schema, as an ordered list of steps. A step that was released is never edited."""

from __future__ import annotations

import sqlite3

import sqlite_utils
from sqlite_utils import Migrations

from bot.errors import StoreError
from bot.store import optouts, scores, words
from bot.store.identity import SET
from bot.store.schema import (
    COUNTED,
    COUNTERS,
    COUNTERS_TRIGGERS,
    ENDPOINTS,
    NOTICES,
    OUTBOX,
    PAPERS,
    POLLS,
    REFUSALS,
    SETTLED,
    SETTLED_TRIGGERS,
    SUBSCRIPTIONS,
    SUMMARIES,
    TOTALS,
    TOTALS_TRIGGERS,
    UNKNOWN_IDS,
)

migrations = Migrations(SET)


@migrations()
def m001_first_schema(db: sqlite_utils.Database) -> None:
    for script in (PAPERS, POLLS, SUBSCRIPTIONS, SUMMARIES, OUTBOX, NOTICES):
        _run(db, script)


@migrations()
def m002_any_channel(db: sqlite_utils.Database) -> None:
    """Which channels there are is the program's to know: SQLite could not alter the constraint later."""
    for table in ("targets", "outbox"):
        _rebuild(db, table, " CHECK (kind IN ('slack', 'email', 'file'))", "")


@migrations()
def m003_refusals(db: sqlite_utils.Database) -> None:
    _run(db, REFUSALS)


@migrations()
def m004_causes(db: sqlite_utils.Database) -> None:
    """What several alerts may have in common, of which a person is told once."""
    db.execute("ALTER TABLE alerts ADD COLUMN cause TEXT NOT NULL DEFAULT ''")


@migrations()
def m005_words(db: sqlite_utils.Database) -> None:
    """The full text. What is stored already is indexed later, in pieces: it may take minutes."""
    _run(db, words.SCHEMA)
    db.execute(words.TRIGGER)
    db.execute(words.BEGIN)


@migrations()
def m006_scores(db: sqlite_utils.Database) -> None:
    _run(db, scores.SCHEMA)


@migrations()
def m007_joint_searches(db: sqlite_utils.Database) -> None:
    """How a paper may come to match is the program's to know."""
    _rebuild(db, "matches", " CHECK (source IN ('search', 'feed'))", "")


@migrations()
def m008_optouts(db: sqlite_utils.Database) -> None:
    _run(db, optouts.SCHEMA)


@migrations()
def m012_link_key(db: sqlite_utils.Database) -> None:
    db.execute(optouts.LINK_KEY)


@migrations()
def m013_copies(db: sqlite_utils.Database) -> None:
    """A digest may go to a target once more, and of a failure it is kept whether the recipient was refused."""
    db.execute("ALTER TABLE outbox ADD COLUMN copy INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE outbox ADD COLUMN recipient_refused INTEGER NOT NULL DEFAULT 0")
    _rebuild(db, "outbox", "UNIQUE (digest_id, ", "UNIQUE (digest_id, copy, ")


@migrations()
def m014_unknown_ids(db: sqlite_utils.Database) -> None:
    _run(db, UNKNOWN_IDS)


@migrations()
def m015_settled(db: sqlite_utils.Database) -> None:
    """What is owed is looked for among what came since, not in all that ever matched."""
    _run(db, SETTLED)
    for trigger in SETTLED_TRIGGERS:
        db.execute(trigger)


@migrations()
def m016_totals(db: sqlite_utils.Database) -> None:
    """What `status` and the metrics tell is counted as it comes."""
    _run(db, TOTALS)
    _run(db, COUNTED)
    for trigger in TOTALS_TRIGGERS:
        db.execute(trigger)


@migrations()
def m017_endpoints(db: sqlite_utils.Database) -> None:
    _run(db, ENDPOINTS)


@migrations()
def m018_counters(db: sqlite_utils.Database) -> None:
    """What Prometheus counts never falls: neither by age, nor by `retry` or `forget`."""
    _run(db, COUNTERS)
    for trigger in COUNTERS_TRIGGERS:
        db.execute(trigger)


def _run(db: sqlite_utils.Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


def apply(raw: sqlite3.Connection, *, stop_before: str | None = None) -> None:
    """Bring the database up to this program's schema, each step in a transaction of its own."""
    db = sqlite_utils.Database(raw, execute_plugins=False)
    # A table that others refer to can be made anew only so, and only outside a transaction.
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        migrations.apply(db, stop_before=stop_before)
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def _rebuild(db: sqlite_utils.Database, table: str, piece: str, other: str) -> None:
    """Make the table anew with its rows and indexes, a ``piece`` of its definition replaced.

    Only for tables that no trigger is on or speaks of.

    The way that https://www.sqlite.org/lang_altertable.html (section 7) gives for any change.
    """
    definition = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    indexes = db.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index' AND sql IS NOT NULL", [table]
    ).fetchall()
    # Renamed before, its name stands in quotes.
    head, body = definition.split("(", 1)
    db.execute(head.replace(table, f"{table}_anew") + "(" + body.replace(piece, other))
    db.execute(f"INSERT INTO {table}_anew SELECT * FROM {table}")
    db.execute(f"DROP TABLE {table}")
    db.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for (index,) in indexes:
        db.execute(index)
    if broken := db.execute("PRAGMA foreign_key_check").fetchall():
        raise StoreError(f"table {table} can't be made anew: {len(broken)} rows lack what they refer to")
