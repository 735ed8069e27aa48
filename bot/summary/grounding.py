"""Is every number of a summary in its abstract? Compared by value and unit, not by spelling.

``1.8 \\times 10^5`` is 180 000, 1500 nm is 1.5 μm, 25% is 0.25, "thirteen" is 13; "nearly 30%" may be 29.7%.
A number that the abstract has with another unit, or for another thing that it counts, is not found.
Computed numbers (a difference, a ratio) are not found either: a reader could not check them. It cannot
see that two numbers of the same unit were exchanged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import isfinite

from bot.summary.formulas import is_chemical
from bot.summary.numbers import Figure, Reading, figures
from bot.summary.plain import plain
from bot.summary.unit_table import NUMBER, PERCENT, Dimension

_FARTHEST = 0.06
"""A rounding moves a number by no more than this part of it: 26 is not "about 30"."""
_NEARBY = 60
_DECIMAL_POINT = frozenset({"en", "zh", "ja", "ko", "he", "th", "hi"})
_LOWERED = re.compile(
    r"decreas|reduc|declin|drop|lower|loss|fall|fell|below|negative|minus|deficit|shrink|slower",
    re.IGNORECASE,
)
_TORN = re.compile(r"(?<=\d)\. (?=\d+ ?%)")
"""``82. 5%``, as some abstracts have it."""
_MARKER = re.compile(r"\((?P<roman>i{1,3}|iv|vi{0,3}|ix|x)\)|\((?P<arabic>\d)\)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_PARTITIVE = re.compile(r" of (?:them|these|those|which|the)\b", re.IGNORECASE)
"""``Six of them``: what is counted was named elsewhere, so any noun may stand for it."""
_CLAUSE = re.compile(r"[;:.()]")


def unsupported(text: str, source: str, *, language: str = "en") -> tuple[str, ...]:
    """The numbers that ``text`` states and ``source`` does not contain, as written, each once.

    ``language`` is the BCP 47 tag of ``text`` ("" when unknown); ``source`` is English. In other languages
    written-out numbers are not read, a decimal comma is read as well as a point, and a number without a
    known unit is looked for with any: its unit may be a word of that language.
    """
    english = language.partition("-")[0] == "en"
    linear = plain(text)
    missing = _missing(linear, source, decimal_comma=False, english=english)
    if missing and language.partition("-")[0] not in _DECIMAL_POINT:
        otherwise = _missing(linear, source, decimal_comma=True, english=english)
        missing = [figure for figure in otherwise if any(_overlap(figure, other) for other in missing)]
    return tuple(dict.fromkeys(figure.surface for figure in missing))


def _missing(linear: str, source: str, *, decimal_comma: bool, english: bool) -> list[Figure]:
    ground = _ground(source)
    return [
        figure
        for figure in figures(linear, decimal_comma=decimal_comma)
        if (english or figure.digits)
        and not ground.supports(figure, lowered=_is_lowered(figure, linear), any_unit=not english)
    ]


def _overlap(one: Figure, other: Figure) -> bool:
    return one.start < other.end and other.start < one.end


def _is_lowered(figure: Figure, linear: str) -> bool:
    """ "Falls by 5%" says what −5% says; ``ρ = 0.5`` does not say ρ = −0.5."""
    nearby = linear[max(0, figure.start - _NEARBY) : figure.end + _NEARBY]
    return not figure.before.endswith("=") and _LOWERED.search(nearby) is not None


@lru_cache(maxsize=64)
def _ground(source: str) -> _Ground:
    linear = plain(source)
    joined = _TORN.sub(".", linear)
    return _Ground(figures(linear) + (figures(joined) if joined != linear else ()), linear)


class _Ground:
    """The numbers of one abstract, by what may be asked of them."""

    def __init__(self, stated: Sequence[Figure], linear: str) -> None:
        self._linear = linear
        self._quantities = tuple(figure for figure in stated if not figure.name)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._readings: set[tuple[str, Dimension]] = set()
        self._firm: set[str] = set()
        """Values in digits or as a cardinal: "single" and "third" are not among them."""
        self._of_others: set[str] = set()
        """Values that count a part of what was named elsewhere."""
        self._contexts: dict[str, set[str]] = defaultdict(set)
        """Words around a bare number -> the values found beside them."""
        self._neighbours = {
            (_key(one.value), _key(next_one.value)) for one, next_one in pairwise(self._quantities)
        }
        for figure in stated:
            if figure.name:
                self._names[figure.name].add(_key(figure.value))
            else:
                self._add(figure)

    def _add(self, figure: Figure) -> None:
        values = {
            _key(figure.value),
            *(_key(reading.value) for reading in figure.readings if not reading.dimension),
            *(_key(reading.value / 100) for reading in figure.readings if reading.dimension == PERCENT),
        }
        if figure.counts:
            self._firm |= values
        if _PARTITIVE.match(self._linear, figure.end):
            self._of_others |= values
        self._readings.update((_key(reading.value), reading.dimension) for reading in figure.readings)
        self._neighbours.update(pairwise(_key(part) for part in figure.parts))
        for context in figure.contexts:
            self._contexts[context] |= values

    def supports(self, figure: Figure, *, lowered: bool, any_unit: bool) -> bool:
        if figure.name:
            return self._has_name(figure)
        return (
            any(self._has(reading, lowered) and self._fits(figure, reading) for reading in figure.readings)
            or (any_unit and figure.units == (NUMBER,) and _key(figure.value) in self._firm)
            or self._has_parts(figure)
            or self._rounds(figure)
            or self._may_count(figure)
        )

    def _has_name(self, figure: Figure) -> bool:
        """The name with this number; a formula that the abstract gives by its name in words is let pass."""
        known = self._names.get(figure.name)
        return is_chemical(figure.surface) if known is None else _key(figure.value) in known

    def _has(self, reading: Reading, lowered: bool) -> bool:
        values = (reading.value, -abs(reading.value)) if lowered else (reading.value,)
        return any(
            (_key(value), reading.dimension) in self._readings
            or (reading.dimension == PERCENT and (_key(value / 100), ()) in self._readings)
            or (reading.dimension == () and (_key(value * 100), PERCENT) in self._readings)
            for value in values
        )

    def _has_parts(self, figure: Figure) -> bool:
        """``17/20`` for "17 of 20", ``180 000`` for a list of both."""
        return bool(figure.parts) and all(
            pair in self._neighbours for pair in pairwise(map(_key, figure.parts))
        )

    def _fits(self, figure: Figure, reading: Reading) -> bool:
        """A bare number must not stand where the abstract has another one: "5 layers" for its 12 layers."""
        value = _key(reading.value)
        if reading.dimension:
            return True
        if any(value in self._contexts.get(context, ()) for context in figure.contexts):
            return True
        if (value, ()) not in self._readings or (_key(reading.value * 100), PERCENT) in self._readings:
            # A percentage said as a fraction: "p < 0.05" is none where p is given otherwise.
            return not (figure.is_related and self._contexts.get(f"<{figure.before}"))
        if value in self._of_others:
            return True
        firm = value in self._firm or not figure.digits
        return firm and not self._is_another(figure)

    def _is_another(self, figure: Figure) -> bool:
        """What stands next to the number has only other numbers in the abstract."""
        nearest = [f"<{figure.before}", *(f">{word}" for word in figure.after[:1])]
        return any(self._contexts.get(context) for context in nearest)

    def _rounds(self, figure: Figure) -> bool:
        """Said to be rounded, and a number of the abstract rounds to it."""
        if not figure.hedges:
            return False
        another = self._is_another(figure)
        return any(
            _rounds_to(stated, figure)
            for stated in self._quantities
            if not another
            or stated.contexts & figure.contexts
            or any(unit.dimension for unit in figure.units)
        )

    def _may_count(self, figure: Figure) -> bool:
        """A written-out number: a turn of phrase, or the length of a list, unless the abstract says otherwise."""
        if figure.digits or any(unit.dimension for unit in figure.units) or self._is_another(figure):
            return False
        return not figure.claims or int(figure.value) in _counts(self._linear)


def _key(value: float) -> str:
    return f"{value:.8g}"


def _rounds_to(stated: Figure, figure: Figure) -> bool:
    mine, other = _significant(figure), _significant(stated)
    if not 0 < mine < other:
        return False
    return any(
        own.dimension == read.dimension and _is_rounding(own.value, read.value, mine, figure.hedges)
        for own in figure.readings
        for read in stated.readings
    )


def _is_rounding(rounded: float, exact: float, digits: int, hedges: frozenset[str]) -> bool:
    """To the nearest, or down when said to be exceeded, or up when said not to be reached."""
    if not rounded or not exact or rounded * exact < 0 or not isfinite(rounded * exact):
        return False
    if abs(rounded - exact) > _FARTHEST * abs(exact):
        return False
    if _key(float(f"{exact:.{digits - 1}e}")) == _key(rounded):
        return True
    step = 10.0 ** (int(f"{abs(exact):e}".partition("e")[2]) - digits + 1)
    if "over" in hedges:
        return 0 <= abs(exact) - abs(rounded) < step
    return "under" in hedges and 0 <= abs(rounded) - abs(exact) < step


def _significant(figure: Figure) -> int:
    digits = re.sub(r"[^\d.]", "", figure.digits).lstrip("0.")
    if "." in figure.digits:
        return len(digits.replace(".", ""))
    return len(digits.rstrip("0"))


@lru_cache(maxsize=64)
def _counts(linear: str) -> frozenset[int]:
    """The lengths that the lists of a text may have: numbered ones, and ``A, B and C``."""
    counts: set[int] = set()
    for marker in _MARKER.finditer(linear):
        counts.add(_ROMAN[marker["roman"]] if marker["roman"] else int(marker["arabic"]))
    for clause in _CLAUSE.split(linear):
        items = clause.split(", ")
        for index, item in enumerate(items[1:], start=2):
            if item.startswith(("and ", "or ")):
                counts.update(range(2, index + 1))
            elif " and " in item or " or " in item:
                counts.update(range(2, index + 2))
    return frozenset(counts)
