"""A service that asks to be left alone is left alone: so long, there, and until a person says otherwise."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import ArxivError, DeliveryError
from bot.history import ServiceWait
from bot.models import Verdict
from bot.pipeline import tick
from bot.settings import ArxivSettings, SlackSettings
from tests.pipeline.conftest import World
from tests.samples import paper

FOREVER = Verdict(retry_after=timedelta(seconds=999_999_999))
DAY = timedelta(days=1)


async def test_no_answer_silences_a_service_for_longer_than_a_day(world: World) -> None:
    """`Retry-After: 999999999` would be thirty years."""
    world.source.papers = [paper()]
    world.slack.script.append(DeliveryError("slow down", FOREVER))
    await tick.once(world.services, world.state)
    (wait,) = world.store.notices.waits(world.clock.now())
    assert wait.service == "slack"
    assert wait.until <= world.clock.now() + DAY
    world.clock.advance(DAY)
    await tick.once(world.services, world.state)
    assert len(world.slack.accepted) == 1


async def test_another_endpoint_is_asked_at_once(world: World) -> None:
    """The wait was the old one's word. The same one is still left alone, also by the next process."""
    world.source.papers = [paper()]
    world.slack.script.append(DeliveryError("slow down", FOREVER))
    await tick.once(world.services, world.state)
    world.restart()
    await tick.once(world.services, world.state)
    assert not world.slack.accepted
    world.subscribe(slack=SlackSettings(base_url="https://other.example/api/"))
    world.restart()
    await tick.once(world.services, world.state)
    assert len(world.slack.accepted) == 1
    assert not world.store.notices.waits(world.clock.now())


async def test_another_endpoint_of_arxivs_too(world: World) -> None:
    """And no other service's wait goes with it."""
    world.source.papers = [paper()]
    world.source.script.append(ArxivError("busy", FOREVER))
    await tick.once(world.services, world.state)
    world.source.script.clear()
    assert [wait.service for wait in world.store.notices.waits(world.clock.now())] == ["arXiv"]
    world.store.notices.set_wait(ServiceWait("slack", world.clock.now() + DAY, "429"))
    world.subscribe(arxiv=ArxivSettings("ada@example.org", api_url="https://mirror.example/api/query"))
    world.restart()
    report = await tick.once(world.services, world.state)
    assert [wait.service for wait in world.store.notices.waits(world.clock.now())] == ["slack"]
    assert not any("asked not to be asked again" in trouble for trouble in report.troubles)
