"""What each further reader of the same papers costs, and how long the loop stands still meanwhile.

    python -m tests.benchmarks.composing [--readers 100 2000 10000] [--papers 20] [--profile] [--gaps]

So many readers of two topics, who differ in their names and addresses, are owed the same papers, summarised already,
by mail. Their digests are composed into a database on the disk and not sent. The processor's time is counted, what
else the machine does is not; beside it runs a task that wakes up all the time and says how long it could not, by the
clock and by the processor's time of this process. The papers that one reader is owed are rendered within those times.
``--gaps`` names the functions that ran in the longest times without a turn, and in how much of each.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import pstats
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from bot.adapters.clock import SystemClock
from bot.history import MatchSource
from bot.models import Summary, SummaryKey, SummarySource, Target
from bot.pipeline.compose import compose
from bot.pipeline.services import Services
from bot.settings import EmailSettings, Settings
from bot.store import Store
from bot.store.opening import open_store
from bot.summary.prompt import PROMPT_VERSION
from tests import samples
from tests.benchmarks.figures import Figure, at_most
from tests.end_to_end.papers import window
from tests.fakes import FakeClock, FakeFeed, FakeSource, SilentProgress

READERS = (100, 2000, 10_000)
PAPERS = 20
CROWD = 600
"""Papers of one digest, most of them told by title: a category's whole day."""
BOUNDS = {"each": 5.0, "ratio": 1.6, "standstill": 100.0}
WORTH_A_LOOK = 0.03
TOPICS = ("microscopy", "nickelates")


@dataclass
class Standstill:
    """The longest time for which nobody else had a turn, in milliseconds."""

    by_clock: float = 0.0
    of_processor: float = 0.0
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """From when to when each of those over ``WORTH_A_LOOK`` took, by the processor's time in seconds."""
    samples: list[tuple[float, frozenset[str]]] = field(default_factory=list)
    """What was running when, looked at every two milliseconds of the processor's time."""

    def figures(self, name: str) -> list[Figure]:
        """By the clock the disk's time is in it, and what else the machine does."""
        return [
            at_most(f"the loop stands still, {name}", self.by_clock, BOUNDS["standstill"], "ms"),
            at_most(f"of that computing, {name}", self.of_processor, BOUNDS["standstill"], "ms"),
        ]

    @contextmanager
    def sampled(self) -> Generator[None]:
        """Look at what runs meanwhile; one at a time in a process."""

        def look(_signal: int, frame: FrameType | None) -> None:
            running = set[str]()
            while frame is not None:
                code = frame.f_code
                if "/bot/" in code.co_filename:
                    running.add(f"{code.co_filename.rpartition('/bot/')[2]}:{code.co_name}")
                frame = frame.f_back
            self.samples.append((time.process_time(), frozenset(running)))

        signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def told(self, most: int = 5) -> Iterator[str]:
        """The longest, with what ran in them."""
        for began, ended in sorted(self.gaps, key=lambda gap: gap[0] - gap[1])[:most]:
            looks = [running for at, running in self.samples if began <= at <= ended]
            often = Counter(name for running in looks for name in running).most_common(12)
            shares = ", ".join(f"{name} {100 * times // len(looks)} %" for name, times in often)
            yield f"{1000 * (ended - began):.0f} ms: {shares}"

    async def watch(self) -> None:
        """Until cancelled."""
        clock, processor = time.perf_counter(), time.process_time()
        while True:
            await asyncio.sleep(0.001)
            last_clock, last_processor = clock, processor
            clock, processor = time.perf_counter(), time.process_time()
            self.by_clock = max(self.by_clock, 1000 * (clock - last_clock))
            self.of_processor = max(self.of_processor, 1000 * (processor - last_processor))
            if processor - last_processor > WORTH_A_LOOK:
                self.gaps.append((last_processor, processor))


@dataclass(frozen=True, slots=True)
class Composed:
    """Milliseconds."""

    each: float
    """Of the processor, for one reader."""
    standstill: Standstill
    mail_bytes: int


def settings_for(folder: Path, readers: int) -> Settings:
    subscribers = [
        samples.subscriber(f"reader{n}", topics=TOPICS, targets=(Target("email", f"reader{n}@example.org"),))
        for n in range(readers)
    ]
    email = EmailSettings("smtp.example.org", "Digest <bot@example.org>")
    topics = [samples.topic(name) for name in TOPICS]
    return samples.settings(folder, *subscribers, email=email, topics=tuple(topics))


def fill(store: Store, settings: Settings, papers: int) -> None:
    """Papers that both topics matched, with their summaries."""
    now = datetime.now(UTC)
    store.subscriptions.sync(settings.subscribers, now)
    with store.transaction():
        for one in window(1, papers, now, share=1.0):
            store.papers.add([one.paper], now)
            store.papers.add_matches([one.paper.arxiv_id], TOPICS, MatchSource.SEARCH, "", now)
            key = SummaryKey(one.paper.arxiv_id, 1, "English", "", PROMPT_VERSION)
            summary = Summary(one.words.objective, one.words.finding, SummarySource.MODEL, "gemini")
            store.summaries.save(key, summary, now)


async def composed(
    readers: int, papers: int, profile: cProfile.Profile | None = None, *, gaps: bool = False
) -> Composed:
    with tempfile.TemporaryDirectory(dir=".") as name:
        settings = settings_for(Path(name), readers)
        store = open_store(settings.database)
        fill(store, settings, papers)
        services = Services(
            settings=settings,
            store=store,
            source=FakeSource(FakeClock()),
            feed=FakeFeed(),
            summariser=None,
            channels={},
            clock=SystemClock(),
            progress=SilentProgress(),
            jitter=lambda: 0.0,
        )
        due = dict.fromkeys((one.name for one in settings.subscribers), services.clock.now())
        standstill = Standstill()
        watching = asyncio.ensure_future(standstill.watch())
        gc.collect()
        gc.freeze()  # as `run` does when it has started
        await asyncio.sleep(0)
        began = time.process_time()
        with profile or (standstill.sampled() if gaps else nullcontext()):
            written = await compose(services, due)
        took = time.process_time() - began
        watching.cancel()
        if written != readers:
            raise RuntimeError(f"{written} digests of {readers} were written")
        waiting = next(store.outbox.waiting(None))
        mail_bytes = len(store.outbox.refresh(waiting).payload)
        store.close()
    return Composed(1000 * took / readers, standstill, mail_bytes)


async def measured(readers: Sequence[int]) -> list[Composed]:
    await composed(1, PAPERS)  # templates are compiled and catalogues read, as at any start
    return [await composed(number, PAPERS) for number in readers]


def figures() -> list[Figure]:
    async def found() -> list[Figure]:
        by_readers = dict(zip(READERS, await measured(READERS), strict=True))
        crowd = await composed(20, CROWD)
        each = [
            at_most(
                f"a mail of {PAPERS} papers for one of {number:,} readers", one.each, BOUNDS["each"], "ms"
            )
            for number, one in by_readers.items()
            if number != READERS[0]  # of a hundred, most is what their papers take for the first of them
        ]
        grown = by_readers[READERS[-1]].each / by_readers[READERS[-2]].each
        still = {f"{READERS[-2]:,} readers": by_readers[READERS[-2]], f"{CROWD} papers": crowd}
        return [
            *each,
            at_most(f"the same of {READERS[-1]:,} against {READERS[-2]:,}", grown, BOUNDS["ratio"], "x"),
            *(figure for name, one in still.items() for figure in one.standstill.figures(name)),
        ]

    return asyncio.run(found())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.composing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--readers", type=int, nargs="+", default=READERS)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("--gaps", action="store_true", help="show what ran in the longest standstills")
    parser.add_argument("--profile", action="store_true", help="show where our own time goes")
    options = parser.parse_args()
    profile = cProfile.Profile() if options.profile else None
    asyncio.run(composed(1, PAPERS))
    for number in options.readers:
        one = asyncio.run(composed(number, options.papers, profile, gaps=options.gaps))
        print(
            f"{number:>6} readers of {options.papers} papers: {one.each:.2f} ms each, a mail of {one.mail_bytes:,} "
            f"bytes; stood still for {one.standstill.by_clock:.0f} ms at most, "
            f"{one.standstill.of_processor:.0f} ms of them computing"
        )
        if options.gaps:
            print("\n".join(one.standstill.told()))
    if profile is not None:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
