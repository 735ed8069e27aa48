"""One job: the papers of a request, and how asking for them has gone so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.models import Paper, Summary, SummaryKey
from bot.summary.reply import RefusedAnswer

REST = timedelta(minutes=30)
"""After an outage, or a refusal that a person has to mend, what nobody waits for is not asked for."""


@dataclass(frozen=True, slots=True)
class Job:
    """Papers that go to the model in one request: alike in language and focus."""

    keys: tuple[SummaryKey, ...]
    papers: tuple[Paper, ...]


class Ended(Exception):
    """No further request in this round; none that nobody waits for before ``rest_until``."""

    def __init__(self, reason: str, rest_until: datetime | None = None) -> None:
        self.rest_until = rest_until
        super().__init__(reason)


@dataclass(slots=True)
class Attempt:
    """What has happened so far with the papers of one request."""

    began: datetime | None = None
    """Their first request."""
    failures: int = 0
    """Requests without an answer."""
    refusals: int = 0
    """Answers that were not good for every paper."""
    complaints: dict[str, str] = field(default_factory=dict)
    """By arXiv id, what the model is told when it is asked for the paper again."""
    paraphrase: bool = False

    def learn(
        self, found: Mapping[str, Summary | RefusedAnswer], keys: Iterable[SummaryKey]
    ) -> tuple[SummaryKey, ...]:
        """Take note of an answer; the papers for which asking again makes no sense.

        What was refused even in the paraphrase form is one of them.
        """
        hopeless = []
        self.complaints = {}
        paraphrased = self.paraphrase
        for key in keys:
            result = found[key.arxiv_id]
            if isinstance(result, Summary):
                continue
            if result.paraphrase and paraphrased:
                hopeless.append(key)
            else:
                self.complaints[key.arxiv_id] = result.complaint
                self.paraphrase = self.paraphrase or result.paraphrase
        self.refusals += bool(hopeless or self.complaints)
        return tuple(hopeless)

    def alone(self, key: SummaryKey, refusals: int) -> Attempt:
        """The attempt of one paper that is asked for by itself from here on, ``refusals`` of it behind it."""
        complaint = self.complaints.get(key.arxiv_id)
        complaints = {key.arxiv_id: complaint} if complaint is not None else {}
        return Attempt(began=self.began, refusals=refusals, complaints=complaints, paraphrase=self.paraphrase)
