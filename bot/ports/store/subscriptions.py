"""Who subscribes to what since when, and where their digests go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.history import Changes, SubscriberRecord
from bot.models import Subscriber, Target


class Subscriptions(Protocol):
    """Who subscribes to what since when."""

    def sync(self, subscribers: Sequence[Subscriber], now: datetime) -> None:
        """Bring the record in line with the configuration.

        New subscribers, topics and targets start now; a vanished subscriber's waiting messages
        end; those of a vanished target move to a new target of the same kind, or end.
        """

    def get(self, subscriber: str) -> SubscriberRecord | None: ...

    def vanished(self, names: Sequence[str]) -> Sequence[str]:
        """Subscribers the database knows that are not among the names."""

    def changes(self, subscribers: Sequence[Subscriber]) -> Changes:
        """Who vanished and who is new, as long as `sync` has not taken the configuration up."""

    def set_last_due(self, subscriber: str, due: datetime) -> None: ...

    def resolved(self, target: Target) -> str | None:
        """The service's own id of an address, where it was found out before."""

    def save_resolved(self, target: Target, resolved: str) -> None: ...
