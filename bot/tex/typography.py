"""Running text between commands: TeX's ligatures for quotes and dashes, and its tie.

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
_NUMBER = re.compile(r"\s?\\?\$?\.?\d")
_DIGITS = re.compile(r"\.?\d")
_IN_A_WORD = re.compile(r"[\w\\}\"'.].")
_ARTICLES = ("a", "à")


def typeset(text: str) -> str:
    """``text`` with ````x''`` as “x”, `` `x' `` as ‘x’, ``--`` as – and ``---`` as —."""
    if not _SIGNS.search(text):
        return text
    text = _DOUBLE.sub(r"“\1”", text)
    text = _SINGLE.sub(r"‘\1’", text)
    text = _OPENING.sub("“", text)
    text = _LONE_DOUBLE.sub("“", text).replace("''", "”")
    return _DASHES.sub(_dash, text)


def is_tilde(text: str, position: int) -> bool:
    """Whether the ``~`` there is meant as one: ``~5``, ``(~5 nm)``, ``z~2``, ``10~12``, ``~user``.

    Else it is TeX's tie, a space: ``Fig.~1``, ``5~nm``, ``a~3D map``.
    """
    before, after = text[max(position - 2, 0) : position], text[position + 1 : position + 2]
    last = before[-1:]
    if not last.strip() or last in "/([":
        return bool(after.strip() and after != "\\") or bool(_NUMBER.match(text, position + 1))
    if not _DIGITS.match(text, position + 1):
        return False
    if last in "%=<>":
        return before[:-1] != "~"
    return last.isdigit() or (last.isalpha() and last not in _ARTICLES and not _IN_A_WORD.match(before))


def _dash(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    is_option = len(match[1]) == 2 and before.isspace() and after.isalpha() and after.isascii()
    if before in ("<", "!") or after == ">" or is_option:
        return match[0]
    return "–" if len(match[1]) == 2 else "—"
