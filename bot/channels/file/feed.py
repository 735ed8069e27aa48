"""The Atom feed of a folder (RFC 4287): an entry a digest, as a feed reader asked once a week still sees all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

from markupsafe import Markup

from bot import languages
from bot.channels.file import records
from bot.channels.file.records import PaperRecord, ReportRecord
from bot.languages import Catalogue, noop
from bot.render import wording

FILE_NAME = "feed.atom"
GENERATOR = "arxiv-digest"
TITLE = noop("arXiv digests")
LATEST = 30
"""Digests in the feed: six weeks of working days."""

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = "tag:arxiv-digest.invalid,2026:"
"""RFC 4151 wants a name of ours. The program has no domain, and ``.invalid`` is nobody else's (RFC 2606)."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def render(reports: Iterable[ReportRecord], folder_key: str) -> str:
    """The feed of the latest digests, newest first. ``folder_key`` tells the feeds of two folders apart.

    Its own words are those of the index.
    """
    known = {report.key: report for report in reports}
    words = records.shared_words(known.values())
    latest = sorted(known.values(), key=lambda one: (one.composed_at, one.key), reverse=True)[:LATEST]
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": words.code})
    _add(feed, "id", f"{_NAMESPACE}folder:{folder_key}")
    _add(feed, "title", words.gettext(TITLE))
    _add(feed, "updated", _moment(latest[0].composed_at if latest else _NEVER))
    _add(feed, "generator", GENERATOR)
    _add(_add(feed, "author"), "name", GENERATOR)
    _add(feed, "link", rel="self", type="application/atom+xml", href=FILE_NAME)
    _add(feed, "link", rel="alternate", type="text/html", href="index.html")
    for report in latest:
        _add_entry(feed, report, words)
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def counted(report: ReportRecord, words: Catalogue) -> str:
    """``9 papers``; empty where the report does not tell.

    That arXiv had nothing new is the report's to say, which knows whether it answered.
    """
    if report.count is None:
        return ""
    return words.ngettext("{num} paper", "{num} papers", report.count)


def _add_entry(feed: ElementTree.Element, report: ReportRecord, words: Catalogue) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"{_NAMESPACE}digest:{report.key}")
    _add(entry, "title", _title(report, words))
    _add(entry, "updated", _moment(report.composed_at))
    _add(entry, "link", rel="alternate", type="text/html", href=quote(report.file_name))
    tagged = {"xml:lang": report.language} if report.language not in ("", words.code) else {}
    _add(entry, "content", _content(report, words), type="html", **tagged)


def _title(report: ReportRecord, words: Catalogue) -> str:
    day = words.listed([wording.named(report.subscriber), words.long_date(report.day)])
    return " · ".join(filter(None, (counted(report, words), day)))


def _content(report: ReportRecord, words: Catalogue) -> str:
    if not report.papers:
        linked = Markup('<p><a href="{}">{}</a></p>')
        return linked.format(quote(report.file_name), words.gettext("The report"))
    return Markup("<ol>{}</ol>").format(
        Markup().join(_item(paper, report.language) for paper in report.papers)
    )


def _item(paper: PaperRecord, language: str) -> Markup:
    # Some readers resolve no relative link within an entry: arXiv's is whole.
    linked = Markup('<li><p><a href="https://arxiv.org/abs/{}">{}</a><br>{}</p>{}</li>')
    line = Markup('<p dir="auto">{}</p>' if languages.is_right_to_left(language) else "<p>{}</p>")
    lines = Markup().join(line.format(said) for said in paper.lines)
    return linked.format(quote(paper.arxiv_id), paper.title_markup, paper.authors, lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, tag, attributes)
    child.text = _NOT_XML.sub("", text) or None
    return child
