"""The quota room against a server that counts: how often it is exceeded, and how much of it is used.

    python -m tests.benchmarks.quota_simulation [--requests 10000]

Time is simulated: nothing sleeps. A request arrives anywhere within its latency; the server counts
requests and tokens in every 60 seconds by arrival and in every Pacific-time day. The client is restarted
now and then, which leaves its requests under way unfinished in what it remembers.
"""

from __future__ import annotations

import argparse
import heapq
import math
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from bot.quota import WINDOW, Admission, Limits, Spent, decide, pacific_day
from tests.benchmarks.figures import Figure, at_most

START = datetime(2026, 10, 31, 5, 0, tzinfo=UTC)
TIMEOUT = timedelta(seconds=60)
SCENARIOS = {
    "free tier": (Limits(10, 250_000, 250, 8), 6.0, 1_000),
    "tokens are short": (Limits(1_000, 60_000, 100_000, 16), 4.0, 2_000),
    "paid tier": (Limits(1_000, 1_000_000, 1_000_000, 64), 3.0, 1_000),
    "slow server": (Limits(60, 250_000, 100_000, 32), 30.0, 1_000),
}


@dataclass
class Client:
    """What the pipeline would keep: recent requests and the count of each day."""

    limits: Limits
    chance: Random
    latency: float
    tokens: int
    now: datetime = START
    recent: dict[int, Spent] = field(default_factory=dict)
    days: Counter[date] = field(default_factory=Counter)
    ends: list[tuple[datetime, int]] = field(default_factory=list)
    arrivals: list[tuple[datetime, int]] = field(default_factory=list)
    restarts: int = 0

    def run(self, requests: int) -> None:
        for number in range(requests):
            if self.chance.random() < 0.002:
                self.restart()
            tokens = int(self.tokens * self.chance.uniform(0.5, 2.5))
            self.wait_for(tokens)
            self.send(number, tokens)

    def wait_for(self, tokens: int) -> None:
        while True:
            self.settle()
            permit = decide(
                self.limits, list(self.recent.values()), self.days[pacific_day(self.now)], tokens, self.now
            )
            if permit.answer is Admission.GO:
                return
            times = [moment for moment in (permit.until, self.ends[0][0] if self.ends else None) if moment]
            self.now = max(self.now, min(times))

    def send(self, number: int, tokens: int) -> None:
        end = self.now + min(TIMEOUT, timedelta(seconds=self.chance.expovariate(1 / self.latency)))
        self.arrivals.append((self.now + self.chance.random() * (end - self.now), tokens))
        self.recent[number] = Spent(self.now, None, tokens)
        self.days[pacific_day(self.now)] += 1
        heapq.heappush(self.ends, (end, number))

    def settle(self) -> None:
        """Note the requests that have ended, and forget those that left the window."""
        while self.ends and self.ends[0][0] <= self.now:
            end, number = heapq.heappop(self.ends)
            self.finish(number, replace(self.recent[number], finished_at=end))
        for number, spent in list(self.recent.items()):
            if spent.finished_at is not None and spent.finished_at + WINDOW <= self.now:
                del self.recent[number]

    def finish(self, number: int, spent: Spent) -> None:
        assert spent.finished_at is not None
        self.recent[number] = spent
        first, last = pacific_day(spent.started_at), pacific_day(spent.finished_at)
        if last > first:
            self.days[last] += 1

    def restart(self) -> None:
        """Die now; the server may have received anything up to here, and gets nothing more."""
        dead = {number for _, number in self.ends}
        self.arrivals = [(min(at, self.now), tokens) for at, tokens in self.arrivals]
        self.ends.clear()
        self.now += timedelta(seconds=self.chance.uniform(0, 5))
        for number in dead:
            self.finish(number, replace(self.recent[number], finished_at=self.now))
        self.restarts += 1


def busiest(arrivals: list[tuple[datetime, int]]) -> tuple[int, int]:
    """The most requests and the most tokens in any 60 seconds, both ends included."""
    window: deque[tuple[datetime, int]] = deque()
    requests = tokens = held = 0
    for at, cost in sorted(arrivals):
        window.append((at, cost))
        held += cost
        while window[0][0] < at - timedelta(seconds=60):
            held -= window.popleft()[1]
        requests, tokens = max(requests, len(window)), max(tokens, held)
    return requests, tokens


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that arrived within a minute, and within a day."""

    requests: int
    tokens: int
    a_day: int
    days: int

    def over(self, limits: Limits) -> int:
        """By how much the limit that was exceeded most was; 0 when none was."""
        return max(
            0,
            self.requests - limits.requests_per_minute,
            self.tokens - limits.tokens_per_minute,
            self.a_day - limits.requests_per_day,
        )


def peak(client: Client) -> Peak:
    per_day = Counter(pacific_day(at) for at, _ in client.arrivals)
    return Peak(*busiest(client.arrivals), max(per_day.values()), len(per_day))


def report(name: str, client: Client) -> None:
    limits, most = client.limits, peak(client)
    print(
        f"{name:18} max over limit {most.over(limits)}: {most.requests}/{limits.requests_per_minute} requests, "
        f"{most.tokens}/{limits.tokens_per_minute} tokens a minute, {most.a_day}/{limits.requests_per_day} a day; "
        f"{client.restarts} restarts; {pace(client, most.days)}"
    )


def figures() -> list[Figure]:
    return [
        at_most(f"over any limit, {name}", peak(client).over(client.limits), 0)
        for name, client in clients(10_000)
    ]


def clients(requests: int) -> Iterator[tuple[str, Client]]:
    for name, (limits, latency, tokens) in SCENARIOS.items():
        client = Client(limits, Random(name), latency, tokens)
        client.run(requests)
        yield name, client


def pace(client: Client, days: int) -> str:
    """How near it came to what no schedule could beat, given the limits and the server's latency."""
    limits, arrivals = client.limits, sorted(client.arrivals)
    fewest = math.ceil(len(arrivals) / limits.requests_per_day)
    if fewest > 1:
        return f"{days} days, {fewest} at least"
    least = max(
        len(arrivals) / limits.requests_per_minute,
        sum(cost for _, cost in arrivals) / limits.tokens_per_minute,
        len(arrivals) * client.latency / 60 / limits.concurrency,
    )
    return (
        f"{least / ((arrivals[-1][0] - arrivals[0][0]) / timedelta(minutes=1)):.0%} of the best possible pace"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--requests", type=int, default=10_000)
    options = arguments.parse_args()
    started = time.perf_counter()
    for name, client in clients(options.requests):
        report(name, client)
    print(f"{len(SCENARIOS)} x {options.requests} requests in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
