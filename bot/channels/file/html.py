"""The report as one HTML page that asks nothing of the network, and the index of a folder of them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote

from markupsafe import Markup

from bot.models import Digest
from bot.render import prose, views, wording

_TEMPLATES = views.templates("bot.channels.file")
_REPORT = _TEMPLATES.get_template("report.html.jinja")
_INDEX = _TEMPLATES.get_template("index.html.jinja")
_SCRIPT = Markup(_TEMPLATES.get_template("report.js").render())
_SCRIPT_SOURCE = Markup("'sha256-{}'").format(
    base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
)
"""The browser runs this script and no other, whatever a title contains."""


@dataclass(frozen=True, slots=True)
class ReportRef:
    """One digest in a folder, as its index names it."""

    file_name: str
    """Of the HTML report; the Markdown report's differs in the suffix only."""
    subscriber: str
    number: int
    date: date
    """On the subscriber's calendar."""
    count: int
    """New papers in it."""


def render(digest: Digest) -> str:
    """The whole digest as one page: filters, search, print style, light and dark, no requests."""
    entries = (*digest.entries, *digest.titles, *digest.revised)
    matched = {name for entry in entries for name in entry.topics}
    codes = {code for entry in entries for code in wording.categories(entry.paper).split(", ") if code}
    return _REPORT.render(
        script=_SCRIPT,
        script_source=_SCRIPT_SOURCE,
        headline=wording.headline(digest),
        day=wording.long_day(wording.local_date(digest)),
        subscriber=wording.named(digest.subscriber),
        number=digest.number,
        counted=wording.count(digest),
        topics=wording.topics(digest, first=10),
        notices=wording.sentences(digest.notices),
        topic_names=[wording.topic(topic.name) for topic in digest.topics if topic.name in matched],
        category_codes=sorted(codes),
        nothing="" if digest.paper_count else wording.nothing(digest),
        papers=views.papers(digest, digest.entries, 1, abstract=True),
        titles=views.papers(digest, digest.titles),
        more_titles=wording.MORE_TITLES,
        revised=views.papers(digest, digest.revised, abstract=True),
        revised_heading=wording.REVISED,
        checked=wording.CHECKED,
        completeness=wording.sentences(digest.completeness),
        foot=[
            line for line in (wording.origin(digest), wording.reason(digest), wording.ACKNOWLEDGEMENT) if line
        ],
        queries=_queries(digest),
    )


def index(reports: Iterable[ReportRef]) -> str:
    """The page that names all digests of a folder, newest first by month. It names no papers."""
    ordered = sorted(
        reports, key=lambda report: (report.date, report.number, report.subscriber), reverse=True
    )
    months = groupby(ordered, key=lambda report: wording.month(report.date))
    return _INDEX.render(
        script_source=Markup("'none'"),
        months=[(month, [_listed(report) for report in group]) for month, group in months],
    )


def _listed(report: ReportRef) -> dict[str, object]:
    return {
        "url": quote(report.file_name),
        "markdown_url": quote(str(PurePosixPath(report.file_name).with_suffix(".md"))),
        "day": wording.long_day(report.date),
        "subscriber": wording.named(report.subscriber),
        "number": report.number,
        # That arXiv had nothing new is the report's to say, which knows whether it answered.
        "counted": wording.papers(report.count) if report.count else "0 papers",
    }


def _queries(digest: Digest) -> Sequence[str]:
    asked = zip(digest.topics, digest.queries, strict=False)
    return [f"{wording.topic(topic.name)}: {prose.source(query)}" for topic, query in asked]
