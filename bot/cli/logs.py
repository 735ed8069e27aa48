"""Lines on stderr: for a person as they stand, for a log with time and level, for a program as JSON."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime

import click

from bot.cli.lines import as_json, line

logger = logging.getLogger("arxiv-digest")

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_ADDRESS = re.compile(
    r"(?<![\w!#$%&'*+/=?^`{|}~.-])([\w!#$%&'*+/=?^`{|}~.-]{1,2})[\w!#$%&'*+/=?^`{|}~.-]*(?=@[\w-])"
)


def set_up_logging(log_format: str, *, verbose: bool, shorten: bool = False) -> None:
    """One handler on stderr for our own lines. The SDKs' loggers stay silent unless --verbose.

    ``shorten`` leaves of a person's address what tells it from another: a daemon's log is kept, and
    read by others. Python's own warnings become lines like any other, so that JSON stays JSON.
    """
    handler = logging.StreamHandler(sys.stderr)
    form = _JsonLines if log_format == "json" else _TextLines
    handler.setFormatter(form(shorten=shorten))
    logging.basicConfig(
        level=logging.WARNING if not verbose else logging.INFO, handlers=[handler], force=True
    )
    logging.captureWarnings(True)
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)


def say(log_format: str, level: str, message: str, **fields: object) -> None:
    """A line for whoever typed the command: as it stands, or as JSON with its fields."""
    if log_format != "json":
        click.echo(line(message), err=True)
        return
    set_up_logging(log_format, verbose=False)
    logger.log(LEVELS[level], message, extra={"fields": fields})


def caution(log_format: str, message: str) -> None:
    """A warning: among the log's lines where the command has set up a log, else as `say` says it."""
    if logging.root.handlers:
        logger.warning("%s", message)
    else:
        say(log_format, "warning", message if log_format == "json" else f"warning: {message}")


class _Lines(logging.Formatter):
    """What both forms have in common. No line holds a traceback, unless it is a field of its own."""

    def __init__(self, *, shorten: bool) -> None:
        super().__init__()
        self._shorten = shorten

    def message(self, record: logging.LogRecord) -> str:
        return self._shown(record.getMessage().rstrip())

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """What a program reads beside the message."""
        fields: dict[str, object] = getattr(record, "fields", {})
        return {
            name: self._shown(value) if isinstance(value, str) else value for name, value in fields.items()
        }

    def _shown(self, text: str) -> str:
        return _ADDRESS.sub(r"\1…", text) if self._shorten else text


class _TextLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        return line(f"{_time(record)} {record.levelname.lower()} {self.message(record)}")


class _JsonLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "message": self.message(record),
        }
        fields |= self.fields(record)
        return as_json(fields)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
