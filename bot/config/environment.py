"""The secrets: from the environment, from files it names, or from a ``.env`` beside the YAML.

No message made here holds a value, nor a line of a ``.env`` that could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bot.config.report import START, Mark, Report
from bot.settings import Secret

GEMINI_API_KEY = "GEMINI_API_KEY"
SLACK_BOT_TOKEN = "SLACK_BOT_TOKEN"
SMTP_PASSWORD = "SMTP_PASSWORD"
NAMES = (GEMINI_API_KEY, SLACK_BOT_TOKEN, SMTP_PASSWORD)

MAX_BYTES = 64 * 1024

_LOOKS_SECRET = re.compile(
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]{8,}|\bxapp-[\w-]{8,}"  # Slack
    r"|\bAIza[\w-]{20,}|\bAQ\.[\w-]{20,}"  # Google
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_KINDS = (
    ("xox", SLACK_BOT_TOKEN),
    ("xapp", SLACK_BOT_TOKEN),
    ("AIza", GEMINI_API_KEY),
    ("AQ.", GEMINI_API_KEY),
)

_TELLING = 8
"""Characters that make it unlikely that a text equals a secret by chance."""

_LINE = re.compile(r"(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?P<value>.*)")
_VALUE = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^'"\s](?:\S|[ \t](?!#))*)?"""
)
_REST = re.compile(r"[ \t]*(?:#.*)?")
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def variables(name: str) -> str:
    """Both ways to give a secret, for a message."""
    return f"{name} or {name}_FILE"


def variable_for(text: str, secrets: Mapping[str, Secret]) -> str | None:
    """The variable whose secret a text is, or holds by its looks; None for any other text."""
    for name, secret in secrets.items():
        if len(text) >= _TELLING and secret.reveal() == text:
            return name
    found = _LOOKS_SECRET.search(text)
    if found is None:
        return None
    return next((name for start, name in _KINDS if found[0].startswith(start)), SMTP_PASSWORD)


class _Given(NamedTuple):
    """What one source says of one variable."""

    value: str
    mark: Mark
    report: Report
    folder: Path
    """What a relative path in it is relative to."""


def secrets(environ: Mapping[str, str], yaml: Report, folder: Path) -> tuple[dict[str, Secret], Report]:
    """The secrets that are set, by name, and the report on the ``.env``, which may not exist.

    The real environment wins over the ``.env``, whichever of the two names of a secret it uses. An
    empty value counts as not set, and a line break at its end is dropped. Faults of the environment go
    into the report on the YAML.
    """
    shown = str(Path(yaml.file).with_name(".env"))
    dotenv = Report(shown)
    in_file = _read_dotenv(folder / ".env", dotenv)
    found: dict[str, Secret] = {}
    for name in NAMES:
        real = {
            variable: _Given(environ[variable], START, yaml, Path())
            for variable in (name, f"{name}_FILE")
            if environ.get(variable)
        }
        beside = {
            variable: _Given(value, mark, dotenv, folder)
            for variable in (name, f"{name}_FILE")
            if (value := in_file.get(variable, ("", START))[0])
            for mark in (in_file[variable][1],)
        }
        secret = _secret(name, real or beside)
        if secret:
            found[name] = Secret(secret)
    return found, dotenv


def _secret(name: str, given: Mapping[str, _Given]) -> str | None:
    by_file = given.get(f"{name}_FILE")
    if by_file and name in given:
        by_file.report.add(by_file.mark, (f"{name}_FILE",), f"{name} is set as well: keep one of them")
        return None
    if by_file:
        return _clean(f"{name}_FILE", _read_secret(name, by_file), by_file)
    return _clean(name, given[name].value, given[name]) if name in given else None


def _read_secret(name: str, given: _Given) -> str | None:
    path = given.folder / given.value
    try:
        text = path.read_bytes()[:MAX_BYTES].decode("utf-8-sig")
    except OSError as error:
        problem = f"can't read {given.value}: {error.strerror or error}"
    except ValueError:
        problem = f"{given.value} is not a text in UTF-8"
    else:
        if text.strip():
            return text
        problem = f"{given.value} is empty"
    given.report.add(given.mark, (f"{name}_FILE",), problem)
    return None


def _clean(variable: str, value: str | None, given: _Given) -> str | None:
    """The secret without the line break that a file, or a secret made from one, ends with."""
    value = None if value is None else value.rstrip("\r\n")
    if value is not None and not value.isprintable():
        given.report.add(given.mark, (variable,), "holds a line break or another control character")
        return None
    return value


def _read_dotenv(path: Path, report: Report) -> dict[str, tuple[str, Mark]]:
    """The variables of the file with their places; none when there is no such file."""
    if not path.is_file():  # a folder of this name is somebody's virtual environment
        return {}
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        report.add(START, (), f"can't be read: {error.strerror or error}")
        return {}
    if len(raw) > MAX_BYTES:
        report.add(START, (), f"larger than {MAX_BYTES // 1024} kB: this is no .env")
        return {}
    try:
        return _parse_dotenv(raw.decode("utf-8-sig"), report)
    except ValueError:
        report.add(START, (), "not a text in UTF-8")
        return {}


def _parse_dotenv(text: str, report: Report) -> dict[str, tuple[str, Mark]]:
    found: dict[str, tuple[str, Mark]] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        mark = Mark(number, 1)
        if not line or line.startswith("#"):
            continue
        parsed = _parse_line(line)
        if parsed is None:
            report.add(mark, (), "expected NAME=value, the value in quotes where it holds blanks or quotes")
            continue
        name, value = parsed
        if name in found:
            report.add(mark, (name,), f"set twice (first in line {found[name][1].line})")
        found[name] = (value, mark)
    return found


def _parse_line(line: str) -> tuple[str, str] | None:
    assignment = _LINE.fullmatch(line)
    value = _VALUE.match(assignment["value"]) if assignment else None
    if not assignment or not value or not _REST.fullmatch(assignment["value"], value.end()):
        return None
    if value["double"] is not None:
        text = re.sub(r"\\(.)", lambda escape: _UNESCAPED.get(escape[1], escape[1]), value["double"])
    else:
        text = value["single"] or (value["bare"] or "").rstrip()
    return assignment["name"], text
