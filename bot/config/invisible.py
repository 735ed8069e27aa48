"""Characters that nobody sees or that look like another, named where they stand.

A no-break space in the indentation makes a key of another name out of a line, and none of YAML's own
complaints says so; one in an address or a channel's name is found by no server.
"""

from __future__ import annotations

import re
import unicodedata

from bot.config.report import FaultReport, Mark
from bot.config.tree import Entries, Node, Scalar, Sequence

INVISIBLE = (
    "[\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u2064\u2066-\u206f\u3000\u3164\ufeff\uffa0]"
)
BLANK = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_WIDE_COLON = r"[ -]*[\w-]+(：)"
_TEXTS = frozenset({"focus", "keywords", "exclude", "authors", "language"})
"""Keys of plain words, which may hold such a character between others: it is read as a blank, or left out."""
_REMEDY = "delete it, and type an ordinary space where one belongs"


def find(root: Node, report: FaultReport) -> bool:
    """Note each key and value that holds such a character; whether there was one."""
    before = len(report.faults)
    _walk(root, (), report)
    return len(report.faults) > before


def find_in_lines(text: str, report: FaultReport) -> bool:
    """Note the first such character of each line of a text that is not YAML, comments left out."""
    found = False
    for number, line in enumerate(text.split("\n"), 1):
        code = re.sub(r"(?:^|\s)#.*", "", line)
        match = re.search(INVISIBLE, code)
        if match:
            report.add(Mark(number, match.start() + 1), (), unseen(match[0]))
            found = True
        elif colon := re.match(_WIDE_COLON, code):
            report.add(Mark(number, colon.start(1) + 1), (), _COLON)
            found = True
    return found


_COLON = "a full-width colon, which is text to YAML: write an ordinary ':' and a blank"


def _walk(node: Node, path: tuple[str | int, ...], report: FaultReport) -> None:
    match node:
        case Entries():
            for key, value in node.values.items():
                if match := re.search(INVISIBLE, key):
                    mark = node.keys[key]
                    report.add(Mark(mark.line, mark.column + match.start()), path, unseen(match[0]))
                _walk(value, (*path, key), report)
        case Sequence():
            for index, item in enumerate(node.items):
                _walk(item, (*path, index), report)
        case Scalar(value=str() as text):
            offset = _offset(text, path)
            if offset is not None:
                report.add(node.locate(offset), path, unseen(text[offset]))
            elif _is_item(node, path) and (colon := re.match(_WIDE_COLON, text)):
                report.add(node.locate(colon.start(1)), path, _COLON)


def _is_item(node: Scalar, path: tuple[str | int, ...]) -> bool:
    """Whether it stands in a list of other things than words, where a key with its value may be meant."""
    return (
        not node.style and isinstance(path[-1:][0], int) and _TEXTS.isdisjoint(map(str, path))
        if path
        else False
    )


def _offset(text: str, path: tuple[str | int, ...]) -> int | None:
    """Where the first one stands that does harm."""
    harmless = not _TEXTS.isdisjoint(map(str, path))
    for match in re.finditer(INVISIBLE, text):
        at_the_rim = match.start() == 0 or match.end() == len(text)
        if not harmless or (at_the_rim and not re.match(BLANK, match[0])):
            return match.start()
    return None


def unseen(character: str) -> str:
    """What is wrong with it, and the remedy."""
    why = "looks like a space and is none" if re.match(BLANK, character) else "can't be seen"
    return f"{named(character)}, which {why}: {_REMEDY}"


def named(character: str) -> str:
    """``a no-break space (U+00A0)``"""
    nameless = "CONTROL CHARACTER" if unicodedata.category(character) == "Cc" else "CHARACTER WITHOUT A NAME"
    name = "BYTE ORDER MARK" if character == "\ufeff" else unicodedata.name(character, nameless)
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name.lower()} (U+{ord(character):04X})"
