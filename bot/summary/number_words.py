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
_PLURALS = frozenset(f"{name}s" for name in list(_ONES)[2:])
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
    "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "twofold": 2,
}  # fmt: skip
_POWERS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_DOZEN = 12
_PHRASES = {
    **_MULTIPLES,
    **_ORDINALS,
    **dict.fromkeys("half halves halved halving".split(), 0.5),
    "quarter": 0.25,
}
_STARTS = frozenset((*_ONES, *_PLURALS, *_TENS, *_POWERS, *_FOLDS, *_PHRASES, "dozen"))
"""The words that a number may begin with."""
_WORD = re.compile(r"[A-Za-z]+")
_PART = re.compile(rf"[- ]({'|'.join(sorted(_PARTS, key=len, reverse=True))})\b", re.IGNORECASE)
_UNIT = re.compile(rf"[- ]({'|'.join(list(_ONES)[:9])})\b", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:several|few|many|some|couple(?: of)?|hundreds of|tens of) $", re.IGNORECASE)
_POWER = re.compile(rf"[- ]?\b({'|'.join(_POWERS)})\b", re.IGNORECASE)
_MORE = re.compile(rf"(?:,? and |-| )({'|'.join([*_ONES, *_TENS])})\b", re.IGNORECASE)
_AND_A_HALF = re.compile(r" and (?:a|one) half\b", re.IGNORECASE)
_DOZENS = re.compile(r" dozen\b", re.IGNORECASE)
_OF_A_POWER = re.compile(rf"(?: of)? an? ({'|'.join(_POWERS)})\b", re.IGNORECASE)


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
        if name not in _STARTS:
            continue
        if name in _PLURALS:  # a slip of the pen: "on eights models"
            name = name[:-1]
        number = _number(text, word, name)
        if number is not None:
            at = number.end
            yield number


def _number(text: str, word: re.Match[str], name: str) -> WrittenNumber | None:
    if name in _ONES or name in _TENS:
        return _cardinal(text, word, name)
    if name in _POWERS and _VAGUE.search(text[: word.start()][-20:]):
        return None
    if name in _POWERS:
        # "A thousand"; "thousands" and "hundreds" are no numbers.
        value, end = _large(text, word.start(), 1)
        return WrittenNumber(word.start(), end, value, counts=True)
    if name == "dozen":
        return WrittenNumber(word.start(), word.end(), _DOZEN, counts=False)
    if name in ("half", "quarter") and (power := _OF_A_POWER.match(text, word.end())):
        return WrittenNumber(
            word.start(), power.end(), _PHRASES[name] * _POWERS[power[1].lower()], counts=True
        )
    if name in _FOLDS:
        return WrittenNumber(word.start(), word.end(), _FOLDS[name], counts=True)
    return WrittenNumber(word.start(), word.end(), _PHRASES[name], counts=False) if name in _PHRASES else None


def _cardinal(text: str, word: re.Match[str], name: str) -> WrittenNumber:
    value, end = _below_hundred(text, name, word.end())
    if part := _PART.match(text, end):
        return WrittenNumber(word.start(), part.end(), value / _PARTS[part[1].lower()], counts=True)
    if half := _AND_A_HALF.match(text, end):
        value, end = value + 0.5, half.end()
    if dozens := _DOZENS.match(text, end):
        return WrittenNumber(word.start(), dozens.end(), value * _DOZEN, counts=True)
    if _POWER.match(text, end):
        value, end = _large(text, end, value)
    return WrittenNumber(word.start(), end, value, counts=value > 1)


def _below_hundred(text: str, name: str, end: int) -> tuple[float, int]:
    value: float = _ONES.get(name) or _TENS[name]
    if name in _TENS and (unit := _UNIT.match(text, end)):
        return value + _ONES[unit[1].lower()], unit.end()
    return value, end


def _large(text: str, end: int, value: float) -> tuple[float, int]:
    """From the first power on, which stands at ``end`` behind ``value``: "two hundred and five thousand"."""
    done, group, last = 0.0, value, float("inf")
    while True:
        if power := _POWER.match(text, end):
            times, end = _POWERS[power[1].lower()], power.end()
            if times == 100:
                group *= times
            elif times < last:
                done, group, last = done + group * times, 0.0, times
            else:
                done, group, last = (done + group) * times, 0.0, times
        elif group % 100 == 0 and (more := _MORE.match(text, end)):
            below, after = _below_hundred(text, more[1].lower(), more.end())
            power = _POWER.match(text, after)
            times = _POWERS[power[1].lower()] if power else 0
            if times >= last or (times == 100 and group):
                return done + group, end  # "between one thousand and two thousand"
            group, end = group + below, after
        else:
            return done + group, end
