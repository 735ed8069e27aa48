"""Topics asked together: fewer requests, and every paper that each alone would have brought."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot import coverage, matching, query
from bot.history import MatchSource, PollStatus
from bot.models import Paper, SearchPage, Topic
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.settings import ArxivSettings
from tests.benchmarks.matching_agreement import recorded_papers
from tests.benchmarks.random_queries import QueryMaker
from tests.fakes import overloaded
from tests.pipeline.conftest import World
from tests.pipeline.naive_arxiv import NaiveArxiv
from tests.samples import NOON, paper, subscriber

ARXIV = ArxivSettings("ada@example.org", page_size=50)


def of_these_days(papers: Sequence[Paper]) -> list[Paper]:
    return [replace(one, published=NOON - timedelta(hours=1 + number)) for number, one in enumerate(papers)]


def follow(world: World, arxiv: NaiveArxiv, topics: Sequence[Topic], at: datetime = NOON) -> None:
    world.source.on_search = arxiv.search
    reader = subscriber(topics=tuple(topic.name for topic in topics))
    world.subscribe(reader, arxiv=ARXIV, topics=tuple(topics))
    world.store.subscriptions.sync(world.settings.subscribers, at)


async def ask(world: World) -> tuple[bool, Report]:
    report = Report()
    return await poll(world.services, world.state, wanted_topics(world.settings), report), report


def matched(world: World, papers: Sequence[Paper]) -> set[tuple[str, str]]:
    return {
        (match.topic, one.arxiv_id) for one in papers for match in world.store.papers.matches_of(one.arxiv_id)
    }


def statuses(world: World, topics: Sequence[Topic]) -> dict[str, PollStatus]:
    names = [topic.name for topic in topics]
    return {
        one.topic: one.status for one in world.store.polls.outcomes_since(NOON - timedelta(days=9), names)
    }


def quiet_topics(count: int, word: str = "unobtainium") -> list[Topic]:
    return [Topic(f"t{number}", keywords=(f"{word} {number}", "quiet")) for number in range(count)]


def generated(papers: Sequence[Paper], seed: int, count: int) -> list[Topic]:
    """Topics of every kind that are asked together, and some that are not."""
    maker, chance, topics = QueryMaker(papers, seed), random.Random(seed), list[Topic]()
    while len(topics) < count:
        text, about = maker.query()
        words = [word for one in about for word in one.title.split() if word.isalpha() and len(word) > 3]
        if words and chance.random() < 0.4:
            keywords = tuple(chance.sample(words, min(3, len(words))))
            topics.append(Topic(f"t{len(topics)}", keywords=keywords, exclude=("lattice",)))
            continue
        try:
            tree = query.parse(query.expression(Topic("x", query=text)))
        except query.QueryError:
            continue
        if matching.reads_as_arxiv(tree) or chance.random() < 0.1:
            topics.append(Topic(f"t{len(topics)}", query=text))
    return topics


@pytest.mark.parametrize("seed", range(2))
async def test_together_they_bring_what_each_alone_brings(shared: Path, world: World, seed: int) -> None:
    """Whatever the queries: no paper less, and none that arXiv did not return."""
    recorded = list(recorded_papers(shared / "arxiv" / "papers.jsonl.gz", limit=400))
    papers = of_these_days(random.Random(seed).sample(recorded, 25))
    topics = generated(papers, seed, 50)
    arxiv = NaiveArxiv(papers)
    follow(world, arxiv, topics)
    complete, report = await ask(world)
    assert complete, report.faults
    assert any(")) OR (" in text or '") OR (' in text for text in arxiv.asked)
    window = coverage.window(None, NOON, ARXIV.lookback, NOON)
    alone = set[tuple[str, str]]()
    for topic in topics:
        page = await arxiv.search(
            query.search_query([query.expression(topic)], window), start=0, size=len(papers)
        )
        alone |= {(topic.name, one.arxiv_id) for one in page.papers}
    assert alone == matched(world, papers)
    assert {topic for topic, _ in alone} == {
        topic for topic, status in statuses(world, topics).items() if status is PollStatus.COMPLETE
    }


async def test_thirty_quiet_topics_are_confirmed_together(world: World) -> None:
    """None has news: each is asked once, and all are confirmed in a few requests."""
    arxiv, topics = NaiveArxiv([]), quiet_topics(30)
    follow(world, arxiv, topics)
    complete, report = await ask(world)
    assert complete
    assert not report.faults
    assert 30 < len(arxiv.asked) <= 35
    assert set(statuses(world, topics).values()) == {PollStatus.EMPTY}


async def test_many_quiet_topics_take_far_fewer_requests(world: World) -> None:
    """Beyond what is asked singly, topics share their questions."""
    arxiv, topics = NaiveArxiv([]), quiet_topics(300)
    follow(world, arxiv, topics)
    assert (await ask(world))[0]
    assert len(arxiv.asked) < 60
    assert max(len(text) for text in arxiv.asked) < 8_000


async def test_an_empty_answer_that_is_taken_back_loses_nothing(world: World) -> None:
    """arXiv errs under load: what it called empty shows when it is asked to confirm."""
    found = paper("2611.00001", title="Quiet", abstract="On unobtainium 7.")
    arxiv, topics = NaiveArxiv([]), quiet_topics(60)
    follow(world, arxiv, topics)
    answer = arxiv.search

    async def late(text: str, *, start: int, size: int) -> SearchPage:
        if all(any(f'm {n}"' in asked for asked in arxiv.asked) for n in range(60)):
            arxiv.papers = [found]
        return await answer(text, start=start, size=size)

    world.source.on_search = late
    assert (await ask(world))[0]
    assert ("t7", "2611.00001") in matched(world, [found])


async def test_a_refused_topic_is_found_among_those_it_was_asked_with(world: World) -> None:
    """One query that arXiv can't run: it is named, the others have their papers."""
    found = [paper(f"2611.{n:05}", title="Quiet", abstract=f"On unobtainium {n}.") for n in range(60)]
    arxiv, topics = NaiveArxiv(found), quiet_topics(60)
    arxiv.refused = '"unobtainium 45"'
    follow(world, arxiv, topics)
    complete, report = await ask(world)
    assert not complete
    assert report.faults == ["topic t45: arXiv rejected its query: no such words"]
    seen = statuses(world, topics)
    assert seen.pop("t45") is PollStatus.REJECTED
    assert set(seen.values()) == {PollStatus.COMPLETE}
    assert {(f"t{n}", f"2611.{n:05}") for n in range(60) if n != 45} <= matched(world, found)


async def test_a_question_too_long_for_arxiv_is_asked_in_halves(world: World) -> None:
    """An internal error is no outage when shorter questions are answered."""
    arxiv, topics = NaiveArxiv([], longest=600), quiet_topics(60)
    follow(world, arxiv, topics)
    complete, report = await ask(world)
    assert complete, report.faults
    assert set(statuses(world, topics).values()) == {PollStatus.EMPTY}


async def test_a_paper_that_only_arxiv_can_explain_is_whose_arxiv_says(world: World) -> None:
    """The matcher never vetoes: found by a field we don't know, it is asked for until its topic is known."""
    hidden = paper("2611.00001", title="Strings", abstract="On strings.")
    arxiv, topics = NaiveArxiv([hidden]), quiet_topics(60)
    arxiv.blind_to = {'"unobtainium 45"': hidden}
    follow(world, arxiv, topics)
    assert (await ask(world))[0]
    assert matched(world, [hidden]) == {("t45", "2611.00001")}
    (match,) = world.store.papers.matches_of("2611.00001")
    assert match.source is MatchSource.SEARCH


async def test_an_outage_leaves_all_of_them_incomplete_and_is_not_stormed(world: World) -> None:
    """What is asked in halves keeps the growing pauses and the five minutes of the cycle."""
    arxiv, topics = NaiveArxiv([]), quiet_topics(60)
    follow(world, arxiv, topics)
    asked = list[float]()

    async def down(text: str, *, start: int, size: int) -> SearchPage:
        asked.append(world.clock.monotonic())
        raise overloaded()

    world.source.on_search = down
    assert not (await ask(world))[0]
    assert set(statuses(world, topics).values()) == {PollStatus.INCOMPLETE}
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[:4] == [6.0, 12.0, 24.0, 48.0]
    assert len(asked) <= 45


async def test_no_joint_question_reaches_further_back_than_its_topic(world: World) -> None:
    """A topic that is asked with one of a wider window gets nothing that it alone would not."""
    old = paper("2610.00001", title="Old", abstract="quiet", published=NOON - timedelta(days=5))
    arxiv, topics = NaiveArxiv([old]), quiet_topics(200)
    follow(world, arxiv, topics[:100])
    world.clock.advance(timedelta(days=5))
    follow(world, arxiv, topics, at=world.clock.now())
    assert (await ask(world))[0]
    assert matched(world, [old]) == {(topic.name, old.arxiv_id) for topic in topics[:100]}
