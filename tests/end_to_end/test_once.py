"""The real program against all four services in another process, configured as the real ones would be."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.client import MAILBOXES, Client, Door, Ended, secrets_in, world_apart
from tests.end_to_end.world import CHANNEL

IN_FULL = 15
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """500 papers of the last six days, 40 or so of which match; some are shown by the feed alone."""
    with world_apart("--papers", "500", "--share", "0.08", "--feed-only", "0.1") as door:
        yield door


@pytest.fixture(scope="module")
def installed(door: Door, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """An installation on which tests build upon each other, in their order."""
    return Client(tmp_path_factory.mktemp("installed"), door.places, {"max_papers": str(IN_FULL)})


@pytest.fixture
def client(door: Door, tmp_path: Path) -> Client:
    """A fresh installation."""
    return Client(tmp_path, door.places, {"max_papers": "3"})


def told_in(posts: list[dict[str, Any]]) -> Counter[str]:
    """How often Slack messages tell of each paper; one has a line in an overview, and may be in full below."""
    lines = Counter(arxiv_id for post in posts for arxiv_id in post["in_lines"])
    return lines | Counter(arxiv_id for post in posts for arxiv_id in post["in_full"])


def expected(door: Door) -> Counter[str]:
    """Every matching paper, once."""
    matching = door.report()["papers"]["matching"]
    return Counter(arxiv_id for papers in matching.values() for arxiv_id in papers)


def keeps_secrets(ended: Ended) -> bool:
    return not secrets_in(ended.said) and "Traceback" not in ended.said


def wait_for(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_rehearsal_stores_and_sends_nothing(installed: Client, door: Door) -> None:
    """`once --dry-run` says what would go to whom, and leaves no database, message, mail or file."""
    ended = installed.run("once", "--dry-run")
    report = door.report()
    assert ended.status == 0, ended.said
    assert keeps_secrets(ended)
    assert f"em-group: {expected(door).total()} papers would go to slack #{CHANNEL}" in ended.out
    assert not installed.database.exists()
    assert (report["slack"], report["mail"], installed.reports()) == ({CHANNEL: []}, {}, {})
    assert report["gemini"]["requests"] == 0


def test_once_delivers_every_matching_paper_once(installed: Client, door: Door) -> None:
    """A Slack channel, two mailboxes and a folder each get every matching paper of 500, once."""
    ended = installed.run("once")
    report, papers = door.report(), expected(door)
    assert ended.status == 0, ended.said
    assert keeps_secrets(ended)
    assert papers.total() > IN_FULL
    posts = report["slack"][CHANNEL]
    assert told_in(posts) == papers
    assert sum(len(post["in_full"]) for post in posts) == IN_FULL
    assert len({post["key"] for post in posts}) == len(posts)
    assert [post["in_thread"] for post in posts] == [False, *[True] * (len(posts) - 1)]
    assert set(report["mail"]) == set(MAILBOXES)
    for mails in report["mail"].values():
        assert Counter(arxiv_id for mail in mails for arxiv_id in mail["ids"]) == papers
        assert len({mail["message_id"] for mail in mails}) == len(mails)
        assert all(mail["encrypted"] and mail["user"] for mail in mails)
    assert [Counter(ids) for ids in installed.reports().values()] == [papers]


def test_each_summary_is_paid_for_once(installed: Client, door: Door) -> None:
    """Three subscribers read the same papers in full: Gemini is asked for each of them once."""
    asked = door.report()["gemini"]["asked"]
    assert set(asked.values()) == {1}
    assert len(asked) == IN_FULL


def test_arxiv_is_asked_politely(installed: Client, door: Door) -> None:
    """One request at a time, `min_interval` after the end of the last, with a contact in the User-Agent."""
    arxiv = door.report()["arxiv"]
    assert arxiv["shortest_pause"] >= 0.01
    assert all("mailto:tests@example.org" in agent for agent in arxiv["user_agents"])


def test_a_second_once_sends_and_asks_nothing(installed: Client, door: Door) -> None:
    """Nothing new: no message, no mail, no file, no request to Gemini."""
    before, files = door.report(), installed.reports()
    ended = installed.run("once")
    after = door.report()
    assert ended.status == 0, ended.said
    assert ended.out == "nothing to deliver: no new papers for 3 subscribers\n"
    assert after["slack"] == before["slack"]
    assert after["mail"] == before["mail"]
    assert after["gemini"]["requests"] == before["gemini"]["requests"]
    assert installed.reports() == files


def test_the_database_keeps_no_secret(installed: Client) -> None:
    """What is stored beside the papers is addresses and texts, never a key or a password."""
    stored = b"".join(path.read_bytes() for path in installed.database.parent.iterdir())
    assert not secrets_in(stored.decode("latin-1"))


def test_a_refusal_by_slack_ends_with_1_and_is_named(client: Client, door: Door) -> None:
    """Slack's refusal is told with subject and remedy, holds back nothing else, and `retry` revives it."""
    posted, mailed = len(door.report()["slack"][CHANNEL]), len(door.report()["mail"][MAILBOXES[0]])
    door.refuse(slack=["not_in_channel"])
    ended = client.run("once")
    assert ended.status == 1
    assert keeps_secrets(ended)
    assert f"em-group: slack #{CHANNEL}" in ended.err
    assert "invite" in ended.err
    assert len(door.report()["mail"][MAILBOXES[0]]) > mailed
    assert client.run("retry").status == 0
    assert client.run("once", "--only", "em-group").status == 0
    posts = door.report()["slack"][CHANNEL][posted:]
    assert told_in(posts) == expected(door)


def test_run_holds_the_database_reloads_and_stops(installed: Client) -> None:
    """Beside `run` a second process ends with 2; an edited YAML is taken up; SIGTERM ends it in time."""
    log = installed.folder / "run.log"
    with log.open("w") as sink, installed.start("run", stdout=sink, stderr=subprocess.STDOUT) as daemon:
        try:
            assert wait_for(lambda: "archive: next digest" in log.read_text()), log.read_text()
            second = installed.run("once")
            assert (second.status, second.out) == (2, "")
            assert "holds this database" in second.err
            text = installed.yaml.read_text()
            added = "  - {name: newcomer, file: new/, schedule: immediately}\n"
            installed.yaml.write_text(text + added)
            newcomers = installed.folder / "new"
            assert wait_for(lambda: any(newcomers.glob("*.md"))), log.read_text()
            told = time.monotonic()
        finally:
            daemon.send_signal(signal.SIGTERM)
            status = daemon.wait(PATIENCE_S)
    assert time.monotonic() - told < 10
    assert status == 0
    assert keeps_secrets(Ended(status, log.read_text(), ""))
