"""The requests to the model against every limit: may the next one go out, and what did the last one show.

It sends nothing and does not wait: `ask_model` does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot import quota
from bot.errors import ModelError
from bot.history import ServiceWait
from bot.models import Limit, ModelReply, Prompt, Purpose
from bot.pipeline.services import Services
from bot.settings import GeminiSettings
from bot.store.summaries import Summaries
from bot.summary import prompt

SERVICE = "gemini"
"""Under which the store keeps how long Gemini asked us to wait."""


class ModelQuota:
    """What one round knows of the limits. May raise StoreError."""

    def __init__(self, services: Services, settings: GeminiSettings, purpose: Purpose) -> None:
        self._clock = services.clock
        self._notices = services.store.notices
        self._limits = quota.Limits(
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            requests_per_day=settings.requests_per_day,
            concurrency=settings.concurrency,
        )
        self._pace = quota.Pace()
        self._costs = quota.Costs()
        self._requests = RequestLog(services.store.summaries, purpose, services.clock.now())
        self._estimates: dict[int, int] = {}
        wait = self._notices.wait_until(SERVICE)
        self._block = quota.Block(None, wait.until) if wait else None

    def permit(self, text: Prompt) -> quota.Permit:
        """Whether this request may go out now."""
        now = self._clock.now()
        limits = quota.paced(self._limits, self._pace)
        recent, today = self._requests.recent(now), self._requests.today(now)
        return quota.decide(limits, recent, today, self._tokens(text), now, self._block)

    def start(self, text: Prompt) -> int:
        """Count a request that is about to be sent; its number."""
        request = self._requests.start(self._tokens(text), self._clock.now())
        self._estimates[request] = prompt.estimate_tokens(text)
        return request

    def answered(self, request: int, answer: ModelReply) -> None:
        """It ended with an answer. Of its tokens and our estimate of them the larger counts.

        What stands in for Gemini may count otherwise than it reports.
        """
        estimate = self._estimates.pop(request)
        written = answer.output_tokens or prompt.estimate_text(answer.text or "")
        taken = max(answer.prompt_tokens, estimate) + written
        self._requests.finish(request, answer, taken, self._clock.now())
        self._costs = quota.learnt(self._costs, estimate, taken)
        self._pace = quota.recovered(self._pace, self._clock.now())

    def unanswered(self, request: int) -> None:
        """It ended without an answer: its prompt may have been read all the same."""
        self._requests.finish(request, None, self._estimates.pop(request), self._clock.now())

    def refused(self, error: ModelError) -> datetime | None:
        """Take note of a failure; until when nothing may go out, when that is known."""
        verdict, now = error.verdict, self._clock.now()
        self._block = quota.blocked(verdict, now, self._block)
        if verdict.limit is Limit.PER_MINUTE:
            self._pace = quota.slowed(self._pace, now)
        if verdict.retry_after:
            self._keep(now, verdict.retry_after, str(error))
        return self._block.until if self._block else None

    def _keep(self, now: datetime, wait: timedelta, reason: str) -> None:
        """For the next process: a wait that was asked for outlives this one."""
        earlier = self._notices.wait_until(SERVICE)
        if earlier is None or earlier.until < now + wait:
            self._notices.set_wait(ServiceWait(SERVICE, now + wait, reason))

    def _tokens(self, text: Prompt) -> int:
        return quota.reserve(self._costs, prompt.estimate_tokens(text), text.max_output_tokens)


class RequestLog:
    """The requests as the limits count them: kept in the database, the recent ones at hand too.

    Only one process asks, so what it needs to know for the next request it read once and noted since: a query
    for every request would grow with their rate. May raise StoreError.
    """

    def __init__(self, summaries: Summaries, purpose: Purpose, now: datetime) -> None:
        self._summaries = summaries
        self._purpose = purpose
        earlier = summaries.recent_requests(now - quota.WINDOW)
        self._spent = {  # numbered from 0 down: those of the table begin with 1
            -number: quota.Spent(one.started_at, one.finished_at, one.tokens)
            for number, one in enumerate(earlier)
        }
        self._counted: tuple[date, int] | None = None

    def recent(self, now: datetime) -> tuple[quota.Spent, ...]:
        """The requests under way, and those that ended within the window."""
        over = now - quota.WINDOW
        for request, one in list(self._spent.items()):
            if one.finished_at is not None and one.finished_at < over:
                del self._spent[request]
        return tuple(self._spent.values())

    def today(self, now: datetime) -> int:
        """How many count on the Pacific day of ``now``."""
        day = quota.pacific_day(now)
        if self._counted is None or self._counted[0] != day:
            self._counted = (day, self._summaries.use_on(day).requests)
        return self._counted[1]

    def start(self, tokens: int, now: datetime) -> int:
        """Count a request that is about to be sent, with the tokens set aside for it."""
        count = self.today(now)
        request = self._summaries.start_request(quota.pacific_day(now), tokens, now, self._purpose)
        self._spent[request] = quota.Spent(now, None, tokens)
        self._counted = (quota.pacific_day(now), count + 1)
        return request

    def finish(self, request: int, answer: ModelReply | None, tokens: int, now: datetime) -> None:
        """The request has ended, and counts for so many tokens."""
        model, prompt, output = "", 0, 0
        if answer is not None:
            model, prompt, output = answer.model_version, answer.prompt_tokens, answer.output_tokens
        day = quota.pacific_day(now)
        self._summaries.finish_request(request, model, prompt, output, tokens, day, now)
        spent = self._spent[request]
        self._spent[request] = replace(spent, finished_at=now, tokens=tokens)
        if quota.pacific_day(spent.started_at) != day:
            self._counted = None  # it counts on both days
