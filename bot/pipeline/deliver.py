"""Deliver: hand over what the outbox holds, and record what became of it.

Each message is marked `sending`, committed, before the network call: should the process die in it,
the next one finds a message in doubt and asks the channel's history first. The kinds of channel go
side by side, so that Slack being down does not hold back the mail; and so do the places of one kind, or
its connections, as `pacing.lanes` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot import backoff
from bot.channels import CHANNELS
from bot.channels.loading import messages_of
from bot.errors import DeliveryError, StoreError
from bot.models import Envelope, OutboxState, Receipt, Target, Verdict
from bot.pipeline.concurrency import Turns, all_of
from bot.pipeline.delivery_outcomes import DeliveryOutcomes, facts, subject
from bot.pipeline.pacing import Left, Pacing, Parts
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.ports import Channel

_LOOKS = 2
"""So often a history must lack a message before it is sent again: a look too many costs five seconds,
one too few a digest sent twice."""

_PATIENCE = timedelta(seconds=60)
"""A Retry-After up to this is waited out at once; a longer one is left to a later round."""

_ATTEMPTS_A_ROUND = 4

_ADDRESSES_AT_ONCE = 500
"""Looked up and stored by one commit: some 10 ms."""


async def deliver(
    services: Services,
    state: ProcessState,
    report: Report,
    only: Sequence[str] | None = None,
    *,
    ignore_backoff: bool = False,
    chosen: Collection[int] | None = None,
) -> None:
    """Send what is due. What was accepted and what was not is in the report.

    ``only`` limits it to these subscribers and the operator, ``chosen`` to these messages and the
    operator's; ``ignore_backoff`` drops our own waiting times. Once told to stop no further message is begun.
    Raises only StoreError.
    """
    names = None if only is None else [*only, ""]
    outcomes = DeliveryOutcomes(services, report)
    tried: set[int] = set()
    turns = Turns(services.clock)
    while True:
        now = services.clock.now()
        due = []
        # What fails is told to the operator at once, by a message that was not there before.
        for envelope in services.store.outbox.due(now, ignore_backoff=ignore_backoff, subscribers=names):
            if envelope.id not in tried and (
                chosen is None or envelope.id in chosen or not envelope.subscriber
            ):
                due.append(envelope)
            await turns.next()
        if not due:
            return
        tried |= {envelope.id for envelope in due}
        kinds = dict.fromkeys(envelope.target.kind for envelope in due)
        paces = [Pacing(services, state, kind) for kind in kinds]
        postmen = [_Postman(services, state, pacing, outcomes) for pacing in paces]
        services.progress.begin("deliver", len(due))
        await all_of(postman.round(due) for postman in postmen)
        sent = sum(postman.sent for postman in postmen)
        services.progress.end("deliver", f"{sent} of {len(due)} messages accepted")


async def name_waiting(services: Services, report: Report, only: Sequence[str] | None) -> None:
    """Name what is still in the outbox and was not touched in this round, a service's wait above all."""
    turns = Turns(services.clock)
    for envelope in services.store.outbox.waiting(only):
        if envelope.id not in report.messages:
            until = f" until {envelope.wait_until:%Y-%m-%d %H:%M:%S} UTC" if envelope.wait_until else ""
            why = envelope.error or "not sent yet"
            report.add(f"{subject(envelope)}: waiting{until}: {why}", **facts(envelope), error=why)
        await turns.next()


class _Postman:
    """One kind of channel in one round."""

    def __init__(
        self, services: Services, state: ProcessState, pacing: Pacing, outcomes: DeliveryOutcomes
    ) -> None:
        self.sent = 0
        self._services = services
        self._pacing = pacing
        self._outcomes = outcomes
        self._spec = CHANNELS[pacing.kind]
        self._kind = pacing.kind
        self._clock = services.clock
        self._outbox = services.store.outbox
        self._turns = Turns(services.clock)
        self._unresolved: dict[Target, DeliveryError] = {}
        # What the process before this one was sending may not show in a history yet.
        self._look_from = state.spacing.started_at + self._spec.lags.total_seconds()

    async def round(self, envelopes: Sequence[Envelope]) -> None:
        """Lane beside lane, so many at a time as the service is to have."""
        own = [envelope for envelope in envelopes if envelope.target.kind == self._kind]
        known = await self._resolve_all(own)
        lanes = self._pacing.lanes(own, lambda target: known.get(target, target.address))
        left = iter(lanes)
        await all_of(self._work(left) for _ in range(min(self._pacing.at_once(), len(lanes))))
        self._outcomes.record()

    async def _work(self, lanes: Iterator[Sequence[Parts]]) -> None:
        """Serve one lane after the other, of those that nobody has begun."""
        for lane in lanes:
            for parts in lane:
                await self._hand_over(parts)
                await self._turns.next()  # what is better left waits for nobody

    async def _hand_over(self, parts: Parts) -> None:
        """A digest's parts in their order; a part that waits holds back those after it."""
        left: Left | None = None
        for envelope in parts:
            if envelope is not parts[0]:
                self._outcomes.record()  # a thread is begun by the receipt of the part before
            try:
                if left is None and not await self._deliver(envelope) and self._spec.keeps_order:
                    return
            except Left as why:
                left = why
            if left is not None:
                self._outcomes.left(envelope, left.why, left.until)

    async def _deliver(self, envelope: Envelope) -> bool:
        """Whether the message is settled, as sent or as failed: then those after it may follow. `Left`."""
        self._pacing.check()
        try:
            return await self._attempt(envelope)
        finally:
            self._services.progress.advance("deliver")

    async def _attempt(self, envelope: Envelope) -> bool:
        channel = self._services.channels.get(self._kind)
        if channel is None:
            error = DeliveryError(f"{self._kind} is not configured", Verdict(permanent=True))
            self._outcomes.failed(envelope, error)
            return True
        for _ in range(_ATTEMPTS_A_ROUND):
            envelope = self._outbox.refresh(envelope)
            if (
                envelope.state is OutboxState.ENDED
                or self._withdrawn(envelope)
                or self._outcomes.set_aside(envelope)
            ):
                return True  # and so are those after it
            await self._pacing.wait_for_service()
            try:
                resolved = await self._resolve(channel, envelope.target)
                receipt = await self._settle_or_send(channel, envelope, resolved)
            except DeliveryError as error:
                settled = await self._refused(self._outbox.refresh(envelope), error)
                if settled is None:
                    continue
                return settled
            if receipt is not None:
                self._outcomes.accepted(envelope, receipt)
                self._pacing.accepted()
                self.sent += 1
            return True
        self._outcomes.left(envelope, envelope.error or "the service kept refusing")
        return False

    def _withdrawn(self, envelope: Envelope) -> bool:
        """Whether its reader wants nothing: said while it was being sent, in vain, or before a ``retry``."""
        optouts = self._services.store.optouts
        return optouts.withdraw(envelope.subscriber, envelope.target, self._clock.now())

    async def _resolve_all(self, envelopes: Sequence[Envelope]) -> Mapping[Target, str]:
        """Look up every address before the first message goes out, as far as the service lets us; what is known."""
        targets = list(dict.fromkeys(envelope.target for envelope in envelopes))
        known: dict[Target, str] = {}
        for at in range(0, len(targets), _ADDRESSES_AT_ONCE):
            known |= self._services.store.subscriptions.resolved_of(targets[at : at + _ADDRESSES_AT_ONCE])
            await self._turns.next()
        lacking = [target for target in targets if target not in known]
        for at in range(0, len(lacking), _ADDRESSES_AT_ONCE):
            found: dict[Target, str] = {}
            try:
                is_over = not await self._look_up(lacking[at : at + _ADDRESSES_AT_ONCE], found)
            finally:
                self._keep(found)
            known |= found
            if is_over:
                break
            await self._turns.next()
        return known

    async def _look_up(self, targets: Sequence[Target], found: dict[Target, str]) -> bool:
        """Add to ``found``; whether the service is to be asked for more."""
        channel = self._services.channels.get(self._kind)
        for target in targets:
            if channel is None or self._pacing.why_left() is not None:
                return False
            try:
                with _foreseen("looking up the address"):
                    found[target] = await channel.resolve(target.address)
            except DeliveryError as error:
                self._unresolved[target] = error
                if not error.verdict.permanent:
                    return False
        return True

    def _keep(self, found: Mapping[Target, str]) -> None:
        """Store what was looked up, by one commit; each by itself, as one that can't be stored is no other's fault."""
        if not found:
            return
        with self._services.store.transaction():
            for target, resolved in found.items():
                try:
                    with _foreseen("storing the address"):
                        self._services.store.subscriptions.save_resolved(target, resolved)
                except DeliveryError as error:
                    self._unresolved[target] = error

    async def _resolve(self, channel: Channel, target: Target) -> str:
        error = self._unresolved.get(target)
        if error is not None:
            if not error.verdict.permanent:
                del self._unresolved[target]
            raise error
        known = self._services.store.subscriptions.resolved(target)
        if known is None:
            with _foreseen("looking up the address"):
                known = await channel.resolve(target.address)
                self._services.store.subscriptions.save_resolved(target, known)
        return known

    async def _settle_or_send(self, channel: Channel, envelope: Envelope, resolved: str) -> Receipt | None:
        """None for a message that was withdrawn while it waited for its turn."""
        if envelope.state is OutboxState.IN_DOUBT and self._spec.keeps_history:
            self._outcomes.record()
            with _foreseen("looking for a message in doubt", in_doubt=True):
                found = await self._look(channel, envelope, resolved)
            if found is not None:
                return found
        await self._pacing.wait(resolved)
        async with self._pacing.turn():
            await self._pacing.wait_for_service()
            sending = await self._outcomes.sending(envelope)
            self._outcomes.record()  # of others, meanwhile
            if sending.state is OutboxState.ENDED:
                return None
            try:
                with _foreseen("sending", in_doubt=True):
                    return await channel.send(sending, resolved)
            finally:
                self._pacing.attempted(resolved)

    async def _look(self, channel: Channel, envelope: Envelope, resolved: str) -> Receipt | None:
        """Whether the message arrived after all; a history that lags is given time to show it."""
        if not self._spec.lags:
            return await channel.find(envelope, resolved)
        await self._clock.sleep(max(self._look_from - self._clock.monotonic(), 0))
        for look in range(_LOOKS):
            if look:
                await self._clock.sleep(self._spec.lags.total_seconds())
            found = await channel.find(envelope, resolved)
            if found is not None:
                return found
        return None

    async def _refused(self, envelope: Envelope, error: DeliveryError) -> bool | None:
        """Record the failure; whether that settles the message. None to attempt it again, having waited."""
        verdict, now = error.verdict, self._clock.now()
        if verdict.in_doubt:
            return await self._doubted(envelope, error)
        if (
            verdict.form_refused
            and (simpler := messages_of(self._kind).simpler(envelope.payload)) is not None
        ):
            with self._services.store.transaction():
                self._outbox.mark_waiting(envelope, str(error), now, None, in_doubt=False)
                self._outbox.replace_payload(envelope, simpler)
            self._outcomes.reshaped(envelope, error)
            return None
        retry_at = self._retry_at(envelope, verdict, now)
        if retry_at is None:
            self._outcomes.failed(envelope, error)
            return True
        wait_until = now + verdict.retry_after if verdict.retry_after else None
        self._wait(envelope, error, retry_at, wait_until)
        if verdict.retry_after and verdict.retry_after <= _PATIENCE:
            if verdict.retry_after > backoff.LONG_WAIT:
                seconds = verdict.retry_after.total_seconds()
                self._services.progress.wait(f"{error}; sending again in {seconds:.0f} s")
            self._pacing.hold(verdict.retry_after)
            return None
        self._pacing.not_taken(error, wait_until)
        self._outcomes.waiting(envelope, error)
        return False

    async def _doubted(self, envelope: Envelope, error: DeliveryError) -> bool | None:
        """The message may have been accepted: find out where that can be found out."""
        looked = envelope.state is OutboxState.IN_DOUBT
        now = self._clock.now()
        retry_at = self._retry_at(envelope, Verdict(retry_after=error.verdict.retry_after), now)
        if retry_at is None:
            self._outcomes.failed(envelope, error)
            return True
        self._wait(envelope, error, retry_at, None)
        if not looked and self._spec.keeps_history:
            await self._clock.sleep(self._spec.lags.total_seconds())
            return None
        self._outcomes.in_doubt(envelope, error, looked=looked)
        return False

    def _wait(
        self, envelope: Envelope, error: DeliveryError, retry_at: datetime, wait_until: datetime | None
    ) -> None:
        """Record that it waits, and with it the parts after it where they may not overtake it."""
        in_doubt = error.verdict.in_doubt
        with self._services.store.transaction():
            self._outbox.mark_waiting(envelope, str(error), retry_at, wait_until, in_doubt=in_doubt)
            if self._spec.keeps_order:
                self._outbox.hold_back_the_rest(envelope)

    def _retry_at(self, envelope: Envelope, verdict: Verdict, now: datetime) -> datetime | None:
        """When to try again; None when the message has failed."""
        # The earliest its first failure can have been: a machine that was off did not try.
        failing_since = max(envelope.created_at, now - backoff.delivery_pauses(envelope.attempts))
        return backoff.delivery_retry(envelope.attempts, verdict, failing_since, now, self._services.jitter())


@contextmanager
def _foreseen(doing: str, *, in_doubt: bool = False) -> Iterator[None]:
    """Whatever a channel raises that is no DeliveryError is one: a failure of one message, not of the round."""
    try:
        yield
    except (DeliveryError, StoreError):
        raise
    except Exception as error:
        raise DeliveryError.unforeseen(error, doing, in_doubt=in_doubt) from error
