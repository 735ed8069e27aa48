"""How commands read what follows them: the arguments of a command, whichever command it is.

``SourceReader`` is what the tables of commands see of the parser: positions in a source, never past the end of
the part being read, and never deeper than ``DEEPEST``. What a command means is decided elsewhere.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from dataclasses import dataclass

from bot.tex.outline import Outline, Region, outline
from bot.tex.tree import Row, Text

DEEPEST = 40
"""Nesting beyond this is read as plain characters; no readable formula comes near it."""

_NAME = re.compile(r"\\([A-Za-z]+\*?|.)?", re.DOTALL)
_SPACE = re.compile(r"\s*")
_OPTION = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\}){0,300})\]")
_ENVIRONMENT_NAME = re.compile(r"\s*\{[^{}\\$]{0,40}\}")
_FLAT = re.compile(r"[\\{}$]")


@dataclass(slots=True)
class Cursor:
    """A place in the source, moving towards ``end``."""

    position: int
    end: int

    @property
    def has_more(self) -> bool:
        return self.position < self.end


class SourceReader(ABC):
    """A source with its outline, and the reading of arguments."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.outline: Outline = outline(source)
        self.depth = 0

    @abstractmethod
    def prose(self, start: int, end: int, region: int) -> Row:
        """Read a part of the source as running text; ``region`` is where its region starts."""

    @abstractmethod
    def formula(self, start: int, end: int) -> Row:
        """Read a part of the source as a formula."""

    @abstractmethod
    def math_command(self, cursor: Cursor) -> Row:
        """Read the command at the cursor, with its arguments, as part of a formula."""

    @abstractmethod
    def prose_command(self, cursor: Cursor) -> Row:
        """Read the command at the cursor, with its arguments, as part of running text."""

    def flat(self, start: int, end: int) -> Row:
        """The characters of a part without any structure."""
        return (Text(_FLAT.sub("", self.source[start:end])),)

    def name(self, cursor: Cursor) -> str:
        """The name of the command at the cursor, which moves behind it (not behind spaces)."""
        match = _NAME.match(self.source, cursor.position, cursor.end)
        cursor.position = match.end() if match else cursor.end
        return (match[1] or "") if match else ""

    def command_name(self, cursor: Cursor, known: Container[str]) -> str:
        """``name`` with its star only where ``known`` has the starred form."""
        name = self.name(cursor)
        if len(name) > 1 and name.endswith("*") and name not in known:
            cursor.position -= 1
            return name[:-1]
        return name

    def skip_environment_name(self, cursor: Cursor) -> None:
        """Step over the name of an environment that never began or never ended."""
        if match := _ENVIRONMENT_NAME.match(self.source, cursor.position, cursor.end):
            cursor.position = match.end()

    def skip_space(self, cursor: Cursor) -> None:
        match = _SPACE.match(self.source, cursor.position, cursor.end)
        cursor.position = match.end() if match else cursor.position

    def region(self, cursor: Cursor, name: str | None = None) -> Region | None:
        """The region that starts at the cursor and ends within its part."""
        region = self.outline.regions.get(cursor.position)
        if region is None or region.end > cursor.end or (name is not None and region.name != name):
            return None
        return region

    def braced(self, cursor: Cursor) -> Region | None:
        """Step over ``{…}`` if that is what comes next."""
        here = cursor.position
        self.skip_space(cursor)
        region = self.region(cursor, "{")
        cursor.position = region.end if region else here
        return region

    def raw_argument(self, cursor: Cursor) -> str:
        """The source of the next argument: what is in the braces, else one character."""
        if region := self.braced(cursor):
            return self.source[region.body_start : region.body_end]
        self.skip_space(cursor)
        if not cursor.has_more or self.source[cursor.position] in "\\{}":
            return ""
        cursor.position += 1
        return self.source[cursor.position - 1]

    def option(self, cursor: Cursor) -> str | None:
        """Step over ``[…]`` if that is what comes next, and return its source."""
        match = _OPTION.match(self.source, cursor.position, cursor.end)
        if match is None:
            return None
        cursor.position = match.end()
        return match[1]

    def math_argument(self, cursor: Cursor) -> Row:
        """The next argument as a formula: a group, a command with its own arguments, or one character."""
        if region := self.braced(cursor):
            return self.formula(region.body_start, region.body_end)
        self.skip_space(cursor)
        if not cursor.has_more or self.source[cursor.position] in "{}&$":
            return ()
        if self.source[cursor.position] == "\\":
            return self._deeper(self.math_command, cursor)
        cursor.position += 1
        return self.formula(cursor.position - 1, cursor.position)

    def prose_argument(self, cursor: Cursor) -> Row:
        """The next argument as running text."""
        if region := self.braced(cursor):
            return self.prose(region.body_start, region.body_end, region.start)
        self.skip_space(cursor)
        if not cursor.has_more or self.source[cursor.position] in "{}$":
            return ()
        if self.source[cursor.position] == "\\":
            return self._deeper(self.prose_command, cursor)
        cursor.position += 1
        return (Text(self.source[cursor.position - 1]),)

    @abstractmethod
    def code_argument(self, cursor: Cursor) -> Row:
        """The next argument as code: quotes and dashes are what they are."""

    def has_argument(self, cursor: Cursor) -> bool:
        """Whether ``{`` follows at once or after one space."""
        ahead = Cursor(cursor.position, cursor.end)
        return self.braced(ahead) is not None

    def _deeper(self, read: Callable[[Cursor], Row], cursor: Cursor) -> Row:
        if self.depth >= DEEPEST:
            start = cursor.position
            self.name(cursor)
            return self.flat(start, cursor.position)
        self.depth += 1
        try:
            return read(cursor)
        finally:
            self.depth -= 1


Handler = Callable[[SourceReader, Cursor, str], Row]
"""What a command does: reads its arguments at the cursor and returns its nodes; the name is given."""
