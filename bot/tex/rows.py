"""Rows under construction: faces that last to the end of a group, scripts that look for their base."""

from __future__ import annotations

from collections.abc import Callable

from bot.tex.tree import AtomKind, Face, Fraction, Group, Node, Row, Scripts, Space, Style, Symbol


class ProseRow:
    """A row of running text. ``face`` holds from where it is set."""

    def __init__(self) -> None:
        self._done: list[Node] = []
        self._nodes: list[Node] = []
        self._face: Face | None = None

    def add(self, *nodes: Node) -> None:
        self._nodes.extend(nodes)

    def face(self, face: Face | None) -> None:
        self._close_face()
        self._face = face

    def finish(self) -> Row:
        self._close_face()
        return tuple(self._done)

    def _close_face(self) -> None:
        if self._face is not None and self._nodes:
            self._done.append(Style(self._face, tuple(self._nodes)))
        else:
            self._done.extend(self._nodes)
        self._nodes = []


class FormulaRow(ProseRow):
    """A row of a formula: also attaches scripts, and splits at ``\\over``."""

    def __init__(self) -> None:
        super().__init__()
        self._infix: Callable[[Row, Row], Row] | None = None
        self._upper: Row = ()

    @property
    def last(self) -> Node | None:
        """The last atom, soft spaces skipped."""
        return next((node for node in reversed(self._nodes) if node != Space(explicit=False)), None)

    def script(self, sub: Row = (), sup: Row = ()) -> None:
        """Hang a script on the last atom, or on nothing where there is none to carry it."""
        while self._nodes and self._nodes[-1] == Space(explicit=False):
            self._nodes.pop()
        last = self._nodes[-1] if self._nodes else None
        if isinstance(last, Scripts) and self._has_room(last, sub, sup):
            self._nodes[-1] = Scripts(last.base, last.sub + sub, last.sup + sup)
        elif last is None or isinstance(last, Space | Scripts) or self._cannot_carry(last):
            self._nodes.append(Scripts(None, sub, sup))
        else:
            self._nodes[-1] = Scripts(None if last == Group(()) else last, sub, sup)

    def split(self, join: Callable[[Row, Row], Row]) -> None:
        """What came so far is the upper part, what follows the lower one; a second time is ignored."""
        if self._infix is None:
            self._upper, self._infix = ProseRow.finish(self), join
            self._done = []

    def finish(self) -> Row:
        row = super().finish()
        return self._infix(self._upper, row) if self._infix else row

    @staticmethod
    def _has_room(last: Scripts, sub: Row, sup: Row) -> bool:
        primes = all(isinstance(node, Symbol) and node.text.strip("'") == "" for node in last.sup)
        return not (sub and last.sub) and not (sup and last.sup and not primes)

    @staticmethod
    def _cannot_carry(node: Node) -> bool:
        return isinstance(node, Symbol) and node.kind in (AtomKind.OPEN, AtomKind.PUNCTUATION)


def over(upper: Row, lower: Row) -> Row:
    """``a \\over b``."""
    return (Fraction(upper, lower),)


def atop(upper: Row, lower: Row) -> Row:
    """``a \\atop b``: one above the other, no line between."""
    return (*upper, Symbol(",", AtomKind.PUNCTUATION, spaced=True), *lower) if upper else lower
