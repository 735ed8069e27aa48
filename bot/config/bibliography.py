"""The papers of a .bib file, as far as its entries can be read: title and abstract.

Nobody is refused their digest for a comma: what is broken is passed over, up to the next entry that begins a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

from bot.config.files import read_bounded
from bot.models import Liked

MOST_BYTES = 50_000_000
_ENTRY = re.compile(r"^[ \t]*@(?!comment|string|preamble)[A-Za-z]+[ \t]*[{(]", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(r"[\s,](title|abstract)\s*=\s*([{\"])", re.IGNORECASE)
_GROUP = re.compile(r"""(\\[A-Za-z]+\s*|[_^"'`~=.\\])?\{([^{}\\]*)\}""")
_LONGEST_FIELD = 20_000
_MOST_FIELDS = 100
"""Of an entry that are looked at."""
_DEEPEST = 5
"""So many braces about each other are taken away."""


def read(path: Path) -> tuple[Liked, ...]:
    """The entries that have a title, in their order. OSError where the file can't be read."""
    raw = read_bounded(path, MOST_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return tuple(_papers(text))


def papers(path: Path) -> tuple[Liked, ...]:
    """The same; none of a file that can't be read, of which `check` warns."""
    try:
        return read(path)
    except OSError:
        return ()


def _papers(text: str) -> Iterator[Liked]:
    starts = [match.start() for match in _ENTRY.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        fields = dict(_fields(text[start:end]))
        if fields.get("title"):
            yield Liked(fields["title"], fields.get("abstract", ""))


def _fields(entry: str) -> Iterator[tuple[str, str]]:
    for match in islice(_FIELD.finditer(entry), _MOST_FIELDS):
        value = _value(entry, match.end(), "}" if match[2] == "{" else '"')
        if value is not None:
            yield match[1].lower(), " ".join(_bare(value).split())


def _bare(value: str) -> str:
    """Without the braces that keep capitals (``{B}ayesian``); those of a command, an accent or an index stay."""
    for _ in range(_DEEPEST):
        value, before = _GROUP.sub(lambda group: group[0] if group[1] else group[2], value), value
        if value == before:
            break
    return value


def _value(entry: str, start: int, closing: str) -> str | None:
    """What stands up to the brace or quotation mark that closes it; None where none does."""
    depth = 0
    for at in range(start, min(len(entry), start + _LONGEST_FIELD)):
        character = entry[at]
        if entry[at - 1] == "\\":
            continue
        if character == closing and depth == 0:
            return entry[start:at]
        depth += (character == "{") - (character == "}")
    return None
