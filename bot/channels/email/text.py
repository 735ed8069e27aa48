"""Plain text: the mail's text part, and what a terminal shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot import languages, remembered
from bot.channels.email import mime
from bot.languages import Catalogue
from bot.models import Digest, Entry
from bot.render import parts, prose, wording

WIDTH = 76
_INDENT = "   "

_SIGN = "\u2e80-\u2fff\u3041-\u312f\u31a0-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENS = "「『（【〈《〔［｛"
_CLOSES = "、。，．！？：；）」』】〉》〕］｝ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ％"
_PIECE = re.compile(
    rf"(?<!\s)(\s*+)([{_OPENS}“‘]*(?![{_CLOSES}])[{_SIGN}][{_CLOSES}”’]*"
    rf"|[{_OPENS}]*[^\s{_SIGN}{_OPENS}{_CLOSES}]+[{_CLOSES}]*|[{_OPENS}]+|[{_CLOSES}]+)"
)
"""What is never broken, and the space before it: a sign or a word, with the punctuation that clings to it."""


def render(digest: Digest) -> str:
    """The whole digest as plain text, lines of at most 76 columns where words allow."""
    return page(parts.whole(digest))


def page(part: parts.Part, *foot: str) -> str:
    """One part of a digest, with lines of its own at the foot."""
    return above(part) + below(part.digest, *foot)


def above(part: parts.Part) -> str:
    """The text down to the foot: the same for all who are told the same."""
    blocks = (_head(part), *_papers(part), *_titles(part), *_revised(part), *_told(part))
    return "".join(f"{block}\n\n" for block in blocks)


def below(digest: Digest, *own: str) -> str:
    """The foot: why this reader gets it, with lines of its own."""
    *said, thanks = wording.foot(digest)
    return "-- \n" + _paragraphs(iter([*said, *own, thanks])) + "\n"


@remembered.in_a_round(remembered.PAPERS)
def paper(language: str, entry: Entry, heading: str) -> str:
    """One paper in full. A summary that runs from the right has lines of its own."""
    words = languages.catalogue(language)
    lines = [_wrapped(wording.title(entry), first=heading)]
    lines += [_wrapped(line) for line in (wording.why(entry, words), *_about(entry, words)) if line]
    lines += [_wrapped(mark, first="   [", last="]") for mark in wording.marks(entry, words)]
    for name, latex in wording.summary_lines(entry.summary, words):
        label, said = words.gettext("{label}:", label=name), prose.plain(latex)
        if wording.is_right_to_left(language, entry):
            # Line by line: each is a paragraph of its own to whatever lays it out.
            lines += [f"{_INDENT}{label}", *map(prose.isolated, _wrapped(said).split("\n"))]
        else:
            lines.append(_wrapped(f"{label} {said}"))
    return "\n".join([*lines, _INDENT + entry.paper.abs_url])


@remembered.in_a_round(remembered.PAPERS)
def title(language: str, entry: Entry) -> str:
    """One paper as its title and address."""
    words = languages.catalogue(language)
    mark = f"{words.gettext(wording.WITHDRAWN)} " if entry.withdrawn else ""
    lines = [_wrapped(mark + wording.title(entry), first="-  "), _INDENT + entry.paper.abs_url]
    why = wording.why(entry, words)
    return "\n".join([*lines, _wrapped(why)] if why else lines)


def weight(digest: Digest, section: parts.DigestSection, entry: Entry) -> int:
    """What an entry adds to the text as it is sent, in bytes."""
    if section is parts.DigestSection.TITLES:
        return mime.size(title(digest.language, entry))
    number = "999." if section is parts.DigestSection.PAPERS else "-  "
    return mime.size(paper(digest.language, entry, number))


def _head(part: parts.Part) -> str:
    digest = part.digest
    of = f" ({parts.place(part)})" if part.count > 1 else ""
    day = wording.frame(digest).long_date(wording.local_date(digest))
    head = f"{parts.heading(part)}{of} · {wording.topics(digest, first=10)}"
    lines = [*_lines(head), day]
    rule = "=" * min(WIDTH, max(map(columns, lines)))
    return "\n".join([*lines, rule])


def _papers(part: parts.Part) -> Iterator[str]:
    if not part.digest.paper_count and not part.digest.unanswered:
        yield _wrapped(wording.nothing(part.digest), first="")
    for number, entry in enumerate(part.papers, start=part.first):
        yield paper(part.digest.language, entry, f"{number}. ".ljust(3))


def _titles(part: parts.Part) -> Iterator[str]:
    if part.titles:
        yield _heading(wording.frame(part.digest).gettext(wording.MORE_TITLES))
        yield from (title(part.digest.language, entry) for entry in part.titles)


def _revised(part: parts.Part) -> Iterator[str]:
    if part.revised:
        yield _heading(wording.frame(part.digest).gettext(wording.REVISED))
        for entry in part.revised:
            yield paper(part.digest.language, entry, "-  ")


def _told(part: parts.Part) -> Iterator[str]:
    digest, words = part.digest, wording.frame(part.digest)
    if notices := wording.sentences(digest.notices, words=words):
        yield _paragraphs(f"! {line}" for line in notices)
    if checked := wording.sentences(digest.completeness, words=words):
        yield f"{_heading(words.gettext(wording.CHECKED))}\n{_paragraphs(iter(checked))}"


def _heading(words: str) -> str:
    return f"{words}\n{'-' * columns(words)}"


def _about(entry: Entry, words: Catalogue) -> tuple[str, str]:
    named = [wording.topic(name) for name in entry.topics]
    code = wording.code_link(entry)
    facts = (
        wording.short_date(entry.paper.published, words),
        wording.categories(entry.paper),
        wording.listed(named, 5, words),
        *wording.facts(entry, words),
        code.url if code else "",
    )
    return wording.authors(entry.paper, entry.rank.followed), " · ".join(fact for fact in facts if fact)


def _paragraphs(lines: Iterator[str]) -> str:
    return "\n".join("\n".join(_lines(line)) for line in lines)


def _wrapped(words: str, *, first: str = _INDENT, last: str = "") -> str:
    return "\n".join(_lines(words + last, first=first, later=" " * len(first)))


def _lines(words: str, *, first: str = "", later: str = "") -> list[str]:
    """``words`` in lines of ``WIDTH`` columns, broken at spaces and between Chinese or Japanese signs.

    Neither formulas nor addresses are broken, and no line begins or ends with a sign that may not.
    """
    lines, line, width, is_empty = [], first, columns(first), True
    for gap, piece in _PIECE.findall(words):
        space, more = " " if gap and not is_empty else "", columns(piece)
        if not is_empty and width + len(space) + more > WIDTH:
            lines.append(line)
            line, width, space = later, columns(later), ""
        line, width, is_empty = line + space + piece, width + len(space) + more, False
    return [*lines, line.rstrip() if is_empty else line]


def columns(text: str) -> int:
    """How wide ``text`` is on a terminal: Chinese, Japanese and Korean signs take two columns (UAX 11)."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(char) in ("W", "F"))
        for char in text
    )
