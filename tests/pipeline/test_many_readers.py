"""Readers cost nothing that is asked of others: topics do."""

from __future__ import annotations

import pytest

from tests.benchmarks.many_readers import Asked, of_a_round, prepare
from tests.pipeline.conftest import World, new_world

TOPICS = 3


async def asked(world: World, readers: int) -> Asked:
    return await of_a_round(world, prepare(world, readers, TOPICS))


async def test_more_readers_of_the_same_topics_ask_no_more(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of arXiv's search, its feeds and the model: exactly as often for eight times as many."""
    few = await asked(world, TOPICS)
    assert min(few.searches, few.feeds, few.model) > 0
    crowded = new_world(tmp_path_factory.mktemp("crowded"))
    assert await asked(crowded, 8 * TOPICS) == few
    crowded.store.close()
