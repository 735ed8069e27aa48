"""The one gate that every request to arXiv goes through.

arXiv's terms: one connection at a time, three seconds between requests, counted over all its
interfaces. So the search and the feeds share this gate, and a refusal of one is a pause for both.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot import backoff
from bot.errors import ArxivError
from bot.history import ServiceWait
from bot.models import Verdict
from bot.pipeline.concurrency import first_of
from bot.ports import Clock, Progress
from bot.store.notices import Notices

T = TypeVar("T")

_TRIES_WITHOUT_A_WAY = 3
"""A resolver may fail once; a name that stays unknown is no busy server."""

SERVICE = "arXiv"


class ArxivGate:
    """Spaces requests, retries refusals, and knows when a cycle's patience is used up."""

    def __init__(
        self, clock: Clock, notices: Notices, progress: Progress, stopping: asyncio.Event | None = None
    ) -> None:
        self._clock = clock
        self._progress = progress
        self._patient = True
        self._no_way: ArxivError | None = None
        """Why nothing more is asked in this cycle."""
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

    @property
    def has_given_up(self) -> bool:
        """Whether nothing is left of the cycle's patience."""
        return self._spent >= backoff.ARXIV_BUDGET or self._no_way is not None or self.is_stopping

    def begin_cycle(self, *, patient: bool = True) -> None:
        """A new poll has the whole patience again.

        ``patient`` is for a process that nobody waits for: another soon gives up on a service to which there
        is no way at all, instead of asking for five minutes.
        """
        self._patient = patient
        self._no_way = None
        self._spent = timedelta()
        self._failures = 0

    async def ask(
        self,
        attempt: Callable[[], Awaitable[T]],
        min_interval: timedelta,
        doubt: Callable[[T], str] = lambda _: "",
        *,
        tries: int | None = None,
    ) -> T:
        """Make the request until it is answered. ArxivError once the cycle's patience is used up.

        A permanent refusal (a query arXiv can't run) is raised at once, and so is what only a person can mend.
        ``doubt`` says why an answer can't be believed (yet), and nothing when it can: one that can't counts
        as a refusal. After ``tries`` refusals it is left to the caller what to ask instead, when the pause is over.
        """
        async with self._lock:
            if self._no_way is not None:
                raise self._no_way
            await self._respect_earlier_wait()
            doubted = timedelta()
            tried = 0
            while True:
                tried += 1
                await self._space(min_interval)
                try:
                    answer = await self._timed(attempt)
                except ArxivError as error:
                    if error.verdict.permanent or error.verdict.until_mended:
                        self._failures = 0
                        raise
                    await self._pause(error, min_interval)
                    if tried == tries:
                        raise
                    continue
                if not (reason := doubt(answer)):
                    self._failures = 0
                    # Else many quiet topics would use up the patience that a refusal needs.
                    self._spent -= doubted
                    return answer
                doubted += await self._pause(ArxivError(reason), min_interval)
                if tried == tries:
                    raise ArxivError(reason)

    async def _timed(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """One attempt; its end counts for the next, and what a refusal took for the cycle's patience."""
        began = self._clock.monotonic()
        asking = asyncio.ensure_future(attempt())
        try:
            await first_of(asking, self._clock.sleep(backoff.LONG_WAIT.total_seconds()))
            if not asking.done():
                self._progress.wait("waiting for arXiv's answer, which has not come for 10 s")
            return await asking
        except Exception as foreign:
            # A source that raises something unforeseen is arXiv's failure, not the round's end.
            error = (
                foreign if isinstance(foreign, ArxivError) else ArxivError.unforeseen(foreign, "asking arXiv")
            )
            if not error.verdict.permanent:
                self._spent += timedelta(seconds=self._clock.monotonic() - began)
            raise error from foreign
        finally:
            if not asking.done():
                asking.cancel()
                await asyncio.wait({asking})
            self._last_end = self._clock.monotonic()

    async def _space(self, min_interval: timedelta) -> None:
        free_at = max(self._last_end + min_interval.total_seconds(), self._rest_until)
        if free_at - self._clock.monotonic() > backoff.LONG_WAIT.total_seconds():
            left = free_at - self._clock.monotonic()
            self._progress.wait(f"keeping {left:.0f} s between requests to arXiv (arxiv.min_interval)")
        while (left := free_at - self._clock.monotonic()) > 0:
            await self._sleep(left)

    async def _pause(self, error: ArxivError, min_interval: timedelta) -> timedelta:
        """Rest as long as it takes; how long that was. ArxivError when there is no patience left for it."""
        self._failures += 1
        pause = backoff.arxiv_retry(self._failures, min_interval, error.verdict.retry_after, self._spent)
        if error.verdict.retry_after:
            until = self._clock.now() + error.verdict.retry_after
            self._notices.set_wait(ServiceWait(SERVICE, until, str(error)))
        if error.verdict.unreachable and not self._patient and self._failures >= _TRIES_WITHOUT_A_WAY:
            self._no_way = error
            raise error
        if pause is None:
            self._spent = backoff.ARXIV_BUDGET
            asked = error.verdict.retry_after or timedelta()
            why = (
                f"it asks to be left alone for {asked}"
                if asked > backoff.ARXIV_BUDGET
                else "gave up after five minutes of trying"
            )
            raise ArxivError(f"{error}; {why}", Verdict()) from error
        self._tell(error, pause)
        self._spent += pause
        # Whoever asks next keeps the pause, even when this one is told to stop in it.
        self._rest_until = self._clock.monotonic() + pause.total_seconds()
        await self._sleep(pause.total_seconds())
        return pause

    def _tell(self, error: ArxivError, pause: timedelta) -> None:
        """A wait that a person would wonder about is said beforehand; the others to whoever asks for all."""
        left = f"for at most {_minutes(backoff.ARXIV_BUDGET - self._spent)}"
        if error.verdict.unreachable and not self._patient and self._failures == _TRIES_WITHOUT_A_WAY - 1:
            left = "once more"
        text = f"{error}; asking again in {pause.total_seconds():.0f} s, {left}"
        if pause > backoff.LONG_WAIT:
            self._progress.wait(text)
        else:
            self._progress.note("debug", text)

    async def _respect_earlier_wait(self) -> None:
        """A Retry-After that an earlier run was given holds for this one too."""
        wait, now = self._notices.wait_until(SERVICE), self._clock.now()
        if wait is None or wait.until <= now:
            return
        left = wait.until - now
        if self._spent + left > backoff.ARXIV_BUDGET:
            raise ArxivError(f"arXiv asked not to be asked again before {wait.until:%Y-%m-%d %H:%M} UTC")
        self._spent += left
        if left > backoff.LONG_WAIT:
            self._progress.wait(f"arXiv asked to be left alone for another {left.total_seconds():.0f} s")
        await self._sleep(left.total_seconds())

    async def _sleep(self, seconds: float) -> None:
        """Wait, unless told to stop: what was recorded stays, and the next poll takes up the rest."""
        await first_of(self._clock.sleep(seconds), self._stopping.wait())
        if self._stopping.is_set():
            raise ArxivError("stopped before arXiv answered")


def _minutes(left: timedelta) -> str:
    minutes = math.ceil(left / timedelta(minutes=1))
    return "one more minute" if minutes == 1 else f"{minutes} more minutes"
