"""Text in linear notation -> the numbers it states: value, unit, name they belong to, words around them.

A number may be read in several ways (``10K``: kelvin or thousand; ``9`` in "9 to 12.5 K": bare, or kelvin
by what follows); every reading is given. Digits that touch letters belong to a name (``GPT-4``, ``SU(2)``,
``MoS_(2)``) and are no quantity. It does not compare: that is `grounding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bot.summary import digits, number_words
from bot.summary.surroundings import FACTOR, after, before, hedges
from bot.summary.unit_table import NUMBER, Dimension, Unit
from bot.summary.units import Meaning, meanings


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    """In base units: metres, seconds, …"""
    dimension: Dimension


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text."""

    surface: str
    start: int
    end: int
    value: float
    """As written, without its unit."""
    units: tuple[Unit, ...] = ()
    """Every unit it may have, `NUMBER` for none; empty for a number that is only part of a name."""
    parts: tuple[float, ...] = ()
    """The numbers it consists of when it may also be read as several: ``1/2``, ``180 000``."""
    name: str = ""
    """The letters that the digits touch, in lower case: ``gpt``, ``su(``, ``mos``."""
    link: str = ""
    """What stands between a name and its number: ``^(``, ``_(``, ``(``, ``-``, ``@`` or nothing.

    ``+`` when the letters follow the number: ``4D``.
    """
    alias: str = ""
    """The name that a quantity may belong to as well: ``gpt`` of "gpt-4", which reads like "top-5"."""
    digits: str = ""
    """The significand as written; empty for a written-out number."""
    before: str = ""
    after: tuple[str, ...] = ()
    left: str = ""
    """The text before the number."""
    claims: bool = True
    """False for a written-out number that may be a turn of phrase: "two-step", "the first"."""
    counts: bool = True
    """False for a written-out number that is no count at all: "double", "single", "third"."""

    @property
    def readings(self) -> tuple[Quantity, ...]:
        return tuple(Quantity(self.value * unit.factor, unit.dimension) for unit in self.units)

    @property
    def is_related(self) -> bool:
        """Whether it is the value of a symbol: ``p < 0.01``."""
        return self.before.endswith(("=", "<", ">", "≈", "≤", "≥"))

    @property
    def hedges(self) -> frozenset[str]:
        return hedges(self.left)

    @property
    def contexts(self) -> frozenset[str]:
        """What the number belongs to, by the words around it; a mark tells before from after."""
        return frozenset(
            [*(f">{word}" for word in self.after), *([f"<{self.before}"] if self.before else [])]
        )


_ERRORS = re.compile(r"(?: ?[\^_]\( ?[+-] ?[\d.]+\)){1,2}")
_IN_ERRORS = re.compile(r"\d\)?[\^_]\( ?[+-] ?(?:[\d.]+\)_\( ?- ?)?$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|\^\((?:st|nd|rd|th)\)")
_LETTERS = re.compile(r"[α-ωΑ-Ω]|[A-Za-z]+")
_NAME = re.compile(r"(?P<base>[A-Za-z]+|[α-ωΑ-Ω√∂]|[)\]]|\b\d+\+)(?P<link>[\^_]\(|\(|-|@|)(?P<sign>-?)$")
_FUNCTIONS = frozenset("o log ln exp sin cos tan min max erf erfc".split())
"""What stands in their brackets is a quantity: ``O(10^(-6))``, ``max(0, a)``."""
_PREFIX = re.compile(r"(?:[a-zα-ω]{2,}|Sub|Top|Pre|Post|Mid|Near|Under|Over|Order|Rank|Level)$")
_SIGN = re.compile(r"(?:(?:^|[\s(\[=<>≈≤≥,×/±:^]|\d[–-])[-–]|[=<>≈≤≥(,^] ?- |\b(?:minus|negative) )$")
_SHARES_UNIT = re.compile(
    r"(?: ?[\^_]\([^()]*\))* ?[)\]]?-?,? ?(?:to|and|or|versus|vs\.?|through|up to|down to|bis|und|à|et|y|e|a"
    r"|[–/±×x,-])?"
    r" ?(?:≈|<|>|about|around)? ?[+-]?|\)?[\^_]\( ?[+-] ?"
)
_RANGE = re.compile(r" ?(?:to|[–/±-]) ?-?")
"""Between two numbers of one unit, not between a count and a measure."""
_MULTIPLE = re.compile(
    r"\d ?[×xX]$|(?:fold|times|twice|thrice|doubl(?:es?|ed|ing)|(?:tri|quadru)pl(?:es?|ed|ing))$",
    re.IGNORECASE,
)
_REACH = 30


@lru_cache(maxsize=64)
def figures(text: str, *, decimal_comma: bool = False) -> tuple[Figure, ...]:
    """The numbers in ``text`` (`bot.summary.plain` notation), in order.

    With ``decimal_comma``, ``87,58`` is 87.58 and ``4.160`` is 4160.
    """
    found = list(_in_digits(text, decimal_comma))
    measured = {at for figure in found for at in range(figure.start, figure.end)}
    # The "million" of "3.2 million" is no number of its own.
    found += (figure for figure in _in_words(text) if figure.start not in measured)
    found.sort(key=lambda figure: figure.start)
    return tuple(_share_units(found, text))


def _in_digits(text: str, decimal_comma: bool) -> Iterator[Figure]:
    at = 0
    while match := digits.search(text, at, decimal_comma=decimal_comma):
        figure = _figure(text, match, decimal_comma)
        at = figure.end
        yield figure
        if match["uncertainty"] and figure.units:
            yield _uncertainty(figure, match["significand"], match["uncertainty"])


def _in_words(text: str) -> Iterator[Figure]:
    for word in number_words.find(text):
        bare = Figure(text[word.start : word.end], word.start, word.end, word.value)
        bare = replace(bare, claims=word.counts and word.value > 2, counts=word.counts)
        yield _quantity(text, bare, meanings(text, word.end), text[max(0, word.start - _REACH) : word.start])


def _figure(text: str, match: re.Match[str], decimal_comma: bool) -> Figure:
    value, parts = digits.value(match, decimal_comma=decimal_comma)
    left = text[max(0, match.start() - _REACH) : match.start()]
    name = None if _IN_ERRORS.search(left) else _NAME.search(left)
    errors = _ERRORS.match(text, match.end())
    measured = meanings(text, errors.end() if errors else match.end())
    closed = text[match.end() : match.end() + 1] == ")"
    named = name is not None and _is_name(name, measured, closed=closed)
    if not named and (name is None or name["link"] == "(") and _SIGN.search(left):
        value, parts = -value, ()
    bare = Figure(match[0], match.start(), match.end(), value, (), parts, digits=match["significand"])
    if name is not None and named:
        return replace(
            bare,
            value=-value if name["sign"] else value,
            name=_spelt(name),
            link=name["link"],
            surface=_shown(name[0] + match[0]),
        )
    alias = _spelt(name) if name is not None and name["link"] == "-" else ""
    letters = None if measured or _ORDINAL.match(text, match.end()) else _LETTERS.match(text, match.end())
    if letters:
        return replace(bare, name=letters[0].lower(), link="+", alias=alias, surface=match[0] + letters[0])
    figure = _quantity(text, bare, measured, left)
    return replace(figure, alias=alias, end=match.end() if errors else figure.end)


def _uncertainty(figure: Figure, significand: str, uncertainty: str) -> Figure:
    """``1.23(4)`` is 1.23 ± 0.04."""
    decimals = len(significand.partition(".")[2])
    return Figure(
        significand + uncertainty,
        figure.end,
        figure.end,
        int(uncertainty[1:-1]) / 10**decimals,
        figure.units,
        digits=uncertainty,
    )


def _is_name(name: re.Match[str], measured: tuple[Meaning, ...], *, closed: bool) -> bool:
    """Whether the digits belong to the letters before; ``closed`` when a bracket ends right behind them."""
    base, link = name["base"], name["link"]
    if base.endswith("+"):
        return link == ""
    if base in ")]":
        return link in ("^(", "_(")
    if link == "(":
        return base.lower() not in _FUNCTIONS and (closed or not measured)
    if link == "-":
        return not _PREFIX.match(base) and not any(one.unit.dimension for one in measured)
    return True


def _spelt(name: re.Match[str]) -> str:
    """``GPT-4`` and ``GPT4``, ``Z_(2)`` and ``Z2`` alike; ``SU(2)`` and ``recall@1`` keep their mark."""
    return name["base"].lower() + (name["link"] if name["link"] in "(@" else "")


def _quantity(text: str, bare: Figure, measured: tuple[Meaning, ...], left: str) -> Figure:
    end = max([bare.end, *(one.end for one in measured)])
    return replace(
        bare,
        surface=_shown(text[bare.start : end]),
        end=end,
        units=tuple(one.unit for one in measured) or (NUMBER,),
        before=FACTOR if _is_multiple(text[bare.start : end]) else before(left),
        after=_counted(text, bare.end, end),
        left=left,
    )


def _is_multiple(written: str) -> bool:
    """ "Twofold", "2x", "5 times": what "a factor of 2" is said to be."""
    return _MULTIPLE.search(written) is not None


def _counted(text: str, number_end: int, unit_end: int) -> tuple[str, ...]:
    """What the number counts, behind an ordinal's ending or a multiple: "7B parameters", "3D images"."""
    if text[number_end:unit_end] in ("D", "d", "-D", "-d"):
        return ("dimension",)
    ordinal = _ORDINAL.match(text, number_end)
    return after(text, ordinal.end() if ordinal else number_end) or after(text, unit_end)


def _shown(surface: str) -> str:
    """For a message: ``10^(5)`` as 10^5, ``MoS_(2`` as MoS2."""
    return re.sub(r"\^\(([^()]*)\)?", r"^\1", re.sub(r"_\(([^()]*)\)?", r"\1", surface)).replace(") ", " ")


def _share_units(found: list[Figure], text: str) -> list[Figure]:
    """ "9 to 12.5 K": the 9 may be kelvin too. Towards the front, so that lists are covered."""
    shared = list(found)
    for index in range(len(shared) - 2, -1, -1):
        first, second = shared[index], shared[index + 1]
        if _SHARES_UNIT.fullmatch(text, first.end, max(first.end, second.start)) is None:
            continue
        is_range = _RANGE.fullmatch(text, first.end, max(first.end, second.start)) is not None
        if not first.after:  # "from 3 to 12 layers" speaks of 3 layers too
            first = shared[index] = replace(first, after=second.after)
        if first.units == (NUMBER,) and second.units:
            own = () if is_range else (NUMBER,)
            shared[index] = replace(first, units=tuple(dict.fromkeys((*own, *second.units))))
        elif second.units == (NUMBER,) and first.units:
            shared[index + 1] = replace(second, units=tuple(dict.fromkeys((NUMBER, *first.units))))
    for index, (first, second) in enumerate(pairwise(shared), start=1):
        # Towards the back: "D=3 and 4", "factors of 2-5", "about 8-9%"
        if _SHARES_UNIT.fullmatch(text, first.end, max(first.end, second.start)) is None:
            continue
        if (
            not second.before
            and second.units == (NUMBER,)
            and (shared[index - 1].is_related or shared[index - 1].before in (FACTOR, "dimension"))
        ):
            shared[index] = replace(second, before=shared[index - 1].before)
        if _RANGE.fullmatch(text, first.end, max(first.end, second.start)) and first.hedges:
            shared[index] = replace(shared[index], left=shared[index - 1].left)
    return shared
