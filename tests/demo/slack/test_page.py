"""The page on which a person looks at what went to Slack."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.demo.slack import PostedMessage, render_as_html
from bot.demo.slack.mrkdwn import mrkdwn


def message(*blocks: dict[str, Any], **fields: Any) -> PostedMessage:
    return PostedMessage(
        **({"channel": "C1", "ts": "1795424400.000100", "text": "t", "blocks": list(blocks)} | fields)
    )


def shown(*blocks: dict[str, Any]) -> str:
    return render_as_html([message(*blocks)])


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets |= {value or "" for name, value in attrs if name == "href"}
        assert not {name for name, _ in attrs} - {"href", "class"}


def test_mrkdwn_looks_as_in_slack() -> None:
    """Bold, italics, strikes, code and links; the three entities; line breaks."""
    text = "*1. <https://arxiv.org/abs/1|A &amp; B>* _x_ ~y~ `*z*`\nx &lt; 5 and 2*3*4 and snake_case_name"
    assert mrkdwn(text) == (
        '<strong>1. <a href="https://arxiv.org/abs/1">A &amp; B</a></strong> <em>x</em> <s>y</s> '
        "<code>*z*</code><br>\nx &lt; 5 and 2*3*4 and snake_case_name"
    )


def test_a_mention_shows_as_a_fault() -> None:
    """An unescaped ``<!channel>`` would call everybody: it can't be overlooked on the page."""
    assert mrkdwn("<!channel>") == '<span class="broken">!channel</span>'


@given(st.text() | st.from_regex(r"[<>&*_~`|!a:/.\n\ue000\ue0010]{0,30}", fullmatch=True))
def test_no_text_gets_markup_of_its_own_in(text: str) -> None:
    """Only the page's own tags come out, and links lead to web and mail addresses alone."""
    parser = Tags()
    parser.feed(mrkdwn(text))
    assert parser.tags <= {"a", "strong", "em", "s", "code", "pre", "br", "span"}
    assert all(target.startswith(("http://", "https://", "mailto:")) for target in parser.targets)


def test_every_kind_of_block() -> None:
    """What digests are made of is shown, in Slack's order."""
    page = shown(
        {"type": "header", "text": {"type": "plain_text", "text": "Digest *1*"}},
        {"type": "divider"},
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "*left*"}, {"type": "plain_text", "text": "*right*"}],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
        {"type": "novelty"},
    )
    expected = ["Digest *1*", "<hr>", "<strong>left</strong>", "*right*", "small", "[novelty block]"]
    assert [page.index(one) for one in expected] == sorted(page.index(one) for one in expected)


def test_rich_text() -> None:
    """Nothing in it is parsed; styles, links and lists are structure."""
    page = shown(
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {
                            "type": "link",
                            "url": "https://arxiv.org/abs/1",
                            "text": "*A* <b>",
                            "style": {"bold": True},
                        },
                        {"type": "text", "text": " _x_"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
                    ],
                },
                {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "tada"}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "date"}]},
            ],
        }
    )
    assert '<strong><a href="https://arxiv.org/abs/1">*A* &lt;b&gt;</a></strong> _x_' in page
    assert "<ol" in page
    assert "<li><div>one</div></li>" in page
    assert "<blockquote>:tada:</blockquote>" in page
    assert "[date]" in page


def test_threads_and_channels() -> None:
    """Replies stand in a thread after their parent, each channel under its name, edits are marked."""
    first, second = "1795424400.000100", "1795424401.000100"
    page = render_as_html(
        [
            message(ts=first, text="parent", edits=1),
            message(channel="D1", text="private", ts="1795424400.500000"),
            message(ts=second, text="next parent"),
            message(ts="1795424402.000100", text="reply", thread_ts=first),
            message(ts="1795424403.000100", text="lost reply", thread_ts="1.000001"),
        ],
        {"C1": "#em-papers"},
    )
    expected = [
        "<h1>#em-papers",
        "parent",
        "(edited)",
        "1 reply",
        ">Thread",
        ">reply",
        "next parent",
        "lost reply",
        "<h1>D1",
    ]
    assert [page.index(one) for one in expected] == sorted(page.index(one) for one in expected)
    assert "23 November, 09:00 UTC" in page
