"""What a round asks of arXiv and of the model for 10,000 readers of 50 topics, against 50 readers.

    python -m tests.benchmarks.many_readers [--readers 10000] [--topics 50] [--gaps]

A round with a few new papers in each topic: the source, the feed, the model and the mail server are the tests' own,
the database is real. A waiting time passes at once; all else takes what it takes, so beside it runs a task that tells
how long it could not, for the whole round: polling, what is owed, composing, handing over.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.adapters.clock import SystemClock
from bot.models import Paper, Target, Topic
from bot.settings import EmailSettings, GeminiSettings
from tests import samples
from tests.benchmarks.composing import Standstill
from tests.benchmarks.figures import Figure, at_most
from tests.fakes import FakeSummariser
from tests.pipeline import model
from tests.pipeline.conftest import World, new_world
from tests.pipeline.naive_arxiv import NaiveArxiv

TOPICS, READERS = 50, 10_000


class Skipping(SystemClock):
    """The machine's clock, on which a wait passes at once."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._skipped)

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    async def sleep(self, seconds: float) -> None:
        self._skipped += max(0.0, seconds)
        await asyncio.sleep(0)


class Elsewhere(NaiveArxiv):
    """arXiv's computing is none of ours: it gives turns while it goes on."""

    async def found(self, text: str) -> list[Paper]:
        found = []
        for paper in self.holding(text):
            found.append(paper)
            await asyncio.sleep(0)
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests."""

    searches: int
    feeds: int
    model: int


def prepare(world: World, readers: int, topics: int, arxiv: type[NaiveArxiv] = NaiveArxiv) -> NaiveArxiv:
    """Each reader has two of the topics, and each topic has a reader and two new papers; what is asked for those."""
    now = world.clock.now()
    papers = [
        samples.paper(
            f"2611.{number:05}",
            title=f"Ptychography of word{number % topics}",
            published=now - timedelta(hours=1, minutes=number),
            updated=now - timedelta(hours=1, minutes=number),
        )
        for number in range(2 * topics)
    ]
    chosen = [
        samples.subscriber(
            f"reader{n}",
            topics=(f"t{n % topics}", f"t{(7 * n + 1) % topics}"),
            targets=(Target("email", f"reader{n}@example.org"),),
        )
        for n in range(readers)
    ]
    source = arxiv(papers)
    world.source = source  # type: ignore[assignment]
    world.summariser = FakeSummariser(world.clock, model.good)
    world.settings = samples.settings(
        world.folder,
        *chosen,
        topics=tuple(Topic(f"t{n}", keywords=(f"word{n}",)) for n in range(topics)),
        email=EmailSettings("smtp.example.org", "bot@example.org"),
        gemini=GeminiSettings(requests_per_minute=100_000, requests_per_day=100_000),
    )
    return source


async def of_a_round(world: World, source: NaiveArxiv) -> Asked:
    """What a round asks of others; every reader has their mail after it."""
    await world.once()
    reached = {envelope.subscriber for envelope in world.email.accepted}
    if len(reached) != len(world.settings.subscribers):
        raise RuntimeError(f"{len(reached)} of {len(world.settings.subscribers)} readers had a mail")
    prompts = world.summariser.prompts if world.summariser else ()
    return Asked(len(source.asked), len(world.feed.asked), len(prompts))


async def measured(readers: int, topics: int, *, gaps: bool = False) -> tuple[Asked, Standstill, float]:
    """The requests of a round, the longest standstill, and the seconds that it took."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        world = new_world(Path(name), Skipping())  # type: ignore[arg-type]
        source = prepare(world, readers, topics, Elsewhere)
        world.store.subscriptions.sync(world.settings.subscribers, world.clock.now())
        gc.collect()
        gc.freeze()  # as `run` does when it has started
        standstill = Standstill()
        watching = asyncio.ensure_future(standstill.watch())
        await asyncio.sleep(0)
        began = time.perf_counter()
        with standstill.sampled() if gaps else nullcontext():
            asked = await of_a_round(world, source)
        took = time.perf_counter() - began
        watching.cancel()
        world.store.close()
    return asked, standstill, took


def figures() -> list[Figure]:
    few, _, _ = asyncio.run(measured(TOPICS, TOPICS))
    many, standstill, _ = asyncio.run(measured(READERS, TOPICS))
    of = f"for {READERS:,} readers of {TOPICS} topics"
    return [
        at_most(f"searches and feeds, {of}", many.searches + many.feeds, few.searches + few.feeds),
        at_most(f"requests to the model, {of}", many.model, few.model),
        *standstill.figures(f"a whole round {of}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.many_readers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--topics", type=int, default=TOPICS)
    parser.add_argument("--gaps", action="store_true", help="show what ran in the longest standstills")
    options = parser.parse_args()
    for readers in (options.topics, options.readers):
        asked, still, seconds = asyncio.run(measured(readers, options.topics, gaps=options.gaps))
        print(
            f"{readers:>6} readers of {options.topics} topics: {asked.searches} searches, {asked.feeds} feeds, "
            f"{asked.model} requests to the model; a round of {seconds:.0f} s, stood still for "
            f"{still.by_clock:.0f} ms at most, {still.of_processor:.0f} ms of them computing"
        )
        if options.gaps:
            print("\n".join(still.told()))


if __name__ == "__main__":
    main()
