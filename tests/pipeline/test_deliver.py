"""Delivering: once wherever it can be found out, never lost, one service not holding back another."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.errors import DeliveryError
from bot.models import Kind, OutboxState, Target, Verdict
from bot.pipeline.deliver import SLACK_SPACING
from bot.settings import EmailSettings
from tests.pipeline.conftest import World
from tests.samples import paper, subscriber

SLACK, FILE = Target(Kind.SLACK, "#papers"), Target(Kind.FILE, "/reports")


def transient(**verdict: object) -> DeliveryError:
    return DeliveryError("the service is down", Verdict(**verdict))  # type: ignore[arg-type]


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
    send = ready.slack.send

    async def dropped(envelope: object, resolved: str) -> object:
        try:
            return await send(envelope, resolved)  # type: ignore[arg-type]
        except DeliveryError:
            accepted.clear()
            raise

    ready.slack.send = dropped  # type: ignore[method-assign,assignment]
    report = await ready.once()
    assert not report.faults
    assert len(accepted) == 1


async def test_where_the_history_can_t_be_read_it_stays_in_doubt(ready: World) -> None:
    """Nothing is sent again on a guess; status shows it, and the exit status is 1."""
    ready.slack.script.append(transient(in_doubt=True))
    ready.slack.unreadable = True
    report = await ready.once()
    assert report.faults == ["ada: slack #papers: in doubt: the history can't be read; grant it"]
    assert len(ready.slack.accepted) == 1
    tallies = {tally.kind: tally for tally in ready.store.outbox.tallies()}
    assert tallies[Kind.SLACK].in_doubt == 1

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

    send = ready.slack.send

    async def dying(envelope: object, resolved: str) -> object:
        await send(envelope, resolved)  # type: ignore[arg-type]
        raise Died

    ready.slack.send = dying  # type: ignore[method-assign,assignment]
    with pytest.raises(BaseException):  # noqa: B017, PT011  (a task group wraps it)
        await ready.once()
    assert len(ready.slack.accepted) == 2

    ready.slack.send = send  # type: ignore[method-assign]
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
    mail = Target(Kind.EMAIL, "ada@example.org")
    world.subscribe(subscriber(targets=(mail,)), email=EmailSettings("smtp.example.org", "bot@example.org"))
    world.email.script.append(transient(in_doubt=True))
    report = await world.once()
    assert report.faults == ["ada: email ada@example.org: in doubt: the service is down"]

    await world.once()
    first, second = world.email.accepted
    assert first.payload == second.payload
    await world.once()
    assert len(world.email.accepted) == 2


async def test_a_short_retry_after_is_waited_out(ready: World) -> None:
    """429 with some seconds: the same run delivers."""
    ready.slack.script.append(transient(retry_after=timedelta(seconds=30)))
    report = await ready.once()
    assert not report.faults
    assert 30.0 in ready.clock.slept
    assert len(ready.slack.accepted) == 1


async def test_a_long_retry_after_holds_even_for_once(ready: World) -> None:
    """`once` ignores our own patience, never a service's."""
    ready.slack.script.append(transient(retry_after=timedelta(hours=1)))
    await ready.once()
    report = await ready.once()
    assert not ready.slack.accepted
    assert not report.faults or "waiting" in report.faults[0]
    ready.clock.advance(timedelta(hours=1))
    await ready.once()
    assert len(ready.slack.accepted) == 1


async def test_slack_gets_one_message_a_second_and_channel(world: World) -> None:
    """Many papers make many messages: Slack's limit is kept."""
    world.source.papers = [paper(f"2611.{n:05}", abstract="We find much. " * 60) for n in range(60)]
    world.subscribe(subscriber(max_papers=60))
    times = []
    send = world.slack.send

    async def timed(envelope: object, resolved: str) -> object:
        times.append(world.clock.monotonic())
        return await send(envelope, resolved)  # type: ignore[arg-type]

    world.slack.send = timed  # type: ignore[method-assign,assignment]
    await world.once()
    assert len(times) > 2
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= SLACK_SPACING.total_seconds()


async def test_a_failed_first_part_holds_back_the_rest_of_its_thread(world: World) -> None:
    """Parts continue in the thread of the first: without it they wait, and resume in order."""
    world.source.papers = [paper(f"2611.{n:05}", abstract="We find much. " * 60) for n in range(60)]
    world.subscribe(subscriber(max_papers=60))
    world.slack.script.extend([None, transient()])
    await world.once()
    assert [one.part for one in world.slack.accepted] == [1]
    await world.once()
    parts = [one.part for one in world.slack.accepted]
    assert parts == list(range(1, len(parts) + 1))
    assert {one.thread.reference for one in world.slack.accepted[1:] if one.thread} == {"ts-1"}
    delivered = [one for envelope in world.slack.accepted for one in envelope.arxiv_ids]
    assert sorted(delivered) == sorted(one.arxiv_id for one in world.source.papers)
