"""``kill -9`` of the real program at random moments, again and again; then one undisturbed run, and a count.

Run as ``python -m tests.benchmarks.kill [--kills 300]``. The services run here, the program in a process of
its own; between them lie wires that take their time, so that what a dying process sent still arrives. A
moment is drawn by phase: after so many requests to a service, or while an answer is under way, or by the
clock. New papers appear all the while, and some answers of every service are faulty.

Promised: no paper lost, no Slack message doubled, no summary paid for again once it was saved, mail doubled
only under the same Message-ID with the same bytes, and only where the answer was not recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from random import Random

from bot.demo.smtp import Fault as SmtpFault
from tests.end_to_end.client import Client
from tests.end_to_end.world import CHANNEL, LATE_S, Climate, World, asked_for

LATENCY_S = 0.12
LATE = 0.08
RECORDED_WITHIN_S = 0.5
"""So long after a service has accepted a message, its answer has arrived and been committed."""
FAULTS = {"arxiv": 0.03, "gemini": 0.1, "slack": 0.05, "smtp": 0.05}
PHASES = (
    ("clock", ""),
    ("arxiv", "asked"),
    ("gemini", "asked"),
    *((service, what) for service in ("slack", "smtp") for what in ("sent", "arrived", "answered", "told")),
)
LONGEST_LIFE_S = 12.0


@dataclass(slots=True)
class Kills:
    """What was done to the program, and when."""

    by_phase: Counter[str] = field(default_factory=Counter)
    deaths: list[float] = field(default_factory=list)
    ended_alone: int = 0

    @property
    def count(self) -> int:
        return len(self.deaths)


@dataclass(slots=True)
class Acceptance:
    """One mail that the server kept."""

    at: float
    fault: SmtpFault | None
    content: bytes

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.content)["Message-ID"])


async def torment(world: World, client: Client, kills: Kills, wanted: int, minutes: float, seed: int) -> None:
    """Start and kill the program until it has died ``wanted`` times, or the time is up."""
    random = Random(seed)
    deadline = time.monotonic() + 60 * minutes
    while kills.count < wanted and time.monotonic() < deadline:
        command = "run" if random.random() < 0.3 else "once"
        world.grow(random.randint(1, 4))
        phase = random.choice(PHASES)
        process = client.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        reached = await until(world, process, phase, random)
        alive = process.poll() is None
        process.kill()
        process.wait()
        if alive:
            kills.deaths.append(time.time())
            kills.by_phase[" ".join(phase).strip() if reached else "clock"] += 1
        else:
            kills.ended_alone += 1
        if sys.stderr.isatty() or kills.count % 50 == 0:
            print(f"\r{kills.count} kills", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


async def until(world: World, process: subprocess.Popen[str], phase: tuple[str, str], random: Random) -> bool:
    """The moment to kill: a while after the n-th event of the phase, if the process gets so far (True)."""
    left, reached = random.randint(1, 3), asyncio.Event()

    def count(service: str, what: str) -> None:
        nonlocal left
        left -= (service, what) == phase
        if left <= 0:
            reached.set()

    world.told = count
    longest = random.uniform(0.3, 8.0) if phase[0] == "clock" else LONGEST_LIFE_S
    deadline = time.monotonic() + longest
    while not reached.is_set() and process.poll() is None and time.monotonic() < deadline:
        with suppress(TimeoutError):
            await asyncio.wait_for(reached.wait(), 0.02)
    await asyncio.sleep(random.choice((0.0, random.uniform(0, 0.02), random.uniform(0, 2 * LATENCY_S))))
    return reached.is_set()


@dataclass(slots=True)
class MailWatch:
    """When the mail server kept a message, with what was wrong with its answer, and when it was greeted."""

    accepted: list[tuple[float, SmtpFault | None]] = field(default_factory=list)
    """In the order of the server's mails."""
    greeted: list[float] = field(default_factory=list)


def watch_mail(world: World) -> MailWatch:
    watch, script = MailWatch(), world.smtp.script
    assert script is not None

    def watched(command: str, argument: str) -> SmtpFault | None:
        fault = script(command, argument)
        if command == "DATA" and (fault is None or fault.accepted):
            watch.accepted.append((time.time(), fault))
        if command == "EHLO":
            watch.greeted.append(time.time())
        return fault

    world.smtp.script = watched
    return watch


async def finish(world: World, client: Client) -> int:
    """One undisturbed run in fair weather; its exit status."""
    world.faults = {}
    process = client.start("once", stdout=subprocess.DEVNULL)
    _, err = await asyncio.to_thread(process.communicate, None, 300)
    print(f"the undisturbed run ended with {process.returncode}")
    if process.returncode:
        print(err)
    return process.returncode


def count(world: World, client: Client, kills: Kills, watch: MailWatch) -> bool:
    """Print what came of it; whether every promise was kept."""
    print(f"{kills.count} kills ({kills.ended_alone} runs ended before theirs), by phase:")
    for phase, n in sorted(kills.by_phase.items()):
        print(f"  {n:4}  {phase}")
    requests = client.rows("SELECT count(*) FROM requests")[0][0]
    print(
        f"{len(world.papers)} papers; {len(world.slack.messages(CHANNEL))} Slack messages, "
        f"{len(world.smtp.mails)} mails, {len(client.reports())} reports, {len(world.gemini.log)} requests to Gemini"
    )
    counts = {
        **count_papers(world, client),
        "Slack messages doubled": doubled(post["key"] for post in world.report()["slack"][CHANNEL]),
        "summaries asked for again after they had been saved": len(paid_again(world, client)),
        "requests to Gemini that were not counted beforehand": max(len(world.gemini.log) - requests, 0),
        "messages left in the outbox": len(client.rows("SELECT 1 FROM outbox WHERE state != 'sent'")),
        "mails repeated without need, or changed": count_repeats(world, kills, watch),
    }
    print("what must not be:")
    for name, n in counts.items():
        print(f"  {n:4}  {name}")
    return not any(counts.values())


def count_papers(world: World, client: Client) -> dict[str, int]:
    """Papers that a target lacks, and papers that it has in two messages; over all targets."""
    papers = {arxiv_id for found in world.matching().values() for arxiv_id in found}
    report = world.report()
    targets = {
        CHANNEL: [post["ids"] for post in report["slack"][CHANNEL]],
        "folder": [*client.reports().values()],
    }
    for box, mails in report["mail"].items():
        targets[box] = list({mail["message_id"]: mail["ids"] for mail in mails}.values())
    lost = sum(len(papers - {one for ids in lists for one in ids}) for lists in targets.values())
    twice = sum(doubled(one for ids in lists for one in ids) for lists in targets.values())
    print(f"{len(papers)} papers match, for {len(targets)} targets each")
    return {"papers lost": lost, "papers in two messages of a target": twice}


def doubled(things: Iterable[str]) -> int:
    return sum(n - 1 for n in Counter(things).values())


def paid_again(world: World, client: Client) -> list[str]:
    """Papers that Gemini was asked for although their summary had been saved before."""
    saved = {
        arxiv_id: datetime.fromisoformat(at).astimezone(UTC).timestamp()
        for arxiv_id, at in client.rows("SELECT arxiv_id, min(created_at) FROM summaries GROUP BY arxiv_id")
    }
    return [
        arxiv_id
        for ask in world.gemini.log
        for arxiv_id in asked_for(ask)
        if saved.get(arxiv_id, float("inf")) < world.wall_time(ask.arrived)
    ]


def count_repeats(world: World, kills: Kills, watch: MailWatch) -> int:
    """Why mails came again under their Message-ID; how many did without need or with other bytes."""
    reasons = Counter[str]()
    first: dict[tuple[str, str], Acceptance] = {}
    for (at, fault), mail in zip(watch.accepted, world.smtp.mails, strict=True):
        this = Acceptance(at, fault, mail.content)
        before = first.get((mail.recipients[0], this.message_id))
        if before is not None:
            reasons["changed" if before.content != this.content else why_repeated(before, kills, watch)] += 1
        first[mail.recipients[0], this.message_id] = this
    print(f"mails repeated as the same bytes under the same Message-ID: {dict(reasons)}")
    return reasons["without need"] + reasons["changed"]


def why_repeated(mail: Acceptance, kills: Kills, watch: MailWatch) -> str:
    """What kept the program from recording that this mail had been accepted."""
    if mail.fault:
        return "accepted without an answer"
    if any(0 <= death - mail.at <= RECORDED_WITHIN_S for death in kills.deaths):
        return "killed as it was accepted"
    for death in kills.deaths:
        # With no greeting in between, it is the dead process whose mail was still under way.
        if 0 <= mail.at - death < LATE_S + 1 and not any(death < at < mail.at for at in watch.greeted):
            return "accepted after the death"
    return "without need"


async def trial(kills_wanted: int, minutes: float, seed: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        (folder / "installation").mkdir()
        climate = Climate(papers=40, seed=seed, latency_s=LATENCY_S, late=LATE, faults=FAULTS, feed_only=0.05)
        async with World(climate, folder) as world:
            watch = watch_mail(world)
            settings = {"poll_every": "1s", "schedule": "immediately", "gemini_timeout": "2s"}
            client = Client(folder / "installation", world.whereabouts(), settings)
            kills = Kills()
            began = time.monotonic()
            await torment(world, client, kills, kills_wanted, minutes, seed)
            status = await finish(world, client)
            print(f"{time.monotonic() - began:.0f} s, seed {seed}")
            return count(world, client, kills, watch) and status == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=60.0, help="to end after, whatever was reached")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    kept = asyncio.run(trial(given.kills, given.minutes, given.seed))
    print("every promise kept" if kept else "A PROMISE WAS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
