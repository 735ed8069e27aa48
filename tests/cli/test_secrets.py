"""A whole installation with marked secrets, among services that fail and repeat what they are sent: nothing is told."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.demo.gemini import GeminiFault
from bot.demo.samples import samples
from bot.demo.slack import SlackFault
from bot.demo.smtp import SmtpFault
from tests.cli.conftest import Run, Services

KEY, TOKEN, PASSWORD = (
    "AIzaSyM4rkedKeyOfTheTests9876543210abcd",
    "xoxb-111-222-M4rkedTokenOfTheTests98765",
    "M4rked-Password:Of/The+Tests",
)
BEAT, PROXY_PASSWORD = "M4rked-0bed-4c1e-Address-Of-Beats", "M4rkedProxyPasswordOfTests"
PIECE = 10
"""Characters: a secret that was cut is one that was told."""


def pieces() -> set[str]:
    """Every run of a secret that is long enough to tell, as it is and as it goes over the wire."""
    log_in = base64.b64encode(f"\0bot@example.org\0{PASSWORD}".encode()).decode()[-2 * PIECE :]
    whole = (
        KEY[6:],
        TOKEN[13:],
        PASSWORD,
        BEAT,
        PROXY_PASSWORD,
        log_in,
        base64.b64encode(PASSWORD.encode()).decode(),
    )
    return {text[at : at + PIECE] for text in whole for at in range(len(text) - PIECE + 1)}


PIECES = pieces()


def told(text: str) -> set[str]:
    return {piece for piece in PIECES if piece in text}


def test_a_secret_that_is_told_would_be_found() -> None:
    """Also a part of one, and in the form in which a mail server is sent it."""
    assert told(f"Bearer {TOKEN}")
    assert told(f"…{PASSWORD[:PIECE]}")
    assert told(base64.b64encode(f"\0bot@example.org\0{PASSWORD}".encode()).decode())
    assert not told("AIza xoxb- bot@example.org")


@contextmanager
def heartbeats(status: int) -> Iterator[tuple[str, list[str]]]:
    """A dead man's switch that answers with ``status``: where it is, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", f"http://localhost/{BEAT}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping/{BEAT}", asked
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def environment(services: Services, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """The secrets as a person sets them, and services that know them."""
    services.arxiv.papers = [one.paper for one in samples(datetime.now(UTC))[:3]]
    services.slack.token = TOKEN
    services.smtp.users = {"bot@example.org": PASSWORD}
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PROXY_PASSWORD}@127.0.0.1:9")


def configure(folder: Path, services: Services, heartbeat: str, more: str = "") -> None:
    (folder / "subscribers.yaml").write_text(f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}", requests_per_minute: 1000}}
slack: {{base_url: "{services.slack.base_url}"}}
email: {{host: 127.0.0.1, port: {services.smtp.port}, security: none, username: bot@example.org,
        sender: bot@example.org}}
heartbeat_url: {heartbeat}
operator: eve@example.org
{more}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
defaults: {{topics: [microscopy], schedule: immediately}}
subscribers:
  - {{name: group, slack: "#em-papers"}}
  - {{name: ada, email: ada@example.org, file: reports/, interests: electron microscopy}}
""")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def repeat_secrets(services: Services) -> None:
    """Each service refuses in words that hold what it was sent, at a place where they are cut."""
    log_in = base64.b64encode(f"\0bot@example.org\0{PASSWORD}".encode()).decode()
    services.slack.faults.extend(
        SlackFault.refused(f"{'x' * (380 - cut)} {TOKEN}") for cut in (0, 10, 30, 100, 380)
    )
    services.smtp.faults.extend(
        [
            SmtpFault("AUTH", f"535 5.7.8 {'x' * 180} {log_in} {PASSWORD}"),
            SmtpFault("AUTH", f"454 {PASSWORD}"),
        ]
    )
    services.gemini.faults.extend([GeminiFault.INVALID_KEY, GeminiFault.FORBIDDEN])


def files(folder: Path) -> str:
    """All that was written: the database with what stands beside it, reports, whatever else there is."""
    return "".join(
        path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file()
    )


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("form", ["text", "json"])
def test_once(run: Run, tmp_path: Path, services: Services, form: str) -> None:
    """Not on stdout or stderr, not in a log, a report or the database."""
    with heartbeats(302) as (address, _):
        configure(tmp_path, services, address)
        repeat_secrets(services)
        first = run("--verbose", "--log-format", form, "once")
        second = [
            run("--verbose", "--log-format", form, *typed.split()) for typed in ("once", "status", "check")
        ]
    assert first.status == 1
    assert "group: slack #em-papers" in first.err
    assert not [said for said in (first, *second) if told(said.out + said.err)]
    assert (tmp_path / "state/arxiv-digest.db").stat().st_size > 50_000
    (tmp_path / "subscribers.yaml").unlink()
    assert not told(files(tmp_path))


@pytest.mark.usefixtures("environment")
def test_run(tmp_path: Path, services: Services) -> None:
    """The daemon and its HTTP side: not while it runs, with the database's log beside it, nor when it has ended."""
    port = free_port()
    with heartbeats(500) as (address, asked):
        configure(tmp_path, services, address, more=f'http: {{listen: "127.0.0.1:{port}"}}')
        services.gemini.faults.extend([GeminiFault.INVALID_KEY, GeminiFault.FORBIDDEN])
        daemon = subprocess.Popen(
            [sys.executable, "-m", "bot", "--verbose", "--log-format", "json", "run"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        seen: list[str] = []
        try:
            deadline = time.monotonic() + 60
            while not asked:
                assert daemon.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            seen += [page(port, path) for path in ("readyz", "metrics", "u/wrong")]
            seen.append(files(tmp_path / "state"))
        finally:
            daemon.send_signal(signal.SIGTERM)
            seen += daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    assert len([json.loads(line) for line in seen[-1].splitlines()]) > 5
    assert "heartbeat_url: it answered with status 500" in seen[-1]
    (tmp_path / "subscribers.yaml").unlink()
    assert not [each for each in (*seen, files(tmp_path)) if told(each)]


def page(port: int, path: str) -> str:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        return str(answer.headers) + answer.read().decode()
