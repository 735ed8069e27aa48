"""What a person or a log sees while work is done: progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

import click

from bot.cli.lines import line
from bot.cli.logs import LEVELS, logger
from bot.pipeline.report import Report
from bot.ports import Clock

_CLEAR_LINE = "\r\x1b[2K"
_SHOW_CURSOR = "\x1b[?25h"
"""click hides the cursor whenever it draws a bar; a command that is killed must not leave it so."""
_VERBS = {
    "poll": "Asking arXiv",
    "score": "Scoring",
    "summarise": "Summarising",
    "compose": "Composing",
    "deliver": "Delivering",
}


class LogProgress:
    """One log line a step: its outcome with counts, and how long it took."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began: dict[str, float] = {}

    def begin(self, step: str, total: int | None) -> None:
        self._began[step] = self._clock.monotonic()
        logger.debug(f"{step}: begins" + (f", {total} to do" if total else ""))

    def advance(self, step: str, done: int = 1) -> None:
        logger.debug(f"{step}: {done} done")

    def end(self, step: str, outcome: str) -> None:
        seconds = round(self._clock.monotonic() - self._began.pop(step, self._clock.monotonic()), 2)
        logger.info(
            f"{step}: {outcome} ({seconds:g} s)",
            extra={"fields": {"step": step, "outcome": outcome, "seconds": seconds}},
        )

    def wait(self, text: str) -> None:
        logger.info("%s", text)

    def note(self, level: str, text: str, **facts: object) -> None:
        logger.log(LEVELS[level], "%s", text, extra={"fields": facts})


class TerminalProgress:
    """A bar with the expected end, then the outcome in its place."""

    def __init__(self) -> None:
        self._bars: dict[str, click._termui_impl.ProgressBar[int]] = {}

    def begin(self, step: str, total: int | None) -> None:
        if total:
            bar = click.progressbar(
                length=total, label=f"{_VERBS.get(step, step):<14}", file=sys.stderr, show_pos=True
            )
            bar.render_progress()
            self._bars[step] = bar
            click.echo(_SHOW_CURSOR, nl=False, err=True)

    def advance(self, step: str, done: int = 1) -> None:
        if step in self._bars:
            self._bars[step].update(done)
            click.echo(_SHOW_CURSOR, nl=False, err=True)

    def end(self, step: str, outcome: str) -> None:
        bar = self._bars.pop(step, None)
        if bar is not None:
            bar.finish()
            click.echo(_CLEAR_LINE, nl=False, err=True)
        click.echo(line(f"{_VERBS.get(step, step):<14}  {outcome}"), err=True)

    def wait(self, text: str) -> None:
        """Above the bar, which is drawn again by what happens next."""
        click.echo(f"{_CLEAR_LINE}{click.style('…', dim=True)} {line(text)}", err=True)
        for bar in self._bars.values():
            bar.render_progress()
        click.echo(_SHOW_CURSOR, nl=False, err=True)

    def note(self, level: str, text: str, **facts: object) -> None:
        """Only what ``--verbose`` asks for: the rest is told when the command ends."""
        if level == "debug":
            logger.debug("%s", text)


def progress_for(clock: Clock, log_format: str) -> LogProgress | TerminalProgress:
    """Bars for a person at a terminal, log lines for anybody else."""
    return TerminalProgress() if _is_terminal(log_format) else LogProgress(clock)


def tell(report: Report, log_format: str) -> None:
    """What was left undone, on stderr."""
    for fault in report.faults:
        _say(logging.WARNING, fault, log_format, **report.facts.get(fault, {}))
    for trouble in report.troubles:
        _say(logging.ERROR, trouble, log_format)


def warn(warnings: Iterable[str], log_format: str) -> None:
    """Something a person should see, on stderr: a line each on a terminal, log lines elsewhere."""
    for warning in warnings:
        _say(logging.WARNING, warning, log_format)


def _say(level: int, text: str, log_format: str, **facts: object) -> None:
    if _is_terminal(log_format):
        colour = "red" if level >= logging.ERROR else "yellow"
        click.echo(f"{click.style('!', fg=colour)} {line(text)}", err=True)
    else:
        logger.log(level, "%s", text, extra={"fields": facts})


def _is_terminal(log_format: str) -> bool:
    return log_format != "json" and sys.stderr.isatty()
