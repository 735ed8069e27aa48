"""E-mail as a channel: its traits."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.spec import ChannelSpec
from bot.settings import Settings


def _interval(settings: Settings) -> timedelta:
    per_minute = settings.email.messages_per_minute if settings.email else None
    return timedelta(seconds=60 / per_minute) if per_minute else timedelta()


def _account(resolved: str) -> str:
    """A provider counts by account, whoever the mail is for."""
    return ""


SPEC = ChannelSpec(
    "email",
    keeps_history=False,
    lags=timedelta(),
    keeps_order=False,
    may_edit=False,
    interval=_interval,
    place=_account,
)
