"""When a subscriber's digests are due: reads a schedule, and says the moment before and after a moment.

Nothing here knows what was sent, and nothing waits: moments go in and come out as aware UTC, and the
subscriber's own zone matters only in between.

Clock changes. A schedule that names its hours happens once for each time of day it names: when the
clocks go forward over that time, at the first moment that exists (02:30 becomes 03:00); when they go
back over it, at its first occurrence. A schedule for *every* hour (``*/15 * * * *``) follows real time,
so an hour that comes twice counts twice. Debian's cron, as cronsim follows it, keeps steps such as
``*/2`` to real time too; here a step is only shorthand for the list it stands for, so that a job is
never skipped and never doubled by the way it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot import remembered
from bot.models import Schedule

FORMS = "immediately | daily HH:MM | weekdays HH:MM | weekly DAY HH:MM | a 5-field cron line"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CRON_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _spellings(word: str) -> str:
    """A pattern for ``mon``, ``Mon`` and ``MON``."""
    return f"(?:{word}|{word.capitalize()}|{word.upper()})"


def _field(number: str, names: tuple[str, ...] = (), special: str = "") -> str:
    """A pattern for one field of a cron line: a list of ``*``, values and ranges, each with a step."""
    value = f"(?:{'|'.join([number, *map(_spellings, names)])})"
    item = rf"(?:\*|{value}(?:-{value})?)(?:/0*[1-9][0-9]?)?"
    item = f"(?:{item}|{special})" if special else item
    return f"{item}(?:,{item})*"


_CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = f"(?:{'|'.join(map(_spellings, (*_DAY_NAMES, *_DAYS)))})"
_CRON_FIELDS = {
    "minute": _field("[0-5]?[0-9]"),
    "hour": _field("(?:[01]?[0-9]|2[0-3])"),
    "day of the month": _field("(?:0?[1-9]|[12][0-9]|3[01])", special="[Ll][Ww]?"),
    "month": _field("(?:0?[1-9]|1[0-2])", _CRON_MONTHS),
    "day of the week": _field(
        "[0-7]", _CRON_DAYS, special=f"[0-7][Ll]|(?:[0-7]|{'|'.join(map(_spellings, _CRON_DAYS))})#[1-5]"
    ),
}
_CRON = " +".join(_CRON_FIELDS.values())
_WORDS = f"[Ii]mmediately|[Dd]aily +{_CLOCK}|[Ww]eekdays +{_CLOCK}|[Ww]eekly +{_DAY} +{_CLOCK}"
PATTERN = f"(?:{_WORDS}|{_CRON})"
"""A regular expression, in the dialect that Python and JSON Schema share, for the whole of a schedule.

It admits a few cron lines that ``parse`` refuses: a range that runs backwards, a date that never comes.
"""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_SPANS = tuple(timedelta(hours=hours) for hours in (2, 24, 8 * 24, 32 * 24, 370 * 24, 50 * 366 * 24))
"""How far back to look, growing: most schedules have a moment in one of the first."""


def parse(text: str) -> Schedule:
    """Read one of ``FORMS``. ValueError says what is wrong with the text and what would do instead."""
    words = text.lower().split()
    if not _is_schedule(text):
        raise ValueError(_complaint(text, words))
    if words == ["immediately"]:
        return Schedule(text, None)
    cron = _cron(text, words)
    try:
        next(_moments(cron, "UTC", _EPOCH))
    except (CronSimError, StopIteration):
        raise ValueError(_never(text)) from None
    return Schedule(text, cron)


def _is_schedule(text: str) -> bool:
    # Not PATTERN whole: to compile its cron half takes 4 ms, and nearly every schedule is in words.
    return bool(re.fullmatch(_WORDS, text) or re.fullmatch(_CRON, text))


def next_due(schedule: Schedule, timezone: str, after: datetime) -> datetime:
    """The first moment after ``after`` at which a digest is due; ``after`` itself for ``immediately``."""
    return after if schedule.cron is None else _next(schedule.cron, timezone, after)


def latest_due(schedule: Schedule, timezone: str, now: datetime) -> datetime | None:
    """The latest moment, at or before ``now``, at which a digest was due; ``now`` for ``immediately``.

    However many moments went by unattended, this is the one that makes up for all of them. None when
    there was none within fifty years.
    """
    return now if schedule.cron is None else _latest(schedule.cron, timezone, now)


def is_due(schedule: Schedule, timezone: str, last: datetime | None, now: datetime) -> bool:
    """Whether a moment of the schedule lies after ``last`` and not after ``now``.

    ``last`` is when the subscriber was last composed for, or when they became known; with None a
    moment is owed as soon as there ever was one.
    """
    if schedule.cron is None:
        return True
    if last is None:
        return latest_due(schedule, timezone, now) is not None
    return next_due(schedule, timezone, last) <= now


# Subscribers share their schedules, and a round asks for the same moments as the one before it.


@lru_cache(maxsize=4096)
def _next(cron: str, timezone: str, after: datetime) -> datetime:
    return next(_moments(cron, timezone, after))


@remembered.in_a_round(4096)
def _latest(cron: str, timezone: str, now: datetime) -> datetime | None:
    for span in _SPANS:
        latest = None
        for moment in _moments(cron, timezone, now - span):
            if moment > now:
                break
            latest = moment
        if latest is not None:
            return latest
    return None


def _cron(text: str, words: list[str]) -> str:
    if words[0] not in ("daily", "weekdays", "weekly"):
        return text
    hour, minute = words[-1].split(":")
    days = {"daily": "*", "weekdays": "1-5", "weekly": words[1][:3]}[words[0]]
    return f"{int(minute)} {int(hour)} * * {days}"


def _moments(cron: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """The moments after ``after``, in UTC, in order and each once, for at least fifty years."""
    zone = ZoneInfo(timezone)
    latest = after
    for local in CronSim(_spelt_out(cron), after.astimezone(zone)):
        moment = local.astimezone(UTC)
        # cronsim gives one moment twice where two times of day fall into one gap, and an earlier one
        # when it starts in the second pass of an hour that comes twice.
        if moment > latest:
            latest = moment
            yield moment


def _spelt_out(cron: str) -> str:
    """``*`` and its steps as ranges, in minutes and hours, unless the schedule is for every hour.

    cronsim recognises a schedule that names its hours by neither field beginning with a star.
    """
    minute, hour, *rest = cron.split()
    if hour == "*":
        return cron
    return " ".join([minute.replace("*", "0-59"), hour.replace("*", "0-23"), *rest])


_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "daily 00:00",
    "@midnight": "daily 00:00",
    "@weekly": "weekly sun 00:00",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FORM_DAYS = {"daily": "*", "weekdays": "1-5"}
_TIME = r"([01]?\d|2[0-3])(?:[:.h]([0-5]\d))?(am|pm)?"
_FORM = r"(?:every +)?(daily|weekdays|weekly|day)? *([a-z, -]*?)[ ,@]*((?:\d[\d:.]*(?:am|pm)?(?:[ ,]+(?:and +)?|$))+)"


def _never(text: str) -> str:
    fields = text.split()
    day = next(
        (item for item in fields[4].lower().split(",") if re.fullmatch(r"[a-z]{3}-[a-z]{3}", item)), None
    )
    if day:
        first, last = (_CRON_DAYS.index(name) for name in day.split("-"))
        if first > last:
            run = [_CRON_DAYS[number % 7] for number in range(first, last + 8)]
            instead = fields[4].lower().replace(day, ",".join(run))
            return f"{text!r} never comes: {day} runs backwards; write {' '.join([*fields[:4], instead])}"
    return f"{text!r} never comes: a range runs backwards, or no month has the day"


def _meant(text: str) -> str:
    """The schedule that a text of several days or times, or of another form, very likely means."""
    lower = " ".join(text.lower().split())
    if lower in _NICKNAMES:
        return _NICKNAMES[lower]
    found = re.fullmatch(_FORM, lower)
    if not found:
        return ""
    times = [_time(word) for word in re.split("[ ,]+", found[3].replace("and", " ")) if word]
    days = [word[:3] for word in re.split("[ ,]+", found[2].replace("and", " ")) if word]
    if None in times or any(day not in _DAYS for day in days) or (found[1] == "weekly" and not days):
        return ""
    clocks = [clock for clock in times if clock is not None]
    if len(clocks) == 1 and len(days) < 2:
        hour, minute = clocks[0]
        form = f"weekly {days[0]}" if days else "weekdays" if found[1] == "weekdays" else "daily"
        return f"{form} {hour:02}:{minute:02}"
    if len({minute for _, minute in clocks}) > 1:
        return ""
    hours = ",".join(str(hour) for hour in sorted({hour for hour, _ in clocks}))
    return f"{clocks[0][1]} {hours} * * {','.join(days) or _FORM_DAYS.get(found[1] or '', '*')}"


def _time(word: str) -> tuple[int, int] | None:
    found = re.fullmatch(_TIME, word)
    if not found:
        return None
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + 12 * (found[3] == "pm")
    return hour, int(found[2] or 0)


def _complaint(text: str, words: list[str]) -> str:
    """What is wrong with a text that is no schedule at all."""
    if (instead := _meant(text)) and _is_schedule(instead):
        return f"{text!r} is not a schedule: write {instead}"
    if len(re.findall(r"\d?\d:\d\d", text)) > 1:
        return (
            f"{text!r} is not a schedule: it has one time of day, or in a cron line several of the same minute, "
            "such as 30 8,17 * * 1-5"
        )
    match words:
        case ["daily" | "weekdays" as form, clock]:
            return f"{clock!r} is not a time of day: write {form} 09:00"
        case ["weekly", day, clock] if day[:3] in _DAYS:
            return f"{clock!r} is not a time of day, or {day!r} not a day: write weekly {day[:3]} 09:00"
        case ["weekly", *_]:
            return f"{text!r} is not a weekly schedule: write weekly mon 09:00"
        case [_, _, _, _, _]:
            return f"{text!r} is no cron line{_wrong_field(words)}"
    return f"{text!r} is not a schedule: {FORMS}"


def _wrong_field(words: list[str]) -> str:
    for (name, pattern), word in zip(_CRON_FIELDS.items(), words, strict=True):
        if not re.fullmatch(pattern, word):
            return f": {word!r} is no {name}"
    return ""


def told(moment: datetime, timezone: str = "UTC") -> str:
    """A moment as a person reads it, with its zone named: ``Mon 2026-11-30 08:30 Europe/London``."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%a %Y-%m-%d %H:%M} {timezone}"
