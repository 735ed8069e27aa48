"""From a tree to a line: parentheses where a line needs them and a page doesn't.

A fraction gets them where its parts would join their neighbours: ``(a+b)/c``, ``1/(2π)``, ``(1/2)x``. Spaces
are ``spacing``'s, characters the notation's; both notations get the same of both.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.tex.accents import accent, standalone
from bot.tex.notation import Notation
from bot.tex.pieces import BARS, Gap, Line, Piece, Setting, settle
from bot.tex.scripts import errors, spread
from bot.tex.spacing import is_name, multiplies, separator
from bot.tex.symbols import LARGE_OPERATORS, ROMAN_OPERATORS
from bot.tex.tree import (
    Accent,
    AtomKind,
    Face,
    Fraction,
    Group,
    Math,
    Node,
    Prose,
    Root,
    Row,
    Scripts,
    Space,
    Style,
    Symbol,
    Text,
)

_DEGREE = "∘"
_DEGREES = ("∘", "o", "deg")
_MARKS = {"''": "″", "o": "°", "deg": "°"}
"""What the raised sign behind a number that stands before the formula is: ``2.7$^{\\prime\\prime}$``."""
_CELSIUS = re.compile(r"C\b")
_ARCSECONDS = "''"
_LIMITS = ("lim", "sup", "inf", "max", "min", "arg ", "ess ", "inj ")
_DERIVATIVES = ("d", "∂")
_LINKING_WORDS = frozenset(
    "in on if and or for as with where when otherwise at is else with from almost a.e. i.e. s.t. iff".split()
)


class Layout:
    """Writes trees in one notation."""

    def __init__(self, notation: Notation) -> None:
        self._notation = notation

    # --- running text ---------------------------------------------------------------------------

    def prose(self, row: Row) -> str:
        """A row of running text: its pieces joined as they are."""
        written: list[str] = []
        for index, node in enumerate(row):
            if isinstance(node, Math):
                before = row[index - 1] if index else None
                after = row[index + 1] if index + 1 < len(row) else None
                written.append(self._formula(node, before, after))
            else:
                written.append(self._in_prose(node))
        return "".join(written)

    def _in_prose(self, node: Node) -> str:
        match node:
            case Text(text) | Symbol(text):
                return self._notation.characters(text)
            case Style(face, body):
                return self._notation.face(face, self.prose(body))
            case Prose(body) | Group(body):
                return self.prose(body)
            case Space():
                return " "
            case Scripts(None, sub, sup):
                return self._bare_script(self._tight(sub), self._tight(sup))
            case _:
                return self.line((node,)).out

    def _bare_script(self, sub: str, sup: str) -> str:
        if sup == _DEGREE and not sub:
            return "°"
        return errors(sub, sup) or self._notation.scripts(sub, sup)[0]

    def _formula(self, node: Math, before: Node | None, after: Node | None) -> str:
        """A formula, with the spaces that its first and last atoms want from the words around them."""
        behind = before.text[-1:] if isinstance(before, Text) else ""
        ahead = after.text[:2] if isinstance(after, Text) else ""
        line = self.line(self._marked(node.body, ahead) if _ends_in_number(before) else node.body)
        if node.display or not line.pieces:
            return f" {line.out} " if node.display else line.out
        first, last = line.pieces[0], line.pieces[-1]
        out = line.out
        if last.kind is AtomKind.RELATION and ahead[:1].isspace():
            out = f"{out[: len(out) - len(last.out)].rstrip()} {last.out}"
        if is_name(first) and behind.isalnum():
            out = f" {out}"
        has_errors = last.runs_on and last.out[-1] == ")"
        return f"{out} " if (is_name(last) or has_errors) and ahead[:1].isalnum() else out

    def _marked(self, body: Row, ahead: str) -> Row:
        """A formula that begins with the sign of the number before it: a raised circle, seconds of arc."""
        if not (body and isinstance(body[0], Scripts) and body[0].base is None and not body[0].sub):
            return body
        sup = self._tight(body[0].sup)
        mark = "°" if sup == "0" and len(body) == 1 and _CELSIUS.match(ahead) else _MARKS.get(sup)
        return (Symbol(mark), *body[1:]) if mark else body

    # --- formulas ---------------------------------------------------------------------------------

    def line(self, row: Row, setting: Setting = Setting.OPEN) -> Line:
        """A row of a formula; ``setting`` says how close its atoms stand."""
        pieces: list[Piece] = []
        gaps: list[Gap] = []
        gap = Gap.NONE
        for node in row:
            if isinstance(node, Space):
                gap = max(gap, Gap.EXPLICIT if node.explicit else Gap.SOFT)
                continue
            piece = self._piece(node, setting)
            if piece.out:
                pieces.append(piece)
                gaps.append(gap)
                gap = Gap.NONE
        settle(pieces, gaps)
        _enclose_quotients(pieces, gaps)
        separators = [separator(pieces, gaps, index, setting) for index in range(len(pieces))]
        out = "".join(sep + piece.out for sep, piece in zip(separators, pieces, strict=True))
        lead = " " if gaps and gaps[0] is Gap.EXPLICIT and setting is not Setting.TIGHT else ""
        trail = " " if gap is Gap.EXPLICIT and setting is not Setting.TIGHT else ""
        return Line(f"{lead}{out}{trail}", tuple(pieces))

    def _tight(self, row: Row) -> str:
        """A row as it stands in a script."""
        return self.line(row, Setting.TIGHT).out.strip()

    def _piece(self, node: Node, setting: Setting) -> Piece:
        match node:
            case Symbol():
                return self._symbol(node)
            case Text(text):
                return _words(self._notation.characters(text), text)
            case Prose((Text(text),)):
                links = text in _LINKING_WORDS and setting is not Setting.TIGHT
                return self._piece(Text(f" {text} " if links else text), setting)
            case Prose(body) | Math(body):
                return _words(self.prose(body), _visible(body))
            case Scripts():
                return self._script(node, setting)
            case Fraction(numerator, denominator):
                return self._fraction(numerator, denominator, setting)
            case Root(radicand, index):
                return self._root(radicand, index, setting)
            case Accent(mark, body):
                return self._accent(mark, body, setting)
            case Style(face, body):
                return self._style(face, body, setting)
            case Group(body, kind):
                return _as_one(self.line(body, setting), kind)
            case Space():
                return Piece("")

    def _style(self, face: Face, body: Row, setting: Setting) -> Piece:
        line = self.line(body, setting)
        piece = _as_one(line, AtomKind.ORDINARY)
        is_operator = face is Face.ROMAN and line.out in ROMAN_OPERATORS
        return replace(
            piece,
            out=self._notation.face(face, line.out),
            factor=piece.factor or face is Face.ROMAN,
            kind=AtomKind.OPERATOR if is_operator else piece.kind,
        )

    def _symbol(self, node: Symbol) -> Piece:
        text = node.text
        return Piece(
            self._notation.characters(text),
            node.kind,
            text[:1],
            text[-1:],
            spaced=node.spaced,
            factor=len(text) == 1 or not text.isalpha() or node.kind is AtomKind.OPERATOR,
            large=text in LARGE_OPERATORS,
            bar=text if text in BARS and node.kind is AtomKind.ORDINARY else "",
        )

    def _script(self, node: Scripts, setting: Setting) -> Piece:
        base = self._piece(node.base, setting) if node.base is not None else Piece("")
        sub, sup = self._tight(node.sub), self._tight(node.sup)
        if base.quotient or (base.runs_on and isinstance(node.base, Root)):
            base = replace(base, out=f"({base.out})", head="(", quotient=False)
        is_number = base.tail.isdigit()
        if sup.startswith(_DEGREE) or (sup in _DEGREES and is_number and not sub):
            return self._degree(base, sub, "" if sup in _DEGREES else sup.removeprefix(_DEGREE))
        if sup == _ARCSECONDS and not sub and is_number:
            return replace(base, out=f"{base.out}″", tail="″", runs_on=False)
        if base.out == "±" and sub and sup and (error := errors(f"-{sub}", f"+{sup}")):
            return Piece(error, head=" ", runs_on=True)
        error = errors(sub, sup) if sub and sup and _takes_errors(base, sub, sup) else None
        if error or (is_number and not sup and (error := spread(sub))):
            return replace(base, out=base.out + error, head=base.head or " ", tail="", runs_on=True)
        out, runs_on = self._notation.scripts(sub, sup)
        return replace(base, out=base.out + out, head=base.head or " ", tail="", runs_on=runs_on)

    def _degree(self, base: Piece, sub: str, rest: str) -> Piece:
        """``12^\\circ``; ``rest`` is what else is raised: ``12.3^{\\circ+0.1}_{-0.2}``."""
        error = errors(sub, rest) if sub and rest else None
        out = f"{base.out}°{error}" if error else f"{base.out}{self._lowered(sub)}°{rest}"
        return replace(base, out=out, head=base.head or "°", tail="°", runs_on=False)

    def _lowered(self, sub: str) -> str:
        return self._notation.scripts(sub, "")[0] if sub else ""

    def _fraction(self, numerator: Row, denominator: Row, setting: Setting) -> Piece:
        dense = max(setting, Setting.DENSE)
        upper, lower = self.line(numerator, dense), self.line(denominator, dense)
        above, below = upper.out.strip(), lower.out.strip()
        is_derivative = upper.head in _DERIVATIVES and lower.head == upper.head and _is_differential(lower)
        above = _enclosed(above, upper.is_sum or (" " in above and not upper.is_factor))
        below = _enclosed(below, lower.is_sum or not (lower.is_factor or is_derivative))
        return Piece(f"{above}/{below}", head="1", tail="1", factor=False, quotient=True)

    def _root(self, radicand: Row, index: Row, setting: Setting) -> Piece:
        body = self.line(radicand, setting)
        inner = _enclosed(body.out.strip(), not body.is_factor or len(body.pieces) > 1)
        order = self._tight(index)
        sign = (self._notation.scripts("", order)[0] if order else "") + "√"
        return Piece(sign + inner, head="√", tail=body.tail, runs_on=not inner.endswith(")"))

    def _accent(self, mark: str, body: Row, setting: Setting) -> Piece:
        if (letters := accent(mark, body)) is not None:
            return _as_one(self.line(letters, setting), AtomKind.ORDINARY)
        line = self.line(body, setting)
        sign = standalone(mark)
        if not sign:
            return _as_one(line, AtomKind.ORDINARY)
        inner = line.out.strip()
        fenced = len(line.pieces) > 1 and (line.is_factor or line.is_call)
        return Piece((inner if fenced else f"({inner})") + sign, head="(", tail=sign)


def _ends_in_number(before: Node | None) -> bool:
    return isinstance(before, Text) and before.text.rstrip()[-1:].isdigit()


def _takes_errors(base: Piece, sub: str, sup: str) -> bool:
    """A number, its unit, or what stands before; a letter only if both are decimals. ∫₋₁⁺¹ has bounds."""
    if (
        base.large
        or base.kind in (AtomKind.OPERATOR, AtomKind.RELATION, AtomKind.OPEN)
        or base.bar
        or base.tail == "]"
    ):
        return False
    is_value = not base.out or base.tail.isdigit() or base.tail in (*")°′″%",)
    return is_value or ("." in sub and "." in sup)


def _enclose_quotients(pieces: list[Piece], gaps: list[Gap]) -> None:
    """``(1/2)x``, but ``1/2 + x`` and ``-1/2``."""
    for index, piece in enumerate(pieces):
        if not piece.quotient:
            continue
        before = pieces[index - 1] if index and gaps[index] is not Gap.EXPLICIT else None
        after = pieces[index + 1] if index + 1 < len(pieces) and gaps[index + 1] is not Gap.EXPLICIT else None
        if (before and multiplies(before, AtomKind.CLOSE)) or (after and multiplies(after, AtomKind.OPEN)):
            is_argument = before and before.kind is AtomKind.OPERATOR and not before.out.startswith(_LIMITS)
            head = "(" if is_argument else ""
            pieces[index] = replace(piece, out=f"({piece.out})", head=head, tail=")")


def _enclosed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _is_differential(line: Line) -> bool:
    """``dt``, ``∂x``, ``∂x²``: one differential."""
    return len(line.pieces) <= 2 and all(piece.kind is AtomKind.ORDINARY for piece in line.pieces)


def _words(out: str, text: str) -> Piece:
    return Piece(out, head=text[:1], tail=text[-1:], factor=" " not in text.strip())


def _visible(body: Row) -> str:
    """The characters a row of prose begins and ends with, markup left aside."""
    return "".join(node.text if isinstance(node, Text) else "x" for node in body)


def _as_one(line: Line, kind: AtomKind) -> Piece:
    """A row as one atom of ``kind``; a single atom keeps its own class unless another one is given."""
    if len(line.pieces) == 1:
        piece = line.pieces[0]
        kind = piece.kind if kind is AtomKind.ORDINARY else kind
        return replace(piece, out=line.out, kind=kind)
    return Piece(
        line.out, kind, line.head, line.tail, factor=line.is_factor, runs_on=line.runs_on, spaced=True
    )
