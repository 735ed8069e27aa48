"""A poll of 400 papers in pages of 50 while half of arXiv's answers are faulty, in every way it knows.

Run as ``python -m tests.benchmarks.faulty_poll [--seeds 5]``. For each seed, side by side, the real program
runs twice (`once`) against services on loopback. Promised: each paper once at every target within the two
runs, and no request sooner than ``min_interval`` after the end of the last, as the server measures it.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.demo.arxiv import ArxivFault, Trouble
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.kill import papers_shown
from tests.end_to_end.client import Client
from tests.end_to_end.world import CHANNEL, Climate, World

PAPERS, PAGE, SHARE, MIN_INTERVAL_S = 400, 50, 0.5, 0.05
FEED_ONLY = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    seed: int
    line: str
    kept: bool


async def trial(seed: int, folder: Path) -> Outcome:
    """Two runs in bad weather."""
    climate = Climate(papers=PAPERS, seed=seed, share=1.0, feed_only=FEED_ONLY, faults={"arxiv": SHARE})
    (folder / "installation").mkdir(parents=True)
    async with World(climate, folder) as world:
        troubles = watch(world)
        settings = {"page_size": str(PAGE), "min_interval": f"{MIN_INTERVAL_S}s", "topics": "both"}
        client = Client(folder / "installation", world.whereabouts(), settings)
        after = []
        for _ in range(2):
            began = time.monotonic()
            status = await once(client)
            after.append(
                f"{len(seen(world, client)):3} papers in {time.monotonic() - began:5.1f} s ({status})"
            )
        missing, doubled = tally(world, client)
        pause = world.arxiv.shortest_pause()
        faulty = sum(n for trouble, n in troubles.items() if trouble is not None)
        kinds = len(troubles) - (None in troubles)
        line = (
            f"seed {seed}: {' then '.join(after)}; missing {missing}, doubled {doubled}; {len(world.arxiv.log)} "
            f"requests, {faulty} faulty of {kinds} kinds; shortest pause {1e3 * pause:.1f} ms"
        )
        return Outcome(seed, line, not missing and not doubled and pause >= MIN_INTERVAL_S - 0.001)


def watch(world: World) -> Counter[Trouble | None]:
    """Counts the troubles as they happen."""
    troubles: Counter[Trouble | None] = Counter()
    fault_for = world.arxiv.fault_for

    def watched(number: int) -> ArxivFault | None:
        fault = fault_for(number)
        troubles[fault.trouble if fault else None] += 1
        return fault

    world.arxiv.fault_for = watched
    return troubles


async def once(client: Client) -> int:
    process = client.start("once", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return await asyncio.to_thread(process.wait, 1200)


def targets(world: World, client: Client) -> dict[str, Counter[str]]:
    """How often each target has each paper."""
    report = world.report()
    lists = {
        CHANNEL: papers_shown(report["slack"][CHANNEL]),
        "folder": list(client.reports().values()),
        **{box: [mail["ids"] for mail in mails] for box, mails in report["mail"].items()},
    }
    return {target: Counter(one for ids in found for one in ids) for target, found in lists.items()}


def seen(world: World, client: Client) -> set[str]:
    """The papers that reached every target."""
    return set.intersection(*(set(found) for found in targets(world, client).values()))


def tally(world: World, client: Client) -> tuple[int, int]:
    """Papers missing somewhere, and papers that came twice somewhere."""
    missing = len(world.papers) - len(seen(world, client))
    doubled = {one for found in targets(world, client).values() for one, n in found.items() if n > 1}
    return missing, len(doubled)


async def trials(count: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="faulty-") as folder:
        works = [trial(seed, Path(folder) / str(seed)) for seed in range(1, count + 1)]
        kept = True
        for finished in asyncio.as_completed(works):
            outcome = await finished
            print(outcome.line, flush=True)
            kept = kept and outcome.kept
        return kept


def figures() -> list[Figure]:
    return [at_most("promises broken, half of arXiv's answers faulty", 0 if asyncio.run(trials(5)) else 1, 0)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.faulty_poll", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    kept = asyncio.run(trials(given.seeds))
    print("every promise kept" if kept else "A PROMISE WAS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
