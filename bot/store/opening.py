"""Holding a database for this process: creating it, or bringing it up to this program's schema."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from bot.store import Store, file, identity
from bot.store.database import BUSY_TIMEOUT_S, Connection

_EXAMINED_BYTES = 64_000_000
"""A database no larger is read whole at the start: a quarter of a second. Later errors still show in use."""


def open_store(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Hold the database for this process, creating or migrating it.

    Another program's transaction is waited for, ``busy_timeout_s`` a statement. StoreError, naming
    the process that holds it or what keeps it from being used; then nothing was touched.
    """
    path = file.located(path)
    with ExitStack() as stack:
        lock = stack.enter_context(file.hold(path))
        with suppress(OSError):  # something is there, or SQLite will say what is wrong
            file.make_private(path)
        connection = stack.enter_context(closing(Connection(path, busy_timeout_s=busy_timeout_s)))
        with connection.told():
            connection.trust_schema(False)
            identity.refuse(connection.raw, path)
            connection.trust_schema(True)
            connection.refuse_damaged(_EXAMINED_BYTES)
            connection.write_ahead()
            if not identity.is_current(connection.raw):
                _migrate(connection.raw)
        file.keep_from_others(path)
        stack.pop_all()
    return Store(connection, lock)


def _migrate(raw: sqlite3.Connection) -> None:
    # sqlite-utils, with what it finds beside it (numpy), takes 2 to 12 MB for as long as the daemon runs.
    from bot.store import migrations

    migrations.apply(raw)
