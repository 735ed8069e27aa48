"""`once` as a person types it, where services answer with what is no text, or refuse a key."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.gemini import GeminiFault
from bot.demo.samples import samples
from bot.demo.slack import SlackFault
from bot.demo.smtp import SmtpFault
from tests.cli.conftest import Run, Services
from tests.hostile import Hostile, acting, bomb, orders, serving
from tests.raw_smtp import RawSmtp


@contextmanager
def mail_server(answers: Mapping[str, bytes]) -> Iterator[RawSmtp]:
    server = RawSmtp(answers)
    with in_a_thread(server):
        yield server


@contextmanager
def in_a_thread(server: AbstractAsyncContextManager[object]) -> Iterator[None]:
    """A thread of its own, as the command has a loop of its own."""
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def ready(run: Run, tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Ada reads in Slack, by mail and as files; arXiv has papers for her."""
    services.arxiv.papers = [one.paper for one in samples(datetime.now(UTC))]
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-right")
    monkeypatch.setenv("SMTP_PASSWORD", "right")
    configure(tmp_path, services, services.smtp.port)
    return run


def configure(folder: Path, services: Services, smtp_port: int, slack: str = "") -> None:
    (folder / "subscribers.yaml").write_text(f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}"}}
slack: {{base_url: "{slack or services.slack.base_url}"}}
email: {{host: 127.0.0.1, port: {smtp_port}, security: none, username: bot, sender: bot@example.org}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", email: ada@example.org, file: reports/}}
""")


def test_an_acknowledgement_in_latin_1_is_one(ready: Run, tmp_path: Path, services: Services) -> None:
    """Three runs, one mail, one message in Slack, exit status 0."""
    with mail_server({"FINAL": b"250 message accept\xe9\r\n"}) as server:
        configure(tmp_path, services, server.port)
        assert [ready("once").status for _ in range(3)] == [0, 0, 0]
        assert len(server.taken) == 1
    assert len(services.slack.messages("em-papers")) == 1


@pytest.mark.parametrize(
    ("stage", "reply", "said"),
    [
        ("BANNER", b"554 not\xe9\r\n", "noté"),
        ("EHLO", b"554 \x1b[2J\r\n", r"\x1b[2J"),
        ("AUTH", b"535 Error: \xc7\xeb\xca\xb9\xd3\xc3\r\n", "请使用"),
        ("MAIL", b"550 \xed\xa0\x80\r\n", "550 "),
        ("RCPT", b"550 utilisateur refus\xe9\r\n", "refusé"),
    ],
)
def test_a_refusal_in_any_bytes_is_one_line(
    ready: Run, tmp_path: Path, services: Services, stage: str, reply: bytes, said: str
) -> None:
    """Named on stderr with exit status 1; everything else is delivered."""
    with mail_server({stage: reply}) as server:
        configure(tmp_path, services, server.port)
        ended = ready("once")
        assert not server.taken
    assert ended.status == 1
    (line,) = (line for line in ended.err.splitlines() if " warning ada: email ada@example.org: " in line)
    assert said in line
    assert "internal error" not in ended.err
    assert "ada: slack #em-papers: delivered" in ended.out
    assert "ada: file " in ended.out


ACTS = "::add-mask::a ##[error]forged \x9b2J \u202egnp \u2028::error::x \u200b"


def test_no_command_prints_what_acts(ready: Run, tmp_path: Path, services: Services) -> None:
    """A title, a name or a service's refusal gives neither a terminal nor GitHub's runner an order."""
    services.arxiv.papers = [
        replace(one, title=ACTS, authors=(ACTS,), comment=ACTS) for one in services.arxiv.papers
    ]
    name = "::error::ada ##[group]"
    yaml = tmp_path / "subscribers.yaml"
    yaml.write_text(
        yaml.read_text().replace("name: ada", f"name: '{name}'").replace("microscopy", "'::debug::t ##[x]'")
    )
    services.slack.faults.append(SlackFault.refused(f"\n{ACTS}\x1b[2J"))
    services.smtp.faults.append(SmtpFault("RCPT", "550 ::error::no ##[error]no"))
    said = [
        ready(*typed.split()) for typed in ("once --dry-run", "once", "status", "status --json", "search gnp")
    ]
    said += [
        ready("search", "gnp", "--json"),
        ready("--verbose", "--log-format", "json", "once"),
        ready("check"),
    ]
    said += [ready(command, name) for command in ("history", "preview", "resend", "test")]
    said += [
        ready("explain", services.arxiv.papers[0].arxiv_id, name),
        ready("history", name, "--json"),
        ready("history", f"{name}x"),
    ]
    assert "forged" in said[0].out
    assert "forged" in said[1].err
    assert all(one.out + one.err for one in said)
    assert not [one for one in said if acting(one.out + one.err) or orders(one.out) or orders(one.err)]
    json.loads(said[3].out)


def test_a_bomb_concerns_the_service_that_sends_it(ready: Run, tmp_path: Path, services: Services) -> None:
    """Slack's is named, and everybody else gets what is due."""
    packed = "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Encoding: gzip\nConnection: close"
    hostile = Hostile(packed, tuple(bomb("gzip")))
    with in_a_thread(serving(hostile)):
        configure(tmp_path, services, services.smtp.port, slack=hostile.root)
        ended = ready("once")
    assert ended.status == 1
    assert "Slack's answer is larger than 8 MB" in ended.err
    assert len(services.smtp.mails) == 1
    assert list((tmp_path / "reports").glob("*-ada-1.html"))


def test_a_reply_without_an_end_concerns_the_mail_server(
    ready: Run, tmp_path: Path, services: Services
) -> None:
    """It is named, and everybody else gets what is due."""
    with mail_server({"EHLO": b"250-" + b"x" * 2**22}) as server:
        configure(tmp_path, services, server.port)
        ended = ready("once")
    assert ended.status == 1
    assert "ada: email ada@example.org: " in ended.err
    assert len(services.slack.messages("em-papers")) == 1
    assert list((tmp_path / "reports").glob("*-ada-1.html"))


def test_a_lone_surrogate_in_slack_s_error(ready: Run, services: Services) -> None:
    """It is shown as what it is, and the mail goes out."""
    services.slack.faults.append(SlackFault.refused("odd_\udce9\ud83d"))
    ended = ready("once")
    assert ended.status == 1
    assert r"Slack says odd_\udce9\ud83d" in ended.err
    assert len(services.smtp.mails) == 1


def test_a_refused_key_is_an_error_named_at_the_end(
    ready: Run, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything due was handed over with the abstracts' sentences: exit status 0."""
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    services.gemini.faults.extend([GeminiFault.COUNTRY] * 10)
    ended = ready("once")
    assert ended.status == 0, ended.err
    lines = [line for line in ended.err.splitlines() if " error Gemini: " in line]
    assert lines
    assert lines[-1] == ended.err.splitlines()[-1]
    assert "only in some countries" in lines[-1]
    ended = ready("once")
    assert ended.status == 0
    assert ended.err.splitlines()[-1].partition(" error ")[2] == lines[-1].partition(" error ")[2]


def test_the_log_says_who_got_what(ready: Run, services: Services) -> None:
    """A line a message, with fields for programs."""
    services.smtp.faults.append(SmtpFault("RCPT", "550 5.1.1 No such user"))
    ended = ready("--log-format", "json", "once")
    told = [json.loads(line) for line in ended.err.splitlines()]
    by_target = {line["target"].split()[0]: line for line in told if "target" in line}
    assert {kind: line["outcome"] for kind, line in by_target.items()} == {
        "slack": "accepted",
        "file": "accepted",
        "email": "failed",
    }
    assert all(line["subscriber"] == "ada" and line["paper"] for line in by_target.values())
    assert "No such user" in by_target["email"]["error"]
    assert by_target["slack"]["level"] == "info"
