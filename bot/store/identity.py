"""Whose database a file is, and of which version: known without the library that changes schemas."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from bot.errors import StoreError
from bot.store import schema, words

SET = "arxiv-digest-bot"
STEPS = (
    "m001_first_schema",
    "m002_any_channel",
    "m003_refusals",
    "m004_causes",
    "m005_words",
    "m006_scores",
    "m007_joint_searches",
    "m008_optouts",
    "m012_link_key",
    "m013_copies",
    "m014_unknown_ids",
    "m015_settled",
    "m016_totals",
    "m017_endpoints",
    "m018_counters",
)
"""The steps of `migrations`, in their order."""

_ACTING = re.compile(
    r"CREATE\s+(?:TEMP\w*\s+)?(?:TRIGGER|VIEW|VIRTUAL)\b.*|CREATE\s+TABLE\b.*\bAS\s*\(.*",
    re.DOTALL | re.IGNORECASE,
)


def _bare(sql: str) -> str:
    """A statement without spaces, quotes, comments and its end."""
    return re.sub(r"--[^\n]*|[\s\"'`\[\];]+", "", sql).lower()


_OURS = frozenset(
    _bare(statement)
    for statement in (
        words.TRIGGER,
        *schema.SETTLED_TRIGGERS,
        *schema.TOTALS_TRIGGERS,
        *schema.COUNTERS_TRIGGERS,
        *words.SCHEMA.split(";\n"),
    )
)

_RECORD = "_sqlite_migrations"
"""Where sqlite-utils keeps which steps were applied."""


def refuse(db: sqlite3.Connection, path: Path) -> None:
    """StoreError when the database holds steps this program does not know, or somebody else's tables."""
    applied = _applied(db)
    if ahead := sorted(applied - set(STEPS)):
        raise StoreError(
            f"{path}: this database was written by a newer version of arxiv-digest ({', '.join(ahead)}); "
            "install that version or restore a backup"
        )
    if not applied and not is_blank(db):
        raise StoreError(
            f"{path}: this is another program's database (table {sorted(_tables(db))[0]}); "
            "name another file under `database`"
        )
    refuse_what_acts(db, path)


def refuse_what_acts(db: sqlite3.Connection, path: Path) -> None:
    """StoreError for a trigger, a view, a virtual table or a computed column that is not ours word for word: in a
    file from elsewhere it would do what no statement of ours says.

    A table, an index or the statistics of ANALYZE that somebody added does nothing by itself, and may stay.
    """
    acting = _ACTING.fullmatch
    for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        if acting(sql) and _bare(sql) not in _OURS:
            kind = sql.split(maxsplit=2)[1].lower().replace("virtual", "virtual table")
            raise StoreError(
                f"{path}: the database has a {kind} {name!r} that this program did not make; "
                "put it aside and restore a backup"
            )


def is_blank(db: sqlite3.Connection) -> bool:
    """Whether there is nothing in it: an empty file, or one whose first process came to nothing."""
    return not _tables(db) - {_RECORD}


def is_current(db: sqlite3.Connection) -> bool:
    """Whether every step has been applied; a reader must not apply them itself."""
    return _applied(db).issuperset(STEPS)


def _applied(db: sqlite3.Connection) -> set[str]:
    if _RECORD not in _tables(db):
        return set()
    return {name for (name,) in _rows(db, f"SELECT name FROM {_RECORD} WHERE migration_set = ?", SET)}


def _tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in _rows(db, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def _rows(db: sqlite3.Connection, sql: str, *parameters: str) -> list[tuple[str]]:
    return [(str(row[0]),) for row in db.execute(sql, parameters)]
