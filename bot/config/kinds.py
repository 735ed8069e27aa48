"""The kinds of value that a YAML holds: each reads a node, and says as JSON Schema what it reads.

Both stand side by side, so that an editor with the schema and the loader judge alike. What a kind
can't see by itself (another key, a secret, the disk) is in ``rules``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bot.config.report import FaultReport, Path, did_you_mean, quoted
from bot.config.tree import Node, Scalar, Sequence

Schema = dict[str, Any]

NOTHING = "is empty: give a value (in quotes where it begins with #) or leave the key out"
LONGEST_TEXT = 6000
"""Characters of a value, so that no pattern has more to read; a query may have 5,000."""


class ValueKind(Protocol):
    def read(self, node: Node, path: Path, report: FaultReport) -> Any:
        """What the node means; None, and a fault in the report, when it is not of this kind."""

    def schema(self) -> Schema:
        """What JSON Schema (draft 2020-12) can say of the kind."""


class Mistaken(Exception):
    """A text has the right form and is wrong all the same: as a whole, or at ``offset``."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        self.offset = offset
        super().__init__(message)


class TextKind(NamedTuple):
    """A text of a certain form."""

    pattern: str
    """For the whole text, in the dialect that Python and JSON Schema (ECMA-262) share."""
    expected: str
    """What the text should have been, for a message."""
    hint: Callable[[str], str] = lambda _: ""
    """What to add to the message for a text that it is not."""
    meaning: Callable[[str], Any] = str
    """What the text stands for; raises Mistaken."""
    editors: Callable[[], Schema] | None = None
    """What JSON Schema says instead of ``pattern``, where that is not all."""
    bare: bool = False
    """Whether what YAML takes for a number is meant as it is written, too."""

    def read(self, node: Node, path: Path, report: FaultReport) -> Any:
        if not isinstance(node, Scalar) or node.value is None:
            mistaken(node, path, report, f"text, not {kind_of(node)}")
            return None
        text = node.value if isinstance(node.value, str) else node.source
        if len(text) > LONGEST_TEXT:
            report.add(node.mark, path, f"longer than {LONGEST_TEXT:,} characters, the most that is read")
            return None
        if not re.fullmatch(self.pattern, text):
            report.add(node.mark, path, f"{quoted(text)} is not {self.expected}{self.hint(text)}")
            return None
        if text is not node.value and not self.bare:
            mistaken(node, path, report, f"text, not {kind_of(node)}: put it in quotes")
            return None
        try:
            return self.meaning(text)
        except Mistaken as refusal:
            report.add(node.locate(refusal.offset), path, str(refusal))
            return None

    def schema(self) -> Schema:
        said = self.editors() if self.editors else {"pattern": anchored(self.pattern)}
        return {"type": ["string", "number"] if self.bare else "string", **said}


def anchored(pattern: str) -> str:
    """A pattern for the whole text, as JSON Schema wants it."""
    return f"^(?:{pattern})$"


class Whole(NamedTuple):
    """A whole number within bounds, both included."""

    least: int
    most: int

    def read(self, node: Node, path: Path, report: FaultReport) -> int | None:
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool):
            mistaken(node, path, report, f"a whole number, not {kind_of(node)}")
            return None
        if not self.least <= value <= self.most:
            report.add(node.mark, path, f"expected a number from {self.least} to {self.most}")
            return None
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag(NamedTuple):
    """true or false, and none of YAML 1.1's other words for them."""

    def read(self, node: Node, path: Path, report: FaultReport) -> bool | None:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        said = isinstance(node, Scalar) and isinstance(node.value, str) and quoted(node.value)
        mistaken(node, path, report, f"true or false, not {said or kind_of(node)}")
        return None

    def schema(self) -> Schema:
        return {"type": "boolean"}


class Choice(NamedTuple):
    """One of a few words."""

    options: type[StrEnum]

    def read(self, node: Node, path: Path, report: FaultReport) -> StrEnum | None:
        value = node.value if isinstance(node, Scalar) else None
        words = [str(option) for option in self.options]
        if value in words:
            return self.options(value)
        said = quoted(value) if isinstance(value, str) else kind_of(node)
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
        mistaken(node, path, report, f"{', '.join(words[:-1])} or {words[-1]}, not {said}{hint}")
        return None

    def schema(self) -> Schema:
        return {"enum": [str(option) for option in self.options]}


class OrNull(NamedTuple):
    """A kind, or null for what holds without it."""

    kind: ValueKind

    def read(self, node: Node, path: Path, report: FaultReport) -> Any:
        return None if is_null(node) else self.kind.read(node, path, report)

    def schema(self) -> Schema:
        return {"anyOf": [self.kind.schema(), {"type": "null"}]}


class OrWord(NamedTuple):
    """A kind, or a word that leaves it to the program: None."""

    word: str
    kind: ValueKind

    def read(self, node: Node, path: Path, report: FaultReport) -> Any:
        value = node.value if isinstance(node, Scalar) else None
        if value == self.word:
            return None
        if isinstance(value, str):
            hint = did_you_mean(value, [self.word])
            mistaken(node, path, report, f"a whole number or {self.word}, not {quoted(value)}{hint}")
            return None
        return self.kind.read(node, path, report)

    def schema(self) -> Schema:
        return {"anyOf": [{"const": self.word}, self.kind.schema()]}


class Many(NamedTuple):
    """A list of one kind; unless ``or_none``, one that is not empty."""

    kind: ValueKind
    or_one: bool = False
    """Whether the only item may stand by itself."""
    distinct: bool = False
    """For JSON Schema: whether an item may be listed twice is for a rule to say."""
    or_none: bool = False

    def read(self, node: Node, path: Path, report: FaultReport) -> tuple[Any, ...] | None:
        if self.or_one and isinstance(node, Scalar):
            return (self.kind.read(node, path, report),)
        if not isinstance(node, Sequence):
            mistaken(node, path, report, f"a list such as [a, b], not {kind_of(node)}")
            return None
        if not node.items and not self.or_none:
            report.add(node.mark, path, "is an empty list: leave the key out, or list something")
            return None
        return tuple(self.kind.read(item, (*path, index), report) for index, item in enumerate(node.items))

    def schema(self) -> Schema:
        many: Schema = {"type": "array", "items": self.kind.schema()}
        if not self.or_none:
            many["minItems"] = 1
        if self.distinct:
            many["uniqueItems"] = True
        return {"anyOf": [self.kind.schema(), many]} if self.or_one else many


def mistaken(node: Node, path: Path, report: FaultReport, message: str) -> None:
    """Note that something else was expected, or that there is nothing at all."""
    report.add(node.mark, path, NOTHING if is_null(node) else f"expected {message}")


def is_null(node: Node) -> bool:
    """Whether nothing is written here, or null."""
    return isinstance(node, Scalar) and node.value is None


def kind_of(node: Node) -> str:
    """What is written, in a word or two."""
    match node:
        case Sequence():
            return "a list"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=float()):
            return "a number with a fraction"
        case Scalar(value=int()):
            return "a number"
        case Scalar():
            return "text"
    return "keys with values"
