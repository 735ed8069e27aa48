"""What a row of a formula is written from: atoms that know what may stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from bot.tex.tree import AtomKind

BARS = frozenset("|‖")


class Gap(IntEnum):
    """The white space an author put before an atom."""

    NONE = 0
    SOFT = 1
    """One that TeX ignores."""
    EXPLICIT = 2


class Setting(IntEnum):
    """How close the atoms of a row stand."""

    OPEN = 0
    DENSE = 1
    """In a fraction: spaces that TeX would ignore are."""
    TIGHT = 2
    """In a script: no spaces but between words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An atom, written."""

    out: str
    kind: AtomKind = AtomKind.ORDINARY
    head: str = ""
    """Its first visible character, which decides what may stand before it."""
    tail: str = ""
    """Its last one; empty behind a script."""
    spaced: bool = False
    """Spaces on both sides (binary operators), behind it (punctuation)."""
    sign: bool = False
    """A binary operator with nothing to its left: belongs to what follows."""
    factor: bool = True
    """Can stand in a product, or under a fraction bar, as it is."""
    quotient: bool = False
    """A fraction without parentheses."""
    runs_on: bool = False
    """A letter or digit right behind it would be read as part of it."""
    large: bool = False
    """A sum, an integral: has a space behind it."""
    bar: str = ""
    """``|`` or ``‖``, which may open or close."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row, written."""

    out: str
    pieces: tuple[Piece, ...] = ()

    @property
    def head(self) -> str:
        return self.pieces[0].head if self.pieces else ""

    @property
    def tail(self) -> str:
        return self.pieces[-1].tail if self.pieces else ""

    @property
    def runs_on(self) -> bool:
        return bool(self.pieces) and self.pieces[-1].runs_on

    @property
    def is_factor(self) -> bool:
        """One atom, or a named function of something in parentheses, or the parentheses alone."""
        if len(self.pieces) <= 1:
            return all(piece.factor for piece in self.pieces)
        first = self.pieces[0]
        if len(self.pieces) == 2 and self.pieces[1].out == "!":
            return first.factor
        if first.kind is AtomKind.OPEN:
            return _closes_last(self.pieces)
        is_name = first.kind is AtomKind.OPERATOR or (len(first.out) > 2 and first.out.isalpha())
        return is_name and self.is_call

    @property
    def is_call(self) -> bool:
        """``f(x)``, which may as well be a product: one thing, but no factor to put under a fraction bar."""
        name_and_argument = len(self.pieces) > 1 and self.pieces[1].head in ("(", "[")
        return name_and_argument and self.pieces[0].head.isalpha() and _closes_last(self.pieces[1:])

    @property
    def is_sum(self) -> bool:
        """Has an operator outside parentheses that binds less than a fraction bar."""
        depth = 0
        for piece in self.pieces:
            depth += (piece.kind is AtomKind.OPEN) - (piece.kind is AtomKind.CLOSE)
            weak = piece.kind in (AtomKind.BINARY, AtomKind.RELATION, AtomKind.PUNCTUATION) or piece.quotient
            if depth <= 0 and weak:
                return True
        return False


def _closes_last(pieces: Sequence[Piece]) -> bool:
    """Whether the first piece opens what the last one closes."""
    depth = 0
    for index, piece in enumerate(pieces):
        depth += (piece.kind is AtomKind.OPEN) - (piece.kind is AtomKind.CLOSE)
        if depth <= 0:
            return index == len(pieces) - 1 and index > 0
    return False


def settle(pieces: list[Piece], gaps: Sequence[Gap]) -> None:
    """Decide what each of a row's atoms is, seen among the others."""
    _settle_bars(pieces)
    _settle_angles(pieces)
    _settle_words(pieces)
    _settle_operators(pieces, gaps)


def _settle_bars(pieces: list[Piece]) -> None:
    """Which bars open and which close: they pair within the same parentheses; a single one does neither."""
    if not any(piece.bar for piece in pieces):
        return
    pending: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.kind is AtomKind.OPEN:
            pending.append(index)
        elif piece.kind is AtomKind.CLOSE:
            while pending and pieces[pending.pop()].bar:
                pass
        elif piece.bar:
            opened = pending[-1] if pending else None
            if opened is not None and pieces[opened].bar == piece.bar and opened < index - 1:
                pieces[opened] = replace(pieces[opened], kind=AtomKind.OPEN)
                pieces[index] = replace(piece, kind=AtomKind.CLOSE)
                pending.pop()
            elif piece.out == piece.bar:
                pending.append(index)


def _settle_angles(pieces: list[Piece]) -> None:
    """``<x,y>`` and ``∼<0.1>``: brackets, where ``<`` has nothing to its left to compare."""
    relations = [index for index, piece in enumerate(pieces) if piece.kind is AtomKind.RELATION]
    for opened, closed in pairwise(relations):
        if (
            not pieces[opened].head == pieces[opened].tail == "<"
            or pieces[closed].head != ">"
            or closed < opened + 2
        ):
            continue
        is_left = opened == 0 or pieces[opened - 1].kind in _NOT_OPERANDS
        is_right = closed == len(pieces) - 1 or pieces[closed + 1].kind in _NOT_BEGUN
        if is_left and is_right and pieces[closed - 1].kind not in _NOT_OPERANDS:
            pieces[opened] = replace(pieces[opened], kind=AtomKind.OPEN)
            pieces[closed] = replace(pieces[closed], kind=AtomKind.CLOSE)


def _settle_words(pieces: list[Piece]) -> None:
    """Words keep no space towards the parentheses they stand in: ``(x even)``, but ``in ]0,1[``."""
    for index, piece in enumerate(pieces):
        if index and pieces[index - 1].kind is AtomKind.OPEN and piece.head.isspace():
            out = piece.out.lstrip()
            pieces[index] = piece = replace(piece, out=out, head=out[:1])
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        ends = after and (
            after.kind is AtomKind.PUNCTUATION or (after.kind is AtomKind.CLOSE and after.head != "]")
        )
        if ends and piece.tail.isspace():
            out = piece.out.rstrip()
            pieces[index] = replace(piece, out=out, tail=out[-1:])


def _settle_operators(pieces: list[Piece], gaps: Sequence[Gap]) -> None:
    """Which ``+ - ×`` have two sides: a sign, and what stands last, take no spaces."""
    for index, piece in enumerate(pieces):
        if piece.kind is not AtomKind.BINARY:
            continue
        before = pieces[index - 1] if index else None
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        if before is None or before.sign or before.kind in _NOT_OPERANDS or _is_sign_of(before, piece):
            with_limits = not piece.tail  # \oplus_{i}: a sum, not a sign
            kind = AtomKind.OPERATOR if with_limits else AtomKind.ORDINARY
            pieces[index] = replace(piece, kind=kind, large=with_limits, sign=not with_limits)
        elif after is None or after.kind in (AtomKind.RELATION, AtomKind.CLOSE, AtomKind.PUNCTUATION):
            pieces[index] = replace(piece, kind=AtomKind.ORDINARY)
        elif piece.head == ":":
            pieces[index] = _colon(piece, gaps[index : index + 2], pieces[index + 1 : index + 40])
        elif gaps[index] or gaps[index + 1]:
            pieces[index] = replace(piece, spaced=True)


_NOT_OPERANDS = (AtomKind.OPEN, AtomKind.RELATION, AtomKind.BINARY, AtomKind.PUNCTUATION)
_NOT_BEGUN = (AtomKind.CLOSE, AtomKind.RELATION, AtomKind.BINARY, AtomKind.PUNCTUATION)
_SIGNS = frozenset("+-−±∓")
_ARROWS = frozenset("→↦↪↠⇒⇀")


def _is_sign_of(before: Piece, piece: Piece) -> bool:
    """``log -x``, but ``supp × ℝ``."""
    return before.kind is AtomKind.OPERATOR and piece.head in _SIGNS


def _colon(piece: Piece, gaps: Sequence[Gap], following: Sequence[Piece]) -> Piece:
    """``f: X → Y`` and ``{x : x > 0}`` and ``1:2``."""
    if gaps[0]:
        return replace(piece, spaced=True)
    if gaps[1] or any(other.head in _ARROWS for other in following):
        return replace(piece, kind=AtomKind.PUNCTUATION, spaced=True)
    return piece
