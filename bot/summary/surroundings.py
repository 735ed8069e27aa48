"""The words around a number: what it counts ("13 baselines"), what it is the value of ("n ≥ 3"), how firmly it is said.

They tell two equal numbers apart when one was put in the other's place. It works on
`bot.summary.plain` notation and takes words by their first letters, not by a dictionary.
"""

from __future__ import annotations

import re

_FUNCTION_WORDS = frozenset(
    "a an the of in on at to for from by with and or nor but as is are was were be been being has have had do "
    "does did that "
    "this these those it its their our we they which who whose than then there here not no only also both "
    "each any all some "
    "such so if when while where after before between within without into onto over under about up down out "
    "off per via "
    "using using can could may might must should will would more most less least very other same different "
    "new further "
    "approximately around roughly nearly almost exactly just even still well respectively total times fold".split()
)
FACTOR = "fold"
"""What a multiple is the value of, however it is said."""
_WORDS_AFTER = 3
_AFTER = re.compile(r"[ -]+([A-Za-zÀ-ɏ]{2,}|[A-Za-zα-ω](?![A-Za-z]))")
_RELATION = re.compile(r"([A-Za-zα-ωΑ-Ω][\w']{0,40}(?:[\^_]\([^()]*\))?) ?([=<>≈≤≥+×*/-]) ?(?:[+-])?$")
_WORD_BEFORE = re.compile(r"(?<![A-Za-zÀ-ɏ])([A-Za-zÀ-ɏ]{2,})[ -]$")
_FACTOR = re.compile(
    r"\b(?:factor|multiple)s? of (?:about |≈ ?|up to |nearly |almost |over |more than )?$", re.IGNORECASE
)
_MANNERS = {
    "about": (
        r"about|approximately|approx\.?|around|roughly|circa|ca\.?|close to|some|≈|order of|etwa|rund|environ|unos"
    ),
    "under": (
        r"nearly|almost|just under|under|below|less than|fewer than|up to|at most|[<≤]|fast|knapp|près de|casi|quasi"
    ),
    "over": (
        r"over|more than|above|exceed(?:s|ing|ed)?|greater than|larger than|higher than|at least|beyond|"
        r"upwards of|[>≥]|über|mehr als|plus de|más de|oltre"
    ),
}
_HEDGES = {
    manner: re.compile(rf"(?<![A-Za-z])(?:{words}) ?(?:an? )?$", re.IGNORECASE)
    for manner, words in _MANNERS.items()
}


def after(text: str, end: int) -> tuple[str, ...]:
    """Up to three content words behind ``end``, without punctuation or a further number between."""
    found: list[str] = []
    while len(found) < _WORDS_AFTER and (word := _AFTER.match(text, end)):
        if word[1].lower() in _FUNCTION_WORDS:
            break
        found.append(stem(word[1]))
        end = word.end()
    return tuple(found)


def before(left: str) -> str:
    """What the number is a value of: a symbol with its relation (``n≥``), or the word it follows; else empty."""
    relation = _RELATION.search(left)
    if relation:
        return relation[1] + relation[2]
    if _FACTOR.search(left):
        return FACTOR
    word = _WORD_BEFORE.search(left)
    if word is None or word[1].lower() in _FUNCTION_WORDS:
        return ""
    return stem(word[1])


def hedges(left: str) -> frozenset[str]:
    """How the number is softened: ``about``, ``under`` (nearly, up to), ``over`` (more than)."""
    return frozenset(manner for manner, pattern in _HEDGES.items() if pattern.search(left))


def stem(word: str) -> str:
    """``layers`` and ``layer`` alike, ``dimensional`` and ``dimension``; crude, for comparing only."""
    lower = word.lower()
    if lower.startswith("dimension"):
        return "dimension"
    if lower.endswith("ies") and len(lower) > 4:
        return lower[:-3] + "y"
    return lower[:-1] if lower.endswith("s") and not lower.endswith("ss") and len(lower) > 3 else lower
