"""arXiv's announcements: when they come, what their days are called, and when to look for them.

arXiv makes papers public at 20:00 US/Eastern, Sunday to Thursday, except on the evenings it lists as
deferred (arXiv's help page "Availability of submissions", edition of 2026-05-13). The daily feeds turn
over at midnight US/Eastern: the batch of an evening is the feed of the *next* day, so Sunday's
announcement is Monday's feed, and the evening of Thanksgiving leaves the feed of the Friday empty.

arXiv publishes its deferred evenings one year at a time and follows no rule, so a year that is not in
``DEFERRED`` is treated as having none: a feed may then be empty on a day called an announcement day.

Nothing here reads a clock or a feed: it says what should have happened, never what did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.history import CLOCK_TOLERANCE

EASTERN = ZoneInfo("America/New_York")
POLLED_AT = (time(0, 30), time(10, 0))
"""US/Eastern, on the day of the feed: when the search index has usually taken up the evening's batch,
and a second look for what it had not."""

DEFERRED: Mapping[int, Mapping[date, str]] = MappingProxyType(
    {
        2026: MappingProxyType(
            {
                date(2026, 1, 1): "New Year's Day",
                date(2026, 1, 19): "Martin Luther King Jr. Day",
                date(2026, 6, 19): "Juneteenth",
                date(2026, 7, 3): "Independence Day",
                date(2026, 9, 7): "Labor Day",
                date(2026, 11, 26): "Thanksgiving Day",
                date(2026, 12, 25): "Christmas Day",
                date(2026, 12, 29): "end of the year",
                date(2026, 12, 31): "New Year's Eve",
            }
        )
    }
)
"""By year, the evenings without an announcement. The dates are arXiv's, the names are ours."""

_DAY = timedelta(days=1)
_EVENINGS = frozenset({6, 0, 1, 2, 3})
_WEEKEND = frozenset({5, 6})


class DayKind(StrEnum):
    ANNOUNCEMENT = "announcement day"
    WEEKEND = "weekend"
    HOLIDAY = "arXiv holiday"


@dataclass(frozen=True, slots=True)
class DayName:
    """What a feed's day is called. ``holiday`` names the reason when the kind is HOLIDAY."""

    kind: DayKind
    holiday: str = ""

    def __str__(self) -> str:
        return f"{self.kind} ({self.holiday})" if self.holiday else str(self.kind)


def knows_year(year: int) -> bool:
    """Whether arXiv's deferred evenings of this year are known; otherwise none are assumed."""
    return year in DEFERRED


def holiday(evening: date) -> str:
    """The name of a deferred evening, empty for every other one."""
    return DEFERRED.get(evening.year, {}).get(evening, "")


def announces_on(evening: date) -> bool:
    """Whether arXiv announces at 20:00 US/Eastern of this day."""
    return evening.weekday() in _EVENINGS and not holiday(evening)


def feed_date(now: datetime) -> date:
    """The date that arXiv's feeds carry at ``now``: the day in US/Eastern."""
    return now.astimezone(EASTERN).date()


def has_batch(day: date) -> bool:
    """Whether the feed of this day shows a batch: Monday to Friday, unless the evening before was deferred."""
    return announces_on(day - _DAY)


def feed_dates_between(since: datetime, now: datetime) -> tuple[date, ...]:
    """The dates of the feeds with a batch that came up after ``since`` and not after ``now``, in order.

    A feed comes up at midnight US/Eastern and is lost a day later. The feed that was already up at
    ``since`` is not among them: whoever looked then has seen it.
    """
    return tuple(day for day in _days(feed_date(since) + _DAY, feed_date(now)) if has_batch(day))


def day_name(day: date) -> DayName:
    """What the feed of this day may be expected to show, by name.

    The name is that of the *feed's* day: after a deferred Thursday evening it is the Friday that is
    called a holiday. An announcement day may still be quiet; only the feed itself can tell.
    """
    if day.weekday() in _WEEKEND:
        return DayName(DayKind.WEEKEND)
    deferred = holiday(day - _DAY)
    return DayName(DayKind.HOLIDAY, deferred) if deferred else DayName(DayKind.ANNOUNCEMENT)


def next_poll(now: datetime, last_poll: datetime | None, poll_every: timedelta | None) -> datetime:
    """When to poll next, in UTC: ``now`` itself when a poll is overdue or was never made.

    ``poll_every`` None follows the announcements: at the hours of ``POLLED_AT`` on each day whose feed
    shows a batch. However many of them were missed, they are made up for by one poll. A last poll in the
    future (the clock was wrong) is none.
    """
    if last_poll is None or last_poll > now + CLOCK_TOLERANCE:
        return now
    due = last_poll + poll_every if poll_every is not None else _next_look(last_poll)
    return max(due, now)


def _next_look(after: datetime) -> datetime:
    day = feed_date(after)
    while True:
        if has_batch(day):
            for moment in (_eastern(day, at) for at in POLLED_AT):
                if moment > after:
                    return moment
        day += _DAY


def _eastern(day: date, at: time) -> datetime:
    return datetime.combine(day, at, EASTERN).astimezone(UTC)


def _days(start: date, end: date) -> Iterator[date]:
    return (start + n * _DAY for n in range((end - start).days + 1))
