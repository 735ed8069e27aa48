"""Slack as a channel: its traits."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.spec import ChannelSpec
from bot.settings import Settings

_SPACING = timedelta(seconds=1)


def _interval(settings: Settings) -> timedelta:
    """Slack's limit: about one message a second and channel."""
    return _SPACING


SPEC = ChannelSpec(
    "slack",
    keeps_history=True,
    lags=timedelta(seconds=5),
    keeps_order=True,
    may_edit=True,
    interval=_interval,
)
