"""An arXiv whose search reads queries by the naive evaluator, and knows nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.errors import ArxivError, QueryRejected
from bot.models import Paper, SearchPage, Verdict
from tests.benchmarks import naive_search

LONGEST = 20_000
"""Characters of a query with which this arXiv has an internal error."""


class NaiveArxiv:
    """Keeps `ports.PaperSource` over a list of papers."""

    def __init__(self, papers: Sequence[Paper], *, longest: int = LONGEST) -> None:
        self.papers = sorted(papers, key=lambda paper: paper.published, reverse=True)
        self.asked: list[str] = []
        self.longest = longest
        self.refused = "no such words"
        """Queries with these words are refused."""
        self.blind_to: dict[str, Paper] = {}
        """By a piece of a query, a paper that is found by it in some field that only arXiv knows."""

    async def search(self, text: str, *, start: int, size: int) -> SearchPage:
        self.asked.append(text)
        if self.refused in text:
            raise QueryRejected("no such words")
        if len(text) > self.longest:
            raise ArxivError("arXiv refused with HTTP status 500", Verdict())
        found = await self.found(text)
        return SearchPage(tuple(found[start : start + size]), len(found), start, text)

    async def found(self, text: str) -> list[Paper]:
        """What the query holds for."""
        return list(self.holding(text))

    def holding(self, text: str) -> Iterator[Paper]:
        """The same, one after the other."""
        tree = naive_search.read(text)
        hidden = [paper for piece, paper in self.blind_to.items() if piece in text]
        for paper in self.papers:
            if paper in hidden or naive_search.holds(tree, paper):
                yield paper

    async def fetch(self, arxiv_ids: Sequence[str]) -> SearchPage:
        found = tuple(paper for paper in self.papers if paper.arxiv_id in arxiv_ids)
        return SearchPage(found, len(found), 0, "")
