"""What the daemon takes while nothing happens, and whether it takes more the longer it runs.

    python -m tests.benchmarks.idle [--rounds 10000] [--seconds 120]

The real program in a process of its own, started a second time, when it has summarised forty papers and sent them to
Slack, by mail and to a folder: its memory, and how often it wakes up. And rounds on a clock that jumps, an hour
each, with a paper a day: memory and open files at a fifth of them against the end. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot import schedule
from bot.models import Target
from bot.settings import EmailSettings, Secret, SlackSettings
from tests import samples
from tests.benchmarks.figures import Figure, at_most
from tests.end_to_end.client import Client
from tests.end_to_end.world import Climate, World
from tests.pipeline.conftest import new_world

HOUR = timedelta(hours=1)
TARGETS = (Target("slack", "#papers"), Target("email", "ada@example.org"), Target("file", "/reports"))
RESTS_WITHIN_S = 120.0
BOUNDS = {"memory": 100.0, "waking up": 4.0, "growth": 1.05, "files": 0.0}


@dataclass(frozen=True, slots=True)
class Taken:
    """By a process, at one moment."""

    memory_mb: float
    files: int
    switches: int
    """How often any of its threads went to sleep of its own accord, ever."""


def taken(pid: int | str = "self") -> Taken:
    process = Path("/proc") / str(pid)
    switches = 0
    for thread in (process / "task").iterdir():
        lines = (thread / "status").read_text().splitlines()
        switches += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
    pages = int((process / "statm").read_text().split()[1])
    memory_mb = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Taken(memory_mb, len(list((process / "fd").iterdir())), switches)


async def idle(seconds: float) -> tuple[Taken, Taken]:
    """The program at rest, at the start and at the end of so long a time."""
    with tempfile.TemporaryDirectory(prefix="idle-") as name:
        folder = Path(name)
        (folder / "installation").mkdir()
        async with World(Climate(papers=0), folder) as world:
            settings = {"poll_every": "1d", "schedule": "immediately"}
            client = Client(folder / "installation", world.whereabouts(), settings)
            await asyncio.to_thread(client.run, "once", "--only", "archive")
            world.grow(40)
            client.write_yaml(topics="microscopy, nickelates, both")  # a new topic is asked for at once
            process = client.start("run", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                before = await _at_rest(process, world)
                await asyncio.sleep(seconds)
                return before, taken(process.pid)
            finally:
                process.terminate()
                await asyncio.to_thread(process.wait)


async def _at_rest(process: subprocess.Popen[str], world: World) -> Taken:
    """When it has done its work, and for ten seconds begun nothing more."""
    last = taken(process.pid)
    for _ in range(int(RESTS_WITHIN_S / 10)):
        await asyncio.sleep(10)
        now = taken(process.pid)
        if world.smtp.mails and now.switches - last.switches < 5:
            return now
        last = now
    raise RuntimeError("the program does not come to rest")


async def rounds(count: int) -> tuple[Taken, Taken]:
    """This process after a fifth of so many rounds, and after all."""
    with tempfile.TemporaryDirectory(prefix="rounds-") as name:
        world = new_world(Path(name))
        world.subscribe(
            samples.subscriber(targets=TARGETS, schedule=schedule.parse("daily 09:00")),
            slack=SlackSettings(Secret("token")),
            email=EmailSettings("smtp.example.org", "bot@example.org"),
        )
        marks = []
        for number in range(count):
            if number % 24 == 0:
                now = world.clock.now()
                world.source.papers = [samples.paper(f"2611.{number // 24:05}", published=now, updated=now)]
            await world.step()
            world.clock.advance(HOUR)
            # What the fakes remember, so that tests may ask.
            for log in (world.source.asked, world.clock.slept, world.slack.accepted, world.email.accepted):
                log.clear()
            world.file.accepted.clear()
            if number + 1 in (count // 5, count):
                gc.collect()
                marks.append(taken())
        world.store.close()
    return marks[0], marks[1]


async def found(count: int, seconds: float) -> list[Figure]:
    began, ended = await idle(seconds)
    early, late = await rounds(count)
    return [
        at_most("memory at rest", ended.memory_mb, BOUNDS["memory"], "MB"),
        at_most(
            "wakes up at rest, a minute",
            (ended.switches - began.switches) * 60 / seconds,
            BOUNDS["waking up"],
            "times",
        ),
        at_most(
            f"memory after {count:,} rounds against a fifth",
            late.memory_mb / early.memory_mb,
            BOUNDS["growth"],
            "x",
        ),
        at_most(
            f"files opened and not closed in {count:,} rounds", late.files - early.files, BOUNDS["files"]
        ),
    ]


def figures() -> list[Figure]:
    return asyncio.run(found(10_000, 120.0))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.idle", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120.0)
    given = parser.parse_args()
    for figure in asyncio.run(found(given.rounds, given.seconds)):
        print(f"{figure.name}: {figure.said} ({figure.promised})")


if __name__ == "__main__":
    main()
