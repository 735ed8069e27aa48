"""Running text between commands: TeX's ligatures for quotes and dashes.

Only what cannot be anything else is changed: ``--flag``, ``<!--``, Markdown's ```code``` and apostrophes
stay as they are.
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"``|''|`|--")
_DASHES = re.compile(r"(?<!-)(-{2,3})(?!-)")
_DOUBLE = re.compile(r"(?<!`)``(?!`)([^`\"]{1,400}?)(?:''|\")")
_LONE_DOUBLE = re.compile(r"(?<!`)``(?!`)(?![^`]{1,200}``)")
_SINGLE = re.compile(r"(?<![`\w])`(?!`)([^`']{1,200}(?:'\w[^`']{0,200}){0,3})'(?![\w'])")
_OPENING = re.compile(r"(?:(?<=[\s(\[])|^)''(?=\w)")


def typeset(text: str) -> str:
    """``text`` with ````x''`` as “x”, `` `x' `` as ‘x’, ``--`` as – and ``---`` as —."""
    if not _SIGNS.search(text):
        return text
    text = _DOUBLE.sub(r"“\1”", text)
    text = _SINGLE.sub(r"‘\1’", text)
    text = _OPENING.sub("“", text)
    text = _LONE_DOUBLE.sub("“", text).replace("''", "”")
    return _DASHES.sub(_dash, text)


def _dash(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    is_option = len(match[1]) == 2 and before.isspace() and after.isalpha() and after.isascii()
    if before in ("<", "!") or after == ">" or is_option:
        return match[0]
    return "–" if len(match[1]) == 2 else "—"
