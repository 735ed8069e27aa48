"""What may be claimed at a digest's foot: gathers the record for `coverage`, which words it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import calendar, coverage, languages, taxonomy
from bot.coverage import FeedDay, FeedReading, FeedState
from bot.history import AnnouncedRecord, PollStatus, TopicPoll
from bot.languages import Catalogue
from bot.models import Subscriber, Topic
from bot.pipeline.services import Services

_DAY = timedelta(days=1)
_SEEN = (FeedState.READ, FeedState.CUT)


def seen_by(
    services: Services, subscriber: Subscriber, topics: tuple[Topic, ...], told: Collection[str]
) -> coverage.Seen:
    """What a digest composed now can speak of; ``told`` are the ids of its new papers."""
    now, words = services.clock.now(), languages.catalogue(subscriber.language)
    last = services.store.outbox.last_digest(subscriber.name)
    since = min(last.composed_at if last else _joined_at(services, subscriber, now), now)
    wanted = coverage.feed_specs(topics, taxonomy.ARCHIVES)
    readings = _readings(services, since)
    days = _days(since, now, readings, wanted) if wanted else ()
    read = _read_since(since, readings, wanted) if wanted else ()
    announced = {
        one.arxiv_id
        for day in read
        for one in services.store.polls.announced_between(day - _DAY, day)
        if one.announce_type.is_new and _concerns(one, topics)
    }
    return coverage.Seen(
        since=last.composed_at if last else None,
        since_name=_digest_name(last.composed_at, now, subscriber.timezone, words) if last else "",
        today=calendar.feed_date(now),
        days=days,
        why_none="" if days else _why_none(since, now, words),
        read=read,
        announced=len(announced),
        matched=len(announced.intersection(told)),
        found=len(set(told) - announced),
        polls=_polls(services, subscriber, since, now),
        by_category=all(topic.categories for topic in topics),
        words=words,
        awaited=len(announced.intersection(services.store.papers.to_fetch())),
    )


def _joined_at(services: Services, subscriber: Subscriber, now: datetime) -> datetime:
    record = services.store.subscriptions.get(subscriber.name)
    return record.since if record else now


def _polls(
    services: Services, subscriber: Subscriber, since: datetime, now: datetime
) -> tuple[TopicPoll, ...]:
    """The outcomes since then; without any the last ones, if they say that arXiv did not answer."""
    outcomes = services.store.polls.outcomes_since(since, subscriber.topics)
    if outcomes:
        return tuple(outcomes)
    last = services.store.polls.outcomes_since(now - 7 * _DAY, subscriber.topics)
    silent = all(one.status is PollStatus.INCOMPLETE and not one.found for one in last)
    return tuple(last) if silent else ()


def _readings(services: Services, since: datetime) -> list[FeedReading]:
    """From the day before on: what was read of the first day may have been read before."""
    feeds = services.store.polls.feeds_since(since - 2 * _DAY)
    return [FeedReading(feed, calendar.feed_date(feed.read_at)) for feed in feeds]


def _days(
    since: datetime, now: datetime, readings: Sequence[FeedReading], wanted: Sequence[str]
) -> tuple[FeedDay, ...]:
    """The days with a batch since the last digest; the day of that one only if there is news of it."""
    first, today = calendar.feed_date(since), calendar.feed_date(now)
    days = [
        coverage.feed_day(day, readings, wanted, over=day < today)
        for day in calendar.feed_dates_between(since, now)
    ]
    if not calendar.has_batch(first):
        return tuple(days)
    earlier = [reading for reading in readings if reading.feed.read_at <= since]
    told = coverage.feed_day(first, earlier, wanted, over=False)
    known = coverage.feed_day(first, readings, wanted, over=first < today)
    return tuple(days) if known.state is told.state else (known, *days)


def _read_since(since: datetime, readings: Sequence[FeedReading], wanted: Sequence[str]) -> tuple[date, ...]:
    """The days whose feed was read for the first time since then, due or not."""
    shown = {
        reading.feed.announced_on
        for reading in readings
        if reading.feed.announced_on and (reading.feed.items or calendar.has_batch(reading.feed.announced_on))
    }
    earlier = [reading for reading in readings if reading.feed.read_at <= since]
    return tuple(
        day for day in sorted(shown) if _is_seen(day, readings, wanted) and not _is_seen(day, earlier, wanted)
    )


def _is_seen(day: date, readings: Iterable[FeedReading], wanted: Sequence[str]) -> bool:
    return coverage.feed_day(day, readings, wanted, over=True).state in _SEEN


def _concerns(announced: AnnouncedRecord, topics: tuple[Topic, ...]) -> bool:
    return any(
        not topic.categories
        or any(coverage.covers(ours, theirs) for ours in topic.categories for theirs in announced.categories)
        for topic in topics
    )


def _digest_name(last: datetime, now: datetime, timezone: str, words: Catalogue) -> str:
    """As it stands behind "since"."""
    local = last.astimezone(ZoneInfo(timezone)).date()
    if now - last < timedelta(days=6):
        return words.gettext("{weekday}'s digest", weekday=words.weekday(local))
    return words.gettext("the digest of {day}", day=words.day(local))


def _why_none(since: datetime, now: datetime, words: Catalogue) -> str:
    """The names of the days without a batch, none twice."""
    first, last = calendar.feed_date(since), calendar.feed_date(now)
    days = [first + n * _DAY for n in range(1 if first < last else 0, (last - first).days + 1)]
    names = [calendar.day_name(day) for day in days]
    told = [_day_name(name, words) for name in names if name.kind is not calendar.DayKind.ANNOUNCEMENT]
    return words.joined(list(dict.fromkeys(told)))


def _day_name(name: calendar.DayName, words: Catalogue) -> str:
    if name.kind is calendar.DayKind.WEEKEND:
        return words.gettext("weekend")
    return words.gettext("arXiv holiday ({name})", name=name.holiday)
