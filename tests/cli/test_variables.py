"""Commands as processes of their own, under variables that HTTP and TLS libraries give up on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.arxiv import Announced
from bot.demo.gemini.answers import words_of
from bot.models import AnnounceType
from tests.cli.conftest import Services
from tests.samples import paper

TITLE = "Schrödinger's cat"
SOCKS = {"ALL_PROXY": "socks5://127.0.0.1:1"}
ODD = {
    "socks for all": SOCKS,
    "socks for https": {
        "HTTPS_PROXY": "socks5h://ada:hush@127.0.0.1:1",
        "http_proxy": "socks4://127.0.0.1:1",
    },
    "a password with a mark": {
        "https_proxy": "http://ada:hu#sh@127.0.0.1:3128",
        "HTTP_PROXY": "http://127.0.0.1:x",
    },
    "no scheme": {"HTTPS_PROXY": "127.0.0.1:1"},
    "no bundle": {"SSL_CERT_FILE": "/nonexistent/ca.pem", "SSL_CERT_DIR": "/nonexistent"},
    "a folder for a bundle": {"SSL_CERT_FILE": "/"},
    "no bundle but text": {"SSL_CERT_FILE": "/etc/hosts"},
    "no key log": {"SSLKEYLOGFILE": "/nonexistent/keys.log"},
    "ascii": {
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
}


def process(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _ALL}
    secrets = {"GEMINI_API_KEY": "key", "SLACK_BOT_TOKEN": "xoxb-right", "SMTP_PASSWORD": "right"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env={**inherited, **secrets, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


_ALL = {
    *(name for group in ODD.values() for name in group),
    *("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY", "ARXIV_DIGEST_CONFIG"),
}


def said(folder: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    with process(folder, *arguments, **variables) as running:
        try:
            out, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert "internal error" not in err
    assert "Traceback" not in err
    assert "hush" not in out + err
    return running.returncode, out, err


def write(folder: Path, services: Services, gemini: str = "", slack: str = "") -> None:
    now = datetime.now(UTC)
    found = paper(title=f"Ptychography of {TITLE}", published=now - timedelta(hours=1), updated=now)
    services.arxiv.papers = [found]
    services.arxiv.announcements = [Announced(found, AnnounceType.NEW)]
    services.gemini.words = {found.arxiv_id: words_of(found)}
    (folder / "subscribers.yaml").write_text(
        f"""\
arxiv: {{contact: you@lab.example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{gemini or services.gemini.base_url}"}}
slack: {{base_url: "{slack or services.slack.base_url}"}}
email: {{host: 127.0.0.1, port: {services.smtp.port}, security: none, username: bot, sender: bot@example.org}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", email: ada@example.org, file: Berichte-ü}}
""",
        encoding="utf-8",
    )


@pytest.mark.parametrize("variables", ODD.values(), ids=ODD)
def test_check_names_them(tmp_path: Path, services: Services, variables: dict[str, str]) -> None:
    """As warnings: the configuration itself has no fault."""
    write(tmp_path, services)
    status, out, err = said(tmp_path, "check", **variables)
    assert (status, out.splitlines()[-1]) == (0, "subscribers.yaml: 1 topic, 1 subscriber, no faults")
    for name in variables:
        assert f"warning: {name}: " in err or name.startswith(("LC_", "PYTHON"))


@pytest.mark.parametrize(
    "kinds",
    [
        ("socks for all", "no bundle", "ascii"),
        ("socks for https", "no key log", "a folder for a bundle"),
        ("a password with a mark", "no bundle but text"),
        ("no scheme",),
    ],
)
def test_once_delivers_all_the_same(tmp_path: Path, services: Services, kinds: tuple[str, ...]) -> None:
    """What is on this machine is reached as ever, by all four clients, and the variables are named."""
    write(tmp_path, services)
    variables = {name: value for kind in kinds for name, value in ODD[kind].items()}
    status, _, err = said(tmp_path, "once", **variables)
    if "LC_ALL" in variables:
        assert "the locale's encoding lacks a character of " in err
        assert "set LC_ALL=C.UTF-8" in err
        assert status == 1
    else:
        assert len(list(tmp_path.glob("Berichte-ü/*.md"))) == 1
        assert status == 0, err
    assert (len(services.gemini.log), len(services.smtp.mails)) == (1, 1)
    assert len(services.slack.messages("em-papers")) == 1
    for name in variables:
        assert f"warning {name}: " in err or name.startswith(("LC_", "PYTHON"))


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (("check", "--live"), ("socks for all", "no key log", "no bundle")),
        (("preview", "ada"), ("socks for https", "no key log", "ascii")),
        (("once", "--dry-run"), ("a password with a mark", "a folder for a bundle", "ascii")),
        (("demo",), ("socks for all", "no key log", "no bundle but text", "ascii")),
    ],
)
def test_other_commands_work_as_ever(
    tmp_path: Path, services: Services, arguments: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    """With several such variables at once; the demo, which is all on this machine, does not even name them."""
    write(tmp_path, services)
    variables = {name: value for kind in kinds for name, value in ODD[kind].items()}
    status, out, err = said(tmp_path, *arguments, **variables)
    assert status == 0, out + err
    for name in variables:
        is_named = f"{name}: " in err
        assert is_named == (arguments != ("demo",)) or name.startswith(("LC_", "PYTHON"))


def test_the_daemon_starts_and_names_them(tmp_path: Path, services: Services) -> None:
    """It says so once and goes on."""
    write(tmp_path, services)
    with process(tmp_path, "run", **SOCKS, **ODD["no key log"]) as running:
        try:
            assert running.stdout is not None
            assert "ada: next digest" in running.stdout.readline()
            running.send_signal(signal.SIGTERM)
            _, err = running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 0
    assert err.count("ALL_PROXY: ") == err.count("SSLKEYLOGFILE: ") == 1
    assert "internal error" not in err


def test_only_the_service_concerned_suffers(tmp_path: Path, services: Services) -> None:
    """Slack and Gemini are behind a proxy that can't be used: the mail goes out, with the abstract's sentences."""
    write(tmp_path, services, gemini="https://gemini.test/", slack="https://slack.test/api/")
    status, out, err = said(tmp_path, "once", **SOCKS)
    assert status == 1
    assert "ada: email ada@example.org: delivered, 1 paper" in out
    (mail,) = services.smtp.mails
    assert b"abstract" in mail.content
    (waiting,) = (line for line in err.splitlines() if "slack #em-papers: waiting" in line)
    assert "ALL_PROXY: a SOCKS proxy can't be used" in waiting
    assert "NO_PROXY" in waiting
    write(tmp_path, services)
    status, out, err = said(tmp_path, "once")
    assert status == 0, err
    (post,) = services.slack.messages("em-papers")
    assert TITLE in json.dumps(post.blocks, ensure_ascii=False)
    assert [one for one in services.smtp.mails[1:] if b"2611.00001" in one.content] == []


def test_arxiv_behind_such_a_proxy_fails_at_once(tmp_path: Path, services: Services) -> None:
    """By the name of the variable, not after minutes of trying."""
    write(tmp_path, services)
    yaml = tmp_path / "subscribers.yaml"
    yaml.write_text(
        yaml.read_text(encoding="utf-8").replace(services.arxiv.api_url, "https://arxiv.test/api/query")
    )
    status, _, err = said(tmp_path, "once", **SOCKS)
    assert status == 1
    assert "topic microscopy: the poll is incomplete: arXiv can't be reached: ALL_PROXY: a SOCKS proxy" in err
