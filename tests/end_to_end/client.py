"""A person at the command line: the YAML they write, the environment they set, the program they start."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.end_to_end.world import (
    CHANNEL,
    GEMINI_KEY,
    PASSWORD,
    SLACK_TOKEN,
    USER,
    Whereabouts,
    ids_in,
)

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"GEMINI_API_KEY": GEMINI_KEY, "SLACK_BOT_TOKEN": SLACK_TOKEN, "SMTP_PASSWORD": PASSWORD}
MAILBOXES = ("ada@example.org", "zoe@example.net")
REPORTS = "digests"

_YAML = """\
database: state/arxiv-digest.db
arxiv:
  api_url: {api_url}
  rss_url: {rss_url}
  poll_every: {poll_every}
  page_size: {page_size}
  min_interval: {min_interval}
  contact: tests@example.org
gemini:
  base_url: {gemini_url}
  concurrency: 16
  requests_per_minute: 100000
  tokens_per_minute: 100000000
  requests_per_day: 1000000
  timeout: {gemini_timeout}
slack:
  base_url: {slack_url}
email:
  host: {smtp_host}
  port: {smtp_port}
  username: {user}
  sender: arXiv digest <bot@example.org>
  ca_file: {ca_file}
topics:
  microscopy:
    query: '(all:"ptychography" OR all:"electron microscopy")'
    categories: [cond-mat.mtrl-sci, physics.optics]
    focus: how electron microscopy or ptychography was used
  nickelates:
    keywords: [nickelate, infinite-layer]
    categories: [cond-mat.supr-con]
  both:
    keywords: [ptychography, electron microscopy, nickelate]
    categories: [cond-mat.mtrl-sci, physics.optics, cond-mat.supr-con]
defaults:
  topics: [{topics}]
  schedule: {schedule}
  max_papers: {max_papers}
subscribers:
  - name: em-group
    slack: [{channels}]
  - name: readers
    email: [{mailboxes}]
  - name: archive
    file: {reports}/
"""


@dataclass(slots=True)
class Client:
    """One installation in ``folder``, configured for the services at ``places``."""

    folder: Path
    places: Whereabouts
    settings: dict[str, str] = field(default_factory=dict)
    """Deviations from the values of `write_yaml`."""

    def __post_init__(self) -> None:
        self.write_yaml()

    @property
    def yaml(self) -> Path:
        return self.folder / "subscribers.yaml"

    @property
    def database(self) -> Path:
        return self.folder / "state" / "arxiv-digest.db"

    def write_yaml(self, **changes: str) -> None:
        self.settings |= changes
        values = {
            "poll_every": "auto",
            "page_size": "100",
            "min_interval": "0.01s",
            "gemini_timeout": "10s",
            "topics": "microscopy, nickelates",
            "schedule": "weekdays 09:00",
            "max_papers": "30",
            "user": USER,
            "channels": f'"#{CHANNEL}"',
            "mailboxes": "Ada Lovelace <ada@example.org>, zoe@example.net",
            "reports": REPORTS,
        }
        places = {name: getattr(self.places, name) for name in Whereabouts.__slots__}
        self.yaml.write_text(_YAML.format(**(values | places | self.settings)), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        return kept | SECRETS | {"PYTHONPATH": str(ROOT)}

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """The command as a process that is running."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(self.yaml), *arguments],
            cwd=self.folder,
            env=self.environment(),
            text=True,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def run(self, *arguments: str, timeout_s: float = 60.0) -> Ended:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=timeout_s)
        return Ended(process.returncode, out, err)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def reports(self) -> dict[str, list[str]]:
        """The papers of each Markdown report, by file name."""
        folder = self.folder / REPORTS
        return {path.name: ids_in(path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))}


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has run."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Door:
    """Looks into a world that runs in another process."""

    def __init__(self, places: Whereabouts) -> None:
        self.places = places

    def report(self) -> dict[str, Any]:
        with urlopen(f"{self.places.control}/report") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def grow(self, count: int) -> None:
        self._post("grow", {"count": count})

    def faults(self, **shares: float) -> None:
        self._post("faults", shares)

    def refuse(self, **codes: Sequence[str]) -> None:
        self._post("refuse", codes)

    def _post(self, what: str, body: Mapping[str, Any]) -> None:
        request = Request(f"{self.places.control}/{what}", json.dumps(body).encode(), method="POST")
        urlopen(request).close()


@contextmanager
def world_apart(*arguments: str) -> Generator[Door]:
    """A world in a process of its own, for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.end_to_end.world", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Door(Whereabouts(**json.loads(process.stdout.readline())))
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


def secrets_in(text: str) -> list[str]:
    """Which secrets a text gives away."""
    return [name for name, value in SECRETS.items() if re.search(re.escape(value), text)]
