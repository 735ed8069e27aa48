"""The numbers that an abstract says in words of its field, or says without counting.

"Two orders of magnitude" is 100, "percent-level" about 1 %, "discovery-level" five σ; spacetime has four dimensions,
``AdS_3`` three, and three flavours have an SU(3). What is not in one of these tables, an abstract has to state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.summary.numbers import Figure, Quantity
from bot.summary.unit_table import PERCENT

_MAGNITUDES = re.compile(
    r"\b(an?|one|two|three|four|five|six|\d{1,2}) (?:full )?orders? of(?: |-)magnitude", re.IGNORECASE
)
_SMALL = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_IN_A_WORD: tuple[tuple[re.Pattern[str], Quantity], ...] = (
    (re.compile(r"\bper ?cent[- ]level\b", re.IGNORECASE), Quantity(1.0, PERCENT)),
    (re.compile(r"\bper-? ?mill?e?[- ]level\b", re.IGNORECASE), Quantity(0.1, PERCENT)),
    # What stands five standard deviations above chance, as particle physics has it.
    (
        re.compile(r"\bdiscovery[- ](?:level|significance|sensitivity|reach|potential)\b", re.IGNORECASE),
        Quantity(5.0, (("σ", 1),)),
    ),
)
_ANY_DIMENSION = re.compile(r"\b[dD] ?\+ ?1\b")
"""Which ``d``, is said beside it: "in d+1 dimensions … for d = 2" makes 2+1."""
_SPACES = frozenset("ads ds cft s t r".split())
"""Symbols that carry the dimension of a space: ``AdS_3``, ``S^3``, ``R^4``."""
_COMMONPLACES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (said, re.compile(known, re.IGNORECASE))
    for said, known in (
        ("4D",       r"\bspace-?times?\b"),
        ("rank-2",   r"\btensors?\b"),
        ("1-form",   r"\bforms\b"),
        ("2-form",   r"\bforms\b"),
        ("u(1",      r"\bS?O ?\(2\)"),
        ("su(2",     r"\bisospin\b"),
        ("su(3",     r"\b(?:three|3)[- ](?:light |quark )?flavou?rs?\b|\bQCD\b|\bquantum chromodynamics\b"),
    )
)  # fmt: skip
"""A number that says no more than certain words of the abstract, and those."""


def factors(linear: str) -> Iterator[float]:
    """The powers of ten that ``linear`` names as orders of magnitude."""
    for found in _MAGNITUDES.finditer(linear):
        yield 10.0 ** (_SMALL.get(found[1].lower()) or int(found[1]))


def readings(linear: str) -> Iterator[Quantity]:
    """The quantities that words of ``linear`` stand for."""
    yield from (Quantity(factor, ()) for factor in factors(linear))
    yield from (reading for words, reading in _IN_A_WORD if words.search(linear))


def commonplaces(linear: str) -> frozenset[str]:
    """What may be said of something that ``linear`` speaks of: ``4D``, ``rank-2``, ``su(3``."""
    return frozenset(said for said, known in _COMMONPLACES if known.search(linear))


def free_dimensions(linear: str, stated: Iterable[Figure]) -> Iterator[float]:
    """The values of ``d`` where ``linear`` has ``d+1`` dimensions."""
    if _ANY_DIMENSION.search(linear):
        yield from (figure.value for figure in stated if figure.before in ("d=", "D="))


def dimensions(stated: Iterable[Figure]) -> Iterator[float]:
    """The values of those that count dimensions: "3D", ``d = 3``, "2+1 dimensions", ``AdS_3``, "3DGS"."""
    for figure in stated:
        name = figure.name.rstrip("(")
        scripted = figure.link in ("^(", "_(") and name in _SPACES
        in_words = "dimension" in (*figure.after, figure.before) or figure.before[:-1] in ("d", "D")
        if in_words or scripted or (figure.link == "+" and name.startswith("d")):
            yield figure.value
        if name[:-1].isdigit():
            yield from (int(name[:-1]), int(name[:-1]) + figure.value)
