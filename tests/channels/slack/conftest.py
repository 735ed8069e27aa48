"""A workspace on loopback, the real client, and messages to send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.demo.slack import SlackService
from bot.models import Envelope, OutboxState, Target
from bot.settings import Secret

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

PAYLOAD: dict[str, Any] = {
    "text": "arXiv digest: 2 papers",
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*1.* Ptychography"}}],
    "unfurl_links": False,
    "unfurl_media": False,
}


@pytest.fixture
def make_envelope() -> Callable[..., Envelope]:
    """Builds an outbox row for #em-papers; keyword arguments replace fields."""

    def build(payload: dict[str, Any] | None = None, **changes: Any) -> Envelope:
        fields: dict[str, Any] = {
            "id": 7,
            "digest_id": 3,
            "subscriber": "em-group",
            "target": Target("slack", "#em-papers"),
            "part": 1,
            "parts": 1,
            "payload": json.dumps(payload or PAYLOAD).encode(),
            "arxiv_ids": ("2611.00001",),
            "created_at": NOW,
            "state": OutboxState.SENDING,
            "first_attempt_at": NOW,
        }
        return Envelope(**(fields | changes))

    return build


@pytest.fixture
async def slack() -> AsyncIterator[SlackService]:
    async with SlackService(now=NOW.timestamp) as service:
        service.workspace.add_channel("general")
        service.workspace.add_channel("em-papers")
        yield service


@pytest.fixture
def room(slack: SlackService) -> str:
    """The id of #em-papers."""
    return slack.workspace.conversation("em-papers").id


@pytest.fixture
async def channel(slack: SlackService) -> AsyncIterator[SlackChannel]:
    adapter = SlackChannel(Secret(slack.token), slack.base_url, timeout=timedelta(seconds=5))
    yield adapter
    await adapter.aclose()


@pytest.fixture
async def impatient(slack: SlackService) -> AsyncIterator[SlackChannel]:
    """A client that gives up after a fifth of a second."""
    adapter = SlackChannel(Secret(slack.token), slack.base_url, timeout=timedelta(seconds=0.2))
    yield adapter
    await adapter.aclose()
