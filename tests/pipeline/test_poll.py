"""Polling: everything arXiv has of the window, recorded as it comes, and nothing believed too soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.errors import ArxivError, QueryRejected
from bot.history import MatchSource, PollStatus
from bot.models import AnnouncedPaper, Announcement, AnnounceType, Paper, SearchPage
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.settings import ArxivSettings
from tests.fakes import overloaded
from tests.pipeline.conftest import World
from tests.samples import NOON, paper, subscriber, topic

ARXIV = ArxivSettings("ada@example.org", page_size=10)


def papers(count: int) -> list[Paper]:
    return [
        paper(f"2611.{number:05}", published=NOON - timedelta(hours=1 + number / 10))
        for number in range(count)
    ]


async def poll_once(world: World, **changes: object) -> tuple[bool, Report]:
    world.subscribe(subscriber(), **{"arxiv": ARXIV} | changes)
    world.store.subscriptions.sync(world.settings.subscribers, world.clock.now())
    report = Report()
    topics = wanted_topics(world.settings)
    return await poll(world.services, world.state, topics, report), report


def seen(world: World) -> int:
    return world.store.papers.counts()["matched"]


def status(world: World) -> list[PollStatus]:
    outcomes = world.store.polls.outcomes_since(NOON - timedelta(days=1), ["microscopy"])
    return [outcome.status for outcome in outcomes]


async def test_every_page_of_the_window_is_read(world: World) -> None:
    """Paging until the window is covered."""
    world.source.papers = papers(35)
    complete, report = await poll_once(world)
    assert complete
    assert not report.faults
    assert seen(world) == 35
    assert [start for _, start, _ in world.source.asked] == [0, 10, 20, 30]


async def test_failures_between_pages_are_retried(world: World) -> None:
    """Half of all answers faulty: each paper once, in one run."""
    world.source.papers = papers(35)
    world.source.script.extend([overloaded(), None, overloaded(), overloaded(), None])
    complete, _ = await poll_once(world)
    assert complete
    assert seen(world) == 35


async def test_what_was_recorded_stays_when_arxiv_goes_away(world: World) -> None:
    """Pages are recorded as they arrive; the poll is incomplete and says so, and moves no watermark."""
    world.source.papers = papers(35)
    world.source.script.extend([None, None, *[overloaded()] * 50])
    complete, report = await poll_once(world)
    assert not complete
    assert seen(world) == 20
    assert "topic microscopy: the poll is incomplete: HTTP 503" in report.faults[0]
    assert world.store.polls.anchor("microscopy") is None

    world.source.script.clear()
    complete, _ = await poll_once(world)
    assert complete
    assert seen(world) == 35


async def test_nothing_is_believed_only_after_asking_again(world: World) -> None:
    """arXiv has answered "no results" to queries that do match: it has to say so three times, in growing
    intervals."""
    complete, report = await poll_once(world)
    assert complete
    assert not report.faults
    assert len(world.source.asked) == 3
    asked = [at for _, _, at in world.source.asked]
    assert [later - earlier for earlier, later in pairwise(asked)] == [6.0, 12.0]
    assert status(world) == [PollStatus.EMPTY]
    assert world.store.polls.anchor("microscopy") is None


async def test_nothing_is_never_believed_against_what_was_returned_before(world: World) -> None:
    """Papers of these days matched yesterday: an empty list today is a failure, not a quiet day."""
    world.source.papers = papers(3)
    await poll_once(world)
    world.source.papers = []
    world.clock.advance(timedelta(hours=6))
    complete, report = await poll_once(world)
    assert not complete
    assert "nothing matches, yet 3 papers of these days did" in report.faults[0]


async def test_an_edited_query_may_find_nothing(world: World) -> None:
    """What the old query matched says nothing about the new one."""
    world.source.papers = papers(3)
    await poll_once(world)
    world.source.papers = []
    complete, report = await poll_once(world, topics=(topic(keywords=("unobtainium",)),))
    assert complete
    assert not report.faults


async def test_a_poll_ends_when_told_to_stop(world: World) -> None:
    """SIGTERM while arXiv keeps us waiting: what was recorded stays."""
    world.source.papers = papers(35)
    answered = world.source.page

    async def stopping(query: str, *, start: int, size: int) -> SearchPage:
        world.state.stopping.set()
        return await answered(query, start=start, size=size)

    world.source.on_search = stopping
    complete, _ = await poll_once(world)
    assert not complete
    assert seen(world) == 10


async def test_a_list_that_shifts_between_pages_loses_nothing(world: World) -> None:
    """An entry that leaves while one pages pulls another over the border of two pages."""
    world.source.papers = papers(30)
    answered = world.source.page

    async def shifting(query: str, *, start: int, size: int) -> SearchPage:
        page = await answered(query, start=start, size=size)
        if len(world.source.asked) == 1:
            world.source.papers.pop(0)
        return page

    world.source.on_search = shifting
    complete, _ = await poll_once(world)
    assert complete
    assert seen(world) == 30


async def test_a_rejected_topic_does_not_stop_the_others(world: World) -> None:
    """One topic's query is wrong: it is named, the other's papers arrive."""
    world.source.papers = papers(3)
    world.source.script.append(QueryRejected("unbalanced parentheses"))
    other = topic("other", keywords=("sample",))
    world.subscribe(subscriber(topics=("microscopy", "other")), arxiv=ARXIV, topics=(topic(), other))
    world.store.subscriptions.sync(world.settings.subscribers, world.clock.now())
    report = Report()
    complete = await poll(world.services, world.state, wanted_topics(world.settings), report)
    assert not complete
    assert report.faults == ["topic microscopy: arXiv rejected its query: unbalanced parentheses"]
    assert {match.topic for match in world.store.papers.matches_of("2611.00000")} == {"other"}


async def test_topics_that_ask_the_same_share_one_search(world: World) -> None:
    """arXiv's terms count requests: the same question is asked once."""
    world.source.papers = papers(3)
    topics = (topic("a", focus="lenses"), topic("b", focus="samples"))
    world.subscribe(subscriber(topics=("a", "b")), arxiv=ARXIV, topics=topics)
    world.store.subscriptions.sync(world.settings.subscribers, world.clock.now())
    await poll(world.services, world.state, topics, Report())
    assert len(world.source.asked) == 1
    assert {match.topic for match in world.store.papers.matches_of("2611.00001")} == {"a", "b"}


async def test_cross_lists_false_keeps_cross_listings_out(world: World) -> None:
    """The one thing we leave out of what arXiv returned, because the subscriber said so."""
    world.source.papers = [
        paper("2611.00001", categories=("physics.optics", "cond-mat.mtrl-sci")),
        paper("2611.00002", categories=("cond-mat.mtrl-sci", "physics.optics")),
    ]
    await poll_once(world, topics=(topic(cross_lists=False),))
    assert not world.store.papers.matches_of("2611.00001")
    assert world.store.papers.matches_of("2611.00002")


def announced(one: Paper, announce_type: AnnounceType = AnnounceType.NEW, version: int = 1) -> AnnouncedPaper:
    return AnnouncedPaper(
        one.arxiv_id, version, announce_type, one.title, one.abstract, "Ada Lovelace", one.categories
    )


def batch(*items: AnnouncedPaper) -> Announcement:
    return Announcement(("cond-mat.mtrl-sci",), date(2026, 11, 16), items)


async def test_what_only_a_feed_shows_is_fetched_by_id(world: World) -> None:
    """Held by moderators for weeks, then announced as new: it arrives although no window covers it."""
    held = paper("2610.00042", published=NOON - timedelta(days=40))
    other = paper("2610.00043", title="Strings", abstract="On strings.", published=NOON - timedelta(days=40))
    world.source.papers = [held, other]
    world.feed.announcement = batch(announced(held), announced(other))
    await poll_once(world)
    (match,) = world.store.papers.matches_of("2610.00042")
    assert (match.topic, match.source) == ("microscopy", MatchSource.FEED)
    assert "ptychography" in match.clause
    assert world.store.papers.get("2610.00043") is None


async def test_a_replacement_is_never_new(world: World) -> None:
    """`replace` of a paper nobody was sent brings nothing."""
    old = paper("2601.00001", version=3, published=NOON - timedelta(days=300))
    world.source.papers = [old]
    world.feed.announcement = batch(announced(old, AnnounceType.REPLACE, version=3))
    await poll_once(world)
    assert world.store.papers.get("2601.00001") is None


async def test_an_announced_paper_the_search_lacks_stays_wanted(world: World) -> None:
    """The search index lags the feed by a day and more; tomorrow's feed will not show it again."""
    late = paper("2611.00099", published=NOON - timedelta(days=40))
    world.feed.announcement = batch(announced(late))
    await poll_once(world)
    assert world.store.papers.to_fetch() == ["2611.00099"]

    world.feed.announcement = None
    world.source.papers = [late]
    world.clock.advance(timedelta(days=1))
    await poll_once(world)
    assert world.store.papers.matches_of("2611.00099")
    assert not world.store.papers.to_fetch()


async def test_a_cut_feed_is_asked_by_its_parts(world: World) -> None:
    """2,000 items are arXiv's limit: what is beyond them shows in the single categories."""
    many = [announced(paper(f"2611.{number:05}", title="Strings", abstract="x")) for number in range(2000)]
    world.feed.announcement = batch(*many)
    wide = topic(categories=("cond-mat.mtrl-sci", "physics.optics"))
    await poll_once(world, topics=(wide,))
    assert world.feed.asked == [
        ("cond-mat.mtrl-sci", "physics.optics"),
        ("cond-mat.mtrl-sci",),
        ("physics.optics",),
    ]


async def test_a_cut_archive_is_asked_by_its_categories(world: World) -> None:
    """`categories: [econ]` is one feed: what arXiv cut off shows in econ.EM, econ.GN and econ.TH."""
    many = [announced(paper(f"2611.{number:05}", title="Strings", abstract="x")) for number in range(2000)]
    world.feed.announcement = batch(*many)
    await poll_once(world, topics=(topic(categories=("econ",)),))
    assert world.feed.asked == [("econ",), ("econ.EM",), ("econ.GN",), ("econ.TH",)]


async def test_an_empty_part_of_a_cut_feed_is_believed_unless_the_whole_shows_it(world: World) -> None:
    """Forty categories of an archive, most of them empty: asked again is only what can't be empty."""
    world.clock.advance(timedelta(days=1))
    items = [announced(paper(f"2611.{n:05}", abstract="x", categories=("econ.EM",))) for n in range(2000)]
    whole = Announcement(("econ",), date(2026, 11, 23), tuple(items))
    asked: list[str] = []

    async def read(specs: Sequence[str]) -> Announcement:
        asked.extend(specs)
        return whole if specs == ("econ",) else replace(whole, asked=tuple(specs), items=())

    world.feed.on_read = read
    await poll_once(world, topics=(topic(categories=("econ",)),))
    assert asked == ["econ", *["econ.EM"] * 3, "econ.GN", "econ.TH"]


async def test_an_unreadable_feed_leaves_the_poll_incomplete(world: World) -> None:
    """A feed can't be read again tomorrow: its loss is told, and the search's papers are kept."""
    world.source.papers = papers(3)
    world.feed.script.extend(ArxivError("not a whole feed") for _ in range(60))
    complete, report = await poll_once(world)
    assert not complete
    assert seen(world) == 3
    assert report.faults[0].startswith("announcement feed cond-mat.mtrl-sci: not a whole feed")
    assert next(iter(world.store.polls.feeds_since(NOON))).error.startswith("not a whole feed")


@pytest.mark.parametrize("revisions", [True, False])
async def test_revisions_are_fetched_for_those_who_want_them(world: World, revisions: bool) -> None:
    """A new version of a paper that was delivered, announced after its window closed."""
    first = paper("2611.00001", published=NOON - timedelta(days=1))
    world.source.papers = [first]
    await poll_once(world)
    world.store.subscriptions.sync([subscriber(revisions=revisions)], NOON)
    world.subscribe(subscriber(revisions=revisions), arxiv=ARXIV)
    await world.once()
    assert not world.store.papers.candidates(["microscopy"], "ada", "slack")

    second = paper("2611.00001", version=2, published=NOON - timedelta(days=1), title="Ptychography, revised")
    world.source.papers = [second]
    world.feed.announcement = batch(announced(second, AnnounceType.REPLACE, version=2))
    world.clock.advance(timedelta(days=60))
    world.source.script.clear()
    await world.once()
    assert len(world.slack.accepted) == (2 if revisions else 1)
