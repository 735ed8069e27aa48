"""One round of work: poll, summarise, compose, deliver. `once` and `run` both call it.

    poll       ask arXiv for every topic somebody subscribes to, record what it shows
    summarise  ask for the summaries that the due digests need, as far as quota allows
    compose    write the due digests with their rendered messages, one transaction each
    deliver    hand over what the outbox holds: first what is left of earlier rounds, then the new

Each step reads its work from the database and leaves its outcome there: a round that dies anywhere
is finished by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import calendar, quota, schedule
from bot.models import Subscriber
from bot.pipeline.compose import compose
from bot.pipeline.deliver import deliver, name_waiting
from bot.pipeline.gate import ArxivGate
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.services import Report, Services
from bot.pipeline.summarise import summarise
from bot.pipeline.upgrade import upgrade
from bot.ports.store import Store
from bot.settings import Settings

TAKEN_UP_AFTER = timedelta(minutes=30)
"""How soon a poll that arXiv left incomplete is taken up by the next."""


@dataclass(slots=True)
class Round:
    """What survives from one round to the next within a process."""

    gate: ArxivGate
    stopping: asyncio.Event


def start(services: Services, stopping: asyncio.Event | None = None) -> Round:
    """Settle what a process that died left open. Once ``stopping`` is set nothing new is begun. StoreError."""
    services.store.outbox.doubt_sending()
    now = services.clock.now()
    services.store.summaries.close_open_requests(quota.pacific_day(now), now)
    stopping = stopping or asyncio.Event()
    return Round(ArxivGate(services.clock, services.store.notices, stopping), stopping)


async def once(
    services: Services, settings: Settings, state: Round, only: Sequence[str] | None = None
) -> Report:
    """One full cycle now: everything owed to every subscriber (or to ``only``), schedules ignored.

    Raises StoreError.
    """
    report = Report()
    now = services.clock.now()
    services.store.subscriptions.sync(settings.subscribers, now)
    chosen = [one for one in settings.subscribers if only is None or one.name in only]
    await deliver(services, settings, report, ignore_backoff=True, only=only, stopping=state.stopping)
    await poll(services, settings, state.gate, wanted_topics(settings, only), report)
    due = {subscriber.name: services.clock.now() for subscriber in chosen}
    await summarise(services, settings, due, stopping=state.stopping)
    compose(services, settings, due)
    await deliver(services, settings, report, ignore_backoff=False, only=only, stopping=state.stopping)
    name_waiting(services, report, only)
    await upgrade(services, settings, stopping=state.stopping)
    return report


async def step(services: Services, settings: Settings, state: Round) -> Report:
    """Whatever is due at this moment. Raises StoreError."""
    report = Report()
    services.store.subscriptions.sync(settings.subscribers, services.clock.now())
    await deliver(services, settings, report, ignore_backoff=False, stopping=state.stopping)
    if next_poll(services, settings) <= services.clock.now():
        await poll(services, settings, state.gate, wanted_topics(settings), report)
    due = due_now(services, settings)
    if due:
        await summarise(services, settings, due, stopping=state.stopping)
        compose(services, settings, due)
        await deliver(services, settings, report, ignore_backoff=False, stopping=state.stopping)
    return report


async def spare(services: Services, settings: Settings, state: Round, until: datetime) -> None:
    """Work ahead with time and quota that nothing due needs: later digests' summaries, upgrades.

    Ends by ``until``. Raises StoreError.
    """
    ahead = {
        one.name: next_digest_of(services.store, one, services.clock.now()) for one in settings.subscribers
    }
    await summarise(services, settings, ahead, stopping=state.stopping, until=until)
    await upgrade(services, settings, stopping=state.stopping)


def next_poll(services: Services, settings: Settings) -> datetime:
    last, complete = services.store.polls.last_finished()
    return next_poll_after(last, complete, settings, services.clock.now())


def next_poll_after(last: datetime | None, complete: bool, settings: Settings, now: datetime) -> datetime:
    """When to poll after a poll that ended at ``last``; one left incomplete is taken up sooner."""
    regular = calendar.next_poll(now, last, settings.arxiv.poll_every)
    if last is None or complete:
        return regular
    return min(regular, last + TAKEN_UP_AFTER)


def due_now(services: Services, settings: Settings) -> Mapping[str, datetime]:
    """The subscribers whose digest is due, and the moment it was due at."""
    now = services.clock.now()
    due = {}
    for subscriber in settings.subscribers:
        last = _last_due(services.store, subscriber, now)
        if schedule.is_due(subscriber.schedule, subscriber.timezone, last, now):
            due[subscriber.name] = schedule.latest_due(subscriber.schedule, subscriber.timezone, now) or now
    return due


def next_digest_of(store: Store, subscriber: Subscriber, now: datetime) -> datetime:
    """When the subscriber's next digest is due; now, when it is overdue."""
    last = _last_due(store, subscriber, now)
    if schedule.is_due(subscriber.schedule, subscriber.timezone, last, now):
        return now
    return schedule.next_due(subscriber.schedule, subscriber.timezone, now)


def next_event(services: Services, settings: Settings) -> datetime:
    """The next moment at which a round will find work."""
    now = services.clock.now()
    moments = [next_poll(services, settings)]
    moments += [
        next_digest_of(services.store, subscriber, now)
        for subscriber in settings.subscribers
        if subscriber.schedule.cron is not None
    ]
    attempt = services.store.outbox.next_attempt_at()
    return min([*moments, *([attempt] if attempt else [])])


def _last_due(store: Store, subscriber: Subscriber, now: datetime) -> datetime:
    record = store.subscriptions.get(subscriber.name)
    if record is None:
        return now
    return record.last_due_at or record.since
