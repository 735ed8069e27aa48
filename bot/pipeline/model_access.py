"""Access to the model, inside every limit: what all requests of one round know together.

A request is counted in the database before it is sent, so that neither a crash nor a restart can spend more
than the limits allow. What is asked, and what an answer is good for, is decided by those who ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, NoReturn, TypeVar

from bot import backoff, quota
from bot.errors import ModelError
from bot.models import Limit, ModelReply, Prompt, Purpose, Verdict
from bot.pipeline import alerts
from bot.pipeline.attempt import REST, Attempt, Ended
from bot.pipeline.concurrency import all_of, first_of
from bot.pipeline.model_quota import ModelQuota
from bot.pipeline.services import Services
from bot.ports import Summariser

T = TypeVar("T")


class Answered(NamedTuple):
    request: int
    """Its number among those that count against the quota."""
    reply: ModelReply


class OutOfTime(Exception):
    """The time of one attempt is up: what it asked for may be asked for again later."""


OUTAGE = timedelta(minutes=5)
"""Without any answer for so long, or for the time of one paper, the service is down for this round."""

_POLL_SECONDS = 1.0
"""A clock that was set, or a machine that slept, is noticed no later than this."""


class ModelAccess:
    """One round's requests. May raise StoreError."""

    def __init__(
        self,
        services: Services,
        summariser: Summariser,
        stopping: asyncio.Event,
        until: datetime | None,
        purpose: Purpose,
    ) -> None:
        self._services = services
        self._settings = services.settings
        self._summariser = summariser
        self._stopping = stopping
        self._until = until
        self._clock = services.clock
        self.budget = backoff.summary_budget(services.settings.gemini.answers_within)
        """How long one paper may take, from its first request."""
        self._quota = ModelQuota(services, services.settings.gemini, purpose)
        self._admission = asyncio.Lock()
        self._one_finished = asyncio.Event()
        self._failing_since: datetime | None = None
        self._malformed = 0
        """Answers since the last good one that could not be read."""
        self._over = asyncio.Event()
        self._told_until: datetime | None = None
        """The end of the wait that was announced last."""
        self.ended = ""
        self.refused = ""
        """Why the service refuses every request until a person mends it, if it does."""
        self.rest_until: datetime | None = None
        """Before this there is no use in asking for what nobody waits for."""

    async def work_through(self, jobs: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
        """Do the jobs in their order, ``concurrency`` at a time. Ends early for what `ended` tells."""
        listed = list(jobs)
        queue = iter(listed)
        workers = min(self._settings.gemini.concurrency, len(listed))
        await all_of(self._work(queue, do) for _ in range(workers))

    async def _work(self, queue: Iterator[T], do: Callable[[T], Awaitable[None]]) -> None:
        for job in queue:
            try:
                await do(job)
            except Ended as end:
                self.ended, self.rest_until = self.ended or str(end), self.rest_until or end.rest_until
                self._over.set()
            if self.ended:
                return

    async def ask(self, text: Prompt, attempt: Attempt) -> Answered | None:
        """An answer; None after a failure that passes: ask again.

        ModelError where the service won't answer this. OutOfTime. Ended.
        """
        request = await self._admitted(text, attempt)
        try:
            return Answered(request, await self._request(request, text))
        except ModelError as error:
            if not await self._try_again(error, attempt):
                raise
            return None

    def take(self, request: int, answer: ModelReply) -> None:
        """Note what an answer cost: within the transaction that keeps what it is good for."""
        self._quota.answered(request, answer)
        alerts.settle(self._services, alerts.MODEL)
        self._one_finished.set()
        self._failing_since = None
        self._malformed = 0

    async def _try_again(self, error: ModelError, attempt: Attempt) -> bool:
        """After a failure of the service: whether to ask again, having waited. Ended."""
        attempt.failures += 1
        attempt.refusals += error.verdict.permanent
        self._learn(error)
        spent = self._clock.now() - (attempt.began or self._clock.now())
        pause = backoff.summary_retry(
            attempt.failures, error.verdict, self._services.jitter(), spent, self.budget
        )
        if pause is None:
            return False
        self._announce(f"{error}; asking again", self._clock.now() + pause)
        await first_of(self._over.wait(), self._stopping.wait(), self._clock.sleep(pause.total_seconds()))
        return True

    async def _admitted(self, text: Prompt, attempt: Attempt) -> int:
        """Wait until this request may go out, and count it.

        OutOfTime when the time of its papers is up, which runs from their first request. Ended.
        """
        async with self._admission:
            await self._clock.sleep(0)  # a turn for others: each is counted by a commit of its own
            while True:
                self._go_on()
                now = self._clock.now()
                if attempt.began is not None and now - attempt.began >= self.budget:
                    raise OutOfTime
                permit = self._quota.permit(text)
                if permit.answer is quota.Admission.GO:
                    attempt.began = attempt.began or now
                    return self._quota.start(text)
                self._end_if_closed(permit, now)
                self._one_finished.clear()
                if permit.until is not None:
                    self._announce("Gemini's limits leave no room; the next request goes out", permit.until)
                await self._wait(permit.until)

    def _end_if_closed(self, permit: quota.Permit, now: datetime) -> None:
        """Ended, where waiting would hold up what is due."""
        if permit.answer is quota.Admission.DAY_SPENT:
            self._end(
                f"the day's quota of {self._settings.gemini.requests_per_day} requests is used up", permit
            )
        if permit.answer is quota.Admission.NOT_OFFERED:
            raise Ended(f"{self._settings.gemini.model} is not offered on this account", now + REST)
        if permit.until is not None and permit.until - now > self.budget:
            self._end("no request is wanted", permit)

    def _end(self, what: str, permit: quota.Permit) -> NoReturn:
        text = f"{what} until {permit.until:%Y-%m-%d %H:%M} UTC"
        self._alert(text, Verdict())
        raise Ended(text, permit.until)

    async def _request(self, request: int, text: Prompt) -> ModelReply:
        """Send it. ModelError; a request that failed is counted like any other."""
        try:
            return await self._summariser.ask(text)
        except BaseException as error:
            self._quota.unanswered(request)
            self._one_finished.set()
            if isinstance(error, ModelError) or not isinstance(error, Exception):
                raise
            raise ModelError.unforeseen(error, "asking Gemini") from error

    def _learn(self, error: ModelError) -> None:
        """What a failure says about the requests that follow. Ended when there should be none."""
        verdict, now = error.verdict, self._clock.now()
        closed_until = self._quota.refused(error)
        if verdict.limit in (Limit.PER_DAY, Limit.NOT_OFFERED):
            self._alert(str(error), verdict)
            raise Ended(str(error), closed_until or now + REST)
        if verdict.service_wide:
            # A bad key or an unknown model fails every paper alike; a refused prompt only its own.
            self.refused = self._alert(str(error), verdict)
            self._services.progress.note("error", self.refused, error=str(error))
            raise Ended(str(error), now + REST)
        self._malformed += verdict.malformed
        if self._malformed >= backoff.MALFORMED_ANSWERS:
            self._alert(f"{backoff.MALFORMED_ANSWERS} answers running could not be read: {error}", verdict)
            raise Ended("Gemini's answers can't be read", now + REST)
        if not verdict.permanent:
            self._failing_since = self._failing_since or now
            outage = max(OUTAGE, self.budget)
            if now - self._failing_since >= outage:
                lasted = f"no answer for {outage // timedelta(minutes=1)} minutes"
                self._alert(f"{lasted}: {error}", verdict)
                raise Ended(f"Gemini gave {lasted}", now + REST)

    # --- what holds for all ---

    def _go_on(self) -> None:
        if self.ended:
            raise Ended(self.ended)
        if self._stopping.is_set():
            raise Ended("stopping")
        if self._until is not None and self._clock.now() >= self._until:
            raise Ended("something is due")

    def _alert(self, text: str, verdict: Verdict) -> str:
        """Tell of it; in which words."""
        remedy = f"; {verdict.remedy}" if verdict.remedy else ""
        what = text.removesuffix(".") + remedy
        line = f"Gemini: {what}. Meanwhile papers are shown with the abstract's own sentences."
        alerts.raise_alert(self._services, alerts.MODEL, line)
        return line

    def _announce(self, what: str, until: datetime) -> None:
        """Say what a long wait is for; of several at a time one."""
        now = self._clock.now()
        if until - now > backoff.LONG_WAIT and (self._told_until is None or now >= self._told_until):
            self._told_until = until
            self._services.progress.wait(f"{what} in {(until - now).total_seconds():.0f} s")

    async def _wait(self, until: datetime | None) -> None:
        """Until then, or until a request ends, or the round is stopped: whichever comes first."""
        seconds = max((until - self._clock.now()).total_seconds(), 0.001) if until else _POLL_SECONDS
        await first_of(
            self._one_finished.wait(), self._stopping.wait(), self._clock.sleep(min(seconds, _POLL_SECONDS))
        )
