"""The options every command takes, before or after its name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from bot import config
from bot.cli.logs import caution
from bot.models import Subscriber
from bot.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class State:
    """What the global options said."""

    config: Path | None = None
    verbose: bool = False
    log_format: str = "text"
    oddities: tuple[str, ...] = ()
    """The variables of the environment that connections can't use, a line each."""

    @property
    def path(self) -> Path:
        """The configuration: --config, else $ARXIV_DIGEST_CONFIG, else subscribers.yaml here."""
        return self.config or Path(os.environ.get("ARXIV_DIGEST_CONFIG") or "subscribers.yaml")

    def settings(self, *, need_secrets: bool = True) -> Settings:
        """The configuration as values. ConfigError.

        A command that only reads the database needs no secrets: the daemon's are seldom in the shell
        of the person who asks how it is.
        """
        settings = config.load(self.path, os.environ, need_secrets=need_secrets)
        if _is_emptied(settings.database):
            caution(self.log_format, _EMPTIED.format(settings.database))
        return settings


_NAME = re.compile(
    r"""^ \s* (?:-\s*)?
    (?: \{ (?:[^#]*[,{\s])? )?                # a mapping in braces, other keys first
    name: \s+ (?P<name> "[^"]*" | '[^']*' | [^\s"'#,}][^#,}]*? ) \s*
    (?: [,}] | \# | $ )""",
    re.VERBOSE,
)
"""``- name: ada``, ``  name: "ada"``, ``- {topics: [a], name: ada}``."""

_EMPTIED = (
    "{}: the database is an empty file: if there was one, what it knew is gone (a full disk, a copy broken off), "
    "and papers that were sent already are sent again; restore a backup over it before the next `once` or `run`, "
    "which begin a new one"
)


def _is_emptied(database: Path) -> bool:
    """Whether a file without a byte is in the place of the database: put there on purpose, or all that is left.

    No error: a first start that was killed leaves one too, and the next must not wait for a person.
    """
    try:
        size = database.stat().st_size if database.is_file() else None
        return size == 0 and not database.with_name(f"{database.name}-wal").exists()
    except OSError:
        return False


pass_state = click.make_pass_decorator(State)


def count(number: int, noun: str) -> str:
    """``1 paper``, ``2 papers``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def subscriber_named(settings: Settings, name: str) -> Subscriber:
    """The subscriber called so; a usage error that lists the known ones when there is none."""
    for subscriber in settings.subscribers:
        if subscriber.name == name:
            return subscriber
    names = [subscriber.name for subscriber in settings.subscribers]
    near = get_close_matches(name, names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else f"; there are: {', '.join(names) or 'none'}"
    raise click.UsageError(f"unknown subscriber {name!r}{hint}")


def complete_subscriber(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """The names in the YAML that begin so, for a shell's Tab: also while the file is being edited.

    Read by eye as it were, not parsed: a file with a fault has its names all the same.
    """
    try:
        text = context.ensure_object(State).path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    names = (found["name"].strip("'\"") for found in map(_NAME.search, text.splitlines()) if found)
    return [name for name in dict.fromkeys(names) if name.startswith(typed)]


def global_options(command: F) -> F:
    """Take --config, --verbose and --log-format and keep them in the State."""
    for option in (
        click.option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            callback=_keep,
            expose_value=False,
            help="How log lines are written on stderr.",
        ),
        click.option(
            "--verbose",
            is_flag=True,
            default=None,
            callback=_keep,
            expose_value=False,
            help="More log lines, and tracebacks of internal errors.",
        ),
        click.option(
            "-c",
            "--config",
            type=click.Path(path_type=Path),
            callback=_keep,
            expose_value=False,
            help="The YAML file (default: subscribers.yaml, or $ARXIV_DIGEST_CONFIG).",
        ),
    ):
        command = option(command)
    return command


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name is not None:
        setattr(context.ensure_object(State), parameter.name, value)
