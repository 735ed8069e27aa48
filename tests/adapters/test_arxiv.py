"""The real client against arXiv on loopback: pages, look-ups, and every way to be refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.adapters.arxiv import ArxivApi
from bot.adapters.http import open_session, user_agent
from bot.demo.arxiv import ArxivFault, ArxivService, Trouble
from bot.demo.samples import samples
from bot.errors import ArxivError, QueryRejected

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAPERS = tuple(sample.paper for sample in samples(NOW))
EVERYTHING = "submittedDate:[200001010000 TO 203001010000]"
AGENT = user_agent("0.1.0", "ada@example.org")


@dataclass
class Line:
    """Both ends of the connection."""

    service: ArxivService
    session: aiohttp.ClientSession
    api: ArxivApi


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with ArxivService(PAPERS) as service, open_session(AGENT) as session:
        yield Line(service, session, ArxivApi(session, service.api_url, timeout=timedelta(seconds=5)))


async def test_pages_are_newest_first_and_join_up(line: Line) -> None:
    """Two pages hold all papers once, latest submission first, with the query's total."""
    first = await line.api.search(EVERYTHING, start=0, size=8)
    second = await line.api.search(EVERYTHING, start=8, size=8)
    papers = first.papers + second.papers
    assert papers == tuple(sorted(PAPERS, key=lambda paper: paper.published, reverse=True))
    assert (first.total, first.start, second.start) == (len(PAPERS), 0, 8)


async def test_a_query_reaches_arxiv_as_it_was_written(line: Line) -> None:
    """Spaces, quotes, brackets and plus signs arrive decoded once; the order is asked for."""
    query = '(all:"electron microscopy" AND submittedDate:[202611010000 TO 202611222359])'
    page = await line.api.search(query, start=0, size=50)
    assert {paper.arxiv_id for paper in page.papers} == {
        "2611.99003",
        "2611.99006",
        "2610.99911",
        "2611.99001",
    }
    assert line.service.log[0].method == "GET"
    assert line.service.log[0].query == {
        "search_query": query,
        "start": "0",
        "max_results": "50",
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }


async def test_the_query_that_arxiv_ran_can_be_read(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """With --verbose: it is not always the one that was asked."""
    with caplog.at_level("DEBUG", logger="arxiv-digest"):
        page = await line.api.search(EVERYTHING, start=0, size=8)
    assert caplog.messages == [f"{page.executed_query}: 8 of {len(PAPERS)} papers"]
    assert EVERYTHING in page.executed_query


async def test_requests_say_who_asks(line: Line) -> None:
    """User-Agent with name, version and contact, and an Accept header."""
    await line.api.search(EVERYTHING, start=0, size=1)
    headers = line.service.log[0].headers
    assert headers["User-Agent"] == "arxiv-digest-bot/0.1.0 (mailto:ada@example.org)"
    assert "application/atom+xml" in headers["Accept"]


async def test_fetch_finds_current_versions_and_leaves_out_unknown_ids(line: Line) -> None:
    """More than ten ids, old style among them; one that arXiv lacks is no fault."""
    older = replace(PAPERS[6], version=1)
    line.service.papers.append(older)
    page = await line.api.fetch([paper.arxiv_id for paper in PAPERS] + ["2611.00001"])
    assert {(paper.arxiv_id, paper.version) for paper in page.papers} == {
        (paper.arxiv_id, paper.version) for paper in PAPERS
    }


async def test_fetching_nothing_asks_nothing(line: Line) -> None:
    """An empty list of ids is answered without a request."""
    assert (await line.api.fetch([])).papers == ()
    assert line.service.log == []


async def test_long_requests_are_posted(line: Line) -> None:
    """A list of ids or a query beyond the length of a safe URL is posted and read the same way."""
    ids = [f"2612.{number:05}" for number in range(400)]
    page = await line.api.fetch([*ids, PAPERS[0].arxiv_id])
    assert [paper.arxiv_id for paper in page.papers] == [PAPERS[0].arxiv_id]
    query = " OR ".join(f'all:"word {number}"' for number in range(200)) + ' OR all:"ptychography"'
    assert [paper.arxiv_id for paper in (await line.api.search(query, start=0, size=5)).papers] == [
        "2611.99001"
    ]
    assert [exchange.method for exchange in line.service.log] == ["POST", "POST"]


async def test_no_results_are_an_answer(line: Line) -> None:
    """A total of 0 on the first page is returned as such."""
    page = await line.api.search('all:"no such thing"', start=0, size=10)
    assert (page.papers, page.total) == ((), 0)


@pytest.mark.parametrize(
    ("query", "message"), [("(all:a AND", "reject"), ("all:(a", "reject")], ids=["operator", "bracket"]
)
async def test_a_query_that_arxiv_can_not_parse_is_rejected(line: Line, query: str, message: str) -> None:
    """HTTP 400 with an error entry is permanent."""
    with pytest.raises(QueryRejected, match=message) as caught:
        await line.api.search(query, start=0, size=10)
    assert caught.value.verdict.permanent


async def test_a_malformed_id_is_rejected_in_arxivs_words(line: Line) -> None:
    """The message names the id."""
    with pytest.raises(QueryRejected, match="incorrect id format for abc"):
        await line.api.fetch(["2611.99001", "abc"])


REFUSALS = [
    ArxivFault(Trouble.FORBIDDEN),
    ArxivFault(Trouble.NOT_ACCEPTABLE),
    ArxivFault(Trouble.THROTTLED),
    ArxivFault(Trouble.THROTTLED, retry_after="17"),
    ArxivFault(Trouble.INTERNAL),
    ArxivFault(Trouble.OVERLOADED, retry_after="0"),
    ArxivFault(Trouble.THROTTLED_WITH_200, retry_after="17"),
    ArxivFault(Trouble.HTML_WITH_200),
    ArxivFault(Trouble.TRUNCATED),
    ArxivFault(Trouble.HOLLOW),
    ArxivFault(Trouble.RESET),
]


@pytest.mark.parametrize("fault", REFUSALS, ids=lambda fault: f"{fault.trouble}, {fault.retry_after}")
async def test_every_refusal_is_the_one_condition(line: Line, fault: ArxivFault) -> None:
    """One request, one ArxivError, not permanent, with the wait that arXiv asked for; then all is well."""
    line.service.faults.append(fault)
    with pytest.raises(ArxivError) as caught:
        await line.api.search(EVERYTHING, start=0, size=10)
    assert not isinstance(caught.value, QueryRejected)
    assert not caught.value.verdict.permanent
    wait = None if fault.retry_after is None else timedelta(seconds=int(fault.retry_after))
    assert caught.value.verdict.retry_after == wait
    assert len(line.service.log) == 1
    assert len((await line.api.search(EVERYTHING, start=0, size=10)).papers) == 10


async def test_a_dropped_connection_is_not_asked_again_in_secret(line: Line) -> None:
    """aiohttp repeats a GET by itself when its connection drops; arXiv must see one request."""
    await line.api.search(EVERYTHING, start=0, size=1)
    line.service.faults.append(ArxivFault(Trouble.RESET))
    with pytest.raises(ArxivError, match="lost"):
        await line.api.search(EVERYTHING, start=0, size=1)
    assert len(line.service.log) == 2


async def test_a_stall_ends_with_the_time_out(line: Line) -> None:
    """The error says how long was waited."""
    line.service.faults.append(ArxivFault(Trouble.STALL, seconds=30))
    hasty = ArxivApi(line.session, line.service.api_url, timeout=timedelta(milliseconds=50))
    with pytest.raises(ArxivError, match=r"0\.05 s"):
        await hasty.search(EVERYTHING, start=0, size=1)


async def test_nobody_there_is_the_same_condition(line: Line) -> None:
    """A refused connection is not permanent either."""
    await line.service.stop()
    with pytest.raises(ArxivError) as caught:
        await line.api.search(EVERYTHING, start=0, size=1)
    assert not caught.value.verdict.permanent


async def test_a_later_page_can_not_say_that_there_was_nothing(line: Line) -> None:
    """A total of 0 at an offset contradicts the page before."""
    line.service.faults.append(ArxivFault(Trouble.NOTHING))
    with pytest.raises(ArxivError, match="empty page at 8"):
        await line.api.search(EVERYTHING, start=8, size=8)


async def test_a_page_from_another_offset_is_refused(line: Line) -> None:
    """A cache that serves the first page again must not make papers disappear."""
    line.service.faults.append(ArxivFault(Trouble.FIRST_PAGE_AGAIN))
    with pytest.raises(ArxivError, match="page from 0 instead of 4"):
        await line.api.search(EVERYTHING, start=4, size=4)


async def test_the_end_of_a_list_that_shrank_is_no_fault(line: Line) -> None:
    """An offset at or beyond the total gives an empty page."""
    page = await line.api.search(EVERYTHING, start=len(PAPERS), size=10)
    assert (page.papers, page.total) == ((), len(PAPERS))
