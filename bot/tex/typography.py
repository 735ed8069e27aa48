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
_SIGNED = re.compile(r"[+\-−]\s?\.?\d")
_QUANTITY = re.compile(
    r"(?:\w_[\w.]+|[A-Za-z]\([^()\s]{1,24}\)|[|*])\Z"
    r"|(?<![A-Za-z\\])(?:redshifts?|s?SFR|SNR|FWHM|EW|RMS|rms|[Aa]lpha|[Bb]eta|[Gg]amma|[Dd]elta|[Ee]psilon|[Ee]ta|[Tt]heta"
    r"|[Kk]appa|[Ll]ambda|[Mm]u|[Nn]u|[Xx]i|[Pp]i|[Rr]ho|[Ss]igma|[Tt]au|[Pp]hi|[Cc]hi|[Pp]si|[Oo]mega)\Z"
)
_LINKING_WORD = re.compile(r"(?<![^\s(])(?:of|at|to|by|in|on|is|are|was|and|or|from|than|with|for|a|the)\Z")
_REFERENCE = re.compile(
    r"(?<![A-Za-z])(?:(?:[Ff]igs?|[Ee]qs?|[Ss]ecs?|[Rr]efs?|Tabs?|Nos?|Chaps?|Thms?|Props?|Cors?|Apps?|Defs?)\."
    r"|[Ff]igures?|[Ee]quations?|[Ss]ections?|[Tt]ables?|[Rr]efs?|Theorems?|Lemmas?|Propositions?|Chapters?)\s?\Z"
)
_LETTER = (
    r"(?:[A-Za-z]|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma|tau"
    r"|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|ell))(?:_(?:\{[^${}]{1,24}\}|\w))?"
)
_LONE_QUANTITY = re.compile(rf"(?<!\\)\$\s?{_LETTER}\$\Z")
_BEGUN_QUANTITY = re.compile(rf"(?<!\\)\$\s?{_LETTER}\s?\Z")
_OPENED = re.compile(r"(?:^|[\s(])\$\Z")
_MESSIER = re.compile(
    r"(?<![A-Za-z])M~(?:3[123]|42|51|67|8[1-7]|10[146]|110)(?![\w^%]|\.\d|[\s~]?(?:[\\$]|M|[GTkm]?eV))"
)
_POWER_OF_TEN = re.compile(r"10\s?\$?\^")
_SHORT_NAME = re.compile(r"(?<![A-Za-z])(?:[A-Z][A-Za-z]{1,5}|[A-Z][a-z]?eff|ell)\Z")
_CITED = re.compile(r"\[|\((?!\.?\d(?!\d{3}\b)|[^()]{1,40}\)\s?[\^/*])|\\|\Z")
_SECOND_DERIVATIVE = re.compile(r"(?<=(?<![A-Za-z])[A-Za-z])''(?=\()")
_ARCSECONDS = re.compile(r"(?<=\d)''(?:(?![\w'])|(?=[x×]\s?\d))")


_LOOK_BACK = 400


def typeset(text: str, source: str = "", start: int = 0) -> str:
    """``text`` with ````x''`` as “x”, `` `x' `` as ‘x’, ``--`` as –, ``---`` as — and ``2.7''`` as 2.7″.

    It stands at ``start`` in ``source``, where a quotation may have begun before it.
    """
    if not _SIGNS.search(text):
        return text
    text = _DOUBLE.sub(r"“\1”", text)
    text = _SINGLE.sub(r"‘\1’", text)
    text = _OPENING.sub("“", text)
    text = _SECOND_DERIVATIVE.sub("″", text)
    text = _LONE_DOUBLE.sub("“", text)
    if "''" in text:
        before = source[max(start - _LOOK_BACK, 0) : start]
        text = _ARCSECONDS.sub(lambda match: _closing(before, text, match.start()), text).replace("''", "”")
    return _DASHES.sub(_dash, text)


def _closing(before: str, text: str, position: int) -> str:
    """What two apostrophes behind a digit are: the end of a quotation that is still open, or arcseconds."""
    opened = before.rfind("``") > before.rfind("''") or text.rfind("“", 0, position) >= 0
    closed = text.rfind("”", 0, position) > text.rfind("“", 0, position)
    return "”" if opened and not closed else "″"


def is_tilde(text: str, position: int) -> bool:
    """Whether the ``~`` there is meant as one: ``~5``, ``(~5 nm)``, ``z~2``, ``10~12``, ``M ~ -20``, ``~user``.

    Else it is TeX's tie, a space: ``Fig.~1``, ``5~nm``, ``a~3D map``, ``NGC~7582``. Between a word and a
    number only the word can tell: one with an index (``m_pi``), a Greek letter's name, a measured quantity.
    """
    before, after = text[max(position - 2, 0) : position], text[position + 1 : position + 2]
    last = before[-1:]
    if not last.strip() or last in "/([":
        if last.strip() != last and _REFERENCE.search(text[max(position - 16, 0) : position]):
            return False
        if after.strip() and after != "\\":
            return True
        return bool(_NUMBER.match(text, position + 1)) or _stands_between(text, position)
    is_signed = bool(_SIGNED.match(text, position + 1))
    if is_signed or after == "|":
        word = text[max(position - 24, 0) : position]
        return after == "|" or last.isdigit() or not _LINKING_WORD.search(word)
    if last == "$" and _NUMBER.match(text, position + 1):
        return bool(_LONE_QUANTITY.search(text[max(position - 48, 0) : position]))
    if not _DIGITS.match(text, position + 1):
        return False
    if last in "%=<>":
        return before[:-1] != "~"
    if last == "M" and _MESSIER.match(text, position - 1):
        return False
    if last.isdigit() or (last.isalpha() and last not in _ARTICLES and not _IN_A_WORD.match(before)):
        return True
    word = text[max(position - 24, 0) : position]
    is_power = _SHORT_NAME.search(word) and (
        word.endswith(("eff", "ell")) or _POWER_OF_TEN.match(text, position + 1)
    )
    return bool(is_power or _QUANTITY.search(word))


def is_tilde_in_formula(text: str, position: int) -> bool:
    """Whether the ``~`` there, a tie in TeX, was meant as one: ``$z~2$``, and ``of $~10^5$``.

    Nobody ties a lone symbol to the number behind it, nor a formula to the space before it.
    """
    if not _NUMBER.match(text, position + 1):
        return False
    before = text[max(position - 48, 0) : position]
    return bool(_BEGUN_QUANTITY.search(before) or _OPENED.search(before))


def _stands_between(text: str, position: int) -> bool:
    """``A ~ B``: nobody ties with spaces on both sides, but before a reference."""
    left, right = text[max(position - 8, 0) : position].rstrip(), text[position + 1 : position + 64].lstrip()
    return bool(left) and not left.endswith((".", ":", ";", ",")) and not _CITED.match(right)


def _dash(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    is_option = len(match[1]) == 2 and before.isspace() and after.isalpha() and after.isascii()
    if before in ("<", "!") or after == ">" or is_option:
        return match[0]
    return "–" if len(match[1]) == 2 else "—"
