"""Rendered messages on their way to a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zlib import crc32

from bot.models.foreign import readable
from bot.models.subscriptions import Target


@dataclass(frozen=True)
class Message:
    """One rendered message, complete: sending it needs nothing but its target.

    ``payload`` is what the channel sends byte for byte: for slack the JSON object of
    ``chat.postMessage`` without ``channel``, ``thread_ts`` and ``metadata``; for email the whole
    MIME message; for file a JSON object of file name to text.
    """

    part: int
    """1 for the first part of a digest."""
    parts: int
    payload: bytes
    arxiv_ids: tuple[str, ...]
    """The papers in this part; the parts of a digest hold each paper exactly once."""


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    IN_DOUBT = "in doubt"
    SENT = "sent"
    FAILED = "failed"
    ENDED = "ended"
    """Given up on purpose: its target left the configuration."""


@dataclass(frozen=True)
class Receipt:
    """What a service said of an accepted message: Slack's channel id and ``ts``, a path, a reply.

    Whatever it said, it can be stored: what was accepted must be recorded.
    """

    channel: str
    reference: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "channel", _storable(self.channel))
        object.__setattr__(self, "reference", _storable(self.reference))


def _storable(text: str) -> str:
    return text if text.isprintable() else readable(text)


@dataclass(frozen=True)
class Envelope:
    """A message on its way to one target: one row of the outbox."""

    id: int
    digest_id: int
    subscriber: str
    target: Target
    part: int
    parts: int
    payload: bytes
    arxiv_ids: tuple[str, ...]
    created_at: datetime
    state: OutboxState
    attempts: int = 0
    next_attempt_at: datetime | None = None
    wait_until: datetime | None = None
    """A Retry-After of the service."""
    first_attempt_at: datetime | None = None
    """Start of the oldest attempt whose outcome is open, for looking in a channel's history."""
    receipt: Receipt | None = None
    thread: Receipt | None = None
    """The receipt of the first part that was sent, part 1 as a rule, for those that follow in its thread."""
    error: str = ""
    remedy: str = ""
    """What a person can do about a failure."""
    copy: int = 0
    """0 for a digest's own message; n where it is sent for the n-th time again, because somebody asked."""

    @property
    def key(self) -> str:
        """The mark by which this message is found again in a channel's history.

        The payload's checksum tells it from a message of the same number in another database.
        """
        return f"outbox-{self.id}-{crc32(self.payload):08x}"
