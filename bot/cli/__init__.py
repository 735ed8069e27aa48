"""The front door: commands, and every error turned into one line and an exit status.

A command's module is imported when the command is used, so that `--version` and `check` don't wait
for the SDKs of services they never talk to.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise
from types import ModuleType
from typing import Any, NoReturn

import click

from bot import network
from bot.cli.options import State, global_options
from bot.cli.streams import is_reader_gone, unfailing

_COMMANDS = {
    "backup": "Copy the database, also while the daemon runs.",
    "check": "Check the configuration and show how arXiv reads each query.",
    "demo": "See the whole pipeline work on sample papers, without any account.",
    "explain": "Say why a subscriber did or did not get a paper.",
    "forget": "Delete what is stored of a subscriber who left the YAML.",
    "history": "List a subscriber's digests and what became of them.",
    "init": "Write a commented starter configuration.",
    "once": "Poll, summarise and deliver everything owed, now.",
    "pause": "Deliver nothing to a subscriber for a while.",
    "preview": "Show what a subscriber would receive now.",
    "resend": "Send a digest again.",
    "resume": "Deliver to a paused or unsubscribed subscriber again.",
    "retry": "Put failed deliveries back in the queue.",
    "run": "Keep running: poll and deliver on everybody's schedule.",
    "schema": "Print the JSON Schema of the YAML, for editors.",
    "search": "Find stored papers by their words.",
    "status": "Show what was seen, summarised and delivered.",
    "test": "Send a test message to a subscriber's targets.",
}


class _LazyGroup(click.Group):
    """Knows its commands by name; imports one when it is called or its help is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"bot.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = [] if args[0] in _COMMANDS else get_close_matches(args[0], _COMMANDS, n=1)
        if near:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


def _tell_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(importlib.import_module("bot.cli.version").line())
        context.exit()


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
@global_options
def cli() -> None:
    """arXiv digests by Slack, e-mail and file: never missing a paper, never sending one twice.

    \b
    First steps:
      arxiv-digest demo                 see it work, without any account
      arxiv-digest init                 write subscribers.yaml
      arxiv-digest check                is it right, and how does arXiv read it?
      arxiv-digest once                 the first digest
      arxiv-digest run                  the daemon

    Exit status: 0 everything due was handed over; 1 something is left undone, each thing named;
    2 command line, configuration or database unusable.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit. No traceback reaches a user without --verbose."""
    typed = sys.argv[1:] if arguments is None else list(arguments)
    state = State(oddities=tuple(map(str, network.oddities(os.environ))))
    network.set_aside(os.environ)

    def log_format() -> str:
        return "json" if _asks_for_json(typed) else state.log_format

    def unwritten(error: OSError) -> None:
        if not is_reader_gone(error):
            _failures().unwritten(error, log_format())

    with unfailing(unwritten) as results:
        try:
            status: Any = cli.main(args=typed, prog_name="arxiv-digest", standalone_mode=False, obj=state)
        except Exception as error:
            status = _failures().report(error, log_format(), verbose=state.verbose)
        results.flush()
    status = status if isinstance(status, int) else 0
    sys.exit(status or int(results.error is not None and not is_reader_gone(results.error)))


def _failures() -> ModuleType:
    """Imported by name, as the commands are: what tells of failures is not needed to succeed."""
    return importlib.import_module("bot.cli.failures")


def _asks_for_json(typed: Sequence[str]) -> bool:
    """Whether a command line asks for JSON that may be too broken to be parsed."""
    return "--log-format=json" in typed or ("--log-format", "json") in pairwise(typed)
