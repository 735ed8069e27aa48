"""The schema, as an ordered list of steps. A step that was released is never edited."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import sqlite_utils
from sqlite_utils import Migrations

from bot.errors import StoreError
from bot.store.schema import NOTICES, OUTBOX, PAPERS, POLLS, REFUSALS, SUBSCRIPTIONS, SUMMARIES

migrations = Migrations("arxiv-digest-bot")


@migrations()
def m001_first_schema(db: sqlite_utils.Database) -> None:
    for script in (PAPERS, POLLS, SUBSCRIPTIONS, SUMMARIES, OUTBOX, NOTICES):
        _run(db, script)


@migrations()
def m002_any_channel(db: sqlite_utils.Database) -> None:
    """Which channels there are is the program's to know: SQLite could not alter the constraint later."""
    for table in ("targets", "outbox"):
        _rebuild(db, table, without=" CHECK (kind IN ('slack', 'email', 'file'))")


@migrations()
def m003_refusals(db: sqlite_utils.Database) -> None:
    _run(db, REFUSALS)


def _run(db: sqlite_utils.Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


def apply(db: sqlite_utils.Database) -> None:
    """Bring the database up to this program's schema, each step in a transaction of its own."""
    # A table that others refer to can be made anew only so, and only outside a transaction.
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        migrations.apply(db)
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def _rebuild(db: sqlite_utils.Database, table: str, *, without: str) -> None:
    """Make the table anew with its rows and indexes, ``without`` a piece of its definition.

    The way that https://www.sqlite.org/lang_altertable.html (section 7) gives for any change.
    """
    definition = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    indexes = db.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index' AND sql IS NOT NULL", [table]
    ).fetchall()
    anew = definition.replace(without, "").replace(f"CREATE TABLE {table}", f"CREATE TABLE {table}_anew", 1)
    db.execute(anew)
    db.execute(f"INSERT INTO {table}_anew SELECT * FROM {table}")
    db.execute(f"DROP TABLE {table}")
    db.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for (index,) in indexes:
        db.execute(index)
    if broken := db.execute("PRAGMA foreign_key_check").fetchall():
        raise StoreError(f"table {table} can't be made anew: {len(broken)} rows lack what they refer to")


def refuse(db: sqlite_utils.Database, path: Path) -> None:
    """StoreError when the database holds steps this program does not know, or somebody else's tables."""
    with closing(sqlite_utils.Database(memory=True)) as nothing:
        ours = {migration.name for migration in migrations.pending(nothing)}
    applied = {migration.name for migration in migrations.applied(db)}
    if ahead := sorted(applied - ours):
        raise StoreError(
            f"{path}: this database was written by a newer version of arxiv-digest ({', '.join(ahead)}); "
            "install that version or restore a backup"
        )
    if not applied and not is_blank(db):
        raise StoreError(
            f"{path}: this is another program's database (table {sorted(_tables(db))[0]}); "
            "name another file under `database`"
        )


def is_blank(db: sqlite_utils.Database) -> bool:
    """Whether there is nothing in it: an empty file, or one whose first process came to nothing."""
    return not _tables(db)


def is_current(db: sqlite_utils.Database) -> bool:
    """Whether every step has been applied; a reader must not apply them itself."""
    return not migrations.pending(db)


def _tables(db: sqlite_utils.Database) -> set[str]:
    return set(db.table_names()) - {"_sqlite_migrations"}
