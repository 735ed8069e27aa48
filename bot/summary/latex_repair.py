r"""A model's JSON in which LaTeX was not escaped -> JSON that means what the model meant.

``"\alpha"`` is no JSON at all; worse, ``"\beta"`` is, and means a backspace and "eta". Each backslash in a
string is judged by what follows it and, where a line break or a tab would be legal too, by what stands
before it. A backslash that is escaped already is left alone, so JSON that was right stays as it was.

What can't be told apart, and how it is taken:

==================================  =====================================================
``\b`` and ``\f``                   a command: no text has a backspace or a form feed
``\n \r \t`` before letters that    a command: ``\nu``, ``\tau``, ``\rho``; also a line break
make a known command                before "u" or "eq"
``\n \r \t`` before other letters   a command inside a formula, after a space or an opening
                                    bracket, and before ``{ _ ^``; else white space
``\u`` and four hex digits          a JSON escape, as LaTeX has no such command; but ``\u0003b3`` is ``\u03b3``, and
                                    a control character before a command of the abstract its backslash
``\"`` between two letters, the     an umlaut, ``Schr\"odinger``; otherwise a quotation mark
second a vowel and not the last
``\/``                              a slash, as in JSON
==================================  =====================================================
"""

from __future__ import annotations

import re
from collections.abc import Container

_STRING = re.compile(r'"((?:[^"\\]|\\.|\\\Z)*+)("|\Z)', re.DOTALL)
_BACKSLASH = re.compile(
    r"\\\\"
    r"|\\u00(?P<code>0[0-7]|0[EeFf]|1[0-9A-Fa-f])(?P<ruined>[A-Za-z0-9]*)"
    r"|\\u[0-9A-Fa-f]{4}"
    r"|(?P<letters>\\(?P<name>[A-Za-z]+))"
    r'|(?P<umlaut>(?<=[A-Za-z])\\"(?=[aeiou][a-z]|\{[aeiou]\}))'
    r'|\\["/]'
    r"|(?P<stray>\\)"
    r"|(?P<control>[\x00-\x07\x0e-\x1f])(?P<behind>[A-Za-z0-9]*)"
    r"|(?P<raw>[\x08-\x0d])(?P<rest>[A-Za-z]*)",
    re.DOTALL,
)
_RAW_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_MAYBE_SPACE = "nrt"
_GREEK = re.compile(r"[0-9A-Fa-f]{2}")

_COMMANDS = frozenset(
    # n
    "nabla natural ncong ne nearrow neg neq newcommand newline newpage nexists ngeq ngeqslant ngtr ni "
    "nicefrac nleftarrow nleq "
    "nleqslant nless nmid nobreak nobreakdash nocite noindent nolimits nolinebreak nonumber nopagebreak norm "
    "normalfont "
    "normalsize not notag notin nparallel nprec npreceq nrightarrow nshortmid nsim nsubset nsubseteq nsucc "
    "nsucceq nsupset "
    "nsupseteq ntriangleleft ntriangleright nu num nvdash nwarrow nicematrix nolinkurl nsubseteqq nano newton "
    # r
    "raggedright raise raisebox rangle rank rbrace rbrack rceil real ref relax renewcommand restriction "
    "rfloor rgroup rho right "
    "rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons "
    "rightrightarrows "
    "rightsquigarrow rightthreetimes risingdotseq rlap rm rmfamily rmoustache root rotatebox rtimes rule "
    "rvert rVert Re radian "
    # t
    "tabular tag tan tanh tau tbinom tesla texorpdfstring text textasciicircum textasciitilde "
    "textasteriskcentered "
    "textbackslash textbf textbullet textcelsius textcite textcolor textdegree textdollar textellipsis "
    "textemdash textendash "
    "textgreater textit textless textmd textmu textnormal textohm textordfeminine textordmasculine "
    "textperthousand "
    "textpm textquotedblleft textquotedblright textquoteleft textquoteright textregistered textrm textsc "
    "textsf textsl "
    "textsterling textstyle textsubscript textsuperscript texttimes texttrademark texttt textunderscore "
    "textup textwidth tfrac "
    "thanks therefore theta thickapprox thicksim thinspace tilde times tiny to top triangle triangledown "
    "triangleleft "
    "trianglelefteq triangleq triangleright trianglerighteq tt ttfamily twoheadleftarrow twoheadrightarrow".split()
)
"""Standard names beginning with n, r or t: the letters whose escapes are white space that a text may hold."""
_OPENING = " \t({[=+-*/<>^_|,~&"
_SENTENCE_END = re.compile(r"[.:;!?][)\"'”’]*\s+$")
_REACH = 1000
"""A formula is looked for this far to either side."""
_UNDER_COMMAND = "{_^"


def repair(text: str, commands: Container[str] = frozenset()) -> str:
    """``text`` with every backslash inside its strings made a valid JSON escape.

    ``commands`` are names without backslash that the abstracts use (their authors' own macros count as
    known). Only backslashes and raw control characters inside strings change; ``text`` need not be
    valid JSON, and what is wrong otherwise stays wrong.
    """

    def mend(string: re.Match[str]) -> str:
        body = string[1]
        return '"' + _BACKSLASH.sub(lambda found: _mended(found, body, commands), body) + string[2]

    return _STRING.sub(mend, text)


def _mended(found: re.Match[str], body: str, commands: Container[str]) -> str:
    if found["name"]:
        return _judged(found["name"], found.start(), found.end(), body, commands)
    if found["code"]:
        return _ruin(found["code"], found["ruined"], commands)
    if found["control"]:
        return _ruin(f"{ord(found['control']):02x}", found["behind"], commands)
    if found["raw"]:
        return _raw(found, body, commands)
    if found["umlaut"]:
        return '\\\\\\"'
    return "\\\\" if found["stray"] else found[0]


def _raw(found: re.Match[str], body: str, commands: Container[str]) -> str:
    """A control character as such, which JSON forbids: the same question once more."""
    escape = _RAW_ESCAPES.get(found["raw"])
    if escape is None:
        return f"\\u{ord(found['raw']):04x}" + found["rest"]
    if not found["rest"]:
        return "\\" + escape
    return _judged(escape + found["rest"], found.start(), found.end(), body, commands)


def _ruin(code: str, behind: str, commands: Container[str]) -> str:
    """The control character U+00``code``, which no text has: what a model made of a command or a Greek letter."""
    if behind in commands:
        return "\\\\" + behind
    if code == "03" and _GREEK.match(behind):
        return "\\u03" + behind
    return f"\\u00{code}{behind}"


def _judged(name: str, start: int, end: int, body: str, commands: Container[str]) -> str:
    if _is_command(name, start, end, body, commands):
        return "\\\\" + name
    return "\\" + name


def _is_command(name: str, start: int, end: int, body: str, commands: Container[str]) -> bool:
    first, alone = name[0], len(name) == 1
    if first not in _MAYBE_SPACE:
        return True
    if alone:
        return body[end : end + 1] == "{"
    if name in _COMMANDS or name in commands:
        return True
    return _stands_like_command(start, end, body)


def _stands_like_command(start: int, end: int, body: str) -> bool:
    """An unknown name: by its place. After a word or a full stop it is a line break and the next word."""
    if body[end : end + 1] in _UNDER_COMMAND and end < len(body):
        return True
    before = body[max(0, start - _REACH) : start]
    if not before.strip():
        return end == len(body) or body[start:end].lstrip("\\").islower()
    if _SENTENCE_END.search(before[-8:]):
        return False
    return before[-1] in _OPENING or _in_formula(before, body[end : end + _REACH])


def _in_formula(before: str, behind: str) -> bool:
    return _dollars(before) % 2 == 1 and _dollars(behind) > 0


def _dollars(text: str) -> int:
    return len(re.findall(r"(?<!\\)\$", text))
