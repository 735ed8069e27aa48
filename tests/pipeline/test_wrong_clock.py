"""Weeks in which the machine's clock was wrong for a while."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from bot.models import Target
from tests.pipeline.conftest import World
from tests.pipeline.days import at, live
from tests.pipeline.machine import QuerySource
from tests.samples import paper, subscriber

FILE = Target("file", "/reports/ada")
AHEAD = timedelta(days=400)
_WINDOW = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")


@pytest.fixture
def search(world: World) -> QuerySource:
    """arXiv's search, which reads its query."""
    source = world.source = QuerySource(world.clock)
    world.subscribe(subscriber(targets=(FILE, Target("slack", "#papers"))))
    world.summariser = None
    return source


def publish(world: World, day: int) -> None:
    world.source.papers.append(paper(f"2611.{day:02}001", published=at(day, 3)))


def received(world: World) -> Counter[str]:
    return Counter(arxiv_id for one in world.file.accepted for arxiv_id in one.arxiv_ids)


async def days(world: World, first: int, last: int) -> None:
    """Live through these days of November, a paper each."""
    for day in range(first, last + 1):
        await live(world, at(day, 3, 30))
        publish(world, day)
    await live(world, at(last, 23))


async def wrong_rounds(world: World, *, by: str) -> None:
    """What a process does whose clock is ahead, and what the same or another finds when it is right again."""
    world.clock.advance(AHEAD)
    if by == "once":
        world.restart()
        await world.once()
    else:
        await world.step()
        await live(world, world.clock.now() + timedelta(hours=3))
    world.clock.set_back(AHEAD)
    if by == "once":
        world.restart()


@pytest.mark.parametrize("by", ["once", "run"])
@pytest.mark.parametrize("born", ["before", "then"])
async def test_weeks_with_a_clock_that_was_ahead(
    world: World, search: QuerySource, by: str, born: str
) -> None:
    """Every paper once, every digest at its hour, and no window that runs backwards."""
    first = 17
    if born == "before":
        await days(world, 17, 19)
        first = 20
    await wrong_rounds(world, by=by)
    asked = len(search.asked)
    report = await world.step()
    assert len(report.troubles) == 1
    assert "2027-" in report.troubles[0]
    assert not report.faults
    before = len(world.file.accepted)
    await days(world, first, 25)
    assert received(world) == {f"2611.{day:02}001": 1 for day in range(17, 26)}
    assert {one.created_at.hour for one in world.file.accepted[before:]} == {9}
    assert len(world.file.accepted) - before >= 4
    for query, _, _ in search.asked[asked:]:
        for start, end in _WINDOW.findall(query):
            assert start < end < "2027"


async def test_it_is_named_once(world: World, search: QuerySource) -> None:
    """Not at every round from then on."""
    await wrong_rounds(world, by="run")
    assert (await world.step()).troubles
    assert not (await world.step()).troubles
    assert not (await world.once()).troubles


async def test_a_clock_that_was_ahead_hurries_once(world: World, search: QuerySource) -> None:
    """`once` polls and delivers as if nothing had been."""
    await wrong_rounds(world, by="once")
    publish(world, 15)
    report = await world.once()
    assert not report.faults
    assert received(world) == {"2611.15001": 1}
