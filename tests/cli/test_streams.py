"""A stdout that takes nothing, and every command with Python's own warnings as errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.samples import samples
from tests.cli.conftest import Services
from tests.conftest import ROOT

SECRETS = {"SLACK_BOT_TOKEN": "xoxb-right", "SMTP_PASSWORD": "right"}
STRICT = ("-X", "dev", "-W", "error::ResourceWarning")
ONE_AFTER_ANOTHER = """
import gc, sys
from bot.cli import main

for line in sys.argv[1:]:
    print("$", line, file=sys.stderr, flush=True)
    try:
        main(line.split())
    except SystemExit:
        pass
    gc.collect()
"""


def configure(folder: Path, services: Services) -> None:
    """A reader of all three kinds, for whom arXiv has a paper."""
    services.arxiv.papers = [one.paper for one in samples(datetime.now(UTC))]
    (folder / "subscribers.yaml").write_text(f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}"}}
slack: {{base_url: "{services.slack.base_url}"}}
email: {{host: 127.0.0.1, port: {services.smtp.port}, security: none, username: bot, sender: bot@example.org}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", email: ada@example.org, file: reports/}}
""")


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), **SECRETS}


def shell(folder: Path, line: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Types a line in which ``digest`` is the program, run by Python with these options."""
    program = " ".join([f"'{sys.executable}'", *options, "-m", "bot"])
    return subprocess.run(
        ["sh", "-c", f'digest() {{ {program} "$@"; }}; {line}'],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_results_that_can_t_be_printed_are_one_line_and_the_work_is_done(
    tmp_path: Path, services: Services
) -> None:
    """Everything is delivered and recorded, and the exit status says that something is missing."""
    configure(tmp_path, services)
    once = shell(tmp_path, "digest once >/dev/full")
    assert once.returncode == 1
    said = [line for line in once.stderr.splitlines() if line.startswith("arxiv-digest: ")]
    assert said == [
        "arxiv-digest: the results can't be written to stdout: No space left on device; "
        "what was delivered and recorded stays so (`arxiv-digest status`)"
    ]
    assert len(services.smtp.mails) == 1
    assert "pending 0, in doubt 0, failed 0, sent 1" in shell(tmp_path, "digest status").stdout


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("digest schema | head -n 1", 0),
        ("digest once >&-", 0),
        ("digest once 2>&-", 0),
        ("digest once 0>&- >&- 2>&-", 0),
        ("digest once --only nobody 2>&-", 2),
    ],
)
def test_nobody_who_reads_is_nothing_wrong(
    tmp_path: Path, services: Services, line: str, status: int
) -> None:
    """A reader of a pipe that had enough, and streams that were closed, change no exit status."""
    configure(tmp_path, services)
    done = shell(tmp_path, line)
    assert (done.returncode, "rror" in done.stderr) == (status, False)
    assert len(services.smtp.mails) == ("once" in line and status == 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_log_stops_no_round(tmp_path: Path, services: Services) -> None:
    """Lines on stderr that can't be written are lost; nothing else is."""
    configure(tmp_path, services)
    assert shell(tmp_path, "digest once --verbose 2>/dev/full").returncode == 0
    assert len(services.smtp.mails) == 1


def test_no_command_leaves_anything_open(tmp_path: Path, services: Services) -> None:
    """Each is clean in Python's development mode, where a file, socket or database left open is told."""
    configure(tmp_path, services)
    # In one process, as each would spend its time on loading the same modules.
    commands = (
        *("once --dry-run", "once", "check", "check --live", "preview ada", "status", "retry"),
        *(
            "explain 2611.99001 ada",
            "history ada",
            "search ptychography",
            "pause ada",
            "resume ada",
            "test ada",
        ),
        *("resend ada 1", "backup copy.db", "schema", "init other.yaml", "forget ada", "demo --out demo"),
    )
    done = subprocess.run(
        [sys.executable, *STRICT, "-c", ONE_AFTER_ANOTHER, *commands],
        cwd=tmp_path,
        env=environment(tmp_path) | {"GEMINI_API_KEY": "key"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = {one.partition("\n")[0]: one for one in done.stderr.split("$ ")[1:]} | {
        "run": _run_and_stop(tmp_path)
    }
    assert said.keys() == {*commands, "run"}
    assert not [one for one in said.values() if re.search("Warning|Traceback|internal error", one)]


def _run_and_stop(folder: Path) -> str:
    """What the daemon says on stderr that is stopped as soon as it has begun."""
    with subprocess.Popen(
        [sys.executable, *STRICT, "-m", "bot", "run"],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stdout is not None
        while not daemon.stdout.readline().startswith("next poll"):
            assert daemon.poll() is None
        daemon.terminate()
        _, err = daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    return err
