"""A Slack message without blocks: the same papers, inside Slack's limits, with no meaning but ours."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings

from bot.channels.slack import message as slack
from bot.channels.slack import plain as slack_plain
from bot.models import Digest
from tests.render import samples, strategies

_LINK = re.compile(r" <https://arxiv\.org/abs/([^<>\s]+)>")
_ADDRESS = re.compile(r'"url": "https://arxiv\.org/abs/([^"]+)"')
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def read(payload: bytes) -> str:
    """The text of a payload that Slack takes."""
    plain = slack_plain.plain_text(payload)
    assert plain is not None
    message = json.loads(plain)
    assert set(message) == {"text", "unfurl_links", "unfurl_media"}
    assert message["unfurl_links"] is False
    assert message["unfurl_media"] is False
    text: str = message["text"]
    assert 0 < len(text.encode("utf-16-le")) // 2 <= 4_000
    assert not re.search(r"[<>]", _LINK.sub("", text))
    assert not _ENTITY.search(text)
    return text


@settings(max_examples=25)
@given(strategies.digests)
def test_any_message_keeps_its_papers_and_slacks_limits(digest: Digest) -> None:
    """Whatever a title contains, the text has every paper of the message once, in one message."""
    for message in slack.render(digest):
        assert _LINK.findall(read(message.payload)) == _ADDRESS.findall(message.payload.decode())


def test_it_reads_well() -> None:
    """Counts, titles with addresses, summaries, marks and completeness, in the order of the blocks."""
    first, second, *_, last = (read(message.payload) for message in slack.render(samples.morning()))
    lines = first.splitlines()
    assert lines[:2] == ["11 papers, 1 revised · 23 Nov", "electron microscopy 8 · nickelates 4"]
    assert "all 412 were checked" in lines[-1]
    assert "\n2. Twisted van der Waals cavities that sort excitons by valley <" in first
    assert (
        "valley <https://arxiv.org/abs/2611.13988> · 7/10 · excitons in cavities · electron microscopy\n3. "
        in first
    )
    assert "\n\nRevised since you received them\n• Erratum in the making" in first
    assert second.startswith("Papers 1–7 of 11\n\n1. Oxygen order")
    assert "⚠ No summary could be made yet: these are the abstract's own sentences." in second.splitlines()
    assert last.endswith("The abstract is what counts.")
    assert not any("\n\n\n" in text for text in (first, second, last))


def test_only_what_does_not_fit_is_shortened() -> None:
    """A short message loses nothing of its summaries."""
    *_, last = slack.render(samples.morning())
    text = read(last.payload)
    assert "fails, and says so, when fewer than 20 tilts are given." in text


def test_a_word_to_the_operator_keeps_its_words() -> None:
    """Notices have no titles, and fit."""
    assert read(slack.notice("Slack <b> & co\nsecond line")) == "Slack &lt;b&gt; &amp; co\nsecond line"


def test_plain_text_has_no_plainer_form() -> None:
    """What was sent as text and refused is not tried in the same form again."""
    plain = slack_plain.plain_text(slack.render(samples.morning())[0].payload)
    assert plain is not None
    assert slack_plain.plain_text(plain) is None


def test_an_edit_keeps_the_form_of_what_was_sent() -> None:
    """Blocks stay blocks, text stays text."""
    blocks = slack.render(samples.morning())[0].payload
    plain = slack_plain.plain_text(blocks)
    assert plain is not None
    assert slack_plain.like(blocks, blocks) == blocks
    assert slack_plain.like(plain, blocks) == plain
    assert slack_plain.like(plain, plain) == plain
