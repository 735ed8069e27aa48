"""Which papers a `search_query` finds, in arXiv's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bot import matching, query
from bot.models import Paper

Search = Callable[[str, Sequence[Paper]], list[Paper]]
"""The papers that a search_query matches, in any order; Unsearchable when arXiv would answer 400."""


class Unsearchable(Exception):
    """The query can't be parsed; the text is what the service answers."""


def search(text: str, papers: Sequence[Paper]) -> list[Paper]:
    """What this project's own reading of arXiv's grammar finds."""
    try:
        tree = query.parse(text)
    except query.QueryError as error:
        raise Unsearchable(str(error)) from error
    yes = matching.MatchVerdict.YES
    return [paper for paper in papers if matching.match(tree, _document(paper)).verdict is yes]


@lru_cache(maxsize=4096)
def _document(paper: Paper) -> matching.Document:
    """Read once, as a poll asks for many pages of the same papers."""
    return matching.Document(paper)


def newest(papers: Iterable[Paper]) -> dict[str, Paper]:
    """By identifier, the highest version of each paper."""
    current: dict[str, Paper] = {}
    for paper in papers:
        known = current.get(paper.arxiv_id)
        if known is None or known.version < paper.version:
            current[paper.arxiv_id] = paper
    return current


def ordered(papers: Iterable[Paper], sort_by: str, sort_order: str) -> list[Paper]:
    """By the date of version 1 or of the current version; relevance leaves the order as it is."""
    if sort_by not in ("submittedDate", "lastUpdatedDate"):
        return list(papers)
    by_submission = sort_by == "submittedDate"
    return sorted(
        papers,
        key=lambda paper: (paper.published if by_submission else paper.updated, paper.arxiv_id),
        reverse=sort_order != "ascending",
    )
