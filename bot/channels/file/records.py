"""What a report says of itself, for the index and the feed of its folder: written into the page, read back.

So both follow from the reports that are there, and from nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

from markupsafe import Markup

from bot import languages
from bot.languages import ENGLISH, Catalogue
from bot.models import Digest, Entry
from bot.render import prose, wording

META = "arxiv-digest"
"""Name of the `meta` element that holds the record."""
_FOUND = re.compile(rf'<meta name="{META}" content="([^"]*)">')
_FILE_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-(.+)-(\d{1,9})\.html")


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One paper of a report. All but the title is plain text."""

    arxiv_id: str
    anchor: str
    """Where it stands in the report; empty where the report has no place for it."""
    title: str
    """LaTeX, as its authors wrote it."""
    authors: str
    lines: tuple[str, ...] = ()
    """Its summary, without labels."""

    @property
    def title_markup(self) -> Markup:
        """Its title as HTML; its identifier where it has none that shows."""
        title = prose.markup(self.title, prose.TITLE_BYTES)
        return title if title.striptags() else Markup.escape(self.arxiv_id)


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """One report of a folder."""

    file_name: str
    """Of the HTML report; the Markdown report's differs in the suffix only."""
    subscriber: str
    number: int
    day: date
    """On the subscriber's calendar."""
    composed_at: datetime
    count: int | None = None
    """New papers in it; None where the report does not tell."""
    papers: tuple[PaperRecord, ...] = ()
    language: str = ""
    """BCP 47 tag of its reader's language; empty where the report does not tell."""

    @property
    def key(self) -> str:
        """The same for the same digest wherever it lies, however often it is written: 16 hex digits."""
        said = json.dumps([self.subscriber, self.number, self.composed_at.isoformat()])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def shared_words(reports: Iterable[ReportRecord]) -> Catalogue:
    """The frame text of what all readers of a folder look at: their language, English where they have several."""
    read = {languages.catalogue(report.language).code for report in reports if report.language}
    return languages.catalogue(read.pop()) if len(read) == 1 else ENGLISH


def anchor(arxiv_id: str) -> str:
    """The place of a paper in a report, as a URL names it."""
    return "p" + arxiv_id.replace("/", "-")


def record(digest: Digest) -> str:
    """The JSON that a report carries."""
    said = {
        "subscriber": digest.subscriber,
        "number": digest.number,
        "day": wording.local_date(digest).isoformat(),
        "composed_at": digest.composed_at.isoformat(),
        "count": digest.paper_count,
        "language": languages.code(digest.language) or wording.frame(digest).code,
        "papers": [_paper(entry) for entry in (*digest.entries, *digest.titles, *digest.revised)],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _paper(entry: Entry) -> list[object]:
    item = entry.paper
    lines = [prose.plain(latex) for _, latex in wording.summary_lines(entry.summary)]
    title = prose.source(item.title, prose.TITLE_BYTES)
    return [item.arxiv_id, anchor(item.arxiv_id), title, wording.authors(item), lines]


def is_report_name(file_name: str) -> bool:
    """Whether a file of this name may be one of our HTML reports."""
    return _FILE_NAME.fullmatch(file_name) is not None


def read(file_name: str, page: str) -> ReportRecord | None:
    """The record of the report ``page``; None where the file is none of ours.

    A report of an older version carries no record: it is known by its name alone.
    """
    named = _FILE_NAME.fullmatch(file_name)
    if named is None:
        return None
    try:
        if found := _FOUND.search(page):
            return _parsed(file_name, json.loads(unescape(found[1])))
        day = date.fromisoformat(named[1])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return ReportRecord(
        file_name, named[2], int(named[3]), day, datetime(day.year, day.month, day.day, tzinfo=UTC)
    )


def _parsed(file_name: str, said: Any) -> ReportRecord:
    """ValueError, TypeError or KeyError for what we did not write."""
    composed_at = datetime.fromisoformat(said["composed_at"]).astimezone(UTC)
    papers = tuple(
        PaperRecord(str(arxiv_id), str(place), str(title), str(authors), tuple(map(str, lines)))
        for arxiv_id, place, title, authors, lines in said["papers"]
    )
    return ReportRecord(
        file_name,
        str(said["subscriber"]),
        int(said["number"]),
        date.fromisoformat(said["day"]),
        composed_at,
        int(said["count"]),
        papers,
        str(said.get("language", "")),
    )
