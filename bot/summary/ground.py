"""The numbers of one abstract, and what each of them may be asked: has it this value, for this thing?

A value is looked for with its unit, beside the words that it belongs to; the rules for what is let pass are one
function each. It does not read text: `bot.summary.numbers` does, in several readings, whose figures are
put together here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from math import copysign

from bot.summary import implied
from bot.summary.elements import is_chemical
from bot.summary.markers import counts
from bot.summary.numbers import Figure, Quantity
from bot.summary.rounding import rounds_to, significant
from bot.summary.surroundings import FACTOR, stem
from bot.summary.unit_table import NUMBER, PERCENT, Dimension

_PARTITIVE = re.compile(r" (?:out of\b|of (?:them|these|those|which|the)\b)", re.IGNORECASE)
"""``Six of them``: what is counted was named elsewhere, so any noun may stand for it."""
_SENTENCE_END = re.compile(r"[.;!?] (?=[A-Z(])|\n")
_WORD = re.compile(r"[A-Za-z]{3,}")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_SYMBOL = re.compile(r"[a-np-zA-Zα-ωΑ-Ω]|[)\]]|max|min|sin|cos|tan")
"""Not "o", which a model's name begins with: o1, o3."""
_SYMMETRY = re.compile(
    r"\)?(?:[ -][a-z]+)?[ -](?:symmetr|groups?\b|algebra|parity|orbifold|spheres?\b|invarian)"
)
"""After the name of a group, which is no index: ``a Z_2 symmetry``, ``the E_8 gauge group``."""
_LARGEST_LABEL, _LARGEST_EXPONENT = 99, 4
_POINTS = re.compile(r"\bpoints?$|\bpp$|p\.p\.$|%p$")
_POINTS_FOLLOW = re.compile(r"(?:[–-]\d[\d.]*)? ?(?:\w+ )?points?\b")
_SHARE = re.compile(r"(?:%|per ?cent)$")
_DIFFERENCE = re.compile(r"(?<!data )\bpoints?\b|\bpp\b|p\.p\.|\babsolute|%p\b", re.IGNORECASE)
_NEARBY = 60
_LARGE = 1000
_FARTHEST_NOUN, _NEXT_NOUN = 8, 4
"""Words from a number to the noun that it counts without naming it: "Of 166 topics, five were"."""
_EXACT = 3
"""Significant digits: 10.9 says enough of 10.94, 11 does not unless it says so."""
_LIGHTEST, _MEGA = 100, 1e6
"""Particles are named by their mass in MeV, from some hundreds upwards."""
_BREAKDOWN = re.compile(r"[^().;]{0,40}\(([^()]*)\)")
_INTEGER = re.compile(r"(?<![\w.])\d{1,6}(?![\w.]*\d)")
_TRIVIAL = (0.0, 1.0, -1.0)
_BOUND = re.compile(r"[<>≤≥→] ?-$")
_UNSAID = frozenset({"one", "first"})
_ARROW = re.compile(r"(?:(?:[=<>≈≤≥≠→∈≪≫±/]|->|\+) ?[+-]?|\)\(|\b(?:spin|(?:co-?)?dimension)-)$")
_OVER_SYMBOL = re.compile(r"/ ?[A-Za-zα-ωΑ-Ω(√]")
_RANK = re.compile(r"\brank-$", re.IGNORECASE)
_FORM = re.compile(r"-forms?\b")
_ALL = re.compile(r"\b(?:all|each of|every one of) (?:of )?(?:the |these |its |our )?$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:[ -](?!(?:on|in|at|for|with|from|by|to|over|under|across|using|via|as|that|which|are|is|were|was)\b)"
    r"[A-Za-z][\w-]*){1,8}"
)
"""What stands behind a number and may be what it counts: "12 kinds of open models"."""
_RENAMED = re.compile(r"[^.;\d]{1,60}?\b(?:called|termed|dubbed|known as|referred to as) ([A-Za-z]{3,})")
"""``91 confident signals, henceforth called events``: events are counted, too."""
_COMPARED = re.compile(
    r"[^.;]{0,40}\b(?:with|than|from|to|against|versus|vs\.?|and)(?: [a-z]+){0,2} ?[(≈]?", re.IGNORECASE
)
"""Between a measure and a bare number that is one, too: "73.04 km/s/Mpc, in tension with 67.4"."""
_MOST_DIMENSIONS = 11
"""Of a world; a larger count of dimensions is a size like any other."""


class Ground:
    """What an abstract states, from the figures of each of its readings."""

    def __init__(self, readings: Sequence[tuple[str, Sequence[Figure]]]) -> None:
        self._linear = readings[0][0]
        self._quantities: list[Figure] = []
        self._names: dict[str, set[str]] = defaultdict(set)
        self._readings: set[tuple[str, Dimension]] = set()
        self._firm: set[str] = set()
        """Values in digits or as a cardinal: "single" and "third" are not among them."""
        self._of_others: set[str] = set()
        """Values that count a part of what was named elsewhere."""
        self._elliptic: dict[str, set[str]] = defaultdict(set)
        """Values whose noun stands elsewhere in their sentence -> the words that may be it."""
        self._contexts: dict[str, set[str]] = defaultdict(set)
        """Words around a bare number -> the values found beside them."""
        self._neighbours: set[tuple[str, str]] = set()
        self._ordinals: set[str] = set()
        self._parts: set[str] = set()
        """The numbers that a fraction or a spaced number may be made of."""
        self._differences: set[str] = set()
        """Percentages that are, or may be, differences of percentages."""
        self._said: set[str] = set()
        """Every value, ordinals included."""
        self._counted: defaultdict[str, list[str]] = defaultdict(list)
        """Values -> what they may count, where they stand; empty where their noun stands elsewhere."""
        self._dimensions: set[str] = set()
        """The values that count the dimensions of something."""
        self._commonplaces: set[str] = set()
        for linear, stated in readings:
            self._read(linear, stated)

    def _read(self, linear: str, stated: Sequence[Figure]) -> None:
        sentences = _Sentences(linear)
        for figure in stated:
            for name in filter(None, (figure.name, figure.alias)):
                self._names[name].add(key(figure.value))
            if figure.name.endswith("(") and figure.value >= _LIGHTEST:  # "near 3900 MeV" for the G(3900)
                self._readings.add((key(figure.value * _MEGA), (("eV", 1),)))
            if not figure.name:
                self._add(figure, linear, sentences)
        self._ordinals.update(
            key(figure.value) for figure in stated if figure.digits and _ORDINAL.match(linear, figure.end)
        )
        quantities = [figure for figure in stated if not figure.name]
        self._quantities += quantities
        self._neighbours.update((key(one.value), key(other.value)) for one, other in pairwise(quantities))
        self._dimensions.update(map(key, implied.dimensions(stated)))
        self._commonplaces |= implied.commonplaces(linear)
        self._readings.update((key(one.value), one.dimension) for one in implied.readings(linear))
        self._contexts[f"<{FACTOR}"].update(map(key, implied.factors(linear)))
        for one, other in pairwise(quantities):
            self._read_compared(one, other, linear)
        for dimension in implied.free_dimensions(linear, stated):
            self._names[f"{dimension:.0f}+"].add(key(1.0))

    def _read_compared(self, one: Figure, other: Figure, linear: str) -> None:
        """The unit of a measure for the bare decimal that it is compared with."""
        bare = "." in other.digits and other.units == (NUMBER,) and not (other.after or other.is_related)
        if bare and other.before != FACTOR and _COMPARED.fullmatch(linear, one.end, other.start):
            self._readings.update(
                (key(other.value * unit.factor), unit.dimension) for unit in one.units if unit.dimension
            )

    def _add(self, figure: Figure, linear: str, sentences: _Sentences) -> None:
        values = {
            key(figure.value),
            *(key(reading.value) for reading in figure.readings if not reading.dimension),
            *(key(reading.value / 100) for reading in figure.readings if reading.dimension == PERCENT),
        }
        self._said |= values
        if any(reading.dimension == PERCENT for reading in figure.readings):
            near = linear[max(0, figure.start - _NEARBY) : figure.end + _NEARBY]
            if not _SHARE.search(figure.surface) or _DIFFERENCE.search(near):
                self._differences.add(key(figure.value))
        if figure.counts:
            self._firm |= values
        phrase = _COUNTED.match(linear, figure.end) if figure.after else None
        self._counted[key(figure.value)].append(phrase[0] if phrase else "")
        if _PARTITIVE.match(linear, figure.end):
            self._of_others |= values
        self._parts.update(key(part) for part in figure.parts if part > 1)  # "11/15 cases" has 11 and 15
        if not figure.after:
            for value in values:
                self._elliptic[value] |= sentences.words_at(figure.start)
        self._readings.update((key(reading.value), reading.dimension) for reading in figure.readings)
        self._neighbours.update(pairwise(key(part) for part in figure.parts))
        renamed = _RENAMED.match(linear, figure.end)
        for context in (*figure.contexts, *([f">{stem(renamed[1])}"] if renamed else [])):
            self._contexts[context] |= values

    def supports(self, figure: Figure, linear: str, *, lowered: bool, any_unit: bool) -> bool:
        """Whether the abstract states what ``figure`` of the text ``linear`` does, or it states nothing."""
        if figure.name:
            return self._has_name(figure, linear)
        if self._is_made_difference(figure) or self._counts_all_of_another(figure):
            return False
        if figure.after[:1] == ("dimension",) and abs(figure.value) <= _MOST_DIMENSIONS:
            return self._has_dimension(figure)
        return (
            any(self._has(reading, lowered) and self._fits(figure, reading) for reading in figure.readings)
            or (any_unit and figure.units == (NUMBER,) and key(figure.value) in self._firm)
            or key(figure.value) in self._names.get(figure.alias or figure.before, ())
            or self._is_score(figure, linear)
            or self._is_ordinal(figure, linear)
            or self._has_parts(figure)
            or (not figure.parts and figure.units == (NUMBER,) and key(figure.value) in self._parts)
            or self._rounds(figure)
            or self._may_count(figure)
            or self._is_trivial(figure, linear)
            or self._is_kind(figure, linear)
            or self._is_sum(figure, linear)
        )

    def has_heard_of(self, figure: Figure) -> bool:
        """Whether the name that a number belongs to is known here, with whatever number; True for a quantity."""
        return not figure.name or figure.name in self._names

    def _has_name(self, figure: Figure, linear: str) -> bool:
        """The name with this number. What the abstract gives in words may be a formula or a symbol here."""
        known = self._names.get(figure.name)
        if key(figure.value) in self._contexts.get(f"<{figure.name}", ()):  # "ISO30401" for ISO 30401
            return True
        if known is not None:
            return key(figure.value) in known or (figure.link == "+" and self._has_initials(figure))
        if figure.link == "+":
            return self._has_initials(figure)
        named = f"{figure.name}{figure.value:g}"
        if is_chemical(figure.surface) or named in self._commonplaces:
            return True
        return _is_label(figure) and _SYMMETRY.match(linear, figure.end) is None

    def _has_initials(self, figure: Figure) -> bool:
        """ "6PN" for the sixth post-Newtonian order."""
        return any(
            stated.value == figure.value > 0
            and "".join(word[0] for word in stated.after).startswith(figure.name)
            for stated in self._quantities
        )

    def _has(self, reading: Quantity, lowered: bool) -> bool:
        values = (reading.value, -abs(reading.value)) if lowered else (reading.value,)
        return any(
            (key(value), reading.dimension) in self._readings
            or (
                reading.dimension == PERCENT
                and (abs(value) < 100 or key(value / 100) in self._contexts.get(f"<{FACTOR}", ()))
                and (key(value / 100), ()) in self._readings
            )
            or (reading.dimension == () and (key(value * 100), PERCENT) in self._readings)
            for value in values
        )

    def _is_score(self, figure: Figure, linear: str) -> bool:
        """ "5.6 points", "73.8%" for a bare 5.6 or 73.8, and a bare 73.8 for the percentage."""
        value, exact = key(figure.value), "." in figure.digits and abs(figure.value) >= 1
        dimensions = {unit.dimension for unit in figure.units}
        if PERCENT in dimensions and (value, ()) in self._readings:
            return (
                exact
                or _POINTS_FOLLOW.match(linear, figure.end) is not None
                or _POINTS.search(figure.surface) is not None
            )
        return (
            () in dimensions
            and exact
            and not (figure.is_related or figure.after)
            and (value, PERCENT) in self._readings
        )

    def _is_made_difference(self, figure: Figure) -> bool:
        """ "12 percentage points" where the abstract has 12%, and nothing says that a difference is meant."""
        if _POINTS.search(figure.surface) is None:
            return False
        value = key(figure.value)
        return value not in self._differences and (value, PERCENT) in self._readings

    def _counts_all_of_another(self, figure: Figure) -> bool:
        """ "All 12 data sets" where the abstract has 12 models, and names data sets without counting 12."""
        found = self._counted.get(key(figure.value))
        if not (found and figure.after and _ALL.search(figure.left)):
            return False
        if figure.after[0] not in map(stem, _WORD.findall(self._linear)):
            return False
        if key(figure.value) in self._contexts.get(f">{figure.after[0]}", ()):
            return False
        return all(phrase and figure.after[0] not in map(stem, _WORD.findall(phrase)) for phrase in found)

    def _is_ordinal(self, figure: Figure, linear: str) -> bool:
        return _ORDINAL.match(linear, figure.end) is not None and key(figure.value) in self._ordinals

    def _has_parts(self, figure: Figure) -> bool:
        """``17/20`` for "17 of 20", ``180 000`` for a list of both."""
        return bool(figure.parts) and all(
            pair in self._neighbours for pair in pairwise(map(key, figure.parts))
        )

    def _fits(self, figure: Figure, reading: Quantity) -> bool:
        """A bare number must not stand where the abstract has another one: "5 layers" for its 12 layers."""
        value = key(reading.value)
        if reading.dimension:
            return True
        if any(value in self._contexts.get(context, ()) for context in figure.contexts):
            return True
        if (value, ()) not in self._readings or (key(reading.value * 100), PERCENT) in self._readings:
            # A percentage said as a fraction: "p < 0.05" is none where p is given otherwise.
            return not (figure.is_related and self._contexts.get(f"<{figure.before}"))
        if value in self._of_others or (_is_specific(figure) and not figure.is_related):
            return True
        firm = value in self._firm or not figure.digits
        return firm and not self._is_another(figure)

    def _is_another(self, figure: Figure) -> bool:
        """What stands next to the number has only other numbers in the abstract."""
        if figure.after and figure.after[0] in self._elliptic.get(key(figure.value), ()):
            return False
        if figure.before in ("D=", "d=") and key(figure.value) in self._dimensions:
            return False
        nearest = [f"<{figure.before}", *(f">{word}" for word in figure.after[:1])]
        return any(self._contexts.get(context) for context in nearest)

    def _rounds(self, figure: Figure) -> bool:
        """Said to be rounded, or still of three digits, and a number of the abstract rounds to it."""
        if not figure.hedges and significant(figure) < _EXACT:
            return False
        another = self._is_another(figure)
        return any(
            rounds_to(stated, figure)
            for stated in self._quantities
            if not another
            or stated.contexts & figure.contexts
            or any(unit.dimension for unit in figure.units)
        )

    def _may_count(self, figure: Figure) -> bool:
        """A written-out number: a turn of phrase, or the length of a list, unless the abstract says otherwise."""
        if figure.digits or any(unit.dimension for unit in figure.units):
            return False
        if figure.surface.lower() in _UNSAID:
            return True
        if self._is_another(figure):
            return False
        return not figure.claims or int(figure.value) in counts(self._linear)

    def _is_kind(self, figure: Figure, linear: str) -> bool:
        """ "Rank-2 tensors", "1-forms": what a thing is called, where the abstract does not call it otherwise."""
        said = f"rank-{figure.digits}" if _RANK.search(figure.left) else f"{figure.digits}-form"
        named = said.startswith("rank") or _FORM.match(linear, figure.end)
        return bool(named) and said in self._commonplaces and not self._is_another(figure)

    def _has_dimension(self, figure: Figure) -> bool:
        """ "4D": the abstract counts as many, or none, and speaks of spacetime."""
        if self._dimensions:
            return key(figure.value) in self._dimensions
        return f"{figure.value:g}D" in self._commonplaces or figure.surface.lower() in _UNSAID

    def _is_sum(self, figure: Figure, linear: str) -> bool:
        """ "10 models (6 open, 4 closed)": the reader sees what it is the sum of, and the abstract has those."""
        bracket = _BREAKDOWN.match(linear, figure.end)
        parts = [int(part) for part in _INTEGER.findall(bracket[1])] if bracket else []
        return (
            len(parts) > 1 and sum(parts) == figure.value and all(key(part) in self._said for part in parts)
        )

    def _is_trivial(self, figure: Figure, linear: str) -> bool:
        """Nought or one in a formula, ``θ ≠ 0``, ``w > -1``, ``1/N``, where the abstract has no other value for it."""
        if (
            not figure.digits
            or figure.parts
            or figure.value not in _TRIVIAL
            or any(one.dimension for one in figure.units)
        ):
            return False
        if figure.is_related and self._contexts.get(f"<{figure.before}"):
            return False
        if copysign(1, figure.value) < 0 and (not figure.value or _BOUND.search(figure.left) is None):
            return False
        return _ARROW.search(figure.left) is not None or _OVER_SYMBOL.match(linear, figure.end) is not None


class _Sentences:
    """The words beside a place of a text, within its sentence."""

    def __init__(self, linear: str) -> None:
        ends = [end.start() for end in _SENTENCE_END.finditer(linear)]
        self._spans = list(zip([0, *ends], [*ends, len(linear)], strict=True))
        self._linear = linear

    def words_at(self, place: int) -> frozenset[str]:
        for start, end in self._spans:
            if start <= place < end:
                nearest = _WORD.findall(self._linear, start, place)[-_FARTHEST_NOUN:]
                return frozenset(map(stem, (*nearest, *_WORD.findall(self._linear, place, end)[:_NEXT_NOUN])))
        return frozenset()


def _is_label(figure: Figure) -> bool:
    """A symbol's index or small power, a part of its name: ``θ_(13)``, ``a_2``, ``q^2``; no scaling ``t^(1/2)``."""
    base = figure.name.rstrip("(")
    if _SYMBOL.fullmatch(base) is None:
        return False
    if figure.link == "^(":
        return figure.value.is_integer() and 0 <= figure.value <= _LARGEST_EXPONENT
    if figure.link == "_(":
        return True
    return figure.link == "" and figure.value.is_integer() and 0 <= figure.value <= _LARGEST_LABEL


def _is_specific(figure: Figure) -> bool:
    """So peculiar that its presence tells enough: 4.80, 22,000, 70B."""
    return any(not one.value.is_integer() or abs(one.value) >= _LARGE for one in figure.readings)


def key(value: float) -> str:
    """For comparing: twelve digits, as many as an identifier has."""
    return f"{value:.12g}"
