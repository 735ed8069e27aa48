"""Weeks in which the machine's clock was wrong for a while."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from bot import coverage, schedule
from bot.models import Target
from tests.pipeline.conftest import World
from tests.pipeline.days import at, live
from tests.pipeline.machine import QuerySource
from tests.samples import NOON, paper, subscriber

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


def windows(search: QuerySource) -> list[tuple[str, str]]:
    return [window for query, _, _ in search.asked for window in _WINDOW.findall(query)]


async def test_a_clock_that_a_time_server_corrects_is_no_news(world: World, search: QuerySource) -> None:
    """Minutes: no word, and no poll or digest more than there would be."""
    world.subscribe(
        subscriber(
            targets=(FILE,), schedule=schedule.parse("daily 12:00"), send_empty=True, topics=("microscopy",)
        )
    )
    await days(world, 17, 18)
    messages, asked = len(world.file.accepted), len(search.asked)
    world.clock.error = timedelta(minutes=-3)
    report = await world.step()
    world.clock.advance(timedelta(minutes=4))
    later = await world.step()
    assert not report.troubles
    assert not later.troubles
    assert (len(world.file.accepted), len(search.asked)) == (messages, asked)


async def test_a_clock_that_is_behind_is_named_once_and_destroys_nothing(
    world: World, search: QuerySource
) -> None:
    """Its rounds go on, no window runs backwards, and when it is right again all is as it was."""
    await days(world, 17, 20)
    sent, record = received(world), world.store.subscriptions.get("ada")
    world.clock.error = -AHEAD
    world.restart()
    reports = [await world.once(), await world.once(), await world.step()]
    (named,) = [trouble for report in reports for trouble in report.troubles]
    assert named.startswith("this machine's clock is behind: it says 2025-10-")
    assert all(start < end for start, end in windows(search))
    world.clock.error = timedelta()
    world.restart()
    asked = len(windows(search))
    report = await world.once()
    assert not report.troubles
    assert received(world) == sent
    after = world.store.subscriptions.get("ada")
    assert record is not None
    assert after is not None
    assert (after.since, after.topics_since) == (record.since, record.topics_since)
    assert min(start for start, _ in windows(search)[asked:]) >= "20261108"
    await days(world, 21, 24)
    assert received(world) == {f"2611.{day:02}001": 1 for day in range(17, 25)}


@pytest.mark.parametrize("anchor", [None, NOON, NOON + AHEAD, NOON - AHEAD])
@pytest.mark.parametrize("since", [NOON, NOON + AHEAD, NOON - AHEAD])
def test_no_window_runs_backwards(anchor: datetime | None, since: datetime) -> None:
    """Whatever is in the record."""
    window = coverage.window(anchor, since, timedelta(days=7), NOON)
    assert window.start < window.end
    assert window.end > NOON
