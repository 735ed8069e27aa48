"""Posting, and what every failure of it means."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import SlackEnding, SlackFault, SlackService
from bot.errors import DeliveryError
from bot.models import Envelope, Receipt
from bot.settings import Secret

Make = Callable[..., Envelope]

AMBIGUOUS = {
    "500": SlackFault.html(500),
    "503 with a code": SlackFault(status=503, body='{"ok": false, "error": "service_unavailable"}'),
    "internal_error": SlackFault.refused("internal_error"),
    "fatal_error": SlackFault.refused("fatal_error"),
    "connection closed": SlackFault(ending=SlackEnding.DROP),
    "HTML": SlackFault.html(200),
    "plain text": SlackFault(body="ok", content_type="text/plain"),
    "broken JSON": SlackFault(body='{"ok": tru'),
    "a JSON list": SlackFault(body='["ok"]'),
    "a JSON string": SlackFault(body='"ok"'),
    "null": SlackFault(body="null"),
    "nothing": SlackFault(body=""),
    "ok without a message": SlackFault(body='{"ok": true}'),
}


async def test_the_payload_is_posted_with_our_mark(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """What was rendered is what is posted, and nothing but channel and metadata is added."""
    receipt = await channel.send(make_envelope(), room)
    (message,) = slack.messages("#em-papers")
    assert receipt == Receipt(room, message.ts)
    sent = dict(message.arguments)
    assert sent.pop("channel") == room
    assert sent.pop("metadata") == {
        "event_type": "arxiv_digest",
        "event_payload": {"key": make_envelope().key},
    }
    assert sent == json.loads(make_envelope().payload)


def test_it_is_the_slack_channel(channel: SlackChannel) -> None:
    """The pipeline finds the adapter by its kind."""
    assert channel.kind == "slack"


async def test_later_parts_go_into_the_thread(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """The second part of a digest replies to the first."""
    first = await channel.send(make_envelope(parts=2), room)
    await channel.send(make_envelope(id=8, part=2, parts=2, thread=first), room)
    assert [message.thread_ts for message in slack.messages(room)] == [None, first.reference]


async def test_a_thread_in_another_channel_is_left(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """When the target moved between two parts, the second stands alone instead of being refused."""
    elsewhere = Receipt(slack.workspace.conversation("general").id, "1.000001")
    await channel.send(make_envelope(part=2, parts=2, thread=elsewhere), room)
    assert slack.messages(room)[0].thread_ts is None


@pytest.mark.parametrize("accepted", [False, True], ids=["not accepted", "accepted"])
@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_an_open_outcome_is_in_doubt_and_can_be_settled(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make, name: str, accepted: bool
) -> None:
    """Where Slack leaves open whether it took the message, one attempt is made, and `find` tells."""
    slack.faults.append(replace(AMBIGUOUS[name], accepted=accepted))
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    assert caught.value.verdict.in_doubt
    assert not caught.value.verdict.permanent
    assert len(slack.posts()) == 1
    found = await channel.find(make_envelope(), room)
    assert (found is not None) is accepted


async def test_no_answer_in_time_is_in_doubt(
    impatient: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """A timeout after accepting is found out afterwards."""
    slack.faults.append(SlackFault(accepted=True, ending=SlackEnding.SILENCE))
    with pytest.raises(DeliveryError, match="in time") as caught:
        await impatient.send(make_envelope(), room)
    assert caught.value.verdict.in_doubt
    assert await impatient.find(make_envelope(), room) is not None


async def test_a_cancelled_post_is_cancelled(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """Cancellation passes through as it is, and the next message goes out."""
    arrived = asyncio.Event()

    def silent_once(method: str, _: object) -> SlackFault | None:
        if arrived.is_set():
            return None
        arrived.set()
        return SlackFault(ending=SlackEnding.SILENCE)

    slack.script = silent_once
    post = asyncio.create_task(channel.send(make_envelope(), room))
    await arrived.wait()
    post.cancel()
    with pytest.raises(asyncio.CancelledError):
        await post
    assert (await channel.send(make_envelope(), room)).channel == room


async def test_too_fast_waits_as_long_as_slack_says(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """429 is a plain "not now" with its Retry-After: one attempt, no doubt."""
    slack.faults.append(SlackFault.rate_limited(17))
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    verdict = caught.value.verdict
    assert (verdict.permanent, verdict.in_doubt, verdict.retry_after) == (False, False, timedelta(seconds=17))
    assert len(slack.posts()) == 1


@pytest.mark.parametrize("header", ["soon", "-1", "", "1e9"])
async def test_a_senseless_retry_after_is_none(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make, header: str
) -> None:
    """Then our own pauses apply."""
    slack.faults.append(SlackFault(status=429, body="{}", retry_after=header))
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    assert caught.value.verdict.retry_after is None


async def test_a_refused_connection_is_not_in_doubt(make_envelope: Make) -> None:
    """Nothing was sent, so it may be sent again."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    channel = SlackChannel(Secret("xoxb-1"), f"http://127.0.0.1:{port}/api/")
    with pytest.raises(DeliveryError, match="no connection to Slack") as caught:
        await channel.send(make_envelope(), "C0000001")
    assert not caught.value.verdict.in_doubt
    assert not caught.value.verdict.permanent
    await channel.aclose()


async def test_a_certificate_that_does_not_verify_is_met_once(make_envelope: Make) -> None:
    """Nothing was sent, so nothing is in doubt; slack_sdk by itself would try again at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    met: list[asyncio.Protocol] = []

    def meet() -> asyncio.Protocol:
        met.append(asyncio.Protocol())
        return met[-1]

    server = await asyncio.get_running_loop().create_server(meet, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        channel = SlackChannel(Secret("xoxb-1"), f"https://127.0.0.1:{port}/api/")
        with pytest.raises(DeliveryError, match="certificate") as caught:
            await channel.send(make_envelope(), "C0000001")
        await channel.aclose()
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (False, False)
    assert "slack.base_url" in caught.value.verdict.remedy
    assert len(met) == 1


async def test_a_channel_the_bot_is_not_in(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make
) -> None:
    """The remedy is what to type, and where, in the words of the configuration."""
    slack.workspace.conversation(room).is_member = False
    slack.scopes.discard("chat:write.public")
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    assert caught.value.verdict.permanent
    assert caught.value.verdict.remedy == "the bot is not in #em-papers: type /invite @arxiv-digest there"


async def test_what_slack_finds_wrong_with_blocks_is_told(
    channel: SlackChannel, room: str, make_envelope: Make
) -> None:
    """The error carries Slack's own pointer to the fault."""
    too_long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with pytest.raises(DeliveryError, match=r"invalid_blocks.*3001 characters.*blocks/0/text/text") as caught:
        await channel.send(make_envelope({"text": "t", "blocks": [too_long]}), room)
    assert caught.value.verdict.permanent


async def test_too_much_text_in_all_is_permanent(
    channel: SlackChannel, room: str, make_envelope: Make
) -> None:
    """Slack's undocumented limit on all blocks together is a refusal for good."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    with pytest.raises(DeliveryError, match="msg_blocks_too_long") as caught:
        await channel.send(make_envelope({"text": "t", "blocks": [block] * 5}), room)
    assert caught.value.verdict.permanent


@pytest.mark.parametrize("payload", [b"not json", b"[]", b"\xff"])
async def test_a_damaged_message_is_refused_without_a_request(
    channel: SlackChannel, slack: SlackService, room: str, make_envelope: Make, payload: bytes
) -> None:
    """A row that is no message is a failure of its own, not a crash."""
    with pytest.raises(DeliveryError) as caught:
        await channel.send(replace(make_envelope(), payload=payload), room)
    assert caught.value.verdict.permanent
    assert slack.calls == []


async def test_the_token_shows_in_no_error(
    slack: SlackService, room: str, make_envelope: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even when the service quotes it."""
    caplog.set_level("DEBUG")
    channel = SlackChannel(Secret(slack.token), slack.base_url)
    slack.faults.append(
        SlackFault.refused("invalid_arguments", response_metadata={"messages": [f"Bearer {slack.token}"]})
    )
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    assert "Bearer …" in str(caught.value)
    assert slack.token not in f"{caught.value} {caught.value.verdict} {caplog.text} {channel!r}"
    await channel.aclose()


async def test_a_line_break_in_the_token_is_told(slack: SlackService, room: str, make_envelope: Make) -> None:
    """A token with a stray line break can't be sent, and its value is not shown."""
    channel = SlackChannel(Secret("xoxb-1\nX: y"), slack.base_url)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), room)
    assert caught.value.verdict.permanent
    assert "SLACK_BOT_TOKEN" in caught.value.verdict.remedy
    assert "xoxb-1" not in str(caught.value)
    await channel.aclose()


async def test_a_netrc_entry_is_no_obstacle(
    channel: SlackChannel, room: str, make_envelope: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A log-in kept for any host does not get mixed into Slack's."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password hush\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert (await channel.send(make_envelope(), room)).channel == room
