"""Pacing: which messages of one kind go side by side, how fast, and when the rest of a round is better left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.channels import CHANNELS
from bot.errors import DeliveryError
from bot.history import ServiceWait
from bot.models import Envelope, Target
from bot.pipeline.concurrency import first_of
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState

_OUTAGE = 3
"""So many messages in a row that a service did not take: it is down, the rest wait untried."""
_DOWN = timedelta(minutes=5)


Parts = list[Envelope]
"""The messages of one digest, or of one copy of it, for one target, in their order; or a notice by itself."""


class Left(Exception):
    """A message is better not tried in this round: ``why``, and until when if that is known."""

    def __init__(self, why: str, until: datetime | None) -> None:
        super().__init__(why)
        self.why = why
        self.until = until


def lanes(envelopes: Sequence[Envelope], place_of: Callable[[Target], str] | None) -> list[list[Parts]]:
    """What may go side by side; within a lane one message goes after the other, in the order given.

    Where a service counts by place, a place is a lane, so that its interval is measured from the end of one
    message to the start of the next. Elsewhere (``place_of`` is None) each digest is one.
    """
    found: dict[Hashable, dict[Hashable, Parts]] = {}
    for one in envelopes:
        digest = (one.digest_id, one.copy, one.target, one.id * (one.digest_id == 0))
        place = digest if place_of is None else place_of(one.target)
        found.setdefault(place, {}).setdefault(digest, []).append(one)
    return [list(digests.values()) for digests in found.values()]


class Pacing:
    """One kind of channel in one round."""

    def __init__(self, services: Services, state: ProcessState, kind: str) -> None:
        self.kind = kind
        self._settings = services.settings
        self._clock = services.clock
        self._notices = services.store.notices
        self._spacing = state.spacing
        self._stopping = state.stopping
        self._wait = self._notices.wait_until(kind)
        self._failures_in_a_row = 0
        self._one_by_one = False
        self._turn = asyncio.Lock()

    def lanes(self, envelopes: Sequence[Envelope], resolved: Callable[[Target], str]) -> list[list[Parts]]:
        """What may go side by side, by the service's way of counting."""
        return lanes(envelopes, (lambda target: self._place(resolved(target))) if self._interval() else None)

    def at_once(self) -> int:
        """So many lanes are served side by side."""
        return CHANNELS[self.kind].connections(self._settings)

    async def wait(self, resolved: str) -> None:
        """Until a message may go to this address. `Left` when meanwhile none is to go any more."""
        while (left := self._free_at(resolved) - self._clock.monotonic()) > 0:
            await self._pause(left)
        self.check()
        self.attempted(resolved)  # Nobody else takes the moment.

    async def wait_for_service(self) -> None:
        """Until the service may be asked anything. `Left` when meanwhile nothing is to be any more."""
        while (left := self._spacing.held_until(self.kind) - self._clock.monotonic()) > 0:
            await self._pause(left)
        self.check()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """To be inside while sending."""
        if not self._one_by_one:
            yield
            return
        async with self._turn:
            yield

    def hold(self, duration: timedelta) -> None:
        """The service's own word, which holds for all that go to it: nothing before that.

        What waited for it must not come all at once again: from here on one message goes at a time.
        """
        self._one_by_one = True
        self._spacing.hold(self.kind, self._clock.monotonic() + duration.total_seconds())

    def attempted(self, resolved: str) -> None:
        """A message has just gone there, whatever became of it."""
        until = self._clock.monotonic() + self._interval().total_seconds()
        self._spacing.occupy(self.kind, self._place(resolved), until)

    def accepted(self) -> None:
        self._failures_in_a_row = 0

    def not_taken(self, error: DeliveryError, wait_until: datetime | None) -> None:
        """A message has to wait; ``wait_until`` is the service's own word, which holds for all of them."""
        if not error.verdict.until_mended:  # a folder's fault is no other folder's
            self._failures_in_a_row += 1
        if error.verdict.rest is not None:
            self._spacing.rest(self.kind, self._clock.monotonic() + error.verdict.rest.total_seconds())
        if wait_until is not None:
            self._wait = ServiceWait(self.kind, wait_until, str(error))
            self._notices.set_wait(self._wait)

    def check(self) -> None:
        """`Left` when a message is not even to be tried."""
        if (why := self.why_left()) is not None:
            raise Left(*why)

    def why_left(self) -> tuple[str, datetime | None] | None:
        """Why a message is not even tried, and until when; None when it is."""
        if self._stopping.is_set():
            return "stopping", None
        now = self._clock.now()
        if self._wait is not None and (until := self._wait.until) > now:
            return f"the service asked to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC", until
        if (rest := self._spacing.resting_until(self.kind) - self._clock.monotonic()) > 0:
            return "the service takes no more for the moment", now + timedelta(seconds=rest)
        if self._failures_in_a_row >= _OUTAGE:
            return "the service did not take the messages before it", now + _DOWN
        return None

    async def _pause(self, seconds: float) -> None:
        """So long, or until told to stop: then `check` says so."""
        self.check()
        await first_of(self._clock.sleep(seconds), self._stopping.wait())
        self.check()

    def _free_at(self, resolved: str) -> float:
        interval_s = self._interval().total_seconds()
        free_at = self._spacing.free_at(self.kind, self._place(resolved), interval_s)
        return max(free_at, self._spacing.held_until(self.kind))

    def _place(self, resolved: str) -> str:
        return CHANNELS[self.kind].place(resolved)

    def _interval(self) -> timedelta:
        return CHANNELS[self.kind].interval(self._settings)
