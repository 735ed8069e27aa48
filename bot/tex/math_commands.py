"""The commands of a formula that take arguments or do something; plain symbols are in ``symbols``."""

from __future__ import annotations

import re

from bot.tex.accents import MATH_ACCENTS, SLASH, TEXT_ACCENTS, accent, accent_prose
from bot.tex.chemistry import chemistry
from bot.tex.environments import tabulated
from bot.tex.fonts import double_struck
from bot.tex.reader import Cursor, Handler, Reader
from bot.tex.symbols import NEGATED, SPACES, SYMBOLS
from bot.tex.tree import (
    Accent,
    Face,
    Fraction,
    Group,
    Kind,
    Node,
    Prose,
    Root,
    Row,
    Script,
    Space,
    Style,
    Symbol,
    Text,
)
from bot.tex.units import angle, number, quantity, unit

_DIMENSION = re.compile(r"\s*=?\s*-?\s*[\d.]+\s*(?:true)?\s*[a-z]{2}(?:\s+(?:plus|minus)\s*[\d.]+\s*[a-z]+)*")
_CODE_POINT = re.compile(r"\s*(?:x|0x|U\+|\")?([0-9A-Fa-f]{2,6})\s*$")
_SIZES = "big Big bigg Bigg"

_COMMA = Symbol(",", Kind.PUNCTUATION, spaced=True)


# --- arguments as they are ---------------------------------------------------------------------


def _transparent(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Group(reader.math_argument(cursor)),)


def _braced(reader: Reader, cursor: Cursor, _: str) -> Row:
    """``\\underbrace{a+\\dots+a}_n``: the label belongs to all of it, so it gets parentheses."""
    body = reader.math_argument(cursor)
    is_labelled = reader.source[cursor.position : cursor.position + 1] in ("_", "^")
    return _fenced("(", body, ")") if is_labelled and len(body) > 1 else (Group(body),)


def _nothing(_reader: Reader, _cursor: Cursor, _name: str) -> Row:
    return ()


def _drop_argument(reader: Reader, cursor: Cursor, _: str) -> Row:
    reader.raw_argument(cursor)
    return ()


def _drop_two(reader: Reader, cursor: Cursor, _: str) -> Row:
    reader.raw_argument(cursor)
    reader.option(cursor)
    reader.raw_argument(cursor)
    return ()


def _second(reader: Reader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    reader.raw_argument(cursor)
    return (Group(reader.math_argument(cursor)),)


def _space(_reader: Reader, _cursor: Cursor, _name: str) -> Row:
    return (Space(),)


def _break(reader: Reader, cursor: Cursor, _: str) -> Row:
    if match := re.compile(r"\*?\s*\[[^\]]{0,12}\]").match(reader.source, cursor.position, cursor.end):
        cursor.position = match.end()
    return (Space(),)


def _space_with_length(reader: Reader, cursor: Cursor, name: str) -> Row:
    if name.rstrip("*") in ("hspace", "vspace", "mspace"):
        reader.raw_argument(cursor)
    elif match := _DIMENSION.match(reader.source, cursor.position, cursor.end):
        cursor.position = match.end()
    return (Space(),)


# --- structure -----------------------------------------------------------------------------------


def _fraction(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Fraction(reader.math_argument(cursor), reader.math_argument(cursor)),)


def _general_fraction(reader: Reader, cursor: Cursor, _: str) -> Row:
    left, right = reader.raw_argument(cursor), reader.raw_argument(cursor)
    reader.raw_argument(cursor)
    reader.raw_argument(cursor)
    fraction = Fraction(reader.math_argument(cursor), reader.math_argument(cursor))
    return _fenced(left, (fraction,), right) if left else (fraction,)


def _root(reader: Reader, cursor: Cursor, _: str) -> Row:
    index = reader.option(cursor)
    return (Root(reader.math_argument(cursor), (Text(index),) if index else ()),)


def _binomial(reader: Reader, cursor: Cursor, _: str) -> Row:
    return binomial(reader.math_argument(cursor), reader.math_argument(cursor))


def binomial(upper: Row, lower: Row) -> Row:
    """``(n choose k)``."""
    return _fenced("(", (Group(upper), Text(" choose "), Group(lower)), ")")


def _fenced(left: str, body: Row, right: str) -> Row:
    return (Group((Symbol(left, Kind.OPEN), *body, Symbol(right, Kind.CLOSE))),)


_FENCES = {
    "abs": ("|", "|"), "norm": ("‖", "‖"), "set": ("{", "}"), "ket": ("|", "⟩"), "bra": ("⟨", "|"),
    "braket": ("⟨", "⟩"), "expval": ("⟨", "⟩"), "ev": ("⟨", "⟩"), "ceil": ("⌈", "⌉"), "floor": ("⌊", "⌋"),
    "inner": ("⟨", "⟩"), "ip": ("⟨", "⟩"), "parens": ("(", ")"), "paren": ("(", ")"), "bracket": ("[", "]"),
    "brackets": ("[", "]"), "lr": ("", ""), "Ket": ("|", "⟩"), "Bra": ("⟨", "|"), "Braket": ("⟨", "⟩"),
    "order": ("O(", ")"), "comm": ("[", "]"), "acomm": ("{", "}"), "innerproduct": ("⟨", "⟩"),
}  # fmt: skip
_TWO_SIDED = frozenset(["comm", "acomm", "inner", "ip", "innerproduct"])


def _fence(reader: Reader, cursor: Cursor, name: str) -> Row:
    left, right = _FENCES[name.rstrip("*")]
    if not reader.has_argument(cursor):
        return (Text(name.rstrip("*")),)
    body = reader.math_argument(cursor)
    if name in _TWO_SIDED and reader.has_argument(cursor):
        body = (*body, _COMMA, *reader.math_argument(cursor))
    return _fenced(left, body, right)


def _ketbra(reader: Reader, cursor: Cursor, _: str) -> Row:
    ket = reader.math_argument(cursor)
    bra = reader.math_argument(cursor) if reader.has_argument(cursor) else ket
    return (*_fenced("|", ket, "⟩"), *_fenced("⟨", bra, "|"))


def _derivative(reader: Reader, cursor: Cursor, name: str) -> Row:
    """``\\dv{f}{x}`` and ``\\pdv[2]{f}{x}`` of the physics package."""
    sign = Symbol("∂" if name.startswith("p") else "d")
    order = reader.option(cursor)
    power = (Text(order),) if order else ()
    first = reader.math_argument(cursor)
    of: Node = Script(sign, sup=power) if power else sign
    if not reader.has_argument(cursor):
        return (Fraction((of,), (sign, *first)),)
    by = reader.math_argument(cursor)
    lower: Row = (sign, Script(Group(by), sup=power)) if power else (sign, *by)
    return (Fraction((of, *first), lower),)


def _quantity(reader: Reader, cursor: Cursor, name: str) -> Row:
    """siunitx's ``\\qty{5}{\\metre}``, or physics' ``\\qty(…)``, which only sizes what follows."""
    reader.option(cursor)
    if not reader.has_argument(cursor):
        return SYMBOLS_OF_UNITS.get(name, ())
    source = reader.raw_argument(cursor)
    if name in ("num", "ang"):
        return (Prose(number(source) if name == "num" else angle(source)),)
    if name in ("si", "unit"):
        return (Style(Face.ROMAN, unit(source)),)
    if name in ("SIrange", "qtyrange"):
        upper = reader.raw_argument(cursor)
        return (Style(Face.ROMAN, (*number(source), Text("–"), *quantity(upper, reader.raw_argument(cursor)))),)
    if not reader.has_argument(cursor):
        return (Group(reader.formula(cursor.position - len(source) - 1, cursor.position - 1)),)
    return (Style(Face.ROMAN, quantity(source, reader.raw_argument(cursor))),)


SYMBOLS_OF_UNITS: dict[str, Row] = {"si": (Symbol("σ"),)}


# --- letters ---------------------------------------------------------------------------------------


def spaces_kept(row: Row) -> Row:
    """Words set upright keep the spaces between them, which TeX would drop."""
    return tuple(Space() if isinstance(node, Space) else node for node in row)


def _roman(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Style(Face.ROMAN, spaces_kept(reader.math_argument(cursor))),)


def _bold(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Style(Face.STRONG, spaces_kept(reader.math_argument(cursor))),)


def _blackboard(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Group(double_struck(reader.math_argument(cursor))),)


def _words(reader: Reader, cursor: Cursor, _: str) -> Row:
    return (Prose(reader.prose_argument(cursor)),)


def _prose_command(reader: Reader, cursor: Cursor, name: str) -> Row:
    """A command of running text inside a formula: read it as running text."""
    back = Cursor(cursor.position - len(name) - 1, cursor.end)
    nodes = reader.prose_command(back)
    cursor.position = back.position
    return (Prose(nodes),)


def _code_point(reader: Reader, cursor: Cursor, _: str) -> Row:
    source = reader.raw_argument(cursor)
    match = _CODE_POINT.match(source)
    if match is None:
        return (Text(source),)
    code = int(source) if source.strip().isdecimal() else int(match[1], 16)
    return (Text(chr(code)),) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000 else (Text(source),)


def _accent(reader: Reader, cursor: Cursor, name: str) -> Row:
    mark = MATH_ACCENTS[name]
    body = reader.math_argument(cursor)
    return accent(mark, body) or (Accent(mark, body),)


def _text_accent(reader: Reader, cursor: Cursor, name: str) -> Row:
    return accent_prose(reader.math_argument(cursor), TEXT_ACCENTS[name])


# --- operators and relations -------------------------------------------------------------------------


_CLASSES = {
    "operatorname": Kind.OPERATOR, "operatorname*": Kind.OPERATOR, "mathop": Kind.OPERATOR,
    "operatornamewithlimits": Kind.OPERATOR, "mathrel": Kind.RELATION, "mathbin": Kind.BINARY,
    "mathopen": Kind.OPEN, "mathclose": Kind.CLOSE, "mathpunct": Kind.PUNCTUATION,
}  # fmt: skip


def _classed(reader: Reader, cursor: Cursor, name: str) -> Row:
    return (Group(spaces_kept(reader.math_argument(cursor)), _CLASSES[name]),)


def _negated(reader: Reader, cursor: Cursor, _: str) -> Row:
    body = reader.math_argument(cursor)
    first = body[0] if body else None
    if not isinstance(first, Symbol):
        return body
    if first.text in NEGATED:
        return (Symbol(NEGATED[first.text], first.kind), *body[1:])
    return (*(accent(SLASH, (first,)) or (first,)), *body[1:])


def _set_over(reader: Reader, cursor: Cursor, name: str) -> Row:
    mark, body = reader.math_argument(cursor), reader.math_argument(cursor)
    base: Node = body[0] if len(body) == 1 else Group(body)
    return (Script(base, sub=mark) if name == "underset" else Script(base, sup=mark),)


_ARROWS = {
    "xrightarrow": "→", "xleftarrow": "←", "xleftrightarrow": "↔", "xmapsto": "↦", "xhookrightarrow": "↪",
    "xRightarrow": "⇒", "xlongequal": "=", "xrightharpoonup": "⇀", "xtwoheadrightarrow": "↠",
    "xhookleftarrow": "↩", "xLeftarrow": "⇐", "xLeftrightarrow": "⇔",
}  # fmt: skip


def _long_arrow(reader: Reader, cursor: Cursor, name: str) -> Row:
    below = reader.option(cursor)
    arrow = Symbol(_ARROWS[name], Kind.RELATION)
    above = reader.math_argument(cursor)
    return (Script(arrow, (Text(below),) if below else (), above) if above or below else arrow,)


def _modulo(reader: Reader, cursor: Cursor, name: str) -> Row:
    word = Symbol("mod", Kind.OPERATOR)
    if name in ("pmod", "pod"):
        body = reader.math_argument(cursor)
        return (Space(), *_fenced("(", (word, *body) if name == "pmod" else body, ")"))
    return (Space(), word, Space())


_DELIMITER_KINDS = {"left": Kind.OPEN, "right": Kind.CLOSE, "middle": Kind.RELATION, "l": Kind.OPEN, "r": Kind.CLOSE}


def _delimiter(reader: Reader, cursor: Cursor, name: str) -> Row:
    """``\\left(``, ``\\bigr|``: the delimiter, its side known; a dot is no delimiter at all."""
    reader.skip_space(cursor)
    if not cursor.has_more:
        return ()
    if reader.source[cursor.position] != "\\":
        text = reader.source[cursor.position]
        if text in "{}$^_&":
            return ()
        cursor.position += 1
        known: Symbol | None = Symbol({"<": "⟨", ">": "⟩"}.get(text, text))
    else:
        ahead = Cursor(cursor.position, cursor.end)
        known = SYMBOLS.get(reader.name(ahead))
        if known is None:
            return ()
        cursor.position = ahead.position
    if known is None or (known.text == "." and name in ("left", "right", "middle")):
        return ()
    side = "" if name in _SIZES.split() else name
    kind = _DELIMITER_KINDS.get(side) or _DELIMITER_KINDS.get(side[-1:] if side else "")
    return (Symbol(known.text, kind or known.kind),)


# --- labels and layout -----------------------------------------------------------------------------


def _tag(reader: Reader, cursor: Cursor, name: str) -> Row:
    body = reader.prose_argument(cursor)
    return (Space(), Prose(body if name.endswith("*") else (Text("("), *body, Text(")"))), Space())


def _stacked(reader: Reader, cursor: Cursor, _: str) -> Row:
    region = reader.braced(cursor)
    if region is None:
        return ()
    rows = tabulated(reader, region.body_start, region.body_end, "substack")
    return tuple(_COMMA if node == Symbol(";", Kind.PUNCTUATION, spaced=True) else node for node in rows)


def _old_table(reader: Reader, cursor: Cursor, name: str) -> Row:
    region = reader.braced(cursor)
    return () if region is None else tabulated(reader, region.body_start, region.body_end, name)


def _chemistry(reader: Reader, cursor: Cursor, _: str) -> Row:
    return chemistry(reader.raw_argument(cursor))


def _script(reader: Reader, cursor: Cursor, name: str) -> Row:
    body: Row = (Prose(reader.prose_argument(cursor)),)
    return (Script(None, sub=body),) if name in ("textsubscript", "sb") else (Script(None, sup=body),)


def _handlers() -> dict[str, Handler]:
    table: dict[str, Handler] = {}
    for names, handler in (
        ("frac dfrac tfrac cfrac nicefrac sfrac nfrac ffrac", _fraction),
        ("genfrac", _general_fraction),
        ("sqrt", _root),
        ("binom tbinom dbinom", _binomial),
        (" ".join(_FENCES), _fence),
        ("abs* norm* ket* bra* set*", _fence),
        ("ketbra dyad outerproduct op*", _ketbra),
        ("dv pdv odv derivative pderivative dv* pdv*", _derivative),
        ("SI si qty unit num ang SIrange qtyrange", _quantity),
        ("mathrm mathsf mathit mathtt mathnormal mathup mathrmit", _roman),
        ("mathbf boldsymbol bm pmb bold mathbfit mathbold", _bold),
        ("mathbb Bbb mathds mathbbm", _blackboard),
        ("mathcal mathscr mathfrak frak EuScript mathpzc goth scr mathsc", _transparent),
        ("text mbox hbox fbox textrm textnormal textup textsf textmd textsc intertext shortintertext", _words),
        ("vbox vcenter", _words),
        (" ".join(_CLASSES), _classed),
        ("mathord mathinner smash boxed ensuremath cancel bcancel xcancel rlap llap mathrlap mathllap", _transparent),
        ("overbrace underbrace overbracket underbracket", _braced),
        ("mathclap lefteqn uwave", _transparent),
        ("not", _negated),
        ("stackrel overset underset", _set_over),
        (" ".join(_ARROWS), _long_arrow),
        ("pmod pod bmod mod", _modulo),
        ("left right middle", _delimiter),
        (" ".join(size + side for size in _SIZES.split() for side in ("", "l", "r", "m")), _delimiter),
        ("tag tag*", _tag),
        ("substack", _stacked),
        ("cases matrix pmatrix bmatrix eqalign aligned*", _old_table),
        ("ce ch", _chemistry),
        ("textsuperscript textsubscript", _script),
        ("unicode", _code_point),
        ("label phantom hphantom vphantom color mathcolor cline pagestyle", _drop_argument),
        ("newcommand renewcommand providecommand def DeclareMathOperator", _drop_two),
        ("textcolor colorbox raisebox scalebox foreignlanguage", _second),
        ("hspace hspace* vspace vspace* mspace hskip vskip kern mkern mskip", _space_with_length),
        (" ".join(f"{name}" for name in SPACES if name.isalpha()), _space),
        ("limits nolimits displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag aligned", _nothing),
        ("endaligned noindent allowbreak nobreak protect relax xspace strut hfil hline centering", _nothing),
        ("displaylimits nobreakdash break null leavevmode leqno reqno eqno leqnomode reqnomode", _nothing),
        ("rm* tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge indent", _nothing),
        ("emph textit textsl textbf texttt url href path cite citep citet citealp cites ref eqref", _prose_command),
        ("cref Cref autoref footnote thanks footnotemark enquote verb textquote item", _prose_command),
    ):
        table.update((name, handler) for name in names.split())
    table.update((name, _space) for name in SPACES)
    table.update((name, _accent) for name in MATH_ACCENTS)
    table.update((name, _text_accent) for name in TEXT_ACCENTS if not name.isalpha())
    table.update(("!@/-\\"[index], handler) for index, handler in enumerate([_nothing] * 4 + [_break]))
    return table


HANDLERS = _handlers()
