"""The front door: commands, and every error turned into one line and an exit status.

A command's module is imported when the command is used, so that `--version` and `check` don't wait
for the SDKs of services they never talk to.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from bot import __version__
from bot.cli.options import State, global_options
from bot.errors import ConfigError, DigestError

OK, LEFT_UNDONE, UNUSABLE = 0, 1, 2

_COMMANDS = {
    "backup": "Copy the database, also while the daemon runs.",
    "check": "Check the configuration and show how arXiv reads each query.",
    "demo": "See the whole pipeline work on sample papers, without any account.",
    "explain": "Say why a subscriber did or did not get a paper.",
    "init": "Write a commented starter configuration.",
    "once": "Poll, summarise and deliver everything owed, now.",
    "preview": "Show what a subscriber would receive now.",
    "retry": "Put failed deliveries back in the queue.",
    "run": "Keep running: poll and deliver on everybody's schedule.",
    "schema": "Print the JSON Schema of the YAML, for editors.",
    "status": "Show what was seen, summarised and delivered.",
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="arxiv-digest")
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
    state = State()
    try:
        status: Any = cli.main(args=arguments, prog_name="arxiv-digest", standalone_mode=False, obj=state)
    except click.Abort:
        click.echo("stopped", err=True)
        status = 130
    except click.ClickException as error:
        error.show()
        status = UNUSABLE
    except ConfigError as error:
        click.echo("\n".join(str(fault) for fault in error.faults), err=True)
        status = UNUSABLE
    except DigestError as error:
        click.echo(f"arxiv-digest: {error}", err=True)
        status = UNUSABLE
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone: nobody is left to be told
        status = LEFT_UNDONE
    except Exception as error:
        status = LEFT_UNDONE
        if state.verbose:
            sys.excepthook(type(error), error, error.__traceback__)
        else:
            name = type(error).__name__
            click.echo(
                f"arxiv-digest: internal error: {name}: {error} (--verbose shows where; nothing recorded is lost)",
                err=True,
            )
    sys.exit(status if isinstance(status, int) else OK)
