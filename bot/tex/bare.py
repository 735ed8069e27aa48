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

_ITEM = r"(?:[^\s\\{}$,;~]{1,24}|\\[cl]?dots|\$[^${}]{1,24}\$)"
_LIST = re.compile(rf"\s*{_ITEM}(?:\s*[,;]\s*{_ITEM})+\s*")
_TERM = r"(?:[^\s\\{}$,;~]{1,24}|\\[A-Za-z]+(?:_\w|_\{\w+\})?)"
_TERMS = re.compile(rf"\s*{_TERM}(?:\s*,\s*{_TERM})+\s*")
_COUNTED = re.compile(r"dots|\.\.|\A[\s\d.,+-]+\Z")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_SET_STANDS_AFTER = re.compile(
    r"(?:[=:∈→⊂⊆]|\\(?:in|notin|to|rightarrow|mapsto|subset|subseteq|setminus|cup|cap|sim)(?![A-Za-z]))\s*\Z"
)
_FAMILY = re.compile(r"_\{\s*\w+\s*(?:[=∈≥>]|\\(?:in|geq?|leq?)(?![A-Za-z]))")
_BUILT = re.compile(r"\s*+[^\\{}$]{1,24}?\s?[:|]\s[^\\{}$]*[<>=≤≥∈][^\\{}$]*")
_SET_STANDS_BEHIND = re.compile(r"(?:^|[\s(\[{=∈>→,/~])$")

_FOLDER = r"(?:Program Files(?: \(x86\))?|[\w.\-]+(?:(?: [\w.\-]+){1,2}(?=\\\w))?)"
_PATH = re.compile(rf"(?<![A-Za-z])[A-Za-z]:(?P<names>(?:\\\\?{_FOLDER})+(?:\\\\?)?)(?![\w.\-\\{{^])")

_NUMERAL = r"x{0,3}(?:ix|iv|v?i{0,3})"
_STAGE = re.compile(
    r"(?:\\textsc\s*\{|\{[\s~]*\\(?:sc|scshape|textsc|small|footnotesize|scriptsize)(?![A-Za-z])\s*\{?)"
    rf"\s*(?:(?P<element>[A-Z][a-z]??)(?P<gap>\s|~|\\[, ]|))?(?P<numeral>(?i:{_NUMERAL}))\s*\}}{{1,2}}"
)
_ELEMENT = re.compile(r"(?<![A-Za-z])[A-Z][a-z]?(?=\}?\Z)")

_CHARGE = re.compile(r"(?<=\^\d)[+-](?=[\s,.;:)\]]|\Z)")
_CHARGED = re.compile(r"(?P<symbol>[A-Z][a-z]?)(?:_?\d)?\Z")
_ISOTOPE = re.compile(r"\^(?P<brace>\{)?(?P<mass>\d{1,3}m?)(?(brace)\})(?=(?P<symbol>[A-Z][a-z]?)(?![a-z]))")


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
    return bool(_LIST.fullmatch(body) or _BUILT.fullmatch(body) or _is_family(source, body, end))


def is_set_in_formula(source: str, start: int, end: int, begins: bool) -> bool:
    """Whether braces in a formula, which only group there, were meant: ``x \\in {0,1}^n``, ``{x_i}_{i=1}^n``.

    ``begins`` says that the formula does with them; there ``{i,j}`` is what it looks like in TeX. ``{0,5}`` may as
    well be a decimal.
    """
    body = source[start + 1 : end - 1] if end - start < 400 else ""
    if _TERMS.fullmatch(body):
        is_counted = bool(_COUNTED.search(body)) or source[end : end + 1] in ("^", "_")
        stands_free = (begins and is_counted) or _SET_STANDS_AFTER.search(source, max(start - 16, 0), start)
        return bool(stands_free) and (body == "0,1" or not _DECIMAL_COMMA.fullmatch(body))
    return _is_family(source, body, end)


def _is_family(source: str, body: str, end: int) -> bool:
    """``{x_i}_{i=1}^n``: an index of an index is what only a family has."""
    return "_" in body and bool(_FAMILY.match(source, end))


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
    if match is None or match.end() != end or not match["numeral"] or source[end : end + 1].isalpha():
        return None
    if match["element"]:  # \textsc{H i}; but \textsc{Si} is silicon, and \textsc{Mix} a name
        name = match["element"] + match["numeral"]
        is_ion = match["element"] in ELEMENTS and match["numeral"].islower() and name not in ELEMENTS
        return f"{match['element']} {match['numeral'].upper()}" if is_ion else None
    element = _ELEMENT.search(source, max(start - 4, 0), start)
    return (" " if element and element[0] in ELEMENTS else "") + match["numeral"].upper()


def charge_behind(source: str, caret: int, position: int, end: int) -> str:
    """The sign behind the digit of ``Fe^2+`` or ``SO_4^2-``, whose caret is given; empty where it is none."""
    match = _CHARGE.match(source, position, end)
    element = _CHARGED.search(source, max(caret - 4, 0), caret)
    return match[0] if match and element and element["symbol"] in ELEMENTS else ""


def isotope_at(source: str, position: int, end: int) -> re.Match[str] | None:
    """``^{13}C``, ``^3He``: the mass before an element's symbol; its group is the number."""
    match = _ISOTOPE.match(source, position, end)
    return match if match and (match["symbol"] in ELEMENTS or match["symbol"][0] in ELEMENTS) else None
