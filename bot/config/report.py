"""Faults on their way to one ConfigError: what they are about, and how that is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import NamedTuple

from bot.models import Fault

Path = tuple[str | int, ...]
"""Keys and list indices from the root of the YAML."""

_PLAIN_KEY = re.compile(r"[\w-]+")
_LOGIN = re.compile(r"(?<=://)[^/]*@")
_SHOWN = 60


class Mark(NamedTuple):
    """A place in a text, 1-based."""

    line: int
    column: int


START = Mark(1, 1)


class FaultReport:
    """Collects the faults of one file. It neither judges nor raises."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.locate: Callable[[Path], Mark] = lambda _: START
        """Where a person looks for what a path says, once there is a tree to look in."""
        self.settled: set[Mark] = set()
        """Places that need no second fault."""
        self._faults: dict[Fault, None] = {}

    def add(self, mark: Mark, path: Path, message: str) -> None:
        """Note a fault; the same one twice is one."""
        if mark not in self.settled:
            self._note(mark, path, message)

    def at(self, path: Path, message: str) -> None:
        """Note a fault at the place of its path, or of what would hold it."""
        self.add(self.locate(path), path, message)

    def settle(self, mark: Mark, path: Path, message: str) -> None:
        """Note a fault that says all there is to say of its place."""
        self.settled.add(mark)
        self._note(mark, path, message)

    def take(self, fault: Fault) -> None:
        """Note a fault of another report."""
        self._faults[fault] = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """In the order of the file."""
        return tuple(sorted(self._faults, key=lambda fault: (fault.line, fault.column)))

    def _note(self, mark: Mark, path: Path, message: str) -> None:
        self._faults[Fault(self.file, mark.line, mark.column, dotted(path), message)] = None


def dotted(path: Path) -> str:
    """``subscribers[2].topics[0]``; a key that is more than a word stands in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


def quoted(text: str) -> str:
    """A text as a message shows it: on one line, in quotes, cut when long, no login in a web address."""
    text = _LOGIN.sub("…@", text)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that comes nearest, if one comes near."""
    by_case = {each.lower(): each for each in known}
    near = get_close_matches(word[:_SHOWN].lower(), by_case, n=1)
    return by_case[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` when one of the known words comes near, else nothing."""
    near = meant(word, known)
    return f" (did you mean {quoted(near)}?)" if near else ""
