"""`check --live`, Slack's part."""

from __future__ import annotations

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import SlackFault, SlackService
from bot.models import Check


async def test_all_is_well(channel: SlackChannel, slack: SlackService, room: str) -> None:
    """One line for the token with the workspace's name, one for each address; nothing is posted."""
    slack.workspace.add_user("ada@example.org")
    token, named, person = await channel.probe(["#em-papers", "ada@example.org"])
    assert token == Check("Slack token", True, "@arxiv-digest in Demo Lab")
    assert named == Check("Slack #em-papers", True, f"{room}, readable")
    assert person.ok
    assert slack.posts() == []


async def test_a_bad_token_ends_the_questions(slack: SlackService, channel: SlackChannel) -> None:
    """The one line says where a good token comes from; the channels are not asked."""
    slack.token = "another"
    (token,) = await channel.probe(["#em-papers"])
    assert not token.ok
    assert "SLACK_BOT_TOKEN" in token.remedy
    assert len(slack.calls) == 1


async def test_a_token_that_may_not_post(slack: SlackService, channel: SlackChannel) -> None:
    """Slack names the scopes of a token: a missing chat:write is told before the first digest."""
    slack.scopes.discard("chat:write")
    (token,) = await channel.probe([])
    assert not token.ok
    assert "chat:write" in token.remedy


async def test_a_service_that_names_no_scopes(slack: SlackService, channel: SlackChannel) -> None:
    """Without the header nothing is concluded from it."""
    slack.faults.append(
        SlackFault(method="auth.test", body='{"ok": true, "user": "paperboy", "team": "Lab"}')
    )
    (token,) = await channel.probe([])
    assert token == Check("Slack token", True, "@paperboy in Lab")


async def test_the_invitation_names_the_bot_as_slack_does(slack: SlackService, channel: SlackChannel) -> None:
    """Who renamed the bot is told to invite it by that name."""
    slack.faults.append(
        SlackFault(method="auth.test", body='{"ok": true, "user": "paperboy", "team": "Lab"}')
    )
    slack.workspace.conversation("em-papers").is_member = False
    _, named = await channel.probe(["#em-papers"])
    assert not named.ok
    assert named.remedy == "the bot is not in #em-papers: type /invite @paperboy there"


async def test_a_public_channel_needs_no_invitation(slack: SlackService, channel: SlackChannel) -> None:
    """With chat:write.public it takes our messages: no failure, but a warning, as its history stays shut."""
    slack.workspace.conversation("em-papers").is_member = False
    _, named = await channel.probe(["#em-papers"])
    assert named.ok
    assert "its history can't be read" in named.detail
    assert "/invite @arxiv-digest" in named.remedy


async def test_without_the_scope_it_needs_one(slack: SlackService, channel: SlackChannel) -> None:
    """A digest would be refused there, so the check fails."""
    slack.scopes.discard("chat:write.public")
    slack.workspace.conversation("em-papers").is_member = False
    _, named = await channel.probe(["#em-papers"])
    assert not named.ok
    assert "/invite @arxiv-digest" in named.remedy


@pytest.mark.parametrize(
    ("address", "remedy"),
    [
        ("#nowhere", "check the spelling"),
        ("C9999999", "check the channel C9999999"),
        ("#old", "unarchive it"),
        ("nobody@example.org", "no member of the Slack workspace"),
    ],
)
async def test_each_address_has_its_remedy(
    slack: SlackService, channel: SlackChannel, address: str, remedy: str
) -> None:
    """One bad address is one bad line; the others are asked all the same."""
    slack.workspace.add_channel("old", is_archived=True)
    _, bad, good = await channel.probe([address, "#em-papers"])
    assert not bad.ok
    assert bad.subject == f"Slack {address}"
    assert remedy in bad.remedy
    assert good.ok


async def test_an_archived_channel_by_id(slack: SlackService, channel: SlackChannel) -> None:
    """An id is not looked up in the list, so the channel itself is asked."""
    old = slack.workspace.add_channel("old", is_archived=True)
    _, line = await channel.probe([old.id])
    assert "archived" in line.detail


async def test_a_channel_that_can_not_be_read(slack: SlackService, channel: SlackChannel) -> None:
    """Posting would work, settling a lost answer would not: the missing scope is named."""
    slack.scopes.discard("channels:history")
    _, line = await channel.probe(["#em-papers"])
    assert not line.ok
    assert "channels:history" in line.remedy
