"""Numbers written in English words -> values: "thirteen", "twenty-five", "two-thirds", "twice", "second-order"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ONES = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen "
        "eighteen nineteen".split(),
        range(1, 20),
        strict=True,
    )
)
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        range(1, 13),
        strict=True,
    )
)
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifth": 5,
    "fifths": 5,
    "tenth": 10,
}
_FOLDS = {
    "thrice": 3, "triple": 3, "triples": 3, "tripled": 3, "tripling": 3, "threefold": 3, "quadruple": 4,
    "quadrupled": 4,
    "fourfold": 4, "fivefold": 5, "sixfold": 6,
    "sevenfold": 7, "eightfold": 8, "ninefold": 9, "tenfold": 10, "hundredfold": 100,
}  # fmt: skip
_MULTIPLES = {
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twofold": 2, "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
}  # fmt: skip
_PHRASES = {
    **_MULTIPLES,
    **_ORDINALS,
    **dict.fromkeys("half halves halved halving".split(), 0.5),
    "quarter": 0.25,
}
_WORD = re.compile(r"[A-Za-z]+")
_PART = re.compile(rf"[- ]({'|'.join(sorted(_PARTS, key=len, reverse=True))})\b", re.IGNORECASE)
_UNIT = re.compile(rf"[- ]({'|'.join(list(_ONES)[:9])})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    start: int
    end: int
    value: float
    counts: bool
    """A cardinal from two upwards, or a fraction; not an ordinal, "one", "double", "half"."""


def find(text: str) -> Iterator[WrittenNumber]:
    """Every written-out number in ``text``, in order."""
    at = 0
    for word in _WORD.finditer(text):
        if word.start() < at:
            continue
        name = word[0].lower()
        if name in _ONES or name in _TENS:
            number = _cardinal(text, word, name)
            at = number.end
            yield number
        elif name in _FOLDS:
            yield WrittenNumber(word.start(), word.end(), _FOLDS[name], counts=True)
        elif name in _PHRASES:
            yield WrittenNumber(word.start(), word.end(), _PHRASES[name], counts=False)


def _cardinal(text: str, word: re.Match[str], name: str) -> WrittenNumber:
    value, end = _ONES.get(name) or _TENS[name], word.end()
    if name in _TENS and (unit := _UNIT.match(text, end)):
        value, end = value + _ONES[unit[1].lower()], unit.end()
    if part := _PART.match(text, end):
        return WrittenNumber(word.start(), part.end(), value / _PARTS[part[1].lower()], counts=True)
    return WrittenNumber(word.start(), end, value, counts=value > 1)
