"""Settling what is in doubt, and changing what was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import SlackEnding, SlackFault, SlackService
from bot.errors import DeliveryError
from bot.models import Envelope, Receipt

Make = Callable[..., Envelope]


def chatter(slack: SlackService, room: str, count: int) -> None:
    for number in range(count):
        slack.workspace.chat_post_message({"channel": room, "text": f"message {number}"})


async def test_a_message_is_found_on_a_later_page(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """However much was said since, and however short Slack makes its pages."""
    receipt = await channel.send(make_envelope(), room)
    slack.workspace.history_cap = 15
    chatter(slack, room, 50)
    assert await channel.find(make_envelope(), room) == receipt
    assert [call.method for call in slack.calls].count("conversations.history") == 4


async def test_other_messages_are_not_ours(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """Another row's mark, another app's metadata and plain messages are passed over."""
    await channel.send(make_envelope(id=8), room)
    key = {"key": make_envelope().key}
    for metadata in ({"event_type": "other_app", "event_payload": key}, None):
        slack.workspace.chat_post_message({"channel": room, "text": "t", "metadata": metadata})
    assert await channel.find(make_envelope(), room) is None


async def test_only_messages_since_the_first_attempt_are_read(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """A channel's years of history are not paged through."""
    await channel.send(make_envelope(), room)
    later = make_envelope().created_at + timedelta(days=1)
    assert await channel.find(make_envelope(first_attempt_at=later), room) is None


async def test_a_clock_that_is_ahead_finds_its_message(
    channel: SlackChannel, room: str, make_envelope: Make
) -> None:
    """This machine's clock may be minutes ahead of Slack's."""
    receipt = await channel.send(make_envelope(), room)
    ahead = make_envelope().created_at + timedelta(minutes=9)
    assert await channel.find(make_envelope(first_attempt_at=ahead), room) == receipt


async def test_without_a_first_attempt_the_rows_age_counts(
    channel: SlackChannel, room: str, make_envelope: Make
) -> None:
    """A row that names no attempt is looked for since it was written."""
    receipt = await channel.send(make_envelope(), room)
    assert await channel.find(make_envelope(first_attempt_at=None), room) == receipt


async def test_a_later_part_is_looked_for_in_the_thread(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """Replies do not show in a channel's history."""
    first = await channel.send(make_envelope(parts=2), room)
    second = make_envelope(id=8, part=2, parts=2, thread=first)
    assert await channel.find(second, room) is None
    slack.faults.append(SlackFault(accepted=True, ending=SlackEnding.DROP))
    with pytest.raises(DeliveryError):
        await channel.send(second, room)
    found = await channel.find(second, room)
    assert found == Receipt(room, slack.messages(room)[-1].ts)


async def test_a_later_part_that_led_is_found_beside_its_later_thread(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """It was attempted while the part before it had failed; that one was revived since, and leads now."""
    second = make_envelope(id=8, part=2, parts=2)
    receipt = await channel.send(second, room)
    first = await channel.send(make_envelope(parts=2), room)
    assert await channel.find(replace(second, thread=first), room) == receipt


async def test_a_direct_message_is_found(
    channel: SlackChannel, slack: SlackService, make_envelope: Make
) -> None:
    """A bot's conversation with a person is read like a channel."""
    slack.workspace.add_user("ada@example.org")
    conversation = await channel.resolve("ada@example.org")
    receipt = await channel.send(make_envelope(), conversation)
    assert await channel.find(make_envelope(), conversation) == receipt


async def test_a_history_that_may_not_be_read_stays_in_doubt(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """Without the scope nothing is concluded, and the remedy names it."""
    slack.scopes.discard("channels:history")
    with pytest.raises(DeliveryError, match="missing_scope") as caught:
        await channel.find(make_envelope(), room)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (True, False)
    assert "channels:history" in caught.value.verdict.remedy


async def test_a_channel_that_is_posted_to_from_outside_stays_in_doubt(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """chat:write.public lets the bot post where it can't read; the remedy is the invitation."""
    slack.workspace.conversation(room).is_member = False
    await channel.send(make_envelope(), room)
    with pytest.raises(DeliveryError, match="not_in_channel") as caught:
        await channel.find(make_envelope(), room)
    assert caught.value.verdict.in_doubt
    assert "/invite @arxiv-digest" in caught.value.verdict.remedy


@pytest.mark.parametrize(
    "fault",
    [
        SlackFault.html(500, method="*"),
        SlackFault(method="*", ending=SlackEnding.DROP),
        SlackFault.refused("channel_not_found", method="*"),
        SlackFault.refused("invalid_auth", method="*"),
        SlackFault.html(200, method="*"),
        SlackFault(body='{"ok": true}', method="*"),
        SlackFault(body='{"ok": true, "messages": "none"}', method="*"),
    ],
    ids=["500", "dropped", "channel_not_found", "invalid_auth", "HTML", "no list", "no list but text"],
)
async def test_a_failed_look_never_means_absence(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make, fault: SlackFault
) -> None:
    """Whatever goes wrong, the outcome stays open: nothing is sent twice for it, nothing given up. And
    one request was made, though aiohttp by itself sends a GET again when the connection drops."""
    slack.faults.append(fault)
    with pytest.raises(DeliveryError) as caught:
        await channel.find(make_envelope(), room)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (True, False)
    assert len(slack.calls) == 1


async def test_looking_waits_as_long_as_slack_says(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """A 429 on the second page keeps its Retry-After."""
    chatter(slack, room, 120)

    def second_page(method: str, arguments: object) -> SlackFault | None:
        return SlackFault.rate_limited(30, method) if "cursor" in dict(arguments) else None  # type: ignore[call-overload]

    slack.script = second_page
    with pytest.raises(DeliveryError) as caught:
        await channel.find(make_envelope(), room)
    assert caught.value.verdict.in_doubt
    assert caught.value.verdict.retry_after == timedelta(seconds=30)


async def test_a_cursor_that_repeats_itself_ends_the_list(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """A service gone astray does not hold us for ever."""
    body = '{"ok": true, "messages": [], "response_metadata": {"next_cursor": "again"}}'
    slack.script = lambda *_: SlackFault(method="*", body=body)
    assert await channel.find(make_envelope(), room) is None
    assert len(slack.calls) == 2


async def test_an_edit_changes_the_text_and_keeps_the_mark(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """An edited message is still found by its key."""
    receipt = await channel.send(make_envelope(), room)
    edited = {"text": "now complete", "blocks": [{"type": "divider"}], "unfurl_links": False}
    await channel.edit(receipt, make_envelope(edited).payload)
    (message,) = slack.messages(room)
    assert (message.text, message.blocks, message.edits) == ("now complete", [{"type": "divider"}], 1)
    assert await channel.find(make_envelope(), room) == receipt


async def test_a_deleted_message_is_not_edited_again(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """A message that is gone fails for good."""
    with pytest.raises(DeliveryError, match="message_not_found") as caught:
        await channel.edit(Receipt(room, "1.000001"), make_envelope().payload)
    assert caught.value.verdict.permanent


async def test_an_edit_is_never_in_doubt(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """Doing it again does no harm, so it is simply done again."""
    receipt = await channel.send(make_envelope(), room)
    slack.faults.append(SlackFault.html(500, accepted=True, method="chat.update"))
    with pytest.raises(DeliveryError) as caught:
        await channel.edit(receipt, make_envelope().payload)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (False, False)
