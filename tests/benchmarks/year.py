"""A year of arXiv, of schedules in eight time zones, of edits and outages, on a clock that jumps.

    python -m tests.benchmarks.year [--days 365] [--per-batch 12]

The year is 2026 with arXiv's holidays and both changes of the clocks. The machine is off twice, asleep
once; the YAML is edited forty times, five of them broken. Prints what was due, what came, and what was
wrong; the exit status is 1 when anything was.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.store_times import timed_store
from tests.simulated.arxiv import Universe
from tests.simulated.life import Outage, edits_between, live
from tests.simulated.verdict import judge

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
OUTAGES = (
    Outage(datetime(2026, 3, 7, 20, 0, tzinfo=UTC), datetime(2026, 3, 9, 15, 0, tzinfo=UTC)),
    Outage(datetime(2026, 6, 30, 6, 10, tzinfo=UTC), datetime(2026, 6, 30, 17, 20, tzinfo=UTC), asleep=True),
    Outage(datetime(2026, 10, 20, 12, 0, tzinfo=UTC), datetime(2026, 10, 26, 9, 40, tzinfo=UTC)),
)

"""Two days over the American change of the clocks, eleven hours, and six days over the European one."""


def figures() -> list[Figure]:
    end = START + timedelta(days=364)
    outages = [one for one in OUTAGES if one.end < end]
    universe = Universe(date(2025, 12, 1), end.date(), per_batch=12)
    with tempfile.TemporaryDirectory() as folder:
        life = asyncio.run(
            live(Path(folder), universe, START, end, outages, edits_between(START, end, 35, 5, outages))
        )
    return [at_most("digests and papers lost, doubled or late in a year", len(judge(life).wrong), 0)]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=364)
    parser.add_argument("--per-batch", type=int, default=12, help="papers an evening, on average")
    options = parser.parse_args()
    end = START + timedelta(days=options.days)
    outages = [one for one in OUTAGES if one.end < end]
    changes = edits_between(START, end, 35, 5, outages)
    universe = Universe(date(2025, 12, 1), end.date(), per_batch=options.per_batch)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, timed_store() as times:
        life = asyncio.run(live(Path(folder), universe, START, end, outages, changes))
        size_mb = (Path(folder) / "state.db").stat().st_size / 1e6
    seconds = time.perf_counter() - began
    verdict = judge(life)
    print(
        f"{options.days} days, {len(universe.publications)} papers announced, {life.requests} requests to arXiv"
    )
    print(f"{len(changes)} edits, {life.refused} refused; {len(outages)} outages")
    print(f"{life.rounds} rounds in {seconds:.0f} s, database {size_mb:.1f} MB")
    print(
        f"{verdict.digests} digests in {verdict.messages} messages, {verdict.caught_up} made up after an outage, "
        f"the latest {verdict.latest_s:.1f} s after it was due"
    )
    print(
        f"{verdict.papers} papers owed to a subscriber by a kind of channel, {verdict.late} of them late or held; "
        f"{verdict.out_of_reach} out of arXiv's reach"
    )
    print(f"faults reported by rounds: {len(life.faults)}")
    print("slowest store calls, ms: " + ", ".join(f"{name} {ms:.1f}" for name, ms in times.slowest(6)))
    print(f"wrong: {len(verdict.wrong)}")
    for line in [*verdict.wrong[:20], *life.faults[:5]]:
        print(f"  {line}")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
