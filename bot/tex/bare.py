"""Notation typed outside formulas, or the way a keyboard has it: decimal powers, errors, sets, file paths.

Each function judges one place of a source by what stands there and beside it; none of them builds a tree.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.lexicon import ELEMENTS

_DECIMAL = r"(?:\d+(?:\.\d+)?|\.\d+)"
_SIGNED = rf"[+\-−]\s*{_DECIMAL}"
_VALUE = rf"(?:\{{\s*{_SIGNED}\s*\}}|[+\-−]{_DECIMAL})(?![\d.]*\d)"
_ERRORS = re.compile(rf"\^(?P<up>{_VALUE})\s?_(?P<down>{_VALUE})|_(?P<low>{_VALUE})\s?\^(?P<high>{_VALUE})")
_BRACES = str.maketrans("", "", "{} ")
_CARRIERS = tuple("0123456789)}°%")

_ITEM = r"(?:[^\s\\{}$,;~]{1,24}|\\[cl]?dots)"
_LIST = re.compile(rf"\s*{_ITEM}(?:\s*[,;]\s*{_ITEM})+\s*")
_BUILT = re.compile(r"\s*+[^\\{}$]{1,24}?\s?[:|]\s[^\\{}$]*[<>=≤≥∈][^\\{}$]*")
_SET_STANDS_BEHIND = re.compile(r"(?:^|[\s(\[{=∈>→,/~])$")

_FOLDER = r"(?:Program Files(?: \(x86\))?|[\w.\-]+)"
_PATH = re.compile(rf"(?<![A-Za-z])[A-Za-z]:(?P<names>(?:\\{_FOLDER})+\\?)(?![\w.\-\\{{^])")

_STAGE = re.compile(
    r"(?:\\textsc\s*\{|\{\s*\\(?:sc|scshape|small|footnotesize|scriptsize)(?![A-Za-z])\s*\{?)"
    r"\s*(?P<numeral>x{0,3}(?:ix|iv|v?i{0,3}))\s*\}{1,2}",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"(?<![A-Za-z])[A-Z][a-z]?\Z")


class Errors(NamedTuple):
    """An upper and a lower error, ``+0.11`` and ``-0.26``, and where their source ends."""

    upper: str
    lower: str
    end: int


def errors_at(source: str, position: int, end: int) -> Errors | None:
    """The errors of a value that begin at ``position``: ``^{+0.11}_{-0.26}``, ``_-0.2^+0.3``."""
    match = _ERRORS.match(source, position, end)
    if match is None:
        return None
    upper, lower = (
        text.translate(_BRACES) for text in (match["up"] or match["high"], match["down"] or match["low"])
    )
    is_value = source[max(position - 1, 0) : position] in _CARRIERS or match[0].count("{") == 2
    return Errors(upper, lower, match.end()) if is_value and upper[0] != lower[0] else None


def is_set(source: str, start: int, end: int) -> bool:
    """Whether the braces from ``start`` to ``end`` are those of a set: ``{0, 1}``, ``{x : x > 0}``.

    Braces that keep a word's capitals, hold a face or end a command's name have no such list in them, or
    stand right behind what they belong to.
    """
    if not _SET_STANDS_BEHIND.search(source, max(start - 1, 0), start):
        return False
    body = source[start + 1 : end - 1] if end - start < 400 else ""
    return bool(_LIST.fullmatch(body) or _BUILT.fullmatch(body))


def path_at(source: str, position: int, end: int) -> str | None:
    """What follows the colon of the Windows path whose first backslash is at ``position``: ``C:\\Users\\name``.

    ``f:\\R\\to\\X`` has the same form: whether the names are commands is the parser's to say.
    """
    if not source.endswith(":", 0, position):
        return None
    match = _PATH.match(source, max(position - 2, 0), end)
    return match["names"] if match else None


def ion_stage(source: str, start: int, end: int) -> str | None:
    """The stage of an ion in small capitals, ``\\textsc{iv}`` or ``{\\sc iv}`` at ``start``: IV, with the space
    that its element wants. Small capitals of a numeral are capitals elsewhere too: ``Type~\\textsc{ii}``."""
    match = _STAGE.match(source, start, end)
    if match is None or match.end() != end or not match["numeral"]:
        return None
    element = _ELEMENT.search(source, max(start - 3, 0), start)
    return (" " if element and element[0] in ELEMENTS else "") + match["numeral"].upper()
