"""What may be claimed at a digest's foot: gathers the record for `coverage`, which words it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import calendar, coverage, taxonomy
from bot.history import AnnouncedRecord, FeedRead
from bot.models import Subscriber, Topic
from bot.pipeline.services import Services

_REMEMBERED = timedelta(days=21)


def completeness(
    services: Services, subscriber: Subscriber, topics: tuple[Topic, ...], matched: int
) -> tuple[str, ...]:
    """The sentences of one digest composed now."""
    now = services.clock.now()
    _, last = services.store.outbox.digest_numbers(subscriber.name)
    record = services.store.subscriptions.get(subscriber.name)
    since = last or (record.since if record else now)
    feeds = _feeds_of(services.store.polls.feeds_since(min(since, now) - _REMEMBERED), topics)
    fresh = _read_after(feeds, last)
    announced = [
        one
        for day in sorted(fresh)
        for one in services.store.polls.announced_between(day - timedelta(days=1), day)
        if one.announce_type.is_new and _concerns(one, topics)
    ]
    expected = calendar.feed_dates_between(since, now)
    seen = coverage.Seen(
        since=last,
        since_name=_digest_name(last, now, subscriber.timezone) if last else "",
        expected=expected,
        why_none="" if expected else _why_none(now),
        feeds=tuple(feed for feed in feeds if feed.read_at > since or feed.announced_on in fresh),
        read=frozenset(fresh),
        announced=len({one.arxiv_id for one in announced}),
        polls=tuple(services.store.polls.outcomes_since(since, subscriber.topics)),
        by_category=all(topic.categories for topic in topics),
        matched=matched,
    )
    return coverage.completeness(seen)


def _feeds_of(feeds: Iterable[FeedRead], topics: tuple[Topic, ...]) -> list[FeedRead]:
    """The readings that have to do with these topics."""
    wanted = set(coverage.feed_specs(topics, taxonomy.ARCHIVES))
    return [feed for feed in feeds if wanted & set(feed.asked)]


def _read_after(feeds: Iterable[FeedRead], last: datetime | None) -> set[date]:
    """The days whose feed was read for the first time since the last digest."""
    first: dict[date, datetime] = {}
    for feed in feeds:
        if feed.announced_on and not feed.error:
            first.setdefault(feed.announced_on, feed.read_at)
    return {day for day, read_at in first.items() if last is None or read_at > last}


def _concerns(announced: AnnouncedRecord, topics: tuple[Topic, ...]) -> bool:
    return any(
        not topic.categories
        or any(
            taxonomy.same(ours, theirs) or theirs.startswith(f"{ours}.")
            for ours in topic.categories
            for theirs in announced.categories
        )
        for topic in topics
    )


def _digest_name(last: datetime, now: datetime, timezone: str) -> str:
    local = last.astimezone(ZoneInfo(timezone))
    if now - last < timedelta(days=6):
        return f"{local:%A}'s digest"
    return f"the digest of {local.day} {local:%B}"


def _why_none(now: datetime) -> str:
    name = calendar.day_name(calendar.feed_date(now))
    return "" if name.kind is calendar.DayKind.ANNOUNCEMENT else str(name)
