"""Papers: what is known of each, which topics matched it, and who was sent it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.history import FeedRead, MatchRecord, MatchSource, NewMessage, Placement
from bot.models import AnnouncedPaper, AnnounceType, Target, Window
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

DAY = timedelta(days=1)
SLACK = Target("slack", "#papers")
ONE, TWO, THREE = (f"2611.0000{n}" for n in (1, 2, 3))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "state.db")
    store.subscriptions.sync([subscriber(), subscriber("bob")], NOON)
    store.papers.add([paper(ONE), paper(TWO)], NOON)
    yield store
    store.close()


def match(
    store: Store,
    *arxiv_ids: str,
    topic: str = "microscopy",
    at: datetime = NOON,
    source: MatchSource = MatchSource.SEARCH,
) -> int:
    return store.papers.add_matches(arxiv_ids, [topic], source, "a clause", at)


def announce(store: Store, arxiv_id: str, day: datetime, kind: AnnounceType = AnnounceType.NEW) -> None:
    item = AnnouncedPaper(arxiv_id, 1, kind, "Title", "", "A", ("cs.AI",))
    store.polls.record_feed(store.polls.begin(day), FeedRead(("cs",), day, day.date(), 1, False), [item])


def deliver(store: Store, *versions: tuple[str, int], name: str = "ada", target: Target = SLACK) -> None:
    places = tuple(Placement(arxiv_id, version, "full", 1) for arxiv_id, version in versions)
    message = NewMessage(target, 1, 1, b"", places)
    store.outbox.add_digest(name, None, NOON, lambda _: ('{"timezone": "UTC"}', [message]), NOON)


def test_the_newest_version_is_what_is_known(store: Store) -> None:
    """In whatever order arXiv's pages show the versions; each paper is new once."""
    assert store.papers.add([paper(ONE, version=3, title="Third"), paper(THREE)], NOON) == 1
    assert store.papers.add([paper(ONE, version=2, title="Second"), paper(ONE, version=3)], NOON) == 0
    newest = store.papers.get(ONE)
    assert newest == paper(ONE, version=3, title="Third")
    assert store.papers.get("2611.00009") is None
    assert store.papers.versions([ONE, TWO, "2611.00009"]) == {ONE: 3, TWO: 1}


def test_what_matched_first_stays(store: Store) -> None:
    """By which source and clause a topic took a paper is kept as it was, for who asks why."""
    assert match(store, ONE, TWO, at=NOON + DAY) == 2
    assert match(store, ONE, source=MatchSource.FEED) == 0
    assert match(store, ONE, topic="optics", source=MatchSource.FEED) == 1
    assert store.papers.matches_of(ONE) == [
        MatchRecord("optics", MatchSource.FEED, "a clause", NOON),
        MatchRecord("microscopy", MatchSource.SEARCH, "a clause", NOON + DAY),
    ]
    assert store.papers.counts() == {"seen": 2, "matched": 2, "summarised": 0}


def test_what_is_to_be_fetched_waits_until_it_is_fetched_or_too_old(store: Store) -> None:
    """The oldest first; asked for again it is no younger."""
    store.papers.fetch_later([THREE], NOON)
    store.papers.fetch_later([ONE, TWO], NOON + DAY)
    store.papers.fetch_later([THREE], NOON + 2 * DAY)
    assert store.papers.to_fetch() == [THREE, ONE, TWO]
    store.papers.fetched([TWO], NOON)
    assert store.papers.to_fetch() == [THREE, ONE]
    store.papers.fetched([], NOON + DAY)
    assert store.papers.to_fetch() == [ONE]


def test_what_readers_like_is_asked_for_once_in_a_while(store: Store) -> None:
    """What is known is not, and what arXiv did not know is left alone for a time."""
    store.papers.asked_in_vain(["2501.00001"], NOON)
    store.papers.asked_in_vain(["2501.00002"], NOON - DAY)
    ids = [ONE, "2501.00001", "2501.00002", "2501.00003", "2501.00003"]
    assert sorted(store.papers.to_like(ids, NOON - DAY)) == ["2501.00002", "2501.00003"]
    store.papers.asked_in_vain(["2501.00002"], NOON)
    assert store.papers.to_like(ids, NOON - DAY) == ["2501.00003"]


def test_what_the_search_showed_of_a_window_is_known_by_topic(store: Store) -> None:
    """Submitted within it, to its very ends; what only a feed showed, or another topic, is not told."""
    dates = {ONE: NOON - DAY, TWO: NOON, THREE: NOON + DAY}
    for arxiv_id, published in dates.items():
        store.papers.add([paper(arxiv_id.replace("2611", "2612"), published=published)], NOON)
        match(store, arxiv_id.replace("2611", "2612"))
    store.papers.add([paper("2612.00004", published=NOON), paper("2612.00005", published=NOON)], NOON)
    match(store, "2612.00004", source=MatchSource.FEED)
    match(store, "2612.00005", topic="optics")
    found = store.papers.found_by_search(["microscopy"], Window(NOON - DAY, NOON))
    assert found == {"2612.00001": NOON - DAY, "2612.00002": NOON}
    both = store.papers.found_by_search(["microscopy", "optics"], Window(NOON, NOON))
    assert set(both) == {"2612.00002", "2612.00005"}


def test_a_candidate_tells_when_it_came(store: Store) -> None:
    """The first match, the last day on which it was announced as new, the topics in the reader's order."""
    match(store, ONE, at=NOON + DAY)
    match(store, ONE, topic="optics", at=NOON)
    for day, kind in (
        (NOON, AnnounceType.NEW),
        (NOON + DAY, AnnounceType.CROSS),
        (NOON + 2 * DAY, AnnounceType.REPLACE),
    ):
        announce(store, ONE, day, kind)
    announce(store, TWO, NOON + 3 * DAY)
    match(store, TWO, topic="optics")
    two, one = store.papers.candidates(["optics", "microscopy"], "ada", "slack")
    assert (one.paper.arxiv_id, one.topics) == (ONE, ("optics", "microscopy"))
    assert (one.matched_at, one.announced_on) == (NOON, (NOON + DAY).date())
    assert (two.paper.arxiv_id, two.topics) == (TWO, ("optics",))


def test_candidates_reach_back_to_the_floor_itself(store: Store) -> None:
    """What was matched at that moment, or announced on that day, is looked at; what lies before is not."""
    match(store, ONE, at=NOON)
    match(store, TWO, at=NOON - 9 * DAY)
    announce(store, TWO, NOON)

    def found(floor: datetime) -> list[str]:
        return [
            one.paper.arxiv_id
            for one in store.papers.candidates(["microscopy"], "ada", "slack", {"microscopy": floor})
        ]

    assert found(NOON) == [TWO, ONE]
    assert found(NOON + timedelta(microseconds=1)) == [TWO]
    assert found(NOON + DAY) == []
    assert store.papers.candidates(["microscopy"], "ada", "slack", {"optics": NOON}) == []


def test_what_went_to_one_kind_of_channel_is_owed_by_the_others(store: Store) -> None:
    """And to other readers; the newest first."""
    store.papers.add([paper(THREE, published=NOON)], NOON)
    match(store, ONE, TWO, THREE)
    deliver(store, (ONE, 1))
    found = {
        (name, kind): [one.paper.arxiv_id for one in store.papers.candidates(["microscopy"], name, kind)]
        for name, kind in (("ada", "slack"), ("ada", "email"), ("bob", "slack"))
    }
    assert found == {
        ("ada", "slack"): [THREE, TWO],
        ("ada", "email"): [THREE, TWO, ONE],
        ("bob", "slack"): [THREE, TWO, ONE],
    }


def test_a_revision_is_newer_than_all_that_was_sent(store: Store) -> None:
    """By this kind of channel to this reader, of a paper that one of these topics matched."""
    store.papers.add([paper(THREE)], NOON)
    match(store, ONE, TWO, THREE)
    match(store, ONE, topic="optics")
    deliver(store, (ONE, 1), (TWO, 1), (THREE, 1))
    deliver(store, (ONE, 1), (TWO, 1), name="bob")
    store.papers.add([paper(one, version=v, title=f"{v}") for v in (2, 3) for one in (ONE, TWO)], NOON)
    deliver(store, (ONE, 2), (TWO, 3))

    def found(
        name: str = "ada", kind: str = "slack", *topics: str
    ) -> list[tuple[str, int, int, tuple[str, ...]]]:
        return [
            (one.now.arxiv_id, one.before.version, one.now.version, one.topics)
            for one in store.papers.revisions(topics or ["microscopy"], name, kind)
        ]

    assert found() == [(ONE, 2, 3, ("microscopy",))]
    assert found("bob") == [(ONE, 1, 3, ("microscopy",)), (TWO, 1, 3, ("microscopy",))]
    assert found("bob", "slack", "optics", "microscopy")[0][3] == ("optics", "microscopy")
    assert found("ada", "email") == found("ada", "slack", "strings") == []


def test_settling_revisions_forgets_none_that_was_settled(store: Store) -> None:
    """A reader who wants none for a while has those of that while later, and no older ones."""
    match(store, ONE)
    deliver(store, (ONE, 1))
    store.papers.add([paper(ONE, version=2)], NOON)
    floors = {"microscopy": NOON - 7 * DAY}
    store.papers.settle("ada", "slack", floors, revisions=True)
    assert store.papers.revisions(["microscopy"], "ada", "slack") == []
    store.papers.settle("ada", "slack", floors, revisions=False)
    assert store.papers.revisions(["microscopy"], "ada", "slack") == []
    store.papers.add([paper(ONE, version=3)], NOON)
    store.papers.settle("ada", "slack", floors, revisions=False)
    assert [one.now.version for one in store.papers.revisions(["microscopy"], "ada", "slack")] == [3]


def test_what_others_settled_hides_no_revision(store: Store) -> None:
    """Another reader, kind of channel or topic: whoever has settled nothing is shown what is newer of all they had."""
    match(store, ONE)
    match(store, ONE, topic="optics")
    deliver(store, (ONE, 1))
    store.papers.add([paper(ONE, version=2)], NOON)
    for name, kind, topic in (
        ("bob", "slack", "microscopy"),
        ("ada", "email", "microscopy"),
        ("ada", "slack", "optics"),
    ):
        store.papers.settle(name, kind, {topic: NOON - 7 * DAY}, revisions=True)
    assert [one.now.version for one in store.papers.revisions(["microscopy"], "ada", "slack")] == [2]


def test_who_was_sent_a_paper_is_asked_of_some_readers_and_papers(store: Store) -> None:
    """For revisions: those of the papers that went to any of these."""
    deliver(store, (ONE, 1), (TWO, 1))
    deliver(store, (TWO, 1), name="bob")
    assert store.papers.delivered_ids(["bob"], [ONE, TWO]) == {TWO}
    assert store.papers.delivered_ids(["ada", "bob"], [ONE]) == {ONE}
    assert store.papers.delivered_ids(["cyd"], [ONE, TWO]) == frozenset()
