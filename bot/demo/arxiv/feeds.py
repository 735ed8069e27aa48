"""arXiv's announcement feeds in RSS 2.0, as arXiv/arxiv-feed serialises them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import format_datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from bot.models import FEED_LIMIT, AnnounceType, Paper

_VALID_ARCHIVES = (
    "astro-ph, cond-mat, cs, econ, eess, gr-qc, hep-ex, hep-lat, hep-ph, hep-th, math, math-ph, nlin, "
    "nucl-ex, nucl-th, physics, q-bio, q-fin, quant-ph, stat"
)
_ARCHIVES = frozenset(_VALID_ARCHIVES.split(", "))

_EASTERN = ZoneInfo("America/New_York")
_LAST_ANNOUNCED_REVISION = 5
_ELSEWHERE = {AnnounceType.NEW: AnnounceType.CROSS, AnnounceType.REPLACE: AnnounceType.REPLACE_CROSS}

_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
"""


@dataclass(frozen=True, slots=True)
class Announced:
    """One paper of today's batch, as it is announced in its primary category."""

    paper: Paper
    announce_type: AnnounceType = AnnounceType.NEW


def unknown_archive(specs: Sequence[str]) -> str | None:
    """The first of ``specs`` that names neither an archive nor a category of one."""
    return next((spec for spec in specs if spec.split(".")[0].lower() not in _ARCHIVES), None)


def feed(batch: Iterable[Announced], specs: Sequence[str], *, announced_on: date, built_at: datetime) -> str:
    """The batch of these archives and categories, cut where arXiv cuts it."""
    items = [item for announced in batch if (item := _seen_from(announced, specs)) is not None]
    # arXiv orders by listing type, so that a cut takes the last types first.
    items.sort(key=lambda item: item.announce_type)
    midnight = _midnight(announced_on)
    lines = [
        *_channel(f"{', '.join(specs)} updates on arXiv.org", specs, built_at, midnight),
        *(line for item in items[:FEED_LIMIT] for line in _item(item, midnight)),
    ]
    return _document(lines)


def error_feed(spec: str, address: str, *, announced_on: date, built_at: datetime) -> str:
    """The body of a 400: an empty feed that says why in its description."""
    reason = f"Bad archive '{spec}'. Valid archive names are: {_VALID_ARCHIVES}."
    title = f"Feed error for query: {address}"
    return _document(_channel(title, [spec], built_at, _midnight(announced_on), description=reason))


def _seen_from(announced: Announced, specs: Sequence[str]) -> Announced | None:
    """The item as a feed of ``specs`` shows it; None when it does not."""
    kind, paper = announced.announce_type, announced.paper
    if not any(_covers(spec, category) for spec in specs for category in paper.categories):
        return None
    if not kind.is_new and paper.version > _LAST_ANNOUNCED_REVISION:
        return None
    if not any(_covers(spec, paper.primary_category) for spec in specs):
        kind = _ELSEWHERE.get(kind, kind)
    return Announced(paper, kind)


def _covers(spec: str, category: str) -> bool:
    spec, category = spec.lower(), category.lower()
    return category == spec or category.startswith(f"{spec}.")


def _midnight(day: date) -> str:
    return format_datetime(datetime.combine(day, time(), _EASTERN))


def _channel(
    title: str, specs: Sequence[str], built_at: datetime, midnight: str, description: str = ""
) -> Iterator[str]:
    address = escape(f"http://rss.arxiv.org/rss/{'+'.join(specs)}")
    yield f"<title>{escape(title)}</title>"
    yield f"<link>{address}</link>"
    yield f"<description>{escape(description or title)}</description>"
    yield f'<atom:link href="{address}" rel="self" type="application/rss+xml"/>'
    yield "<docs>http://www.rssboard.org/rss-specification</docs>"
    yield "<language>en-us</language>"
    yield f"<lastBuildDate>{format_datetime(built_at)}</lastBuildDate>"
    yield "<managingEditor>rss-help@arxiv.org</managingEditor>"
    yield f"<pubDate>{midnight}</pubDate>"
    yield "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"


def _item(item: Announced, midnight: str) -> Iterator[str]:
    paper, versioned = item.paper, f"{item.paper.arxiv_id}v{item.paper.version}"
    label = f"arXiv:{versioned} Announce Type: {item.announce_type} \nAbstract: "
    yield "<item>"
    yield f"<title>{escape(paper.title)}</title>"
    yield f"<link>https://arxiv.org/abs/{paper.arxiv_id}</link>"
    yield f"<description>{escape(label + paper.abstract)}</description>"
    yield f'<guid isPermaLink="false">oai:arXiv.org:{versioned}</guid>'
    for category in paper.categories:
        yield f"<category>{escape(category)}</category>"
    yield f"<pubDate>{midnight}</pubDate>"
    yield f"<arxiv:announce_type>{item.announce_type}</arxiv:announce_type>"
    yield "<dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>"
    if paper.journal_ref:
        yield f"<arxiv:journal_reference>{escape(paper.journal_ref)}</arxiv:journal_reference>"
    for doi in paper.dois:
        yield f"<arxiv:DOI>{escape(doi)}</arxiv:DOI>"
    yield f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator>"
    yield "</item>"


def _document(lines: Iterable[str]) -> str:
    return _HEAD + "  <channel>\n" + "\n".join(f"    {line}" for line in lines) + "\n  </channel>\n</rss>\n"
