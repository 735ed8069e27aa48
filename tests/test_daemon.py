"""The daemon: work when it is due, a configuration that may change, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import schedule
from bot.daemon import GRACE, LOOK_EVERY, NOTICE_EVERY, WAKE_EVERY, Daemon, in_time
from bot.errors import ConfigError, DeliveryError, ModelError, StoreError
from bot.models import Envelope, Fault, ModelReply, OutboxState, Prompt, Receipt, Subscriber, Target, Verdict
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.settings import GeminiSettings, Settings
from bot.store import Store
from bot.store.database import Connection
from tests import samples
from tests.fakes import FakeSummariser, FakeSupervisor, overloaded
from tests.pipeline import model
from tests.pipeline.conftest import World, new_world
from tests.samples import NOON, paper, subscriber

FILE, SLACK, OPERATOR = (
    Target("file", "/reports"),
    Target("slack", "#papers"),
    Target("slack", "#operator"),
)
GEMINI = GeminiSettings(requests_per_minute=1000, concurrency=1)
MINUTE = timedelta(minutes=1)
BROKEN = ConfigError([Fault("subscribers.yaml", 14, 13, "subscribers[2].topics[0]", "unknown topic 'x'")])


@dataclass
class Running:
    """A daemon under way on a world's clock, and the file it looks at."""

    world: World
    edit: Settings | Exception | None = None
    """What the next look at the file finds."""
    told: list[str] = field(default_factory=list)
    opened: int = 0
    supervisor: FakeSupervisor = field(default_factory=FakeSupervisor)
    daemon: Daemon = field(init=False)

    def __post_init__(self) -> None:
        self.daemon = Daemon(self.world.settings, self.open, self.look, self.tell, self.supervisor)

    @asynccontextmanager
    async def open(self, settings: Settings) -> AsyncIterator[Services]:
        self.opened += 1
        yield replace(self.world.services, settings=settings)

    def look(self) -> Settings | None:
        found, self.edit = self.edit, None
        if isinstance(found, Exception):
            raise found
        return found

    def tell(self, report: Report) -> None:
        self.told += report.faults

    async def until(self, moment: datetime) -> None:
        await self.world.clock.sleep((moment - self.world.clock.now()).total_seconds())

    async def wait(self, duration: timedelta) -> None:
        await self.until(self.world.clock.now() + duration)


def daily(name: str, clock: str, **changes: Any) -> Subscriber:
    return subscriber(name, schedule=schedule.parse(f"daily {clock}"), **{"targets": (FILE,)} | changes)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = new_world(tmp_path)
    world.source.papers = [paper("2611.00001")]
    yield world
    world.store.close()


@asynccontextmanager
async def running(world: World, *subscribers: Subscriber, **changes: Any) -> AsyncIterator[Running]:
    """A daemon for these subscribers, stopped at the end of the block."""
    world.subscribe(*subscribers, **changes)
    one = Running(world)
    task = asyncio.ensure_future(one.daemon.run())
    try:
        yield one
        one.daemon.stop()
        await task
    finally:
        task.cancel()


def delivered(world: World) -> list[tuple[str, tuple[str, ...]]]:
    """Whose message reached a file, and with which papers."""
    return [(one.subscriber, one.arxiv_ids) for one in world.file.accepted]


async def test_each_digest_goes_out_when_it_is_due(world: World) -> None:
    """To the second, each subscriber's by their own clock."""
    arrivals: dict[str, datetime] = {}
    send = world.file.take

    async def timed(envelope: Envelope, resolved: str) -> Receipt:
        arrivals[envelope.subscriber] = world.clock.now()
        return await send(envelope, resolved)

    world.file.on_send = timed
    readers = (daily("ada", "12:07"), daily("bob", "21:11", timezone="Asia/Tokyo"), daily("cyd", "13:00"))
    async with running(world, *readers) as one:
        await one.until(NOON + 15 * MINUTE)
    assert arrivals == {"ada": NOON + 7 * MINUTE, "bob": NOON + 11 * MINUTE}


async def test_a_clock_that_jumps_is_noticed(world: World) -> None:
    """The machine slept over the hour: the digest follows at once, and once."""
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(MINUTE)
        world.clock.advance(timedelta(hours=30))
        woken = world.clock.now()
        await one.wait(2 * NOTICE_EVERY + MINUTE)
        assert [name for name, _ in delivered(world)] == ["ada"]
        assert world.file.accepted[0].created_at - woken < NOTICE_EVERY + MINUTE / 2
        await one.wait(MINUTE)
    assert len(delivered(world)) == 1


async def test_spare_time_prepares_the_next_digests(world: World) -> None:
    """Summaries are asked for before the digest is due, which then goes out without delay."""
    world.summariser = FakeSummariser(world.clock, model.good)
    async with running(world, daily("ada", "12:30"), gemini=GEMINI) as one:
        await one.wait(MINUTE)
        assert len(world.summariser.prompts) == 1
        assert not delivered(world)
    assert len(world.summariser.prompts) == 1


async def test_spare_time_is_taken_up_again_when_the_quota_is_whole(world: World) -> None:
    """Midnight in California is an event of its own; nothing polls in between."""
    world.clock.advance(timedelta(hours=19, minutes=55))
    world.source.papers = [paper(f"2611.{n:05}") for n in range(1, 4)]
    world.summariser = FakeSummariser(world.clock, model.good)
    async with running(world, daily("ada", "12:30"), gemini=replace(GEMINI, requests_per_day=2)) as one:
        await one.wait(4 * MINUTE)
        assert len(world.summariser.prompts) == 2
        await one.wait(2 * MINUTE)
        assert len(world.summariser.prompts) == 3


async def test_a_good_edit_takes_effect_within_moments(world: World) -> None:
    """A new subscriber who wants papers at once has them; the services are opened anew."""
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(MINUTE)
        at_once = subscriber("bob", targets=(FILE,), schedule=schedule.parse("immediately"))
        one.edit = samples.settings(world.folder, daily("ada", "13:00"), at_once)
        await one.wait(LOOK_EVERY + timedelta(seconds=1))
        assert [name for name, _ in delivered(world)] == ["bob"]
        assert one.opened == 2


async def test_a_new_topic_is_asked_for_at_once(world: World) -> None:
    """Its readers don't wait for arXiv's next announcement."""
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(MINUTE)
        asked = len(world.source.asked)
        topics = (samples.topic(), samples.topic("other", keywords=("lattice",)))
        reader = daily("ada", "13:00", topics=("microscopy", "other"))
        one.edit = samples.settings(world.folder, reader, topics=topics)
        await one.wait(MINUTE)
        assert any("lattice" in query for query, *_ in world.source.asked[asked:])
        asked = len(world.source.asked)
        await one.wait(MINUTE)
        assert len(world.source.asked) == asked


async def test_an_edit_reaches_a_round_that_takes_long(world: World) -> None:
    """Summarising for an hour: what is in flight is finished and kept, nothing is asked twice."""
    world.source.papers = [paper(f"2611.{n:05}") for n in range(1, 31)]
    world.summariser = FakeSummariser(world.clock, model.good)
    slow = replace(GEMINI, requests_per_minute=1)
    async with running(world, daily("ada", "12:30"), gemini=slow) as one:
        await one.wait(5 * MINUTE)
        before = len(world.summariser.prompts)
        assert 3 <= before <= 6
        fast = replace(GEMINI, requests_per_minute=30)
        one.edit = samples.settings(world.folder, daily("ada", "12:30"), gemini=fast)
        await one.wait(3 * MINUTE)
        asked = [model.asked(prompt)[0] for prompt in world.summariser.prompts]
        assert len(asked) == len(set(asked)) == 30


async def test_a_broken_edit_is_told_once_and_changes_nothing(world: World) -> None:
    """Logged with line and column and told to the operator; the old configuration stays in force."""
    async with running(world, daily("ada", "12:05"), operator=OPERATOR) as one:
        await one.wait(MINUTE)
        one.edit = BROKEN
        await one.wait(LOOK_EVERY * 2)
        verdict, fault = one.told
        assert "the old one stays in force" in verdict
        assert fault == "subscribers.yaml:14:13: subscribers[2].topics[0]: unknown topic 'x'"
        (notice,) = world.slack.accepted
        assert notice.target == OPERATOR
        assert b"subscribers.yaml:14:13" in notice.payload
        await one.wait(5 * MINUTE)
        assert one.opened == 1
        assert [name for name, _ in delivered(world)] == ["ada"]
        assert len(world.slack.accepted) == 1


@pytest.mark.parametrize("same", [True, False])
async def test_a_mended_edit_settles_it(world: World, same: bool) -> None:
    """Also when it is merely taken back; readers never hear of it."""
    ada = daily("ada", "12:05", send_empty=True)
    async with running(world, ada, operator=OPERATOR) as one:
        await one.wait(MINUTE)
        one.edit = BROKEN
        await one.wait(MINUTE)
        assert [alert.key for alert in world.store.notices.open_alerts()] == ["configuration"]
        one.edit = world.settings if same else replace(world.settings, subscribers=(ada, daily("b", "13:00")))
        await one.wait(MINUTE)
        assert not world.store.notices.open_alerts()
        assert one.opened == (1 if same else 2)
        one.edit = BROKEN
        await one.wait(3 * MINUTE)
        assert len(world.slack.accepted) == 2
    assert b"unknown topic" not in world.file.accepted[0].payload


async def test_a_broken_edit_is_told_during_spare_time_too(world: World) -> None:
    """The operator does not wait until an hour of summaries is done."""
    world.source.papers = [paper(f"2611.{n:05}") for n in range(1, 31)]
    world.summariser = FakeSummariser(world.clock, model.good)
    slow = replace(GEMINI, requests_per_minute=1)
    async with running(world, daily("ada", "18:00"), operator=OPERATOR, gemini=slow) as one:
        await one.wait(MINUTE)
        one.edit = BROKEN
        await one.wait(timedelta(seconds=10))
        assert [envelope.target for envelope in world.slack.accepted] == [OPERATOR]
        before = len(world.summariser.prompts)
        await one.wait(3 * MINUTE)
        assert len(world.summariser.prompts) > before


async def test_look_looks_now(world: World) -> None:
    """SIGHUP: at once, not at the next look."""
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(MINUTE)
        one.edit = replace(world.settings, operator=OPERATOR)
        began = world.clock.now()
        one.daemon.look()
        while one.opened < 2:
            await one.wait(timedelta(milliseconds=10))
        assert world.clock.now() - began < LOOK_EVERY / 2


async def test_where_files_are_told_of_nothing_is_looked_at_without_reason(world: World) -> None:
    """An idle hour has two waits a minute, one for the file and one for the clock."""
    async with running(world, daily("ada", "18:00")) as one:
        await one.wait(MINUTE)
        one.daemon.notice()
        await one.wait(MINUTE)
        before = len(world.clock.slept)
        await one.wait(60 * MINUTE)
        assert len(world.clock.slept) - before <= 2 * 60 + 5


async def test_a_notice_is_followed_by_looks_until_the_file_is_left_alone(world: World) -> None:
    """The first may come while it is being written; each notice has one look at once or soon, and one after it."""
    async with running(world, daily("ada", "18:00")) as one:
        one.daemon.notice()
        await one.wait(10 * LOOK_EVERY)
        one.edit = BROKEN
        one.daemon.notice()
        await one.wait(LOOK_EVERY / 2)
        assert len(one.told) == 2
        one.edit = replace(world.settings, operator=OPERATOR)
        await one.wait(LOOK_EVERY)
        assert one.opened == 2


async def test_the_first_notice_alone_is_followed_by_two_looks(world: World) -> None:
    """An edit made before anything was watched: the first look finds it, the second finds it left alone."""
    async with running(world, daily("ada", "18:00")) as one:
        one.daemon.notice()
        await one.wait(1.5 * LOOK_EVERY)
        one.edit = replace(world.settings, operator=OPERATOR)
        await one.wait(LOOK_EVERY)
        assert one.opened == 2


async def test_an_edit_that_nothing_told_of_is_found_and_the_next_at_once(world: World) -> None:
    """The configuration is on a network drive: the system's notices are not relied on any more."""
    async with running(world, daily("ada", "18:00")) as one:
        one.daemon.notice()
        await one.wait(10 * LOOK_EVERY)
        one.edit = replace(world.settings, operator=OPERATOR)
        await one.wait(10 * LOOK_EVERY)
        assert one.opened == 1
        await one.wait(WAKE_EVERY)
        assert one.opened == 2
        one.daemon.notice()
        await one.wait(10 * LOOK_EVERY)
        one.edit = BROKEN
        await one.wait(2 * LOOK_EVERY)
        assert len(one.told) == 2


async def test_what_another_command_writes_is_found_at_once(world: World) -> None:
    """``retry``, typed while the daemon waits for the evening."""
    async with running(world, daily("ada", "18:00")) as one:
        await one.wait(MINUTE)
        one.daemon.notice()
        await one.wait(MINUTE)
        world.store.outbox.add_notice(FILE, b"hello", "ada", world.clock.now())
        one.daemon.notice()
        await one.wait(timedelta(seconds=1))
        assert [sent.payload for sent in world.file.accepted] == [b"hello"]


async def test_a_clock_that_jumps_is_noticed_where_files_are_told_of(world: World) -> None:
    """Nothing tells of that: a minute at the most."""
    async with running(world, daily("ada", "13:00")) as one:
        one.daemon.notice()
        await one.wait(MINUTE)
        world.clock.advance(timedelta(hours=30))
        woken = world.clock.now()
        await one.wait(2 * MINUTE)
        assert world.file.accepted[0].created_at - woken <= WAKE_EVERY


async def test_stop_finishes_what_is_in_flight(world: World) -> None:
    """The message on its way is delivered and recorded; the next one is not begun."""
    send = world.slack.take

    async def slow(envelope: Envelope, resolved: str) -> Receipt:
        await world.clock.sleep(5)
        return await send(envelope, resolved)

    world.slack.on_send = slow
    readers = [subscriber(name, targets=(SLACK,), schedule=schedule.parse("daily 12:01")) for name in "ab"]
    async with running(world, *readers) as one:
        await one.until(NOON + MINUTE + timedelta(seconds=2))
        one.daemon.stop()
        began = world.clock.now()
    assert world.clock.now() - began < GRACE
    assert [envelope.subscriber for envelope in world.slack.accepted] == ["a"]
    states = {tally.subscriber: (tally.sent, tally.pending) for tally in world.store.outbox.tallies()}
    assert states == {"a": (1, 0), "b": (0, 1)}


async def test_what_does_not_finish_in_time_is_cut_off_and_in_doubt(world: World) -> None:
    """A service that hangs does not keep the process alive; the next one asks the channel's history."""

    async def hanging(envelope: Envelope, resolved: str) -> Receipt:
        await world.clock.sleep(3600)
        raise AssertionError("nobody waits for this")

    world.slack.on_send = hanging
    reader = subscriber("ada", targets=(SLACK,), schedule=schedule.parse("daily 12:01"))
    async with running(world, reader) as one:
        await one.until(NOON + MINUTE + timedelta(seconds=2))
        one.daemon.stop()
        began = world.clock.now()
    assert timedelta() <= world.clock.now() - began - GRACE < timedelta(seconds=1)
    world.restart()
    (envelope,) = world.store.outbox.waiting(None)
    assert envelope.state is OutboxState.IN_DOUBT


async def test_work_in_time(world: World) -> None:
    """`once` too ends soon after Ctrl-C, whatever hangs: what is done counts, the rest is cut off."""
    interrupt = asyncio.Event()
    interrupt.set()

    async def work(seconds: float) -> str:
        await world.clock.sleep(seconds)
        return "done"

    began = world.clock.now()
    assert await in_time(work(GRACE.total_seconds() / 2), interrupt, world.clock) == "done"
    assert await in_time(work(3600), interrupt, world.clock) is None
    assert world.clock.now() - began <= GRACE * 2


async def test_stop_during_a_poll_that_arxiv_keeps_waiting(world: World) -> None:
    """Nobody waits out arXiv's pauses at the end; the poll is made anew by the next process."""
    world.source.script.extend([overloaded()] * 500)
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(MINUTE)
        one.daemon.stop()
        began = world.clock.now()
    assert world.clock.now() - began < timedelta(seconds=2)
    assert world.store.polls.last_poll() is None


async def test_a_dead_watcher_stops_the_daemon(world: World) -> None:
    """Without it no edit would ever be seen: better to end, loudly, and be started again."""
    world.subscribe(daily("ada", "13:00"))
    one = Running(world)
    task = asyncio.ensure_future(one.daemon.run())
    await one.wait(MINUTE)
    one.edit = RuntimeError("a fault of ours")
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await task


async def test_an_unusable_database_ends_it(world: World) -> None:
    """Nothing can be promised without it."""
    world.subscribe(daily("ada", "13:00"))
    one = Running(world)
    one.edit = StoreError("the disk is full")
    with pytest.raises(StoreError):
        await one.daemon.run()


async def test_a_full_disk_is_waited_out_and_told_when_there_is_room(world: World) -> None:
    """What was under way is settled as after a death: nothing is lost and nothing comes twice."""
    world.store.close()
    connection = Connection(world.folder / "state.db")
    connection.write_ahead()
    world.store = Store(connection)
    pages = connection.value("PRAGMA page_count")
    readers = daily("ada", "12:02", targets=(FILE,))
    world.source.papers = [paper(f"2611.{n:05}", abstract="We measure. " * 300) for n in range(30)]
    connection.rows(f"PRAGMA max_page_count = {pages + 2}")
    async with running(world, readers, operator=OPERATOR) as one:
        await one.wait(10 * MINUTE)
        assert delivered(world) == []
        assert [fault for fault in one.told if "the disk is full" in fault] == one.told[:1] == one.told
        assert "the disk is full" in one.supervisor.told[-1]
        beats = one.supervisor.beats
        await one.wait(MINUTE)
        assert one.supervisor.beats > beats + 50, "it hangs not: systemd has no reason to end it"
        connection.rows(f"PRAGMA max_page_count = {pages + 10_000}")
        await one.wait(3 * MINUTE)
    assert [(name, len(ids)) for name, ids in delivered(world)] == [("ada", 30)]
    (told,) = [text for sent in world.slack.accepted if "was full from" in (text := sent.payload.decode())]
    assert "12:00 to 2026-11-16 12:1" in told


async def test_whoever_started_it_is_told_what_it_does(world: World) -> None:
    """That it lives, what it waits for, and that it ends."""
    async with running(world, daily("ada", "13:00")) as one:
        await one.wait(5 * MINUTE)
        told, beats = list(one.supervisor.told), one.supervisor.beats
    assert told == [
        "ready",
        "a round is under way",
        "next round 2026-11-16 13:00 UTC; 0 messages wait, 0 failed",
    ]
    assert beats >= 290
    assert one.supervisor.told[-1] == "stopping"


async def test_the_failure_of_a_service_never_ends_it(world: World) -> None:
    """arXiv, Gemini, Slack and the file system all fail: it goes on, and delivers when they are back."""

    def failing(prompt: Prompt) -> ModelReply | Exception:
        return ModelError("down", Verdict()) if world.clock.now() < NOON + 4 * MINUTE else model.good(prompt)

    world.source.script.extend([overloaded()] * 4)
    world.summariser = FakeSummariser(world.clock, failing)
    world.file.script.extend([DeliveryError("disk full", Verdict())] * 2)
    world.slack.script.extend([DeliveryError("down", Verdict(retry_after=timedelta(minutes=2)))] * 2)
    readers = (daily("ada", "12:02", targets=(FILE, SLACK)), daily("bob", "12:20"))
    async with running(world, *readers, gemini=GEMINI) as one:
        await one.wait(25 * MINUTE)
        assert any("disk full" in fault for fault in one.told)
    assert {name for name, _ in delivered(world)} == {"ada", "bob"}
    assert len(world.slack.accepted) == 1


@pytest.mark.parametrize("wait", [timedelta(minutes=30), None])
async def test_a_service_that_is_down_is_not_asked_in_circles(world: World, wait: timedelta | None) -> None:
    """Messages that are left untried wait with the others: no round finds work it can't do."""
    down = DeliveryError("down", Verdict(retry_after=wait))
    world.slack.script.extend([down] * 100)
    readers = [
        subscriber(f"r{n}", targets=(Target("slack", f"#c{n}"),), schedule=schedule.parse("daily 12:01"))
        for n in range(8)
    ]
    async with running(world, *readers) as one:
        await one.wait(4 * MINUTE)
        assert len(world.slack.script) >= 92  # those under way at once
        assert len(one.told) <= 9
