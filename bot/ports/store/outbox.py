"""Rendered messages, from composing to acceptance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from bot.history import DeliveryRecord, NewMessage, TargetTally, Upgrade
from bot.models import Envelope, Receipt, SummaryKey, Target, Verdict


class Outbox(Protocol):
    """Rendered messages, from composing to acceptance. This is the queue and the ledger."""

    def add_digest(
        self,
        subscriber: str,
        since: datetime | None,
        now: datetime,
        render: Callable[[int], tuple[str, Sequence[NewMessage]]],
        due: datetime,
    ) -> int:
        """Record a digest, its papers and its messages in one transaction.

        ``render`` is given the digest's number and returns its edition and its messages;
        ``due`` becomes the subscriber's last due moment. Returns the digest's number.
        """

    def add_notice(self, target: Target, payload: bytes, subscriber: str, now: datetime) -> None:
        """A message outside any digest, to the operator or to a subscriber."""

    def digest_numbers(self, subscriber: str) -> tuple[int, datetime | None]:
        """Number and time of the subscriber's newest digest."""

    def edition(self, digest_id: int) -> str:
        """What the digest says, for as long as one of its messages may be sent or edited."""

    def reports(self, target: Target) -> Sequence[tuple[str, int, datetime, int, str]]:
        """Subscriber, number, time, paper count and time zone of each digest written to a folder."""

    def doubt_sending(self) -> int:
        """At start: what a dead process was sending is in doubt."""

    def due(
        self, now: datetime, *, ignore_backoff: bool, subscribers: Sequence[str] | None
    ) -> Sequence[Envelope]:
        """Messages to settle or send, in order of digest and part.

        ``ignore_backoff`` drops our own waiting times, never a service's Retry-After.
        """

    def unsettled(self, subscribers: Sequence[str] | None) -> Sequence[Envelope]:
        """Everything that is neither sent, failed nor ended."""

    def mark_sending(self, envelope: Envelope, now: datetime) -> Envelope: ...

    def mark_sent(self, envelope: Envelope, receipt: Receipt, now: datetime) -> None: ...

    def mark_waiting(
        self,
        envelope: Envelope,
        error: str,
        retry_at: datetime,
        service_wait_until: datetime | None,
        in_doubt: bool,
    ) -> None:
        """It was tried in vain, or could not even be tried: that counts as an attempt, too."""

    def replace_payload(self, envelope: Envelope, payload: bytes) -> None:
        """The message takes another form. Only for one that certainly did not arrive: its key changes."""

    def postpone(self, envelope: Envelope, why: str, until: datetime) -> None:
        """It was not tried, and is not due before then."""

    def mark_failed(self, envelope: Envelope, error: str, verdict: Verdict, now: datetime) -> None: ...

    def refresh(self, envelope: Envelope) -> Envelope:
        """The row as it is now, with the receipt of its digest's first part."""

    def retry_failed(self, subscriber: str | None, now: datetime) -> int:
        """Put failed messages back in the queue; how many. Their addresses are looked up anew."""

    def upgrades(self, since: datetime) -> Sequence[Upgrade]:
        """Sent Slack messages since then with papers that still await their summary."""

    def save_upgrade(
        self, envelope: Envelope, payload: bytes, edition: str, settled: Sequence[SummaryKey]
    ) -> None:
        """The message was edited: its payload and its digest's edition, and what it awaits no longer."""

    def next_attempt_at(self) -> datetime | None: ...

    def tallies(self) -> Sequence[TargetTally]: ...

    def deliveries_of(self, arxiv_id: str, subscriber: str) -> Sequence[DeliveryRecord]: ...
