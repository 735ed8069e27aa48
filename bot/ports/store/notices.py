"""Service-wide waits, and what people have been told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.history import Alert, ServiceWait


class Notices(Protocol):
    """Service-wide waits, and what a person has been told."""

    def wait_until(self, service: str) -> ServiceWait | None: ...

    def set_wait(self, wait: ServiceWait) -> None: ...

    def open_alert(self, alert: Alert) -> bool:
        """True when this is news: not told since it was last mended."""

    def close_alert(self, key: str, now: datetime) -> bool:
        """True when it had been open."""

    def open_alerts(self) -> Sequence[Alert]: ...

    def untold(self, subscriber: str) -> Sequence[Alert]:
        """Open alerts that concern the subscriber and that no digest of theirs has told.

        The operator has the empty name; every alert concerns them.
        """

    def mark_told(self, subscriber: str, keys: Sequence[str], now: datetime) -> None: ...
