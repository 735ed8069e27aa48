"""Which dollar signs delimit a formula, and which are money or typing errors.

All dollars of one region are judged together: between two of them lies either prose or a formula, each
reading has its price, and the cheapest reading of the whole wins. So ``$5 to $10`` stays money beside
``$n = 10$``, and one missing dollar doesn't turn the rest of an abstract inside out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from bot.tex.outline import Dollar
from bot.tex.symbols import SYMBOLS

_BRACED = re.compile(r"\{[^{}]*\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?|\\.", re.DOTALL)
_TWO_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}[,.;:)'’”]*\s+[(`“‘]?(?=[A-Za-z]{2,})")
_LONE_WORD = re.compile(r"(?<=\s)[a-z]{2,}(?=\s)")
_FIGURE = r"\d[\d.,]*\s*(?:[KMBkm]|bn)?\s*"
_AMOUNT = re.compile(
    rf"\s?{_FIGURE}(?:(?:[-–—]|--)\s*{_FIGURE})?(?:[-–—/,;(]|--)?\s*(?:(?:US|CA|AU|HK|NZ|[ACS])\Z)?"
)
_SPOKEN_AMOUNT = re.compile(
    r"\d[\d.,]*\s*(?:/\s?[a-z]{3}|(?:[KMB]|bn|million|billion|trillion|USD|per|and|to|or|vs\.?|versus|in|for)\b)"
)
_DIGIT_FOLLOWS = re.compile(r"\s?\.?\d")
_SCRIPT = re.compile(r"[_^]\{|\^\w|\w_\w\b")

_STRAY_PRICE, _MONEY_PRICE, _MISMATCH_PRICE = 5.0, 2.0, 4.0
_IMPOSSIBLE = 1e9


class _State(IntEnum):
    PROSE = auto()
    INLINE = auto()
    DISPLAY = auto()


@dataclass(frozen=True, slots=True)
class Formula:
    start: int
    body_start: int
    body_end: int
    end: int
    display: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """The cheapest way to read everything up to here."""

    price: float
    found: _Chain | None = None
    opened: Dollar | None = None
    """The dollar of a formula that is still open."""

    def closed_at(self, position: int, width: int) -> _Chain | None:
        if self.opened is None:
            return self.found
        body_start = self.opened.position + self.opened.width
        display = self.opened.width == 2
        return _Chain(
            Formula(self.opened.position, body_start, position, position + width, display), self.found
        )


@dataclass(frozen=True, slots=True)
class _Chain:
    """Formulas found, the last one first."""

    formula: Formula
    before: _Chain | None


_Readings = dict[_State, _Reading]


def find_formulas(source: str, dollars: Sequence[Dollar], end: int) -> dict[int, Formula]:
    """The formulas that ``dollars`` delimit, by where they start; ``end`` is where their region ends.

    A dollar that is in none of them is a literal one.
    """
    readings: _Readings = {_State.PROSE: _Reading(0.0)}
    for dollar, closing in zip(dollars, [*dollars[1:], None], strict=True):
        gap = source[dollar.position + dollar.width : closing.position if closing else end]
        as_formula = _price_as_formula(gap, source, closing) if closing else _IMPOSSIBLE
        prices = {_State.PROSE: _price_as_prose(gap), _State.INLINE: as_formula, _State.DISPLAY: as_formula}
        readings = _step(readings, dollar, _literal_price(source, dollar), prices)
    chain, found = readings[_State.PROSE].found, {}
    while chain:
        found[chain.formula.start] = chain.formula
        chain = chain.before
    return found


def _step(
    readings: _Readings, dollar: Dollar, literal_price: float, prices: dict[_State, float]
) -> _Readings:
    """The cheapest reading that ends in each state after ``dollar``, the gap behind it included."""
    best: _Readings = {}

    def offer(state: _State, price: float, found: _Chain | None, opened: Dollar | None = None) -> None:
        price += prices[state]
        if state not in best or price < best[state].price:
            best[state] = _Reading(price, found, opened)

    for state, reading in readings.items():
        if state is _State.PROSE:
            offer(_State.PROSE, reading.price + literal_price, reading.found)
            opening = _State.DISPLAY if dollar.width == 2 else _State.INLINE
            offer(opening, reading.price, reading.found, dollar)
            continue
        matches = (dollar.width == 2) == (state is _State.DISPLAY)
        found = reading.closed_at(dollar.position, dollar.width)
        offer(_State.PROSE, reading.price + (0.0 if matches else _MISMATCH_PRICE), found)
        if state is _State.INLINE and dollar.width == 2:
            found = reading.closed_at(dollar.position, 1)
            offer(_State.INLINE, reading.price, found, Dollar(dollar.position + 1, 1))
    return best


def _literal_price(source: str, dollar: Dollar) -> float:
    after = dollar.position + dollar.width
    if dollar.width == 1 and _DIGIT_FOLLOWS.match(source, after):
        return _MONEY_PRICE
    return _STRAY_PRICE


def _price_as_prose(gap: str) -> float:
    """Signs of a formula in what would be prose."""
    signs = sum(1 for command in _COMMAND.finditer(gap) if command[1] in SYMBOLS)
    signs += sum(1 for _ in _SCRIPT.finditer(gap))
    return min(float(signs), 4.0)


def _price_as_formula(gap: str, source: str, closing: Dollar) -> float:
    """Signs of prose, or of money, in what would be a formula."""
    bare = _BRACED.sub("{}", _BRACED.sub("{}", gap))
    price = 2.0 * sum(1 for _ in _TWO_WORDS.finditer(bare))
    price += 1.5 * sum(1 for _ in _LONE_WORD.finditer(bare))
    if gap[-1:].isspace() and not gap[:1].isspace():
        price += 1.5 if not _COMMAND.search(gap) else 0.5
    if _DIGIT_FOLLOWS.match(source, closing.position + closing.width):
        price += 2.0
        if _AMOUNT.fullmatch(gap):
            price += 3.0
    return price + (3.0 if _SPOKEN_AMOUNT.match(gap) else 0.0)
