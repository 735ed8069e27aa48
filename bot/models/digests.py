"""One subscriber's edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.papers import Paper
from bot.models.subscriptions import Topic
from bot.models.summaries import Summary


class Place(StrEnum):
    """Where in a paper a topic's words stand, as it is told to readers."""

    TITLE = "title"
    AUTHORS = "authors"
    ABSTRACT = "abstract"
    COMMENT = "comment"
    JOURNAL_REF = "journal reference"
    CATEGORY = "category"
    IDENTIFIER = "id"


@dataclass(frozen=True)
class Hit:
    """A clause of a topic that a paper answers, and the best place where it does."""

    text: str
    place: Place
    strength: int = 0
    """To compare by: what says more of the paper is greater."""


@dataclass(frozen=True)
class Rank:
    """Why a paper is in a digest, and why where it stands in it."""

    followed: tuple[str, ...] = ()
    """Authors whom the reader follows, as the paper prints them."""
    score: int | None = None
    """0 to 10, by the model; None where it was not asked, or did not answer."""
    reason: str = ""
    """The model's, with a score; else the words of the interests that decided, if there are any."""
    fit: float = 0.0
    """How well the words of the interests fit, on a scale of their own; counts where there is no score."""
    hit: Hit | None = None
    by_search: bool = False
    """Only arXiv's own search matched: our matcher does not see why."""
    words: tuple[str, ...] = ()
    """The words of the topics that matched, as title and abstract print them."""


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
    rank: Rank = Rank()


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
    resent_at: datetime | None = None
    """When somebody asked for this copy; None for the digest itself."""

    stop_url: str = ""
    """The page where the reader of this copy unsubscribes; empty where there is none."""

    @property
    def paper_count(self) -> int:
        return len(self.entries) + len(self.titles)
