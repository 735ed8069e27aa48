"""What was worked out of papers is shared within a round, and takes no memory between two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import remembered
from bot.pipeline import tick
from tests.fakes import START
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

asked: list[str] = []


@remembered.in_a_round(2)
def shouted(word: str) -> str:
    asked.append(word)
    return word.upper()


@pytest.mark.parametrize(
    "work", [World.step, lambda world: tick.spare(world.services, world.state, START, asyncio.Event())]
)
async def test_a_round_ends_with_nothing_remembered(
    world: World, work: Callable[[World], Awaitable[object]]
) -> None:
    """Worked out once in a round, and again in the next; so with spare time."""
    world.source.papers = [paper()]
    world.subscribe(subscriber())
    remembered.forget()
    asked.clear()
    assert [shouted("a"), shouted("a")] == ["A", "A"]
    assert asked == ["a"]
    await work(world)
    assert shouted("a") == "A"
    assert asked == ["a", "a"]


def test_the_oldest_makes_room() -> None:
    """However many papers a day brings, memory is bounded."""
    remembered.forget()
    asked.clear()
    for word in "abcab":
        shouted(word)
    assert asked == [*"abcab"]
