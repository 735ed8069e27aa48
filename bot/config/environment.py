"""The secrets: from the environment, from files it names, or from a ``.env`` beside the YAML.

No message made here holds a value, nor a line of a ``.env`` that could not be read.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bot.config import invisible, secret_forms
from bot.config.files import read_bounded
from bot.config.report import START, FaultReport, Mark
from bot.config.secret_forms import GEMINI_API_KEY, NAMES, SLACK_BOT_TOKEN, SMTP_PASSWORD
from bot.models import Fault
from bot.settings import Secret

__all__ = [
    "GEMINI_API_KEY",
    "NAMES",
    "SLACK_BOT_TOKEN",
    "SMTP_PASSWORD",
    "secrets",
    "variable_for",
    "variables",
]

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
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^'" \t](?:[^ \t]|[ \t](?!#))*)?"""
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


class _Variable(NamedTuple):
    """A variable of the ``.env``."""

    value: str
    mark: Mark
    start: int
    """The column at which the value begins."""


class _Given(NamedTuple):
    """What one source says of one variable."""

    value: str
    mark: Mark
    report: FaultReport
    odd: FaultReport
    folder: Path
    """What a relative path in it is relative to."""
    start: int = 0
    """The column at which the value stands in the report's file; 0 where it does not."""


class Secrets(NamedTuple):
    """What was found, and what there is to say of it."""

    found: dict[str, Secret]
    """Those that can be used, by name."""
    given: frozenset[str]
    """The names of those, and of the others that are set in some way: nobody needs to be told to set them."""
    dotenv: FaultReport
    """The faults of the ``.env``, which may not exist."""
    odd: tuple[Fault, ...]
    """What is no fault: how a secret is written, a name that is likely another's."""
    misnamed: tuple[Fault, ...]
    """Those of them that may be why a secret is missing."""


def secrets(environ: Mapping[str, str], yaml: FaultReport, folder: Path) -> Secrets:
    """The secrets of the environment and of the ``.env`` in ``folder``.

    The real environment wins over the ``.env``, whichever of the two names of a secret it uses. An
    empty value counts as not set, and a line break at its end is dropped. Faults of the environment go
    into the report on the YAML.
    """
    shown = str(Path(yaml.file).with_name(".env"))
    dotenv, odd, odd_dotenv, misnamed = (FaultReport(name) for name in (shown, yaml.file, shown, shown))
    in_file = _read_dotenv(folder / ".env", dotenv)
    if any(line.value for variable, line in in_file.items() if variable.removesuffix("_FILE") in NAMES):
        _warn_of_readers(folder / ".env", START, (), odd_dotenv)
    found: dict[str, Secret] = {}
    given: set[str] = set()
    for name in NAMES:
        both = (name, f"{name}_FILE")
        real = {
            variable: _Given(environ[variable], START, yaml, odd, Path())
            for variable in both
            if environ.get(variable)
        }
        beside = {
            variable: _Given(line.value, line.mark, dotenv, odd_dotenv, folder, line.start)
            for variable in both
            if (line := in_file.get(variable)) and line.value
        }
        secret = _secret(name, real or beside)
        if secret:
            found[name] = Secret(secret)
        if secret != "":
            given.add(name)
        else:
            _misnamed(both, in_file, misnamed)
    oddities = (*odd.faults, *odd_dotenv.faults, *misnamed.faults)
    return Secrets(found, frozenset(given), dotenv, oddities, misnamed.faults)


def _misnamed(wanted: tuple[str, str], in_file: Mapping[str, _Variable], report: FaultReport) -> None:
    """Note what was likely meant to be a secret that is not set."""
    for variable, line in in_file.items():
        if variable not in wanted and (meant := secret_forms.meant_name(variable)) in wanted and line.value:
            report.add(line.mark, (variable,), f"is not read: did you mean {meant}?")


def _secret(name: str, given: Mapping[str, _Given]) -> str | None:
    """Empty where none is set; None, and a fault in the report, where it can't be used."""
    by_file = given.get(f"{name}_FILE")
    if by_file and name in given:
        by_file.report.add(by_file.mark, (f"{name}_FILE",), f"{name} is set as well: keep one of them")
        return None
    if by_file:
        text = _read_secret(name, by_file)
        return None if text is None else _judged(name, f"{name}_FILE", text, by_file._replace(start=0))
    return _judged(name, name, given[name].value, given[name]) if name in given else ""


def _judged(name: str, variable: str, text: str, given: _Given) -> str | None:
    """The secret as it is used; what is to be said of it goes into the reports."""
    reading = secret_forms.read(name, text)
    for oddity in reading.oddities:
        column = given.start + oddity.offset if given.start else given.mark.column
        given.odd.add(Mark(given.mark.line, column), (variable,), oddity.message)
    if reading.fault:
        given.report.add(given.mark, (variable,), reading.fault)
        return None
    return reading.value


def _read_secret(name: str, given: _Given) -> str | None:
    path = given.folder / given.value
    _warn_of_readers(path, given.mark, (f"{name}_FILE",), given.odd)
    try:
        text = read_bounded(path, MAX_BYTES).decode("utf-8-sig")
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


_MOUNTED = Path("/run")
"""What an orchestrator mounts there has the container's users alone, and no mode that anybody chose."""


def _warn_of_readers(path: Path, mark: Mark, where: tuple[str, ...], report: FaultReport) -> None:
    """Note that every user of the machine can read a file that holds a secret."""
    try:
        file = path.resolve()
        mode = file.stat().st_mode
    except (OSError, RuntimeError, ValueError):  # whoever reads it tells
        return
    if mode & stat.S_IROTH and stat.S_ISREG(mode) and not file.is_relative_to(_MOUNTED):
        report.add(mark, where, f"every user of this machine can read {path.name}: `chmod 600 {path}`")


def _read_dotenv(path: Path, report: FaultReport) -> dict[str, _Variable]:
    """The variables of the file with their places; none when there is no such file."""
    if not path.is_file():  # a folder of this name is somebody's virtual environment
        return {}
    try:
        raw = read_bounded(path, MAX_BYTES + 1)
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


def _parse_dotenv(text: str, report: FaultReport) -> dict[str, _Variable]:
    found: dict[str, _Variable] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip(" \t\r\f\v")
        if not line or line.startswith("#"):
            continue
        parsed = _parse_line(line)
        if parsed is None:
            _note_line(number, raw, report)
            continue
        name, value, start = parsed
        if name in found:
            report.add(Mark(number, 1), (name,), f"set twice (first in line {found[name].mark.line})")
        found[name] = _Variable(value, Mark(number, 1), raw.index(line) + start + 1)
    return found


def _note_line(number: int, raw: str, report: FaultReport) -> None:
    if unseen := re.search(invisible.INVISIBLE, raw):
        message = f"{invisible.named(unseen[0])}: delete it, and expected is NAME=value"
        report.add(Mark(number, unseen.start() + 1), (), message)
        return
    wanted = "expected NAME=value, the value in quotes where it holds blanks or quotes"
    report.add(Mark(number, 1), (), wanted)


def _parse_line(line: str) -> tuple[str, str, int] | None:
    """Name, value, and where in the line the value begins."""
    assignment = _LINE.fullmatch(line)
    value = _VALUE.match(assignment["value"]) if assignment else None
    if not assignment or not value or not _REST.fullmatch(assignment["value"], value.end()):
        return None
    start = assignment.start("value") + max(value.start(group) for group in ("single", "double", "bare"))
    if value["double"] is not None:
        text = re.sub(r"\\(.)", lambda escape: _UNESCAPED.get(escape[1], escape[1]), value["double"])
    else:
        text = value["single"] or (value["bare"] or "").rstrip(" \t")
    return assignment["name"], text, start
