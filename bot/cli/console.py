"""What a person or a log sees while work is done: progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import click

from bot.pipeline.services import Report
from bot.ports import Clock

logger = logging.getLogger("arxiv-digest")

_VERBS = {"poll": "Asking arXiv", "summarise": "Summarising", "compose": "Composing", "deliver": "Delivering"}


def set_up_logging(log_format: str, *, verbose: bool) -> None:
    """One handler on stderr for our own lines. The SDKs' loggers stay silent unless --verbose."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format == "json" else _TextLines())
    logging.basicConfig(
        level=logging.WARNING if not verbose else logging.INFO, handlers=[handler], force=True
    )
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{_time(record)} {record.levelname.lower()} {record.getMessage()}"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage()}
        fields |= getattr(record, "fields", {})
        return json.dumps(fields, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class LogProgress:
    """One log line a step: its outcome with counts, and how long it took."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began: dict[str, float] = {}

    def begin(self, step: str, total: int | None) -> None:
        self._began[step] = self._clock.monotonic()

    def advance(self, step: str, done: int = 1) -> None:
        pass

    def end(self, step: str, outcome: str) -> None:
        seconds = round(self._clock.monotonic() - self._began.pop(step, self._clock.monotonic()), 2)
        logger.info(
            f"{step}: {outcome} ({seconds:g} s)",
            extra={"fields": {"step": step, "outcome": outcome, "seconds": seconds}},
        )


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

    def advance(self, step: str, done: int = 1) -> None:
        if step in self._bars:
            self._bars[step].update(done)

    def end(self, step: str, outcome: str) -> None:
        bar = self._bars.pop(step, None)
        if bar is not None:
            bar.finish()
            click.echo("\r\x1b[2K", nl=False, err=True)
        click.echo(f"{_VERBS.get(step, step):<14}  {outcome}", err=True)


def progress_for(clock: Clock) -> LogProgress | TerminalProgress:
    return TerminalProgress() if sys.stderr.isatty() else LogProgress(clock)


def tell(report: Report) -> None:
    """What was left undone, on stderr: a line each on a terminal, log lines elsewhere."""
    for fault in report.faults:
        if sys.stderr.isatty():
            click.echo(f"{click.style('!', fg='yellow')} {fault}", err=True)
        else:
            logger.warning(fault)
