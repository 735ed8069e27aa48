"""Does a number stand where the abstract has another of the same unit? "82% on B" for its 91%.

Each number is bound to the words beside it, the nearer the firmer. One is misplaced where the words of the
summary speak clearly for another number of the abstract, which the summary does not state there itself. It
works in English only, and errs on the side of the summary: a paraphrase moves words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.summary.markers import unmarked
from bot.summary.numbers import Figure, figures
from bot.summary.plain import plain
from bot.summary.surroundings import FACTOR

_FADING = 0.2
"""What each word between takes from the bond of a word to its number, and what each number or pause takes."""
_CROSSING = 0.5
_CLEARLY = 0.8
"""So much stronger must the bonds of another number be; one word beside its number counts 0.83."""
_REPEATED = 1.0
"""What it tells beside, that the summary has a number more often than the abstract."""
_SMALLEST_COUNT = 10
"""Smaller bare numbers are symbols and turns of phrase too often."""
_SENTENCE_END = re.compile(r"[.;!?](?= [A-Z(])|\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)*|[α-ωΑ-Ω]")
_PAUSE = re.compile(r"[,;:] ")
_MOST = re.compile(r"\b(?:up to|highest|best|maximum|max|peak|top)\b[^.;]*$", re.IGNORECASE)
"""The largest of several may be told of all of them."""
_SCALE = re.compile(r"[A-Za-zμΩ%°]*$")
_STEM = 6
_UNTELLING = frozenset(
    "a an the of in on at to for from by with and or nor but as is are was were be been being has have had do does did "
    "that this these those it its their our we they which who than then there here not only also both each any all "
    "some such so if when while where after before between within without into onto over under about up down out per "
    "via using can could may might must should will would more most less very other same new approximately around "
    "roughly nearly respectively total achieve achieves achieved achieving reaches reached show shows showed shown "
    "result results study method methods model models approach demonstrate demonstrates demonstrated improve improves "
    "improved improving improvement improvements compared outperform outperforms outperforming significant "
    "significantly average".split()
)


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A number of the summary that the abstract has for something else."""

    stated: str
    instead: str
    """What the abstract has in its place, as written there."""


@dataclass(frozen=True, slots=True)
class _Bound:
    figure: Figure
    bonds: Mapping[str, float]
    """Stems of the words of its sentence -> how near they are, 1.0 at most."""

    def speaks_for(self, other: _Bound) -> float:
        """How strongly the words beside this number are those beside ``other``."""
        return sum(min(bond, other.bonds[word]) for word, bond in self.bonds.items() if word in other.bonds)


def misplaced(fields: Iterable[str], source: str) -> tuple[Misplaced, ...]:
    """The numbers in ``fields`` that stand in another's place, each with the one that ``source`` has there."""
    stated = [one for field in fields for one in _bound(field)]
    known = _bound(source) if stated else ()
    strengths = [[one.speaks_for(other) for other in known] for one in stated]
    found = (
        _other_in_place(at, stated, known, strengths)
        for at, one in enumerate(stated)
        if any(_is_same(one, other) for other in known)
    )
    return tuple(one for one in found if one)


def _other_in_place(
    at: int, stated: Sequence[_Bound], known: Sequence[_Bound], strengths: Sequence[Sequence[float]]
) -> Misplaced | None:
    one = stated[at]
    here = sum(_is_same(one, other) for other in stated)
    there = sum(_is_same(one, other) for other in known)
    needed = _CLEARLY - (_REPEATED if here > there else 0.0)
    own = _bond_with(one, at, known, strengths)
    for place, other in enumerate(known):
        gain = strengths[at][place] - own
        if gain <= min(0.0, needed) or _is_same(one, other) or not _is_kin(one.figure, other.figure):
            continue
        if _MOST.search(one.figure.left) and one.figure.value > other.figure.value:
            continue
        # What the other one gains, where the summary states it too, when both change places.
        exchanged = [
            gain + _bond_with(one, k, known, strengths) - strengths[k][place]
            for k, rival in enumerate(stated)
            if k != at and _is_same(rival, other)
        ]
        if min(exchanged, default=gain) > needed:
            return Misplaced(one.figure.surface, other.figure.surface)
    return None


def _bond_with(one: _Bound, at: int, known: Sequence[_Bound], strengths: Sequence[Sequence[float]]) -> float:
    """How strongly the words beside the number stated at ``at`` speak for the value of ``one``."""
    return max(bond for bond, other in zip(strengths[at], known, strict=True) if _is_same(one, other))


def _is_same(one: _Bound, other: _Bound) -> bool:
    return bool(_readings(one.figure) & _readings(other.figure))


def _readings(figure: Figure) -> frozenset[tuple[str, object]]:
    return frozenset((f"{reading.value:.8g}", reading.dimension) for reading in figure.readings)


def _is_kin(one: Figure, other: Figure) -> bool:
    """Whether one may be taken for the other: the same unit, written alike, neither an error nor a formula."""
    shared = {unit.dimension for unit in one.units} & {unit.dimension for unit in other.units}
    alike = _scale(one) == _scale(other) and (one.before == FACTOR) == (other.before == FACTOR)
    return bool(shared) and alike and (shared != {()} or all(map(_is_telling, (one, other))))


def _is_telling(bare: Figure) -> bool:
    return not bare.is_related and (abs(bare.value) >= _SMALLEST_COUNT or not bare.value.is_integer())


def _scale(figure: Figure) -> str:
    ending = _SCALE.search(figure.surface)
    return ending[0].strip() if ending else ""


@lru_cache(maxsize=128)
def _bound(text: str) -> tuple[_Bound, ...]:
    linear = unmarked(plain(text))
    numbers = [one for one in figures(linear) if one.digits and not one.name]
    ends = [end.start() for end in _SENTENCE_END.finditer(linear)]
    sentences = list(zip([0, *ends], [*ends, len(linear)], strict=True))
    return tuple(
        _Bound(one, _bonds(linear, one, start, end, numbers))
        for one in numbers
        for start, end in sentences
        if start <= one.start < end and not (one.alias or one.parts or one.left.rstrip().endswith("±"))
    )


def _bonds(linear: str, one: Figure, start: int, end: int, numbers: Sequence[Figure]) -> dict[str, float]:
    before = reversed(list(_WORD.finditer(linear, start, max(start, one.start))))
    after = _WORD.finditer(linear, min(end, one.end), end)
    bonds: dict[str, float] = {}
    for side, words in ((-1, before), (1, after)):
        distance = 0.0
        for word in words:
            telling = len(word[0]) > 1 and word[0].lower() not in _UNTELLING
            distance += 1.0 if telling else 0.5
            if telling:
                between = (one.end, word.start()) if side > 0 else (word.start(), one.start)
                crossed = sum(between[0] <= other.start < between[1] for other in numbers if other is not one)
                crossed += len(_PAUSE.findall(linear, *between))
                bond = 1 / (1 + _FADING * distance + _CROSSING * crossed)
                bonds[_stem(word[0])] = max(bonds.get(_stem(word[0]), 0.0), bond)
    return bonds


def _stem(word: str) -> str:
    lower = word.lower()
    return lower[:_STEM] if lower.isalpha() else lower
