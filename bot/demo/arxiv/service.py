"""The loopback service itself: routes, its log, and the troubles it is told to have."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.demo.arxiv import feeds, pages
from bot.demo.arxiv.faults import ArxivFault, Trouble
from bot.demo.arxiv.search import Search, Unsearchable, newest, ordered, search
from bot.demo.loopback import Loopback
from bot.models import Paper

_IDENTIFIER = re.compile(
    r"(?P<arxiv_id>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v(?P<version>[0-9]+))?"
)
_DEFAULT_SIZE = 10
_LAST_OFFSET = 10_000
_EASTERN = ZoneInfo("America/New_York")


@dataclass(slots=True)
class Exchange:
    """One request and its answer. Times are the event loop's, in seconds."""

    number: int
    """1 for the first request to the service."""
    method: str
    path: str
    query: Mapping[str, str]
    """Parameters of the URL, or of the body of a POST."""
    headers: Mapping[str, str]
    arrived: float
    ended: float | None = None
    status: int | None = None
    """None while there is no answer, and for good when the connection was reset."""


class ArxivService(Loopback):
    """Serves ``papers`` at ``api_url`` and ``announcements`` at ``rss_url``, both changeable at any time.

    ``faults`` is consumed one item a request (None: nothing goes wrong); when it is empty,
    ``fault_for`` is asked with the number of the request. ``before_answer`` is called with that number
    before an answer is made: a place to change the list between two pages.

    Does not limit rates: whether a client was polite is read from ``log``.
    """

    def __init__(
        self,
        papers: Iterable[Paper] = (),
        announcements: Iterable[feeds.Announced] = (),
        *,
        search: Search = search,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.papers = list(papers)
        self.announcements = list(announcements)
        self.announced_on: date | None = None
        """The day of the batch; None: today at arXiv."""
        self.faults: deque[ArxivFault | None] = deque()
        self.fault_for: Callable[[int], ArxivFault | None] = lambda _: None
        self.before_answer: Callable[[int], None] = lambda _: None
        self.log: list[Exchange] = []
        self._search = search
        self.app.router.add_route("GET", "/api/query", self._serve_query)
        self.app.router.add_route("POST", "/api/query", self._serve_query)
        self.app.router.add_route("GET", "/rss/{spec}", self._serve_feed)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/query"

    @property
    def rss_url(self) -> str:
        return self.url

    def shortest_pause(self) -> float:
        """The least time in seconds from the end of one answer to the next request; negative when
        two requests were under way at once, infinite when there were fewer than two."""
        pairs = zip(self.log, self.log[1:], strict=False)
        return min((b.arrived - (a.ended or float("inf")) for a, b in pairs), default=float("inf"))

    async def _serve_query(self, request: web.Request) -> web.StreamResponse:
        text = request.query_string if request.method == "GET" else await request.text()
        return await self._serve(request, dict(parse_qsl(text, keep_blank_values=True)), self._answer_query)

    async def _serve_feed(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, {"spec": request.match_info["spec"]}, self._answer_feed)

    async def _serve(
        self,
        request: web.Request,
        query: Mapping[str, str],
        answer: Callable[[Mapping[str, str], Trouble | None], web.Response],
    ) -> web.StreamResponse:
        time = asyncio.get_running_loop().time
        headers = dict(request.headers)
        exchange = Exchange(len(self.log) + 1, request.method, request.path, query, headers, time())
        self.log.append(exchange)
        try:
            fault = self.faults.popleft() if self.faults else self.fault_for(exchange.number)
            if fault is not None and fault.seconds:
                await asyncio.sleep(fault.seconds)
            self.before_answer(exchange.number)
            trouble = fault.trouble if fault is not None else None
            response = (fault and fault.refusal()) or answer(query, trouble)
            if trouble is Trouble.RESET:
                _reset(request)
            else:
                exchange.status = response.status
            # Sent here rather than by aiohttp, so that the log knows when the answer ended.
            await response.prepare(request)
            await response.write_eof()
            return response
        finally:
            exchange.ended = time()

    def _answer_query(self, query: Mapping[str, str], trouble: Trouble | None) -> web.Response:
        now = datetime.now(UTC)
        try:
            start, size = _natural(query, "start", 0), _natural(query, "max_results", _DEFAULT_SIZE)
            if size == 0 or start + size > _LAST_OFFSET:
                return web.Response(status=500, text="Internal Server Error")
            found = self._find(query)
        except Unsearchable as error:
            return _atom(pages.error(str(error), now), status=400)
        if trouble is Trouble.FIRST_PAGE_AGAIN:
            start = 0
        total = 0 if trouble is Trouble.NOTHING else len(found)
        shown = [] if trouble in (Trouble.NOTHING, Trouble.HOLLOW) else found[start : start + size]
        page = pages.page(shown, total=total, start=start, size=size, query=query, now=now)
        return _atom(page[: len(page) // 2] if trouble is Trouble.TRUNCATED else page)

    def _find(self, query: Mapping[str, str]) -> list[Paper]:
        """What search_query and id_list find; both together mean what both find."""
        current = newest(self.papers)
        found = list(current.values())
        if id_list := query.get("id_list"):
            found = self._listed(id_list.split(","), current)
        if text := query.get("search_query"):
            found = self._search(text, found)
        elif not id_list:
            found = []
        return ordered(found, query.get("sortBy", "relevance"), query.get("sortOrder", "descending"))

    def _listed(self, versioned_ids: list[str], current: Mapping[str, Paper]) -> list[Paper]:
        """Well-formed ids that arXiv lacks are simply absent."""
        listed = []
        for text in versioned_ids:
            identifier = _IDENTIFIER.fullmatch(text)
            if identifier is None:
                raise Unsearchable(f"incorrect id format for {text}")
            paper = current.get(identifier["arxiv_id"])
            if identifier["version"]:
                wanted = (identifier["arxiv_id"], int(identifier["version"]))
                paper = next((p for p in self.papers if (p.arxiv_id, p.version) == wanted), None)
            if paper is not None and paper not in listed:
                listed.append(paper)
        return listed

    def _answer_feed(self, query: Mapping[str, str], trouble: Trouble | None) -> web.Response:
        now = datetime.now(UTC)
        day = self.announced_on or now.astimezone(_EASTERN).date()
        specs = query["spec"].split("+")
        if (unknown := feeds.unknown_archive(specs)) is not None:
            address = f"http://rss.arxiv.org/rss/{query['spec']}"
            return _rss(feeds.error_feed(unknown, address, announced_on=day, built_at=now), status=400)
        batch = [] if trouble in (Trouble.NOTHING, Trouble.HOLLOW) else self.announcements
        feed = feeds.feed(batch, specs, announced_on=day, built_at=now)
        return _rss(feed[: len(feed) // 2] if trouble is Trouble.TRUNCATED else feed)


def _natural(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise Unsearchable(f"{name} must be an integer that is not negative")
    return int(text)


def _atom(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="application/atom+xml", charset="utf-8")


def _rss(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="application/rss+xml", charset="utf-8")


def _reset(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
