"""``kill -9`` of the real program at random moments, again and again; then one undisturbed run, and a count.

Run as ``python -m tests.benchmarks.kill [--kills 300]``. The services run here, the program in a process of
its own; between them lie wires that take their time, so that what a dying process sent still arrives. Five
channels and three connections are served side by side. A moment is drawn by phase: after so many requests
to a service, or while an answer is under way, or by the clock. New papers appear all the while, and some
answers of every service are faulty.

Promised: no paper lost, no Slack message doubled, no summary paid for again once it was saved, mail doubled
only under the same Message-ID with the same bytes, and only where the answer was not recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

from bot.demo.smtp import SmtpFault
from tests.benchmarks.figures import Figure, at_most
from tests.end_to_end.client import Client
from tests.end_to_end.world import CHANNEL, LATE_S, Climate, World, asked_for

CHANNELS = (CHANNEL, *(f"papers-{n}" for n in range(2, 6)))
MAILBOXES = tuple(f"reader{n}@example.org" for n in range(1, 7))
"""Enough for every connection to be in use when the program dies."""
LATENCY_S = 0.12
LATE = 0.08
ACCEPTED_WITHIN_S = 0.05
"""A connection that a process opens as it dies is taken in before the next process starts."""
FAULTS = {"arxiv": 0.03, "gemini": 0.1, "slack": 0.05, "smtp": 0.05}
PHASES = (
    ("clock", ""),
    ("arxiv", "asked"),
    ("gemini", "asked"),
    *((service, what) for service in ("slack", "smtp") for what in ("sent", "arrived", "answered", "told")),
)

LONGEST_LIFE_S = 12.0
WITHOUT_NEED = "without need"


@dataclass(slots=True)
class Life:
    """One process of the program. Times are seconds since 1970."""

    started_at: float
    ended_at: float = float("inf")
    killed: bool = False


@dataclass(slots=True)
class Kills:
    """What was done to the program, and when."""

    by_phase: Counter[str] = field(default_factory=Counter)
    lives: list[Life] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(life.killed for life in self.lives)

    def life_at(self, moment: float) -> Life:
        return [life for life in self.lives if life.started_at <= moment][-1]


@dataclass(slots=True)
class Acceptance:
    """One mail that the server kept, and what became of its answer."""

    at: float
    fault: SmtpFault | None
    content: bytes
    life: Life
    """The process that had sent it."""
    told_at: float | None
    """When the answer was with the process, if it lived."""

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
        life = Life(time.time())
        kills.lives.append(life)
        process = client.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        reached = await until(world, process, phase, random)
        alive = process.poll() is None
        process.kill()
        process.wait()
        life.ended_at, life.killed = time.time(), alive
        if alive:
            kills.by_phase[" ".join(phase).strip() if reached else "clock"] += 1
        await asyncio.sleep(ACCEPTED_WITHIN_S)
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


def watch_mail(world: World) -> list[tuple[float, SmtpFault | None]]:
    """When the server kept each of its mails, and what is wrong with its answer; filled as time goes."""
    kept: list[tuple[float, SmtpFault | None]] = []
    script = world.smtp.script
    assert script is not None

    def watched(command: str, argument: str) -> SmtpFault | None:
        fault = script(command, argument)
        if command == "DATA" and (fault is None or fault.accepted):
            kept.append((time.time(), fault))
        return fault

    world.smtp.script = watched
    return kept


async def finish(world: World, client: Client, kills: Kills) -> int:
    """One undisturbed run in fair weather; its exit status."""
    world.faults = {}
    kills.lives.append(Life(time.time()))
    process = client.start("once", stdout=subprocess.DEVNULL)
    _, err = await asyncio.to_thread(process.communicate, None, 300)
    print(f"the undisturbed run ended with {process.returncode}")
    if process.returncode:
        print(err)
    return process.returncode


def count(world: World, client: Client, kills: Kills, accepted: list[Acceptance]) -> bool:
    """Print what came of it; whether every promise was kept."""
    ended_alone = len(kills.lives) - 1 - kills.count
    print(f"{kills.count} kills ({ended_alone} runs ended before theirs), by phase:")
    for phase, n in sorted(kills.by_phase.items()):
        print(f"  {n:4}  {phase}")
    posts = [post for channel in CHANNELS for post in world.report()["slack"][channel]]
    requests = client.rows("SELECT count(*) FROM requests")[0][0]
    print(
        f"{len(world.papers)} papers; {len(posts)} Slack messages, "
        f"{len(world.smtp.mails)} mails, {len(client.reports())} reports, {len(world.gemini.log)} requests to Gemini"
    )
    tell_doubled(client, kills, posts)
    counts = {
        **count_papers(world, client),
        "Slack messages doubled": doubled(post["key"] for post in posts),
        "Slack messages out of their thread, or of their order": count_misplaced(world, client),
        "Slack messages recorded as sent and not there": count_vanished(world, client),
        "summaries asked for again after they had been saved": len(paid_again(world, client)),
        "requests to Gemini that were not counted beforehand": max(len(world.gemini.log) - requests, 0),
        "messages left in the outbox": len(client.rows("SELECT 1 FROM outbox WHERE state != 'sent'")),
        "mails repeated without need, or changed": count_repeats(accepted, recording_times(client, accepted)),
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
        **{name: papers_shown(report["slack"][name]) for name in CHANNELS},
        "folder": [*client.reports().values()],
    }
    for box, mails in report["mail"].items():
        targets[box] = list({mail["message_id"]: mail["ids"] for mail in mails}.values())
    lost = sum(len(papers - {one for ids in lists for one in ids}) for lists in targets.values())
    twice = sum(doubled(one for ids in lists for one in ids) for lists in targets.values())
    twice += sum(
        doubled(one for post in report["slack"][name] for one in post["in_lines"]) for name in CHANNELS
    )
    print(f"{len(papers)} papers match, for {len(targets)} targets each")
    return {"papers lost": lost, "papers in two messages of a target": twice}


def papers_shown(posts: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Of each message in a channel; an overview's lines count only for what no other shows in full."""
    in_full = {one for post in posts for one in post["in_full"]}
    return [post["in_full"] + [one for one in post["in_lines"] if one not in in_full] for post in posts]


def tell_doubled(client: Client, kills: Kills, posts: Sequence[dict[str, Any]]) -> None:
    """The history of each Slack message that is there twice, in seconds since the first kill's life began."""
    times = Counter(post["key"] for post in posts)
    rows = {number: rest for number, *rest in client.rows("SELECT id, digest_id, part, parts FROM outbox")}
    began = kills.lives[0].started_at
    for key in (key for key, n in times.items() if n > 1):
        digest, part, parts = rows[number_of(key)]
        places = [
            f"{float(post['ts']) - began:.2f} {'in a thread' if post['in_thread'] else 'in the channel'}"
            for post in posts
            if post["key"] == key
        ]
        print(f"doubled: part {part} of {parts} of digest {digest}, {' and '.join(places)}; lives around it:")
        moments = [float(post["ts"]) for post in posts if post["key"] == key]
        for life in kills.lives:
            if life.started_at <= max(moments) and life.ended_at >= min(moments) - LATE_S:
                end = "killed" if life.killed else "ended"
                print(f"  {life.started_at - began:.2f} to {life.ended_at - began:.2f}, {end}")


def number_of(key: str) -> int:
    """Of the message in the outbox."""
    return int(key.split("-")[1])


def count_misplaced(world: World, client: Client) -> int:
    """Parts of a digest that came before an earlier one, or elsewhere than in the first one's thread."""
    rows = client.rows("SELECT id, digest_id, part FROM outbox WHERE kind = 'slack'")
    places = {number: (digest, part) for number, digest, part in rows}
    misplaced = 0
    for name in CHANNELS:
        last: dict[int, int] = {}
        for post in sorted(world.report()["slack"][name], key=lambda post: float(post["ts"])):
            digest, part = places[number_of(post["key"])]
            misplaced += part < last.get(digest, 0) or post["in_thread"] != (part > 1)
            last[digest] = part
    return misplaced


def count_vanished(world: World, client: Client) -> int:
    sent = client.rows("SELECT id FROM outbox WHERE kind = 'slack' AND state = 'sent'")
    posts = [post for name in CHANNELS for post in world.report()["slack"][name]]
    there = {number_of(post["key"]) for post in posts if post["key"]}
    return len({number for (number,) in sent} - there)


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


def acceptances(world: World, kills: Kills, kept: list[tuple[float, SmtpFault | None]]) -> list[Acceptance]:
    """What became of each mail's answer, by the connection it went over."""
    found = []
    for (at, fault), mail in zip(kept, world.smtp.mails, strict=True):
        # A port may come again after a while.
        line = [one for one in world.wires["smtp"].lines if one.port == mail.port and one.opened_at <= at][-1]
        life = kills.life_at(line.opened_at)
        told_at = next((told for told in line.told_at if at < told <= life.ended_at), None)
        found.append(Acceptance(at, fault, mail.content, life, None if fault else told_at))
    return found


def recording_times(client: Client, accepted: list[Acceptance]) -> list[float]:
    """How long after an answer was with the program it had it recorded, in seconds, sorted."""
    told = {one.message_id: one.told_at for one in accepted if one.told_at is not None}
    rows = client.rows(
        "SELECT payload, settled_at FROM outbox JOIN payloads ON outbox_id = id "
        "WHERE kind = 'email' AND state = 'sent'"
    )
    times = []
    for payload, settled_at in rows:
        message_id = str(message_from_bytes(payload)["Message-ID"])
        if message_id in told:
            times.append(datetime.fromisoformat(settled_at).timestamp() - told[message_id])
    return sorted(times)


def count_repeats(accepted: list[Acceptance], recording_s: list[float]) -> int:
    """Why mails came again under their Message-ID; how many did without need or with other bytes."""
    reasons: Counter[str] = Counter()
    died_after_s: list[float] = []
    first: dict[str, Acceptance] = {}
    for this in accepted:
        before = first.get(this.message_id)
        if before is not None:
            why = "changed" if before.content != this.content else why_repeated(before, recording_s[-1])
            reasons[why] += 1
            if before.told_at is not None:
                died_after_s.append(before.life.ended_at - before.told_at)
        first[this.message_id] = this
    print(f"mails repeated as the same bytes under the same Message-ID: {dict(reasons)}")
    print(f"  death after the answer had arrived: {[f'{1000 * s:.0f} ms' for s in sorted(died_after_s)]}")
    print(
        f"  an answer was recorded in {1000 * statistics.median(recording_s):.0f} ms (median), "
        f"{1000 * recording_s[-1]:.0f} ms at most, of {len(recording_s)}"
    )
    return reasons[WITHOUT_NEED] + reasons["changed"]


def why_repeated(mail: Acceptance, recorded_within_s: float) -> str:
    """What kept the program from recording that this mail had been accepted."""
    if mail.fault:
        return "accepted without an answer"
    if mail.told_at is None:
        return "killed before the answer arrived" if mail.life.killed else WITHOUT_NEED
    if mail.life.killed and mail.life.ended_at - mail.told_at <= recorded_within_s:
        return "killed in the time that recording an answer takes"
    return WITHOUT_NEED


async def trial(kills_wanted: int, minutes: float, seed: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        (folder / "installation").mkdir()
        climate = Climate(
            papers=40,
            seed=seed,
            channels=CHANNELS,
            latency_s=LATENCY_S,
            late=LATE,
            faults=FAULTS,
            feed_only=0.05,
        )
        async with World(climate, folder) as world:
            kept = watch_mail(world)
            settings = {
                "poll_every": "1s",
                "schedule": "immediately",
                "gemini_timeout": "2s",
                "channels": ", ".join(f'"#{name}"' for name in CHANNELS),
                "mailboxes": ", ".join(MAILBOXES),
            }
            client = Client(folder / "installation", world.whereabouts(), settings)
            kills = Kills()
            began = time.monotonic()
            await torment(world, client, kills, kills_wanted, minutes, seed)
            status = await finish(world, client, kills)
            print(f"{time.monotonic() - began:.0f} s, seed {seed}")
            return count(world, client, kills, acceptances(world, kills, kept)) and status == 0


def figures() -> list[Figure]:
    return [at_most("promises broken in 300 kills", 0 if asyncio.run(trial(300, 60.0, 1)) else 1, 0)]


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
