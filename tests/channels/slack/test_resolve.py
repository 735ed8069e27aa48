"""Which conversation an address of the configuration means."""

from __future__ import annotations

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import SlackFault, SlackService
from bot.errors import DeliveryError


@pytest.mark.parametrize("address", ["#em-papers", "em-papers", " #EM-Papers "])
async def test_a_name_becomes_the_channels_id(channel: SlackChannel, room: str, address: str) -> None:
    """A channel is found by its name, with or without the mark, in any case."""
    assert await channel.resolve(address) == room


@pytest.mark.parametrize("address", ["C0123ABCD", "G0123ABCD", "D0123ABCD", "C0EM"])
async def test_an_id_stays_as_it_is(channel: SlackChannel, slack: SlackService, address: str) -> None:
    """An id costs no request."""
    assert await channel.resolve(address) == address
    assert slack.calls == []


async def test_a_person_becomes_a_direct_message(channel: SlackChannel, slack: SlackService) -> None:
    """An e-mail address and a user id lead to the same direct message, opened once."""
    user = slack.workspace.add_user("ada@example.org")
    by_mail = await channel.resolve("ada@example.org")
    assert by_mail.startswith("D")
    assert await channel.resolve(user) == by_mail


async def test_every_page_of_the_list_is_read(channel: SlackChannel, slack: SlackService) -> None:
    """A channel on the third page is found."""
    for number in range(450):
        slack.workspace.add_channel(f"room-{number}")
    assert await channel.resolve("#room-449") == slack.workspace.conversation("room-449").id
    assert len(slack.calls) == 3


async def test_one_listing_answers_several_names(
    channel: SlackChannel, slack: SlackService, room: str
) -> None:
    """Slack allows twenty listings a minute: names asked in a row share one, each name once."""
    await channel.resolve("#general")
    assert await channel.resolve("#em-papers") == room
    assert len(slack.calls) == 1
    await channel.resolve("#em-papers")
    assert len(slack.calls) == 2


async def test_a_private_channel_counts_once_the_bot_is_in_it(
    channel: SlackChannel, slack: SlackService
) -> None:
    """A private channel is found for a member, and is unknown to anybody else."""
    inside = slack.workspace.add_channel("secret", is_private=True)
    assert await channel.resolve("#secret") == inside.id
    inside.is_member = False
    with pytest.raises(DeliveryError, match="no channel #secret") as caught:
        await channel.resolve("#secret")
    assert "/invite @arxiv-digest" in caught.value.verdict.remedy


@pytest.mark.parametrize("address", ["#em-paper", "@ada"])
async def test_an_unknown_name_is_refused_for_good(channel: SlackChannel, address: str) -> None:
    """A name that is no channel is a permanent failure that says what may be meant."""
    with pytest.raises(DeliveryError, match=f"no channel {address}") as caught:
        await channel.resolve(address)
    assert caught.value.verdict.permanent
    assert "e-mail address" in caught.value.verdict.remedy


async def test_an_archived_channel_is_named_as_such(channel: SlackChannel, slack: SlackService) -> None:
    """ "Not found" would send its reader looking for a spelling mistake."""
    slack.workspace.add_channel("old", is_archived=True)
    with pytest.raises(DeliveryError, match="#old is archived") as caught:
        await channel.resolve("#old")
    assert caught.value.verdict.permanent


async def test_a_renamed_channel_is_told_by_its_new_name(channel: SlackChannel, slack: SlackService) -> None:
    """The remedy names the channel as it is called now, and its id, which stays."""
    slack.workspace.add_channel("electron-papers", previous_names=("tem",))
    with pytest.raises(DeliveryError, match="#tem is called #electron-papers now"):
        await channel.resolve("#tem")


async def test_a_new_channel_of_an_old_name_wins(channel: SlackChannel, slack: SlackService) -> None:
    """A former name counts only while no channel has it."""
    new = slack.workspace.add_channel("tem")
    slack.workspace.add_channel("electron-papers", previous_names=("tem",))
    assert await channel.resolve("#tem") == new.id


async def test_an_unknown_person_is_refused_for_good(channel: SlackChannel) -> None:
    """An address that no member has is a permanent failure naming it."""
    with pytest.raises(DeliveryError, match="users_not_found") as caught:
        await channel.resolve("nobody@example.org")
    assert caught.value.verdict.permanent
    assert "nobody@example.org" in caught.value.verdict.remedy


@pytest.mark.parametrize(
    ("address", "scope"), [("#em-papers", "channels:read"), ("ada@example.org", "users:read.email")]
)
async def test_a_missing_scope_is_named(
    channel: SlackChannel, slack: SlackService, address: str, scope: str
) -> None:
    """The remedy says which scope the app lacks."""
    slack.scopes.discard(scope)
    with pytest.raises(DeliveryError, match="missing_scope") as caught:
        await channel.resolve(address)
    assert scope in caught.value.verdict.remedy


@pytest.mark.parametrize(
    "fault",
    [
        SlackFault.html(502, method="*"),
        SlackFault.refused("internal_error", method="*"),
        SlackFault(method="*", body="[]"),
        SlackFault(method="*", body='{"ok": true}'),
        SlackFault(method="*", body='{"ok": true, "user": null}'),
    ],
    ids=["502", "internal_error", "not an object", "no user", "null user"],
)
async def test_looking_up_is_never_in_doubt(
    channel: SlackChannel, slack: SlackService, fault: SlackFault
) -> None:
    """Nothing was posted, so nothing can be doubled; and it may succeed later."""
    slack.faults.append(fault)
    with pytest.raises(DeliveryError) as caught:
        await channel.resolve("ada@example.org")
    assert not caught.value.verdict.in_doubt
    assert not caught.value.verdict.permanent
