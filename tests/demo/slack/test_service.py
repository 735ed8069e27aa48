"""The loopback Slack behaves as Slack's documentation and the facts measured on it say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.slack import ALL_SCOPES, SlackEnding, SlackFault, SlackService


class Api:
    """A bare HTTP client: what the service says, without an SDK's reading of it."""

    def __init__(self, session: aiohttp.ClientSession, service: SlackService) -> None:
        self._session = session
        self._service = service

    async def __call__(self, method: str, token: str | None = None, **arguments: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token or self._service.token}"}
        url = self._service.base_url + method
        async with self._session.post(url, json=arguments, headers=headers) as answer:
            answered: dict[str, Any] = await answer.json()
            return answered | {"status": answer.status, "headers": answer.headers}


@pytest.fixture
def time_now() -> list[float]:
    return [1_795_424_400.0]


@pytest.fixture
async def slack(time_now: list[float]) -> AsyncIterator[SlackService]:
    async with SlackService(now=lambda: time_now[0]) as service:
        service.workspace.add_channel("general")
        yield service


@pytest.fixture
async def api(slack: SlackService) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(session, slack)


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_a_post_is_kept(slack: SlackService, api: Api) -> None:
    """Timestamps identify messages and rise, though the clock stands still."""
    first = await api("chat.postMessage", channel="#general", text="one")
    second = await api("chat.postMessage", channel=first["channel"], text="two", thread_ts=first["ts"])
    assert second["ts"] > first["ts"]
    assert [(m.text, m.thread_ts) for m in slack.messages("general")] == [("one", None), ("two", first["ts"])]


async def test_tokens_and_scopes(slack: SlackService, api: Api) -> None:
    """No token, a wrong one and a missing scope are told apart; auth.test names the scopes."""
    assert (await api("auth.test"))["headers"]["x-oauth-scopes"].split(",") == sorted(ALL_SCOPES)
    assert (await api("auth.test", token="other"))["error"] == "invalid_auth"
    slack.scopes.discard("chat:write")
    refused = await api("chat.postMessage", channel="#general", text="t")
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    async with aiohttp.ClientSession() as session, session.post(slack.base_url + "auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "t", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("")]}, "invalid_blocks"),
        (
            {"text": "t", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "h"}}]},
            "invalid_blocks",
        ),
        (
            {"text": "t", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}]},
            "invalid_blocks",
        ),
        ({"text": "t", "blocks": [{"type": "context", "elements": []}]}, "invalid_blocks"),
        (
            {"text": "t", "blocks": [{"type": "context", "elements": [section("x")["text"]] * 11}]},
            "invalid_blocks",
        ),
        ({"text": "t", "blocks": [{"type": "novelty"}]}, "invalid_blocks"),
        ({"text": "t", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "t", "blocks": [section("x") | {"block_id": "a"}] * 2}, "invalid_blocks"),
        ({"text": "t", "blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
        ({"text": "t", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "t", "blocks": [section("x" * 2700)] * 5}, "msg_blocks_too_long"),
        ({"text": "t", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "t", "metadata": {"event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "t", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
    ],
)
async def test_messages_slack_would_not_take(
    slack: SlackService, api: Api, message: dict[str, Any], error: str
) -> None:
    """The limits of Block Kit are kept here, so that a digest beyond them fails a test."""
    assert (await api("chat.postMessage", channel="#general", **message))["error"] == error
    assert slack.messages("general") == ()


async def test_a_message_at_the_limits_is_taken(slack: SlackService, api: Api) -> None:
    """Fifty blocks and texts of the very length allowed pass."""
    blocks = [section("x" * 3000), *[{"type": "divider"}] * 49]
    assert (await api("chat.postMessage", channel="#general", text="t", blocks=blocks))["ok"]


async def test_text_in_any_block_counts(slack: SlackService, api: Api) -> None:
    """Rich text and its addresses count towards the sum as well."""
    link = {"type": "link", "url": "https://arxiv.org/" + "x" * 1000, "text": "y" * 1000}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link] * 7}]}
    refused = await api("chat.postMessage", channel="#general", text="t", blocks=[rich])
    assert refused["error"] == "msg_blocks_too_long"


async def test_a_long_text_alone_is_cut_into_messages(slack: SlackService, api: Api) -> None:
    """As Slack does, to the surprise of whoever counted on one."""
    await api("chat.postMessage", channel="#general", text="x" * 9000)
    assert [len(message.text) for message in slack.messages("general")] == [4000, 4000, 1000]


async def test_the_pace_is_kept_per_channel(slack: SlackService, api: Api, time_now: list[float]) -> None:
    """One message a second in each channel, on demand; the nearer one gets 429, and every call is noted."""
    slack.pace = 1.0
    slack.workspace.add_channel("other")
    assert (await api("chat.postMessage", channel="#general", text="t"))["ok"]
    refused = await api("chat.postMessage", channel="#general", text="t")
    assert (refused["status"], refused["error"], refused["headers"]["Retry-After"]) == (
        429,
        "ratelimited",
        "1",
    )
    assert (await api("chat.postMessage", channel="#other", text="t"))["ok"]
    time_now[0] += 1.0
    assert (await api("chat.postMessage", channel="#general", text="t"))["ok"]
    assert [call.accepted for call in slack.posts()] == [True, False, True, True]


async def test_histories_come_in_pages_that_stay_put(slack: SlackService, api: Api) -> None:
    """What is said between two pages moves nothing; metadata show on demand only."""
    metadata = {"event_type": "e", "event_payload": {"key": "k"}}
    for number in range(5):
        await api("chat.postMessage", channel="#general", text=str(number), metadata=metadata)
    channel = slack.workspace.conversation("general").id
    first = await api("conversations.history", channel=channel, limit=2)
    await api("chat.postMessage", channel="#general", text="late")
    cursor = first["response_metadata"]["next_cursor"]
    rest = await api(
        "conversations.history", channel=channel, limit=9, cursor=cursor, include_all_metadata="1"
    )
    assert [m["text"] for m in first["messages"] + rest["messages"]] == ["4", "3", "2", "1", "0"]
    assert "metadata" not in first["messages"][0]
    assert rest["messages"][0]["metadata"] == metadata
    assert not rest["has_more"]
    assert (await api("conversations.history", channel=channel, cursor="?"))["error"] == "invalid_cursor"


async def test_faults_hit_the_calls_they_name(slack: SlackService, api: Api) -> None:
    """Others pass; an accepted one leaves the message behind."""
    slack.faults.append(SlackFault.refused("internal_error", "chat.*"))
    assert (await api("auth.test"))["ok"]
    assert (await api("chat.postMessage", channel="#general", text="t"))["error"] == "internal_error"
    assert slack.messages("general") == ()
    slack.faults.append(SlackFault(accepted=True, ending=SlackEnding.DROP))
    with pytest.raises(aiohttp.ClientError):
        await api("chat.postMessage", channel="#general", text="t")
    assert len(slack.messages("general")) == 1


async def test_unknown_things(slack: SlackService, api: Api) -> None:
    """Methods, channels, threads and messages that do not exist."""
    assert (await api("rtm.start"))["error"] == "unknown_method"
    assert (await api("conversations.info", channel="C9"))["error"] == "channel_not_found"
    general = slack.workspace.conversation("general").id
    assert (await api("conversations.replies", channel=general, ts="1.000001"))["error"] == "thread_not_found"
    assert (await api("chat.update", channel=general, ts="1.000001", text="t"))[
        "error"
    ] == "message_not_found"
    assert (await api("conversations.open", users="U9"))["error"] == "user_not_found"
    slack.workspace.conversation("general").is_archived = True
    assert (await api("chat.postMessage", channel=general, text="t"))["error"] == "is_archived"
