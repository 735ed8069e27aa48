"""Pacing: the limits of Slack and of a mail provider, across all that one process sends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.pipeline.pacing import Pacing, Spacing
from bot.settings import EmailSettings
from tests.pipeline.conftest import World


@pytest.fixture
def spacing(world: World) -> Spacing:
    world.settings = replace(
        world.settings, email=EmailSettings("smtp.example.org", "bot@example.org", messages_per_minute=30)
    )
    return Spacing(world.clock.monotonic())


def pacing(world: World, kind: str, spacing: Spacing) -> Pacing:
    return Pacing(world.services, kind, spacing, asyncio.Event())


async def test_a_channels_second_holds_from_one_delivery_to_the_next(world: World, spacing: Spacing) -> None:
    """A run delivers what was left, and soon after what is new: to the channel they are one sequence."""
    pacing(world, "slack", spacing).attempted("C1")
    world.clock.advance(timedelta(seconds=0.25))
    await pacing(world, "slack", spacing).wait("C1")
    assert world.clock.slept == [0.75]


async def test_slack_counts_by_channel(world: World, spacing: Spacing) -> None:
    """Another channel need not wait."""
    pacing(world, "slack", spacing).attempted("C1")
    await pacing(world, "slack", spacing).wait("C2")
    assert not world.clock.slept


async def test_a_mail_provider_counts_by_account(world: World, spacing: Spacing) -> None:
    """Thirty a minute are thirty over all recipients."""
    pacing(world, "email", spacing).attempted("ada@example.org")
    await pacing(world, "email", spacing).wait("bob@example.org")
    assert world.clock.slept == [2.0]


async def test_files_need_no_pause(world: World, spacing: Spacing) -> None:
    """A folder takes what comes, and holds back nobody else."""
    pacing(world, "file", spacing).attempted("/reports")
    for kind in ("file", "email", "slack"):
        await pacing(world, kind, spacing).wait("/reports")
    assert not world.clock.slept
