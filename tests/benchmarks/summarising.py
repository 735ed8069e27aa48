"""How long 200 summaries take, beside what their latencies alone would take.

Run as ``python -m tests.benchmarks.summarising``. The stand-in for Gemini runs in a process of its own and
answers after 1 s ± 0.5 s; the real client, the real pipeline and the real database ask it 16 at a time. The
bound is 1.15 times the sum of the latencies, as the stand-in measured them, divided by 16. Where others use the
processors too, that says little: what we compute would, if none of it went on beside an answer that is waited for, add
no more than that to the latencies.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot import app, quota
from bot.models import SummaryKey
from bot.pipeline import tick
from bot.pipeline.services import Services
from bot.pipeline.summarise import ask_for
from bot.settings import GeminiSettings, Secret, Settings
from bot.store import Store
from bot.summary.prompt import PROMPT_VERSION
from tests import samples
from tests.benchmarks.figures import Figure, at_most
from tests.end_to_end.client import Door, world_apart
from tests.end_to_end.papers import Invented, window
from tests.end_to_end.world import GEMINI_KEY
from tests.fakes import SilentProgress

COUNT, CONCURRENCY, BOUND = 200, 16, 1.15


def settings_for(folder: Path, door: Door) -> Settings:
    gemini = GeminiSettings(
        api_key=Secret(GEMINI_KEY),
        base_url=door.places.gemini_url,
        concurrency=CONCURRENCY,
        requests_per_minute=100_000,
        tokens_per_minute=100_000_000,
        requests_per_day=100_000,
    )
    return samples.settings(folder, gemini=gemini)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds for all summaries."""

    took: float
    computing: float
    """Of this process."""
    least: float = 0.0
    """That the latencies allow."""

    @property
    def ratio(self) -> float:
        return self.took / self.least

    @property
    def own_ratio(self) -> float:
        return 1 + self.computing / self.least


async def summarise(settings: Settings, store: Store, invented: list[Invented]) -> Taken:
    """A summary of each."""
    papers = {SummaryKey(one.paper.arxiv_id, 1, "English", "", PROMPT_VERSION): one.paper for one in invented}
    now = datetime.now(UTC)
    store.papers.add(papers.values(), now)
    order = [quota.SummaryRequest(key, frozenset({"ada"}), now) for key in papers]
    async with app.open_services(settings, store, SilentProgress()) as services:
        began, busy = time.perf_counter(), time.process_time()
        await ask_for(services, tick.start(services), order, papers, 1)
        taken = Taken(time.perf_counter() - began, time.process_time() - busy)
    check(services, papers, invented)
    return taken


def check(services: Services, papers: Mapping[SummaryKey, object], invented: list[Invented]) -> None:
    """Every paper has its own summary."""
    saved = services.store.summaries.get(list(papers))
    names = {one.paper.arxiv_id: one.name for one in invented}
    assert len(saved) == COUNT, f"only {len(saved)} of {COUNT} were summarised"
    assert all(names[key.arxiv_id] in saved[key].finding for key in saved)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.summarising", description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show where our own time goes")
    profile = cProfile.Profile() if parser.parse_args().profile else None
    taken = measured(profile)
    if profile is not None:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    return int(taken.ratio > BOUND)


def figures() -> list[Figure]:
    taken = measured(None)
    return [at_most("200 summaries, against their latencies alone", taken.ratio, BOUND, "x")]


def measured(profile: cProfile.Profile | None) -> Taken:
    """How long the summaries took, and the least that their latencies allow."""
    with (
        world_apart("--papers", str(COUNT), "--latency", "1") as door,
        tempfile.TemporaryDirectory() as folder,
    ):
        settings = settings_for(Path(folder), door)
        store = app.open_store(settings.database)
        invented = list(window(1, COUNT, datetime.now(UTC)))
        with profile or nullcontext():
            taken = asyncio.run(summarise(settings, store, invented))
        store.close()
        gemini = door.report()["gemini"]
    taken = replace(taken, least=gemini["seconds"] / CONCURRENCY)
    print(
        f"{gemini['requests']} requests, latencies of {gemini['seconds']:.1f} s in all, "
        f"at most {gemini['most_at_once']} at once"
    )
    print(
        f"{COUNT} summaries in {taken.took:.2f} s, {taken.least:.2f} s of it waiting, {taken.computing:.2f} s of "
        "our own processor time"
    )
    print(
        f"ratio {taken.ratio:.3f} (at most {BOUND}); with all that we compute beside them {taken.own_ratio:.3f}"
    )
    return taken


if __name__ == "__main__":
    sys.exit(main())
