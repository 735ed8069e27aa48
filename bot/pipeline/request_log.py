"""The requests to the model as its limits count them: kept in the database, the recent ones at hand too.

Only one process asks, so what it needs to know for the next request it read once and noted since: a query
for every request would grow with their rate. Whether a request may go out is decided in `quota`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot import quota
from bot.models import ModelReply
from bot.store.summaries import Summaries


class RequestLog:
    """Counts requests before they are sent and records what they cost. May raise StoreError."""

    def __init__(self, summaries: Summaries, now: datetime) -> None:
        self._summaries = summaries
        earlier = summaries.recent_requests(now - quota.WINDOW)
        self._spent = {
            -number: quota.Spent(one.started_at, one.finished_at, one.tokens)
            for number, one in enumerate(earlier, start=1)
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
        request = self._summaries.start_request(quota.pacific_day(now), tokens, now)
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
