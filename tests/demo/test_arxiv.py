"""arXiv on loopback behaves like arXiv where clients could tell the difference."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.demo.arxiv import ArxivFault, ArxivService, Trouble
from bot.demo.samples import samples

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAPERS = tuple(sample.paper for sample in samples(NOW))
ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
async def service() -> AsyncIterator[ArxivService]:
    async with ArxivService(PAPERS) as running:
        yield running


async def get(service: ArxivService, **parameters: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(service.api_url, params=parameters) as response,
    ):
        return response.status, await response.text()


def ids(page: str) -> list[str]:
    return [
        (entry.findtext(f"{ATOM}id") or "").partition("/abs/")[2]
        for entry in ET.fromstring(page).iter(f"{ATOM}entry")
    ]


async def test_ten_papers_unless_more_are_asked_for(service: ArxivService) -> None:
    """arXiv's default, with the true total beside it."""
    status, page = await get(service, search_query="submittedDate:[190001010000 TO 209901010000]")
    assert status == 200
    assert len(ids(page)) == 10
    assert ET.fromstring(page).findtext(f"{OPENSEARCH}totalResults") == str(len(PAPERS))


async def test_sorting_by_either_date(service: ArxivService) -> None:
    """By submission of version 1 or of the current version, in either direction."""
    query = "submittedDate:[190001010000 TO 209901010000]"
    for key, field in (("submittedDate", "published"), ("lastUpdatedDate", "updated")):
        for order in ("ascending", "descending"):
            _, page = await get(service, search_query=query, sortBy=key, sortOrder=order, max_results="50")
            dates = [entry.findtext(ATOM + field) or "" for entry in ET.fromstring(page).iter(f"{ATOM}entry")]
            assert dates == sorted(dates, reverse=order == "descending")


async def test_a_version_can_be_asked_for(service: ArxivService) -> None:
    """Without a version the current one is given; a version that does not exist is absent."""
    service.papers.append(replace(PAPERS[6], version=1, title="The first version"))
    assert ids((await get(service, id_list="2611.99007"))[1]) == ["2611.99007v2"]
    assert ids((await get(service, id_list="2611.99007v1"))[1]) == ["2611.99007v1"]
    assert ids((await get(service, id_list="2611.99007v9"))[1]) == []


async def test_a_query_filters_a_list_of_ids(service: ArxivService) -> None:
    """Both parameters together mean what both find."""
    found = await get(service, id_list="2611.99001,2611.99005", search_query="cat:math.NT")
    assert ids(found[1]) == ["2611.99005v1"]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"id_list": "abc"}, 400),
        ({"search_query": "(all:a"}, 400),
        ({"search_query": "all:a", "start": "-1"}, 400),
        ({"search_query": "all:a", "max_results": "many"}, 400),
        ({"search_query": "all:a", "max_results": "0"}, 500),
        ({"search_query": "all:a", "start": "9990", "max_results": "100"}, 500),
    ],
)
async def test_what_arxiv_refuses(service: ArxivService, parameters: dict[str, str], status: int) -> None:
    """400 with an error entry where arXiv validates, 500 where it breaks."""
    got, page = await get(service, **parameters)
    assert got == status
    if status == 400:
        assert "/api/errors#" in page


async def test_faults_are_used_up_one_a_request(service: ArxivService) -> None:
    """None in the queue is a request without trouble; after the queue comes the function."""
    service.faults.extend([ArxivFault(Trouble.FORBIDDEN), None])
    service.fault_for = lambda number: ArxivFault(Trouble.THROTTLED, retry_after="3") if number == 3 else None
    statuses = [(await get(service, id_list="2611.99001"))[0] for _ in range(4)]
    assert statuses == [403, 200, 429, 200]
    assert [exchange.status for exchange in service.log] == statuses


async def test_the_list_can_shift_between_two_pages(service: ArxivService) -> None:
    """A paper inserted before the second page pushes the last of the first page onto it."""
    newer = replace(PAPERS[0], arxiv_id="2611.99090", published=NOW)
    query = {"search_query": "submittedDate:[190001010000 TO 209901010000]", "sortBy": "submittedDate"}
    service.before_answer = lambda number: service.papers.append(newer) if number == 2 else None
    first = ids((await get(service, **query, max_results="5"))[1])
    second = ids((await get(service, **query, start="5", max_results="5"))[1])
    assert second[0] == first[-1]


async def test_the_log_tells_polite_clients_from_others(service: ArxivService) -> None:
    """The pause runs from the end of an answer; requests at once have a negative one."""
    assert service.shortest_pause() == float("inf")
    await get(service, id_list="2611.99001")
    await get(service, id_list="2611.99001")
    assert service.shortest_pause() > 0
    service.fault_for = lambda _: ArxivFault(Trouble.STALL, seconds=0.02)
    await asyncio.gather(*(get(service, id_list="2611.99001") for _ in range(2)))
    assert service.shortest_pause() < 0


async def test_stopping_does_not_wait_for_a_stalled_answer() -> None:
    """A test that provoked a stall ends at once."""
    service = ArxivService(PAPERS)
    await service.start()
    arrived = asyncio.Event()

    def stall(number: int) -> ArxivFault:
        arrived.set()
        return ArxivFault(Trouble.STALL, seconds=60)

    service.fault_for = stall
    asking = asyncio.create_task(get(service, id_list="2611.99001"))
    await arrived.wait()
    async with asyncio.timeout(2):
        await service.stop()
    with pytest.raises(aiohttp.ClientError):
        await asking
