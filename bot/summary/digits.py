"""Digits -> a value: separators, decimal comma, powers, fractions. The notation is that of `bot.summary.plain`."""

from __future__ import annotations

import re

_SIGNIFICAND = (
    r"\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?"
    r"|(?<!\d )(?<!\d[.,] )\d{1,3}(?:[ ']\d{3})+(?:\.\d+)?(?![\d_]|[.,]\d)"
    r"|\d+(?:\.\d+)?|\.\d+"
)
_COMMA_SIGNIFICAND = r"\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+,\d+(?![\d,])|" + _SIGNIFICAND
_TAIL = (
    r"(?P<uncertainty>\(\d{1,6}\))?"
    r"(?: ?[×x·*] ?10\^\((?P<ten>[+-]?\d{1,6})\)|[eE](?P<e>[+-]?\d{1,6})(?!\w)|\^\((?P<power>-?\d{1,6})\)(?!_\()"
    r"|/(?P<below>\d{1,3}(?:,\d{3})+|\d+)(?![\d/A-Za-z]|[.,]\d))?"
)
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_DIGIT = re.compile(r"\.?\d")
_NUMBER = re.compile(rf"(?P<significand>{_SIGNIFICAND}){_TAIL}")
_COMMA_NUMBER = re.compile(rf"(?P<significand>{_COMMA_SIGNIFICAND}){_TAIL}")


def search(text: str, start: int, *, decimal_comma: bool) -> re.Match[str] | None:
    """The next number at or behind ``start``; its group ``uncertainty`` is the ``(4)`` of ``1.23(4)``."""
    pattern = _COMMA_NUMBER if decimal_comma else _NUMBER
    for digit in _DIGIT.finditer(text, start):
        if found := pattern.match(text, digit.start()):
            return found
    return None


def value(match: re.Match[str], *, decimal_comma: bool) -> tuple[float, tuple[float, ...]]:
    """The number that `search` found, without its sign, and, where it may also be several, those."""
    base = _decimal(match["significand"], decimal_comma)
    exponent = match["ten"] or match["e"]
    if exponent is not None:
        return base * _power(10.0, int(exponent)), ()
    if match["power"] is not None:
        return _power(base, int(match["power"])), ()
    if match["below"] is not None:
        below = _decimal(match["below"], decimal_comma)
        return (base / below if below else 0.0), (base, below)
    groups = re.split(r"[ ']", match["significand"])
    return base, tuple(float(group) for group in groups) if len(groups) > 1 else ()


def _decimal(significand: str, decimal_comma: bool) -> float:
    digits = re.sub(r"[ ']", "", significand)
    if not decimal_comma and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif decimal_comma and _DOTTED.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif "," in digits or digits.count(".") > 1:
        whole, comma, fraction = digits.partition(",")
        digits = whole.replace(".", "") + ("." + fraction if comma else "")
    return float(digits)


def _power(base: float, exponent: int) -> float:
    """Exact where a float can be; beyond, a value that still differs from its neighbours'."""
    try:
        return float(base**exponent)
    except (OverflowError, ZeroDivisionError):
        return 1e300 * exponent
