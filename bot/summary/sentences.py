"""An abstract -> its sentences, each with the section it stands in.

Formulas, addresses and parentheses are never split; abbreviations, initials, decimals and ellipses
don't end a sentence. The words of the abstract are left as written. It does not interpret them:
which sentence says what is decided in `rhetoric`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from bot.tex import formula_spans


class Heading(StrEnum):
    """The part of a structured abstract that a heading opens."""

    BACKGROUND = "background"
    AIM = "aim"
    METHOD = "method"
    RESULT = "result"
    CONCLUSION = "conclusion"


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    """As written, without the heading that opened it."""
    position: int
    """0 for the first sentence of the abstract."""
    section: Heading | None = None
    """None when the abstract has no headings."""


_HEADINGS: dict[Heading, str] = {
    Heading.BACKGROUND: r"backgrounds?|contexts?|introduction|motivations?|importance|rationale|problem|contexte",
    Heading.AIM: r"aims?|objectives?|purpose|goals?|aims? and objectives|background and objectives?|objectifs?",
    Heading.METHOD: (
        r"methods?|methodology|materials? and methods?|approach|design|study design|methods? and materials?"
        r"|patients and methods|data and methods?|data|measures|participants|main outcomes and measures"
        r"|design/methodology/approach|methodology/approach|méthodes?"
    ),
    Heading.RESULT: (
        r"(?:main |key )?(?:results?|findings)(?: and (?:discussions?|conclusions?|limitations))?"
        r"|observations?|résultats"
    ),
    Heading.CONCLUSION: (
        r"conclusions?(?: and (?:clinical )?implications)?|discussion|significance|interpretation|(?:patient )?summary"
        r"|implications|novelty|originality"
    ),
}
_HEADING_NAMES = {section: re.compile(names, re.IGNORECASE) for section, names in _HEADINGS.items()}
_HEADING = re.compile(
    r"(?:(?<=\s)|^)\W{0,2}(?P<name>" + "|".join(_HEADINGS.values()) + r")(?P<mark>\.|:| ?[-–—])\W?\s+"
    r"(?=(?-i:[^\sa-z]))",
    re.IGNORECASE,
)

_HELD = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for each character of a formula, where a parenthesis may have no partner."""
_PROTECTED = re.compile(
    rf"{_HELD}+"
    r"|\\begin\{(\w{1,20}\*?)\}.{1,2000}?\\end\{\1\}"
    r"|https?://[^\s,;)]+"
    r"|\((?:[^()]|\([^()]*\)){1,400}\)"
)

_STOP = re.compile(
    r"(?:(?:\. ?){2,}\.|[.!?…]+)"
    r"(?P<closers>\s?(?:\$\$?|\\\]|\\\)|\\end\{\w+\*?\})(?=\s|$)|[\"'”’»)\]}]*)(?:\s+|$)"
    r"|[。！？]+[”’」』）]*\s*"
    r"|(?<=[a-z]{4})\.(?=(?:We|The|This|These|In|To|Our|However|Experiments|Moreover|Furthermore|It|Code|Here)\b)"
)
_STARTER = re.compile(
    r"(?:We|The|This|These|That|Those|In|Our|Here|It|Its|They|To|For|As|By|With|From|On|At|Using|Based|Such|"
    r"Both|An?(?= [a-z])|If|When|While|Since|Then|Thus|Hence|Also|Finally|First|Second|However|Moreover|Furthermore|"
    r"Additionally|Existing|Recent|Experiments?|Results?|Nous|Les?|La|Dans|Cet?|El|Los|Las|En|Se)\b"
)
_LOWER_CASE_NAME = re.compile(r"[a-z]{1,4}[A-Z0-9][\w-]*")
_INITIALS = re.compile(r"[A-Z]|(?:[A-Z]\.-?)+[A-Z]")
_OPENERS = "\"'“‘«([{$\\¿¡-–—*`"
_REACH = 100
"""Characters before and behind a full stop that say whether a sentence ends there."""

# Abbreviations, lower-cased and without their last full stop.
_NEVER_LAST = frozenset({
    "e.g", "i.e", "eg", "ie", "fig", "figs", "eq", "eqs", "eqn", "eqns", "ref", "refs", "sec", "secs",
    "sect", "ch", "chap", "nos", "vol", "vols", "vs", "viz", "cf", "c.f", "ca", "approx", "resp", "abbr",
    "dr", "prof", "mr", "mrs", "dept", "univ", "assoc", "eds", "thm", "thms", "lem", "props", "defs",
    "w.r.t", "wrt", "s.t", "a.k.a", "aka", "incl", "excl", "esp", "r.m.s",
})  # fmt: skip
# These end a sentence when a word follows that usually begins one.
_SOMETIMES_LAST = frozenset({
    "al", "u.s", "u.k", "e.u", "a.m", "p.m", "a.e", "a.s", "i.i.d", "iid", "b.c", "a.d", "ph.d",
    "m.sc", "inc", "ltd", "co", "corp", "pp", "p", "j", "ex", "no", "ed", "cor", "prop", "def", "tab",
    "st", "mt", "max", "min", "temp", "jr", "sr", "ph", "par", "ser", "suppl",
})  # fmt: skip
# Words in the names of journals; only with a capital, as most are words of their own.
_JOURNAL_WORDS = frozenset({
    "Math", "Phys", "Appl", "Proc", "Lett", "Comm", "Commun", "Mech", "Ann", "Trans", "Transl", "Rev",
    "Sci", "Soc", "Acad", "Nat", "Adv", "Arch", "Eng", "Numer", "Anal", "Ration", "Rational", "Amer",
    "Am", "Chem", "Lond", "Invent", "Manuscr", "Jour", "Int", "Pure", "Funct", "Calc", "Comput", "Ser",
    "Univ",
})  # fmt: skip


def split(abstract: str) -> tuple[Sentence, ...]:
    """The sentences of ``abstract`` in order, white space collapsed. Empty for a blank abstract."""
    text = re.sub(r"\s+", " ", abstract).strip()
    sentences: list[Sentence] = []
    for section, part in _sections(text):
        for piece in _pieces(part):
            sentences.append(Sentence(piece, len(sentences), section))
    return tuple(sentences)


def _sections(text: str) -> list[tuple[Heading | None, str]]:
    """Cut at headings. A single word that looks like one is no heading: a structured abstract has two."""
    headings = [match for match in _HEADING.finditer(text) if _opens_section(text, match)]
    if len({match["name"].lower() for match in headings}) < 2:
        return [(None, text)]
    ends = [match.start() for match in headings[1:]] + [len(text)]
    parts: list[tuple[Heading | None, str]] = [(None, text[: headings[0].start()].strip())]
    for match, end in zip(headings, ends, strict=True):
        parts.append((_section_named(match["name"]), text[match.end() : end].strip()))
    return [(section, part) for section, part in parts if part]


def _opens_section(text: str, heading: re.Match[str]) -> bool:
    before = text[max(0, heading.start() - 2) : heading.start()].rstrip()
    capital = heading["name"][0].isupper()
    return capital and (not before or before[-1] in '.!?:)"”*}')


def _section_named(name: str) -> Heading:
    return next(section for section, names in _HEADING_NAMES.items() if names.fullmatch(name))


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    protected = protected_spans(text)
    for stop in _STOP.finditer(text):
        before = text[max(start, stop.end() - _REACH) : stop.end()].strip()
        following = text[stop.end() : stop.end() + _REACH]
        if _inside(protected, stop) or not _ends_sentence(before, stop, following):
            continue
        pieces.append(text[start : stop.end()].strip())
        start = stop.end()
    if rest := text[start:].strip():
        pieces.append(rest)
    return pieces


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Formulas, addresses and parentheses, as (start, end): nothing ends inside them."""
    held, behind = [], 0
    for start, end in formula_spans(text):
        held += [text[behind:start], _HELD * (end - start)]
        behind = end
    return [match.span() for match in _PROTECTED.finditer("".join([*held, text[behind:]]))]


def _inside(protected: list[tuple[int, int]], stop: re.Match[str]) -> bool:
    """Within a protected span, unless the full stop is the last thing in it: ``$a = b.$ We``."""
    index = bisect_right(protected, (stop.start(), len(stop.string))) - 1
    if index < 0:
        return False
    end = protected[index][1]
    return stop.start() < end and stop.end("closers") != end


def _ends_sentence(before: str, stop: re.Match[str], following: str) -> bool:
    if stop[0][0] in "。！？" or not following:
        return True
    if not _may_start(following):
        return False
    if stop[0][0] in "!?" or stop["closers"]:
        return True
    if stop[0].strip() not in (".", "…"):
        return following[0].isupper()
    return _full_stop_ends(before, following)


def _full_stop_ends(before: str, following: str) -> bool:
    word = re.split(r"[\s(\[~/–—“\"]", before.rstrip(". "))[-1]
    name = word.lower()
    if name in _NEVER_LAST or word in _JOURNAL_WORDS or before.rstrip(".").isdigit():
        return False
    if _INITIALS.fullmatch(word) or name in _SOMETIMES_LAST:
        return _STARTER.match(following) is not None
    return not (word[-1:].isdigit() and re.match(r"\d+(?:\.\d+)?\s?\\?%", following))


def _may_start(following: str) -> bool:
    first = following[0]
    if first.isupper() or first.isdigit() or first in _OPENERS:
        return True
    return not first.islower() or _LOWER_CASE_NAME.match(following) is not None
