"""Accents: a combining character on the letters it belongs to."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.tex.tree import AtomKind, Group, Node, Prose, Row, Scripts, Space, Style, Symbol, Text

GRAVE, ACUTE, CIRCUMFLEX, TILDE = "\u0300", "\u0301", "\u0302", "\u0303"
MACRON, OVERLINE, BREVE, DOT, DIAERESIS = "\u0304", "\u0305", "\u0306", "\u0307", "\u0308"
RING, DOUBLE_ACUTE, CARON, DOT_BELOW, CEDILLA = "\u030a", "\u030b", "\u030c", "\u0323", "\u0327"
OGONEK, MACRON_BELOW, LOW_LINE, TIE, ARROW = "\u0328", "\u0331", "\u0332", "\u0361", "\u20d7"
LEFT_ARROW, BOTH_ARROWS, THREE_DOTS, FOUR_DOTS, SLASH = "\u20d6", "\u20e1", "\u20db", "\u20dc", "\u0338"

TEXT_ACCENTS = {
    "`": GRAVE, "'": ACUTE, "^": CIRCUMFLEX, "~": TILDE, '"': DIAERESIS, "=": MACRON, ".": DOT,
    "u": BREVE, "v": CARON, "H": DOUBLE_ACUTE, "r": RING, "c": CEDILLA, "k": OGONEK,
    "d": DOT_BELOW, "b": MACRON_BELOW, "t": TIE,
}  # fmt: skip
"""The accents of running text; those named by a sign are taken in formulas too."""

MATH_ACCENTS = {
    "hat": CIRCUMFLEX, "widehat": CIRCUMFLEX, "tilde": TILDE, "widetilde": TILDE, "bar": MACRON,
    "overline": OVERLINE, "vec": ARROW, "overrightarrow": ARROW, "overleftarrow": LEFT_ARROW,
    "overleftrightarrow": BOTH_ARROWS, "dot": DOT, "ddot": DIAERESIS, "dddot": THREE_DOTS,
    "ddddot": FOUR_DOTS, "check": CARON, "widecheck": CARON, "breve": BREVE, "acute": ACUTE, "grave": GRAVE,
    "mathring": RING, "ring": RING, "underline": LOW_LINE, "underbar": LOW_LINE,
    "Hat": CIRCUMFLEX, "Tilde": TILDE, "Bar": MACRON, "Vec": ARROW, "Dot": DOT, "Ddot": DIAERESIS,
}  # fmt: skip

_DOTLESS = {"ı": "i", "ȷ": "j"}
_STANDALONE = {
    CIRCUMFLEX: "ˆ", TILDE: "˜", MACRON: "‾", OVERLINE: "‾", CARON: "ˇ", BREVE: "˘", DOT: "˙", DIAERESIS: "¨",
    GRAVE: "ˋ", ACUTE: "ˊ", RING: "˚", ARROW: "→", LEFT_ARROW: "←", BOTH_ARROWS: "↔", LOW_LINE: "",
}  # fmt: skip
_REPEATED = frozenset([OVERLINE, SLASH])
_LAST = frozenset([ARROW])
_LONGEST_WORD = 6


def accented(text: str, mark: str) -> str:
    """``text`` with ``mark`` on its first letter; a bar runs over all of them, an arrow ends on the last.

    An underline under several letters is left out: it stresses, it doesn't distinguish.
    """
    if not text or (mark == LOW_LINE and len(text) > 1):
        return text
    if mark == OVERLINE and len(text) == 1:
        mark = MACRON
    if mark in _REPEATED:
        return "".join(char if char.isspace() else _compose(char, mark) for char in text)
    if mark in _LAST:
        return text[:-1] + _compose(text[-1], mark)
    head = 1
    while head < len(text) and unicodedata.combining(text[head]):
        head += 1
    return _compose(text[:head], mark) + text[head:]


def _compose(char: str, mark: str) -> str:
    return unicodedata.normalize("NFC", _DOTLESS.get(char, char) + mark)


def accent(mark: str, body: Row) -> Row | None:
    """``body`` with ``mark`` on its letters, or None when it is more than one letter or word."""
    letters = [node for node in body if not isinstance(node, Space)]
    if len(letters) != 1:
        return None
    node = letters[0]
    if isinstance(node, Text | Symbol) and len(node.text) <= _LONGEST_WORD:
        is_word = not isinstance(node, Symbol) or node.kind in (
            AtomKind.ORDINARY,
            AtomKind.RELATION,
            AtomKind.OPERATOR,
        )
        return (replace(node, text=accented(node.text, mark)),) if is_word or len(node.text) == 1 else None
    if isinstance(node, Style | Group | Prose):
        inner = accent(mark, node.body)
        return (replace(node, body=inner),) if inner is not None else None
    if isinstance(node, Scripts) and node.base is not None:
        base = accent(mark, (node.base,))
        return (replace(node, base=base[0]),) if base else None
    return None


def standalone(mark: str) -> str:
    """The accent as a character of its own, to stand behind a parenthesis."""
    return _STANDALONE.get(mark, "")


def accent_prose(body: Row, mark: str) -> Row:
    """The accents of running text: on the first letter of whatever the argument is."""
    if not body:
        return (Text({CIRCUMFLEX: "^", TILDE: "~", ACUTE: "'", GRAVE: "`"}.get(mark, "")),)
    first: Node = body[0]
    if isinstance(first, Text | Symbol):
        return (replace(first, text=accented(first.text, mark)), *body[1:])
    if isinstance(first, Style | Group | Prose | Scripts):
        inner = accent(mark, (first,))
        return (*(inner or (first,)), *body[1:])
    return body
