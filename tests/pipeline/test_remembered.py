"""What was worked out of papers is shared within a round, and takes no memory between two."""

from __future__ import annotations

from bot import remembered
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

asked: list[str] = []


@remembered.in_a_round(2)
def shouted(word: str) -> str:
    asked.append(word)
    return word.upper()


async def test_a_round_ends_with_nothing_remembered(world: World) -> None:
    """Worked out once in a round, and again in the next."""
    world.source.papers = [paper()]
    world.subscribe(subscriber())
    asked.clear()
    assert [shouted("a"), shouted("a")] == ["A", "A"]
    assert asked == ["a"]
    await world.step()
    assert shouted("a") == "A"
    assert asked == ["a", "a"]


def test_the_oldest_makes_room() -> None:
    """However many papers a day brings, memory is bounded."""
    remembered.forget()
    asked.clear()
    for word in "abcab":
        shouted(word)
    assert asked == [*"abcab"]
