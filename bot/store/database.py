"""One SQLite connection: transactions, times as text, and sqlite3's errors told in words.

Transactions begin IMMEDIATE: in WAL a read followed by a write would fail at once, had another connection
written in between. sqlite-utils makes and changes the schema (`migrations`); whoever only reads need not
wait for it to be imported, which takes longer than most commands.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.errors import DiskFull, StoreError

Row = Mapping[str, Any]


BUSY_TIMEOUT_S = 5.0
"""How long a statement waits for another program's transaction."""

_CACHE_KIB = 4096
"""Of pages, which fill within months and stay. More takes memory and saves no time: the system keeps the file's pages
too. Rounds and the store's calls take the same with 2 MiB and with 16 (`tests.benchmarks.growth`, `store`)."""


class Connection:
    """The statements of one database file. Raises StoreError for whatever sqlite3 raises.

    ``immutable`` reads the file alone, without locks or files beside it: right only while nobody
    has it open for writing.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        immutable: bool = False,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self.path = path
        self.is_full = False
        """Whether the last that was to be written found no room."""
        options = f"mode={'ro' if read_only else 'rwc'}" + "&immutable=1" * immutable
        with self.told(), ExitStack() as stack:
            raw = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, timeout=busy_timeout_s)
            stack.callback(raw.close)
            raw.row_factory = sqlite3.Row
            self.raw = raw
            self.raw.execute("PRAGMA foreign_keys = ON")
            self.raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            stack.pop_all()

    def trust_schema(self, trusted: bool) -> None:
        """Whether what the file's own schema calls may reach beyond its tables, as our trigger of the full text does
        (https://www.sqlite.org/pragma.html#pragma_trusted_schema). Not before it is known to be ours."""
        with self.told():
            self.raw.execute(f"PRAGMA trusted_schema = {'ON' if trusted else 'OFF'}")

    def write_ahead(self) -> None:
        """Make ready for writing: readers don't wait, and what is committed survives a power cut.

        NORMAL may lose the last commits then, and what they said was sent would be sent again.
        """
        with self.told():
            self.raw.execute("PRAGMA journal_mode = WAL")
            self.raw.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing. Joins a transaction that is open already."""
        if self.raw.in_transaction:
            yield
            return
        with self.told():
            self.raw.execute("BEGIN IMMEDIATE")
        before = self.raw.total_changes
        try:
            yield
            with self.told():
                self.raw.commit()
            if self.raw.total_changes != before:
                self.is_full = False
        except BaseException:
            with suppress(sqlite3.Error):  # what was wrong first is what is told
                self.raw.rollback()
            raise

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        with self.told():
            return [dict(row) for row in self.raw.execute(sql, parameters)]

    def tuples(self, sql: str) -> list[tuple[Any, ...]]:
        """The same without the columns' names, which take most of the time where there are ten thousand rows."""
        with self.told():
            cursor = self.raw.cursor()
            cursor.row_factory = None
            return cursor.execute(sql).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first column of the first row, None when there is no row."""
        found = self.row(sql, parameters)
        return next(iter(found.values())) if found else None

    def write(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Run one statement; how many rows it changed."""
        with self.transaction(), self.told():
            return self.raw.execute(sql, parameters).rowcount

    def write_all(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for each of the rows, in one transaction: it is compiled once, and checked by SQLite alone.

        sqlite-utils would do no more, takes no other statements than its own, and is not loaded (see above).
        """
        with self.transaction(), self.told():
            self.raw.executemany(sql, rows)

    def state(self) -> tuple[int, int]:
        """How many changes this connection made, and a number that other connections' commits change
        (https://www.sqlite.org/pragma.html#pragma_data_version)."""
        return self.raw.total_changes, self.value("PRAGMA data_version")

    def insert(self, table: str, record: Mapping[str, Any]) -> int:
        """Insert one row; its rowid."""
        with self.transaction(), self.told():
            sql = f"INSERT INTO {table} ({', '.join(record)}) VALUES (:{', :'.join(record)})"
            return int(self.raw.execute(sql, dict(record)).lastrowid or 0)

    def insert_new(self, table: str, records: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows whose key is not there yet; how many those were. All have the same columns."""
        if not records:
            return 0
        columns = list(records[0])
        sql = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES (:{', :'.join(columns)})"
        with self.transaction(), self.told():
            return self.raw.executemany(sql, records).rowcount  # without what triggers change

    def compact(self) -> None:
        """Write the file anew without what was deleted from it, and empty the write-ahead log."""
        with self.told():
            self.raw.execute("VACUUM")
            (busy, *_) = self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(f"{self.path}: another program reads the database without end; close that")

    def refuse_damaged(self, up_to_bytes: int) -> None:
        """Read the whole file, if it is no larger, and raise StoreError where its structure is broken, or an
        index tells other rows than its table."""
        pages, page_size = self.value("PRAGMA page_count"), self.value("PRAGMA page_size")
        if pages * page_size <= up_to_bytes and (found := self.value("PRAGMA integrity_check(1)")) != "ok":
            raise StoreError(unsound(self.path, str(found).splitlines()[-1]))

    def close(self) -> None:
        self.raw.close()

    @contextmanager
    def told(self) -> Generator[None]:
        """Turn what sqlite3 raises within into a StoreError."""
        try:
            yield
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorname", "").startswith("SQLITE_FULL")
            self.is_full = self.is_full or full
            raise (DiskFull if full else StoreError)(in_words(error, self.path)) from error


def totals_of(db: Connection) -> Mapping[str, int]:
    """How many rows of a kind there are, by the names in the schema's TOTALS."""
    return {row["name"]: row["many"] for row in db.rows("SELECT name, many FROM totals")}


def in_words(error: sqlite3.Error, path: Path) -> str:
    """What a person reads instead of sqlite3's message: the file, the fault, the remedy."""
    text = str(error)
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return f"{path}: the disk is full; free some space and start again, nothing is lost"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{path}: the database is locked by another program; close that and start again"
    if name in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"):
        return (
            f"{path}: a write was interrupted and is not undone yet; `arxiv-digest once` or `run` does that"
        )
    if name.startswith("SQLITE_READONLY"):
        return f"{path}: the database can't be written; check the owner and mode of the file and its folder"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return unsound(path, text)
    if name.startswith("SQLITE_CANTOPEN"):
        return f"{path}: the database can't be opened; check that its folder exists and who owns it"
    if name.startswith("SQLITE_IOERR"):
        return f"{path}: {text}: the disk is full, over a limit, or failing; nothing half-written is kept"
    return f"{path}: the database refused: {text}"


def unsound(path: Path, why: str) -> str:
    """What a person reads of a damaged file."""
    return f"{path}: this is not a sound SQLite database ({why}); put it aside and restore a backup"


def to_text(moment: datetime | None) -> str | None:
    """Times are kept as ISO 8601 in UTC with microseconds, so that text order is time order."""
    return None if moment is None else moment.isoformat(timespec="microseconds")


def to_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise _senseless(text) from error


def to_time_or_none(text: str | None) -> datetime | None:
    return None if text is None else to_time(text)


def to_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise _senseless(text) from error


def to_day_or_none(text: str | None) -> date | None:
    return None if text is None else to_day(text)


def to_json(values: Iterable[str | int]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def from_json(text: str) -> tuple[str, ...]:
    try:
        return tuple(json.loads(text))
    except (ValueError, TypeError) as error:
        raise _senseless(text) from error


categories_from_json = lru_cache(maxsize=1024)(from_json)
"""The same for lists of which there are few different ones: those of a day's papers repeat."""


def _senseless(value: object) -> StoreError:
    """A value that this program can't have written is damage that SQLite has no means to see."""
    return StoreError(
        f"the database is damaged: it says {str(value)[:40]!r} where that makes no sense; "
        "put it aside and restore a backup"
    )
