"""A YAML text as plain values that remember where they were written.

(Named tuples here and in ``kinds``: a dataclass takes fifteen times as long to define, which every
start of the program would pay.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from bot.config.report import START, Mark, Path

Plain = str | int | float | bool | None

_PAIR = r"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
_ESCAPE = re.compile(_PAIR + r"|\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|[^\\]")
_SINGLE = re.compile(r"''|[^']")


class Scalar(NamedTuple):
    value: Plain
    mark: Mark
    style: str = ""
    """The quotation mark or block sign; empty for a plain scalar."""
    source: str = ""
    """As it is written, quotation marks included."""

    @property
    def size(self) -> int:
        """How many values there are in the node; an alias counts as all that it stands for."""
        return 1

    def locate(self, offset: int | None) -> Mark:
        """Where the character at ``offset`` of the value is written; the scalar as a whole for None.

        That also when it runs over several lines: where a line of it begins in the file is then no
        longer known.
        """
        if offset is None or "\n" in self.source or self.style in ("|", ">"):
            return self.mark
        if not self.style:
            return Mark(self.mark.line, self.mark.column + offset)
        pattern = _SINGLE if self.style == "'" else _ESCAPE
        written = [match.end() for match in pattern.finditer(self.source[1:-1])]
        before = ([0, *written])[min(offset, len(written))]
        return Mark(self.mark.line, self.mark.column + 1 + before)


class Sequence(NamedTuple):
    items: tuple[Node, ...]
    mark: Mark
    size: int


class Entries(NamedTuple):
    """A mapping. ``keys`` has where each key is written."""

    values: Mapping[str, Node]
    keys: Mapping[str, Mark]
    mark: Mark
    size: int


Node = Scalar | Sequence | Entries
ELLIPSIS = "…"
EMPTY = Entries({}, {}, START, 1)


def plain(node: Node) -> object:
    """The node as Python's own str, int, float, bool, None, list and dict."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Entries():
            return {key: plain(value) for key, value in node.values.items()}


def find(root: Node, path: Path) -> tuple[Node, Path]:
    """The node at the path, or the nearest one above it, and the path of that one."""
    node = root
    for depth, step in enumerate(path):
        match node, step:
            case Entries(), str() if step in node.values:
                node = node.values[step]
            case Sequence(), int() if step < len(node.items):
                node = node.items[step]
            case _:
                return node, path[:depth]
    return node, path


def key_mark(root: Node, path: Path) -> Mark | None:
    """Where the key at the end of the path is written; None when the path ends in no key."""
    parent, above = find(root, path[:-1])
    key = path[-1] if path and above == path[:-1] else None
    return parent.keys.get(key) if isinstance(parent, Entries) and isinstance(key, str) else None


def place(root: Node, path: Path) -> Mark:
    """Where a person looks for what the path says, or would say.

    At the value; at the key of what has keys itself; at what would hold a value that is missing.
    """
    node, found = find(root, path)
    if found == path and not isinstance(node, Entries):
        return node.mark
    return key_mark(root, found) or node.mark


def hide(node: Node, marks: Collection[Mark]) -> Node:
    """The tree with an ellipsis for each text and key that begins at one of the marks."""
    match node:
        case Scalar():
            return Scalar(ELLIPSIS, node.mark) if node.mark in marks else node
        case Sequence():
            return Sequence(tuple(hide(item, marks) for item in node.items), node.mark, node.size)
        case Entries():
            names = {key: ELLIPSIS if mark in marks else key for key, mark in node.keys.items()}
            values = {names[key]: hide(value, marks) for key, value in node.values.items()}
            keys = {names[key]: mark for key, mark in node.keys.items()}
            return Entries(values, keys, node.mark, node.size)


def texts(node: Node, path: Path = ()) -> Iterator[tuple[str, Mark, Path]]:
    """Every text of the tree, keys too, with its place."""
    match node:
        case Scalar(value=str() as text):
            yield text, node.mark, path
        case Sequence():
            for index, item in enumerate(node.items):
                yield from texts(item, (*path, index))
        case Entries():
            for key, value in node.values.items():
                yield key, node.keys[key], path
                yield from texts(value, (*path, key))
