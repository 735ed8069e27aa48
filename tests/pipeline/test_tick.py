"""When a round finds something to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import quota
from bot.errors import DeliveryError
from bot.history import LastPoll
from bot.models import Schedule, Verdict
from bot.pipeline import hours, tick
from bot.settings import ArxivSettings, GeminiSettings
from tests.fakes import START, FakeSummariser
from tests.pipeline import model
from tests.pipeline.conftest import World
from tests.samples import paper, settings, subscriber

HOUR = timedelta(hours=1)
TUESDAY = datetime(2026, 11, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("complete", "poll_every", "ago", "after"),
    [
        (True, 6 * HOUR, HOUR, 6 * HOUR),
        (False, 6 * HOUR, HOUR / 4, HOUR / 2),
        (False, HOUR / 3, HOUR / 4, HOUR / 3),
        (True, 6 * HOUR, 7 * HOUR, 7 * HOUR),
    ],
)
def test_an_incomplete_poll_is_taken_up_sooner(
    world: World, complete: bool, poll_every: timedelta, ago: timedelta, after: timedelta
) -> None:
    """After half an hour, or when the next one is due anyhow; one that is overdue is made now."""
    given = settings(world.folder, arxiv=replace(ArxivSettings("ada@example.org"), poll_every=poll_every))
    last = LastPoll(START - ago, complete)
    assert hours.next_poll_after(last, given, START) == last.finished_at + after
    assert hours.next_poll_after(None, given, START) == START


async def test_a_digest_is_due_at_its_very_hour(world: World) -> None:
    """Not before, and from then on until it is written; a newcomer's first is the next one."""
    world.subscribe(subscriber())
    await world.step()
    assert hours.due_now(world.services) == {}
    nine = TUESDAY + 9 * HOUR
    assert hours.next_digest_of(world.store, subscriber(), world.clock.now()) == nine
    world.clock.advance(nine - world.clock.now())
    assert hours.due_now(world.services) == {"ada": nine}
    world.clock.advance(HOUR)
    assert hours.due_now(world.services) == {"ada": nine}
    assert hours.next_digest_of(world.store, subscriber(), world.clock.now()) == world.clock.now()
    await world.step()
    assert hours.due_now(world.services) == {}


async def test_who_comes_a_minute_before_the_hour_has_a_digest_at_the_hour(world: World) -> None:
    """A clock may be a little wrong, but nobody waits a day for that."""
    world.clock.advance(TUESDAY + 9 * HOUR - HOUR / 60 - world.clock.now())
    world.subscribe(subscriber())
    await world.step()
    world.clock.advance(TUESDAY + 9 * HOUR - world.clock.now())
    assert hours.due_now(world.services) == {"ada": TUESDAY + 9 * HOUR}


@pytest.mark.parametrize("ends", [START - HOUR, START + 400 * 24 * HOUR])
async def test_a_rest_is_over_when_its_time_is(world: World, ends: datetime) -> None:
    """Nothing wakes up for it again and again; and one noted while the clock was ahead holds nothing up."""
    world.state.memory.rest_until = ends
    await world.step()
    assert not world.state.memory.is_resting(world.clock.now())
    assert hours.next_event(world.services, world.state) > world.clock.now()


@pytest.mark.parametrize(("edited_at", "still_due"), [(8, False), (10, True)])
async def test_an_edited_schedule_counts_from_the_edit(world: World, edited_at: int, still_due: bool) -> None:
    """Its hours before were never due; what was due by the old one, and not yet sent, still is."""
    world.subscribe(subscriber())
    await world.step()
    world.clock.advance(TUESDAY + edited_at * HOUR - world.clock.now())
    world.subscribe(subscriber(schedule=Schedule("daily 07:00", "0 7 * * *")))
    tick.take_up(world.store, world.settings, world.clock.now())
    assert bool(hours.due_now(world.services)) is still_due


async def test_the_next_event_is_the_first_of_all(world: World) -> None:
    """A poll, a digest, a delivery that waits, or the end of a rest; who gets papers at once has no hour."""
    world.subscribe(subscriber(), arxiv=replace(ArxivSettings("ada@example.org"), poll_every=48 * HOUR))
    assert hours.next_event(world.services) == world.clock.now()
    await world.step()
    assert hours.next_event(world.services, world.state) == TUESDAY + 9 * HOUR
    world.state.memory.rest_until = START + 3 * HOUR
    assert hours.next_event(world.services, world.state) == START + 3 * HOUR
    world.store.outbox.add_notice(subscriber().targets[0], b"a notice", "ada", world.clock.now())
    (notice,) = world.store.outbox.waiting(None)
    world.store.outbox.mark_waiting(notice, "busy", START + 2 * HOUR, None, in_doubt=False)
    assert hours.next_event(world.services, world.state) == START + 2 * HOUR
    world.store.outbox.mark_failed(notice, "no", Verdict(), world.clock.now())
    world.state.memory.rest_until = None
    world.subscribe(subscriber(schedule=Schedule("immediately", None)), arxiv=world.settings.arxiv)
    assert hours.next_event(world.services, world.state) > START + 47 * HOUR


async def test_every_step_does_what_it_announced(world: World) -> None:
    """Whoever watches sees each come to its end."""
    world.source.papers = [paper(f"2611.0000{n}") for n in (1, 2, 3)]
    world.summariser = FakeSummariser(world.clock, model.good)
    world.subscribe(subscriber(), subscriber("bob"))
    await world.once()
    assert [step for step, _ in world.progress.steps] == ["poll", "summarise", "compose", "deliver"]
    assert dict(world.progress.steps) == Counter(world.progress.advanced)
    assert [step for step, _ in world.progress.outcomes] == ["poll", "summarise", "compose", "deliver"]
    assert world.progress.outcomes[1:] == [
        ("summarise", "3 of 3 summaries written"),
        ("compose", "digests written: 2"),
        ("deliver", "2 of 2 messages accepted"),
    ]


async def test_a_round_delivers_what_waits_before_anything_else(world: World) -> None:
    """Also when nothing else is due."""
    world.source.papers = [paper()]
    world.subscribe(subscriber())
    world.slack.script.append(DeliveryError("busy", Verdict()))
    await world.once()
    world.clock.advance(HOUR)
    report = await world.step()
    assert [one.arxiv_ids for one in world.slack.accepted] == [("2611.00001",)]
    assert report.done == ["ada: slack #papers: delivered, 1 paper"]


async def test_spare_time_without_quota_is_taken_up_when_it_is_whole(world: World) -> None:
    """At midnight in California; until then there is nothing to do in it."""
    world.source.papers = [paper(f"2611.0000{n}") for n in (1, 2)]
    world.summariser = FakeSummariser(world.clock, model.good)
    world.subscribe(subscriber(), gemini=GeminiSettings(requests_per_day=2, papers_per_request=1))
    await world.step()
    await tick.spare(world.services, world.state, TUESDAY, asyncio.Event())
    assert len(world.summariser.prompts) == 2
    assert world.state.memory.rest_until == TUESDAY + 8 * HOUR


def test_requests_that_a_dead_process_left_open_end_when_the_next_one_starts(world: World) -> None:
    """They are counted, and hold nothing up for ever."""
    day = quota.pacific_day(world.clock.now())
    world.store.summaries.start_request(day, 700, world.clock.now())
    world.clock.advance(HOUR)
    world.restart()
    (request,) = world.store.summaries.recent_requests(START)
    assert (request.finished_at, request.tokens) == (START + HOUR, 700)
