"""Everything that outlives the process: one SQLite file, one module a subject.

One process at a time writes: it holds a lock on a file beside the database. Readers come and go.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

from bot.errors import StoreError
from bot.history import ClockFault, StoreFigures
from bot.models.subscriptions import Kept
from bot.store import departures, file, identity, retention, wrong_clock
from bot.store.database import Connection, in_words, totals_of, unsound
from bot.store.digests import Digests
from bot.store.notices import Notices
from bot.store.optouts import OptOuts
from bot.store.outbox import Outbox
from bot.store.papers import Papers
from bot.store.polls import Polls
from bot.store.scores import Scores
from bot.store.subscriptions import Subscriptions
from bot.store.summaries import Summaries
from bot.store.words import Words

_EXAMINED_ON_REQUEST_BYTES = 1_000_000_000
"""And when somebody asks whether it is sound: a few seconds, for a database of many years."""


class Store:
    """The database of one installation."""

    def __init__(self, connection: Connection, lock: IO[str] | None = None) -> None:
        self._db = connection
        self._lock = lock
        self.papers = Papers(connection)
        self.words = Words(connection)
        self.polls = Polls(connection)
        self.subscriptions = Subscriptions(connection)
        self.summaries = Summaries(connection)
        self.scores = Scores(connection)
        self.outbox = Outbox(connection)
        self.optouts = OptOuts(connection)
        self.digests = Digests(connection)
        self.notices = Notices(connection)

    @property
    def is_full(self) -> bool:
        """Whether the last that was to be written found no room. Asks nothing."""
        return self._db.is_full

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing; nested transactions join the outer one."""
        with self._db.transaction():
            yield

    def state(self) -> tuple[int, int]:
        """Something that is another after every change of the database, by whomever; within a transaction it is
        that of the transaction."""
        return self._db.state()

    def prune(self, now: datetime, lookback: timedelta) -> int:
        """Drop what nothing will ask for again, a bounded piece a call: how many rows.

        What decides what is new, paid for or delivered is kept for ever.
        """
        with self._db.transaction():
            told_until = self.subscriptions.told_until()
            return (
                self.outbox.forget_bodies(retention.bodies_before(now, lookback))
                + self.polls.forget(now - retention.POLLS_KEPT, retention.feeds_before(now, told_until))
                + self.summaries.forget_requests(now - retention.POLLS_KEPT)
                + self.summaries.forget_refusals(now - retention.POLLS_KEPT)
            )

    def figures(self) -> StoreFigures:
        """The database in numbers."""
        db = self._db
        totals = totals_of(db)
        counters = {
            (row["name"], row["kind"]): row["many"]
            for row in db.rows("SELECT name, kind, many FROM counters")
        }
        polls = {outcome: totals[f"{outcome} polls"] for outcome in ("complete", "incomplete")}
        return StoreFigures(
            papers=totals["papers"],
            polls={outcome: many for outcome, many in polls.items() if many},
            summaries={"written": totals["summaries"], "refused": counters["refused answers", ""]},
            tokens={direction: counters[f"{direction} tokens", ""] for direction in ("prompt", "output")},
            deliveries={(kind, name): many for (name, kind), many in counters.items() if kind},
        )

    def kept_of(self, subscriber: str) -> Kept:
        """What is kept of a subscriber."""
        return departures.kept_of(self._db, subscriber)

    def forget(self, subscriber: str) -> None:
        """Delete what is kept of a subscriber who is no longer configured, in one transaction.

        A waiting notice to the operator stays as it is written. StoreError while a process holds the
        database that may still write to them.
        """
        with self._db.transaction():
            record = self.subscriptions.get(subscriber)
            if record is not None and record.removed_at is None and self._lock is None:
                file.refuse_held(self._db.path)
            departures.forget(self._db, subscriber)

    def examine(self) -> None:
        """StoreError where the structure of the file is broken, in whatever part of it."""
        with self._db.told():
            self._db.refuse_damaged(_EXAMINED_ON_REQUEST_BYTES)

    def compact(self) -> None:
        """Leave nothing in the file of what was deleted from it. StoreError, then nothing is lost."""
        self._db.compact()

    def clock_fault(self, now: datetime) -> ClockFault | None:
        """Whether times of ours lie in the future. Only looks, and at nothing that grows."""
        return wrong_clock.find(self._db, now)

    def mend_times(self, now: datetime, pacific_day: date) -> ClockFault | None:
        """Set right the times that lie in the future because a clock was wrong; what it was, or None.

        ``pacific_day`` is the one on which the model's service counts at ``now``. One transaction.
        """
        return wrong_clock.mend(self._db, now, pacific_day)

    def backup(self, target: str) -> None:
        """A consistent copy by SQLite's own backup: right also while another process writes.

        StoreError when the target exists or can't be written, or when what was copied is damaged;
        no part of a copy is left then.
        """
        path = Path(target)
        try:
            # Made here or not at all, so that nothing of anybody else's is overwritten or removed.
            file.make_private(path)
        except FileExistsError as error:
            raise StoreError(
                f"{target}: exists already; a backup never overwrites, name another file"
            ) from error
        except OSError as error:
            raise StoreError(f"{target}: the copy can't be made: {error.strerror}") from error
        try:
            self._copy_to(path)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise

    def _copy_to(self, path: Path) -> None:
        try:
            with closing(sqlite3.connect(path)) as copy:
                self._db.raw.backup(copy)
                found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            raise StoreError(in_words(error, path)) from error
        if found != "ok":
            raise StoreError(unsound(self._db.path, found))

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.close()


def open_for_reading(path: Path, *, writable: bool = False) -> Store | None:
    """The database as it is, beside a process that holds it; None where there is none yet. StoreError.

    ``writable`` lets one transaction be written (``retry``, ``forget``); the schema is never touched.
    """
    path = file.located(path)
    if file.is_missing(path):
        return None
    alone = not writable and file.must_be_left_alone(path)
    with ExitStack() as stack:
        connection = stack.enter_context(closing(Connection(path, read_only=not writable, immutable=alone)))
        with connection.told():
            connection.trust_schema(False)
            if identity.is_blank(connection.raw):
                return None
            identity.refuse(connection.raw, path)
            if not identity.is_current(connection.raw):
                raise StoreError(
                    f"{path}: this database is of an older version; `arxiv-digest once` or `run` updates it"
                )
            if writable:
                connection.write_ahead()
        stack.pop_all()
    return Store(connection)
