"""What the HTML templates are given: words ready to print, no decisions left to make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from bot.models import Digest, Entry
from bot.render import prose, wording

_ALL_AUTHORS = 300
_ABSTRACT_BYTES = 8_000


def templates(package: str) -> jinja2.Environment:
    """The templates of a package, from its folder ``templates``."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary."""

    label: str
    text: Markup


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper as HTML shows it."""

    arxiv_id: str
    anchor: str
    number: int | None
    title: Markup
    abs_url: str
    pdf_url: str
    html_url: str
    withdrawn: bool
    authors: str
    date: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    """As words."""
    marks: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    language: str
    """BCP 47 tag of the lines; empty when it is that of the page."""
    right_to_left: bool
    abstract: Markup
    comment: Markup
    all_authors: str
    """Where ``authors`` leaves some out, and the abstract was asked for."""


def paper(digest: Digest, entry: Entry, number: int | None = None, *, abstract: bool = False) -> PaperView:
    """The view of one entry; the authors' ``abstract`` and comment are in it only when asked for."""
    item = entry.paper
    lines = wording.summary_lines(entry.summary)
    title = prose.markup(item.title, prose.TITLE_BYTES)
    right_to_left = wording.is_right_to_left(digest, entry)
    return PaperView(
        arxiv_id=item.arxiv_id,
        anchor="p" + item.arxiv_id.replace("/", "-"),
        number=number,
        title=title if title.striptags() else Markup.escape(item.arxiv_id),
        abs_url=item.abs_url,
        pdf_url=item.pdf_url,
        html_url=item.html_url,
        withdrawn=entry.withdrawn,
        authors=wording.authors(item),
        date=wording.short_date(item.published),
        categories=tuple(filter(None, wording.categories(item).split(", "))),
        topics=tuple(wording.topic(name) for name in entry.topics),
        marks=wording.marks(entry),
        lines=tuple(
            SummaryLine(label, _directed(prose.markup(text), right_to_left)) for label, text in lines
        ),
        language=wording.foreign_language(digest, entry),
        right_to_left=right_to_left,
        abstract=prose.markup(item.abstract, _ABSTRACT_BYTES) if abstract else Markup(),
        comment=prose.markup(item.comment, prose.COMMENT_BYTES) if abstract else Markup(),
        all_authors=wording.all_authors(item, _ALL_AUTHORS)
        if abstract and len(item.authors) > wording.MOST_AUTHORS
        else "",
    )


def _directed(text: Markup, right_to_left: bool) -> Markup:
    return Markup(prose.isolated(text)) if right_to_left else text


def papers(
    digest: Digest, entries: Sequence[Entry], first: int | None = None, *, abstract: bool = False
) -> tuple[PaperView, ...]:
    """The views of several entries, numbered from ``first`` on if that is given."""
    return tuple(
        paper(digest, entry, None if first is None else number, abstract=abstract)
        for number, entry in enumerate(entries, start=first or 1)
    )
