"""A text without what nobody sees: invisible and direction-changing characters, stray white space, bold marks.

It changes no word. Control characters are not removed but reported: they are the ruins of a command.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BOLD = re.compile(r"(?<![\w$^_*])\*\*(?=\S)([^*$]+?)(?<=\S)\*\*(?![\w*])")
_TWICE_ESCAPED = re.compile(r"\\\\(?=[A-Za-z]{2})")
_LABEL = re.compile(r"^(?:\*\*)?(?:objective|finding)s?(?:\*\*)? ?: ?(?:\*\*)? ?", re.IGNORECASE)


def visible(text: str, *, joiners: bool = False) -> str:
    """``text`` in NFC on one line, without format characters (zero width, bidi, tags).

    ``joiners`` keeps the zero-width joiners that Persian and Hindi are written with.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", _BLANK.sub("", text))
        kept = _JOINERS if joiners else ""
        text = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in kept)
    return " ".join(text.split())


def has_control_characters(text: str) -> bool:
    """Control characters other than white space, lone surrogates, unassigned or private characters."""
    if text.isascii() and text.isprintable():
        return False
    return any(unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") and c not in "\t\n\r" for c in text)


def tidy(text: str, *, joiners: bool = False) -> str:
    """One field of an answer as it may be kept: without its repeated label, bold marks and doubled escapes."""
    text = _LABEL.sub("", visible(text, joiners=joiners))
    return _TWICE_ESCAPED.sub(r"\\", _BOLD.sub(r"\1", text))
