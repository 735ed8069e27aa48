"""arXiv's daily announcement feeds (https://info.arxiv.org/help/rss.html), RSS 2.0 and Atom.

Read with an XML parser: feedparser takes their abstracts for HTML and drops what follows a ``<``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from xml.etree.ElementTree import Element

import aiohttp
from yarl import URL

from bot.adapters.http import DEFAULT_TIMEOUT, ArxivLine, HttpAnswer, checked
from bot.adapters.xml import (
    ARXIV,
    ATOM,
    DUBLIN_CORE,
    FIRST_YEAR,
    IDENTIFIER,
    LAST_YEAR,
    clip,
    one_line,
    parse,
    repaired,
)
from bot.errors import ArxivError, QueryRejected
from bot.models import AnnouncedPaper, Announcement, AnnounceType, Check, Verdict

_IDENTIFIER = re.compile(rf"oai:arXiv\.org:(?P<arxiv_id>{IDENTIFIER})v(?P<version>[0-9]{{1,4}})")
_ERROR_TITLE = "Feed error for query"


class ArxivFeed:
    """Keeps `ports.Feed`: one attempt a call, with whatever headers the session has.

    Does not notice an old batch under a fresh date, which arXiv has been seen to serve; only a
    comparison with the batch before can.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        rss_url: str,
        environ: Mapping[str, str] = MappingProxyType({}),
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
    ) -> None:
        """``environ`` may name proxies."""
        self._line = ArxivLine(session, timeout, environ)
        self._rss_url = URL(rss_url)

    async def read(self, specs: Sequence[str]) -> Announcement:
        """Today's batch; no items at weekends and on arXiv's holidays.

        Every item is read or none is: one without a readable id or of an announce type that we
        don't know is an ArxivError. To leave it out would be to claim that all were checked.
        """
        url = self._rss_url / "rss" / "+".join(specs)
        answer = await self._line.exchange(url)
        return await asyncio.to_thread(_read, answer, tuple(specs))

    async def probe(self) -> Check:
        """Ask for one feed. Like any other request it is to be kept apart from the one before."""
        return await checked(f"arXiv feeds {self._rss_url}", self.read(["cs.AI"]))


def _read(answer: HttpAnswer, asked: tuple[str, ...]) -> Announcement:
    """The batch in an answer. A 400 says that there is no such feed; so do a 404 and a 410, in whatever words."""
    if answer.status not in (200, 400, 404, 410):
        raise answer.refusal(f"refused its feed of {'+'.join(asked)} with HTTP status {answer.status}")
    try:
        announcement = read_announcement(answer.body, asked)
    except QueryRejected:
        raise
    except ArxivError as error:
        if answer.status == 200:
            raise ArxivError(str(error), Verdict(retry_after=answer.retry_after)) from error
    else:
        if answer.status == 200:
            return announcement
    raise QueryRejected(f"arXiv has no feed of {'+'.join(asked)}")


def read_announcement(body: bytes, asked: tuple[str, ...]) -> Announcement:
    """The batch that ``body`` holds. ArxivError when it is not one whole feed or has an unreadable
    item; QueryRejected, in arXiv's words, when it says that there is no such archive or category."""
    root = parse(repaired(body))
    clip(root)
    if root.tag == "rss":
        return _read_rss(root, asked)
    if root.tag == f"{ATOM}feed":
        return _read_atom(root, asked)
    raise ArxivError(f"arXiv answered a document <{root.tag}> instead of a feed")


def _read_rss(root: Element, asked: tuple[str, ...]) -> Announcement:
    channel = root.find("channel")
    if channel is None:
        raise ArxivError("arXiv's feed has no channel")
    _raise_for_error_title(_text(channel, "title"), _text(channel, "description"))
    announced = _moment(_text(channel, "pubDate"), parsedate_to_datetime)
    return _batch(asked, announced, map(_rss_item, channel.iterfind("item")))


def _read_atom(root: Element, asked: tuple[str, ...]) -> Announcement:
    _raise_for_error_title(_text(root, f"{ATOM}title"), _text(root, f"{ATOM}subtitle"))
    entries = root.findall(f"{ATOM}entry")
    published = _text(entries[0], f"{ATOM}published") if entries else ""
    return _batch(asked, _moment(published, datetime.fromisoformat), map(_atom_item, entries))


def _raise_for_error_title(title: str, reason: str) -> None:
    if title.startswith(_ERROR_TITLE):
        raise QueryRejected(f"arXiv rejects the feed: {reason or title}")
    if not title:
        raise ArxivError("arXiv's feed has no title")


def _rss_item(item: Element) -> AnnouncedPaper:
    categories = [one_line(category.text or "") for category in item.iterfind("category")]
    return _paper(item, _text(item, "guid"), _text(item, "title"), _text(item, "description"), categories)


def _atom_item(entry: Element) -> AnnouncedPaper:
    categories = [category.get("term", "") for category in entry.iterfind(f"{ATOM}category")]
    identifier, title = _text(entry, f"{ATOM}id"), _text(entry, f"{ATOM}title")
    return _paper(entry, identifier, title, _text(entry, f"{ATOM}summary"), categories)


def _paper(
    item: Element, identifier: str, title: str, description: str, categories: list[str]
) -> AnnouncedPaper:
    """The two formats differ in how they name the fields; arXiv's own elements are the same."""
    found = _IDENTIFIER.fullmatch(identifier)
    if found is None:
        raise ArxivError(f"arXiv's feed has an item whose id can't be read: {identifier!r}")
    # "arXiv:2609.26811v1 Announce Type: new Abstract: Local learning trains …"
    _, labelled, abstract = description.partition("Abstract:")
    return AnnouncedPaper(
        arxiv_id=found["arxiv_id"],
        version=int(found["version"]),
        announce_type=_announce_type(item, found["arxiv_id"]),
        title=title,
        abstract=abstract.strip() if labelled else description,
        authors=_text(item, f"{DUBLIN_CORE}creator"),
        categories=tuple(dict.fromkeys(filter(None, categories))),
        journal_ref=_text(item, f"{ARXIV}journal_reference"),
        dois=tuple(
            dict.fromkeys(doi for e in item.iterfind(f"{ARXIV}DOI") for doi in (e.text or "").split())
        ),
    )


def _announce_type(item: Element, arxiv_id: str) -> AnnounceType:
    text = _text(item, f"{ARXIV}announce_type")
    try:
        return AnnounceType(text)
    except ValueError as error:
        raise ArxivError(f"arXiv's feed announces {arxiv_id} as {text!r}, which is unknown") from error


def _moment(text: str, read: Callable[[str], datetime]) -> datetime | None:
    """A date in its own zone (arXiv gives its days in US Eastern time); None when there is none."""
    if not text:
        return None
    try:
        moment = read(text)
    except (ValueError, OverflowError) as error:
        raise ArxivError(f"arXiv's feed has an unreadable date: {text!r}") from error
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ArxivError(f"arXiv's feed has an impossible date: {text!r}")
    return moment


def _batch(
    asked: tuple[str, ...],
    announced: datetime | None,
    items: Iterable[AnnouncedPaper],
) -> Announcement:
    return Announcement(
        asked=asked,
        announced_on=announced.date() if announced else None,
        items=tuple(items),
    )


def _text(element: Element, name: str) -> str:
    return one_line(element.findtext(name) or "")
