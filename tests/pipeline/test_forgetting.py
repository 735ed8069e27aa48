"""Forgetting: what nothing asks for again leaves the database; what is owed to nobody is still known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.pipeline.report import Report
from tests.pipeline.conftest import World
from tests.pipeline.days import DailyFeed, announced, at, live
from tests.samples import paper, subscriber


@pytest.mark.parametrize("work", [World.once, World.step])
async def test_a_round_forgets_old_bodies_and_repeats_nothing(
    world: World, work: Callable[[World], Awaitable[Report]]
) -> None:
    """Both `once` and the daemon do it: else the file of who uses only one of them grows for ever."""
    world.source.papers = [paper()]
    world.subscribe(subscriber())
    await world.once()
    (sent,) = world.slack.accepted
    assert world.store.outbox.edition(1).startswith("{")

    world.clock.advance(timedelta(days=90))
    await work(world)

    assert world.slack.accepted == [sent]
    with pytest.raises(StoreError, match="kept no longer"):
        world.store.outbox.edition(1)


async def test_a_round_forgets_all_there_is_to_forget(world: World) -> None:
    """Where one round a day is all there is, arXiv announces more papers a day than go at one go."""
    shown = [announced(paper(f"2611.{n:05}", title="Strings", abstract="Strings.")) for n in range(700)]
    feed = world.feed = DailyFeed(world.clock)
    feed.batches[at(17).date()] = shown
    world.subscribe(subscriber())
    await live(world, at(17, 12))
    assert all(world.store.polls.unmatched(one.arxiv_id) for one in shown)

    world.clock.advance(timedelta(days=90))
    turns = []
    for _ in range(2):
        world.clock.slept.clear()
        await world.once()
        turns.append(world.clock.slept.count(0))
    assert not any(world.store.polls.unmatched(one.arxiv_id) for one in shown)
    assert turns[0] > turns[1], "others have theirs after each piece"
