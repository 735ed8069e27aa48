"""The daemon's rounds over months, on a clock that jumps: digests, edits of the YAML, outages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.errors import ConfigError
from bot.models import Envelope, Receipt
from bot.pipeline import hours, tick
from bot.settings import Settings
from bot.store.opening import open_store
from tests.fakes import FakeChannel, FakeClock
from tests.pipeline.conftest import World
from tests.simulated import edits
from tests.simulated.arxiv import SimulatedFeed, SimulatedSearch, Universe


@dataclass(frozen=True)
class Outage:
    """The machine is off, or asleep with the process in memory."""

    start: datetime
    end: datetime
    asleep: bool = False


@dataclass(frozen=True)
class ClockError:
    """A time in which the machine's clock is off; ``restarts``: the process is started anew at both ends."""

    start: datetime
    end: datetime
    by: timedelta
    restarts: bool


@dataclass(frozen=True)
class Delivered:
    """One message that reached somebody."""

    at: datetime
    envelope: Envelope


class RecordingChannel(FakeChannel):
    """Notes when each message came."""

    def __init__(self, kind: str, clock: FakeClock, note: Callable[[Delivered], None]) -> None:
        super().__init__(kind)
        self._clock = clock
        self._note = note

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        self._note(Delivered(self._clock.true(), envelope))
        return await super().send(envelope, resolved)


@dataclass
class Life:
    """What happened in a simulated time."""

    universe: Universe
    start: datetime
    end: datetime
    outages: Sequence[Outage]
    clock_errors: Sequence[ClockError] = ()
    delivered: list[Delivered] = field(default_factory=list)
    epochs: list[tuple[datetime, Settings]] = field(default_factory=list)
    """The configurations that took effect, and when."""
    refused: int = 0
    """Broken edits that changed nothing."""
    faults: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    rounds: int = 0
    requests: int = 0
    feed_days: set[date] = field(default_factory=set)
    """The days whose feed was read."""
    polls: list[datetime] = field(default_factory=list)
    """When each search of arXiv was made."""


def edits_between(
    start: datetime, end: datetime, good: int, broken: int, outages: Sequence[Outage]
) -> list[edits.Edit]:
    """Edits spread over the time, none while the machine is off."""
    chance, editor = Random(7), edits.Editor()
    moments: list[datetime] = []
    while len(moments) < good + broken:
        moment = (start + (end - start) * chance.uniform(0.02, 0.97)).replace(microsecond=0)
        if not any(one.start - timedelta(hours=1) <= moment <= one.end for one in outages):
            moments.append(moment)
    breaking = set(chance.sample(range(len(moments)), broken))
    return [
        editor.break_it(moment, number) if number in breaking else editor.edit(moment)
        for number, moment in enumerate(sorted(moments))
    ]


async def live(
    folder: Path,
    universe: Universe,
    start: datetime,
    end: datetime,
    outages: Sequence[Outage] = (),
    changes: Sequence[edits.Edit] = (),
    clock_errors: Sequence[ClockError] = (),
    beside: Callable[[World, Life], Awaitable[None]] | None = None,
) -> Life:
    """Run from ``start`` to ``end``; what is ``beside`` it has its turn before each round."""
    clock = FakeClock(start)
    life = Life(universe, start, end, outages, clock_errors)
    search, feed = SimulatedSearch(universe, clock), SimulatedFeed(universe, clock)
    world = World(
        folder=folder,
        clock=clock,
        source=search,  # type: ignore[arg-type]
        feed=feed,  # type: ignore[arg-type]
        slack=RecordingChannel("slack", clock, life.delivered.append),
        email=RecordingChannel("email", clock, life.delivered.append),
        file=RecordingChannel("file", clock, life.delivered.append),
        store=open_store(folder / "state.db"),
    )
    world.settings = edits.settings(edits.text(edits.first_document()), folder)
    life.epochs.append((start, world.settings))
    try:
        await _Running(world, life, changes, beside).to_the_end()
    finally:
        world.store.close()
    life.requests, life.feed_days, life.polls = search.requests, feed.read_on, search.asked_at
    return life


class _Running:
    """One life under way."""

    def __init__(
        self,
        world: World,
        life: Life,
        changes: Sequence[edits.Edit],
        beside: Callable[[World, Life], Awaitable[None]] | None,
    ) -> None:
        self._world = world
        self._beside = beside
        self._life = life
        self._edits = sorted(changes, key=lambda edit: edit.at)
        self._outages = sorted(life.outages, key=lambda outage: outage.start)
        self._clock_set: list[tuple[datetime, timedelta, bool]] = sorted(
            setting
            for one in life.clock_errors
            for setting in ((one.start, one.by, one.restarts), (one.end, timedelta(), one.restarts))
        )

    async def to_the_end(self) -> None:
        clock = self._world.clock
        while clock.true() < self._life.end:
            self._set_clock()
            self._take_up_edits()
            if self._beside is not None:
                await self._beside(self._world, self._life)
            await self._round()
            self._go_on()

    async def _round(self) -> None:
        """What the daemon does between two rests."""
        world = self._world
        report = await world.step()
        self._life.faults += report.faults
        self._life.troubles += report.troubles
        self._life.rounds += 1
        until = min([hours.next_event(world.services, world.state), *self._ahead()])
        if until > world.clock.now():
            await tick.spare(world.services, world.state, until, asyncio.Event())

    def _go_on(self) -> None:
        """To the next moment with work, or past an outage."""
        world = self._world
        until = min([hours.next_event(world.services, world.state), *self._ahead()])
        if self._outages and until >= self._outages[0].start + world.clock.error:
            outage = self._outages.pop(0)
            world.clock.advance(max(outage.end - world.clock.true(), timedelta()))
            if not outage.asleep:
                world.restart()
            return
        world.clock.advance(max(until - world.clock.now(), timedelta()))

    def _ahead(self) -> list[datetime]:
        """What comes from outside, as the machine's clock will show it: edits, its setting, the end."""
        moments = [self._life.end, *(edit.at for edit in self._edits[:1])]
        moments += [at for at, *_ in self._clock_set[:1]]
        return [moment + self._world.clock.error for moment in moments]

    def _set_clock(self) -> None:
        while self._clock_set and self._clock_set[0][0] <= self._world.clock.true():
            _, self._world.clock.error, restarts = self._clock_set.pop(0)
            if restarts:
                self._world.restart()

    def _take_up_edits(self) -> None:
        while self._edits and self._edits[0].at <= self._world.clock.true():
            edit = self._edits.pop(0)
            try:
                settings = edits.settings(edit.text, self._world.folder)
            except ConfigError:
                assert edit.broken
                self._life.refused += 1
            else:
                assert not edit.broken
                self._world.settings = settings
                self._life.epochs.append((self._world.clock.true(), settings))
