"""The room's three functions: LaTeX in, readable text out."""

from __future__ import annotations

import html
import re
from html.entities import html5

from bot.tex.layout import Layout
from bot.tex.notation import Html, PlainText
from bot.tex.parser import parse

_TEXT = Layout(PlainText())
_HTML = Layout(Html())

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ENTITY = re.compile(r"\\?(&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});)")
_ESCAPED_AT_MOST = 3
"""R&amp;amp;D: an entity of an entity, by each program that escaped what was escaped."""
_SPLIT_ERRORS = re.compile(r"([\^_]\{\s*[+\-−]\s*[\d.]+\s*\})\$ ?\$(?=[\^_]\{\s*[+\-−]\s*[\d.]+\s*\})")
_MARK_OVER_POINT = re.compile(
    r"(?<=\d)(\$?)(?:\.|\\rlap\{\.\})(?:\\!)*(\^\{?\s*(?:\\prime\s*\\prime|''|\\prime|\\circ)\s*\}?|'')(\$?)(?=\d)"
)
_ESCAPED_TWICE = re.compile(r"(?<=[A-Za-z])\\\\(?=[\"'^`~]\{?[A-Za-z])")
_SPACES = re.compile("[ \t\n\r\f\v\x85\xa0\u2000-\u200a\u2028\u2029\u202f\u205f]+")


def to_text(latex: str) -> str:
    """``latex`` as Unicode text: ``$\\text{PdTe}_{1-x}$`` is ``PdTe₁₋ₓ``. White space is collapsed.

    Scripts without Unicode characters keep ``^`` and ``_``: ``T_c``, ``x^(1/2)``. The result is not escaped
    for anything.
    """
    return _collapsed(_TEXT.prose(parse(_cleaned(latex))))


def to_html(latex: str) -> str:
    """``latex`` as HTML of ``sub``, ``sup``, ``em``, ``strong`` and ``code``, for use between tags.

    Safe for any input: ``&``, ``<`` and ``>`` of the text are escaped, and no attribute is ever written.
    Quotes are not escaped, so the result doesn't belong into an attribute.
    """
    return _collapsed(_HTML.prose(parse(_cleaned(latex))))


def _cleaned(latex: str) -> str:
    """Without control characters, and with what some abstracts were submitted with undone: HTML entities
    (``&#177;``), accents escaped twice (``It\\\\^o``), errors in two formulas (``$^{+1}$$_{-2}$``), a mark set over
    the point of a number (``2.\\!\\!^{\\prime\\prime}7``), which stands before it in a line."""
    text = _UNPRINTABLE.sub("", latex)
    if "&" in text and ";" in text:
        for _ in range(_ESCAPED_AT_MOST):
            text, count = _ENTITY.subn(_entity, text)
            if not count:
                break
        text = _UNPRINTABLE.sub("", text)
    if "$" in text:
        if "$_{" in text or "$^{" in text:
            text = _SPLIT_ERRORS.sub(r"\1", text)
        if "prime" in text or "''" in text:
            text = _MARK_OVER_POINT.sub(r"\1\2.\3", text)
    return _ESCAPED_TWICE.sub(r"\\", text)


def _entity(match: re.Match[str]) -> str:
    is_named = match[1][1] != "#"
    return match[0] if is_named and match[1][1:] not in html5 else html.unescape(match[1])


def _collapsed(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")
