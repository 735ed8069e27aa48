"""The operator's notice, in both its forms."""

from __future__ import annotations

from hypothesis import given, settings

from bot.channels.email import message as email
from bot.channels.slack import message as slack
from tests.render import limits, samples, strategies

SENDER, OPERATOR = "arXiv digest <bot@example.org>", "ops@example.org"


@settings(max_examples=50)
@given(strategies.texts, strategies.texts)
def test_any_text_keeps_the_limits(subject: str, words: str) -> None:
    """A fault's own words can neither break the notice nor be too long for it."""
    limits.slack_blocks(slack.notice(words))
    mail = email.notice(subject, words, sender=SENDER, recipient=OPERATOR, at=samples.COMPOSED_AT)
    page = limits.Page(limits.body(limits.mail(mail), "html"))
    assert page.links == []


def test_forty_long_lines_still_fit() -> None:
    """Many faults at once are shortened, not refused by Slack."""
    limits.slack_blocks(slack.notice("\n".join(["what went wrong & why " * 30] * 60)))


def test_notice_says_what_was_said() -> None:
    """Subject, lines and addresses arrive as they were given."""
    mail = limits.mail(
        email.notice(
            "Slack refused #em-papers",
            "not_in_channel\nInvite the bot: /invite @arxiv-digest",
            sender=SENDER,
            recipient=OPERATOR,
            at=samples.COMPOSED_AT,
            reply_to="group@example.org",
            contact="owner@example.org",
        )
    )
    assert mail["Subject"] == "Slack refused #em-papers"
    assert mail["Reply-To"] == "group@example.org"
    assert mail["List-Id"] == "<notices.arxiv-digest.example.org>"
    assert mail["List-Unsubscribe"] == "<mailto:owner@example.org?subject=unsubscribe%20notices>"
    assert limits.body(mail, "plain") == "not_in_channel\n\nInvite the bot: /invite @arxiv-digest\n"
    assert "/invite @arxiv-digest" in limits.body(mail, "html")


def test_same_notice_has_the_same_message_id() -> None:
    """A repeated send can be recognised; another notice is another message."""
    one, same, other = (
        email.notice("S", text, sender=SENDER, recipient=OPERATOR, at=samples.COMPOSED_AT) for text in "aab"
    )
    assert one == same
    assert limits.mail(one)["Message-ID"] != limits.mail(other)["Message-ID"]
