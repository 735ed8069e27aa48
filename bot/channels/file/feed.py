"""The Atom feed of a folder (RFC 4287): an entry a digest, as a feed reader asked once a week still sees all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

from markupsafe import Markup

from bot.channels.file.records import PaperRecord, ReportRecord
from bot.languages import ENGLISH
from bot.render import wording

FILE_NAME = "feed.atom"
GENERATOR = "arxiv-digest"
LATEST = 30
"""Digests in the feed: six weeks of working days."""

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = "tag:arxiv-digest.invalid,2026:"
"""RFC 4151 wants a name of ours. The program has no domain, and ``.invalid`` is nobody else's (RFC 2606)."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def render(reports: Iterable[ReportRecord], folder_key: str) -> str:
    """The feed of the latest digests, newest first. ``folder_key`` tells the feeds of two folders apart."""
    known = {report.key: report for report in reports}
    latest = sorted(known.values(), key=lambda one: (one.composed_at, one.key), reverse=True)[:LATEST]
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", f"{_NAMESPACE}folder:{folder_key}")
    _add(feed, "title", "arXiv digests")
    _add(feed, "updated", _moment(latest[0].composed_at if latest else _NEVER))
    _add(feed, "generator", GENERATOR)
    _add(_add(feed, "author"), "name", GENERATOR)
    _add(feed, "link", rel="self", type="application/atom+xml", href=FILE_NAME)
    _add(feed, "link", rel="alternate", type="text/html", href="index.html")
    for report in latest:
        _add_entry(feed, report)
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _add_entry(feed: ElementTree.Element, report: ReportRecord) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"{_NAMESPACE}digest:{report.key}")
    _add(entry, "title", _title(report))
    _add(entry, "updated", _moment(report.composed_at))
    _add(entry, "link", rel="alternate", type="text/html", href=quote(report.file_name))
    _add(entry, "content", _content(report), type="html")


def _title(report: ReportRecord) -> str:
    day = f"{wording.named(report.subscriber)}, {ENGLISH.long_date(report.day)}"
    return (
        day
        if report.count is None
        else f"{wording.papers(report.count) if report.count else '0 papers'} · {day}"
    )


def _content(report: ReportRecord) -> str:
    if not report.papers:
        return Markup('<p><a href="{}">The report</a></p>').format(quote(report.file_name))
    return Markup("<ol>{}</ol>").format(Markup().join(_item(paper) for paper in report.papers))


def _item(paper: PaperRecord) -> Markup:
    # Some readers resolve no relative link within an entry: arXiv's is whole.
    linked = Markup('<li><p><a href="https://arxiv.org/abs/{}">{}</a><br>{}</p>{}</li>')
    lines = Markup().join(Markup("<p>{}</p>").format(line) for line in paper.lines)
    return linked.format(quote(paper.arxiv_id), paper.title_markup, paper.authors, lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = _NOT_XML.sub("", text) or None
    return child
