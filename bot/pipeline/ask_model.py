"""Asking the model for summaries, inside every limit: the workers of one round.

A request is counted in the database before it is sent, so that neither a crash nor a restart can
spend more than the limits allow. Which summaries are wanted is decided before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from bot import backoff, quota
from bot.errors import ModelError
from bot.models import Limit, ModelReply, Paper, Prompt, Summary, SummaryKey, Verdict
from bot.pipeline import alerts
from bot.pipeline.attempt import REST, Attempt, Ended, Job
from bot.pipeline.concurrency import all_of, first_of
from bot.pipeline.model_quota import ModelQuota
from bot.pipeline.services import Services
from bot.ports import Summariser
from bot.summary import prompt, reply

OUTAGE = timedelta(minutes=5)
"""Without any answer for so long, or for the time of one paper, the service is down for this round."""

_LONGEST_REASON = 200
"""Characters of a refusal's reason that are kept."""

_POLL_SECONDS = 1.0
"""A clock that was set, or a machine that slept, is noticed no later than this."""


class ModelWorkers:
    """The workers of one round, and what they know together about the service."""

    def __init__(
        self, services: Services, summariser: Summariser, stopping: asyncio.Event, until: datetime | None
    ) -> None:
        self._services = services
        self._settings = services.settings
        self._summariser = summariser
        self._stopping = stopping
        self._until = until
        self._clock = services.clock
        self._budget = backoff.summary_budget(services.settings.gemini.answers_within)
        self._quota = ModelQuota(services, services.settings.gemini)
        self._admission = asyncio.Lock()
        self._one_finished = asyncio.Event()
        self._failing_since: datetime | None = None
        self._over = asyncio.Event()
        self._told_until: datetime | None = None
        """The end of the wait that was announced last."""
        self.ended = ""
        self.refused = ""
        """Why the service refuses every request until a person mends it, if it does."""
        self.rest_until: datetime | None = None
        """Before this there is no use in asking for what nobody waits for."""
        self.again_at: dict[SummaryKey, datetime] = {}
        """What was asked for in vain, and when to ask for it again."""
        self.written = 0

    async def work_through(self, jobs: Sequence[Job]) -> None:
        """Do the jobs in their order, ``concurrency`` at a time. Ends early for what `ended` tells."""
        queue = iter(jobs)
        workers = min(self._settings.gemini.concurrency, len(jobs))
        await all_of(self._work(queue) for _ in range(workers))

    async def _work(self, queue: Iterator[Job]) -> None:
        for job in queue:
            try:
                await self._do(job)
            except Ended as end:
                self.ended, self.rest_until = self.ended or str(end), self.rest_until or end.rest_until
                self._over.set()
            if self.ended:
                return
            self._services.progress.advance("summarise", len(job.keys))

    async def _do(self, job: Job) -> None:
        """One request's papers; of several, those without a good answer are asked for again singly."""
        left, attempt = dict(zip(job.keys, job.papers, strict=True)), Attempt()
        if len(left) > 1:
            left = await self._ask_until_good(left, 1, attempt)
        for key, paper in left.items():
            alone = attempt.alone(key, self._refused_today(key))
            if await self._ask_until_good({key: paper}, backoff.SUMMARY_REFUSALS, alone):
                self.again_at[key] = self._clock.now() + self._budget

    async def _ask_until_good(
        self, left: dict[SummaryKey, Paper], refusals: int, attempt: Attempt
    ) -> dict[SummaryKey, Paper]:
        """Ask until every paper has a good summary; what may still get one is returned.

        ``refusals`` is how many answers may be refused; the attempt has a budget of time.
        """
        focus, language = next((key.focus, key.language) for key in left)
        while left and attempt.refusals < refusals:
            papers = list(left.values())
            text = prompt.build(
                papers,
                focus=focus,
                language=language,
                complaints={one: complaint for one, complaint in attempt.complaints.items() if complaint},
                paraphrase=attempt.paraphrase,
            )
            request = await self._admitted(text, attempt)
            if request is None:
                return left
            try:
                answer = await self._request(request, text)
            except ModelError as error:
                if not await self._try_again(error, attempt):
                    if error.verdict.permanent and len(left) == 1:
                        self._refuse(next(iter(left)), str(error), final=True)
                    return left
                continue
            found = reply.read(answer, papers, language=language)
            hopeless = attempt.learn(found, left)
            self._record(request, answer, {key: found[key.arxiv_id] for key in left}, hopeless)
            left = {key: paper for key, paper in left.items() if key.arxiv_id in attempt.complaints}
        return left

    def _refused_today(self, key: SummaryKey) -> int:
        """How many answers for it were refused today, by this process or one before it."""
        today = quota.pacific_day(self._clock.now())
        refusals = self._services.store.summaries.refusals_of(key.arxiv_id)
        return sum(one.times for one in refusals if one.key == key and one.day == today)

    def _refuse(self, key: SummaryKey, reason: str, *, final: bool) -> None:
        """Take note of a refusal; after a ``final`` one asking again makes no sense today."""
        now = self._clock.now()
        self._services.store.summaries.refuse(
            key,
            reason[:_LONGEST_REASON],
            quota.pacific_day(now),
            now,
            times=backoff.SUMMARY_REFUSALS if final else 1,
        )

    async def _try_again(self, error: ModelError, attempt: Attempt) -> bool:
        """After a failure of the service: whether to ask again, having waited. Ended."""
        attempt.failures += 1
        attempt.refusals += error.verdict.permanent
        self._learn(error)
        spent = self._clock.now() - (attempt.began or self._clock.now())
        pause = backoff.summary_retry(
            attempt.failures, error.verdict, self._services.jitter(), spent, self._budget
        )
        if pause is None:
            return False
        self._announce(f"{error}; asking again", self._clock.now() + pause)
        await first_of(self._over.wait(), self._stopping.wait(), self._clock.sleep(pause.total_seconds()))
        return True

    def _record(
        self,
        request: int,
        answer: ModelReply,
        found: Mapping[SummaryKey, Summary | reply.RefusedAnswer],
        hopeless: Container[SummaryKey],
    ) -> None:
        """What the answer cost and what it is good for, in one transaction."""
        now = self._clock.now()
        with self._services.store.transaction():
            self._quota.answered(request, answer)
            for key, result in found.items():
                if isinstance(result, Summary):
                    self._services.store.summaries.save(key, result, now)
                    self.written += 1
                else:
                    self._refuse(key, result.reason, final=key in hopeless)
            alerts.settle(self._services, alerts.MODEL)
        self._one_finished.set()
        self._failing_since = None

    # --- one request ---

    async def _admitted(self, text: Prompt, attempt: Attempt) -> int | None:
        """Wait until this request may go out, and count it.

        None when the time of its papers is up, which runs from their first request. Ended.
        """
        async with self._admission:
            while True:
                self._go_on()
                now = self._clock.now()
                if attempt.began is not None and now - attempt.began >= self._budget:
                    return None
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
        if permit.until is not None and permit.until - now > self._budget:
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
        if not verdict.permanent:
            self._failing_since = self._failing_since or now
            outage = max(OUTAGE, self._budget)
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
