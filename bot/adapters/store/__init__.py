"""Everything that outlives the process: one SQLite file, one module a subject.

One process at a time writes: it holds a lock on a file beside the database. Readers come and go.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.adapters.store import migrations
from bot.adapters.store.database import Connection, in_words
from bot.adapters.store.notices import NoticeTable
from bot.adapters.store.outbox import OutboxTable
from bot.adapters.store.papers import PaperTable
from bot.adapters.store.polls import PollTable
from bot.adapters.store.subscriptions import SubscriptionTable
from bot.adapters.store.summaries import SummaryTable
from bot.errors import StoreError


class SqliteStore:
    """The database of one installation. Keeps `bot.ports.store.Store`."""

    def __init__(self, connection: Connection, lock: IO[str] | None = None) -> None:
        self._db = connection
        self._lock = lock
        self.papers = PaperTable(connection)
        self.polls = PollTable(connection)
        self.subscriptions = SubscriptionTable(connection)
        self.summaries = SummaryTable(connection)
        self.outbox = OutboxTable(connection)
        self.notices = NoticeTable(connection)

    @contextmanager
    def transaction(self) -> Generator[None]:
        with self._db.transaction():
            yield

    def backup(self, target: str) -> None:
        """A consistent copy by SQLite's own backup: right also while another process writes.

        StoreError when the target exists or can't be written.
        """
        if Path(target).exists():
            raise StoreError(f"{target}: exists already; a backup never overwrites, name another file")
        try:
            copy = sqlite3.connect(target)
            try:
                self._db.db.conn.backup(copy)
            finally:
                copy.close()
        except sqlite3.Error as error:
            raise StoreError(in_words(error, Path(target))) from error

    def limit_pages(self, pages: int) -> None:
        """Let the file grow to so many pages of 4,096 bytes and no further, as on a full disk."""
        self._db.rows(f"PRAGMA max_page_count = {pages}")

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.close()


def open_store(path: Path) -> SqliteStore:
    """Hold the database for this process, creating or migrating it. StoreError, naming the holder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: the folder of the database can't be made: {error.strerror}"
        ) from error
    lock = _hold(path)
    try:
        connection = Connection(path)
        migrations.apply(connection.db, str(path))
    except sqlite3.Error as error:
        lock.close()
        raise StoreError(in_words(error, path)) from error
    except StoreError:
        lock.close()
        raise
    return SqliteStore(connection, lock)


def open_for_reading(path: Path, *, writable: bool = False) -> SqliteStore | None:
    """The database as it is, beside a process that holds it; None where there is none yet.

    ``writable`` lets one transaction be written (``retry``); the schema is never touched.
    """
    if not path.exists():
        return None
    connection = Connection(path, read_only=not writable)
    try:
        migrations.refuse_newer(connection.db, str(path))
        if not migrations.is_current(connection.db):
            raise StoreError(
                f"{path}: this database is of an older version; `arxiv-digest once` or `run` updates it"
            )
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(in_words(error, path)) from error
    except StoreError:
        connection.close()
        raise
    return SqliteStore(connection)


def _hold(path: Path) -> IO[str]:
    """Lock a file beside the database: SQLite's own locks last a transaction, this one a process."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock = lock_path.open("a+", encoding="ascii")
    except OSError as error:
        raise StoreError(
            f"{lock_path}: can't be written: {error.strerror}; check who owns the folder"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreError(
            f"{path}: process {holder} holds this database; stop it first, "
            "or use `arxiv-digest status` beside it"
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
