"""Enumerations: the marks ``(1) … (2)`` that are no numbers, and the lengths that lists have."""

from __future__ import annotations

import re
from functools import lru_cache

_OPENING = re.compile(r"(?:(?<=^)|(?<=[\s;—]))(?:\((\d{1,2})\)|(\d{1,2})[).])(?=\s*[^\W\d_])")
_MARKER = re.compile(r"\((?P<roman>i{1,3}|iv|vi{0,3}|ix|x)\)|\((?P<arabic>\d)\)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_EQUATION = re.compile(r"= ?&* ?-?\d")
_CLAUSE = re.compile(r"[;:.()]")


def unmarked(linear: str) -> str:
    """``linear`` without the marks of its lists, which count from 1 upwards; as long as it was."""
    expected, kept = 1, linear
    for mark in _OPENING.finditer(linear):
        number = int(mark[1] or mark[2])
        bare_stop = mark[0].endswith(".") and linear[: mark.start()].rstrip()[-1:] not in ("", ".", ";", ":")
        before = linear[: mark.start()]
        within = mark[2] and before.count("(") > before.count(")")  # (ρ, h, 1)
        if number != expected or bare_stop or within:
            continue
        kept = kept[: mark.start()] + " " * len(mark[0]) + kept[mark.end() :]
        expected += 1
    return kept


@lru_cache(maxsize=64)
def counts(linear: str) -> frozenset[int]:
    """The lengths that the lists of a text may have: numbered ones, ``A, B and C``, and values ``= 1``."""
    lengths: set[int] = set()
    for marker in _MARKER.finditer(linear):
        lengths.add(_ROMAN[marker["roman"]] if marker["roman"] else int(marker["arabic"]))
    lengths.add(len(_EQUATION.findall(linear)))
    for clause in _CLAUSE.split(linear):
        items = clause.split(", ")
        for index, item in enumerate(items[1:], start=2):
            if item.startswith(("and ", "or ")):
                lengths.update(range(2, index + 1))
            elif " and " in item or " or " in item:
                lengths.update(range(2, index + 2))
    return frozenset(lengths)
