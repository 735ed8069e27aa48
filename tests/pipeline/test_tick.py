"""When a round finds something to do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import quota
from bot.errors import ArxivError, DeliveryError
from bot.history import LastPoll
from bot.models import Schedule, Target, Verdict
from bot.pipeline import hours, tick
from bot.pipeline.report import Report
from bot.settings import ArxivSettings, GeminiSettings
from bot.store import Store, migrations
from bot.store.database import Connection
from tests.fakes import START, FakeSummariser
from tests.pipeline import model
from tests.pipeline.conftest import World, new_world
from tests.samples import paper, settings, subscriber, topic

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


@pytest.mark.parametrize(("work", "gives_up"), [(World.once, True), (World.step, False)])
async def test_who_waits_is_told_soon_that_there_is_no_way_to_arxiv(
    world: World, work: Callable[[World], Awaitable[Report]], gives_up: bool
) -> None:
    """A daemon, for which nobody waits, asks for five minutes: the network may come back."""
    world.source.script.extend([ArxivError("no such host", Verdict(unreachable=True))] * 100)
    report = await work(world)
    assert report.faults
    assert (len(world.source.asked) == 3) is gives_up
    assert (world.clock.now() - START < HOUR / 60) is gives_up


async def test_who_was_not_chosen_is_left_alone(world: World) -> None:
    """Nothing is asked, written, sent or named for the others, and what waits for them goes on waiting."""
    topics = (topic(), topic("glass", keywords=("glass",)))
    world.source.papers = [paper(), paper("2611.00002", title="Glass")]
    others = subscriber(topics=("glass",)), subscriber("bob")
    world.subscribe(*others, topics=topics)
    world.slack.script.extend([DeliveryError("busy", Verdict())] * 2)
    await world.once()
    world.source.papers.append(paper("2611.00003"))
    world.source.asked.clear()
    world.clock.advance(HOUR)
    report = await tick.once(world.services, world.state, ["bob"])
    assert [one.subscriber for one in world.slack.accepted] == ["bob", "bob"]
    assert report.faults == []
    assert not any("glass" in asked for asked, _, _ in world.source.asked)
    assert [one.subscriber for one in world.store.outbox.waiting(None)] == ["ada"]


async def test_who_had_papers_at_once_and_wants_an_hour_waits_for_the_next(world: World) -> None:
    """The hour of this morning was not theirs."""
    world.subscribe(subscriber(schedule=Schedule("immediately", None)))
    await world.step()
    world.clock.advance(TUESDAY + 10 * HOUR - world.clock.now())
    world.subscribe(subscriber())
    await world.step()
    assert hours.due_now(world.services) == {}
    assert hours.next_digest_of(world.store, subscriber(), world.clock.now()) == TUESDAY + 33 * HOUR


@pytest.mark.parametrize("work", [World.once, World.step])
async def test_others_have_their_turn_after_each_look_at_all_readers(
    world: World, work: Callable[[World], Awaitable[Report]]
) -> None:
    """Ten thousand take 80 ms each time: when a round begins, for who is due, and for what comes after."""
    await work(world)
    world.clock.slept.clear()
    await work(world)
    assert world.clock.slept.count(0) >= (3 if work is World.once else 2)


@pytest.fixture
def old_world(tmp_path: Path) -> Iterator[World]:
    """On a database that was written before there was an index."""
    connection = Connection(tmp_path / "state.db")
    with connection.told():
        migrations.apply(connection.raw, stop_before="m005_words")
    with closing(Store(connection)) as old:
        old.papers.add([paper()], START)
    world = new_world(tmp_path)
    yield world
    world.store.close()


async def test_a_run_indexes_what_was_stored_before(old_world: World) -> None:
    """`once` may be all that ever runs: `search` finds the papers of before after it."""
    assert not old_world.store.words.is_complete()
    await old_world.once()
    assert old_world.store.words.is_complete()


@pytest.mark.parametrize(
    ("left", "stopped", "done"), [(HOUR, False, True), (0 * HOUR, False, False), (HOUR, True, False)]
)
async def test_spare_time_indexes_what_was_stored_before(
    old_world: World, left: timedelta, stopped: bool, done: bool
) -> None:
    """As long as there is any, and nobody has told it to stop."""
    stopping = asyncio.Event()
    if stopped:
        stopping.set()
    await tick.spare(old_world.services, old_world.state, START + left, stopping)
    assert old_world.store.words.is_complete() is done


@pytest.mark.parametrize(
    "work", [World.once, lambda world: tick.spare(world.services, world.state, TUESDAY, asyncio.Event())]
)
async def test_others_have_their_turn_after_each_piece_that_is_indexed(
    old_world: World, work: Callable[[World], Awaitable[object]]
) -> None:
    """A large database has hundreds of them."""
    await work(old_world)
    indexing = old_world.clock.slept.count(0)
    old_world.clock.slept.clear()
    await work(old_world)
    assert indexing == old_world.clock.slept.count(0) + 1


async def test_spare_time_asks_the_model_nothing_while_it_rests(world: World) -> None:
    """What nobody waits for is not asked for; afterwards it is."""
    world.source.papers = [paper()]
    world.summariser = FakeSummariser(world.clock, model.good)
    world.subscribe(subscriber())
    await world.step()
    world.state.memory.rest_until = world.clock.now() + HOUR
    await tick.spare(world.services, world.state, TUESDAY, asyncio.Event())
    assert world.summariser.prompts == []
    assert world.state.memory.rest_until == world.clock.now() + HOUR
    world.clock.advance(HOUR)
    await tick.spare(world.services, world.state, TUESDAY, asyncio.Event())
    assert len(world.summariser.prompts) == 1
    assert not world.state.memory.is_resting(world.clock.now())


async def test_a_poll_is_made_at_its_very_moment(world: World) -> None:
    """The daemon sleeps until then: a round that found it too soon would be begun again and again."""
    world.subscribe(arxiv=replace(ArxivSettings("ada@example.org"), poll_every=6 * HOUR))
    await world.step()
    last = world.store.polls.last_poll()
    assert last is not None
    world.clock.advance(hours.next_poll(world.services) - world.clock.now())
    await world.step()
    assert world.store.polls.last_poll() != last


async def test_whoever_is_due_by_now_is_not_behind_who_waited_for_a_summary(world: World) -> None:
    """Ada's summary comes at Bob's very minute: that round ends, and the next writes both digests."""
    world.source.papers = [paper()]
    nine = subscriber(schedule=Schedule("daily 09:00", "0 9 * * *"))
    then = subscriber("bob", schedule=Schedule("daily 09:01", "1 9 * * *"))
    world.subscribe(nine, then, arxiv=replace(ArxivSettings("ada@example.org"), poll_every=48 * HOUR))
    await world.step()
    world.summariser = FakeSummariser(world.clock, model.good)
    world.summariser.latency = 60
    world.clock.advance(TUESDAY + 9 * HOUR - world.clock.now())
    await world.step()
    assert world.clock.now() == TUESDAY + 9 * HOUR + HOUR / 60
    assert world.slack.accepted == []
    await world.step()
    assert [one.subscriber for one in world.slack.accepted] == ["ada", "bob"]
    assert len(world.summariser.prompts) == 1


@pytest.mark.parametrize("work", [World.once, World.step])
async def test_nobody_is_reminded_of_what_left_the_configuration(
    world: World, work: Callable[[World], Awaitable[Report]]
) -> None:
    """A channel that took nothing, and is not there any more."""
    world.source.papers = [paper()]
    world.slack.script.append(DeliveryError("token_revoked", Verdict(permanent=True)))
    await world.once()
    assert len(world.store.notices.open_alerts()) == 1
    world.subscribe(subscriber(targets=(Target("file", "/reports"),)))
    await work(world)
    assert not world.store.notices.open_alerts()
