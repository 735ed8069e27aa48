"""What outlives a round and not the process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.models import SummaryKey
from bot.pipeline.gate import ArxivGate

LONGEST_REST = timedelta(hours=25)
"""Until the model's quota is new, on the longest day of the year."""


@dataclass(slots=True)
class Memory:
    """What this process asked for in vain, so that it does not ask without end.

    Refused answers are not among it: the store keeps those, for other processes of the day too.
    """

    again_at: dict[SummaryKey, datetime] = field(default_factory=dict)
    rest_until: datetime | None = None
    """Before this only what is due is asked for."""
    refused: str = ""
    """Why the service refused every request when it was last asked, until a person mends it; empty if not."""

    def learn(
        self, again_at: Mapping[SummaryKey, datetime], rest_until: datetime | None, refused: str
    ) -> None:
        """Take note of how a round ended."""
        self.again_at |= again_at
        self.rest_until = rest_until
        self.refused = refused

    def may_ask(self, key: SummaryKey, now: datetime) -> bool:
        """Whether the paper is not to be left alone for the moment."""
        return self.again_at.get(key, now) <= now

    def wake(self, now: datetime) -> None:
        """Forget what is over, and what was noted while the clock was ahead."""
        if self.rest_until is not None and not now < self.rest_until <= now + LONGEST_REST:
            self.rest_until = None
        self.again_at = {key: at for key, at in self.again_at.items() if now < at <= now + LONGEST_REST}

    def is_resting(self, now: datetime) -> bool:
        """Whether only what is due is asked for."""
        return self.rest_until is not None and now < self.rest_until


class Spacing:
    """From when on each place, and each kind of channel, takes another message, on the monotonic clock.

    Outlives a round: one delivers several times, and the services count on.
    """

    def __init__(self, started_at: float) -> None:
        self.started_at = started_at
        """The process's start."""
        self._free_at: dict[tuple[str, str], float] = {}
        self._resting_until: dict[str, float] = {}
        self._held_until: dict[str, float] = {}

    def free_at(self, kind: str, place: str, interval_s: float) -> float:
        """The process before this one may have sent a message there in its last moment."""
        return self._free_at.get((kind, place), self.started_at + interval_s)

    def occupy(self, kind: str, place: str, until: float) -> None:
        self._free_at[kind, place] = until

    def hold(self, kind: str, until: float) -> None:
        """The service asked for a pause that is waited out within the round."""
        self._held_until[kind] = max(until, self.held_until(kind))

    def held_until(self, kind: str) -> float:
        return self._held_until.get(kind, float("-inf"))

    def rest(self, kind: str, until: float) -> None:
        """Nothing is to go there before that: a sending limit is used up."""
        self._resting_until[kind] = until

    def resting_until(self, kind: str) -> float:
        return self._resting_until.get(kind, float("-inf"))


@dataclass(slots=True)
class ProcessState:
    """One for a process, handed to each of its rounds."""

    gate: ArxivGate
    """arXiv counts requests by process, not by configuration."""
    stopping: asyncio.Event
    """Once it is set nothing new is begun."""
    spacing: Spacing
    memory: Memory = field(default_factory=Memory)
    clock_notice: str = ""
    """What the last round found wrong with the machine's clock."""
    failing_since: datetime | None = None
    """The first of the rounds in a row that left something undone."""
    heartbeat_fault: str = ""
    """Why the heartbeat was not heard last; told once."""
