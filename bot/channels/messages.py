"""What every channel can make of a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.models import Digest, Message, Target
from bot.settings import Settings


class Messages(Protocol):
    """A digest as the channel shows it. The same arguments give the same bytes."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
    ) -> Sequence[Message]:
        """The digest's messages to the target, in the order of sending, each paper in exactly one."""

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        """The payload of a message ``sent`` before, with the same papers and the summaries ``digest`` has now.

        Asked only of a channel that ``may_edit``.
        """

    def simpler(self, payload: bytes) -> bytes | None:
        """The same message in a form that a service takes which refused this one; None where there is none."""

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        """A few lines to one person, outside any digest."""
