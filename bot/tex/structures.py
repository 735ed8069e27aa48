"""Commands that build something of their arguments: fractions, roots, brackets, arrows, operators."""

from __future__ import annotations

from bot.tex.accents import SLASH, accent
from bot.tex.environments import tabulated
from bot.tex.reader import Cursor, Handler, SourceReader
from bot.tex.symbols import CHARACTERS, NEGATED, SYMBOLS
from bot.tex.tree import AtomKind, Fraction, Group, Node, Root, Row, Scripts, Space, Symbol, Text

_COMMA = Symbol(",", AtomKind.PUNCTUATION, spaced=True)
_SEMICOLON = Symbol(";", AtomKind.PUNCTUATION, spaced=True)


def spaces_kept(row: Row) -> Row:
    """Words set upright keep the spaces between them, which TeX would drop."""
    return tuple(Space() if isinstance(node, Space) else node for node in row)


def fenced(left: str, body: Row, right: str) -> Row:
    """``body`` between two delimiters, as one atom."""
    return (Group((Symbol(left, AtomKind.OPEN), *body, Symbol(right, AtomKind.CLOSE))),)


def binomial(upper: Row, lower: Row) -> Row:
    """``(n choose k)``."""
    return fenced("(", (Group(upper), Text(" choose "), Group(lower)), ")")


# --- fractions and roots ------------------------------------------------------------------------


def _fraction(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Fraction(reader.math_argument(cursor), reader.math_argument(cursor)),)


def _general_fraction(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    left, right = reader.raw_argument(cursor), reader.raw_argument(cursor)
    reader.raw_argument(cursor)
    reader.raw_argument(cursor)
    fraction = Fraction(reader.math_argument(cursor), reader.math_argument(cursor))
    return fenced(left, (fraction,), right) if left else (fraction,)


def _root(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    index = reader.option(cursor)
    return (Root(reader.math_argument(cursor), (Text(index),) if index else ()),)


def _binomial(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return binomial(reader.math_argument(cursor), reader.math_argument(cursor))


def _derivative(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    """``\\dv{f}{x}`` and ``\\pdv[2]{f}{x}`` of the physics package (its manual, section 2.4)."""
    sign = Symbol("∂" if name.startswith("p") else "d")
    order = reader.option(cursor)
    power = (Text(order),) if order else ()
    first = reader.math_argument(cursor)
    above: Node = Scripts(sign, sup=power) if power else sign
    if not reader.has_argument(cursor):
        return (Fraction((above,), (sign, *first)),)
    by = reader.math_argument(cursor)
    below: Row = (sign, Scripts(Group(by), sup=power)) if power else (sign, *by)
    return (Fraction((above, *first), below),)


# --- brackets -------------------------------------------------------------------------------------

_FENCES = {
    "abs": ("|", "|"), "norm": ("‖", "‖"), "set": ("{", "}"), "ceil": ("⌈", "⌉"), "floor": ("⌊", "⌋"),
    "bra": ("⟨", "|"), "ket": ("|", "⟩"), "braket": ("⟨", "⟩"), "expval": ("⟨", "⟩"), "ev": ("⟨", "⟩"),
    "Bra": ("⟨", "|"), "Ket": ("|", "⟩"), "Braket": ("⟨", "⟩"), "inner": ("⟨", "⟩"), "ip": ("⟨", "⟩"),
    "innerproduct": ("⟨", "⟩"), "paren": ("(", ")"), "parens": ("(", ")"), "bracket": ("[", "]"),
    "brackets": ("[", "]"), "comm": ("[", "]"), "acomm": ("{", "}"), "order": ("O(", ")"),
}  # fmt: skip
_TWO_SIDED = frozenset(["comm", "acomm", "inner", "ip", "innerproduct"])


def _fence(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    name = name.rstrip("*")
    left, right = _FENCES[name]
    if not reader.has_argument(cursor):
        return (Text(name),)
    body = reader.math_argument(cursor)
    if name in _TWO_SIDED and reader.has_argument(cursor):
        body = (*body, _COMMA, *reader.math_argument(cursor))
    return fenced(left, body, right)


def _ketbra(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    ket = reader.math_argument(cursor)
    bra = reader.math_argument(cursor) if reader.has_argument(cursor) else ket
    return (*fenced("|", ket, "⟩"), *fenced("⟨", bra, "|"))


def _braced(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """``\\underbrace{a+\\dots+a}_n``: the label belongs to all of it, so it gets parentheses."""
    body = reader.math_argument(cursor)
    is_labelled = reader.source[cursor.position : cursor.position + 1] in ("_", "^")
    return fenced("(", body, ")") if is_labelled and len(body) > 1 else (Group(body),)


_SIZES = ("big", "Big", "bigg", "Bigg")
_SIDES = {"left": AtomKind.OPEN, "right": AtomKind.CLOSE, "middle": AtomKind.RELATION}
_SIDES |= {size + "l": AtomKind.OPEN for size in _SIZES} | {size + "r": AtomKind.CLOSE for size in _SIZES}


def _delimiter(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    """``\\left(``, ``\\bigr|``: the delimiter, its side known; a dot is no delimiter at all."""
    delimiter = _next_delimiter(reader, cursor)
    if delimiter is None or (delimiter.text == "." and name in ("left", "right", "middle")):
        return ()
    return (Symbol(delimiter.text, _SIDES.get(name, delimiter.kind)),)


def _next_delimiter(reader: SourceReader, cursor: Cursor) -> Symbol | None:
    reader.skip_space(cursor)
    if not cursor.has_more:
        return None
    text = reader.source[cursor.position]
    if text == "\\":
        ahead = Cursor(cursor.position, cursor.end)
        named = SYMBOLS.get(reader.name(ahead))
        cursor.position = ahead.position if named else cursor.position
        return named
    if text in "{}$^_&":
        return None
    cursor.position += 1
    text = {"<": "⟨", ">": "⟩"}.get(text, text)
    return CHARACTERS.get(text) or Symbol(text)


# --- operators, relations, arrows -------------------------------------------------------------------

_CLASSES = {
    "operatorname": AtomKind.OPERATOR, "operatorname*": AtomKind.OPERATOR, "operatornamewithlimits": AtomKind.OPERATOR,
    "mathop": AtomKind.OPERATOR, "mathrel": AtomKind.RELATION, "mathbin": AtomKind.BINARY, "mathopen": AtomKind.OPEN,
    "mathclose": AtomKind.CLOSE, "mathpunct": AtomKind.PUNCTUATION,
}  # fmt: skip
_ARROWS = {
    "xrightarrow": "→", "xleftarrow": "←", "xleftrightarrow": "↔", "xmapsto": "↦", "xhookrightarrow": "↪",
    "xRightarrow": "⇒", "xlongequal": "=", "xrightharpoonup": "⇀", "xtwoheadrightarrow": "↠",
    "xhookleftarrow": "↩", "xLeftarrow": "⇐", "xLeftrightarrow": "⇔",
}  # fmt: skip


def _classed(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    return (Group(spaces_kept(reader.math_argument(cursor)), _CLASSES[name]),)


def _negated(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    body = reader.math_argument(cursor)
    first = body[0] if body else None
    if not isinstance(first, Symbol):
        return body
    if first.text in NEGATED:
        return (Symbol(NEGATED[first.text], first.kind), *body[1:])
    return (*(accent(SLASH, (first,)) or (first,)), *body[1:])


def _set_over(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    mark, body = reader.math_argument(cursor), reader.math_argument(cursor)
    base: Node = body[0] if len(body) == 1 else Group(body)
    return (Scripts(base, sub=mark) if name == "underset" else Scripts(base, sup=mark),)


def _before(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """mathtools' ``\\prescript{14}{6}{C}``."""
    sup, sub = reader.math_argument(cursor), reader.math_argument(cursor)
    return (Scripts(Symbol(""), sub, sup), *reader.math_argument(cursor))


def _long_arrow(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    below = reader.option(cursor)
    above = reader.math_argument(cursor)
    arrow = Symbol(_ARROWS[name], AtomKind.RELATION)
    return (Scripts(arrow, (Text(below),) if below else (), above) if above or below else arrow,)


def _modulo(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    word = Symbol("mod", AtomKind.OPERATOR)
    if name not in ("pmod", "pod"):
        return (Space(), word, Space())
    body = reader.math_argument(cursor)
    return (Space(), *fenced("(", (word, *body) if name == "pmod" else body, ")"))


# --- rows within a formula ----------------------------------------------------------------------------


def _stacked(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """``\\substack{a\\\\b}`` as ``a, b``."""
    region = reader.braced(cursor)
    if region is None:
        return ()
    rows = tabulated(reader, region.body_start, region.body_end, "substack")
    return tuple(_COMMA if node == _SEMICOLON else node for node in rows)


def _old_table(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    """Plain TeX's ``\\cases{…}`` and ``\\pmatrix{…}``."""
    region = reader.braced(cursor)
    return () if region is None else tabulated(reader, region.body_start, region.body_end, name)


STRUCTURES: dict[str, Handler] = {
    **dict.fromkeys(["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"], _fraction),
    "genfrac": _general_fraction,
    "sqrt": _root,
    **dict.fromkeys(["binom", "tbinom", "dbinom"], _binomial),
    **dict.fromkeys(["dv", "pdv", "odv", "derivative", "pderivative"], _derivative),
    **dict.fromkeys([*_FENCES, "abs*", "norm*", "set*"], _fence),
    **dict.fromkeys(["ketbra", "dyad", "outerproduct"], _ketbra),
    **dict.fromkeys(["overbrace", "underbrace", "overbracket", "underbracket"], _braced),
    **dict.fromkeys([*_SIDES, *_SIZES, *(size + "m" for size in _SIZES)], _delimiter),
    **dict.fromkeys(_CLASSES, _classed),
    "not": _negated,
    **dict.fromkeys(["stackrel", "overset", "underset"], _set_over),
    "prescript": _before,
    **dict.fromkeys(_ARROWS, _long_arrow),
    **dict.fromkeys(["pmod", "pod", "bmod", "mod"], _modulo),
    "substack": _stacked,
    **dict.fromkeys(["cases", "matrix", "pmatrix", "bmatrix", "eqalign"], _old_table),
}
"""What these commands do, by name."""
