"""Subscripts and superscripts in plain text: Unicode's raised and lowered characters, or ``^`` and ``_``.

A script is one or the other as a whole: half a raised exponent reads as a different number. Words stay
letters on the line, because a word of raised letters is hard to read and spoken one by one.
"""

from __future__ import annotations

import re

from bot.lexicon import SUBSCRIPTS, SUPERSCRIPTS

_DOWN = SUBSCRIPTS | {"−": SUBSCRIPTS["-"]}
_UP = SUPERSCRIPTS | {"−": SUPERSCRIPTS["-"]}
_UP.update({char: char for char in "'*†‡°′″®™©"} | {"∗": "*", "⊤": "ᵀ"})
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ONE_THING = re.compile(r"\d+(?:\.\d+)?|\S[\u0300-\u036f\u20d0-\u20ff]*")
_INDEX_WORD = re.compile(r"\d?[A-Za-zÀ-ɏ]+\d*")
_EXPONENT_WORD = re.compile(r"[A-Z][A-Za-z]+|[a-z]{4,}")
_ENCLOSED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|\|[^|]*\|")

_SIGN = r"(?:--|[+\-−–])"
_TIMES = r"[×·]10(?:⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|<sup>-?\d+</sup>)"
_SIZE = rf"(?:\.?\d[\d.,]*(?:e[+\-−]?\d+)?(?:{_TIMES})?|∞)"
_ERROR = re.compile(
    rf"{_SIGN} ?{_SIZE}(?:{_SIGN}{_SIZE})?(?:[%°′″']{{1,2}}| ?[A-Za-zμ]{{1,5}}| ?\([a-z.]+\))?"
)
_NONE = re.compile(r"0(?:\.0+)?")
_UNIT = re.compile(r"(?<=\d)(?=[A-Za-zμ])(?!e[+\-−]?\d)")
_MINUS = re.compile("--|[-–]")
_SPREAD = re.compile(r"± ?(\.?\d[\d.,]*(?:%|<sup>|\Z).*)")


def lowered(text: str) -> str | None:
    """``text`` in subscript characters, None when one is missing or it is a word.

    A decimal point, which has none, stays: Nd₀.₈Sr₀.₂NiO₂ is how chemists write it without markup. A stroke
    does not, as it would divide: Sc_(1/2).
    """
    parts = [_translated(part, _DOWN) for part in _DECIMAL_POINT.split(text)]
    return None if None in parts else ".".join(part for part in parts if part is not None)


def raised(text: str) -> str | None:
    """``text`` in superscript characters, None when one is missing or it is a word."""
    return _translated(text, _UP)


def _translated(text: str, table: dict[str, str]) -> str | None:
    if _WORD.search(text):
        return None
    shown = [table.get(char) for char in text]
    return "".join(char for char in shown if char) if all(shown) else None


def errors(sub: str, sup: str) -> str | None:
    """Both scripts of a value, written already, as its errors: `` (+0.11/−0.26)``, None where they are none.

    The upper one stands first, as authors write them in a line. On a page the same: two scripts are read
    aloud, and copied, as ``11.10-0.26+0.11``. A script in parentheses loses them.
    """
    upper, lower = _unwrapped(sup), _unwrapped(sub)
    is_upper, is_lower = _ERROR.fullmatch(upper), _ERROR.fullmatch(lower)
    is_pair = is_upper and is_lower and (upper[0] == "+") != (lower[0] == "+")
    if not (is_pair or (is_upper and _NONE.fullmatch(lower)) or (is_lower and _NONE.fullmatch(upper))):
        return None
    return _MINUS.sub("−", _UNIT.sub(" ", f" ({upper}/{lower})"))


def spread(sub: str) -> str | None:
    """The index of a value that is its error, ``98.5_{\\pm 0.3}``: `` ± 0.3``."""
    match = _SPREAD.fullmatch(sub)
    return f" ± {match[1]}" if match else None


def _unwrapped(script: str) -> str:
    return script[1:-1] if script[:1] == "(" and script[-1:] == ")" else script


def written_index(text: str) -> str:
    """``_c``, ``_0,5``, ``_loc``, else ``_(i,j)``."""
    text = text.replace("∗", "*")
    return f"_{text}" if _stands_alone(text) or _INDEX_WORD.fullmatch(text) else f"_({text})"


def written_exponent(text: str) -> str:
    """``^q``, ``^0.5``, ``^crit``, else ``^(iωt)``: letters in an exponent are mostly a product."""
    return f"^{text}" if _stands_alone(text) or _EXPONENT_WORD.fullmatch(text) else f"^({text})"


def _stands_alone(text: str) -> bool:
    return bool(_ONE_THING.fullmatch(text) or _ENCLOSED.fullmatch(text))
