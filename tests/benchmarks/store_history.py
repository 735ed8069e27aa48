"""A history for a database: so many weekdays of polls, announcements, digests and requests, by the store itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from bot.history import FeedRead, MatchSource, NewMessage, Placement, PollStatus, TopicPoll
from bot.models import (
    AnnouncedPaper,
    AnnounceType,
    Paper,
    Receipt,
    Subscriber,
    Summary,
    SummaryKey,
    SummarySource,
    Target,
    Window,
)
from bot.store import Store
from tests.samples import paper, subscriber

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY
YEAR = 250
"""Weekdays. The history knows no weekends: what is kept for so many days is kept for 7/5 of them here."""

ABSTRACT = "We image a sample by ptychography. " * 40
EDITION_BYTES, MAIL_BYTES, SLACK_BYTES = 2_400, 2_900, 1_250
"""Of a digest and its messages, for each paper, as rendered."""


@dataclass(frozen=True)
class Load:
    """What happens on a day."""

    days: int = YEAR
    announced: int = 700
    matched: int = 60
    topics: int = 20
    readers: int = 50
    polls: int = 4
    requests: int = 60
    awaited_days: int = 3
    """On the last of the days the digests went out without summaries."""

    @property
    def end(self) -> datetime:
        return START + self.days * DAY

    @property
    def topic_names(self) -> list[str]:
        return [f"topic-{n}" for n in range(self.topics)]

    def subscribers(self) -> list[Subscriber]:
        """Everybody has two topics and a Slack channel, every other one a mailbox as well."""
        return [
            subscriber(
                f"reader-{n:02}",
                topics=(f"topic-{n % self.topics}", f"topic-{(n + 1) % self.topics}"),
                targets=(Target("slack", f"#{n}"), Target("email", f"{n}@example.org"))[: 1 + n % 2],
            )
            for n in range(self.readers)
        ]


def write(
    store: Store, load: Load, *, prune: bool = True, each_year: Callable[[int], None] | None = None
) -> None:
    """Live through the days, one transaction each. ``each_year`` is told the number of each that ends."""
    everybody, chance = load.subscribers(), Random(1)
    store.subscriptions.sync(everybody, START)
    for number in range(load.days):
        at = START + number * DAY
        papers = [
            paper(f"{number:04}.{n:05}", published=at - timedelta(hours=n % 24), abstract=ABSTRACT)
            for n in range(load.matched)
        ]
        with store.transaction():
            found = _match(store, load, papers, chance, at)
            for hour in range(load.polls):
                _poll(
                    store, load, at + timedelta(hours=hour), _feed(load, papers, number) if not hour else []
                )
            _summarise(store, load, [one.arxiv_id for one in papers], at)
            for one in everybody:
                ids = sorted({arxiv_id for topic in one.topics for arxiv_id in found.get(topic, ())})
                deliver(store, one, ids, at, awaited=number >= load.days - load.awaited_days)
        while prune and store.prune(at, WEEK):
            pass
        if each_year and not (number + 1) % YEAR:
            each_year((number + 1) // YEAR)


def _match(
    store: Store, load: Load, papers: Sequence[Paper], chance: Random, at: datetime
) -> Mapping[str, list[str]]:
    """Record the papers, each under two topics; which came under which."""
    store.papers.add(papers, at)
    found: dict[str, list[str]] = {}
    for one in papers:
        topics = [f"topic-{n}" for n in chance.sample(range(load.topics), 2)]
        store.papers.add_matches([one.arxiv_id], topics, MatchSource.SEARCH, "arXiv's search returned it", at)
        for topic in topics:
            found.setdefault(topic, []).append(one.arxiv_id)
    return found


def _feed(load: Load, papers: Sequence[Paper], number: int) -> list[AnnouncedPaper]:
    shown = [(one.arxiv_id, one.categories) for one in papers]
    shown += [(other_id(number, n), ("cs.AI", "cs.LG")) for n in range(load.announced - load.matched)]
    return [AnnouncedPaper(i, 1, AnnounceType.NEW, "Title", "", "A", categories) for i, categories in shown]


def other_id(day: int, number: int) -> str:
    """A paper that was announced and matched nobody's topics."""
    return f"{day:04}.{50_000 + number}"


def _poll(store: Store, load: Load, at: datetime, items: Sequence[AnnouncedPaper]) -> None:
    poll = store.polls.begin(at)
    for topic in load.topic_names:
        outcome = TopicPoll(topic, f'all:"{topic}"', Window(at - WEEK, at), PollStatus.COMPLETE, 9, at)
        store.polls.record_topic(poll, outcome)
    reading = FeedRead(("cond-mat.mtrl-sci",), at, at.date(), load.announced, False)
    store.polls.record_feed(poll, reading, items)
    failed = {topic: f'all:"{topic}" is not found' for topic in load.topic_names}
    store.polls.record_unmatched(at.date(), {item.arxiv_id: failed for item in items[load.matched :]})
    store.polls.finish(poll, at, True)


def _summarise(store: Store, load: Load, ids: Sequence[str], at: datetime) -> None:
    for _ in range(load.requests):
        request = store.summaries.start_request(at.date(), 3000, at)
        store.summaries.finish_request(request, "gemini-flash", 2000, 500, 2500, at.date(), at)
    for arxiv_id in ids:
        key = SummaryKey(arxiv_id, 1, "English", "", 1)
        store.summaries.save(key, Summary("o" * 150, "f" * 150, SummarySource.MODEL, "gemini-flash"), at)


def deliver(
    store: Store, one: Subscriber, ids: Sequence[str], at: datetime, *, awaited: bool = False
) -> None:
    """One digest to each of the subscriber's targets, composed and sent."""
    if not ids:
        return
    edition, messages = body(one, ids, awaited=awaited)
    store.outbox.add_digest(one.name, None, at, lambda number: (edition, messages), at)
    for envelope in store.outbox.due(at, ignore_backoff=False, subscribers=[one.name]):
        sending = store.outbox.mark_sending(envelope, at)
        store.outbox.mark_sent(sending, Receipt("channel", str(envelope.id)), at)


def body(one: Subscriber, ids: Sequence[str], *, awaited: bool = False) -> tuple[str, list[NewMessage]]:
    """An edition and its messages, of the length that real ones have."""
    messages = []
    for target in one.targets:
        slack = target.kind == "slack"
        placements = tuple(
            Placement(i, 1, "full", 1, SummaryKey(i, 1, "English", "", 1) if awaited and slack else None)
            for i in ids
        )
        payload = b"x" * len(ids) * (SLACK_BYTES if slack else MAIL_BYTES)
        messages.append(NewMessage(target, 1, 1, payload, placements))
    return '{"timezone":"UTC"}' + " " * len(ids) * EDITION_BYTES, messages
