"""A digest's order is one, whatever shows it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.channels.email import message as mail
from bot.channels.file import html, markdown
from bot.channels.slack import message as slack
from bot.models import Digest, Message
from tests.render import limits, samples


def mails(digest: Digest, kind: str) -> str:
    sent = mail.render(
        digest, sender="bot@example.org", recipient="ada@example.org", contact="help@example.org"
    )
    return "\n".join(limits.body(limits.mail(one.payload), kind) for one in sent)


def posts(messages: Sequence[Message]) -> str:
    return json.dumps([json.loads(one.payload) for one in messages])


def shuffled() -> Digest:
    """As scores might have ordered it: not by date, id or title; in full and by title alone."""
    digest = samples.thirty_six()
    entries = [*digest.entries, *digest.titles]
    random.Random(15).shuffle(entries)
    return replace(
        digest, entries=tuple(entries[:30]), titles=tuple(samples.untold(entry) for entry in entries[30:])
    )


@pytest.mark.parametrize(
    "shown",
    [
        html.render,
        markdown.render,
        lambda digest: mails(digest, "html"),
        lambda digest: mails(digest, "plain"),
        lambda digest: posts(slack.render(digest)[:1]),
    ],
    ids=["report", "markdown", "mail", "mail's text", "overview"],
)
def test_each_form_keeps_the_digests_order(shown: Callable[[Digest], str]) -> None:
    """Papers in full, then titles, each where the digest has it; none is left out."""
    digest = shuffled()
    assert linked(shown(digest)) == [entry.paper.arxiv_id for entry in (*digest.entries, *digest.titles)]


def test_the_thread_keeps_the_overviews_order() -> None:
    """The papers in full; the titles stand in the overview already."""
    digest = shuffled()
    expected = [entry.paper.arxiv_id for entry in digest.entries]
    assert linked(posts(slack.render(digest)[1:]))[: len(expected)] == expected


def linked(text: str) -> list[str]:
    """The papers that the text links to, each where it does so first."""
    return list(dict.fromkeys(re.findall(r"arxiv\.org/abs/(\d{4}\.\d{5})", text)))
