"""Chemical formulas, alone and beside the names of their elements: ``SnO2``, "tin dioxide"."""

from __future__ import annotations

import re

from bot.lexicon import ELEMENT, ELEMENTS

_MULTIPLES = ("", "mono", "di", "tri", "tetra", "pent", "per", "hydro")
_FORMULA = re.compile(rf"(?:{ELEMENT})+\d{{1,2}}(?:\.\d+)?")
_FORMULA_OF_NAMES = re.compile(rf"(?:(?:{ELEMENT})(?:\d{{0,3}}|[xyz]))+")


def is_chemical(name: str) -> bool:
    """``SnO2``, ``NH3``: element symbols and a small subscript. ``GPT-4`` and ``x2`` are not."""
    return _FORMULA.fullmatch(name) is not None


def spelt_out(name: str, words: str) -> bool:
    """Whether ``name`` is a formula whose elements ``words`` (lower case, between spaces) name each."""
    if _FORMULA_OF_NAMES.fullmatch(name) is None:
        return False
    if name.casefold() in words.replace(" ", ""):  # "Li 7 La 3 Zr 2 O 12", as publishers print it
        return True
    symbols = set(re.findall(ELEMENT, name))
    return all(_is_named(ELEMENTS[symbol].split("|"), words) for symbol in symbols)


def _is_named(starts: list[str], words: str) -> bool:
    return any(f" {prefix}{start}" in words for start in starts for prefix in _MULTIPLES)
