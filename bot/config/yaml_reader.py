"""YAML text to a tree of nodes, by YAML 1.2's core schema, within bounds.

ruamel.yaml splits the text into events; what they mean is decided here, so that every value keeps its
place, a fault does not hide the next one, and no alias, depth or size can cost more than a moment.
Merge keys (``<<``) belong to YAML 1.1, but people use them: they are understood. Tags are not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from bot.config.report import FaultReport, Mark, quoted
from bot.config.syntax_errors import in_words
from bot.config.tree import EMPTY, Entries, Node, Plain, Scalar, Sequence

MAX_NODES = 50_000
"""Values in a file, each alias counted as all that it stands for; a thousand subscribers have 20,000."""
MAX_DEPTH = 12
"""Lists and mappings inside each other; a configuration needs four."""

_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_PROPERTIES = re.compile(r"(?:[&!][^\s]* +)+")
_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Stop(Exception):
    """The rest of the text is not worth reading; the report says why."""


def read(text: str, report: FaultReport) -> Node:
    """The document of the text; an empty mapping where it can't be read. Faults go into the report."""
    builder = _Builder(text, report)
    try:
        # One event at a time, so that a bound stops the parser itself.
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except Stop:
        pass
    except (YAMLError, ValueError, OverflowError) as error:
        report.add(*in_words(error, text))
    return builder.root


class _Key(NamedTuple):
    text: str
    mark: Mark
    merges: bool


class _Open:
    """A list or mapping whose end has not come yet."""

    def __init__(self, mark: Mark, anchor: str | None, *, mapping: bool) -> None:
        self.mark = mark
        self.anchor = anchor
        self.mapping = mapping
        self.size = 1
        self.items: list[Node] = []
        self.values: dict[str, Node] = {}
        self.keys: dict[str, Mark] = {}
        self.merged: list[Node] = []
        self.key: _Key | None = None

    def path_step(self) -> str | int:
        return (self.key.text if self.key else "?") if self.mapping else len(self.items)

    def close(self) -> Node:
        if not self.mapping:
            return Sequence(tuple(self.items), self.mark, self.size)
        values, keys = self.values, self.keys
        for source in self.merged:
            if isinstance(source, Entries):
                values = {**source.values, **values}
                keys = {**source.keys, **keys}
        return Entries(values, keys, self.mark, self.size)


class _Builder:
    """Puts nodes together as the events come."""

    def __init__(self, text: str, report: FaultReport) -> None:
        self.root: Node = EMPTY
        self._text = text
        self._report = report
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0

    def take(self, event: Event) -> None:
        match event:
            case DocumentStartEvent():
                self._begin_document(event)
            case AliasEvent():
                self._place(self._aliased(event), event)
            case ScalarEvent():
                self._refuse_tag(event)
                scalar = self._scalar(event)
                self._remember(event.anchor, scalar)
                self._place(scalar, event)
            case CollectionEndEvent():
                closed = self._open.pop()
                node = closed.close()
                self._remember(closed.anchor, node)
                self._place(node, None)
            case CollectionStartEvent():
                self._refuse_tag(event)
                self._begin_collection(event)

    def _begin_document(self, event: Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self.root = EMPTY
            self._fault(_start(event), "a second document: the configuration is one document, without ---")
            raise Stop

    def _begin_collection(self, event: CollectionStartEvent) -> None:
        mark = _start(event)
        if len(self._open) == MAX_DEPTH:
            self._fault(mark, f"lists and mappings nested deeper than {MAX_DEPTH}")
            raise Stop
        top = self._top()
        if top and top.mapping and top.key is None:
            self._fault(mark, "a list or mapping can't be a key")
            raise Stop
        self._open.append(_Open(mark, event.anchor, mapping=isinstance(event, MappingStartEvent)))

    def _place(self, node: Node, event: NodeEvent | None) -> None:
        """Put a node where it belongs: a key, a value, an item, or the document itself."""
        top = self._top()
        if top is None:
            self.root = node
            return
        if top.mapping and top.key is None:
            self._begin_entry(top, node, event)
            return
        top.size += node.size
        if sum(each.size for each in self._open) > MAX_NODES:
            self._fault(node.mark, f"more than {MAX_NODES:,} values, counting what the aliases stand for")
            raise Stop
        if not top.mapping:
            top.items.append(node)
        elif top.key:
            self._end_entry(top, top.key, node)

    def _begin_entry(self, top: _Open, node: Node, event: NodeEvent | None) -> None:
        mark = _start(event) if event else node.mark
        if not isinstance(node, Scalar):
            self._fault(mark, "a list or mapping can't be a key")
            raise Stop
        merges = node.value == "<<" and not node.style
        if isinstance(node.value, str):
            text = node.value
        else:
            text = node.source
            self._fault(mark, f"the key {quoted(text)} is not text: quote it")
        top.key = _Key(text, mark, merges)

    def _end_entry(self, top: _Open, key: _Key, node: Node) -> None:
        if key.merges:
            sources = list(node.items) if isinstance(node, Sequence) else [node]
            if not all(isinstance(source, Entries) for source in sources):
                self._fault(node.mark, "only a mapping can be merged by <<")
            top.merged += sources
        elif key.text in top.values:
            first = top.keys[key.text]
            self._fault(key.mark, f"the key is written twice (first in line {first.line})")
        else:
            top.values[key.text] = node
            top.keys[key.text] = key.mark
        top.key = None

    def _aliased(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            alias = quoted(f"*{event.anchor}")
            self._fault(_start(event), f"the alias {alias} stands for nothing that is complete before it")
            raise Stop
        return node

    def _remember(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _scalar(self, event: ScalarEvent) -> Scalar:
        mark, source = _start(event), self._text[event.start_mark.index : event.end_mark.index]
        if not event.tag and (properties := _PROPERTIES.match(source)):
            source = source[properties.end() :]
            mark = Mark(mark.line, mark.column + properties.end())
        top = self._top()
        if not source and top and top.key:
            mark = top.key.mark  # nothing is written nowhere: its key is
        value: Plain = event.value if event.style else resolve(event.value)
        if isinstance(value, str) and not value.isascii():
            value = self._whole_characters(value, mark)
        return Scalar(value, mark, event.style or "", source)

    def _whole_characters(self, text: str, mark: Mark) -> str | None:
        r"""The text with each pair of surrogates, as JSON writes ``"\ud835\udcd0"``, as its one character."""
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._fault(mark, "half of a surrogate pair is no character")
            return None

    def _refuse_tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag is not None:
            self._fault(_start(event), "a tag (!…): plain YAML needs none")
            self._report.settled.add(_start(event))

    def _top(self) -> _Open | None:
        return self._open[-1] if self._open else None

    def _fault(self, mark: Mark, message: str) -> None:
        path = tuple(each.path_step() for each in self._open if not each.mapping or each.key)
        self._report.add(mark, path, message)


def resolve(text: str) -> Plain:
    """What a plain scalar means in YAML 1.2's core schema (10.3.2): ``no`` is text, ``0123`` is 123.

    As in JSON Schema a number without a fraction is a whole number, however it is written. One that
    overflows is infinite, and so fits nowhere.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[1:2] in ("o", "x") else int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def _start(event: Event) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
