"""What is seen on stderr while work is done, and when it fails."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import click
import pytest

from bot.cli import failures
from bot.cli.console import LogProgress, TerminalProgress, progress_for, tell
from bot.cli.logs import logger, set_up_logging
from bot.errors import ConfigError, StoreError
from bot.models import Fault
from bot.pipeline.report import Report
from tests.fakes import FakeClock

FAULTS = (
    Fault("subscribers.yaml", 14, 13, "subscribers[2].topics[0]", "unknown topic 'x'"),
    Fault("subscribers.yaml", 15, 1, "slak", "unknown key 'slak'"),
)
SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def at_a_terminal() -> Iterator[Terminal]:
    """A person's terminal in the place of stderr."""
    with redirect_stderr(Terminal()) as terminal:
        yield terminal


@pytest.fixture(autouse=True)
def _quiet_afterwards() -> Iterator[None]:
    """Logging is the process's: put it back."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.captureWarnings(False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logger.setLevel(logging.NOTSET)


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_bar_never_leaves_the_cursor_hidden() -> None:
    """Not even between two steps of it, where a kill may end the process."""
    with at_a_terminal() as terminal:
        progress = progress_for(FakeClock(), "text")
        assert isinstance(progress, TerminalProgress)
        progress.begin("summarise", 2)
        for _ in range(2):
            written = terminal.getvalue()
            assert written.rfind(SHOW) > written.rfind(HIDE) > -1
            progress.advance("summarise")
        progress.end("summarise", "2 of 2 summaries written")
    assert terminal.getvalue().endswith("Summarising     2 of 2 summaries written\n")
    assert terminal.getvalue().rfind(SHOW) > terminal.getvalue().rfind(HIDE)


def test_json_is_json_on_a_terminal_too() -> None:
    """Whoever asks for JSON gets no bars and no marks."""
    with at_a_terminal() as terminal:
        set_up_logging("json", verbose=True)
        progress = progress_for(FakeClock(), "json")
        assert isinstance(progress, LogProgress)
        progress.begin("poll", 2)
        progress.advance("poll")
        progress.end("poll", "2 papers")
        tell(Report(faults=["ada: email: failed"]), "json")
    lines = json_lines(terminal.getvalue())
    assert [line["level"] for line in lines] == ["debug", "debug", "info", "warning"]
    assert lines[2]["step"] == "poll"


def test_a_warning_of_a_library_is_a_line_like_any_other() -> None:
    """An SDK that meets an unknown value warns: JSON stays JSON."""
    with at_a_terminal() as terminal, warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_logging("json", verbose=False)
        warnings.warn("NEW_REASON is not a valid FinishReason", UserWarning, stacklevel=1)
    (line,) = json_lines(terminal.getvalue())
    assert "NEW_REASON" in str(line["message"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada: email Ada <ada@example.org>: 550", "ada: email Ada <ad…@example.org>: 550"),
        ("x.y+z@mail.example.org, b@a.de", "x.…@mail.example.org, b…@a.de"),
        ("slack #em-papers: failed", "slack #em-papers: failed"),
    ],
)
def test_a_daemon_s_log_shortens_addresses(text: str, shown: str) -> None:
    """What is left tells one reader from another; what a person asks for now is shown in full."""
    with at_a_terminal() as terminal:
        for shorten in (True, False):
            set_up_logging("text", verbose=False, shorten=shorten)
            logger.warning(text)
    kept, asked = terminal.getvalue().splitlines()
    assert kept.endswith(f" warning {shown}")
    assert asked.endswith(f" warning {text}")


def test_faults_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """As they stand for a person; for a program with their places as values of their own."""
    assert failures.report(ConfigError(FAULTS), "text", verbose=False) == 2
    assert capsys.readouterr().err.splitlines() == [str(fault) for fault in FAULTS]
    assert failures.report(ConfigError(FAULTS), "json", verbose=False) == 2
    first, _ = json_lines(capsys.readouterr().err)
    assert first["message"] == str(FAULTS[0])
    assert (first["file"], first["line"], first["column"]) == ("subscribers.yaml", 14, 13)
    assert first["path"] == "subscribers[2].topics[0]"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (StoreError("x.db: locked"), 2, "x.db: locked"),
        (click.UsageError("no such thing"), 2, "no such thing"),
        (click.Abort(), 130, "stopped"),
        (RuntimeError("two\nlines"), 1, "internal error: RuntimeError: two"),
    ],
)
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_each_failure_has_its_status(
    capsys: pytest.CaptureFixture[str], log_format: str, error: Exception, status: int, said: str
) -> None:
    """Named on stderr, without a traceback; every line is JSON where JSON was asked for."""
    assert failures.report(error, log_format, verbose=False) == status
    written = capsys.readouterr()
    assert not written.out
    assert said in written.err
    assert "Traceback" not in written.err
    assert log_format != "json" or len(json_lines(written.err)) == 1


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_verbose_shows_where(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    """A traceback is for --verbose, and in JSON a value."""
    with pytest.raises(RuntimeError) as raised:
        raise RuntimeError("deep down")
    assert failures.report(raised.value, log_format, verbose=True) == 1
    written = capsys.readouterr().err
    assert "Traceback" in written
    assert "deep down" in written
    assert log_format != "json" or len(json_lines(written)) == 1
