"""A pipeline with fakes at its ports and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.models import Subscriber
from bot.pipeline import tick
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.settings import Settings
from bot.store import Store
from bot.store.opening import open_store
from tests import samples
from tests.fakes import (
    FakeChannel,
    FakeClock,
    FakeFeed,
    FakeHeartbeat,
    FakeSource,
    FakeSummariser,
    SilentProgress,
)


@dataclass
class World:
    """Everything around one database; `restart` is a new process on it."""

    folder: Path
    clock: FakeClock
    source: FakeSource
    feed: FakeFeed
    slack: FakeChannel
    email: FakeChannel
    file: FakeChannel
    store: Store
    summariser: FakeSummariser | None = None
    heartbeat: FakeHeartbeat | None = None
    progress: SilentProgress = field(default_factory=SilentProgress)
    settings: Settings = field(init=False)
    state: ProcessState = field(init=False)

    def __post_init__(self) -> None:
        self.settings = samples.settings(self.folder)
        self.state = tick.start(self.services)

    @property
    def services(self) -> Services:
        return Services(
            settings=self.settings,
            store=self.store,
            source=self.source,
            feed=self.feed,
            summariser=self.summariser,
            channels={"slack": self.slack, "email": self.email, "file": self.file},
            clock=self.clock,
            progress=self.progress,
            jitter=lambda: 0.0,
            heartbeat=self.heartbeat,
        )

    def subscribe(self, *subscribers: Subscriber, **changes: object) -> None:
        self.settings = samples.settings(self.folder, *subscribers, **changes)

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.settings.database)
        self.state = tick.start(self.services)

    async def once(self) -> Report:
        return await tick.once(self.services, self.state)

    async def step(self) -> Report:
        return await tick.step(self.services, self.state)


def new_world(folder: Path, clock: FakeClock | None = None) -> World:
    """A world on a database in this folder; its store is the caller's to close."""
    clock = clock or FakeClock()
    return World(
        folder=folder,
        clock=clock,
        source=FakeSource(clock),
        feed=FakeFeed(),
        slack=FakeChannel("slack"),
        email=FakeChannel("email"),
        file=FakeChannel("file"),
        store=open_store(folder / "state.db"),
    )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = new_world(tmp_path)
    yield world
    world.store.close()
