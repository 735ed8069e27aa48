"""Summaries that were paid for, and what the paying cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.history import RequestRecord
from bot.models import ModelUse, Summary, SummaryKey


class Summaries(Protocol):
    """Summaries that were paid for, and what the paying cost."""

    def get(self, keys: Sequence[SummaryKey]) -> Mapping[SummaryKey, Summary]: ...

    def save(self, key: SummaryKey, summary: Summary, now: datetime) -> None: ...

    def of_paper(self, arxiv_id: str) -> Sequence[Summary]:
        """For `explain`: the summaries of a paper, oldest first."""

    def start_request(self, day: date, tokens: int, now: datetime) -> int:
        """Count a request before it is sent; ``tokens`` is what was set aside for it."""

    def finish_request(
        self, request: int, model: str, prompt: int, output: int, tokens: int, day: date, now: datetime
    ) -> None:
        """The answer's figures, zero without one; the ``tokens`` that count, and the day it ended on."""

    def recent_requests(self, since: datetime) -> Sequence[RequestRecord]:
        """Requests that were still under way after ``since``."""

    def close_open_requests(self, day: date, now: datetime) -> None:
        """Requests that a dead process left open ended, at the latest, when this one started."""

    def use_on(self, day: date) -> ModelUse: ...

    def made_since(self, since: datetime) -> Mapping[SummaryKey, Sequence[str]]:
        """The summaries a model wrote since then, each with the topics that its paper matched."""
