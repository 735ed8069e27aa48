"""One subscriber's edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.models.papers import Paper
from bot.models.subscriptions import Topic
from bot.models.summaries import Summary


@dataclass(frozen=True)
class Entry:
    """One paper as one subscriber reads it."""

    paper: Paper
    topics: tuple[str, ...]
    """Names of the subscriber's topics that matched, in the subscriber's order."""
    summary: Summary | None = None
    """None for a paper listed by its title only."""
    fallback: bool = False
    """The abstract's own sentences stand in for a summary the model could not give."""
    withdrawn: bool = False
    revised_from: int | None = None
    """The version delivered before, when this is a revision."""
    changes: tuple[str, ...] = ()
    """What a revision changed: title, abstract, authors, comment."""


@dataclass(frozen=True)
class Digest:
    """One subscriber's edition: everything a renderer needs, in reading order."""

    subscriber: str
    number: int
    composed_at: datetime
    timezone: str
    language: str
    topics: tuple[Topic, ...]
    queries: tuple[str, ...]
    """The search expression of each topic, in the same order."""
    entries: tuple[Entry, ...]
    """Papers with a summary."""
    titles: tuple[Entry, ...] = ()
    """Papers beyond ``max_papers``: linked one-line titles."""
    revised: tuple[Entry, ...] = ()
    completeness: tuple[str, ...] = ()
    """Sentences on what was checked, and what was not."""
    notices: tuple[str, ...] = ()
    """Faults a reader must know: one line each."""
    models: tuple[str, ...] = ()
    """The models that wrote the summaries; empty when none did."""
    unanswered: bool = False
    """arXiv has not answered a single question since the last digest: that there is no paper in this one
    says nothing."""

    @property
    def paper_count(self) -> int:
        return len(self.entries) + len(self.titles)


@dataclass(frozen=True)
class EarlierDigest:
    """A digest that went to a target before."""

    subscriber: str
    number: int
    composed_at: datetime
    papers: int
    timezone: str
    """The subscriber's, at that time."""
