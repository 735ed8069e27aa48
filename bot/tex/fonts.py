"""Fonts of a formula's letters.

Only the double-struck letters become characters of their own: ℝ is how the set is written everywhere.
Scripts, fraktur, sans and typewriter letters stay plain: their Unicode forms are missing from many fonts,
are read out letter by letter as "mathematical script capital L", and are found by no search for "L".
Bold is a face, shown where a face can be.
"""

from __future__ import annotations

from dataclasses import replace

from bot.tex.tree import Face, Group, Node, Prose, Row, Scripts, Style, Symbol, Text

_IRREGULAR = {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ", "k": "𝕜"}
_DOUBLE_STRUCK = {
    **{chr(ord("A") + offset): chr(0x1D538 + offset) for offset in range(26)},
    **{str(digit): chr(0x1D7D8 + digit) for digit in range(10)},
    **_IRREGULAR,
}

DECLARATIONS: dict[str, Face | None] = {
    "rm": Face.ROMAN, "rmfamily": Face.ROMAN, "roman": Face.ROMAN, "sf": Face.ROMAN, "sffamily": Face.ROMAN,
    "sc": Face.ROMAN, "scshape": Face.ROMAN, "normalfont": Face.ROMAN, "upshape": Face.ROMAN,
    "normalcolor": None, "mdseries": None,
    "it": Face.EMPHASIS, "em": Face.EMPHASIS, "sl": Face.EMPHASIS, "itshape": Face.EMPHASIS,
    "slshape": Face.EMPHASIS,
    "bf": Face.STRONG, "bfseries": Face.STRONG, "boldmath": Face.STRONG,
    "tt": Face.CODE, "ttfamily": Face.CODE,
    "cal": None, "mit": None, "unboldmath": None,
}  # fmt: skip
"""Commands that change the face from where they stand to the end of their group."""


def double_struck(body: Row) -> Row:
    """The letters and digits of ``body`` that have a double-struck character, changed to it."""
    return tuple(_double_struck(node) for node in body)


def _double_struck(node: Node) -> Node:
    match node:
        case Text(text) | Symbol(text):
            return replace(node, text="".join(_DOUBLE_STRUCK.get(char, char) for char in text))
        case Group(body) | Style(_, body) | Prose(body):
            return replace(node, body=double_struck(body))
        case Scripts(base) if base is not None:
            return replace(node, base=_double_struck(base))
        case _:
            return node
