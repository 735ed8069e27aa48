"""The hours: when to poll, whose digest is due, and when there is work again. Reads the record, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot import calendar, query, schedule
from bot.history import CLOCK_TOLERANCE, LastPoll
from bot.models import Subscriber
from bot.pipeline.poll import wanted_topics
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.settings import Settings
from bot.store import Store

TAKEN_UP_AFTER = timedelta(minutes=30)
"""How soon a poll that arXiv left incomplete is taken up by the next."""

NEVER = datetime.max.replace(tzinfo=UTC)


def ahead(services: Services) -> Mapping[str, datetime]:
    """When each subscriber's next digest is due, by name."""
    return next_digests(services.store, services.settings.subscribers, services.clock.now())


def next_poll(services: Services) -> datetime:
    """When to poll next: at once when a topic is asked for that was never asked, or not in this form."""
    last = services.store.polls.last_poll()
    topics = wanted_topics(services.settings)
    asked = services.store.polls.last_asked([topic.name for topic in topics])
    if any(asked.get(topic.name) != query.expression(topic) for topic in topics):
        return services.clock.now()
    return next_poll_after(last, services.settings, services.clock.now())


def next_poll_after(last: LastPoll | None, settings: Settings, now: datetime) -> datetime:
    """When to poll after the ``last`` one; one left incomplete is taken up sooner."""
    regular = calendar.next_poll(now, last.finished_at if last else None, settings.arxiv.poll_every)
    if last is None or last.complete:
        return regular
    return min(regular, last.finished_at + TAKEN_UP_AFTER)


def due_now(services: Services) -> Mapping[str, datetime]:
    """The subscribers whose digest is due, and the moment it was due at."""
    now = services.clock.now()
    due = {}
    for subscriber, last in _last_due(services.store, services.settings.subscribers, now):
        if schedule.is_due(subscriber.schedule, subscriber.timezone, last, now):
            due[subscriber.name] = schedule.latest_due(subscriber.schedule, subscriber.timezone, now) or now
    return due


def next_digest_of(store: Store, subscriber: Subscriber, now: datetime) -> datetime:
    """When the subscriber's next digest is due; now, when it is overdue."""
    return next_digests(store, [subscriber], now)[subscriber.name]


def next_digests(store: Store, subscribers: Sequence[Subscriber], now: datetime) -> Mapping[str, datetime]:
    """The same of several, by name."""
    return {
        one.name: now
        if schedule.is_due(one.schedule, one.timezone, last, now)
        else schedule.next_due(one.schedule, one.timezone, now)
        for one, last in _last_due(store, subscribers, now)
    }


def next_event(services: Services, state: ProcessState | None = None) -> datetime:
    """The next moment at which a round will find work, or spare time may be used again."""
    moments = [next_poll(services)]
    if state is not None and state.memory.rest_until is not None:
        moments.append(state.memory.rest_until)
    attempt = services.store.outbox.next_attempt_at()
    due = first_due(services, services.settings.subscribers)
    return min([*moments, due or NEVER, attempt or NEVER])


def first_due(services: Services, subscribers: Sequence[Subscriber]) -> datetime | None:
    """When the first of their digests is due. Who gets papers at once waits for no hour: None where all do."""
    scheduled = [one for one in subscribers if one.schedule.cron is not None]
    return min(next_digests(services.store, scheduled, services.clock.now()).values(), default=None)


def _last_due(
    store: Store, subscribers: Sequence[Subscriber], now: datetime
) -> Iterator[tuple[Subscriber, datetime]]:
    """Each with the moment of their last digest, or of their start."""
    known = store.subscriptions.hours([one.name for one in subscribers])
    for one in subscribers:
        hours = known.get(one.name)
        yield one, hours.last if hours and hours.last <= now + CLOCK_TOLERANCE else now
