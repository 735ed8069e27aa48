"""Asking the model for summaries: the workers of one round. Which summaries are wanted is decided before."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping, Sequence
from datetime import datetime

from bot import backoff, quota
from bot.errors import ModelError
from bot.models import ModelReply, Paper, Purpose, Summary, SummaryKey
from bot.pipeline.attempt import Attempt, Job
from bot.pipeline.model_access import ModelAccess, OutOfTime
from bot.pipeline.services import Services
from bot.ports import Summariser
from bot.summary import prompt, reply

_LONGEST_REASON = 200
"""Characters of a refusal's reason that are kept."""


class SummaryWorkers:
    """The workers of one round."""

    def __init__(
        self, services: Services, summariser: Summariser, stopping: asyncio.Event, until: datetime | None
    ) -> None:
        self._services = services
        self._clock = services.clock
        self.access = ModelAccess(services, summariser, stopping, until, Purpose.SUMMARY)
        self.again_at: dict[SummaryKey, datetime] = {}
        """What was asked for in vain, and when to ask for it again."""
        self.written = 0

    async def work_through(self, jobs: Sequence[Job]) -> None:
        """Do the jobs in their order; ends early for what ``access.ended`` tells."""
        await self.access.work_through(jobs, self._do)

    async def _do(self, job: Job) -> None:
        """One request's papers; of several, those without a good answer are asked for again singly."""
        left, attempt = dict(zip(job.keys, job.papers, strict=True)), Attempt()
        if len(left) > 1:
            left = await self._ask_until_good(left, 1, attempt)
        for key, paper in left.items():
            alone = attempt.alone(key, self._refused_today(key))
            if await self._ask_until_good({key: paper}, backoff.SUMMARY_REFUSALS, alone):
                self.again_at[key] = self._clock.now() + self.access.budget
        self._services.progress.advance("summarise", len(job.keys))

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
            try:
                answered = await self.access.ask(text, attempt)
            except OutOfTime:
                return left
            except ModelError as error:
                if error.verdict.permanent and len(left) == 1:
                    self._refuse(next(iter(left)), str(error), final=True)
                return left
            if answered is None:
                continue
            request, answer = answered
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
            self.access.take(request, answer)
            for key, result in found.items():
                if isinstance(result, Summary):
                    self._services.store.summaries.save(key, result, now)
                    self.written += 1
                else:
                    self._refuse(key, result.reason, final=key in hopeless)
