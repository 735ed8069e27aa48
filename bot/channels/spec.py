"""What a channel is to the rest of the house: what it asks, how it differs, how it shows a digest.

A channel is a folder of three modules, found by their names: ``address`` (its `ChannelSpec`, as ``SPEC``),
``message`` (its `Messages`, as ``MESSAGES``) and ``channel`` (``open_channel``). The first two are pure;
only the first is imported before somebody uses the channel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from bot.history import EarlierDigest
from bot.models import Digest, Message, Target
from bot.ports import Channel
from bot.settings import Settings


class Messages(Protocol):
    """A digest as the channel shows it. The same arguments give the same bytes."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
        earlier: Callable[[], Sequence[EarlierDigest]],
    ) -> Sequence[Message]:
        """The digest's messages to the target, in the order of sending, each paper in exactly one.

        ``earlier`` tells which digests went there before, for a channel that lists them.
        """

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        """The payload of a message ``sent`` before, with the same papers and the summaries ``digest`` has now.

        Asked only of a channel that ``may_edit``.
        """

    def simpler(self, payload: bytes) -> bytes | None:
        """The same message in a form that a service takes which refused this one; None where there is none."""

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        """A few lines to one person, outside any digest."""


class ChannelSpec(NamedTuple):
    """A channel's name and traits, known without opening it."""

    name: str
    """The key of the YAML, the kind of its targets, the service by which waits are kept."""
    keeps_history: bool
    """A message whose fate is unknown can be looked for; elsewhere it is sent again as it was."""
    lags: timedelta
    """How long its history may lag behind an accepted message."""
    keeps_order: bool
    """A part that waits holds back those after it."""
    may_edit: bool
    """A message can be changed after it was sent."""
    interval: Callable[[Settings], timedelta]
    """The least time between two messages to one place."""
    place: Callable[[str], str] = lambda resolved: resolved
    """What the service counts ``interval`` by, of a resolved address: each by itself, or all as one."""
    folder: str = ""
    """The package of its modules, where it is not this one's."""

    def messages(self) -> Messages:
        return cast(Messages, import_module(f"{self._package}.message").MESSAGES)

    def open(self, settings: Settings) -> Channel:
        """Ready to send; asks nothing of the service yet."""
        return cast(Channel, import_module(f"{self._package}.channel").open_channel(settings))

    @property
    def _package(self) -> str:
        return self.folder or f"bot.channels.{self.name}"
