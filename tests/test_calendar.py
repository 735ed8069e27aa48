"""The room `calendar`: arXiv's evenings, the days of its feeds, and when to look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import (
    DEFERRED,
    EASTERN,
    DayKind,
    announces_on,
    day_name,
    feed_date,
    feed_dates_between,
    has_batch,
    holiday,
    knows_year,
    next_poll,
)

ANY_TIME = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(UTC)


def evenings_between(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if announces_on(day)]


def test_the_week_of_thanksgiving() -> None:
    """Sunday to Thursday, less the Thursday of Thanksgiving."""
    week = [date(2026, 11, day) for day in range(22, 29) if announces_on(date(2026, 11, day))]
    assert week == [date(2026, 11, day) for day in (22, 23, 24, 25)]
    assert holiday(date(2026, 11, 26)) == "Thanksgiving Day"


def test_2026_as_published() -> None:
    """Nine evenings of 2026 are deferred; three of them are Fridays, which have no announcement anyway."""
    evenings = evenings_between(date(2026, 1, 1), date(2026, 12, 31))
    assert len(evenings) == 5 * 52 + 1 - 6
    assert [day for day in DEFERRED[2026] if day.weekday() == 4] == [
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 12, 25),
    ]


def test_a_year_not_yet_published() -> None:
    """For a year whose list is unknown no holiday is claimed, and that it is unknown can be asked."""
    assert knows_year(2026)
    assert not knows_year(2027)
    assert announces_on(date(2027, 11, 25))
    assert day_name(date(2027, 12, 24)).kind is DayKind.ANNOUNCEMENT


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 22), "weekend"),
        (date(2026, 11, 23), "announcement day"),
        (date(2026, 11, 26), "announcement day"),
        (date(2026, 11, 27), "arXiv holiday (Thanksgiving Day)"),
        (date(2026, 11, 28), "weekend"),
        (date(2026, 1, 20), "arXiv holiday (Martin Luther King Jr. Day)"),
        (date(2026, 7, 3), "announcement day"),
        (date(2026, 7, 4), "weekend"),
        (date(2027, 1, 1), "arXiv holiday (New Year's Eve)"),
        (date(2026, 1, 2), "arXiv holiday (New Year's Day)"),
    ],
)
def test_day_names(day: date, name: str) -> None:
    """A feed's day is named for its own batch: the day after a deferred evening is the holiday."""
    assert str(day_name(day)) == name


def test_the_feeds_turn_over_at_midnight_eastern() -> None:
    """Whatever the date is in UTC, in summer and in winter."""
    assert feed_date(datetime(2026, 7, 6, 3, 59, tzinfo=UTC)) == date(2026, 7, 5)
    assert feed_date(datetime(2026, 11, 23, 4, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert feed_date(datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_feeds_of_a_period() -> None:
    """Between two moments come the feeds of the days that began in between and had a batch."""
    thanksgiving = feed_dates_between(eastern("2026-11-23T09:00"), eastern("2026-11-30T09:00"))
    assert thanksgiving == tuple(date(2026, 11, day) for day in (24, 25, 26, 30))
    assert feed_dates_between(eastern("2026-11-23T09:00"), eastern("2026-11-23T23:59")) == ()
    assert feed_dates_between(eastern("2026-11-23T23:59"), eastern("2026-11-24T00:00")) == (
        date(2026, 11, 24),
    )
    turn = feed_dates_between(eastern("2026-12-30T09:00"), eastern("2027-01-05T09:00"))
    assert turn == (date(2026, 12, 31), date(2027, 1, 4), date(2027, 1, 5))


@given(
    ANY_TIME, st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=40))
)
def test_feeds_of_adjoining_periods(start: datetime, first: timedelta, second: timedelta) -> None:
    """Cutting a period in two neither loses a feed nor counts one twice."""
    middle = start + first
    end = middle + second
    parts = (*feed_dates_between(start, middle), *feed_dates_between(middle, end))
    assert parts == feed_dates_between(start, end)


@given(st.dates(date(2025, 6, 1), date(2028, 6, 1)))
def test_a_feed_has_a_batch_where_there_was_an_announcement(day: date) -> None:
    """Each announcement is shown by exactly one feed, on a day that is called an announcement day."""
    assert (
        has_batch(day)
        == (day_name(day).kind is DayKind.ANNOUNCEMENT)
        == announces_on(day - timedelta(days=1))
    )


def test_polls_follow_the_announcements() -> None:
    """Each batch is looked for soon after midnight Eastern and again in the morning; no evening, no poll."""
    now = eastern("2026-11-24T12:00")
    polls = []
    for _ in range(6):
        now = next_poll(now, now, None)
        polls.append(now)
    assert polls == [
        eastern(f"2026-{text}")
        for text in (
            "11-25T00:30",
            "11-25T10:00",
            "11-26T00:30",
            "11-26T10:00",
            "11-30T00:30",
            "11-30T10:00",
        )
    ]


def test_polls_of_a_year() -> None:
    """All of 2026: two polls for each batch, none for a day without, across both changes of the clocks."""
    now, polls = eastern("2025-12-31T23:59"), []
    while (now := next_poll(now, now, None)) < eastern("2027-01-01T00:00"):
        polls.append(now)
    days = [poll.astimezone(EASTERN).date() for poll in polls]
    evenings = evenings_between(date(2025, 12, 31), date(2026, 12, 30))
    assert days == [evening + timedelta(days=1) for evening in evenings for _ in range(2)]
    assert all(earlier < later for earlier, later in pairwise(polls))


def test_missed_polls_are_made_up_for_once() -> None:
    """After an outage, or the first time ever, a poll is due at once, and the one after it when it would be."""
    now = eastern("2026-11-25T15:00")
    assert next_poll(now, None, None) == now
    assert next_poll(now, eastern("2026-11-20T10:00"), None) == now
    assert next_poll(now, now, None) == eastern("2026-11-26T00:30")


def test_polls_at_a_fixed_distance() -> None:
    """With a duration the next poll follows the last by it, holidays or not, and at once when that is past."""
    now = eastern("2026-11-27T12:00")
    assert next_poll(now, now - timedelta(hours=2), timedelta(hours=6)) == now + timedelta(hours=4)
    assert next_poll(now, now - timedelta(hours=7), timedelta(hours=6)) == now
    assert next_poll(now, None, timedelta(hours=6)) == now
