"""Pacing: how fast messages of one kind go out, and when the rest of a round is better left."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels import CHANNELS
from bot.errors import DeliveryError
from bot.history import ServiceWait
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState

_OUTAGE = 3
"""So many messages in a row that a service did not take: it is down, the rest wait untried."""
_DOWN = timedelta(minutes=5)


class Pacing:
    """One kind of channel in one round."""

    def __init__(self, services: Services, state: ProcessState, kind: str) -> None:
        self.kind = kind
        self._settings = services.settings
        self._clock = services.clock
        self._notices = services.store.notices
        self._spacing = state.spacing
        self._stopping = state.stopping
        self._failures_in_a_row = 0

    async def wait(self, resolved: str) -> None:
        """Until a message may go to this address."""
        while (left := self._spacing.free_at(self.kind, self._place(resolved)) - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

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
            self._notices.set_wait(ServiceWait(self.kind, wait_until, str(error)))

    def why_left(self) -> tuple[str, datetime | None] | None:
        """Why a message is not even tried, and until when; None when it is."""
        if self._stopping.is_set():
            return "stopping", None
        now = self._clock.now()
        wait = self._notices.wait_until(self.kind)
        if wait is not None and wait.until > now:
            return f"the service asked to be left alone until {wait.until:%Y-%m-%d %H:%M:%S} UTC", wait.until
        if (rest := self._spacing.resting_until(self.kind) - self._clock.monotonic()) > 0:
            return "the service takes no more for the moment", now + timedelta(seconds=rest)
        if self._failures_in_a_row >= _OUTAGE:
            return "the service did not take the messages before it", now + _DOWN
        return None

    def _place(self, resolved: str) -> str:
        return CHANNELS[self.kind].place(resolved)

    def _interval(self) -> timedelta:
        return CHANNELS[self.kind].interval(self._settings)
