"""What the HTML templates are given: words ready to print, no decisions left to make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import jinja2
from markupsafe import Markup

from bot import languages, remembered
from bot.languages import Catalogue
from bot.models import Digest, Entry
from bot.render import prose, wording
from bot.render.facts import CodeLink

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
    facts: tuple[str, ...]
    code: CodeLink | None
    rank: str
    """Why the paper is there, and why here; empty for a revision."""
    marks: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    language: str
    """BCP 47 tag of the lines; empty when it is that of the page."""
    frame_language: str
    """That of the page."""
    title_language: str
    """That of title and abstract, where the page has another."""
    right_to_left: bool
    abstract: Markup
    comment: Markup
    all_authors: str
    """Where ``authors`` leaves some out, and the abstract was asked for."""
    said: Mapping[str, str]
    """The frame text around it, by what it is about."""


@remembered.in_a_round(remembered.PAPERS)
def paper(language: str, entry: Entry, *, abstract: bool = False) -> PaperView:
    """The view of one entry for all who read ``language``, without its number; the authors' ``abstract`` and
    comment are in it only when asked for."""
    item = entry.paper
    words = languages.catalogue(language)
    all_authors = abstract and len(item.authors) > wording.MOST_AUTHORS
    right_to_left = wording.is_right_to_left(language, entry)
    return PaperView(
        arxiv_id=item.arxiv_id,
        anchor="p" + item.arxiv_id.replace("/", "-"),
        number=None,
        title=_title(entry),
        abs_url=item.abs_url,
        pdf_url=item.pdf_url,
        html_url=item.html_url,
        withdrawn=entry.withdrawn,
        authors=wording.authors(item, entry.rank.followed),
        date=wording.short_date(item.published, words),
        categories=tuple(filter(None, wording.categories(item).split(", "))),
        topics=tuple(wording.topic(name) for name in entry.topics),
        facts=wording.facts(entry, words),
        code=wording.code_link(entry),
        rank=wording.why(entry, words),
        marks=wording.marks(entry, words),
        lines=tuple(_lines(entry, words, right_to_left=right_to_left)),
        language=wording.summary_language(language, entry),
        frame_language=words.code,
        title_language=wording.title_language(words),
        right_to_left=right_to_left,
        abstract=prose.markup(item.abstract, _ABSTRACT_BYTES) if abstract else Markup(),
        comment=prose.markup(item.comment, prose.COMMENT_BYTES) if abstract else Markup(),
        all_authors=wording.all_authors(item, _ALL_AUTHORS, words) if all_authors else "",
        said={
            "abstract": words.gettext("Abstract"),
            "withdrawn": words.gettext(wording.WITHDRAWN),
            "folded": _folded(words, item.abstract, all_authors=all_authors),
        },
    )


def _title(entry: Entry) -> Markup:
    """Words that matched are bold where the title is not, and underlined where it is."""
    title = prose.markup(entry.paper.title, prose.TITLE_BYTES)
    marked = prose.emphasised(title, entry.rank.words, "strong", "u")
    return marked if marked.striptags() else Markup.escape(entry.paper.arxiv_id)


def _lines(entry: Entry, words: Catalogue, *, right_to_left: bool) -> Iterator[SummaryLine]:
    for label, latex in wording.summary_lines(entry.summary, words):
        text = prose.markup(latex)
        said = Markup(prose.isolated(text)) if right_to_left else text
        marked = prose.emphasised(said, entry.rank.words, "strong")
        yield SummaryLine(words.gettext("{label}.", label=label), marked)


def _folded(words: Catalogue, abstract: str, *, all_authors: bool) -> str:
    if abstract and all_authors:
        return words.gettext("The abstract and all authors")
    return words.gettext("All authors") if all_authors else words.gettext("The abstract")


def papers(
    digest: Digest, entries: Sequence[Entry], first: int | None = None, *, abstract: bool = False
) -> tuple[PaperView, ...]:
    """The views of several entries, numbered from ``first`` on if that is given."""
    views = (paper(digest.language, entry, abstract=abstract) for entry in entries)
    if first is None:
        return tuple(views)
    return tuple(replace(view, number=number) for number, view in enumerate(views, first))
