"""The tree that a LaTeX text becomes: what is meant, not how it was typed.

Two kinds of row exist. A row of *prose* is read as it stands, its pieces simply joined. A row of a
*formula* has atoms with a class (``AtomKind``), from which the spaces between them follow, as in TeX.
Nothing here parses or renders.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class AtomKind(Enum):
    """The class of an atom in a formula (The TeXbook, chapter 17)."""

    ORDINARY = auto()
    OPERATOR = auto()
    """A named function, a sum, an integral."""
    BINARY = auto()
    RELATION = auto()
    OPEN = auto()
    CLOSE = auto()
    PUNCTUATION = auto()


class Face(Enum):
    """How letters are set, where it can be shown."""

    ROMAN = auto()
    """A word or a unit within a formula: letters that belong together."""
    EMPHASIS = auto()
    STRONG = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Text:
    """Characters to be shown as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """One atom of a formula: a character, a number, a run of letters, an operator's name."""

    text: str
    kind: AtomKind = AtomKind.ORDINARY
    spaced: bool = False
    """A binary operator or a punctuation mark that has spaces whatever the author typed."""


@dataclass(frozen=True, slots=True)
class Space:
    """White space in a formula: ``explicit`` for one that TeX would print (``\\,``, ``~``, ``\\quad``)."""

    explicit: bool = True


@dataclass(frozen=True, slots=True)
class Scripts:
    """A subscript, a superscript or both; without ``base`` they hang on what stands before."""

    base: Node | None
    sub: Row = ()
    sup: Row = ()


@dataclass(frozen=True, slots=True)
class Fraction:
    numerator: Row
    denominator: Row


@dataclass(frozen=True, slots=True)
class Root:
    radicand: Row
    index: Row = ()


@dataclass(frozen=True, slots=True)
class Accent:
    """A combining character (``mark``) over or under the whole ``body``."""

    mark: str
    body: Row


@dataclass(frozen=True, slots=True)
class Style:
    face: Face
    body: Row


@dataclass(frozen=True, slots=True)
class Group:
    """Part of a formula that acts as one atom."""

    body: Row
    kind: AtomKind = AtomKind.ORDINARY


@dataclass(frozen=True, slots=True)
class Prose:
    """A row of prose: a braced part of a text, or words inside a formula (``\\text{for all }``)."""

    body: Row


@dataclass(frozen=True, slots=True)
class Math:
    """A formula within prose. ``display`` sets it apart from the words around it."""

    body: Row
    display: bool = False


Node = Text | Symbol | Space | Scripts | Fraction | Root | Accent | Style | Group | Prose | Math
Row = tuple[Node, ...]
