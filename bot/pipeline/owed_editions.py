"""Who is owed what: the entries of each subscriber, grouped by the kinds of channel that share them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import digest, languages, remembered, selection
from bot.models import Entry, Rank, Subscriber, SummaryKey, Target, Topic
from bot.models.subscriptions import SubscriberRecord
from bot.pipeline import ranking
from bot.pipeline.concurrency import Turns
from bot.pipeline.services import Services
from bot.settings import Settings
from bot.store import Store
from bot.summary import prompt


@dataclass(frozen=True, slots=True)
class Edition:
    """What the targets of one or more kinds are owed alike."""

    subscriber: Subscriber
    topics: tuple[Topic, ...]
    targets: tuple[Target, ...]
    entries: tuple[Entry, ...]
    """New papers and revisions, without their summaries."""

    def to_summarise(self) -> tuple[Entry, ...]:
        """The entries that are read in full: revisions, and new papers up to ``max_papers``."""
        revised = tuple(entry for entry in self.entries if entry.revised_from is not None)
        full, _ = digest.split(self.entries, self.subscriber)
        return (*full, *revised)

    def key(self, entry: Entry) -> SummaryKey:
        """What identifies the summary that this subscriber reads of this paper."""
        return SummaryKey(
            arxiv_id=entry.paper.arxiv_id,
            version=entry.paper.version,
            language=languages.normalise(self.subscriber.language),
            focus=selection.focus(self.topics, entry.topics),
            prompt_version=prompt.PROMPT_VERSION,
        )


def editions(store: Store, settings: Settings, subscriber: Subscriber) -> list[Edition]:
    """What the subscriber is owed now: one edition where all kinds of channel have the same history.

    A subscriber who is owed nothing still has one, empty, for its targets; who wants nothing for the time
    being has none.
    """
    record = store.subscriptions.get(subscriber.name)
    if record is None:
        return []
    topics = tuple(settings.topic(name) for name in subscriber.topics)
    by_name = {topic.name: topic for topic in topics}
    found: dict[tuple[Entry, ...], tuple[Target, ...]] = {}
    lookback = settings.arxiv.lookback
    for kind, targets in selection.by_kind(store.optouts.active(subscriber.name, subscriber.targets)).items():
        owed = _owed(store, subscriber, record, kind, lookback)
        entries = (
            *(
                _entry(one, rank)
                for one, rank in zip(owed, ranking.ranks(store, subscriber, by_name, owed), strict=True)
            ),
            *_revisions(store, subscriber, kind),
        )
        found[entries] = (*found.get(entries, ()), *targets)
    return [Edition(subscriber, topics, targets, entries) for entries, targets in found.items()]


class EditionsInTurns:
    """The same of one subscriber after the other, with turns for others between the papers.

    What takes long is worked out of each paper once, for all who come after: why the topics match it.
    """

    def __init__(self, services: Services, turns: Turns | None = None) -> None:
        self._services = services
        self._turns = turns or Turns(services.clock)
        self._looked_at: set[tuple[str, ...]] = set()

    async def of(self, subscriber: Subscriber) -> list[Edition]:
        store, settings = self._services.store, self._services.settings
        await self._turns.next()
        record = store.subscriptions.get(subscriber.name)
        if record is not None and subscriber.topics not in self._looked_at:
            self._looked_at.add(subscriber.topics)
            by_name = {name: settings.topic(name) for name in subscriber.topics}
            for kind in selection.by_kind(subscriber.targets):
                for one in _owed(store, subscriber, record, kind, settings.arxiv.lookback):
                    ranking.ranks(store, subscriber, by_name, [one])
                    await self._turns.next()
        return editions(store, settings, subscriber)


@remembered.in_a_round(remembered.PAPERS)
def _entry(owed: selection.Owed, rank: Rank) -> Entry:
    """One value for all who are owed the paper under the same topics."""
    return Entry(owed.paper, owed.topics, withdrawn=selection.is_withdrawn(owed.paper), rank=rank)


def settle(store: Store, settings: Settings, subscriber: Subscriber) -> None:
    """Have later rounds look at later matches only, for each kind of channel by which nothing is owed now."""
    record = store.subscriptions.get(subscriber.name)
    if record is None:
        return
    lookback = settings.arxiv.lookback
    for kind in selection.by_kind(subscriber.targets):
        if _owed(store, subscriber, record, kind, lookback) or any(_revisions(store, subscriber, kind)):
            continue
        floors = selection.floors(record, kind, lookback)
        present = {topic: floor for topic, floor in floors.items() if topic in subscriber.topics}
        store.papers.settle(subscriber.name, kind, present, revisions=subscriber.revisions)


def _owed(
    store: Store, subscriber: Subscriber, record: SubscriberRecord, kind: str, lookback: timedelta
) -> tuple[selection.Owed, ...]:
    floors = selection.floors(record, kind, lookback)
    candidates = store.papers.candidates(subscriber.topics, subscriber.name, kind, floors)
    return selection.owed(candidates, record, kind, lookback)


def is_read_by(subscriber: Subscriber, settings: Settings, key: SummaryKey, matched: Sequence[str]) -> bool:
    """Whether a summary, of a paper that these topics matched, is the one that the subscriber reads."""
    topics = [settings.topic(name) for name in subscriber.topics if name in matched]
    return (
        bool(topics)
        and key.language == languages.normalise(subscriber.language)
        and key.focus == selection.focus(topics, matched)
    )


def _revisions(store: Store, subscriber: Subscriber, kind: str) -> Iterable[Entry]:
    if not subscriber.revisions:
        return
    for revision in store.papers.revisions(subscriber.topics, subscriber.name, kind):
        yield Entry(
            revision.now,
            revision.topics,
            withdrawn=selection.is_withdrawn(revision.now),
            revised_from=revision.before.version,
            changes=selection.changes(revision.before, revision.now),
        )
