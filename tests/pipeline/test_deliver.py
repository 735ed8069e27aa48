"""Delivering: once wherever it can be found out, never lost, one service not holding back another."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DeliveryError, StoreError
from bot.models import Envelope, OutboxState, Receipt, Target, Verdict
from bot.pipeline import tick
from bot.pipeline.deliver import deliver, name_waiting
from bot.pipeline.report import Report
from bot.settings import EmailSettings
from tests.fakes import FakeClock
from tests.pipeline.conftest import World
from tests.pipeline.mortal import mortal_world
from tests.samples import paper, subscriber

SLACK, FILE = Target("slack", "#papers"), Target("file", "/reports")
OPERATOR = Target("slack", "#operators")
ARCHIVED = DeliveryError("is_archived", Verdict(permanent=True, remedy="unarchive it"))
BLOCKS = DeliveryError("invalid_blocks", Verdict(permanent=True, form_refused=True, remedy="report it"))


def transient(**verdict: Any) -> DeliveryError:
    return DeliveryError("the service is down", Verdict(**verdict))


@pytest.fixture
def ready(world: World) -> World:
    """Two papers found, two kinds of target."""
    world.source.papers = [paper("2611.00001"), paper("2611.00002")]
    world.subscribe(subscriber(targets=(SLACK, FILE)))
    return world


async def test_a_second_run_sends_nothing(ready: World) -> None:
    """Every paper once at each target."""
    report = await ready.once()
    assert not report.faults
    assert [one.arxiv_ids for one in ready.slack.accepted] == [("2611.00002", "2611.00001")]
    assert [one.arxiv_ids for one in ready.file.accepted] == [("2611.00002", "2611.00001")]
    await ready.once()
    assert len(ready.slack.accepted) == len(ready.file.accepted) == 1


async def test_slack_down_does_not_hold_back_the_rest(ready: World) -> None:
    """The file is written; the next run sends what is missing and nothing else."""
    ready.slack.script.append(transient())
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: waiting: the service is down"]
    assert (len(ready.slack.accepted), len(ready.file.accepted)) == (0, 1)

    report = await ready.once()
    assert not report.faults
    assert (len(ready.slack.accepted), len(ready.file.accepted)) == (1, 1)


async def test_a_permanent_refusal_fails_with_its_remedy(ready: World) -> None:
    """It is not tried again by itself, is named on stderr and in status, and `retry` revives it."""
    verdict = Verdict(permanent=True, remedy="type /invite @arxiv-digest there")
    ready.slack.script.append(DeliveryError("not_in_channel", verdict))
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: failed: not_in_channel; type /invite @arxiv-digest there"]

    report = await ready.once()
    assert not report.faults
    assert not ready.slack.accepted

    ready.store.outbox.retry_failed(None, ready.clock.now())
    await ready.once()
    assert len(ready.slack.accepted) == 1


async def test_a_message_slack_accepted_without_saying_so_is_found(ready: World) -> None:
    """The answer was lost after sending: the channel's history is asked before anything is sent again."""
    ready.slack.script.append(transient(in_doubt=True))
    report = await ready.once()
    assert not report.faults
    assert len(ready.slack.accepted) == 1


async def test_a_message_that_never_arrived_is_sent_again(ready: World) -> None:
    """In doubt, looked for, not found: sent."""
    lost = transient(in_doubt=True)
    ready.slack.script.append(lost)
    accepted = ready.slack.accepted
    send = ready.slack.take

    async def dropped(envelope: Envelope, resolved: str) -> Receipt:
        try:
            return await send(envelope, resolved)
        except DeliveryError:
            accepted.clear()
            raise

    ready.slack.on_send = dropped
    report = await ready.once()
    assert not report.faults
    assert len(accepted) == 1


async def test_a_history_that_lags_is_looked_at_twice(ready: World) -> None:
    """Slack shows an accepted message some seconds late: one look that finds nothing is not believed."""
    find, times = ready.slack.look, list[float]()
    ready.clock.advance(timedelta(hours=1))

    async def sending(envelope: Envelope, resolved: str) -> Receipt:
        times.append(ready.clock.monotonic())
        return await ready.slack.take(envelope, resolved)

    async def lagging(envelope: Envelope, resolved: str) -> Receipt | None:
        times.append(ready.clock.monotonic())
        return await find(envelope, resolved) if len(times) > 2 else None

    ready.slack.on_send, ready.slack.on_find = sending, lagging
    ready.slack.script.append(transient(in_doubt=True))
    assert not (await ready.once()).faults
    assert len(ready.slack.accepted) == 1
    assert [at - times[0] for at in times] == [0, 5, 10]


async def test_what_the_last_process_sent_is_looked_for_once_the_history_can_show_it(ready: World) -> None:
    """It may have died a moment ago. Found missing twice, and no more often, the message is sent."""
    ready.store.outbox.add_notice(SLACK, b"a notice", "", ready.clock.now())
    (notice,) = ready.store.outbox.waiting(None)
    ready.store.outbox.mark_sending(notice, ready.clock.now())
    ready.clock.advance(timedelta(hours=1))
    ready.restart()
    looks: list[float] = []

    async def looking(envelope: Envelope, resolved: str) -> None:
        looks.append(ready.clock.monotonic())

    ready.slack.on_find = looking
    await deliver(ready.services, ready.state, Report())
    assert looks == [3605, 3610]
    assert [one.id for one in ready.slack.accepted] == [notice.id]


async def test_a_report_that_was_written_is_found_at_once(ready: World) -> None:
    """A folder shows what is in it: no second is waited, and nothing is written again."""
    ready.file.script.append(transient(in_doubt=True))
    await ready.once()
    assert len(ready.file.accepted) == 1
    assert ready.clock.slept.count(5) == 0


async def test_what_fails_in_an_unforeseen_way_may_have_been_accepted(ready: World) -> None:
    """Whatever is raised once the message is out: it is looked for, and not sent again."""

    async def sending(envelope: Envelope, resolved: str) -> Receipt:
        await ready.slack.take(envelope, resolved)
        raise RuntimeError("no such field")

    ready.slack.on_send = sending
    assert not (await ready.once()).faults
    assert len(ready.slack.accepted) == 1


async def test_the_pauses_between_attempts_grow(ready: World) -> None:
    """Counted from the failure, however long the machine was off before it."""
    ready.store.outbox.add_notice(SLACK, b"a notice", "", ready.clock.now())
    ready.clock.advance(timedelta(hours=20))
    pauses = []
    for _ in range(5):
        ready.slack.script.append(transient())
        await deliver(ready.services, ready.state, Report())
        again = ready.store.outbox.next_attempt_at()
        assert again is not None
        pauses.append((again - ready.clock.now()) / timedelta(minutes=1))
        ready.clock.advance(again - ready.clock.now())
    assert pauses == [5, 15, 60, 240, 240]
    await deliver(ready.services, ready.state, Report())
    assert len(ready.slack.accepted) == 1


async def test_who_stays_in_doubt_for_a_day_has_failed(world: World) -> None:
    """It waits for a person then, and the papers behind it wait for nobody."""
    many_parts(world)
    world.slack.script.append(transient(in_doubt=True))
    world.slack.unreadable = True
    await world.once()
    for _ in range(12):
        world.clock.advance(timedelta(hours=5))
        report = Report()
        await deliver(world.services, world.state, report)
        if report.done:
            break
    (fault,) = report.faults
    assert fault.startswith("ada: slack #papers part 1/")
    assert fault.endswith(": failed: the history can't be read; grant it")
    (tally,) = world.store.outbox.tallies()
    assert (tally.failed, tally.in_doubt, tally.pending) == (1, 0, 0)
    assert [one.part for one in world.slack.accepted] == list(range(1, tally.sent + 2))


async def test_where_the_history_can_t_be_read_it_stays_in_doubt(ready: World) -> None:
    """Nothing is sent again on a guess; status shows it, and the exit status is 1."""
    ready.slack.script.append(transient(in_doubt=True))
    ready.slack.unreadable = True
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: in doubt: the history can't be read; grant it"]
    assert len(ready.slack.accepted) == 1
    tallies = {tally.kind: tally for tally in ready.store.outbox.tallies()}
    assert tallies["slack"].in_doubt == 1

    ready.slack.unreadable = False
    report = await ready.once()
    assert not report.faults
    assert len(ready.slack.accepted) == 1


async def test_a_process_that_died_while_sending_is_settled_by_the_next(ready: World) -> None:
    """Killed between the network call and its record: found in the history, not sent twice."""
    await ready.once()
    ready.source.papers.append(paper("2611.00003"))

    class Died(BaseException):
        pass

    send = ready.slack.take

    async def dying(envelope: Envelope, resolved: str) -> Receipt:
        await send(envelope, resolved)
        raise Died

    ready.slack.on_send = dying
    with pytest.raises(BaseException):  # noqa: B017, PT011  (a task group wraps it)
        await ready.once()
    assert len(ready.slack.accepted) == 2

    ready.slack.on_send = None
    ready.restart()
    due = ready.store.outbox.due(ready.clock.now(), ignore_backoff=True, subscribers=None)
    (doubtful,) = (one for one in due if one.target == SLACK)
    assert doubtful.state is OutboxState.IN_DOUBT
    report = await ready.once()
    assert not report.faults
    assert len(ready.slack.accepted) == 2


async def test_mail_in_doubt_is_repeated_as_the_same_bytes(world: World) -> None:
    """Mail has no history: the same message under the same Message-ID."""
    world.source.papers = [paper("2611.00001")]
    mail = Target("email", "ada@example.org")
    world.subscribe(subscriber(targets=(mail,)), email=EmailSettings("smtp.example.org", "bot@example.org"))
    world.email.script.append(transient(in_doubt=True))
    report = await world.once()
    assert report.faults == ["ada: email ada@example.org: in doubt: the service is down"]

    await world.once()
    first, second = world.email.accepted
    assert first.payload == second.payload
    await world.once()
    assert len(world.email.accepted) == 2


@pytest.mark.parametrize(
    ("seconds", "said"), [(10, []), (60, ["the service is down; sending again in 60 s"])]
)
async def test_a_short_retry_after_is_waited_out(ready: World, seconds: int, said: list[str]) -> None:
    """429 with up to a minute: the same run delivers, and says so where it takes longer than ten seconds."""
    ready.slack.script.append(transient(retry_after=timedelta(seconds=seconds)))
    report = await ready.once()
    assert not report.faults
    assert seconds in ready.clock.slept
    assert len(ready.slack.accepted) == 1
    assert [text for text in ready.progress.waits if "arXiv" not in text] == said


async def test_a_retry_after_of_over_a_minute_is_left_to_a_later_run(ready: World) -> None:
    """Nobody waits for it; what goes elsewhere is delivered."""
    ready.slack.script.append(transient(retry_after=timedelta(seconds=61)))
    assert len((await ready.once()).faults) == 1
    assert (len(ready.slack.accepted), len(ready.file.accepted)) == (0, 1)


async def test_a_service_that_keeps_refusing_is_left_after_four_attempts(ready: World) -> None:
    """However short the waits are that it asks for."""
    ready.slack.script.extend([transient(retry_after=timedelta(seconds=5))] * 20)
    assert (await ready.once()).faults == ["ada: slack #papers: waiting: the service is down"]
    assert len(ready.slack.script) == 16


async def test_only_failures_in_a_row_are_an_outage(world: World) -> None:
    """Two mails that were not taken, one that was, and two again: the rest is tried; after three it is not."""
    world.source.papers = [paper("2611.00001")]
    mails = tuple(Target("email", f"ada{number}@example.org") for number in range(10))
    world.subscribe(
        subscriber(targets=mails), email=EmailSettings("smtp.example.org", "bot@example.org", connections=1)
    )
    world.email.script.extend([transient(), transient(), None] * 2 + [transient()] * 3)
    assert len((await world.once()).faults) == 8
    assert len(world.email.accepted) == 2
    assert not world.email.script


async def test_a_server_that_is_down_costs_no_commit_for_each_message(tmp_path: Path) -> None:
    """What is better left is recorded together: a commit takes the disk's time, and the loop's."""
    world = mortal_world(tmp_path, FakeClock())
    world.source.papers = [paper("2611.00001")]
    mails = tuple(Target("email", f"ada{number}@example.org") for number in range(60))
    world.subscribe(subscriber(targets=mails), email=EmailSettings("smtp.example.org", "bot@example.org"))
    world.email.script.extend([transient()] * 5)
    await world.live()
    assert len(list(world.store.outbox.due(world.clock.now(), ignore_backoff=True, subscribers=None))) == 60
    assert not list(world.store.outbox.due(world.clock.now(), ignore_backoff=False, subscribers=None))
    sent = world.fate.moments.index("before FakeChannel.send")
    assert world.fate.moments[sent:].count("after a commit") < 20
    world.store.close()


async def test_addresses_of_many_readers_are_looked_up_once(world: World) -> None:
    """And stored in pieces, so that others have their turn between them."""
    world.subscribe(email=EmailSettings("smtp.example.org", "bot@example.org"))
    addresses = [f"r{number}@example.org" for number in range(1100)]
    looked_up = list[str]()

    async def counting(address: str) -> str:
        looked_up.append(address)
        return await world.email.look_up(address)

    world.email.on_resolve = counting
    for _ in range(2):
        with world.store.transaction():
            for address in addresses:
                world.store.outbox.add_notice(Target("email", address), b"a notice", "", world.clock.now())
        await deliver(world.services, world.state, Report())
    assert sorted(looked_up) == sorted(addresses)
    assert len(world.email.accepted) == 2200


async def test_what_was_not_even_tried_is_named(world: World) -> None:
    """To those who are asked for."""
    world.store.outbox.add_notice(SLACK, b"a notice", "ada", world.clock.now())
    report, other = Report(), Report()
    await name_waiting(world.services, report, None)
    await name_waiting(world.services, other, ["bob"])
    assert (report.faults, other.faults) == (["ada: slack #papers: waiting: not sent yet"], [])


async def test_a_long_retry_after_holds_even_for_once(ready: World) -> None:
    """`once` ignores our own patience, never a service's."""
    ready.slack.script.append(transient(retry_after=timedelta(hours=1)))
    await ready.once()
    wait = ready.store.notices.wait_until("slack")
    report = await ready.once()
    assert not ready.slack.accepted
    assert wait is not None
    named = f"ada: slack #papers: waiting until {wait.until:%Y-%m-%d %H:%M:%S} UTC: the service is down"
    assert report.faults == [named]
    assert report.facts[named]["error"] == "the service is down"
    ready.clock.advance(timedelta(hours=1))
    await ready.once()
    assert len(ready.slack.accepted) == 1


def many_parts(world: World) -> None:
    """A digest of several messages."""
    world.source.papers = [paper(f"2611.{n:05}", abstract="We find much. " * 60) for n in range(60)]
    world.subscribe(subscriber(max_papers=60))


async def test_a_refused_overview_keeps_no_paper_back(world: World) -> None:
    """The channel still gets one message, the first part of the thread; the overview comes when revived."""
    many_parts(world)
    world.slack.script.append(DeliveryError("not allowed", Verdict(permanent=True)))
    await world.once()
    leading, *others = world.slack.accepted
    assert (leading.part, leading.thread) == (2, None)
    assert {one.thread for one in others} == {Receipt("id-of-#papers", "ts-1")}
    assert {one for sent in world.slack.accepted for one in sent.arxiv_ids} == {
        one.arxiv_id for one in world.source.papers
    }
    sent = len(world.slack.accepted)
    assert world.store.outbox.retry_failed(None, world.clock.now()) == 1
    await world.once()
    (overview,) = world.slack.accepted[sent:]
    assert (overview.part, overview.arxiv_ids) == (1, ())


async def test_a_channels_second_begins_when_a_message_is_taken(world: World) -> None:
    """Slack may take its time: the next one goes out a second after its answer, under whatever name."""
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber("ada"), subscriber("bob", targets=(Target("slack", "C1"),)), subscriber("cyd"))
    times: list[tuple[float, float]] = []

    async def same(address: str) -> str:
        return "C1"

    async def slow(envelope: Envelope, resolved: str) -> Receipt:
        began = world.clock.monotonic()
        await world.clock.sleep(7)
        times.append((began, world.clock.monotonic()))
        return await world.slack.take(envelope, resolved)

    world.slack.on_resolve, world.slack.on_send = same, slow
    assert not (await world.once()).faults
    assert [later[0] - earlier[1] for earlier, later in pairwise(times)] == [1, 1]


async def test_ten_channels_take_no_longer_than_one(world: World) -> None:
    """Slack counts by channel: channels go side by side, each with its second between two messages."""
    took: list[float] = []
    for channels in (1, 10):
        many_parts(world)
        names = [f"reader{channels}-{n}" for n in range(channels)]
        world.subscribe(
            *(subscriber(name, max_papers=60, targets=(Target("slack", f"#{name}"),)) for name in names)
        )
        times: dict[str, list[float]] = {}

        async def timed(envelope: Envelope, resolved: str, times: dict[str, list[float]] = times) -> Receipt:
            times.setdefault(resolved, []).append(world.clock.monotonic())
            await world.clock.sleep(0.2)
            return await world.slack.take(envelope, resolved)

        world.slack.on_send = timed
        assert not (await world.once()).faults
        assert len(times) == channels
        assert min(late - early for own in times.values() for early, late in pairwise(own)) >= 1
        took.append(max(map(max, times.values())) - min(map(min, times.values())))
    assert took[1] <= 1.15 * took[0]


async def test_a_workspaces_retry_after_holds_every_channel(world: World) -> None:
    """Slack's own answer in one channel: none is written to before its end, and then all are, in order."""
    many_parts(world)
    names = [f"reader{n}" for n in range(5)]
    readers = [subscriber(name, max_papers=60, targets=(Target("slack", f"#{name}"),)) for name in names]
    world.subscribe(*readers)
    world.slack.script.extend([None] * 7 + [transient(retry_after=timedelta(seconds=30))])
    times: list[float] = []

    async def timed(envelope: Envelope, resolved: str) -> Receipt:
        times.append(world.clock.monotonic())
        return await world.slack.take(envelope, resolved)

    world.slack.on_send = timed
    assert not (await world.once()).faults
    # Those that were under way at the same moment had been sent.
    assert not [at for at in times if times[7] < at < times[7] + 30]
    for name in names:
        parts = [one.part for one in world.slack.accepted if one.subscriber == name]
        assert parts == list(range(1, len(parts) + 1))


async def test_who_has_waited_for_a_turn_heeds_what_the_service_said_meanwhile(world: World) -> None:
    """After one refusal a message goes at a time; the next refusal holds for who stood behind it, too."""
    world.source.papers = [paper()]
    world.subscribe(*(subscriber(name, targets=(Target("slack", f"#{name}"),)) for name in ("ada", "bob")))
    refusals = [transient(retry_after=timedelta(seconds=seconds)) for seconds in (5, 5, 30)]
    world.slack.script.extend(refusals)
    times: list[float] = []

    async def slow(envelope: Envelope, resolved: str) -> Receipt:
        times.append(world.clock.monotonic())
        await world.clock.sleep(2)
        return await world.slack.take(envelope, resolved)

    world.slack.on_send = slow
    assert not (await world.once()).faults
    assert [at - times[0] for at in times[:3]] == [0, 0, 7]
    assert min(times[3:]) - times[0] == 7 + 2 + 30
    assert len(world.slack.accepted) == 2


async def test_a_failed_first_part_holds_back_the_rest_of_its_thread(world: World) -> None:
    """Parts continue in the thread of the first: without it they wait, and resume in order."""
    many_parts(world)
    world.slack.script.extend([None, transient()])
    await world.once()
    assert [one.part for one in world.slack.accepted] == [1]
    await world.once()
    parts = [one.part for one in world.slack.accepted]
    assert parts == list(range(1, len(parts) + 1))
    assert {one.thread.reference for one in world.slack.accepted[1:] if one.thread} == {"ts-1"}
    delivered = [one for envelope in world.slack.accepted for one in envelope.arxiv_ids]
    assert sorted(delivered) == sorted(one.arxiv_id for one in world.source.papers)


@pytest.mark.parametrize("in_doubt", [False, True])
async def test_a_part_that_waits_holds_back_the_rest_in_every_later_round(
    world: World, in_doubt: bool
) -> None:
    """The daemon's next rounds, before the first part's hour and at it: nothing overtakes, nothing spins."""
    many_parts(world)
    world.slack.script.append(transient(in_doubt=in_doubt))
    unread = transient(in_doubt=True)

    async def unreadable(envelope: Envelope, resolved: str) -> Receipt | None:
        world.slack.accepted.clear()  # it never arrived
        raise unread

    world.slack.on_find = unreadable
    await world.once()
    await world.step()
    assert not world.slack.accepted
    (first, *others) = world.store.outbox.waiting(None)
    assert first.next_attempt_at is not None
    assert first.next_attempt_at > world.clock.now()
    assert {one.next_attempt_at for one in others} == {first.next_attempt_at}
    assert world.store.outbox.next_attempt_at() == first.next_attempt_at

    world.slack.on_find = None
    world.clock.advance(first.next_attempt_at - world.clock.now())
    await world.step()
    assert [one.part for one in world.slack.accepted] == [one.part for one in (first, *others)]
    assert {one.thread.reference for one in world.slack.accepted[1:] if one.thread} == {"ts-1"}


async def test_a_channel_that_takes_nothing_fails_the_whole_digest_at_once(world: World) -> None:
    """Every part is failed in one run, so that the next has nothing to report; `retry` keeps the thread."""
    many_parts(world)
    world.slack.script.extend([ARCHIVED] * 100)
    report = await world.once()
    assert len(report.faults) > 2
    assert all("failed: is_archived" in fault for fault in report.faults)

    world.slack.script.clear()
    assert not (await world.once()).faults
    assert not world.slack.accepted

    world.store.outbox.retry_failed(None, world.clock.now())
    await world.once()
    assert [one.part for one in world.slack.accepted] == list(range(1, len(report.faults) + 1))
    assert all(one.thread for one in world.slack.accepted[1:])


async def test_the_operator_is_told_in_the_same_run(ready: World) -> None:
    """A run by cron is the last for a day: who must mend it hears of it now, once."""
    ready.settings = replace(ready.settings, operator=OPERATOR)
    ready.slack.script.append(ARCHIVED)
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: failed: is_archived; unarchive it"]
    assert [one.target for one in ready.slack.accepted] == [OPERATOR]
    await ready.once()
    assert len(ready.slack.accepted) == 1


async def test_what_a_person_mends_waits_for_that(ready: World) -> None:
    """An unwritable folder: named with its remedy and told to the operator once, neither failed nor
    holding back another folder; written by the first round after it was mended."""
    folders = [Target("file", f"/reports/{number}") for number in range(5)]
    ready.subscribe(subscriber(targets=folders))
    ready.settings = replace(ready.settings, operator=OPERATOR)
    blocked = DeliveryError("can't write", Verdict(until_mended=True, remedy="let this user write there"))
    ready.file.script.extend([blocked] * 4)
    report = await ready.once()
    assert report.faults == [
        f"ada: file /reports/{number}: waiting: can't write; let this user write there" for number in range(4)
    ]
    assert [one.target for one in ready.file.accepted] == folders[4:]
    assert len(ready.slack.accepted) == 1

    await ready.clock.sleep(timedelta(days=3).total_seconds())
    ready.file.script.extend([blocked] * 4)
    assert len((await ready.once()).faults) == 4
    assert len(ready.slack.accepted) == 1

    assert not (await ready.once()).faults
    # The fifth folder also heard of the fault, in a digest without papers.
    assert sorted(one.target for one in ready.file.accepted if one.arxiv_ids) == folders
    assert not ready.store.notices.open_alerts()


async def test_addresses_are_looked_up_before_the_first_message(world: World) -> None:
    """All of them, and once each, however many messages an unknown one has."""
    calls: list[str] = []
    resolve, send = world.slack.look_up, world.slack.take

    async def resolving(address: str) -> str:
        calls.append(address)
        if address == "#nowhere":
            raise DeliveryError("there is no channel #nowhere", Verdict(permanent=True))
        return await resolve(address)

    async def sending(envelope: Envelope, resolved: str) -> Receipt:
        calls.append("send")
        return await send(envelope, resolved)

    world.slack.on_resolve, world.slack.on_send = resolving, sending
    many_parts(world)
    places = {"ada": "#nowhere", "bob": "#papers", "eve": "#others"}
    readers = [subscriber(name, max_papers=60, targets=(Target("slack", at),)) for name, at in places.items()]
    world.subscribe(*readers)
    await world.once()
    assert calls[:4] == ["#nowhere", "#papers", "#others", "send"]
    assert set(calls[4:]) == {"send"}


async def test_an_address_that_can_t_be_looked_up_now_is_asked_for_again(world: World) -> None:
    """Within the round, when the service's own short wait is over; the others wait as long, and each is kept."""
    asked: list[tuple[str, float]] = []

    async def resolving(address: str) -> str:
        asked.append((address, world.clock.monotonic()))
        if len(asked) == 1:
            raise transient(retry_after=timedelta(seconds=30))
        return await world.slack.look_up(address)

    world.slack.on_resolve = resolving
    world.source.papers = [paper("2611.00001")]
    world.subscribe(subscriber(), subscriber("bob", targets=(Target("slack", "#others"),)))
    assert not (await world.once()).faults
    assert len(world.slack.accepted) == 2
    (_, began), *later = asked
    assert sorted(address for address, _ in later) == ["#others", "#papers"]
    assert min(at for _, at in later) >= began + 30
    assert world.store.subscriptions.resolved(SLACK) == "id-of-#papers"


async def test_a_service_that_is_down_is_asked_for_no_further_address(world: World) -> None:
    """However many are to be looked up: one answer in vain is enough for all of them."""
    for number in range(501):
        world.store.outbox.add_notice(Target("slack", f"#room{number}"), b"{}", "", world.clock.now())
    asked: list[str] = []

    async def resolving(address: str) -> str:
        asked.append(address)
        raise transient(retry_after=timedelta(hours=1))

    world.slack.on_resolve = resolving
    await deliver(world.services, world.state, Report())
    assert asked == ["#room0"]


async def test_others_have_their_turn_while_what_waits_is_named(world: World) -> None:
    """After a service was down for a morning that is ten thousand messages."""
    for number in range(3):
        world.store.outbox.add_notice(Target("slack", f"#room{number}"), b"{}", "", world.clock.now())

    class Busy(FakeClock):
        def monotonic(self) -> float:
            self.advance(timedelta(seconds=1))
            return super().monotonic()

    world.clock = Busy(world.clock.now())
    report = Report()
    await name_waiting(world.services, report, None)
    assert len(report.faults) == len(world.clock.slept) == 3


async def test_a_service_that_rests_is_asked_for_no_address(ready: World) -> None:
    """Nothing is asked of it before its time, also not where a new channel may be."""
    ready.slack.script.append(transient(retry_after=timedelta(hours=1)))
    await ready.once()
    asked: list[str] = []

    async def resolving(address: str) -> str:
        asked.append(address)
        return await ready.slack.look_up(address)

    ready.slack.on_resolve = resolving
    ready.subscribe(subscriber(), subscriber("bob", targets=(Target("slack", "#new"),)))
    assert len((await ready.once()).faults) == 2
    assert asked == []
    ready.clock.advance(timedelta(hours=1))
    assert not (await ready.once()).faults
    assert asked == ["#new"]


async def test_what_is_chosen_by_hand_leaves_the_queue_alone(world: World) -> None:
    """Only that message goes out, and what the operator is told of it."""
    add, now = world.store.outbox.add_notice, world.clock.now()
    chosen = add(SLACK, b"chosen", "ada", now)
    add(SLACK, b"waiting", "ada", now)
    operator = add(OPERATOR, b"to the operator", "", now)
    await deliver(world.services, world.state, Report(), chosen={chosen})
    assert sorted(one.id for one in world.slack.accepted) == [chosen, operator]


async def test_a_channel_that_is_not_configured_any_more_fails_in_words(world: World) -> None:
    """The whole digest at once, and a `retry` brings it when the token is there again."""
    many_parts(world)
    services = replace(world.services, channels={"file": world.file})
    report = await tick.once(services, world.state)
    assert len(report.faults) > 2
    assert all(fault.endswith(": failed: slack is not configured") for fault in report.faults)
    assert world.store.outbox.retry_failed(None, world.clock.now()) == len(report.faults)
    assert not (await world.once()).faults


async def test_refused_blocks_are_sent_as_plain_text(ready: World) -> None:
    """What a workspace refuses as blocks arrives as text, with every paper and its own mark."""
    ready.slack.script.append(BLOCKS)
    report = await ready.once()
    assert not report.faults
    assert "ada: slack #papers: sent as plain text: invalid_blocks" in report.done
    (sent,) = ready.slack.accepted
    message = json.loads(sent.payload)
    assert "blocks" not in message
    assert all(f"<https://arxiv.org/abs/{one}>" in message["text"] for one in sent.arxiv_ids)
    assert ready.store.outbox.refresh(sent).key == sent.key


async def test_refused_text_is_not_tried_again(ready: World) -> None:
    """One other form and no more: then it has failed."""
    ready.slack.script.extend([BLOCKS, BLOCKS])
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: failed: invalid_blocks; report it"]
    assert not ready.slack.accepted


async def test_plain_text_in_doubt_is_found_by_its_mark(ready: World) -> None:
    """The form that was sent is the form that is looked for, by the next process too."""
    ready.slack.script.extend([BLOCKS, transient(in_doubt=True)])
    ready.slack.unreadable = True
    await ready.once()
    (sent,) = ready.slack.accepted
    ready.slack.unreadable = False
    ready.restart()
    assert not (await ready.once()).faults
    assert ready.slack.accepted == [sent]
    assert ready.store.outbox.refresh(sent).key == sent.key


async def test_each_waiting_message_is_named_whatever_others_are_called(world: World) -> None:
    """`#papers` waits beside `#papers-hot`, whose line contains the other's name."""
    world.source.papers = [paper("2611.00001")]
    hot = Target("slack", "#papers-hot")
    world.subscribe(subscriber(name="em", targets=(hot, SLACK)))
    world.slack.script.extend([transient(retry_after=timedelta(hours=1))] * 2)
    report = await world.once()
    assert {fault.split(": waiting")[0] for fault in report.faults} == {
        "em: slack #papers-hot",
        "em: slack #papers",
    }
    world.restart()
    report = await world.once()
    assert {fault.split(": waiting")[0] for fault in report.faults} == {
        "em: slack #papers-hot",
        "em: slack #papers",
    }
    assert [report.facts[fault]["target"] for fault in report.faults] == [
        "slack #papers-hot",
        "slack #papers",
    ]


async def test_a_sending_limit_holds_the_rest_back_until_the_next_run(world: World) -> None:
    """Those under way meet it, the others of the run are not tried; another `once` tries again."""
    world.source.papers = [paper("2611.00001")]
    mails = tuple(Target("email", f"ada{number}@example.org") for number in range(4))
    world.subscribe(
        subscriber(targets=(*mails, SLACK)), email=EmailSettings("smtp.example.org", "bot@example.org")
    )
    world.email.script.extend([transient(rest=timedelta(hours=4))] * 3)
    report = await world.once()
    assert (len(report.faults), len(world.email.accepted), len(world.slack.accepted)) == (4, 0, 1)
    again_at = world.store.outbox.next_attempt_at()
    assert again_at is not None
    assert again_at >= world.clock.now() + timedelta(hours=3)
    world.restart()
    assert not (await world.once()).faults
    assert len(world.email.accepted) == 4


async def test_what_was_accepted_and_cannot_be_recorded_ends_the_round(ready: World) -> None:
    """Else the outbox would not know, and the message go out twice; the next process looks for it first."""

    async def taken(envelope: Envelope, resolved: str) -> Receipt:
        with closing(sqlite3.connect(ready.settings.database)) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON outbox WHEN new.state = 'sent' "
                "BEGIN SELECT raise(ABORT, 'no space left'); END"
            )
        return await ready.slack.take(envelope, resolved)

    ready.subscribe(subscriber(targets=(SLACK,)))
    ready.slack.on_send = taken
    with pytest.raises(StoreError, match="no space left"):
        await ready.once()
    with closing(sqlite3.connect(ready.settings.database)) as other:
        other.execute("DROP TRIGGER full")
    ready.restart()
    assert not (await ready.once()).faults
    assert len(ready.slack.accepted) == 1
