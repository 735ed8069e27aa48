"""The commands of a formula that take arguments or do something; plain symbols are in ``symbols``."""

from __future__ import annotations

import re

from bot.tex.accents import MATH_ACCENTS, TEXT_ACCENTS, accent, accent_prose
from bot.tex.chemistry import chemistry
from bot.tex.fonts import double_struck
from bot.tex.reader import Cursor, Handler, SourceReader
from bot.tex.structures import STRUCTURES, spaces_kept
from bot.tex.symbols import SPACES
from bot.tex.tree import Accent, Face, Group, Prose, Row, Scripts, Space, Style, Symbol, Text
from bot.tex.units import angle, number, quantity, unit

_DIMENSION = re.compile(
    r"\s*+(?:=\s*+)?(?:-\s*+)?[\d.]++\s*+(?:true\s*+)?[a-z]{2}(?:\s++(?:plus|minus)\s*+[\d.]++\s*+[a-z]+)*"
)
_BREAK_SPACE = re.compile(r"\*?\s*\[[^\[\]]{0,12}\]")
_CODE_POINT = re.compile(r"\s*(?P<sign>x|0x|U\+|\")?(?P<code>[0-9A-Fa-f]{2,6})\s*$")
_NOT_ACCENTED = frozenset(",.;:)]")


# --- arguments as they are ---------------------------------------------------------------------


def _transparent(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Group(reader.math_argument(cursor)),)


def _nothing(_reader: SourceReader, _cursor: Cursor, _name: str) -> Row:
    return ()


def _drop_argument(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.raw_argument(cursor)
    return ()


def _drop_two(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    reader.raw_argument(cursor)
    reader.raw_argument(cursor)
    return ()


def _drop_definition(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.prose_argument(cursor)
    reader.option(cursor)
    reader.raw_argument(cursor)
    return ()


def _first(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    body = reader.math_argument(cursor)
    reader.raw_argument(cursor)
    return (Group(body),)


def _second(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    reader.raw_argument(cursor)
    return (Group(reader.math_argument(cursor)),)


def _space(_reader: SourceReader, _cursor: Cursor, _name: str) -> Row:
    return (Space(),)


def _break(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    if match := _BREAK_SPACE.match(reader.source, cursor.position, cursor.end):
        cursor.position = match.end()
    return (Space(),)


def _space_argument(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.raw_argument(cursor)
    return (Space(),)


def _space_dimension(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    if match := _DIMENSION.match(reader.source, cursor.position, cursor.end):
        cursor.position = match.end()
    return (Space(),)


def _tag(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    body = reader.prose_argument(cursor)
    return (Space(), Prose(body if name.endswith("*") else (Text("("), *body, Text(")"))), Space())


# --- letters and words ----------------------------------------------------------------------------


def _roman(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Style(Face.ROMAN, spaces_kept(reader.math_argument(cursor))),)


def _bold(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Style(Face.STRONG, spaces_kept(reader.math_argument(cursor))),)


def _blackboard(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Group(double_struck(reader.math_argument(cursor))),)


def _words(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Prose(reader.prose_argument(cursor)),)


def _as_prose(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    """A command of running text inside a formula: read it as running text."""
    back = Cursor(cursor.position - len(name) - 1, cursor.end)
    nodes = reader.prose_command(back)
    cursor.position = back.position
    return (Prose(nodes),)


def _accent(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    mark = MATH_ACCENTS[name]
    reader.skip_space(cursor)
    if reader.source[cursor.position : cursor.position + 1] in _NOT_ACCENTED:
        return ()
    body = reader.math_argument(cursor)
    return accent(mark, body) or (Accent(mark, body),)


def _text_accent(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    return accent_prose(reader.math_argument(cursor), TEXT_ACCENTS[name])


def _script(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    body: Row = (Prose(reader.prose_argument(cursor)),)
    return (Scripts(None, sub=body) if name == "textsubscript" else Scripts(None, sup=body),)


def _code_point(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """MathJax's ``\\unicode{x2013}`` and ``\\unicode{8211}``."""
    source = reader.raw_argument(cursor)
    match = _CODE_POINT.match(source)
    if match is None:
        return (Text(source),)
    code = int(match["code"], 16 if match["sign"] or not match["code"].isdecimal() else 10)
    is_character = 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return (Text(chr(code) if is_character else source),)


# --- chemistry and quantities ------------------------------------------------------------------------


def _dingbat(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """pifont's ``\\ding{51}``: Zapf Dingbats, which Unicode took over in the same order."""
    source = reader.raw_argument(cursor).strip()
    is_code = source.isascii() and source.isdecimal() and 33 <= int(source) <= 126
    return (Text(chr(0x2700 + int(source) - 32) if is_code else source),)


def _chemistry(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return chemistry(reader.raw_argument(cursor))


def _number(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    reader.option(cursor)
    source = reader.raw_argument(cursor)
    return (Prose(number(source) if name == "num" else angle(source)),)


def _unit(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    reader.option(cursor)
    if not reader.has_argument(cursor):
        return (Symbol("σ" if name == "si" else name),)
    return (Style(Face.ROMAN, unit(reader.raw_argument(cursor))),)


def _quantity(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """siunitx's ``\\qty{5}{\\metre}``, or physics' ``\\qty(…)``, which only sizes what follows."""
    reader.option(cursor)
    if not reader.has_argument(cursor):
        return ()
    start = Cursor(cursor.position, cursor.end)
    source = reader.raw_argument(cursor)
    if not reader.has_argument(cursor):
        return (Group(reader.math_argument(start)),)
    return (Style(Face.ROMAN, quantity(source, reader.raw_argument(cursor))),)


def _range(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    reader.option(cursor)
    lower, upper = reader.raw_argument(cursor), reader.raw_argument(cursor)
    end = number(upper) if name == "numrange" else quantity(upper, reader.raw_argument(cursor))
    return (Style(Face.ROMAN, (*number(lower), Text("–"), *end)),)


_STAGES = {
    str(number): numeral
    for number, numeral in enumerate(
        "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV XXVI".split(),
        start=1,
    )
}


def _ion(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """AASTeX's ``\\ion{H}{ii}`` and ``\\ion{H}{2}``: H II."""
    element, stage = reader.raw_argument(cursor), reader.raw_argument(cursor).strip()
    return (Text(f"{element} {_STAGES.get(stage) or stage.upper()}".strip()),)


# --- the table ------------------------------------------------------------------------------------------

_TABLE: tuple[tuple[Handler, str], ...] = (
    (_roman, "mathrm mathsf mathit mathtt mathnormal mathup"),
    (_bold, "mathbf boldsymbol bm pmb bold mathbfit mathbold"),
    (_blackboard, "mathbb Bbb mathds mathbbm"),
    (_transparent, "mathcal mathscr mathfrak frak EuScript mathpzc goth scr mathsc mathord mathinner"),
    (
        _transparent,
        "smash boxed ensuremath cancel bcancel xcancel rlap llap mathrlap mathllap mathclap lefteqn",
    ),
    (_words, "text mbox hbox fbox textrm textnormal textup textsf textmd intertext shortintertext"),
    (
        _as_prose,
        "textsc emph textit textsl textbf texttt url href path cite citep citet citealp cites ref eqref",
    ),
    (_as_prose, "cref Cref autoref footnote thanks footnotemark enquote verb textquote"),
    (_script, "textsuperscript textsubscript"),
    (_code_point, "unicode"),
    (_dingbat, "ding"),
    (_chemistry, "ce ch"),
    (_number, "num ang"),
    (_unit, "si unit"),
    (_quantity, "SI qty"),
    (_range, "SIrange qtyrange numrange"),
    (_ion, "ion"),
    (_tag, "tag tag*"),
    (_drop_argument, "label phantom hphantom vphantom color mathcolor cline"),
    (_drop_two, "rule"),
    (_drop_definition, "newcommand renewcommand providecommand DeclareMathOperator"),
    (_first, "texorpdfstring"),
    (_second, "textcolor colorbox raisebox scalebox foreignlanguage"),
    (_space_argument, "hspace hspace* vspace vspace* mspace"),
    (_space_dimension, "hskip vskip kern mkern mskip arraycolsep"),
    (_nothing, "limits nolimits displaylimits displaystyle textstyle scriptstyle scriptscriptstyle"),
    (_nothing, "nonumber notag aligned endaligned noindent allowbreak nobreak nobreakdash break protect"),
    (_nothing, "relax null xspace strut hfil hline centering eqno leqno leqnomode reqnomode indent"),
    (_nothing, "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge"),
)

HANDLERS: dict[str, Handler] = {
    **STRUCTURES,
    **{name: handler for handler, names in _TABLE for name in names.split()},
    **dict.fromkeys(SPACES, _space),
    **dict.fromkeys(MATH_ACCENTS, _accent),
    **{name: _text_accent for name in TEXT_ACCENTS if not name.isalpha()},
    **dict.fromkeys("!@/-", _nothing),
    "\\": _break,
    "cr": _break,
}
"""What a command does inside a formula, by name."""
