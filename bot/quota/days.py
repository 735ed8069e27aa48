"""Gemini's day, which ends at midnight in California."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_PACIFIC = ZoneInfo("America/Los_Angeles")


def pacific_day(now: datetime) -> date:
    """The day on which Gemini counts a request that arrives at ``now`` (facts: reset at midnight US/Pacific)."""
    return now.astimezone(_PACIFIC).date()


def day_began_at(now: datetime) -> datetime:
    """The last midnight in California, in UTC."""
    return _midnight(pacific_day(now))


def day_resets_at(now: datetime) -> datetime:
    """The next midnight in California, in UTC."""
    return _midnight(pacific_day(now) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=_PACIFIC).astimezone(UTC)
