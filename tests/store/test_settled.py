"""What is settled is looked at no more, and whatever may be owed again is; totals are what counting finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot import selection
from bot.history import FeedRead, MatchSource, NewMessage, Placement
from bot.models import (
    AnnouncedPaper,
    AnnounceType,
    Receipt,
    Score,
    ScoreKey,
    Summary,
    SummaryKey,
    SummarySource,
    Target,
)
from bot.store import Store
from bot.store.database import Connection
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

DAY = timedelta(days=1)
WEEK = 7 * DAY
SLACK = Target("slack", "#papers")
FLOORS = {"microscopy": NOON - WEEK}
OLD = paper("2610.00001", published=NOON - 30 * DAY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "state.db")
    store.subscriptions.sync([subscriber()], NOON)
    store.papers.add([OLD, paper()], NOON)
    yield store
    store.close()


def match(store: Store, arxiv_id: str, topic: str = "microscopy", at: datetime = NOON) -> None:
    store.papers.add_matches([arxiv_id], [topic], MatchSource.SEARCH, "", at)


def announce(store: Store, arxiv_id: str, kind: AnnounceType = AnnounceType.NEW, at: datetime = NOON) -> None:
    item = AnnouncedPaper(arxiv_id, 1, kind, "Title", "", "A", ("cs.AI",))
    store.polls.record_feed(store.polls.begin(at), FeedRead(("cs",), at, at.date(), 1, False), [item])


def deliver(store: Store, arxiv_id: str, target: Target = SLACK, version: int = 1) -> None:
    message = NewMessage(target, 1, 1, b"", (Placement(arxiv_id, version, "full", 1),))
    store.outbox.add_digest("ada", None, NOON, lambda _: ('{"timezone": "UTC"}', [message]), NOON)


def settle(store: Store, floors: Mapping[str, datetime] = FLOORS, *, revisions: bool = False) -> None:
    store.papers.settle("ada", "slack", floors, revisions=revisions)


def seen(store: Store, floors: Mapping[str, datetime] = FLOORS) -> list[str]:
    return [one.paper.arxiv_id for one in store.papers.candidates([*floors], "ada", "slack", floors)]


def test_what_is_settled_is_looked_at_no_more(store: Store) -> None:
    """However long the history is, a round reads what came since."""
    match(store, OLD.arxiv_id)
    assert seen(store) == [OLD.arxiv_id], "the store leaves the decision to others"
    settle(store)
    assert seen(store) == []
    match(store, "2611.00001")
    assert seen(store) == ["2611.00001"]
    settle(store)
    assert seen(store) == []


@pytest.mark.parametrize(("kind", "found"), [(AnnounceType.NEW, True), (AnnounceType.REPLACE, False)])
def test_an_announcement_brings_a_settled_paper_back(store: Store, kind: AnnounceType, found: bool) -> None:
    """A moderator may hold a paper for weeks after the search showed it."""
    match(store, OLD.arxiv_id)
    settle(store)
    announce(store, OLD.arxiv_id, kind)
    assert seen(store) == [OLD.arxiv_id] * found


def test_a_subscription_that_reaches_further_back_sees_what_was_settled(store: Store) -> None:
    """A longer `lookback`, or `once --since`."""
    match(store, OLD.arxiv_id)
    settle(store)
    assert seen(store, {"microscopy": NOON - 40 * DAY}) == [OLD.arxiv_id]
    assert seen(store, {"microscopy": NOON}) == []


def test_topics_and_kinds_of_channel_are_settled_one_by_one(store: Store) -> None:
    """What was never looked at for a topic is looked at."""
    match(store, "2611.00001")
    settle(store)
    match(store, "2611.00001", "optics")
    assert seen(store, {**FLOORS, "optics": NOON}) == ["2611.00001"]
    assert store.papers.candidates(["microscopy"], "ada", "email", FLOORS)
    assert store.papers.candidates(["microscopy"], "bob", "slack", FLOORS)


def test_a_delivery_that_is_withdrawn_is_owed_again(store: Store) -> None:
    """A reader pauses while the digest waits: its papers are not lost."""
    match(store, "2611.00001")
    deliver(store, "2611.00001")
    settle(store)
    assert seen(store) == []
    store.optouts.pause("ada", SLACK, None, NOON)
    assert seen(store) == ["2611.00001"]


def test_a_newer_version_is_seen_once_its_paper_is_settled(store: Store) -> None:
    """Revisions are looked for among what changed; who asks for them later is told of all."""
    match(store, "2611.00001")
    deliver(store, "2611.00001")
    settle(store, revisions=True)
    store.papers.add([paper(version=2)], NOON)
    assert [one.now.version for one in store.papers.revisions(["microscopy"], "ada", "slack")] == [2]
    settle(store)
    assert store.papers.revisions(["microscopy"], "ada", "slack"), "they were not among what was decided"
    settle(store, revisions=True)
    assert not store.papers.revisions(["microscopy"], "ada", "slack")


@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_is_owed_is_ever_settled(tmp_path: Path, seed: int) -> None:
    """Through a life of matches, announcements, revisions, pauses and edits the same is owed as without marks."""
    life = Life(tmp_path / "state.db", Random(seed))
    with closing(life.store):
        for _ in range(150):
            life.do_something()
            assert life.owed(marks=True) == life.owed(marks=False)
        assert life.settled > 5
        assert life.counted() == life.totals()


class Life:
    """One reader, three topics, and whatever happens to them."""

    def __init__(self, path: Path, chance: Random) -> None:
        self.path = path
        self.store = open_store(path)
        self.chance = chance
        self.now = NOON
        self.reader = subscriber(targets=(SLACK, Target("slack", "#two"), Target("email", "a@example.org")))
        self.lookback = WEEK
        self.papers = 0
        self.settled = 0
        self.store.subscriptions.sync([self.reader], self.now)

    def do_something(self) -> None:
        self.now += self.chance.choice((timedelta(seconds=30), timedelta(hours=9), 3 * DAY))
        self.chance.choice(
            (self.find, self.find, self.find, self.announce, self.revise, self.edit, self.pause, self.reach)
            + (self.compose,) * 6
        )()

    def an_id(self) -> str:
        return f"2611.{self.chance.randrange(max(0, self.papers - 12), self.papers + 1):05}"

    def find(self) -> None:
        arxiv_id, age = f"2611.{self.papers:05}", self.chance.choice((1, 5, 12, 40))
        self.papers += 1
        self.store.papers.add([paper(arxiv_id, published=self.now - age * DAY)], self.now)
        for one in (arxiv_id, f"2611.{self.chance.randrange(self.papers):05}"):
            match(self.store, one, self.chance.choice(("a", "b", "c")), self.now)

    def announce(self) -> None:
        announce(self.store, self.an_id(), self.chance.choice([*AnnounceType]), self.now)

    def revise(self) -> None:
        if known := self.store.papers.get(self.an_id()):
            self.store.papers.add([replace(known, version=known.version + 1)], self.now)

    def edit(self) -> None:
        self.lookback = self.chance.choice((DAY, WEEK, 20 * DAY))
        self.reader = replace(
            self.reader,
            topics=tuple(self.chance.sample(("a", "b", "c"), self.chance.randint(1, 3))),
            targets=(*self.chance.sample(self.reader.targets, 1), SLACK, Target("email", "b@example.org")),
        )
        self.reader = replace(self.reader, targets=tuple(dict.fromkeys(self.reader.targets)))
        self.store.subscriptions.sync([self.reader], self.now)

    def pause(self) -> None:
        target = self.chance.choice((None, *self.reader.targets))
        if self.chance.random() < 0.5:
            self.store.optouts.pause("ada", target, None, self.now)
        else:
            self.store.optouts.resume("ada", target, self.now)

    def reach(self) -> None:
        self.store.subscriptions.reach_back(["ada"], self.now - 15 * DAY)

    def compose(self) -> None:
        """Deliver, or leave waiting, what is owed by one kind of channel; then settle what can be."""
        kind = self.chance.choice(("slack", "email"))
        target = next(one for one in self.reader.targets if one.kind == kind)
        owed, revised = self.owed(marks=True)[kind]
        places = tuple(Placement(arxiv_id, version, "full", 1) for arxiv_id, version, _ in owed)
        places += tuple(Placement(arxiv_id, version, "revised", 1) for arxiv_id, version in revised)
        if places and self.chance.random() < 0.9:
            message = NewMessage(target, 1, 1, b"", places)
            self.store.outbox.add_digest(
                "ada", None, self.now, lambda _: ('{"timezone": "UTC"}', [message]), self.now
            )
            for envelope in self.store.outbox.due(self.now, ignore_backoff=True, subscribers=None):
                if self.chance.random() < 0.5:
                    sending = self.store.outbox.mark_sending(envelope, self.now)
                    self.store.outbox.mark_sent(sending, Receipt("C", "1"), self.now)
        for each, (left, newer) in self.owed(marks=True).items():
            if not left and not newer:
                self.store.papers.settle("ada", each, self.floors(each), revisions=True)
                self.settled += 1
        key = SummaryKey(self.an_id(), 1, self.chance.choice(("English", "German")), "", 1)
        if self.store.papers.get(key.arxiv_id):
            self.store.summaries.save(key, Summary("o", "f", SummarySource.MODEL, "m"), self.now)
            score = self.chance.choice((None, Score(3, "", "m")))
            self.store.scores.save({ScoreKey(key.arxiv_id, 1, "x", 1): score}, self.now.date())
        self.store.polls.finish(self.store.polls.begin(self.now), self.now, self.chance.random() < 0.5)

    def floors(self, kind: str) -> dict[str, datetime]:
        record = self.store.subscriptions.get("ada")
        assert record is not None
        return selection.floors(record, kind, self.lookback)

    def owed(
        self, *, marks: bool
    ) -> dict[str, tuple[list[tuple[str, int, tuple[str, ...]]], set[tuple[str, int]]]]:
        """By kind of channel: new papers, and newer versions, as the marks let us see them or as they are."""
        record = self.store.subscriptions.get("ada")
        assert record is not None
        found = {}
        for kind in ("slack", "email"):
            topics = self.reader.topics
            candidates = self.store.papers.candidates(
                topics, "ada", kind, self.floors(kind) if marks else None
            )
            owed = selection.owed(candidates, record, kind, self.lookback)
            revised = self.revised(kind, marks=marks)
            found[kind] = [(one.paper.arxiv_id, one.paper.version, one.topics) for one in owed], revised
        return found

    def revised(self, kind: str, *, marks: bool) -> set[tuple[str, int]]:
        if marks:
            found = self.store.papers.revisions(self.reader.topics, "ada", kind)
            return {(one.now.arxiv_id, one.now.version) for one in found}
        with closing(Connection(self.path)) as db:
            rows = db.rows(
                "SELECT p.arxiv_id, p.latest_version AS v FROM papers p WHERE p.latest_version > "
                "(SELECT max(version) FROM deliveries d WHERE d.arxiv_id = p.arxiv_id AND d.subscriber = 'ada' "
                "AND d.kind = ?)",
                (kind,),
            )
        topics = set(self.reader.topics)
        return {
            (row["arxiv_id"], row["v"])
            for row in rows
            if topics & {one.topic for one in self.store.papers.matches_of(row["arxiv_id"])}
        }

    def totals(self) -> list[object]:
        figures = self.store.figures()
        tallies = [(one.kind, one.address, one.pending, one.sent) for one in self.store.outbox.tallies()]
        return [
            {**self.store.papers.counts()},
            figures.summaries["written"],
            figures.polls,
            self.store.scores.count(),
            sorted(one for one in tallies if one[2] or one[3]),
        ]

    def counted(self) -> list[object]:
        with closing(Connection(self.path)) as db:
            polls = db.rows(
                "SELECT complete, count(*) AS many FROM polls WHERE complete IS NOT NULL GROUP BY 1"
            )
            outbox = db.rows(
                "SELECT kind, target, sum(state = 'pending') AS pending, sum(state = 'sent') AS sent FROM outbox "
                "GROUP BY kind, target HAVING sum(state IN ('pending', 'sent')) ORDER BY 1, 2"
            )
            return [
                {
                    "seen": db.value("SELECT count(*) FROM papers"),
                    "summarised": db.value("SELECT count(DISTINCT arxiv_id) FROM summaries"),
                    "matched": db.value("SELECT count(DISTINCT arxiv_id) FROM matches"),
                },
                db.value("SELECT count(*) FROM summaries"),
                {"complete" if row["complete"] else "incomplete": row["many"] for row in polls},
                db.value("SELECT count(*) FROM scores WHERE score IS NOT NULL"),
                [(row["kind"], row["target"], row["pending"], row["sent"]) for row in outbox],
            ]
