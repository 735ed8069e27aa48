"""Papers, as arXiv's search and its announcement feeds give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

ARXIV_SITE = "https://arxiv.org"


@dataclass(frozen=True)
class Paper:
    """One version of one arXiv paper, as arXiv's metadata give it.

    ``title``, ``abstract``, ``authors`` and ``comment`` are arXiv's own text with white space
    collapsed: LaTeX is left as written, no markup has been interpreted.
    """

    arxiv_id: str
    """Identifier without version: ``2501.01234``, or the old style ``cond-mat/0011267``."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """arXiv category codes, the primary one first."""
    published: datetime
    """Submission of version 1."""
    updated: datetime
    """Submission of this version."""
    comment: str = ""
    journal_ref: str = ""
    dois: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # By its key: what is worked out of papers is looked up by them, thousands of times a round.
        return hash((self.arxiv_id, self.version))

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def abs_url(self) -> str:
        return f"{ARXIV_SITE}/abs/{self.arxiv_id}"

    @property
    def pdf_url(self) -> str:
        return f"{ARXIV_SITE}/pdf/{self.arxiv_id}"

    @property
    def html_url(self) -> str:
        return f"{ARXIV_SITE}/html/{self.arxiv_id}"


@dataclass(frozen=True)
class SearchPage:
    """One answer of arXiv's query API."""

    papers: tuple[Paper, ...]
    total: int
    """``opensearch:totalResults``: how many papers the whole query has."""
    start: int
    """``opensearch:startIndex``: offset of the first paper of this page."""
    executed_query: str
    """The query as arXiv rewrote and ran it (the feed's title)."""


class AnnounceType(StrEnum):
    """How arXiv's daily feed announces a paper in one category."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_new(self) -> bool:
        """New to the readers of the category; a replacement never is."""
        return self in (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True)
class AnnouncedPaper:
    """One item of a daily announcement feed. It has no submission dates and no comment."""

    arxiv_id: str
    version: int
    announce_type: AnnounceType
    title: str
    abstract: str
    authors: str
    """One string: the feed joins names and affiliations by commas, which can't be split safely."""
    categories: tuple[str, ...]
    journal_ref: str = ""
    dois: tuple[str, ...] = ()


FEED_LIMIT = 2000
"""Items after which arXiv cuts an announcement feed."""


@dataclass(frozen=True)
class Announcement:
    """One answer of an announcement feed: one day's batch for the archives or categories asked."""

    asked: tuple[str, ...]
    """The archives or categories the feed was asked for."""
    announced_on: date | None
    """arXiv's own (US/Eastern) date of the batch, None when the feed names none."""
    items: tuple[AnnouncedPaper, ...]

    @property
    def is_cut(self) -> bool:
        return len(self.items) >= FEED_LIMIT
