"""Deliver: hand over what the outbox holds, and record what became of it.

Each message is marked `sending`, committed, before the network call: should the process die in it,
the next one finds a message in doubt and asks the channel's history first. The kinds of channel go
side by side, so that Slack being down does not hold back the mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from bot import backoff
from bot.errors import DeliveryError
from bot.history import ServiceWait
from bot.models import Envelope, Kind, OutboxState, Receipt, Verdict
from bot.pipeline import alerts
from bot.pipeline.services import Report, Services
from bot.pipeline.waiting import all_of
from bot.ports import Channel
from bot.settings import Settings

SLACK_SPACING = timedelta(seconds=1)
"""Slack's limit: about one message a second and channel."""

DOUBT_PAUSE = timedelta(seconds=5)
"""How long Slack's history may lag behind an accepted message."""

_PATIENCE = timedelta(seconds=60)
"""A Retry-After up to this is waited out at once; a longer one is left to a later round."""

_ATTEMPTS_A_ROUND = 4
_OUTAGE = 3
"""So many messages in a row that a service did not take: it is down, the rest wait untried."""
_DOWN = timedelta(minutes=5)


async def deliver(
    services: Services,
    settings: Settings,
    report: Report,
    *,
    ignore_backoff: bool,
    only: Sequence[str] | None = None,
    stopping: asyncio.Event | None = None,
    started_at: float = float("-inf"),
) -> int:
    """Send what is due; how many messages were accepted. What was not is in the report.

    ``only`` limits it to these subscribers and the operator. Once ``stopping`` is set no further
    message is begun. ``started_at`` is the process's start on the monotonic clock: what the process
    before it was sending may not show in a history yet. Raises only StoreError.
    """
    names = None if only is None else [*only, ""]
    due = services.store.outbox.due(services.clock.now(), ignore_backoff=ignore_backoff, subscribers=names)
    if not due:
        return 0
    services.progress.begin("deliver", len(due))
    by_kind = {kind: [one for one in due if one.target.kind is kind] for kind in Kind}
    postmen = [
        _Postman(services, settings, report, kind, stopping or asyncio.Event(), started_at)
        for kind, envelopes in by_kind.items()
        if envelopes
    ]
    await all_of(postman.round(by_kind[postman.kind]) for postman in postmen)
    sent = sum(postman.sent for postman in postmen)
    services.progress.end("deliver", f"{sent} of {len(due)} messages accepted")
    return sent


def name_waiting(services: Services, report: Report, only: Sequence[str] | None) -> None:
    """Name what is still in the outbox and was not touched in this round, a service's wait above all."""
    named = "\n".join(report.faults)
    for envelope in services.store.outbox.unsettled(only):
        if _subject(envelope) not in named:
            until = f" until {envelope.wait_until:%Y-%m-%d %H:%M:%S} UTC" if envelope.wait_until else ""
            report.add(f"{_subject(envelope)}: waiting{until}: {envelope.error or 'not sent yet'}")


class _Postman:
    """One kind of channel in one round."""

    def __init__(
        self,
        services: Services,
        settings: Settings,
        report: Report,
        kind: Kind,
        stopping: asyncio.Event,
        started_at: float,
    ) -> None:
        self.kind = kind
        self.sent = 0
        self._services = services
        self._settings = settings
        self._report = report
        self._stopping = stopping
        self._clock = services.clock
        self._outbox = services.store.outbox
        self._look_from = started_at + DOUBT_PAUSE.total_seconds()
        self._not_before: dict[str, float] = {}
        self._failures_in_a_row = 0

    async def round(self, envelopes: Sequence[Envelope]) -> None:
        """Each digest's parts in their order; a part that failed holds back only those after it."""
        for _, parts in groupby(
            envelopes, key=lambda one: (one.digest_id, one.target, one.id * (one.digest_id == 0))
        ):
            for envelope in parts:
                if (why := self._why_left()) is not None:
                    self._leave(envelope, *why)
                    continue
                try:
                    delivered = await self._deliver(envelope)
                finally:
                    self._services.progress.advance("deliver")
                if not delivered and self.kind is Kind.SLACK:
                    break

    # --- one message ---

    async def _deliver(self, envelope: Envelope) -> bool:
        channel = self._services.channels.get(self.kind)
        if channel is None:
            self._fail(
                envelope, DeliveryError(f"{self.kind.value} is not configured", Verdict(permanent=True))
            )
            return False
        for _ in range(_ATTEMPTS_A_ROUND):
            envelope = self._outbox.refresh(envelope)
            try:
                resolved = await self._resolve(channel, envelope)
                receipt = await self._settle_or_send(channel, envelope, resolved)
            except DeliveryError as error:
                if await self._try_again(envelope, error):
                    continue
                return False
            self._accepted(envelope, receipt)
            return True
        self._leave(envelope, envelope.error or "the service kept refusing")
        return False

    async def _settle_or_send(self, channel: Channel, envelope: Envelope, resolved: str) -> Receipt:
        if envelope.state is OutboxState.IN_DOUBT and self.kind is not Kind.EMAIL:
            if self.kind is Kind.SLACK and (left := self._look_from - self._clock.monotonic()) > 0:
                await self._clock.sleep(left)
            found = await channel.find(envelope, resolved)
            if found is not None:
                return found
        await self._space(resolved)
        sending = self._outbox.mark_sending(envelope, self._clock.now())
        try:
            return await channel.send(sending, resolved)
        finally:
            self._not_before[resolved] = self._clock.monotonic() + self._spacing().total_seconds()

    async def _resolve(self, channel: Channel, envelope: Envelope) -> str:
        known = self._services.store.subscriptions.resolved(envelope.target)
        if known is None:
            known = await channel.resolve(envelope.target.address)
            self._services.store.subscriptions.save_resolved(envelope.target, known)
        return known

    async def _try_again(self, envelope: Envelope, error: DeliveryError) -> bool:
        """Record the failure; whether to attempt the message again in this round, having waited."""
        verdict, now = error.verdict, self._clock.now()
        envelope = self._outbox.refresh(envelope)
        if verdict.in_doubt:
            return await self._doubt(envelope, error)
        retry_at = backoff.delivery_retry(
            envelope.attempts, verdict, _failing_since(envelope, now), now, self._services.jitter()
        )
        if retry_at is None:
            self._fail(envelope, error)
            return False
        wait_until = now + verdict.retry_after if verdict.retry_after else None
        self._outbox.mark_waiting(envelope, str(error), retry_at, wait_until, in_doubt=False)
        if verdict.retry_after and verdict.retry_after <= _PATIENCE:
            await self._clock.sleep(verdict.retry_after.total_seconds())
            return True
        self._wait_for_service(error, wait_until)
        self._failures_in_a_row += 1
        self._report.add(f"{_subject(envelope)}: waiting: {_in_full(error)}")
        return False

    async def _doubt(self, envelope: Envelope, error: DeliveryError) -> bool:
        """The message may have been accepted: find out where that can be found out."""
        first_time = envelope.state is not OutboxState.IN_DOUBT
        retry_at = backoff.delivery_retry(
            envelope.attempts,
            Verdict(retry_after=error.verdict.retry_after),
            _failing_since(envelope, self._clock.now()),
            self._clock.now(),
            self._services.jitter(),
        )
        if retry_at is None:
            self._fail(envelope, error)
            return False
        self._outbox.mark_waiting(envelope, str(error), retry_at, None, in_doubt=True)
        if first_time and self.kind is not Kind.EMAIL:
            await self._clock.sleep(DOUBT_PAUSE.total_seconds())
            return True
        self._report.add(f"{_subject(envelope)}: in doubt: {_in_full(error)}")
        if not first_time:
            self._alert(envelope, "it is unknown whether a message arrived", error)
        return False

    # --- outcomes ---

    def _accepted(self, envelope: Envelope, receipt: Receipt) -> None:
        with self._services.store.transaction():
            self._outbox.mark_sent(envelope, receipt, self._clock.now())
            alerts.settle(self._services, alerts.delivery_key(envelope.subscriber, envelope.target))
        self._failures_in_a_row = 0
        self.sent += 1
        self._report.done.append(f"{_subject(envelope)}: delivered, {len(envelope.arxiv_ids)} papers")

    def _fail(self, envelope: Envelope, error: DeliveryError) -> None:
        with self._services.store.transaction():
            self._outbox.mark_failed(envelope, str(error), error.verdict, self._clock.now())
            self._alert(envelope, "a message could not be delivered", error)
        self._report.add(f"{_subject(envelope)}: failed: {_in_full(error)}")

    def _leave(self, envelope: Envelope, why: str, until: datetime | None = None) -> None:
        """Not tried in this round; before ``until`` no round needs to look at it again."""
        if until is not None:
            self._outbox.postpone(envelope, why, until)
        self._report.add(f"{_subject(envelope)}: waiting: {why}")

    def _alert(self, envelope: Envelope, text: str, error: DeliveryError) -> None:
        if envelope.subscriber:
            alerts.raise_alert(
                self._services,
                self._settings,
                alerts.delivery_key(envelope.subscriber, envelope.target),
                f"{_subject(envelope)}: {text}: {_in_full(error)}",
                envelope.subscriber,
                cause=error.verdict.remedy,
            )

    # --- pacing ---

    def _spacing(self) -> timedelta:
        if self.kind is Kind.SLACK:
            return SLACK_SPACING
        per_minute = self._settings.email.messages_per_minute if self._settings.email else None
        if self.kind is Kind.EMAIL and per_minute:
            return timedelta(seconds=60 / per_minute)
        return timedelta()

    async def _space(self, resolved: str) -> None:
        """Slack counts by channel, a mail provider by account."""
        places = self._not_before.items()
        ends = [end for place, end in places if place == resolved or self.kind is not Kind.SLACK]
        while ends and (left := max(ends) - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _wait_for_service(self, error: DeliveryError, until: datetime | None) -> None:
        if until is not None:
            self._services.store.notices.set_wait(ServiceWait(self.kind.value, until, str(error)))

    def _why_left(self) -> tuple[str, datetime | None] | None:
        """Why a message is not even tried, and until when; None when it is."""
        if self._stopping.is_set():
            return "stopping", None
        now = self._clock.now()
        wait = self._services.store.notices.wait_until(self.kind.value)
        if wait is not None and wait.until > now:
            return f"the service asked to be left alone until {wait.until:%Y-%m-%d %H:%M:%S} UTC", wait.until
        if self._failures_in_a_row >= _OUTAGE:
            return "the service did not take the messages before it", now + _DOWN
        return None


def _failing_since(envelope: Envelope, now: datetime) -> datetime:
    """The earliest its first failure can have been: a machine that was off did not try."""
    return max(envelope.created_at, now - backoff.delivery_pauses(envelope.attempts))


def _subject(envelope: Envelope) -> str:
    who = envelope.subscriber or "operator"
    part = f" part {envelope.part}/{envelope.parts}" if envelope.parts > 1 else ""
    return f"{who}: {envelope.target.kind.value} {envelope.target.address}{part}"


def _in_full(error: DeliveryError) -> str:
    remedy = error.verdict.remedy
    return f"{error}; {remedy}" if remedy and remedy not in str(error) else str(error)
