"""The room `schedule`: every moment of a year, in every zone that changes its clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.schedule import PATTERN, is_due, latest_due, next_due, parse

YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
MINUTE = timedelta(minutes=1)


def moments(text: str, zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """What next_due says, asked from one answer to the next."""
    schedule = parse(text)
    after = start
    while (after := next_due(schedule, zone, after)) < end:
        yield after


# --- a second, naive reading of the same promise -------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A span of UTC with one offset."""

    start: datetime
    end: datetime
    offset: timedelta


def offset_at(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def segments(zone: ZoneInfo, start: datetime, end: datetime) -> list[Segment]:
    """The offsets of a zone, found by looking at every sixth hour and bisecting the changes."""
    edges = [start]
    moment = start
    while moment < end:
        later = min(moment + timedelta(hours=6), end)
        if offset_at(zone, moment) != offset_at(zone, later):
            low, high = moment, later
            while high - low > MINUTE:
                middle = low + (high - low) // (2 * MINUTE) * MINUTE
                if offset_at(zone, middle) == offset_at(zone, moment):
                    low = middle
                else:
                    high = middle
            edges.append(high)
        moment = later
    edges.append(end)
    return [Segment(a, b, offset_at(zone, a)) for a, b in pairwise(edges)]


def first_moment(wall: datetime, spans: Sequence[Segment]) -> datetime | None:
    """The first moment at which a clock on the wall shows this time, or has been put past it."""
    naive = wall.replace(tzinfo=UTC)
    candidates = (max(span.start, naive - span.offset) for span in spans if naive - span.offset < span.end)
    return min(candidates, default=None)


def changing_zones() -> list[str]:
    """The zones whose clocks change in 2026."""
    return sorted(
        name
        for name in available_timezones()
        if len({offset_at(ZoneInfo(name), YEAR[0] + timedelta(days=days)) for days in range(0, 365, 7)}) > 1
    )


ZONES = changing_zones()


def expected_daily(at: time, zone: str) -> list[datetime]:
    spans = segments(ZoneInfo(zone), YEAR[0] - timedelta(days=2), YEAR[1] + timedelta(days=2))
    days = (date(2025, 12, 31) + timedelta(days=n) for n in range(368))
    found = (first_moment(datetime.combine(day, at), spans) for day in days)
    return [moment for moment in found if moment and YEAR[0] < moment < YEAR[1]]


# --- the promise ---------------------------------------------------------------------------------


def test_there_are_zones_to_test() -> None:
    """The tests below cover the zones of Europe and America that change their clocks, and the odd ones."""
    assert {"Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago"} <= set(ZONES)
    assert len(ZONES) > 100


def test_every_zone_every_change_each_time_of_day_once() -> None:
    """In every zone, on the days around each change, every half-hourly daily time comes exactly once.

    Zones with the same changes are one: their names do not matter.
    """
    alike = {tuple(segments(ZoneInfo(zone), *YEAR)): zone for zone in ZONES}
    assert len(alike) > 20
    texts = [f"{hour:02}:{minute:02}" for hour in (0, 1, 2, 3, 23) for minute in (0, 30)]
    for spans, zone in alike.items():
        for change in [span.start for span in spans[1:]]:
            start, end = change - timedelta(days=2), change + timedelta(days=2)
            days = [change.date() + timedelta(days=n) for n in range(-4, 5)]
            for text in texts:
                walls = [datetime.combine(day, time.fromisoformat(text)) for day in days]
                expected = [m for wall in walls if (m := first_moment(wall, spans)) and start < m < end]
                assert list(moments(f"daily {text}", zone, start, end)) == expected, (zone, text)


@given(zone=st.sampled_from(ZONES), at=st.times().map(lambda at: at.replace(second=0, microsecond=0)))
@hypothesis_settings(max_examples=12)
def test_daily_over_a_year(zone: str, at: time) -> None:
    """A daily digest is due once on every one of the year's days, whatever the zone and the time."""
    assert list(moments(f"daily {at:%H:%M}", zone, *YEAR)) == expected_daily(at, zone)


crons = st.fixed_dictionaries(
    {
        "minutes": st.sets(st.integers(0, 59), min_size=1, max_size=3),
        "hours": st.sets(st.integers(0, 23), min_size=1, max_size=3),
        "days": st.none() | st.sets(st.integers(1, 31), min_size=1, max_size=3),
        "weekdays": st.none() | st.sets(st.integers(0, 6), min_size=1, max_size=3),
    }
)


def cron_text(cron: dict[str, set[int] | None]) -> str:
    def field(values: set[int] | None) -> str:
        return "*" if values is None else ",".join(map(str, sorted(values)))

    return (
        f"{field(cron['minutes'])} {field(cron['hours'])} {field(cron['days'])} * {field(cron['weekdays'])}"
    )


def names_day(cron: dict[str, set[int] | None], day: date) -> bool:
    by_date = cron["days"] is not None and day.day in cron["days"]
    by_name = cron["weekdays"] is not None and day.isoweekday() % 7 in cron["weekdays"]
    return by_date or by_name or (cron["days"] is None and cron["weekdays"] is None)


@given(zone=st.sampled_from(ZONES), cron=crons)
@hypothesis_settings(max_examples=12)
def test_cron_over_a_year(zone: str, cron: dict[str, set[int] | None]) -> None:
    """A cron line that names its hours comes at every time it names, at no other, and never twice."""
    spans = segments(ZoneInfo(zone), YEAR[0] - timedelta(days=2), YEAR[1] + timedelta(days=2))
    expected: set[datetime] = set()
    for n in range(368):
        day = date(2025, 12, 31) + timedelta(days=n)
        if names_day(cron, day):
            walls = (
                datetime.combine(day, time(hour, minute))
                for hour in cron["hours"] or ()
                for minute in cron["minutes"] or ()
            )
            expected.update(moment for wall in walls if (moment := first_moment(wall, spans)))
    within = sorted(moment for moment in expected if YEAR[0] < moment < YEAR[1])
    assert list(moments(cron_text(cron), zone, *YEAR)) == within


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Santiago"])
def test_every_hour_follows_real_time(zone: str) -> None:
    """A schedule for every hour keeps its distance in real time across both changes of the clocks."""
    for change in [span.start for span in segments(ZoneInfo(zone), *YEAR)][1:]:
        start, end = change - timedelta(hours=30), change + timedelta(hours=30)
        expected = [
            moment
            for n in range(1, 60 * 60)
            if (moment := start + n * MINUTE).astimezone(ZoneInfo(zone)).minute % 15 == 0
        ]
        assert list(moments("*/15 * * * *", zone, start, end)) == expected


@pytest.mark.parametrize(
    ("text", "zone", "day", "expected"),
    [
        ("daily 02:30", "America/New_York", date(2026, 3, 8), ["03:00-0400"]),
        ("daily 01:30", "America/New_York", date(2026, 11, 1), ["01:30-0400"]),
        ("daily 01:30", "Europe/London", date(2026, 3, 29), ["02:00+0100"]),
        ("daily 01:30", "Europe/London", date(2026, 10, 25), ["01:30+0100"]),
        ("*/30 2 * * *", "America/New_York", date(2026, 3, 8), ["03:00-0400"]),
        ("*/30 1 * * *", "America/New_York", date(2026, 11, 1), ["01:00-0400", "01:30-0400"]),
        ("0 */2 * * *", "Europe/Berlin", date(2026, 3, 29), ["00:00+0100", "03:00+0200", "04:00+0200"]),
        ("0,30 2,3 * * *", "America/New_York", date(2026, 3, 8), ["03:00-0400", "03:30-0400"]),
        ("daily 00:00", "America/Santiago", date(2026, 9, 6), ["01:00-0300"]),
    ],
)
def test_changes_of_the_clocks(text: str, zone: str, day: date, expected: list[str]) -> None:
    """A time that is skipped comes at the first moment that exists; one that is repeated comes first only."""
    start = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) - MINUTE
    found = moments(text, zone, start, start + timedelta(hours=5))
    assert [f"{moment.astimezone(ZoneInfo(zone)):%H:%M%z}" for moment in found] == expected


def test_asked_within_the_second_pass_of_an_hour() -> None:
    """In an hour that comes twice, a time of its first pass is over and not due again."""
    second_pass = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
    assert f"{second_pass.astimezone(ZoneInfo('America/New_York')):%H:%M %Z}" == "01:15 EST"
    schedule = parse("daily 01:30")
    assert next_due(schedule, "America/New_York", second_pass) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    assert latest_due(schedule, "America/New_York", second_pass) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(
    zone=st.sampled_from(ZONES),
    text=st.sampled_from(
        ["daily 02:30", "weekdays 09:00", "weekly sun 01:30", "0 6 1 * *", "*/20 */3 * * 0"]
    ),
    now=st.timedeltas(timedelta(0), timedelta(days=360)).map(lambda passed: YEAR[0] + passed),
)
def test_latest_and_next_enclose_now(zone: str, text: str, now: datetime) -> None:
    """No moment lies between the latest and the next: the latest, asked for its next, gives the next."""
    schedule = parse(text)
    latest, due = latest_due(schedule, zone, now), next_due(schedule, zone, now)
    assert latest is not None
    assert latest <= now < due
    assert next_due(schedule, zone, latest) == due
    assert latest_due(schedule, zone, due) == due
    assert latest_due(schedule, zone, due - timedelta(microseconds=1)) == latest


def test_immediately() -> None:
    """Without a schedule a digest is due at any moment."""
    now = datetime(2026, 11, 22, 14, 0, 30, tzinfo=UTC)
    schedule = parse("immediately")
    assert next_due(schedule, "UTC", now) == latest_due(schedule, "UTC", now) == now
    assert is_due(schedule, "UTC", now, now)


def test_due_once() -> None:
    """A moment is due until it was attended to, also hours late, and not before the next one again."""
    schedule = parse("weekdays 09:00")
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert not is_due(schedule, "UTC", friday, friday + timedelta(days=2))
    assert is_due(schedule, "UTC", friday, friday + timedelta(days=3))
    assert is_due(schedule, "UTC", friday, friday + timedelta(days=40, hours=5))
    assert not is_due(
        schedule, "UTC", friday + timedelta(days=3, hours=7), friday + timedelta(days=3, hours=8)
    )
    assert is_due(schedule, "UTC", None, friday)


def test_rare_days() -> None:
    """A day that comes once in years is found in both directions."""
    schedule = parse("0 0 29 2 */7")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert next_due(schedule, "UTC", now) == datetime(2032, 2, 29, tzinfo=UTC)
    assert latest_due(schedule, "UTC", now) == datetime(2004, 2, 29, tzinfo=UTC)


OUTAGES = [  # one over the spring change, one of eleven days, one over the autumn change, one of minutes
    (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 7, 3, tzinfo=UTC)),
    (datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 12, 16, 40, tzinfo=UTC)),
    (datetime(2026, 10, 24, 23, 50, tzinfo=UTC), datetime(2026, 10, 26, 1, 0, tzinfo=UTC)),
    (datetime(2026, 12, 1, 8, 59, tzinfo=UTC), datetime(2026, 12, 1, 9, 10, tzinfo=UTC)),
]


def down_until(now: datetime) -> datetime | None:
    return next((end for start, end in OUTAGES if start <= now < end), None)


def live_a_year(text: str, zone: str) -> list[datetime]:
    """A daemon's year: sleep until something is due, miss the outages, look in at odd times as well."""
    schedule = parse(text)
    now, last, composed = YEAR[0], YEAR[0], []
    while now < YEAR[1]:
        if is_due(schedule, zone, last, now):
            composed.append(now)
            last = now
        now = min(next_due(schedule, zone, now), now + timedelta(hours=31, minutes=7))
        now = down_until(now) or now
    return composed


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("text", ["daily 01:30", "weekdays 09:00", "weekly sun 02:30", "15 6,18 1-20 * *"])
def test_a_year_with_outages(text: str, zone: str) -> None:
    """All of 2026: each moment is attended to when it comes; those of an outage, by one digest right after it."""
    due = list(moments(text, zone, *YEAR))
    on_time = [moment for moment in due if not down_until(moment)]
    caught_up = sorted({end for moment in due if (end := down_until(moment))})
    assert live_a_year(text, zone) == sorted({*on_time, *caught_up})
    assert len(on_time) < len(due)


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("immediately", None),
        ("daily 09:00", "0 9 * * *"),
        ("Daily 9:05", "5 9 * * *"),
        ("weekdays 23:59", "59 23 * * 1-5"),
        ("weekly mon 08:30", "30 8 * * mon"),
        ("weekly Sunday 00:00", "0 0 * * sun"),
        ("weekly MON 08:30", "30 8 * * mon"),
        ("*/15 8-18 * * MON-FRI", "*/15 8-18 * * MON-FRI"),
        ("0 9 L jan,Jul mon#2", "0 9 L jan,Jul mon#2"),
    ],
)
def test_forms(text: str, cron: str | None) -> None:
    """Each of the five forms is read, in small letters or capitals, and keeps its own text."""
    schedule = parse(text)
    assert (schedule.text, schedule.cron) == (text, cron)
    assert re.fullmatch(PATTERN, text)


FORMS = "immediately | daily HH:MM | weekdays HH:MM | weekly DAY HH:MM | a 5-field cron line"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"'' is not a schedule: {FORMS}"),
        ("@reboot", f"'@reboot' is not a schedule: {FORMS}"),
        ("@daily", "'@daily' is not a schedule: write daily 00:00"),
        ("@Weekly", "'@Weekly' is not a schedule: write weekly sun 00:00"),
        ("08:30", "'08:30' is not a schedule: write daily 08:30"),
        ("mon 8:30", "'mon 8:30' is not a schedule: write weekly mon 08:30"),
        ("daily 9am", "'daily 9am' is not a schedule: write daily 09:00"),
        ("weekdays 08:30, 17:30", "'weekdays 08:30, 17:30' is not a schedule: write 30 8,17 * * 1-5"),
        ("daily 9:00 and 17:00", "'daily 9:00 and 17:00' is not a schedule: write 0 9,17 * * *"),
        ("weekdays 08:30, 17:00", "it has one time of day, or in a cron line several of the same minute"),
        ("weekly mon,thu 08:30", "'weekly mon,thu 08:30' is not a schedule: write 30 8 * * mon,thu"),
        ("weekly Monday and Thursday 08:30", "is not a schedule: write 30 8 * * mon,thu"),
        (
            "0 9 * * FRI-MON",
            "'0 9 * * FRI-MON' never comes: fri-mon runs backwards; write 0 9 * * fri,sat,sun,mon",
        ),
        ("0 0 9 * * *", f"'0 0 9 * * *' is not a schedule: {FORMS}"),
        ("daily 25:00", "'25:00' is not a time of day: write daily 09:00"),
        ("weekdays 9", "'weekdays 9' is not a schedule: write weekdays 09:00"),
        ("weekly 09:00", "'weekly 09:00' is not a weekly schedule: write weekly mon 09:00"),
        ("weekly moonday 09:00", "'weekly moonday 09:00' is not a weekly schedule: write weekly mon 09:00"),
        ("weekly tuesd 09:00", "'weekly tuesd 09:00' is not a schedule: write weekly tue 09:00"),
        ("61 9 * * *", "'61 9 * * *' is no cron line: '61' is no minute"),
        ("0 9 * * mo", "'0 9 * * mo' is no cron line: 'mo' is no day of the week"),
        ("0 9 */0 * *", "'0 9 */0 * *' is no cron line: '*/0' is no day of the month"),
        ("0 9 30 2 *", "'0 9 30 2 *' never comes: a range runs backwards, or no month has the day"),
        (
            "0 9 * * fri-sun",
            "'0 9 * * fri-sun' never comes: fri-sun runs backwards; write 0 9 * * fri,sat,sun",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    """A text that is no schedule is refused with what is wrong and what would do."""
    with pytest.raises(ValueError, match=re.escape(message)):
        parse(text)


@given(st.text("0123456789*/,-LW# abcdefghijmnorstuvwy:", max_size=24))
def test_any_text(text: str) -> None:
    """Whatever is written, it is either read, and then comes again and again, or refused with a message."""
    try:
        schedule = parse(text)
    except ValueError:
        return
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert next_due(schedule, "Europe/London", now) >= now


@given(crons, st.sampled_from(["*", "*/5", "1-9/2"]))
def test_pattern_admits_every_list(cron: dict[str, set[int] | None], minute: str) -> None:
    """The pattern for editors admits whatever lists of values a cron line may hold."""
    text = cron_text(cron)
    assert re.fullmatch(PATTERN, text)
    assert re.fullmatch(PATTERN, f"{minute} {text.split(' ', 1)[1]}")


def test_a_moment_is_never_given_twice() -> None:
    """Times of day that fall into one gap come as one moment."""
    found = list(
        takewhile(lambda moment: moment < YEAR[1], moments("*/5 2,3 8 3 *", "America/New_York", *YEAR))
    )
    assert len(found) == len(set(found)) == 12
