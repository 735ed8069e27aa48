"""How long each call of the store takes with a year of data: 15,000 papers, 50 subscribers, 225,000 deliveries.

    python -m tests.benchmarks.store [--years 1] [--limit-ms 50]

The event loop stands still during a call, so none may take long. Prints the first and the best of five
calls each; the exit status is 1 when a best one exceeds the limit. What grows with the history is seen by
comparing one year with three.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from bot.history import FeedRead
from bot.models import AnnouncedPaper, AnnounceType, Envelope, Receipt, Window
from bot.store import Store
from bot.store.opening import open_store
from tests.benchmarks.store_history import DAY, START, WEEK, YEAR, Load, body, other_id, write
from tests.samples import paper

REPEATS = 5


def reads(store: Store, load: Load) -> dict[str, Callable[[], object]]:
    """Every call a round, a start or a command makes that reads much."""
    one, topics, end = load.subscribers()[3], load.topic_names, load.end
    papers, polls, outbox = store.papers, store.polls, store.outbox
    ids = [other_id(load.days - 1, n) for n in range(load.announced)]
    last = (end - DAY).date()
    year, week = (dict.fromkeys(one.topics, since - WEEK) for since in (START, end))
    return {
        "subscriptions.sync": lambda: store.subscriptions.sync(load.subscribers(), end),
        "subscriptions.get": lambda: store.subscriptions.get(one.name),
        "papers.candidates": lambda: papers.candidates(one.topics, one.name, "slack", year),
        "papers.candidates, late": lambda: papers.candidates(one.topics, "late", "slack", week),
        "papers.revisions": lambda: papers.revisions(one.topics, one.name, "slack"),
        "papers.found_by_search": lambda: papers.found_by_search(["topic-1"], Window(end - WEEK, end)),
        "papers.versions": lambda: papers.versions(ids),
        "papers.delivered_ids": lambda: papers.delivered_ids([one.name], ids),
        "papers.counts": papers.counts,
        "polls.anchor": lambda: polls.anchor("topic-1"),
        "polls.last_asked": lambda: polls.last_asked([*topics, "new"]),
        "polls.last_expression": lambda: polls.last_expression("topic-1"),
        "polls.outcomes_since": lambda: polls.outcomes_since(end - 30 * DAY, topics),
        "polls.feeds_since": lambda: polls.feeds_since(end - 30 * DAY),
        "polls.announced_between": lambda: polls.announced_between(last - DAY, last),
        "polls.announced_before": lambda: polls.announced_before(ids, end.date()),
        "outbox.last_digest": lambda: outbox.last_digest(one.name),
        "outbox.due": lambda: list(outbox.due(end, ignore_backoff=False, subscribers=None)),
        "outbox.waiting": lambda: list(outbox.waiting(None)),
        "outbox.next_attempt_at": outbox.next_attempt_at,
        "outbox.upgrades": lambda: outbox.upgrades(end - WEEK, ["slack"]),
        "outbox.tallies": outbox.tallies,
        "outbox.deliveries_of": lambda: outbox.deliveries_of("0100.00001", one.name),
        "notices.untold": lambda: store.notices.untold(one.name),
        "summaries.use_on": lambda: store.summaries.use_on(last),
        "summaries.made_since": lambda: store.summaries.made_since(end - WEEK),
        "summaries.recent_requests": lambda: store.summaries.recent_requests(end - DAY / 1440),
    }


def writes(store: Store, load: Load) -> dict[str, Callable[[], object]]:
    """The calls that write, in the order of a round. Each ends on the disk."""
    at, one = load.end, load.subscribers()[3]
    known = [paper(f"{load.days - 1:04}.{n:05}") for n in range(load.matched)]
    edition, messages = body(one, [each.arxiv_id for each in known[:12]])
    days, names = count(), count()
    waiting = _waiting(store, at)
    sending: list[Envelope] = []

    def record_feed() -> None:
        day = (at + next(days) * DAY).date()
        ids = [other_id(load.days, n) for n in range(load.announced)]
        items = [AnnouncedPaper(i, 1, AnnounceType.NEW, "Title", "", "A", ("cs.AI",)) for i in ids]
        poll = store.polls.begin(at)
        store.polls.record_feed(poll, FeedRead(("cs",), at, day, len(items), False), items)

    def record_unmatched() -> None:
        failed = {topic: f'all:"{topic}" is not found' for topic in load.topic_names}
        store.polls.record_unmatched(
            (at + next(days) * DAY).date(), {other_id(load.days, n): failed for n in range(load.announced)}
        )

    def add_digest() -> None:
        name = f"reader-{next(names):02}"
        store.outbox.add_digest(name, None, at, lambda number: (edition, messages), at)

    return {
        "polls.begin": lambda: store.polls.begin(at),
        "polls.record_feed": record_feed,
        "polls.record_unmatched": record_unmatched,
        "papers.add, known": lambda: store.papers.add(known * (200 // len(known)), at),
        "outbox.add_digest": add_digest,
        "outbox.mark_sending": lambda: sending.append(store.outbox.mark_sending(next(waiting), at)),
        "outbox.mark_sent": lambda: store.outbox.mark_sent(sending.pop(), Receipt("channel", "1.0"), at),
        "prune": lambda: store.prune(at + 30 * DAY, WEEK),
    }


def _waiting(store: Store, at: datetime) -> Iterator[Envelope]:
    """What is due, asked for when the first is wanted."""
    yield from store.outbox.due(at, ignore_backoff=True, subscribers=None)


def times_ms(call: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--limit-ms", type=float, default=50.0)
    options = parser.parse_args()
    load = Load(days=options.years * YEAR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        store = open_store(path)
        began = time.perf_counter()
        write(store, load)
        store.close()
        print(f"{load.days} days in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        began = time.perf_counter()
        store = open_store(path)
        print(f"opened in {(time.perf_counter() - began) * 1000:.0f} ms")
        slow = 0
        for name, call in (reads(store, load) | writes(store, load)).items():
            times = times_ms(call)
            slow += min(times) > options.limit_ms
            print(f"{name:28} first {times[0]:8.2f} ms   best {min(times):8.2f} ms")
        store.close()
    print(f"slower than {options.limit_ms:g} ms: {slow}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
