"""Going back to a day: what was missed then comes now, to those who were chosen, and once."""

from __future__ import annotations

from datetime import timedelta

from bot.history import MatchSource
from bot.pipeline import tick
from tests.fakes import overloaded
from tests.pipeline.conftest import World
from tests.samples import NOON, paper, subscriber

LONG_AGO = NOON - timedelta(days=60)
OLD = paper("2609.00001", published=LONG_AGO + timedelta(days=5))
OLDER = paper("2609.00002", published=LONG_AGO - timedelta(days=1))
NEW = paper("2611.00001")


async def since(world: World, *names: str) -> list[tuple[str, str]]:
    """Who received which paper by this run."""
    before = len(world.slack.accepted)
    await tick.once(world.services, world.state, names or None, since=LONG_AGO)
    return [(one.subscriber, arxiv_id) for one in world.slack.accepted[before:] for arxiv_id in one.arxiv_ids]


async def test_what_was_submitted_since_then_comes_once(world: World) -> None:
    """The list is read back to that day and no further; to those who were chosen, and never again."""
    world.source.papers = [NEW, OLD, OLDER]
    world.subscribe(subscriber(), subscriber("bob"))
    await world.once()
    assert {one.arxiv_ids for one in world.slack.accepted} == {("2611.00001",)}

    assert await since(world, "ada") == [("ada", "2609.00001")]
    assert await since(world, "ada") == []
    world.clock.advance(timedelta(days=1))
    await world.once()
    assert len(world.slack.accepted) == 3
    assert await since(world) == [("bob", "2609.00001")]


async def test_what_was_announced_since_then_counts(world: World) -> None:
    """A paper that a topic matched then, by an announcement, and that lay before the subscription."""
    world.subscribe(subscriber())
    await world.once()
    world.store.papers.add([OLD], NOON)
    world.store.papers.add_matches([OLD.arxiv_id], ["microscopy"], MatchSource.FEED, "", NOON)
    await world.once()
    assert not world.slack.accepted
    assert await since(world) == [("ada", "2609.00001")]


async def test_what_arxiv_leaves_unanswered_is_still_owed_later(world: World) -> None:
    """A page that came before arXiv went away is delivered; the rest comes when the day is named again."""
    world.source.papers = [NEW]
    world.subscribe(subscriber())
    await world.once()
    world.source.papers = [NEW, OLD]
    world.source.script.extend([overloaded()] * 200)
    assert await since(world) == []
    world.source.script.clear()
    assert await since(world) == [("ada", "2609.00001")]


async def test_a_day_within_the_lookback_changes_nothing(world: World) -> None:
    """A subscription that reaches further back keeps its reach."""
    world.subscribe(subscriber())
    await world.once()
    record = world.store.subscriptions.get("ada")
    await tick.once(world.services, world.state, since=world.clock.now() - timedelta(days=1))
    assert record is not None
    now = world.store.subscriptions.get("ada")
    assert now is not None
    assert (now.topics_since, now.kinds_since) == (record.topics_since, record.kinds_since)
