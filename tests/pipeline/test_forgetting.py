"""Forgetting: what nothing asks for again leaves the database; what is owed to nobody is still known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.pipeline.services import Report
from tests.pipeline.conftest import World
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
