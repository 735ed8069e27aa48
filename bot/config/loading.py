"""From the file to Settings, or to one ConfigError with every fault that can be found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.config import environment, homes, invisible
from bot.config.build import DATABASE, Values, build
from bot.config.document import DOCUMENT
from bot.config.files import read_bounded
from bot.config.hints import hints
from bot.config.report import START, FaultReport, Mark
from bot.config.report import Path as Path_
from bot.config.rules import breaches
from bot.config.tree import EMPTY, Entries, Node, Scalar, Sequence, find, hide, key_mark, place, plain, texts
from bot.config.yaml_reader import read
from bot.errors import ConfigError
from bot.models import Fault
from bot.settings import Secret, Settings

MAX_BYTES = 1024 * 1024
"""Of the YAML; a thousand subscribers need 150 kB."""


def load(path: Path, environ: Mapping[str, str], *, need_secrets: bool = True) -> Settings:
    """The settings of the YAML file, the environment and the ``.env`` beside the file.

    ``need_secrets`` is for whoever will talk to the services: without it a secret that is missing or
    can't be read is no fault. Raises ConfigError with all faults, by line; its file names are as given
    in ``path``.
    """
    return parse(_read_file(path), path, environ, need_secrets=need_secrets)


def parse(text: str, path: Path, environ: Mapping[str, str], *, need_secrets: bool = True) -> Settings:
    """As `load`, for a text that stands, or might stand, in the file at ``path``."""
    report, absolute = FaultReport(str(path)), path.absolute()
    unread = FaultReport(str(path))
    root = _read_text(text.removeprefix("\ufeff"), report)
    home = homes.home(absolute, _database(root))
    secrets = environment.secrets(environ, report if need_secrets else unread, home.folder)
    available = secrets.given if need_secrets else environment.NAMES
    values = _judge(root, secrets.found, available, home.folder, report)
    if faults := (*report.faults, *(secrets.dotenv.faults if need_secrets else ())):
        raise ConfigError([*faults, *(secrets.misnamed if need_secrets else ())])
    settings = build(values, secrets.found, absolute, home.folder)
    odd = map(str, secrets.odd if need_secrets else ())
    return replace(settings, warnings=(*home.warnings, *odd, *_warnings(root, settings, report.file)))


def _database(root: Node) -> str:
    """What the text says under ``database``, before anything is judged."""
    document = plain(root)
    name = document.get("database") if isinstance(document, dict) else None
    return name if isinstance(name, str) else DATABASE


_NO_CONFIGURATION = "there is no configuration in this file: `arxiv-digest init` writes one to start from"
_A_LIST = "a list: the configuration is keys with values (arxiv, topics, subscribers, …)"
_SECRET = "a secret does not belong in this file: take it out and set "


def _read_file(path: Path) -> str:
    try:
        raw = read_bounded(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unusable(path, "there is no such file: `arxiv-digest init` writes one to start from") from None
    except IsADirectoryError:
        raise _unusable(path, "a folder, not a file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _unusable(path, f"can't be read: {reason or error}") from None
    if len(raw) > MAX_BYTES:
        raise _unusable(path, f"larger than {MAX_BYTES // 1024:,} kB, the most that is read")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise _unusable(path, "not a text in UTF-8", mark) from None


def _read_text(text: str, report: FaultReport) -> Node:
    """The tree of the text. Where an invisible character broke it, that is the only fault told.

    Whether it stands there or is written as ``"\\u202e"``: no name, address or channel has one.
    """
    unread = FaultReport(report.file)
    root = read(text, unread)
    if not text.isascii() or "\\" in text:
        broken = invisible.find_in_lines(text, report) if unread.faults else invisible.find(root, report)
        if broken:
            return EMPTY
    for fault in unread.faults:
        report.take(fault)
    report.settled |= unread.settled
    return root


def _unusable(path: Path, message: str, mark: Mark = START) -> ConfigError:
    return ConfigError([Fault(str(path), mark.line, mark.column, "", message)])


def _judge(
    root: Node, secrets: Mapping[str, Secret], available: Collection[str], folder: Path, report: FaultReport
) -> Values:
    """What the document says; nothing, unless the report stays empty.

    ``available`` names the secrets that there are, or that are somebody else's business.
    """
    if not isinstance(root, Entries) or not root.values:
        if not report.faults:
            report.add(START, (), _A_LIST if isinstance(root, Sequence) else _NO_CONFIGURATION)
        return {}
    root = _without_secrets(root, secrets, report)
    report.locate = partial(place, root)
    values = DOCUMENT.read(root, (), report)
    document = plain(root)
    if isinstance(document, dict):
        for breach in breaches(document, available, folder):
            report.at(breach.path, breach.message)
    return values or {}


def _without_secrets(root: Node, secrets: Mapping[str, Secret], report: FaultReport) -> Node:
    """The tree without the secrets in it: whatever else is wrong with their places goes unsaid."""
    found: set[Mark] = set()
    for text, mark, path in texts(root):
        if name := environment.variable_for(text, secrets):
            found.add(mark)
            report.settle(mark, path, f"{_SECRET}{environment.variables(name)} in the environment")
            if key := key_mark(root, path):
                report.settled.add(key)
    return hide(root, found) if found else root


def _warnings(root: Node, settings: Settings, file: str) -> tuple[str, ...]:
    report = FaultReport(file)
    for breach, offset in hints(settings):
        node, found = find(root, breach.path)
        mark = place(root, breach.path)
        if isinstance(node, Scalar) and found == breach.path:
            mark = node.locate(offset)
        report.add(mark, breach.path, breach.message)
    for path, message in _split_names(root):
        report.add(place(root, path), path, message)
    return tuple(map(str, report.faults))


def _split_names(root: Node) -> Iterator[tuple[Path_, str]]:
    """``authors: [Hwang, Harold]``: one author, very likely, and read as two."""
    for path in _author_lists(root):
        authors, found = find(root, path)
        if found != path or not isinstance(authors, Sequence) or len(authors.items) % 2:
            continue
        plain_items = [item for item in authors.items if isinstance(item, Scalar) and not item.style]
        words = [str(item.value) for item in plain_items]
        in_line = {item.mark.line for item in plain_items} == {authors.mark.line}
        if len(words) == len(authors.items) and in_line and all(_BARE.fullmatch(word) for word in words):
            pairs = ", ".join(
                f'"{surname}, {given}"' for surname, given in zip(words[::2], words[1::2], strict=True)
            )
            yield (
                (*path, 0),
                f"{len(words)} authors, each sought by this one name: for a surname with its given name write "
                f"[{pairs}]; if they are {len(words)} persons, put each in quotes",
            )


def _author_lists(root: Node) -> Iterator[Path_]:
    """Where lists of authors may stand."""
    topics, _ = find(root, ("topics",))
    for name in topics.values if isinstance(topics, Entries) else ():
        yield ("topics", name, "authors")
    yield ("defaults", "follow")
    subscribers, _ = find(root, ("subscribers",))
    for index in range(len(subscribers.items) if isinstance(subscribers, Sequence) else 0):
        yield ("subscribers", index, "follow")


_BARE = re.compile(r"(?:[^\W\d_][\w.'’-]* ?){1,3}")
