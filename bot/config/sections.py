"""What holds values by keys: sections, whose keys are known, and names, which are the user's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.config.kinds import OrNull, Schema, TextKind, ValueKind, kind_of, mistaken
from bot.config.report import FaultReport, Path, did_you_mean, meant, quoted
from bot.config.tree import Entries, Node, Scalar


class Named(NamedTuple):
    """Things of one kind by names of the user's choice, at least one."""

    name: TextKind
    kind: ValueKind

    def read(self, node: Node, path: Path, report: FaultReport) -> dict[str, Any] | None:
        if not isinstance(node, Entries):
            mistaken(node, path, report, f"names with what they stand for, not {kind_of(node)}")
            return None
        if not node.values:
            report.add(node.mark, path, "is empty: it needs at least one name")
            return None
        for key, mark in node.keys.items():
            self.name.read(Scalar(key, mark), (*path, key), report)
        return {key: self.kind.read(value, (*path, key), report) for key, value in node.values.items()}

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": self.name.schema(),
            "additionalProperties": self.kind.schema(),
            "minProperties": 1,
        }


class Key(NamedTuple):
    """One key of a section."""

    kind: ValueKind
    about: str
    default: object = None
    """What holds without it, as it would be written; for editors and manuals only."""
    required: str = ""
    """What to say when it is missing; empty for a key that may be left out."""


class Section(NamedTuple):
    """Keys that are known beforehand."""

    about: str
    keys: Mapping[str, Key]
    stranger: Callable[[str], str] = lambda _: ""
    """What to say of an unknown key, where there is more to say than that it is unknown."""
    constraint: Mapping[str, Any] = MappingProxyType({})
    """What else JSON Schema says; a rule says the same to the loader."""

    def read(self, node: Node, path: Path, report: FaultReport) -> dict[str, Any] | None:
        """The values of the keys that are there."""
        if not isinstance(node, Entries):
            mistaken(node, path, report, f"keys with values, not {kind_of(node)}")
            return None
        for name, mark in node.keys.items():
            if name not in self.keys:
                unknown = f"unknown key {quoted(name)}{did_you_mean(name, self.keys)}"
                report.add(mark, (*path, name), self.stranger(name) or unknown)
        for name, key in self.keys.items():
            if key.required and not self.mentions(node.values, [name]):
                report.at((*path, name), f"is missing: {key.required}")
        return {
            name: self.keys[name].kind.read(value, (*path, name), report)
            for name, value in node.values.items()
            if name in self.keys
        }

    def mentions(self, written: Iterable[str], wanted: Collection[str]) -> bool:
        """Whether one of the wanted keys is written, or an unknown one that was meant to be it."""
        return any(
            key in wanted or (key not in self.keys and meant(key, self.keys) in wanted) for key in written
        )

    def schema(self) -> Schema:
        return {
            "type": "object",
            "description": self.about,
            "properties": {name: _described(name, key) for name, key in self.keys.items()},
            "required": [name for name, key in self.keys.items() if key.required],
            "additionalProperties": False,
            **self.constraint,
        }


def _described(name: str, key: Key) -> Schema:
    schema = key.kind.schema()
    default = {} if key.default is None and not isinstance(key.kind, OrNull) else {"default": key.default}
    return {"title": name, "description": key.about, **default, **schema}
