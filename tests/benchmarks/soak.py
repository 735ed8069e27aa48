"""Ten thousand rounds without a pause: nothing may grow that is not the record itself, and nothing be lost.

    python -m tests.benchmarks.soak [--rounds 10000] [--per-batch 6]

The simulated arXiv and its daemon (`tests.simulated`) on a clock that jumps, for some years: arXiv, the model, Slack
and the mail server fail now and then, messages are accepted without a word, the YAML is edited every few days. Beside
it the HTTP side listens on a real socket, opened anew with each edit as the daemon does, and is asked once a second of
real time. Memory, open files and tasks are looked at through all rounds but the first fifth, in which SQLite's cache of
pages fills up to its bound; of the database, whose papers are kept for ever, the bytes for each paper. What was lost or
doubled is `tests.simulated.verdict`'s to say.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from aiohttp import web

from bot import links
from bot.errors import DeliveryError, ServiceError
from bot.http.server import application
from bot.models import Envelope, Limit, ModelReply, Prompt, Receipt, Verdict
from bot.settings import HttpSettings, Settings
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.fakes import FakeClock, overloaded
from tests.pipeline import model
from tests.pipeline.conftest import World
from tests.simulated.arxiv import Universe
from tests.simulated.life import Delivered, Life, RecordingChannel, edits_between, live
from tests.simulated.verdict import judge

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ROUNDS_A_DAY = 5
"""At least; the universe is made for as many days as that takes."""
EDIT_EVERY_DAYS = 6
FAULTS = 0.02
LOOKS = 200
WARM = 0.2
"""Of the rounds, how many may fill caches before it is looked at what grows."""

DOWN, BUSY, UNANSWERED = Verdict(), Verdict(retry_after=timedelta(seconds=20)), Verdict(in_doubt=True)


@dataclass(frozen=True, slots=True)
class Look:
    """What the process and its database held after so many rounds."""

    rounds: int
    resident_mb: float
    files: int
    tasks: int
    papers: int
    database_bytes: int


class Flaky:
    """A port whose requests fail by chance."""

    def __init__(
        self, port: Any, chance: Random, fault: Callable[[], ServiceError], told: Counter[str]
    ) -> None:
        self._port, self._chance, self._fault, self._told = port, chance, fault, told

    def __getattr__(self, name: str) -> Any:
        async def asked(*arguments: Any, **named: Any) -> Any:
            if self._chance.random() < FAULTS:
                self._told[type(self._port).__name__] += 1
                raise self._fault()
            return await getattr(self._port, name)(*arguments, **named)

        return asked


class Model:
    """A model that answers well, but for faults and answers that are none."""

    async def ask(self, prompt: Prompt) -> ModelReply:
        return model.good(prompt)


class FlakyChannel(RecordingChannel):
    """Refuses for now, or accepts without a word; keeps no more of what it accepted than a history shows."""

    def __init__(
        self,
        kind: str,
        clock: FakeClock,
        note: Callable[[Delivered], None],
        chance: Random,
        told: Counter[str],
    ) -> None:
        super().__init__(kind, clock, note)
        self._chance, self._told = chance, told

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        light = replace(envelope, payload=b"")
        if self._chance.random() < FAULTS:
            self._told[self.kind] += 1
            # Mail that was accepted without a word is repeated with the same bytes, which is no fault of ours.
            fault = self._chance.choice((DOWN, BUSY, UNANSWERED) if self.kind == "slack" else (DOWN, BUSY))
            if fault is UNANSWERED:
                await super().send(light, resolved)
            # A new one each time: one that is raised again keeps the frames of every time before.
            raise DeliveryError("a fault of the soak", fault)
        receipt = await super().send(light, resolved)
        del self.accepted[:-50]
        return receipt

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        found = any(sent.id == envelope.id for sent in self.accepted)
        return Receipt(resolved, "found") if found else None


class Journal:
    """What is judged in the end, on the disk until then: what the benchmark remembers is not the program's memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self.many = 0

    def note(self, one: Any) -> None:
        pickle.dump(one, self._file)
        self.many += 1

    def read(self) -> list[Any]:
        """Everything noted, in its order."""
        self._file.close()
        with self._path.open("rb") as file:
            return [pickle.load(file) for _ in range(self.many)]  # we wrote it


@dataclass
class Soak:
    """What goes on beside the rounds."""

    wanted: int
    journal: Journal
    chance: Random = field(default_factory=lambda: Random(3))
    looks: list[Look] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    _served: Settings | None = None
    _base: str = ""
    _asked_at: float = 0.0
    _search: Any = None
    _side: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def beside(self, world: World, life: Life) -> None:
        if not self.opened:
            self._break_services(world, life)
        if world.settings is not self._served:
            await self._open(world)
        if time.monotonic() - self._asked_at >= 1:
            self._asked_at = time.monotonic()
            await self._ask(world)
        progress = world.progress
        told = (progress.notes, progress.outcomes, progress.waits, progress.steps, progress.advanced)
        edits = (world.slack.edits, world.email.edits, world.file.edits)
        # What the tests' own parts remember, so that tests may ask.
        for log in (*told, *edits, world.clock.slept, self._search.asked_at, life.faults, life.troubles):
            log.clear()
        while len(life.epochs) > 1:  # the last one is in force
            self.journal.note(life.epochs.pop(0))
        if life.rounds >= len(self.looks) * self.wanted // LOOKS:
            self.looks.append(look(world, life))
        if life.rounds >= self.wanted:
            life.end = world.clock.true()
            await self._side.aclose()

    def _break_services(self, world: World, life: Life) -> None:
        self._search = world.source
        world.source = Flaky(world.source, self.chance, overloaded, self.faults)  # type: ignore[assignment]
        world.feed = Flaky(world.feed, self.chance, overloaded, self.faults)  # type: ignore[assignment]
        world.summariser = Flaky(Model(), self.chance, self._model_fault, self.faults)  # type: ignore[assignment]
        world.slack, world.email, world.file = (
            FlakyChannel(kind, world.clock, self.journal.note, self.chance, self.faults)
            for kind in ("slack", "email", "file")
        )

    def _model_fault(self) -> ServiceError:
        busy = model.too_many(Limit.PER_MINUTE, timedelta(seconds=30))
        return self.chance.choice((model.overloaded(), busy))

    async def _open(self, world: World) -> None:
        """The HTTP side for the configuration as it is now."""
        await self._side.aclose()
        self._served, self.opened = world.settings, self.opened + 1
        services = replace(world.services, settings=replace(world.settings, http=HttpSettings()))
        runner = web.AppRunner(application(services), access_log=None)
        await runner.setup()
        self._side.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self._base = f"http://{host}:{port}"

    async def _ask(self, world: World) -> None:
        reader = next(one for one in world.settings.subscribers)
        token = links.token(world.store.optouts.key(), reader.name, reader.targets[0])
        paths = ("/healthz", "/readyz", "/metrics", f"/u/{token}", f"/u/{token[:-1]}x")
        async with aiohttp.ClientSession() as session:
            for path in paths:
                async with session.get(self._base + path) as answer:
                    await answer.read()
                    self.asked[f"{path.split('/')[1]} {answer.status}"] += 1


def look(world: World, life: Life) -> Look:
    """A look at this process and its database."""
    gc.collect()
    fields = Path("/proc/self/statm").read_text().split()
    database = world.folder / "state.db"
    return Look(
        life.rounds,
        int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20,
        len(os.listdir("/proc/self/fd")),
        len(asyncio.all_tasks()),
        world.store.papers.counts()["seen"],
        sum(file.stat().st_size for file in (database, database.with_name("state.db-wal")) if file.exists()),
    )


def soak(rounds: int, per_batch: int) -> tuple[Soak, Life, list[str]]:
    """Live through it; what was lost or doubled."""
    end = START + timedelta(days=rounds / ROUNDS_A_DAY)
    universe = Universe(date(2025, 12, 1), end.date(), per_batch=per_batch)
    changes = edits_between(START, end, (end - START).days // EDIT_EVERY_DAYS, 5, ())
    memory = Path("/dev/shm")  # a disk's own time would be most of it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        one = Soak(rounds, Journal(Path(folder, "journal")))
        life = asyncio.run(live(Path(folder), universe, START, end, (), changes, beside=one.beside))
        noted = one.journal.read()
        life.delivered += [each for each in noted if isinstance(each, Delivered)]
        life.epochs[:0] = [each for each in noted if not isinstance(each, Delivered)]
    # When arXiv fails for minutes a digest is minutes late, as promised: of hours others are judges.
    wrong = [line for line in judge(life).wrong if " got " in line or " was sent " in line]
    return one, life, wrong


def growth(looks: Sequence[Look], of: Callable[[Look], float]) -> float:
    """The last tenth of the looks by the first tenth after the warm-up, each by its middle."""
    warm = looks[int(len(looks) * WARM) :]
    tenth = max(1, len(warm) // 10)
    first, last = sorted(map(of, warm[:tenth])), sorted(map(of, warm[-tenth:]))
    return last[len(last) // 2] / first[len(first) // 2]


def bytes_a_paper(looks: Sequence[Look]) -> float:
    """What a paper of the second half adds to the database, by what one of the half before added."""
    warm = looks[int(len(looks) * WARM) :]
    start, middle, end = warm[0], warm[len(warm) // 2], warm[-1]
    added = [
        (later.database_bytes - earlier.database_bytes) / max(1, later.papers - earlier.papers)
        for earlier, later in ((start, middle), (middle, end))
    ]
    return added[1] / added[0]


def judged(one: Soak, life: Life, wrong: Sequence[str]) -> list[Figure]:
    return [
        at_least("rounds", life.rounds, one.wanted),
        at_most("papers lost, papers or messages doubled", len(wrong), 0),
        at_most(
            "memory at the end by after the warm-up", growth(one.looks, lambda x: x.resident_mb), 1.1, "x"
        ),
        at_most("open files, likewise", growth(one.looks, lambda x: x.files), 1.0, "x"),
        at_most("tasks, likewise", growth(one.looks, lambda x: x.tasks), 1.0, "x"),
        at_most("bytes of the database for each further paper", bytes_a_paper(one.looks), 1.1, "x"),
    ]


def figures() -> list[Figure]:
    return judged(*soak(10_000, 6))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--per-batch", type=int, default=6, help="papers an evening, on average")
    options = parser.parse_args()
    began = time.perf_counter()
    one, life, wrong = soak(options.rounds, options.per_batch)
    print(
        f"{life.rounds} rounds in {time.perf_counter() - began:.0f} s, {(life.end - START).days} days of the clock"
    )
    print(f"{len(life.delivered)} messages, {len(life.epochs)} configurations, {life.refused} edits refused")
    print(f"faults: {dict(one.faults)}; asked: {dict(one.asked)}; HTTP side opened {one.opened} times")
    for each in [one.looks[int(len(one.looks) * share)] for share in (0, WARM, 0.4, 0.6, 0.8)] + one.looks[
        -1:
    ]:
        print(
            f"after {each.rounds:>6} rounds: {each.resident_mb:6.1f} MB, {each.files} files, {each.tasks} tasks, "
            f"{each.papers} papers, {each.database_bytes / 2**20:.1f} MB of database"
        )
    for line in wrong[:20]:
        print(f"  {line}")
    found = judged(one, life, wrong)
    for figure in found:
        print(f"{figure.name}: {figure.said} ({figure.promised})")
    return 0 if all(figure.met for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
