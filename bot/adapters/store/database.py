"""One SQLite connection: transactions, times as text, and sqlite3's errors told in words.

Built on sqlite-utils, whose own transactions begin DEFERRED: in WAL a read followed by a write
then fails at once when another connection wrote in between. So transactions begin IMMEDIATE here
and sqlite-utils' own nest inside.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.errors import StoreError

Row = Mapping[str, Any]


class Connection:
    """The statements of one database file. Raises StoreError for whatever sqlite3 raises."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        with self._told():
            raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}", uri=True)
            raw.row_factory = sqlite3.Row
            self.db = sqlite_utils.Database(raw, execute_plugins=False)
            self.db.execute("PRAGMA foreign_keys = ON")
            if not read_only:
                self.db.enable_wal()
                # The ledger must survive a power cut: NORMAL may lose the last commits.
                self.db.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing. Joins a transaction that is open already."""
        if self.db.conn.in_transaction:
            yield
            return
        with self._told():
            self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self.db.conn.commit()
        except BaseException:
            with suppress(sqlite3.Error):  # what was wrong first is what is told
                self.db.conn.rollback()
            raise

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        with self._told():
            return [dict(row) for row in self.db.conn.execute(sql, parameters)]

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first column of the first row, None when there is no row."""
        found = self.row(sql, parameters)
        return next(iter(found.values())) if found else None

    def write(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Run one statement; how many rows it changed."""
        with self.transaction(), self._told():
            return self.db.conn.execute(sql, parameters).rowcount

    def insert(self, table: str, record: Mapping[str, Any]) -> int:
        """Insert one row; its rowid."""
        with self.transaction(), self._told():
            self.db.table(table).insert(dict(record))
            return int(self.db.conn.execute("SELECT last_insert_rowid()").fetchone()[0])

    def insert_new(self, table: str, records: Iterable[Mapping[str, Any]]) -> int:
        """Insert the rows whose key is not there yet; how many those were."""
        with self.transaction(), self._told():
            before = self.db.conn.total_changes
            self.db.table(table).insert_all((dict(record) for record in records), ignore=True)
            return self.db.conn.total_changes - before

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(in_words(error, self.path)) from error


def in_words(error: sqlite3.Error, path: Path) -> str:
    """What a person reads instead of sqlite3's message: the file, the fault, the remedy."""
    text = str(error)
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return f"{path}: the disk is full; free some space and start again, nothing is lost"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{path}: the database is locked by another program; close that and start again"
    if name.startswith("SQLITE_READONLY"):
        return f"{path}: the database can't be written; check the owner and mode of the file and its folder"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return f"{path}: this is not a sound SQLite database ({text}); put it aside and restore a backup"
    if name.startswith("SQLITE_CANTOPEN"):
        return f"{path}: the database can't be opened; check that its folder exists and who owns it"
    if name.startswith("SQLITE_IOERR"):
        return f"{path}: the disk gives an error ({text}); check the disk, then restore a backup if needed"
    return f"{path}: the database refused: {text}"


def to_text(moment: datetime | None) -> str | None:
    """Times are kept as ISO 8601 in UTC with microseconds, so that text order is time order."""
    return None if moment is None else moment.isoformat(timespec="microseconds")


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def to_day_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def to_json(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def from_json(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
