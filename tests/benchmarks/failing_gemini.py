"""2,000 papers through a Gemini that fails 30 % of all calls, in every way that the facts know.

Run as ``python -m tests.benchmarks.failing_gemini [--papers 2000] [--papers-per-request 1]``. The real client
talks to the stand-in over loopback, in time that runs twenty times as fast, so that minutes and days of quota
pass while one looks on: midnight in California falls into the first run, the process dies in it twice, and
the day's quota is too small for all, so that a second run, a day later, writes the summaries that are missing
into the Slack messages.

Promised: every paper arrives with its own summary or a marked fallback; no request over any limit, as the
stand-in counts them by their arrival.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bot import app, digest
from bot.adapters.gemini import Gemini
from bot.channels.file.channel import FileChannel
from bot.demo.gemini import GeminiFault, GeminiRequest, GeminiService
from bot.models import Digest, Entry, Target
from bot.pipeline import tick
from bot.pipeline.services import Services
from bot.settings import GeminiSettings, Secret, Settings
from tests import samples
from tests.benchmarks.figures import Figure, at_most
from tests.end_to_end import weather
from tests.end_to_end.papers import Invented, invent
from tests.end_to_end.world import asked_for
from tests.fakes import FakeChannel, FakeFeed, FakeSource, SilentProgress

SPEED = 20.0
SHARE = 0.3
START = datetime(2026, 11, 17, 7, 56, tzinfo=UTC)
"""Four minutes before midnight in California."""
PACIFIC = ZoneInfo("America/Los_Angeles")
TOPIC = samples.topic(keywords=("ptychography", "nickelate"), categories=(), focus="what was measured")
DEATHS_AT = (400, 900)
"""Requests after which the process dies."""


class FastClock:
    """Real time, ``SPEED`` times as fast. Keeps `bot.ports.Clock`."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._skipped = timedelta()

    def now(self) -> datetime:
        return START + self._skipped + timedelta(seconds=(time.monotonic() - self._began) * SPEED)

    def monotonic(self) -> float:
        return (self.now() - START).total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    def skip(self, duration: timedelta) -> None:
        self._skipped += duration


@dataclass(slots=True)
class Arrival:
    """One request as the stand-in saw it, in fast time."""

    ask: GeminiRequest
    at: datetime


@dataclass(slots=True)
class Trial:
    """The stand-in, the papers, and one installation."""

    settings: Settings
    clock: FastClock
    papers: list[Invented]
    service: GeminiService
    seed: int
    slack: FakeChannel = field(default_factory=lambda: FakeChannel("slack"))
    arrivals: list[Arrival] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    deaths: list[int] = field(default_factory=lambda: list(DEATHS_AT))

    def prepare(self) -> None:
        """Bad weather, and a latency by which requests overlap."""
        random = Random(self.seed)

        def fault_for(number: int) -> GeminiFault | None:
            fault = weather.gemini(random, SHARE)
            self.faults[fault.value if fault else "none"] += 1
            return fault

        def latency_s(number: int) -> float:
            self.arrivals.append(Arrival(self.service.log[number - 1], self.clock.now()))
            return random.uniform(0.2, 1.5) / SPEED

        self.service.fault_for, self.service.latency_s = fault_for, latency_s
        self.service.retry_delay_s = 10.0

    async def run(self) -> None:
        """One `once`, to its end, however often the process dies in it."""
        while not await self._live():
            pass

    async def _live(self) -> bool:
        store = app.open_store(self.settings.database)
        gemini = Gemini(self.settings.gemini)
        random = Random(self.seed)
        services = Services(
            settings=self.settings,
            store=store,
            source=FakeSource(self.clock, [one.paper for one in self.papers]),  # type: ignore[arg-type]
            feed=FakeFeed(),
            summariser=gemini,
            channels={"slack": self.slack, "file": FileChannel()},
            clock=self.clock,
            progress=SilentProgress(),
            jitter=random.random,
        )
        work = asyncio.ensure_future(tick.once(services, tick.start(services)))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=0.02)
                if self.deaths and len(self.arrivals) >= self.deaths[0]:
                    del self.deaths[0]
                    store.close()  # dead: nothing more is recorded
                    work.cancel()
                    with suppress(BaseException):
                        await work
                    return False
            work.result()
            return True
        finally:
            store.close()
            await gemini.aclose()


def settings_for(folder: Path, service: GeminiService, papers: int, papers_per_request: int) -> Settings:
    gemini = GeminiSettings(
        api_key=Secret("a-key-of-the-tests"),
        base_url=service.base_url,
        concurrency=12,
        requests_per_minute=150,
        tokens_per_minute=90_000,
        requests_per_day=max(int(0.8 * papers / papers_per_request), 30),
        papers_per_request=papers_per_request,
        timeout=timedelta(seconds=0.5),  # real time: the client knows no other
    )
    reader = samples.subscriber(
        targets=(Target("slack", "#papers"), Target("file", str(folder / "reports"))),
        max_papers=papers,
    )
    return samples.settings(folder, reader, gemini=gemini, topics=(TOPIC,))


# --- counting -----------------------------------------------------------------------------------


def over_limits(trial: Trial) -> dict[str, tuple[int, int]]:
    """By limit: the most that was seen, and what is allowed."""
    limits = trial.settings.gemini
    minute = timedelta(seconds=60)
    requests = tokens = first = spent = 0
    for last, arrival in enumerate(trial.arrivals):
        spent += arrival.ask.prompt_tokens
        while arrival.at - trial.arrivals[first].at >= minute:
            spent -= trial.arrivals[first].ask.prompt_tokens
            first += 1
        requests, tokens = max(requests, last - first + 1), max(tokens, spent)
    days = Counter(arrival.at.astimezone(PACIFIC).date() for arrival in trial.arrivals)
    return {
        "requests a minute": (requests, limits.requests_per_minute),
        "tokens a minute": (tokens, limits.tokens_per_minute),
        "requests a day": (max(days.values()), limits.requests_per_day),
        "requests at once": (trial.service.most_at_once(), limits.concurrency),
    }


def editions(trial: Trial) -> list[Digest]:
    store = app.read_store(trial.settings.database)
    assert store is not None
    try:
        last = store.outbox.last_digest("ada")
        numbers = range(1, (last.number if last else 0) + 1)
        return [digest.from_json(store.outbox.edition(number)) for number in numbers]
    finally:
        store.close()


def judge(trial: Trial, made: list[Digest]) -> Counter[str]:
    """What became of the papers: their own summary, a marked fallback, somebody else's words, nothing."""
    entries: dict[str, list[Entry]] = {}
    for edition in made:
        for entry in (*edition.entries, *edition.titles):
            entries.setdefault(entry.paper.arxiv_id, []).append(entry)
    names = {one.name for one in trial.papers}
    verdicts: Counter[str] = Counter()
    for one in trial.papers:
        found = entries.get(one.paper.arxiv_id, [])
        if len(found) != 1:
            verdicts["missing" if not found else "twice"] += 1
            continue
        summary = found[0].summary
        words = f"{summary.objective} {summary.finding}" if summary else ""
        spoken_of = {name for name in names if name in words}
        if spoken_of - {one.name}:
            verdicts["another paper's summary"] += 1
        elif found[0].fallback:
            verdicts["marked fallback"] += 1
        else:
            verdicts["own summary" if one.name in words else "no summary, unmarked"] += 1
    return verdicts


def reported(trial: Trial) -> tuple[int, int]:
    """In the Markdown reports: how many papers, and how many of them are marked."""
    texts = [path.read_text("utf-8") for path in (trial.settings.path.parent / "reports").glob("*.md")]
    ids = {one.paper.arxiv_id for one in trial.papers if any(one.paper.arxiv_id in text for text in texts)}
    return len(ids), sum(text.count("own sentences") for text in texts)


async def run(count: int, papers_per_request: int, seed: int) -> bool:
    clock = FastClock()
    papers = [
        invent(seed, number, START - timedelta(days=2, seconds=number), share=1.0) for number in range(count)
    ]
    with tempfile.TemporaryDirectory() as name:
        async with GeminiService(words={one.paper.arxiv_id: one.words for one in papers}) as service:
            settings = settings_for(Path(name), service, count, papers_per_request)
            trial = Trial(settings, clock, papers, service, seed)
            trial.prepare()
            await trial.run()
            first = judge(trial, editions(trial))
            used = len(trial.arrivals)
            clock.skip(timedelta(days=1))
            await trial.run()
            return tell(trial, first, used)


def tell(trial: Trial, first: Counter[str], used: int) -> bool:
    made = editions(trial)
    last = judge(trial, made)
    print(f"{len(trial.papers)} papers, {trial.settings.gemini.papers_per_request} a request")
    print(f"first run: {used} requests, {len(DEATHS_AT) - len(trial.deaths)} deaths; {dict(first)}")
    print(f"a day later: {len(trial.arrivals)} requests in all; {dict(last)}; {len(trial.slack.edits)} edits")
    print(f"in the reports: {reported(trial)[0]} papers, {reported(trial)[1]} marks")
    faulty = trial.faults.total() - trial.faults["none"]
    print(f"faulty answers: {faulty} of {trial.faults.total()}, of {len(trial.faults) - 1} kinds")
    asked = Counter(one for arrival in trial.arrivals for one in asked_for(arrival.ask))
    print(f"requests a paper: {sum(asked.values()) / len(trial.papers):.2f}, at most {max(asked.values())}")
    over = over_limits(trial)
    for limit, (most, allowed) in over.items():
        print(f"{limit}: at most {most} of {allowed}{'  OVER' if most > allowed else ''}")
    wrong = sum(
        n for verdict, n in (first + last).items() if verdict not in ("own summary", "marked fallback")
    )
    print(f"papers without their own summary or a mark: {wrong}")
    return not wrong and all(most <= allowed for most, allowed in over.values())


def figures() -> list[Figure]:
    return [
        at_most(
            "promises broken, 30 % of Gemini's answers failures", 0 if asyncio.run(run(2000, 1, 1)) else 1, 0
        )
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.failing_gemini", description=__doc__)
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--papers-per-request", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # of connections dropped on purpose
    began = time.monotonic()
    kept = asyncio.run(run(given.papers, given.papers_per_request, given.seed))
    print(f"{time.monotonic() - began:.0f} s")
    print("every promise kept" if kept else "A PROMISE WAS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
