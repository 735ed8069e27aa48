"""Hostile repetition: the patterns of a package, texts that may take them long, and whether they do.

A regular expression or a parser that looks again at what it has seen takes with the square of a text's length.
Nothing here measures seconds: a text and one four times as long are compared.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

_SHORT, _LONG = 2_000, 8_000
_LINEAR = _LONG / _SHORT
_TOLERATED = 2.2 * _LINEAR
"""Times as long for a text four times as long. Where it grows with the square, 16 times."""
_SEVERAL = 3
_NEXT_TO_NOTHING = 5
"""Times what it takes to look once at every character of the long text."""
_NESTED = 4
_WHOLE_TEXT = frozenset(("match", "fullmatch"))
_ANYWHERE = frozenset(("search", "sub", "subn", "split", "finditer", "findall"))


class Found(NamedTuple):
    """A pattern, where it is, and whether it is looked for anywhere in a text or at one place only."""

    place: str
    pattern: re.Pattern[str]
    anywhere: bool


def patterns(package: ModuleType) -> Iterator[Found]:
    """Every pattern that the modules of ``package`` hold, in whatever table, or write where they use it."""
    seen: set[str] = set()
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for found in (*_held(module, _uses(tree)), *_written(info.name, tree)):
            key = f"{found.pattern.pattern} {found.pattern.flags} {found.anywhere}"
            if key not in seen:
                seen.add(key)
                yield found


def _uses(tree: ast.Module) -> Mapping[str, set[str]]:
    """Name of the module -> the methods that are called of it."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _held(module: ModuleType, uses: Mapping[str, set[str]]) -> Iterator[Found]:
    pending: list[tuple[str, object, int]] = [(name, value, 0) for name, value in vars(module).items()]
    while pending:
        name, value, depth = pending.pop()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            # One in a table, or that another module imports, may be used in any way.
            at_one_place = uses.get(name, set()) & _WHOLE_TEXT and not uses.get(name, set()) & _ANYWHERE
            yield Found(f"{module.__name__}.{name}", value, not at_one_place)
        elif depth < _NESTED and isinstance(value, Mapping):
            pending += [(f"{name}[{key!r}]", inner, depth + 1) for key, inner in value.items()]
        elif depth < _NESTED and isinstance(value, tuple | list | frozenset):
            pending += [(f"{name}[{at}]", inner, depth + 1) for at, inner in enumerate(value)]


def _written(place: str, tree: ast.Module) -> Iterator[Found]:
    """``re.sub("…", …)``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method),
                args=[ast.Constant(value=str(source)), *_],
            ) if method in _WHOLE_TEXT | _ANYWHERE:
                yield Found(f"{place}:{node.lineno}", re.compile(source), method in _ANYWHERE)


_PIECE = re.compile(
    r"\(\?(?:P<\w+>|<?[=!]|[a-z-]*:|>)?|\{\d*,?\d*\}|[)*+?|^(]"  # what stands for nothing itself
    r"|\[(?P<negated>\^?)(?P<members>\]?(?:\\.|[^\]\\])*)\]"
    r"|\\(?P<escaped>u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|(?P<word>\w+| +)|(?P<sign>.)",
    re.DOTALL,
)
_CLASSES = {"d": "1", "w": "a", "s": " ", "S": "a", "W": ".", "D": "a", "n": "\n", "t": "\t", "r": "\r"}
_STANDS_FOR_NOTHING = frozenset("bBAZ")
_LONGEST_WINDOW = 5
_MOST_PUMPS = 14


def pumps(pattern: str) -> list[str]:
    """Texts of a few characters, made of what stands side by side in ``pattern``; repeated they are hostile."""
    pieces = [piece for found in _PIECE.finditer(pattern) for piece in _samples(found)]
    windows = dict.fromkeys(
        "".join(pieces[at : at + length])
        for length in range(1, _LONGEST_WINDOW + 1)
        for at in range(len(pieces) - length + 1)
    )
    found = [window for window in windows if window]
    return [*found[:: max(1, len(found) // _MOST_PUMPS)], "a", " ", "1", "A.", "<a>"]


def _samples(found: re.Match[str]) -> list[str]:
    """What a piece of a pattern may match: a character of a class, or the word that it is."""
    if (members := found["members"]) is not None:
        if found["negated"]:
            return [next((one for one in "a1 .(" if not re.match(found[0].replace("^", "", 1), one)), "a")]
        return [_unescaped(one) for one in re.findall(r"\\.|[^\\]", members)[:2]]
    if (escaped := found["escaped"]) is not None:
        return [] if escaped in _STANDS_FOR_NOTHING else [_unescaped(f"\\{escaped}")]
    return [text] if (text := found["word"] or found["sign"]) else []


def _unescaped(written: str) -> str:
    if not written.startswith("\\"):
        return written
    code = written[1:]
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _CLASSES.get(code, code)


def run(found: Found, text: str) -> None:
    """Look for the pattern as its module does."""
    if found.anywhere:
        deque(found.pattern.finditer(text), 0)
    else:
        found.pattern.match(text)
        found.pattern.fullmatch(text)


def growth(read: Callable[[str], object], piece: str) -> float | None:
    """How many times as long ``read`` takes for a text four times as long, where that is too much; else None.

    A text that is read in next to no time is not looked at twice: a square would have shown.
    """
    long = repeated(piece, _LONG)
    if _cost(read, long) < _NEXT_TO_NOTHING * _cost(re.compile(r"\w").findall, "a" * _LONG):
        return None
    grown = _TOLERATED
    for _ in range(_SEVERAL):  # a collection of garbage in between looks like growth, once
        grown = ratio(read, repeated(piece, _SHORT), long)
        if grown <= _TOLERATED:
            return None
    return grown


def repeated(piece: str, length: int) -> str:
    return piece * (length // len(piece) + 1)


def ratio(read: Callable[[str], object], short: str, long: str) -> float:
    """How many times as long ``read`` takes for the long text, by the best of a few attempts at each."""
    costs = [(_cost(read, long), _cost(read, short)) for _ in range(_SEVERAL)]
    return min(cost for cost, _ in costs) / min(cost for _, cost in costs)


def _cost(read: Callable[[str], object], text: str) -> float:
    """Processor time: others on the same machine don't count."""
    begun = time.thread_time()
    read(text)
    return max(time.thread_time() - begun, sys.float_info.epsilon)
