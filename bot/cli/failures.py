"""What is read when a command fails: one line a fault on stderr, never a secret, and the exit status."""

from __future__ import annotations

import traceback

import click

from bot.cli.lines import line
from bot.cli.logs import say
from bot.errors import ConfigError, DigestError

LEFT_UNDONE, UNUSABLE = 1, 2
STOPPED = 130
"""As a shell reports a command that Ctrl-C ended."""


def report(error: BaseException, log_format: str, *, verbose: bool) -> int:
    """Say what went wrong; the exit status. A traceback is shown with ``verbose`` only."""
    match error:
        case click.Abort():
            say(log_format, "warning", "stopped")
            return STOPPED
        case click.ClickException():
            _misused(error, log_format)
            return UNUSABLE
        case ConfigError():
            for fault in error.faults:
                place = {"file": fault.file, "line": fault.line, "column": fault.column, "path": fault.path}
                say(log_format, "error", str(fault), **place)
            return UNUSABLE
        case DigestError():
            say(log_format, "error", f"arxiv-digest: {error}")
            return UNUSABLE
        case _:
            _internal(error, log_format, verbose=verbose)
    return LEFT_UNDONE


def unwritten(error: OSError, log_format: str) -> None:
    """Say that results can't be written. What the command does besides is done all the same."""
    message = f"arxiv-digest: the results can't be written to stdout: {error.strerror}"
    say(log_format, "error", f"{message}; what was delivered and recorded stays so (`arxiv-digest status`)")


def _misused(error: click.ClickException, log_format: str) -> None:
    if log_format == "json":
        message = error.format_message().partition("\n")[0]
        say(log_format, "error", message)
    else:
        _inert(error).show()


def _inert(error: click.ClickException) -> click.ClickException:
    """The same, where it quotes a name or an answer in which something would act."""
    said = error.format_message()
    shown = "\n".join(map(line, said.split("\n")))
    if shown == said:
        return error
    return (
        click.UsageError(shown, error.ctx)
        if isinstance(error, click.UsageError)
        else click.ClickException(shown)
    )


def _internal(error: BaseException, log_format: str, *, verbose: bool) -> None:
    message = f"arxiv-digest: internal error: {type(error).__name__}: {error}"
    if not verbose:
        say(log_format, "error", f"{message} (--verbose shows where; nothing recorded is lost)")
        return
    trace = "".join(traceback.format_exception(error))
    if log_format == "json":
        say(log_format, "error", message, traceback=trace.rstrip("\n"))
    else:
        for text in (message, *(f"  {text}" for text in trace.splitlines())):
            say(log_format, "error", text)
