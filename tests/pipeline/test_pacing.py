"""Pacing: the limits of Slack and of a mail provider, across all that one process sends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.models import Envelope, OutboxState, Target
from bot.pipeline.pacing import Left, Pacing, lanes
from bot.settings import EmailSettings
from tests.pipeline.conftest import World
from tests.samples import NOON


@pytest.fixture
def thirty_a_minute(world: World) -> None:
    world.settings = replace(
        world.settings, email=EmailSettings("smtp.example.org", "bot@example.org", messages_per_minute=30)
    )
    world.clock.advance(timedelta(minutes=1))  # since the process's start


def pacing(world: World, kind: str) -> Pacing:
    return Pacing(world.services, world.state, kind)


@pytest.mark.usefixtures("thirty_a_minute")
async def test_a_channels_second_holds_from_one_delivery_to_the_next(world: World) -> None:
    """A run delivers what was left, and soon after what is new: to the channel they are one sequence."""
    pacing(world, "slack").attempted("C1")
    world.clock.advance(timedelta(seconds=0.25))
    await pacing(world, "slack").wait("C1")
    assert world.clock.slept == [0.75]


@pytest.mark.usefixtures("thirty_a_minute")
@pytest.mark.parametrize(("kind", "waits"), [("slack", [0.75]), ("email", [1.75]), ("file", [])])
async def test_a_new_process_counts_from_its_start(world: World, kind: str, waits: list[float]) -> None:
    """The one before it may have died a moment after it had sent something."""
    pacing(world, kind).attempted("C1")
    world.restart()
    world.clock.advance(timedelta(seconds=0.25))
    await pacing(world, kind).wait("C1")
    assert world.clock.slept == waits


@pytest.mark.usefixtures("thirty_a_minute")
async def test_slack_counts_by_channel(world: World) -> None:
    """Another channel need not wait."""
    pacing(world, "slack").attempted("C1")
    await pacing(world, "slack").wait("C2")
    assert not world.clock.slept


@pytest.mark.usefixtures("thirty_a_minute")
async def test_a_mail_provider_counts_by_account(world: World) -> None:
    """Thirty a minute are thirty over all recipients."""
    pacing(world, "email").attempted("ada@example.org")
    await pacing(world, "email").wait("bob@example.org")
    assert world.clock.slept == [2.0]


@pytest.mark.usefixtures("thirty_a_minute")
async def test_files_need_no_pause(world: World) -> None:
    """A folder takes what comes, and holds back nobody else."""
    pacing(world, "file").attempted("/reports")
    for kind in ("file", "email", "slack"):
        await pacing(world, kind).wait("/reports")
    assert not world.clock.slept


@pytest.mark.usefixtures("thirty_a_minute")
async def test_what_a_service_says_holds_for_all_its_places(world: World) -> None:
    """Slack's Retry-After is the workspace's: no other channel is written to before it is over."""
    slack = pacing(world, "slack")
    slack.hold(timedelta(seconds=7))
    await asyncio.gather(slack.wait("C1"), slack.wait("C2"), pacing(world, "email").wait("ada@example.org"))
    assert world.clock.slept == [7.0, 7.0]


async def test_after_a_hold_one_message_goes_at_a_time(world: World) -> None:
    """What waited for the end of a hold does not come all at once again."""
    slack, most, inside = pacing(world, "slack"), 0, 0

    async def send() -> None:
        nonlocal most, inside
        async with slack.turn():
            inside += 1
            most = max(most, inside)
            await world.clock.sleep(0.1)
            inside -= 1

    await asyncio.gather(*(send() for _ in range(3)))
    assert most == 3
    slack.hold(timedelta(seconds=1))
    most = 0
    await asyncio.gather(*(send() for _ in range(3)))
    assert most == 1


async def test_a_wait_ends_when_the_program_is_told_to_stop(world: World) -> None:
    """Nothing is begun after that, however long there was left to wait."""
    slack = pacing(world, "slack")
    slack.attempted("C1")
    world.state.stopping.set()
    with pytest.raises(Left, match="stopping"):
        await slack.wait("C1")


def test_a_place_is_a_lane_where_the_service_counts_by_place() -> None:
    """Two digests for one channel follow each other; their parts, and both, in the order given."""
    ones = [
        envelope(n, digest, address) for n, (digest, address) in enumerate(zip("1122", "abaa", strict=True))
    ]
    found = lanes(ones, lambda target: target.address)
    assert [[[one.id for one in parts] for parts in lane] for lane in found] == [[[0], [2, 3]], [[1]]]


def test_a_digest_is_a_lane_where_it_does_not() -> None:
    """A digest's parts are never side by side; messages outside any digest are each by themselves."""
    ones = [envelope(n, digest, "a") for n, digest in enumerate("112200")]
    found = lanes(ones, None)
    assert [[[one.id for one in parts] for parts in lane] for lane in found] == [
        [[0, 1]],
        [[2, 3]],
        [[4]],
        [[5]],
    ]


def envelope(number: int, digest: str, address: str) -> Envelope:
    return Envelope(
        id=number,
        digest_id=int(digest),
        subscriber="ada",
        target=Target("slack", address),
        part=1,
        parts=1,
        payload=b"",
        arxiv_ids=(),
        created_at=NOON,
        state=OutboxState.PENDING,
    )
