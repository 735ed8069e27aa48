"""arXiv's API answers: the bytes of one Atom page to a `SearchPage`.

feedparser reads the entries. It takes an HTML error page for a feed without entries and a truncated
page for a shorter one, so it only gets bytes that were found to be one whole feed before; and it
keeps only the last of several DOIs, so those come from the tree of that check.
"""

from __future__ import annotations

import calendar
import io
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, tostring

import feedparser

from bot.adapters.xml import (
    ARXIV,
    ATOM,
    FIRST_YEAR,
    IDENTIFIER,
    LAST_YEAR,
    OPENSEARCH,
    clip,
    one_line,
    parse,
    repaired,
)
from bot.errors import ArxivError, QueryRejected
from bot.models import Paper, SearchPage

_ERROR_ID = "/api/errors"
_ABSTRACT_PAGE = re.compile(rf"/abs/(?P<arxiv_id>{IDENTIFIER})(?:v(?P<version>[0-9]{{1,4}}))?$")
_MOST_AUTHORS, _MOST_FIELDS = 10_000, 500
"""Of one paper. The largest collaborations have five thousand; beside them a paper has some ten fields."""
_CATEGORY = re.compile(r"[a-z]+-[a-z]+|[a-z]+(?:-[a-z]+)?\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)?)")
"""``hep-th``, ``cs.AI``, ``cond-mat.mtrl-sci``; but neither ``53D10, 53D15`` (MSC) nor ``I.2.7`` (ACM)."""


def read_page(body: bytes) -> SearchPage:
    """The page that ``body`` holds, in any of the formats arXiv's API has had.

    QueryRejected with arXiv's own words when the page is an error entry; ArxivError when the bytes
    are not one whole page. Takes about 1.4 ms a paper, nearly all of it feedparser's.
    """
    body = repaired(body)
    root = parse(body)
    if clip(root):
        body = tostring(root, encoding="utf-8")
    if root.tag != f"{ATOM}feed":
        raise ArxivError(f"arXiv answered a document <{root.tag}> instead of an Atom feed")
    total, start = _count(root, "totalResults"), _count(root, "startIndex")
    elements = root.findall(f"{ATOM}entry")
    if any(map(_is_overfull, elements)):
        raise ArxivError("arXiv's answer has an entry with more fields than any paper has")
    feed = _read_feed(body, len(elements))
    _raise_for_error_entry(feed.entries)
    papers = tuple(_paper(entry, element) for entry, element in zip(feed.entries, elements, strict=True))
    return SearchPage(papers, total, start, executed_query=_text(feed.feed, "title"))


def _count(root: Element, name: str) -> int:
    text = (root.findtext(f"{OPENSEARCH}{name}") or "").strip()
    if not re.fullmatch("[0-9]{1,15}", text):
        raise ArxivError(f"arXiv's answer does not say its {name}")
    return int(text)


def _is_overfull(entry: Element) -> bool:
    """feedparser takes time with the square of each of these."""
    authors = len(entry.findall(f"{ATOM}author"))
    return authors > _MOST_AUTHORS or len(entry) - authors > _MOST_FIELDS


def _read_feed(body: bytes, entry_count: int) -> Any:
    try:
        # A stream, as feedparser first takes bare bytes for the name of a file to open.
        feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it names no exceptions of its own; misplaced elements give a KeyError
        raise ArxivError(f"arXiv's answer can't be read as an Atom feed: {error!r}") from error
    if feed.bozo or feed.version != "atom10" or len(feed.entries) != entry_count:
        raise ArxivError("arXiv's answer is not a whole Atom feed")
    return feed


def _raise_for_error_entry(entries: list[Any]) -> None:
    for entry in entries:
        if _ERROR_ID in _text(entry, "id"):
            message = _text(entry, "summary") or "no reason given"
            raise QueryRejected(f"arXiv rejects the request: {message}")


def _paper(entry: Any, element: Element) -> Paper:
    arxiv_id, version = _identifier(entry)
    published = _moment(entry, "published", arxiv_id)
    return Paper(
        arxiv_id=arxiv_id,
        version=version,
        title=_text(entry, "title"),
        abstract=_text(entry, "summary"),
        authors=_authors(entry),
        categories=_categories(entry),
        published=published,
        updated=_moment(entry, "updated", arxiv_id) if "updated" in entry else published,
        comment=_text(entry, "arxiv_comment"),
        journal_ref=_text(entry, "arxiv_journal_ref"),
        dois=_dois(element),
    )


def _authors(entry: Any) -> tuple[str, ...]:
    names = (_text(author, "name", repaired=True) for author in entry.get("authors", ()))
    return tuple(filter(None, names))


def _identifier(entry: Any) -> tuple[str, int]:
    """Identifier and version; an old page gives the version in the link only, or nowhere (then 1)."""
    own = _ABSTRACT_PAGE.search(_text(entry, "id"))
    if own is None:
        raise ArxivError(f"arXiv's answer has an entry without an arXiv id: {_text(entry, 'id')!r}")
    linked = _ABSTRACT_PAGE.search(_text(entry, "link"))
    version = own["version"] or (linked and linked["version"]) or "1"
    return own["arxiv_id"], int(version)


def _moment(entry: Any, name: str, arxiv_id: str) -> datetime:
    parsed = entry.get(f"{name}_parsed")
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise ArxivError(f"arXiv's answer has no readable date {name!r} for {arxiv_id}") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ArxivError(f"arXiv's answer has an impossible date {name!r} for {arxiv_id}")
    return moment


def _categories(entry: Any) -> tuple[str, ...]:
    """The primary category, whatever it looks like, then everything shaped like a category."""
    primary = _text(entry.get("arxiv_primary_category") or {}, "term")
    terms = [_text(tag, "term") for tag in entry.get("tags", ())]
    shaped = [term for term in terms if _CATEGORY.fullmatch(term)]
    return tuple(dict.fromkeys([primary, *shaped] if primary else shaped))


def _dois(element: Element) -> tuple[str, ...]:
    texts = (doi.text or "" for doi in element.iterfind(f"{ARXIV}doi"))
    return tuple(dict.fromkeys(doi for text in texts for doi in text.split()))


def _text(fields: Any, name: str, *, repaired: bool = False) -> str:
    """A field in one line; empty when it is absent or not text.

    feedparser undoes UTF-8 that was encoded twice everywhere but in names: ``repaired`` does it there.
    """
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    if repaired:
        with suppress(UnicodeError):
            value = value.encode("iso-8859-1").decode()
    return one_line(value)
