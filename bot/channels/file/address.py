"""A folder as a channel: its traits."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.spec import ChannelSpec
from bot.settings import Settings


def _interval(settings: Settings) -> timedelta:
    return timedelta()


SPEC = ChannelSpec(
    "file",
    keeps_history=True,
    lags=timedelta(),
    keeps_order=False,
    may_edit=False,
    interval=_interval,
)
