"""The desk: workers that ask the model for summaries, inside every limit.

A request is counted in the database before it is sent, so that neither a crash nor a restart can
spend more than the limits allow. Which summaries are wanted is decided before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from bot import backoff, quota
from bot.errors import GeminiError
from bot.models import Limit, ModelReply, Paper, Prompt, Summary, SummaryKey, Verdict
from bot.pipeline import alerts
from bot.pipeline.services import Services
from bot.pipeline.waiting import first_of
from bot.ports import Summariser
from bot.settings import Settings
from bot.summary import prompt, reply

OUTAGE = timedelta(minutes=5)
"""Without any answer for so long, the service is down for this round."""

_ALERT = "gemini"
_POLL_SECONDS = 1.0
"""A clock that was set, or a machine that slept, is noticed no later than this."""


@dataclass(frozen=True, slots=True)
class Job:
    """Papers that go to the model in one request: alike in language and focus."""

    keys: tuple[SummaryKey, ...]
    papers: tuple[Paper, ...]


class _Ended(Exception):
    """No further request in this round."""


class Desk:
    """The workers of one round, and what they know together about the service."""

    def __init__(
        self,
        services: Services,
        settings: Settings,
        summariser: Summariser,
        stopping: asyncio.Event,
        until: datetime | None,
    ) -> None:
        self._services = services
        self._settings = settings
        self._summariser = summariser
        self._stopping = stopping
        self._until = until
        self._clock = services.clock
        self._store = services.store.summaries
        self._limits = quota.Limits(
            requests_per_minute=settings.gemini.requests_per_minute,
            tokens_per_minute=settings.gemini.tokens_per_minute,
            requests_per_day=settings.gemini.requests_per_day,
            concurrency=settings.gemini.concurrency,
        )
        self._pace = quota.Pace()
        self._block: quota.Block | None = None
        self._admission = asyncio.Lock()
        self._one_finished = asyncio.Event()
        self._failing_since: datetime | None = None
        self.ended = ""
        self.written = 0

    async def work_through(self, jobs: Sequence[Job]) -> None:
        """Do the jobs in their order, ``concurrency`` at a time. Ends early for what `ended` tells."""
        queue = iter(jobs)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._settings.gemini.concurrency, len(jobs))):
                group.create_task(self._work(queue))

    async def _work(self, queue: Iterator[Job]) -> None:
        for job in queue:
            try:
                await self._do(job)
            except _Ended as end:
                self.ended = self.ended or str(end)
            if self.ended:
                return
            self._services.progress.advance("summarise", len(job.keys))

    async def _do(self, job: Job) -> None:
        """One request's papers; of several, those without a good answer are asked for again singly."""
        if len(job.keys) == 1:
            await self._ask_until_good(job, backoff.SUMMARY_REFUSALS)
            return
        for key, paper in (await self._ask_until_good(job, 1)).items():
            await self._ask_until_good(Job((key,), (paper,)), backoff.SUMMARY_REFUSALS)

    async def _ask_until_good(self, job: Job, refusals: int) -> dict[SummaryKey, Paper]:
        """Ask until every paper has a good summary; what has none after its attempts is returned.

        ``refusals`` is how many answers may be refused; failures of the service have a budget of time.
        """
        left = dict(zip(job.keys, job.papers, strict=True))
        complaints: dict[str, str] = {}
        paraphrase = False
        failures, began = 0, None
        while left and refusals:
            text = prompt.build(
                list(left.values()),
                focus=job.keys[0].focus,
                language=job.keys[0].language,
                complaints=complaints,
                paraphrase=paraphrase,
            )
            request = await self._admitted(prompt.estimate_tokens(text))
            began = began or self._clock.now()
            try:
                answer = await self._request(request, text)
            except GeminiError as error:
                failures += 1
                self._learn(error)
                spent = self._clock.now() - began
                pause = backoff.summary_retry(failures, error.verdict, self._services.jitter(), spent)
                if pause is None:
                    return left
                await self._clock.sleep(pause.total_seconds())
                continue
            refusals -= 1
            found = reply.read(answer, list(left.values()), language=job.keys[0].language)
            for key in list(left):
                result = found[key.arxiv_id]
                if isinstance(result, Summary):
                    self._save(key, result)
                    del left[key]
                elif result.again:
                    complaints[key.arxiv_id] = result.complaint
                    paraphrase = paraphrase or result.paraphrase
                else:
                    del left[key]
        return left

    def _save(self, key: SummaryKey, summary: Summary) -> None:
        self._store.save(key, summary, self._clock.now())
        self.written += 1

    # --- one request ---

    async def _admitted(self, tokens: int) -> int:
        """Wait until a request of so many tokens may go out, and count it. _Ended when none may."""
        async with self._admission:
            while True:
                self._go_on()
                now = self._clock.now()
                limits = quota.paced(self._limits, self._pace)
                permit = quota.decide(limits, self._recent(now), self._today(now), tokens, now, self._block)
                if permit.answer is quota.Answer.GO:
                    return self._store.start_request(quota.pacific_day(now), tokens, now)
                if permit.answer is quota.Answer.DAY_SPENT:
                    self._exhausted(permit.until)
                if permit.answer is quota.Answer.NOT_OFFERED:
                    raise _Ended(f"{self._settings.gemini.model} is not offered on this account")
                self._one_finished.clear()
                await self._wait(permit.until)

    async def _request(self, request: int, text: Prompt) -> ModelReply:
        """Send it. What it cost is recorded whatever becomes of it. GeminiError."""
        answer: ModelReply | None = None
        try:
            answer = await self._summariser.ask(text)
        finally:
            now = self._clock.now()
            model, tokens = (
                ("", (0, 0))
                if answer is None
                else (answer.model_version, (answer.prompt_tokens, answer.output_tokens))
            )
            self._store.finish_request(request, model, *tokens, quota.pacific_day(now), now)
            self._one_finished.set()
        self._failing_since = None
        self._pace = quota.recovered(self._pace, self._clock.now())
        alerts.settle(self._services, _ALERT)
        return answer

    def _learn(self, error: GeminiError) -> None:
        """What a failure says about the requests that follow. _Ended when there should be none."""
        verdict, now = error.verdict, self._clock.now()
        self._block = quota.blocked(verdict, now) or self._block
        if verdict.limit is Limit.PER_MINUTE:
            self._pace = quota.slowed(self._pace, now)
        if verdict.limit in (Limit.PER_DAY, Limit.NOT_OFFERED):
            self._alert(str(error), verdict)
            raise _Ended(str(error))
        if verdict.permanent and verdict.remedy:
            # A bad key or an unknown model fails every paper alike; a refused prompt only its own.
            self._alert(str(error), verdict)
            raise _Ended(str(error))
        if verdict.limit is None and not verdict.permanent:
            self._failing_since = self._failing_since or now
            if now - self._failing_since >= OUTAGE:
                self._alert(f"no answer for five minutes: {error}", verdict)
                raise _Ended("Gemini gave no answer for five minutes")

    # --- what holds for all ---

    def _go_on(self) -> None:
        if self.ended:
            raise _Ended(self.ended)
        if self._stopping.is_set():
            raise _Ended("stopping")
        if self._until is not None and self._clock.now() >= self._until:
            raise _Ended("something is due")

    def _exhausted(self, until: datetime | None) -> NoReturn:
        reset = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
        text = f"the day's quota of {self._limits.requests_per_day} requests is used up{reset}"
        self._alert(text, Verdict())
        raise _Ended(text)

    def _alert(self, text: str, verdict: Verdict) -> None:
        remedy = f"; {verdict.remedy}" if verdict.remedy else ""
        line = f"Gemini: {text}{remedy}. Meanwhile papers are shown with the abstract's own sentences."
        alerts.raise_alert(self._services, self._settings, _ALERT, line)

    def _recent(self, now: datetime) -> list[quota.Spent]:
        records = self._store.recent_requests(now - quota.WINDOW)
        return [quota.Spent(record.started_at, record.finished_at, record.tokens) for record in records]

    def _today(self, now: datetime) -> int:
        return self._store.use_on(quota.pacific_day(now)).requests

    async def _wait(self, until: datetime | None) -> None:
        """Until then, or until a request ends, or the round is stopped: whichever comes first."""
        seconds = max((until - self._clock.now()).total_seconds(), 0.001) if until else _POLL_SECONDS
        await first_of(
            self._one_finished.wait(), self._stopping.wait(), self._clock.sleep(min(seconds, _POLL_SECONDS))
        )
