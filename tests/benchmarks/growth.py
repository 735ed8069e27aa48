"""Whether time and memory grow with the history: rounds and commands at 10,000 papers and at 1,000,000.

    python -m tests.benchmarks.growth [--papers 1000000] [--against 10000]

As many deliveries as papers, and a tenth as many summaries, a hundred papers a day: what lies in a poll's
window is the same in both. The history is written by SQL, without the full text. Prints the best of seven
against the smaller history. Nothing is sent and nobody is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot import config
from bot.cli import main as command
from bot.history import MatchSource
from bot.models import Target
from bot.store import schema
from tests.benchmarks.figures import Figure, at_most
from tests.fakes import FakeClock
from tests.pipeline.conftest import World, new_world
from tests.samples import paper

BOUNDS = {"peak memory": 1.3}
BOUND = 1.5
REPEATS = 7

YAML = """
database: state.db
arxiv: {contact: ada@example.org, api_url: "http://127.0.0.1:9/api", rss_url: "http://127.0.0.1:9"}
topics: {microscopy: {keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers: [{name: ada, topics: [microscopy], file: reports/}]
"""

_HISTORY = """
CREATE TEMP TABLE h AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {papers})
SELECT i, printf('%02d%02d.%05d', 7 + i / 1200000, 1 + (i / 100000) % 12, i % 100000) AS id,
  strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', '{end}', '-' || (i * 864) || ' seconds') AS at FROM n;
INSERT INTO papers SELECT id, 1, at FROM h;
INSERT INTO versions SELECT id, 1, 'Ptychography of ' || id, '{abstract}', '["A"]', '["cond-mat.mtrl-sci"]',
  at, at, '', '', '[]', at FROM h;
INSERT INTO matches SELECT id, 'microscopy', 'search', 'returned', at, i + 1 FROM h;
INSERT INTO summaries SELECT id, 1, 'English', '', 1, 'o', 'f', 'model', 'm', at FROM h WHERE i % 10 = 0;
INSERT INTO digests SELECT 1 + i / 12, '{reader}', 1 + i / 12, NULL, at, 12, 'UTC' FROM h WHERE i % 12 = 0;
INSERT INTO outbox (id, digest_id, subscriber, kind, target, part, parts, arxiv_ids, state, created_at, settled_at)
  SELECT 1 + i / 12, 1 + i / 12, '{reader}', '{kind}', '{target}', 1, 1, '[]', 'sent', at, at FROM h WHERE i % 12 = 0;
INSERT INTO deliveries SELECT '{reader}', '{kind}', '{target}', id, 1, 'full', 1 + i / 12, NULL FROM h;
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--against", type=int, default=10_000)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure)))
        return 0
    small, large = (in_a_process(papers) for papers in (options.against, options.papers))
    for name, figure in large.items():
        bound = BOUNDS.get(name, BOUND)
        unit = "MB" if name in BOUNDS else "ms"
        print(
            f"{name}: {figure:.1f} {unit} at {options.papers:,} papers, {small[name]:.1f} at {options.against:,}: "
            f"{figure / small[name]:.2f} x, bound {bound} x"
        )
    return 0


def figures() -> list[Figure]:
    small, large = in_a_process(10_000), in_a_process(1_000_000)
    return [
        at_most(
            f"{name}, at 1,000,000 papers against 10,000",
            large[name] / small[name],
            BOUNDS.get(name, BOUND),
            "x",
        )
        for name in large
    ]


def in_a_process(papers: int) -> dict[str, float]:
    """Measured apart, for the memory's sake."""
    arguments = [sys.executable, "-m", "tests.benchmarks.growth", "--measure", str(papers)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measured(papers: int) -> dict[str, float]:
    """Milliseconds of each, and the peak of the process in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "subscribers.yaml").write_text(YAML)
        world = new_world(folder, FakeClock(datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)))
        world.settings = config.load(folder / "subscribers.yaml", {}, need_secrets=False)
        (reader,) = world.settings.subscribers
        now = world.clock.now()
        world.store.subscriptions.sync([reader], now)
        (target,) = reader.targets
        write_history(folder / "state.db", papers, (reader.name, target), now)
        world.restart()
        figures = {"a round of 20 new papers": asyncio.run(rounds(world))}
        waiting = [paper(f"2612.{n:05}", published=now) for n in range(20)]
        world.store.papers.add(waiting, now)
        ids = [one.arxiv_id for one in waiting]
        world.store.papers.add_matches(ids, reader.topics, MatchSource.SEARCH, "", now)
        world.store.close()
        os.chdir(folder)
        for arguments in (["status"], ["preview", "ada"], ["explain", "0701.00005", "ada"]):
            figures[arguments[0]] = best(partial(typed, tuple(arguments)))
        os.chdir("/")
    figures["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def write_history(path: Path, papers: int, reader: tuple[str, Target], now: datetime) -> None:
    """As many papers as that, matched and delivered, by SQL: the store itself would take an hour."""
    name, target = reader
    script = _HISTORY.format(
        papers=papers,
        end=f"{now:%Y-%m-%d %H:%M:%S}",
        abstract="We image a sample by ptychography. " * 10,
        reader=name,
        kind=target.kind,
        target=target.address,
    )
    with closing(sqlite3.connect(path)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.executescript(f"{script} DELETE FROM totals; DELETE FROM outbox_totals; {schema.COUNTED}")
        for _, sql in triggers:
            db.execute(sql)
        db.commit()


async def rounds(world: World) -> float:
    """The best of a few rounds, each with twenty papers more."""
    times = []
    for number in range(REPEATS):
        world.source.papers = [
            paper(f"2611.{20 * number + n:05}", published=world.clock.now()) for n in range(20)
        ]
        began = time.perf_counter()
        await world.once()
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


def typed(arguments: tuple[str, ...]) -> None:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), suppress(SystemExit):
        command(list(arguments))


def best(work: Callable[[], None]) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
