"""What a person sends by hand: a digest once more, a test message."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.demo.slack import SlackFault
from tests.cli.conftest import Run, Services
from tests.samples import paper

YAML = """\
arxiv: {{contact: ada@example.org, api_url: "{arxiv}", rss_url: "{rss}", min_interval: 0.01s}}
slack: {{base_url: "{slack}"}}
email: {{host: 127.0.0.1, port: {port}, security: none, username: bot, sender: bot@example.org}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", email: ada@example.org, file: reports/}}
"""


@pytest.fixture
def configured(run: Run, tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-right")
    monkeypatch.setenv("SMTP_PASSWORD", "right")
    now = datetime.now(UTC)
    services.arxiv.papers.append(
        paper("2611.00001", published=now - timedelta(days=1), updated=now - timedelta(days=1))
    )
    (tmp_path / "subscribers.yaml").write_text(
        YAML.format(
            arxiv=services.arxiv.api_url,
            rss=services.arxiv.rss_url,
            slack=services.slack.base_url,
            port=services.smtp.port,
        )
    )
    return run


def posts(services: Services) -> list[str]:
    (channel,) = (one for one in services.slack.workspace.conversations.values() if one.name == "em-papers")
    return [json.dumps(one.blocks) for one in channel.messages]


def mails(services: Services) -> list[EmailMessage]:
    parsed = (
        email.message_from_bytes(mail.content, policy=email.policy.default) for mail in services.smtp.mails
    )
    return [mail for mail in parsed if isinstance(mail, EmailMessage)]


def test_a_digest_goes_again_as_a_message_of_its_own(configured: Run, services: Services) -> None:
    """Where it went, said before; the mail refers to the first one; nothing else is owed, or comes again."""
    assert configured("once").status == 0
    said = configured("resend", "ada")
    assert said.status == 0, said.err
    lines = said.out.splitlines()
    assert len([line for line in lines[:3] if "digest 1 of" in line and "goes again to" in line]) == 3
    assert len([line for line in lines[3:] if line.endswith("delivered, 1 paper")]) == 3
    first, again = mails(services)
    assert ["Sent again: the digest of " in said for said in posts(services)] == [False, True]
    assert again["Message-ID"] != first["Message-ID"]
    assert again["References"] == first["Message-ID"]
    assert configured("resend", "ada", "1", "--to", "ada@example.org").status == 0
    assert (len(mails(services)), len(posts(services))) == (3, 2)
    assert "nothing to deliver" in configured("once").out
    newest = json.loads(configured("history", "ada", "--json").out)[0]
    assert (newest["number"], len(newest["targets"]), len(newest["again"])) == (1, 3, 4)


def test_what_can_t_go_again_is_refused(configured: Run, services: Services) -> None:
    """A digest that never was, a target of nobody: nothing is sent."""
    assert "has had no digest yet" in configured("resend", "ada").err
    assert configured("once").status == 0
    for arguments, expected in (
        (("ada", "7"), "ada has had no digest 7; the newest is 1"),
        (
            ("ada", "--to", "zoe@example.org"),
            "'zoe@example.org' is no target of ada; there are: slack #em-papers",
        ),
        (("adda",), "unknown subscriber 'adda'"),
        (("ada", "0"), "0 is not in the range"),
    ):
        said = configured("resend", *arguments)
        assert said.status == 2
        assert expected in said.err
    assert len(posts(services)) == 1


def test_a_test_message_says_what_became_of_it(configured: Run, services: Services) -> None:
    """At each target by itself; what a service refuses is told with the remedy, and the rest arrives."""
    services.slack.faults.append(SlackFault.refused("not_in_channel"))
    said = configured("test", "ada")
    assert said.status == 1
    assert "ada: email ada@example.org: delivered" in said.out
    assert "invite" in said.err
    (mail,) = mails(services)
    assert mail["Subject"] == "arXiv digest: a test"


def test_who_is_paused_gets_nothing_by_hand(configured: Run, services: Services) -> None:
    """Neither a digest again nor a test."""
    assert configured("once").status == 0
    assert configured("pause", "ada").status == 0
    said = configured("resend", "ada")
    assert (said.status, "`arxiv-digest resume ada` ends that" in said.err) == (2, True)
    said = configured("test", "ada")
    assert (said.status, "`arxiv-digest resume ada` ends that" in said.err) == (2, True)
    assert (len(mails(services)), len(posts(services))) == (1, 1)
