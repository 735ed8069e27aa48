"""Chemical formulas as ``\\ce{…}`` takes them (mhchem's manual, sections 1 and 2): its common part.

Stoichiometric digits go down, charges go up, arrows become arrows; ``^``, ``_``, braces and ``$…$`` are
kept for what they say. Nothing is checked: what is no formula comes out as it went in.
"""

from __future__ import annotations

import re

from bot.tex.symbols import SYMBOLS
from bot.tex.tree import AtomKind, Face, Node, Row, Scripts, Space, Style, Symbol, Text

_ARROWS = {
    "<=>>": "⇌", "<<=>": "⇌", "<=>": "⇌", "<-->": "⇄", "<->": "↔", "->": "→", "<-": "←", "→": "→", "⇌": "⇌",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-|[→⇌])(?:\[(?P<above>[^\[\]]{0,80})\])?"
    r"|\^\{(?P<up>[^{}]*)\}|\^(?P<charge>\d*[+\-]|\d+|[A-Za-z.*])|_\{(?P<down>[^{}]*)\}|_(?P<digit>\d+|[A-Za-z])"
    r"|(?P<word>[A-Za-z]+)|(?P<number>\d+(?:[./]\d+)?)|(?P<sign>[+\-])|(?P<dot>[.*])"
    r"|(?P<space>[\s~]+)|\\(?P<command>[A-Za-z]+|.)|(?P<other>.)",
    re.DOTALL,
)
_BONDS = {"#": "≡"}
_IGNORED = frozenset("{}$")


def chemistry(source: str) -> Row:
    """The tree of a chemical formula or reaction equation."""
    nodes: list[Node] = []
    after_species = False
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup
        ends_species = source[token.end() : token.end() + 1] in ("", " ", ")", "]", "}")
        if kind in ("down", "digit") or (kind == "number" and after_species):
            _attach(nodes, sub=(Text(token[kind]),))
        elif kind in ("up", "charge") or (kind == "sign" and after_species and ends_species):
            _attach(nodes, sup=(Text(token[kind]),))
        else:
            nodes.extend(_node(token, after_species))
        after_species = kind in ("word", "digit", "down") or token[0] in (")", "]")
        after_species |= kind == "number" and bool(nodes) and isinstance(nodes[-1], Scripts)
    return (Style(Face.ROMAN, tuple(nodes)),)


def _node(token: re.Match[str], after_species: bool) -> Row:
    text = token[0]
    match token.lastgroup:
        case "arrow" | "above":
            arrow, above = Symbol(_ARROWS[token["arrow"]], AtomKind.RELATION), token["above"]
            return (Scripts(arrow, sup=chemistry(above)) if above else arrow,)
        case "sign":
            return (Symbol(text, AtomKind.BINARY, spaced=not after_species),)
        case "dot":
            return (Symbol("·", AtomKind.BINARY),)
        case "space":
            return (Space(),)
        case "command":
            name = token["command"]
            return (Text(SYMBOLS[name].text if name in SYMBOLS else name),)
        case _:
            return () if text in _IGNORED else (Text(_BONDS.get(text, text)),)


def _attach(nodes: list[Node], sub: Row = (), sup: Row = ()) -> None:
    last = nodes[-1] if nodes else None
    if isinstance(last, Scripts) and not (last.sub if sub else last.sup):
        nodes[-1] = Scripts(last.base, sub or last.sub, sup or last.sup)
    elif last is None or isinstance(last, Space | Scripts):
        nodes.append(Scripts(None, sub, sup))
    else:
        nodes[-1] = Scripts(last, sub, sup)
