"""What a round of work is done with: the ports, handed down from `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.ports import Channel, Clock, Feed, Heartbeat, PaperSource, Progress, Summariser
from bot.settings import Settings
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    """The configuration these were opened for: a round works on one, whatever becomes of the file."""
    store: Store
    source: PaperSource
    feed: Feed
    summariser: Summariser | None
    """None without a key: the extractive summariser is used instead."""
    channels: Mapping[str, Channel]
    clock: Clock
    progress: Progress
    jitter: Callable[[], float]
    """A number in [0, 1), so that many installations don't come back at the same moment."""
    heartbeat: Heartbeat | None = None
    """None where the configuration names none."""
