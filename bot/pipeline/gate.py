"""The one gate that every request to arXiv goes through.

arXiv's terms: one connection at a time, three seconds between requests, counted over all its
interfaces. So the search and the feeds share this gate, and a refusal of one is a pause for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot import backoff
from bot.errors import ArxivError
from bot.history import ServiceWait
from bot.models import Verdict
from bot.pipeline.waiting import first_of
from bot.ports import Clock
from bot.ports.store import Notices

T = TypeVar("T")

SERVICE = "arXiv"


class ArxivGate:
    """Spaces requests, retries refusals, and knows when a cycle's patience is used up."""

    def __init__(self, clock: Clock, notices: Notices, stopping: asyncio.Event | None = None) -> None:
        self._clock = clock
        self._stopping = stopping or asyncio.Event()
        self._notices = notices
        self._lock = asyncio.Lock()
        # The process before this one may have asked a moment ago.
        self._last_end = clock.monotonic()
        self._rest_until = self._last_end
        self._failures = 0
        self._spent = timedelta()

    @property
    def is_stopping(self) -> bool:
        """Whether the process was told to begin nothing new."""
        return self._stopping.is_set()

    def begin_cycle(self) -> None:
        """A new poll has the whole patience again."""
        self._spent = timedelta()
        self._failures = 0

    async def ask(self, attempt: Callable[[], Awaitable[T]], min_interval: timedelta) -> T:
        """Make the request until it is answered. ArxivError once the cycle's patience is used up.

        A permanent refusal (a query arXiv can't run) is raised at once.
        """
        async with self._lock:
            await self._respect_earlier_wait()
            while True:
                await self._space(min_interval)
                began = self._clock.monotonic()
                try:
                    answer = await attempt()
                except ArxivError as error:
                    self._last_end = self._clock.monotonic()
                    if error.verdict.permanent:
                        self._failures = 0
                        raise
                    self._spent += timedelta(seconds=self._last_end - began)
                    await self._pause(error, min_interval)
                else:
                    self._last_end = self._clock.monotonic()
                    self._failures = 0
                    return answer

    async def pause_for_doubt(self, reason: str, min_interval: timedelta) -> None:
        """An answer that can't be believed counts as a refusal: wait as for one."""
        async with self._lock:
            await self._pause(ArxivError(reason), min_interval)

    async def _space(self, min_interval: timedelta) -> None:
        free_at = max(self._last_end + min_interval.total_seconds(), self._rest_until)
        while (left := free_at - self._clock.monotonic()) > 0:
            await self._sleep(left)

    async def _pause(self, error: ArxivError, min_interval: timedelta) -> None:
        self._failures += 1
        pause = backoff.arxiv_retry(self._failures, min_interval, error.verdict.retry_after, self._spent)
        if error.verdict.retry_after is not None and error.verdict.retry_after > timedelta():
            until = self._clock.now() + error.verdict.retry_after
            self._notices.set_wait(ServiceWait(SERVICE, until, str(error)))
        if pause is None:
            self._spent = backoff.ARXIV_BUDGET
            raise ArxivError(f"{error}; gave up after five minutes of trying", Verdict()) from error
        self._spent += pause
        # Whoever asks next keeps the pause, even when this one is told to stop in it.
        self._rest_until = self._clock.monotonic() + pause.total_seconds()
        await self._sleep(pause.total_seconds())

    async def _respect_earlier_wait(self) -> None:
        """A Retry-After that an earlier run was given holds for this one too."""
        wait = self._notices.wait_until(SERVICE)
        left = wait.until - self._clock.now() if wait else timedelta()
        if wait is None or left <= timedelta():
            return
        if self._spent + left > backoff.ARXIV_BUDGET:
            raise ArxivError(f"arXiv asked not to be asked again before {wait.until:%Y-%m-%d %H:%M} UTC")
        self._spent += left
        await self._sleep(left.total_seconds())

    async def _sleep(self, seconds: float) -> None:
        """Wait, unless told to stop: what was recorded stays, and the next poll takes up the rest."""
        await first_of(self._clock.sleep(seconds), self._stopping.wait())
        if self._stopping.is_set():
            raise ArxivError("stopped before arXiv answered")
