"""arXiv's query API (https://info.arxiv.org/help/api/user-manual): searches and look-ups by id."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import aiohttp
from yarl import URL

from bot.adapters.atom import read_page
from bot.adapters.http import DEFAULT_TIMEOUT, ArxivLine, HttpAnswer, checked
from bot.errors import ArxivError, QueryRejected
from bot.models import Check, SearchPage, Verdict

_LOG = logging.getLogger("arxiv-digest.arxiv")

LONGEST_URL = 2000
"""Characters of a request's URL; a longer request is posted, which arXiv reads the same way."""


class ArxivApi:
    """Keeps `ports.PaperSource`: one attempt a call, with whatever headers the session has.

    Does not wait between requests, serialise them, or page on: arXiv's terms ask for all three.
    Every way in which arXiv does not answer with one whole page is an ArxivError (overload, reset,
    time-out, HTML, `Rate exceeded.` with status 200, a truncated or empty page); a request that
    arXiv calls malformed is QueryRejected.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        environ: Mapping[str, str] = MappingProxyType({}),
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
    ) -> None:
        """``environ`` may name proxies."""
        self._line = ArxivLine(session, timeout, environ)
        self._api_url = URL(api_url)

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        """``size`` papers from offset ``start``, latest submission of a version 1 first.

        No papers and a total of 0 is an answer, though arXiv has been seen to give it for queries
        that do match: it proves nothing about a query that had results before.
        """
        page = await self._page(
            {
                "search_query": query,
                "start": str(start),
                "max_results": str(size),
                "sortBy": "submittedDate",
                "sortOrder": "descending",
            }
        )
        if page.start != start:
            raise ArxivError(f"arXiv answered the page from {page.start} instead of {start}")
        # arXiv rewrites a query before it runs it, and says so nowhere else.
        _LOG.debug("%s: %d of %d papers", page.executed_query, len(page.papers), page.total)
        # A later page is only asked for when an earlier one had papers.
        if not page.papers and (page.total > start or (start > 0 and page.total == 0)):
            raise ArxivError(f"arXiv answered an empty page at {start} of {page.total} papers")
        return page

    async def fetch(self, arxiv_ids: Sequence[str]) -> SearchPage:
        """These papers, in any order; one malformed id makes arXiv reject the whole request."""
        if not arxiv_ids:
            return SearchPage((), 0, 0, "")
        # Without max_results the answer ends after ten papers.
        page = await self._page({"id_list": ",".join(arxiv_ids), "max_results": str(len(arxiv_ids))})
        if len(page.papers) < page.total:
            raise ArxivError(f"arXiv answered {len(page.papers)} of the {page.total} papers asked for by id")
        return page

    async def probe(self) -> Check:
        """Ask for one paper. Like any other request it is to be kept apart from the one before."""
        subject = f"arXiv search {self._api_url}"
        return await checked(subject, self.search("cat:cs.AI", start=0, size=1))

    async def _page(self, parameters: dict[str, str]) -> SearchPage:
        url = self._api_url.update_query(parameters)
        if len(str(url)) <= LONGEST_URL:
            answer = await self._line.exchange(url)
        else:
            answer = await self._line.exchange(self._api_url, parameters)
        # Off the loop: feedparser takes 1.4 ms a paper, a page of 200 a quarter of a second.
        return await asyncio.to_thread(_read, answer)


def _read(answer: HttpAnswer) -> SearchPage:
    """The page in an answer. An error entry counts with status 400, and has been seen with 200."""
    if answer.status not in (200, 400):
        raise answer.refusal(f"refused with HTTP status {answer.status}")
    try:
        page = read_page(answer.body)
    except QueryRejected:
        raise
    except ArxivError as error:
        raise ArxivError(str(error), Verdict(retry_after=answer.retry_after)) from error
    if answer.status != 200:
        raise answer.refusal(f"refused with HTTP status {answer.status}")
    return page
