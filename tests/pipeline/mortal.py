"""A pipeline that can die: at any call into the outside world, before it or when its answer is lost, and
before or after any commit. What is dead records nothing more.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from bot.pipeline import tick
from bot.pipeline.services import Services
from bot.store import Store
from bot.store.database import Connection
from bot.store.opening import open_store
from tests.fakes import FakeChannel, FakeClock, FakeFeed, FakeSource
from tests.pipeline.conftest import World


class Death(BaseException):
    """The process was killed."""


class Fate:
    """Counts the moments of a life, and ends it at one of them."""

    def __init__(self) -> None:
        self.moments: list[str] = []
        self.dies_at: int | str | None = None
        self.dead = False

    def live(self, dies_at: int | str | None = None) -> None:
        """A new life, to its end or to the moment of this number (from 0), or the first of this name."""
        self.moments, self.dies_at, self.dead = [], dies_at, False

    def pass_by(self, moment: str) -> None:
        self.refuse_if_dead()
        self.moments.append(moment)
        self.dead = self.dies_at in (moment, len(self.moments) - 1)
        self.refuse_if_dead()

    def refuse_if_dead(self) -> None:
        if self.dead:
            raise Death


class MortalConnection(Connection):
    """A connection whose process may die before and after every commit."""

    def __init__(self, path: Path, fate: Fate) -> None:
        super().__init__(path)
        self._fate = fate
        # A process's death loses nothing that was written; only a power cut would.
        self.raw.execute("PRAGMA synchronous = OFF")

    @contextmanager
    def transaction(self) -> Generator[None]:
        self._fate.refuse_if_dead()
        if self.raw.in_transaction:
            yield
            return
        before = self.raw.total_changes
        with super().transaction():
            yield
            changed = self.raw.total_changes > before
            if changed:
                self._fate.pass_by("before a commit")
        if changed:
            self._fate.pass_by("after a commit")


class Mortal:
    """A port whose caller may die before each call, and after it, when the answer is lost."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if not inspect.iscoroutinefunction(value):
            return value

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.pass_by(f"before {type(self._port).__name__}.{name}")
            answer = await value(*args, **kwargs)
            self._fate.pass_by(f"after {type(self._port).__name__}.{name}")
            return answer

        return call


@dataclass
class MortalWorld(World):
    """A world whose process may die. `restart` is the next process."""

    fate: Fate = field(default_factory=Fate)

    @property
    def services(self) -> Services:
        whole = super().services
        fate = self.fate
        return replace(
            whole,
            source=cast(Any, Mortal(whole.source, fate)),
            feed=cast(Any, Mortal(whole.feed, fate)),
            summariser=cast(Any, whole.summariser and Mortal(whole.summariser, fate)),
            channels={kind: cast(Any, Mortal(channel, fate)) for kind, channel in whole.channels.items()},
        )

    async def live(self, dies_at: int | str | None = None, *, daemon: bool = False) -> bool:
        """A new process does one `once`, or one round of the daemon; whether it came to its end, or died
        at the moment given."""
        self.store.close()
        self.fate.live(dies_at)
        self.store = Store(MortalConnection(self.settings.database, self.fate))
        try:
            self.state = tick.start(self.services)
            await (self.step() if daemon else self.once())
        except Death:
            return False
        return True


def mortal_world(folder: Path, clock: FakeClock, **changes: Any) -> MortalWorld:
    """A world with fakes of the usual kinds, or those given."""
    fakes: dict[str, Any] = {
        "source": FakeSource(clock),
        "feed": FakeFeed(),
        "slack": FakeChannel("slack"),
        "email": FakeChannel("email"),
        "file": FakeChannel("file"),
    }
    return MortalWorld(folder=folder, clock=clock, store=open_store(folder / "state.db"), **(fakes | changes))
