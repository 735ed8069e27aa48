"""How long each call of the store takes with a year of data: 5,000 papers, 40 subscribers, two targets each.

    python -m tests.benchmarks.store [--limit-ms 50]

The event loop stands still during a call, so none may take long. Prints the first and the best of five
calls each; the exit status is 1 when a best one exceeds the limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.adapters.store import SqliteStore, open_store
from bot.history import FeedRead, MatchSource, NewMessage, Placement, PollStatus, TopicPoll
from bot.models import (
    AnnouncedPaper,
    AnnounceType,
    Kind,
    Paper,
    Receipt,
    Subscriber,
    SummaryKey,
    Target,
    Window,
)
from tests.samples import paper, subscriber

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS, A_DAY, ANNOUNCED, TOPICS, READERS = 250, 20, 400, 10, 40
END = START + timedelta(days=DAYS)
DAY = timedelta(days=1)
WEEK = 7 * DAY
ABSTRACT = "We image a sample by ptychography. " * 40


def readers() -> list[Subscriber]:
    return [
        subscriber(
            f"reader-{n}",
            topics=(f"topic-{n % TOPICS}", f"topic-{(n + 1) % TOPICS}"),
            targets=(Target(Kind.SLACK, f"#{n}"), Target(Kind.EMAIL, f"{n}@example.org")),
        )
        for n in range(READERS)
    ]


def fill(store: SqliteStore) -> None:
    """A year of weekdays."""
    chance = Random(1)
    everybody = readers()
    store.subscriptions.sync(everybody, START)
    for number in range(DAYS):
        at = START + number * DAY
        papers = [
            paper(
                f"26{number // 25:02}.{number:03}{n:02}", published=at - timedelta(hours=n), abstract=ABSTRACT
            )
            for n in range(A_DAY)
        ]
        with store.transaction():
            _poll(store, papers, at, number, chance)
            for one in everybody:
                _deliver(store, one, at)


def _poll(store: SqliteStore, papers: list[Paper], at: datetime, number: int, chance: Random) -> None:
    store.papers.add(papers, at)
    for one in papers:
        topics = [f"topic-{n}" for n in chance.sample(range(TOPICS), 2)]
        store.papers.add_matches([one.arxiv_id], topics, MatchSource.SEARCH, "arXiv's search returned it", at)
    poll = store.polls.begin(at)
    window = Window(at - WEEK, at)
    for n in range(TOPICS):
        outcome = TopicPoll(f"topic-{n}", "all:x", window, PollStatus.COMPLETE, 9, at)
        store.polls.record_topic(poll, outcome)
    shown = [(one.arxiv_id, one.categories) for one in papers]
    shown += [(f"other-{number}.{n}", ("cs.AI", "cs.LG")) for n in range(ANNOUNCED)]
    items = [AnnouncedPaper(i, 1, AnnounceType.NEW, "Title", "", "A", categories) for i, categories in shown]
    reading = FeedRead(("cond-mat.mtrl-sci",), at, at.date(), len(items), False)
    store.polls.record_feed(poll, reading, items)
    store.polls.finish(poll, at, True)


def _deliver(store: SqliteStore, one: Subscriber, at: datetime) -> None:
    messages = []
    for target in one.targets:
        owed = store.papers.candidates(one.topics, one.name, target.kind, START - WEEK)
        placements = tuple(_placed(each.paper, at) for each in owed)
        messages.append(NewMessage(target, 1, 1, b"x" * 8_000, placements))
    if messages[0].placements:
        edition = '{"timezone":"UTC"}' + " " * 8_000
        store.outbox.add_digest(one.name, None, at, lambda number: (edition, messages), at)
        for envelope in store.outbox.due(at, ignore_backoff=False, subscribers=[one.name]):
            store.outbox.mark_sent(envelope, Receipt("channel", str(envelope.id)), at)


def _placed(one: Paper, at: datetime) -> Placement:
    awaits = SummaryKey(one.arxiv_id, 1, "English", "", 1) if at > END - 3 * DAY else None
    return Placement(one.arxiv_id, 1, "full", 1, awaits)


def calls(store: SqliteStore) -> dict[str, Callable[[], object]]:
    """Every call a round, a start or a command makes that reads much."""
    one, topics = readers()[3], [f"topic-{n}" for n in range(TOPICS)]
    papers, polls, outbox = store.papers, store.polls, store.outbox
    known = [paper(f"2600.000{n:02}") for n in range(A_DAY)]
    yesterday = (END - 2 * DAY).date()
    ids = [f"other-{DAYS - 1}.{n}" for n in range(ANNOUNCED)]
    return {
        "subscriptions.sync": lambda: store.subscriptions.sync(readers(), END),
        "subscriptions.get": lambda: store.subscriptions.get(one.name),
        "papers.add, known": lambda: papers.add(known * 10, END),
        "papers.candidates": lambda: papers.candidates(one.topics, one.name, Kind.SLACK, START - WEEK),
        "papers.candidates, late": lambda: papers.candidates(one.topics, "late", Kind.SLACK, END - WEEK),
        "papers.revisions": lambda: papers.revisions(one.topics, one.name, Kind.SLACK),
        "papers.count_matched_in": lambda: papers.count_matched_in("topic-1", Window(END - WEEK, END)),
        "papers.versions": lambda: papers.versions(ids),
        "papers.counts": papers.counts,
        "polls.anchor": lambda: polls.anchor("topic-1"),
        "polls.last_asked": lambda: polls.last_asked([*topics, "new"]),
        "polls.last_expression": lambda: polls.last_expression("topic-1"),
        "polls.outcomes_since": lambda: polls.outcomes_since(END - 30 * DAY, topics),
        "polls.feeds_since": lambda: polls.feeds_since(END - 30 * DAY),
        "polls.announced_between": lambda: polls.announced_between(yesterday - DAY, yesterday),
        "polls.announced_before": lambda: polls.announced_before(ids, END.date()),
        "outbox.digest_numbers": lambda: outbox.digest_numbers(one.name),
        "outbox.reports": lambda: outbox.reports(one.targets[1]),
        "outbox.due": lambda: outbox.due(END, ignore_backoff=False, subscribers=None),
        "outbox.next_attempt_at": outbox.next_attempt_at,
        "outbox.upgrades": lambda: outbox.upgrades(END - WEEK),
        "outbox.tallies": outbox.tallies,
        "outbox.deliveries_of": lambda: outbox.deliveries_of("2601.02503", one.name),
        "notices.untold": lambda: store.notices.untold(one.name),
        "summaries.use_on": lambda: store.summaries.use_on(END.date()),
        "summaries.recent_requests": lambda: store.summaries.recent_requests(END),
    }


def times_ms(call: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit-ms", type=float, default=50.0)
    limit_ms = parser.parse_args().limit_ms
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "year.db"
        store = open_store(path)
        began = time.perf_counter()
        fill(store)
        store.close()
        print(f"filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        store = open_store(path)
        slow = 0
        for name, call in calls(store).items():
            first, *rest = times_ms(call)
            slow += min(rest) > limit_ms
            print(f"{name:28} first {first:8.2f} ms   best {min(rest):8.2f} ms")
        store.close()
    print(f"slower than {limit_ms:g} ms: {slow}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
