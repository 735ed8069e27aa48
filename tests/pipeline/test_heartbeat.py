"""The dead man's switch: beaten by good rounds, silent in trouble, told of what lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import DeliveryError
from bot.models import Target, Verdict
from bot.pipeline import tick
from bot.pipeline.report import Report
from tests.fakes import FakeHeartbeat
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber


@pytest.mark.parametrize("work", [World.once, World.step])
async def test_it_is_beaten_after_a_good_round_and_told_of_failure_after_a_day(
    world: World, work: Callable[[World], Awaitable[Report]]
) -> None:
    """Trouble that passes is nobody's business; a week of silence would be too late."""
    heart = world.heartbeat = FakeHeartbeat()
    world.subscribe(subscriber(targets=(Target("slack", "#papers"),)))
    await work(world)
    assert heart.told == [False]
    world.source.papers = [paper()]
    for _ in range(3):
        world.slack.script.append(DeliveryError("down", Verdict()))
    await world.once()
    world.clock.advance(timedelta(hours=23))
    await world.once()
    assert heart.told == [False]
    world.clock.advance(timedelta(hours=2))
    await world.once()
    assert heart.told == [False, True]
    await world.once()
    assert heart.told == [False, True, False]


async def test_a_switch_that_does_not_hear_us_harms_nothing_and_is_named_once(world: World) -> None:
    """It watches us; nobody waits for it."""
    world.heartbeat = FakeHeartbeat("no connection")
    report = await world.once()
    said = [text for _, text, _ in world.progress.notes if "heartbeat" in text]
    await world.once()
    assert report.faults == []
    assert said == ["heartbeat_url: no connection"]
    assert [text for _, text, _ in world.progress.notes if "heartbeat" in text] == said


async def test_a_day_of_failure_is_told_at_its_end(world: World) -> None:
    """Neither sooner nor a round later; one good round begins the count anew."""
    heart = world.heartbeat = FakeHeartbeat()
    day, second = timedelta(days=1), timedelta(seconds=1)
    bad, good = Report(faults=["down"]), Report()
    for pause, report in [(0 * day, bad), (day - second, bad), (second, bad), (second, good), (day, bad)]:
        world.clock.advance(pause)
        await tick.beat(world.services, world.state, report)
    assert heart.told == [True, False]
