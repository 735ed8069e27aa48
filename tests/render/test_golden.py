"""Golden files of everything a person reads, to be looked at when they change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels.email import message as email
from bot.channels.email import page, text
from bot.channels.file import html, markdown
from bot.channels.slack import message as slack
from bot.models import Digest
from bot.render import parts
from tests.render import samples

GOLDEN = Path(__file__).parent / "golden"


def posted(digest: Digest) -> str:
    messages = [json.loads(message.payload) for message in slack.render(digest)]
    return json.dumps(messages, ensure_ascii=False, indent=1) + "\n"


def mailed(digest: Digest) -> str:
    (message,) = email.render(
        digest,
        sender="arXiv digest <bot@example.org>",
        recipient="Ada Lovelace <ada@example.org>",
        contact="help@example.org",
    )
    return message.payload.decode().replace("\r\n", "\n")


MADE: dict[str, Callable[[], str]] = {
    "morning.slack.json": lambda: posted(samples.morning()),
    "morning.eml": lambda: mailed(samples.morning()),
    "morning.mail.html": lambda: page.html(parts.whole(samples.morning()), "help@example.org"),
    "morning.report.html": lambda: html.render(samples.morning()),
    "morning.md": lambda: markdown.render(samples.morning()),
    "morning.txt": lambda: text.render(samples.morning()),
    "twelve.mail.html": lambda: page.html(parts.whole(samples.digest()), "help@example.org"),
    "empty.slack.json": lambda: posted(samples.empty()),
    "empty.eml": lambda: mailed(samples.empty()),
    "empty.report.html": lambda: html.render(samples.empty()),
    "empty.md": lambda: markdown.render(samples.empty()),
    "empty.txt": lambda: text.render(samples.empty()),
    "notice.slack.json": lambda: slack.notice(
        "Slack refused #em-papers: not_in_channel\nInvite the bot."
    ).decode(),
}


@pytest.mark.parametrize("name", MADE)
def test_what_people_read_is_what_was_looked_at(name: str) -> None:
    """A change in what people read shows up as a change of a file; a missing one is written and fails."""
    path, made = GOLDEN / name, MADE[name]()
    if not path.exists():
        path.write_text(made, encoding="utf-8", newline="")
        pytest.fail(f"{path.name} did not exist and was written: look at it, then run again")
    assert made == path.read_text(encoding="utf-8")
