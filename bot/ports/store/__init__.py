"""What the pipeline remembers between two moments, one Protocol a subject.

The store is synchronous and is called from the event loop, so that no other coroutine can come
between the statements of a transaction. Every method that writes is one transaction of its own,
or joins the one that ``Store.transaction`` has open. Every method may raise StoreError.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.history import Kept
from bot.ports.store.notices import Notices
from bot.ports.store.outbox import Outbox
from bot.ports.store.papers import Papers
from bot.ports.store.polls import Polls
from bot.ports.store.subscriptions import Subscriptions
from bot.ports.store.summaries import Summaries

__all__ = ["Notices", "Outbox", "Papers", "Polls", "Store", "Subscriptions", "Summaries"]


class Store(Protocol):
    """Everything that outlives the process."""

    @property
    def papers(self) -> Papers: ...

    @property
    def polls(self) -> Polls: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def summaries(self) -> Summaries: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def notices(self) -> Notices: ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; nested transactions join the outer one."""

    def prune(self, now: datetime, lookback: timedelta) -> int:
        """Drop what nothing will ask for again, a bounded piece a call: how many rows.

        What decides what is new, paid for or delivered is kept for ever.
        """

    def kept_of(self, subscriber: str) -> Kept:
        """What is kept of a subscriber."""

    def forget(self, subscriber: str) -> None:
        """Delete what is kept of a subscriber who is no longer configured, in one transaction.

        A waiting notice to the operator stays as it is written. StoreError while a process holds the
        database that may still write to them.
        """

    def compact(self) -> None:
        """Leave nothing in the file of what was deleted from it. StoreError, then nothing is lost."""

    def backup(self, target: str) -> None:
        """A consistent copy, also of a running database."""

    def close(self) -> None: ...
