"""The spaces between the atoms of a formula.

As TeX has them around relations and named operators; as the author typed them around ``+ - /`` and after
commas, because ``n+1`` and ``n + 1`` are both good and the author chose; in scripts none at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.tex.pieces import Gap, Piece, Setting
from bot.tex.tree import AtomKind

_SIGN_LIKE_RELATIONS = frozenset("<>≤≥≲≳≪≫∼~≈≃≅∝")
_TRAILING_MARKS = frozenset(".,;:!?'")


def separator(pieces: Sequence[Piece], gaps: Sequence[Gap], index: int, setting: Setting) -> str:
    """The space before a piece."""
    if index == 0:
        return ""
    left, right, gap = pieces[index - 1], pieces[index], gaps[index]
    if _run_together(left, right) or _words_meet(left, right):
        return " "
    if setting is Setting.TIGHT:
        return " " if gap is Gap.EXPLICIT and left.tail.isalpha() and right.head.isalpha() else ""
    if right.kind is AtomKind.PUNCTUATION or (right.out == "." and index == len(pieces) - 1):
        return ""
    if gap is Gap.EXPLICIT:
        return " "
    spaced = _by_class(left, right, gap, first=index == 1)
    if spaced is None:
        spaced = gap is Gap.SOFT and not left.sign and setting is Setting.OPEN
    return " " if spaced else ""


def multiplies(piece: Piece, side: AtomKind) -> bool:
    """Whether a fraction would be read into one with this piece, which stands on its ``side``."""
    edge = piece.tail if side is AtomKind.CLOSE else piece.head
    if piece.kind is AtomKind.ORDINARY:
        return not (piece.sign or edge.isspace() or edge in _TRAILING_MARKS)
    if piece.kind is AtomKind.OPERATOR:
        return side is AtomKind.OPEN or not piece.large
    return piece.kind is side or (piece.kind is AtomKind.BINARY and piece.head in "/·")


def is_name(piece: Piece) -> bool:
    """A named function: ``log``, ``sin²``."""
    return piece.kind is AtomKind.OPERATOR and not piece.large and piece.head.isalpha()


def _run_together(left: Piece, right: Piece) -> bool:
    """``T_c B``, ``√2 x``; but in ``x^0.8Sr`` the letter ends the number."""
    if not left.runs_on or not right.head.isalnum():
        return False
    ends_in_number = not left.tail and left.out[-1].isdigit()
    return not ends_in_number or right.head.isdigit()


def _words_meet(left: Piece, right: Piece) -> bool:
    after_name = is_name(left) and left.tail.isalpha() and right.head.isalnum()
    return after_name or (is_name(right) and left.tail.isalnum())


def _by_class(left: Piece, right: Piece, gap: Gap, first: bool) -> bool | None:
    """Whether two classes have a space between them; None where the author decides."""
    if AtomKind.RELATION in (left.kind, right.kind):
        return _around_relation(left, right, gap, first)
    if AtomKind.BINARY in (left.kind, right.kind):
        return (left.kind is AtomKind.BINARY and left.spaced) or (
            right.kind is AtomKind.BINARY and right.spaced
        )
    if right.kind is AtomKind.CLOSE or left.kind is AtomKind.OPEN:
        return False
    if left.kind is AtomKind.PUNCTUATION:
        return left.spaced or bool(gap)
    if left.kind is AtomKind.OPERATOR:
        opens = ((right.kind is AtomKind.OPEN and not right.bar) or right.head in ("(", "[")) and left.out[
            -1
        ] != ")"
        return not (left.large and right.large) and (left.large or left.runs_on or not opens)
    if right.kind is AtomKind.OPERATOR:
        return not left.sign
    if right.kind is AtomKind.OPEN:
        return gap is Gap.SOFT and (left.tail.isdigit() or bool(right.bar) or right.out == "{")
    return None


def _around_relation(left: Piece, right: Piece, gap: Gap, first: bool) -> bool:
    """``x ≥ 3``, but ``≥3`` where nothing stands before it."""
    if left.kind is right.kind:
        return bool(gap)
    return bool(gap) or not (first and left.kind is AtomKind.RELATION and left.head in _SIGN_LIKE_RELATIONS)
