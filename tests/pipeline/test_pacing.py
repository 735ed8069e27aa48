"""Pacing: the limits of Slack and of a mail provider, across all that one process sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.pipeline.pacing import Pacing
from bot.settings import EmailSettings
from tests.pipeline.conftest import World


@pytest.fixture
def thirty_a_minute(world: World) -> None:
    world.settings = replace(
        world.settings, email=EmailSettings("smtp.example.org", "bot@example.org", messages_per_minute=30)
    )


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
