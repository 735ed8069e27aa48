"""Chemical formulas as ``\\ce{…}`` takes them (mhchem's manual, sections 1 and 2): its common part.

Stoichiometric digits go down, charges go up, arrows become arrows; ``^``, ``_``, braces and ``$…$`` are
kept for what they say. Nothing is checked: what is no formula comes out as it went in.
"""

from __future__ import annotations

import re

from bot.tex.tree import Face, Kind, Node, Row, Script, Space, Style, Symbol, Text

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
_COMMANDS = {"cdot": "·", "times": "×", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "pm": "±"}
_BONDS = {"#": "≡"}
_IGNORED = frozenset("{}$")


def chemistry(source: str) -> Row:
    """The tree of a chemical formula or reaction equation."""
    nodes: list[Node] = []
    after_species = False
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup or "other", token[0]
        if kind in ("arrow", "above"):
            arrow = Symbol(_ARROWS[token["arrow"]], Kind.RELATION)
            above = token["above"]
            nodes.append(Script(arrow, sup=chemistry(above)) if above else arrow)
        elif kind in ("up", "charge"):
            _attach(nodes, sup=_plain(token[kind]))
        elif kind in ("down", "digit"):
            _attach(nodes, sub=_plain(token[kind]))
        elif kind == "number" and after_species:
            _attach(nodes, sub=_plain(text))
        elif kind == "sign":
            nodes_follow = source[token.end() : token.end() + 1].strip(" )]}")
            if after_species and not nodes_follow:
                _attach(nodes, sup=_plain(text))
            else:
                nodes.append(Symbol(text, Kind.BINARY, spaced=not after_species))
        elif kind == "space":
            nodes.append(Space())
        elif kind == "dot":
            nodes.append(Symbol("·", Kind.BINARY))
        elif kind == "command":
            nodes.append(Text(_COMMANDS.get(token["command"], token["command"])))
        elif text not in _IGNORED:
            nodes.append(Text(_BONDS.get(text, text)))
        after_species = kind in ("word", "digit", "down") or text in (")", "]")
        after_species |= kind == "number" and bool(nodes) and isinstance(nodes[-1], Script)
    return (Style(Face.ROMAN, tuple(nodes)),)


def _plain(text: str) -> Row:
    return (Text(text),)


def _attach(nodes: list[Node], sub: Row = (), sup: Row = ()) -> None:
    last = nodes[-1] if nodes and not isinstance(nodes[-1], Space) else None
    if isinstance(last, Script) and not (last.sub if sub else last.sup):
        nodes[-1] = Script(last.base, sub or last.sub, sup or last.sup)
    elif last is not None:
        nodes[-1] = Script(last, sub, sup)
    else:
        nodes.append(Script(None, sub, sup))
