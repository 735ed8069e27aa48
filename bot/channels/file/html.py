"""The report as one HTML page that asks nothing of the network, and the index of a folder of them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import quote

from markupsafe import Markup

from bot.channels.file import bibtex, feed, records
from bot.channels.file.records import PaperRecord, ReportRecord
from bot.languages import Catalogue
from bot.models import Digest
from bot.render import prose, views, wording

_TEMPLATES = views.templates("bot.channels.file")
_REPORT = _TEMPLATES.get_template("report.html.jinja")
_INDEX = _TEMPLATES.get_template("index.html.jinja")
_WORD = re.compile(r"(?<![.+/-])[.+/-]*+\w++(?:[.+/-]++\w++)*")

GENERATOR = '<meta name="generator" content="arxiv-digest">'


def _script(name: str) -> tuple[Markup, Markup]:
    """A script and what names it in the page's policy: the browser runs no other, whatever a title contains."""
    script = Markup(_TEMPLATES.get_template(name).render())
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return script, Markup("'sha256-{}'").format(digest)


_SCRIPT, _SCRIPT_SOURCE = _script("report.js")
_INDEX_SCRIPT, _INDEX_SCRIPT_SOURCE = _script("index.js")


def render(digest: Digest) -> str:
    """The whole digest as one page: filters, search, print style, light and dark, no requests."""
    words = wording.frame(digest)
    entries = (*digest.entries, *digest.titles, *digest.revised)
    matched = {name for entry in entries for name in entry.topics}
    codes = {code for entry in entries for code in wording.categories(entry.paper).split(", ") if code}
    return _REPORT.render(
        generator=Markup(GENERATOR),
        meta=records.META,
        record=records.record(digest),
        script=_SCRIPT,
        script_source=_SCRIPT_SOURCE,
        language=words.code,
        said=_said(words),
        headline=wording.headline(digest),
        day=words.long_date(wording.local_date(digest)),
        edition=edition(digest.subscriber, digest.number, words),
        counted=wording.count(digest),
        topics=wording.topics(digest, first=10),
        notices=wording.sentences(digest.notices, words=words),
        topic_names=[wording.topic(topic.name) for topic in digest.topics if topic.name in matched],
        category_codes=sorted(codes),
        nothing="" if digest.paper_count else wording.nothing(digest),
        papers=views.papers(digest, digest.entries, 1, abstract=True),
        bibtex={entry.paper.arxiv_id: bibtex.entry(entry.paper) for entry in entries},
        titles=views.papers(digest, digest.titles),
        more_titles=words.gettext(wording.MORE_TITLES),
        revised=views.papers(digest, digest.revised, abstract=True),
        revised_heading=words.gettext(wording.REVISED),
        checked=words.gettext(wording.CHECKED),
        completeness=wording.sentences(digest.completeness, words=words),
        foot=wording.foot(digest),
        queries=_queries(digest),
    )


def edition(subscriber: str, number: int, words: Catalogue) -> str:
    """``ada no. 42``"""
    return words.gettext(
        "{subscriber} no. {number}", subscriber=wording.named(subscriber), number=words.number(number)
    )


def _said(words: Catalogue) -> dict[str, str]:
    """The words of the page's form and of its script, which fills the braces of ``shown``."""
    return {
        "papers": words.gettext("Papers"),
        "hint": words.gettext("Search titles, authors, abstracts"),
        "search": words.gettext("Search"),
        "topic": words.gettext("Topic"),
        "all_topics": words.gettext("All topics"),
        "category": words.gettext("Category"),
        "all_categories": words.gettext("All categories"),
        "all_papers": words.gettext("Show all papers"),
        "shown": words.gettext("{shown} of {all} shown", shown="{shown}", all="{all}"),
        "marks": words.gettext("Marks"),
        "every_paper": words.gettext("All papers"),
        "unread": words.gettext("Unread"),
        "save": words.gettext("Save"),
        "saved": words.gettext("Saved"),
        "to_read": words.gettext("Mark as read"),
        "read": words.gettext("Read"),
        "copy": words.gettext("Copy BibTeX"),
        "copied": words.gettext("Copied"),
        "selected": words.gettext("Selected: copy it with Ctrl+C or ⌘C"),
    }


def index(reports: Iterable[ReportRecord]) -> str:
    """The page that names all digests of a folder and their papers, newest first by month, with a search.

    It is in the language of its readers, in English where they have several.
    """
    ordered = sorted(reports, key=lambda report: (report.day, report.number, report.subscriber), reverse=True)
    words = records.shared_words(ordered)
    months = groupby(ordered, key=lambda report: words.month(report.day))
    return _INDEX.render(
        language=words.code,
        title_language=wording.title_language(words),
        said=_index_said(words),
        generator=Markup(GENERATOR),
        feed=feed.FILE_NAME,
        script=_INDEX_SCRIPT,
        script_source=_INDEX_SCRIPT_SOURCE,
        newest=ordered[0].file_name if ordered else "",
        months=[(month, [_listed(report, words) for report in group]) for month, group in months],
    )


def _index_said(words: Catalogue) -> dict[str, str]:
    return {
        "title": words.gettext(feed.TITLE),
        "feed": words.gettext("Atom feed"),
        "hint": words.gettext("Search the papers of all digests"),
        "search": words.gettext("Search"),
        "all_papers": words.gettext("Show all papers"),
        "shown": words.gettext("{shown} of {all} shown", shown="{shown}", all="{all}"),
        "none": words.gettext("No digest yet."),
    }


def _listed(report: ReportRecord, words: Catalogue) -> dict[str, object]:
    return {
        "file_name": report.file_name,
        "url": quote(report.file_name),
        "markdown_url": quote(str(PurePosixPath(report.file_name).with_suffix(".md"))),
        "day": words.long_date(report.day),
        "edition": edition(report.subscriber, report.number, words),
        "counted": feed.counted(report, words),
        "papers": [
            (quote(paper.anchor), paper.title_markup, paper.authors, _more_words(paper))
            for paper in report.papers
        ],
    }


def _more_words(paper: PaperRecord) -> str:
    """The words of the summary that the index doesn't print, each once: they are searched, too."""
    printed = f"{paper.title} {paper.authors}".casefold()
    words = dict.fromkeys(_WORD.findall(" ".join((paper.arxiv_id, *paper.lines)).casefold()))
    return " ".join(word for word in words if word not in printed)


def _queries(digest: Digest) -> Sequence[str]:
    asked = zip(digest.topics, digest.queries, strict=False)
    return [f"{wording.topic(topic.name)}: {prose.source(query)}" for topic, query in asked]
