"""What a round of work is done with: the ports, handed down from `app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.ports import Channel, Clock, Feed, PaperSource, Progress, Summariser
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


@dataclass(slots=True)
class Report:
    """What a round did and what it left undone, each item naming its subject."""

    done: list[str] = field(default_factory=list)
    """For stdout."""
    faults: list[str] = field(default_factory=list)
    """For stderr; with any of them `once` ends with exit status 1."""

    def add(self, fault: str) -> None:
        if fault not in self.faults:
            self.faults.append(fault)
