"""Slack as a `ports.Channel`: Block Kit messages in channels, threads and direct messages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.channels.slack.answers import object_at, objects_at, text_at
from bot.channels.slack.client import SlackClient
from bot.channels.slack.directory import Directory
from bot.channels.slack.probe import probe
from bot.errors import DeliveryError
from bot.models import Check, Envelope, Receipt, Verdict
from bot.ports import Channel
from bot.settings import Secret, Settings

EVENT_TYPE = "arxiv_digest"
"""Type of the metadata by which a message of ours is found again."""

DEFAULT_TIMEOUT = timedelta(seconds=30)

_PAGE = 100
"""`conversations.history` takes up to 999, but gives apps sold outside the Marketplace 15."""

_CLOCK_SKEW = timedelta(minutes=10)
"""How far this machine's clock may be ahead of Slack's and a message still be found."""


class SlackChannel:
    """One workspace. A `send` is one request of `chat.postMessage`; it never retries, waits or paces."""

    def __init__(
        self,
        token: Secret,
        base_url: str,
        environ: Mapping[str, str] = MappingProxyType({}),
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
    ) -> None:
        """``environ`` may name a proxy."""
        self._client = SlackClient(token, base_url, timeout, environ)
        self._directory = Directory(self._client)

    @property
    def kind(self) -> str:
        return "slack"

    async def aclose(self) -> None:
        self._directory.close()
        await self._client.aclose()

    async def resolve(self, address: str) -> str:
        """The id of ``#channel`` or of the direct message to a person's address; an id stays as it is.

        Opens the direct message, of which the person sees nothing. A channel that does not exist and
        a private one that the bot is not in are the same to Slack, hence in the error too.
        """
        return await self._directory.conversation(address)

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        """Post the payload with our mark in its metadata; later parts of a digest go into its thread."""
        body: dict[str, object] = {
            **_content(envelope.payload),
            "channel": resolved,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": envelope.key}},
        }
        thread = _thread(envelope, resolved)
        if thread is not None:
            body["thread_ts"] = thread
        about = envelope.target.address
        answer = await self._client.write("chat.postMessage", about, body)
        channel = text_at(answer, about, "channel", posted=True)
        return Receipt(channel, text_at(answer, about, "ts", posted=True))

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        """Look for our mark in the channel's history, for a later part in the digest's thread first.

        Reading needs a ``…:history`` scope and membership; without them the outcome stays open and
        the error says what to do. Every failure here is in doubt and none is permanent.
        """
        since = (envelope.first_attempt_at or envelope.created_at) - _CLOCK_SKEW
        wanted: dict[str, object] = {
            "channel": resolved,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        thread = _thread(envelope, resolved)
        try:
            if thread is not None:
                found = await self._search("conversations.replies", envelope, wanted | {"ts": thread})
                if found is not None:
                    return Receipt(resolved, found)
            # A part was attempted outside the thread where nothing led it yet: what did not arrive then may
            # have been revived since. Replies do not show in the history.
            found = await self._search("conversations.history", envelope, wanted)
        except DeliveryError as error:
            text = f"can't look whether the message arrived: {error}"
            raise DeliveryError(text, replace(error.verdict, permanent=False, in_doubt=True)) from error
        return None if found is None else Receipt(resolved, found)

    async def _search(self, method: str, envelope: Envelope, wanted: Mapping[str, object]) -> str | None:
        """The ``ts`` of the message with the envelope's mark."""
        about = envelope.target.address
        async for page in self._client.pages(method, about, wanted):
            if not isinstance(page.get("messages"), list):
                raise DeliveryError(f"Slack's answer has no messages ({about})")
            for message in objects_at(page, "messages"):
                if _key(message) == envelope.key:
                    return str(message.get("ts"))
        return None

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        """`chat.update`, which keeps the metadata; repeating it does no harm, so it is never in doubt."""
        # Without ``parse``, `chat.update` looks for links and names in the text; `chat.postMessage` does not.
        body: dict[str, object] = {"channel": receipt.channel, "ts": receipt.reference, "parse": "none"}
        body |= {key: value for key, value in _content(payload).items() if key in ("text", "blocks")}
        try:
            await self._client.write("chat.update", f"message {receipt.reference} in {receipt.channel}", body)
        except DeliveryError as error:
            raise DeliveryError(str(error), replace(error.verdict, in_doubt=False)) from error

    async def probe(self, addresses: Sequence[str]) -> tuple[Check, ...]:
        """Is the token good, and can each address be posted to and read? Posts nothing.

        One result for the token, then one per address; only the first when the token is refused.
        """
        return await probe(self._client, self._directory, addresses)


def _content(payload: bytes) -> dict[str, Any]:
    try:
        content = json.loads(payload)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DeliveryError("the stored message is not a JSON object", Verdict(permanent=True))
    return content


def _thread(envelope: Envelope, conversation: str) -> str | None:
    """The ``ts`` to reply to; None for the first part, and when that one went to another channel."""
    first = envelope.thread
    if envelope.part == 1 or first is None or first.channel != conversation:
        return None
    return first.reference


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = object_at(message, "metadata")
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = object_at(metadata, "event_payload").get("key")
    return key if isinstance(key, str) else None


def open_channel(settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    """None without a token."""
    token = settings.slack.token
    return None if token is None else SlackChannel(token, settings.slack.base_url, environ)
