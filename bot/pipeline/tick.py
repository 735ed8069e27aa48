"""One round of work: poll, score, summarise, compose, deliver. `once` and `run` both call it.

    poll       ask arXiv for every topic somebody subscribes to, record what it shows
    score      ask how relevant papers are to the readers who said what counts for them
    summarise  ask for the summaries that the due digests need, as far as quota allows
    compose    write the due digests with their rendered messages, each whole in one transaction
    deliver    hand over what the outbox holds: first what is left of earlier rounds, then the new

Each step reads its work from the database and leaves its outcome there: a round that dies anywhere
is finished by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import quota, remembered, schedule
from bot.history import ClockFault
from bot.pipeline import alerts, hours
from bot.pipeline.compose import compose
from bot.pipeline.deliver import deliver, name_waiting
from bot.pipeline.endpoints import endpoints
from bot.pipeline.gate import ArxivGate
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.pipeline.score import score, unscored
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState, Spacing
from bot.pipeline.summarise import missing, requests_left, summarise
from bot.pipeline.upgrade import upgrade
from bot.settings import Settings
from bot.store import Store

FAILING_AFTER = timedelta(days=1)
"""Rounds that fail for so long are no passing trouble of a service's."""

_PIECES = 20
"""Of the index of older papers, in a round: a second or two. The daemon's spare time does the rest."""


def start(
    services: Services, stopping: asyncio.Event | None = None, gate: ArxivGate | None = None
) -> ProcessState:
    """Settle what a process that died left open. Once ``stopping`` is set nothing new is begun. StoreError.

    ``gate`` is the one of the rounds before: arXiv counts requests by process, not by configuration.
    """
    services.store.outbox.doubt_sending()
    now = services.clock.now()
    services.store.summaries.close_open_requests(quota.pacific_day(now), now)
    stopping = stopping or asyncio.Event()
    gate = gate or ArxivGate(services.clock, services.store.notices, services.progress, stopping)
    return ProcessState(gate, stopping, Spacing(services.clock.monotonic()))


def mend_times(store: Store, now: datetime) -> str:
    """Set right what a wrong clock has stored; what people are told of it, nothing where there is none.

    StoreError.
    """
    fault = store.mend_times(now, quota.pacific_day(now))
    return clock_notice(fault, now) if fault else ""


def clock_notice(fault: ClockFault, now: datetime) -> str:
    """What people are told of a clock that was, or is, wrong."""
    if fault.newest_paper is not None:
        return (
            f"this machine's clock is behind: it says {now:%Y-%m-%d}, and papers of "
            f"{fault.newest_paper:%Y-%m-%d} are known; set the clock"
        )
    return (
        f"the database held times up to {fault.latest:%Y-%m-%d %H:%M} UTC, which have not come yet: this "
        "machine's clock must have been wrong; nothing waits for them, and the next poll and digests go by "
        "the clock as it is"
    )


async def _begin(services: Services, state: ProcessState) -> Report:
    """What comes first in every round: the record and the memory are brought in line with now. StoreError."""
    now, told = services.clock.now(), state.clock_notice
    state.clock_notice = mend_times(services.store, now)
    state.memory.wake(now)
    services.store.optouts.expire(now)
    services.store.notices.asked_at(endpoints(services.settings))
    take_up(services.store, services.settings, now)
    await _turn(services)
    # A clock that stays behind is found so in every round.
    return Report(troubles=[state.clock_notice] if state.clock_notice and not told else [])


async def once(
    services: Services,
    state: ProcessState,
    only: Sequence[str] | None = None,
    *,
    since: datetime | None = None,
) -> Report:
    """One full cycle now: everything owed to every subscriber (or to ``only``), schedules ignored.

    With ``since`` what was submitted or announced from then on is owed, too. Raises StoreError.
    """
    report = await _begin(services, state)
    reach_back(services, only, since)
    alerts.settle_departed(services)
    await _forget(services)
    await _index(services)
    await deliver(services, state, report, only, ignore_backoff=True)
    await poll(services, state, wanted_topics(services.settings, only), report, since=since)
    due = dict.fromkeys(_chosen(services, only), services.clock.now())
    later = await _ahead(services)
    await score(services, state, due)
    await summarise(services, state, due, later=later)
    if state.stopping.is_set():
        report.add("stopped before the digests were written; the next run takes up from here")
        return report
    await compose(services, due)
    await deliver(services, state, report, only)
    await name_waiting(services, report, only)
    await upgrade(services, state, later)
    if state.memory.refused:
        report.troubles.append(state.memory.refused)
    await beat(services, state, report)
    return report


async def _turn(services: Services) -> None:
    """A turn for others after a piece of work: a look at all readers takes 80 ms where there are ten thousand."""
    await services.clock.sleep(0)


async def _ahead(services: Services) -> Mapping[str, datetime]:
    """When each subscriber's next digest is due, by name."""
    found = hours.ahead(services)
    await _turn(services)
    return found


def _chosen(services: Services, only: Sequence[str] | None) -> list[str]:
    return [one.name for one in services.settings.subscribers if only is None or one.name in only]


def reach_back(services: Services, only: Sequence[str] | None, since: datetime | None) -> None:
    """Let the subscriptions, or those of ``only``, reach back to ``since``: from now on, so that what arXiv
    leaves unanswered in this round is still owed in the next. StoreError."""
    if since is not None:
        services.store.subscriptions.reach_back(
            _chosen(services, only), since + services.settings.arxiv.lookback
        )


async def step(services: Services, state: ProcessState) -> Report:
    """Whatever is due at this moment. Raises StoreError."""
    report = await _begin(services, state)
    alerts.settle_departed(services)
    await _forget(services)
    await deliver(services, state, report)
    if hours.next_poll(services) <= services.clock.now():
        await poll(services, state, wanted_topics(services.settings), report, patient=True)
    due = hours.due_now(services)
    await _turn(services)
    wanted, _ = await missing(services, state, due)
    names = (await unscored(services, due.keys())).union(*(want.subscribers for want in wanted))
    lacking = {name: due[name] for name in names}
    await _hand_over(services, state, {name: due[name] for name in due.keys() - lacking}, report)
    if lacking:
        others = [one for one in services.settings.subscribers if one.name not in lacking]
        until = hours.first_due(services, others) or hours.NEVER
        later = await _ahead(services)
        await score(services, state, lacking, until=until)
        await summarise(services, state, lacking, later=later, until=until)
        # When somebody else is due by now they come first; these digests are still due then.
        if services.clock.now() < until:
            await _hand_over(services, state, lacking, report)
    await beat(services, state, report)
    remembered.forget()
    return report


async def beat(services: Services, state: ProcessState, report: Report) -> None:
    """Tell the dead man's switch of a good round, or of rounds that fail for longer than a day."""
    if services.heartbeat is None:
        return
    now = services.clock.now()
    state.failing_since = (state.failing_since or now) if report.faults else None
    if state.failing_since and now - state.failing_since < FAILING_AFTER:
        return
    fault = await services.heartbeat.beat(failed=bool(report.faults))
    if fault and not state.heartbeat_fault:
        services.progress.note("warning", f"heartbeat_url: {fault}", error=fault)
    state.heartbeat_fault = fault


async def _hand_over(
    services: Services, state: ProcessState, due: Mapping[str, datetime], report: Report
) -> None:
    """Write and deliver these digests; nothing once told to stop, as a digest not written is still due."""
    if due and not state.stopping.is_set():
        await compose(services, due)
        await deliver(services, state, report)


async def _forget(services: Services) -> None:
    """Drop what nothing will ask for again, in pieces small enough to let others work between them."""
    while services.store.prune(services.clock.now(), services.settings.arxiv.lookback):
        await _turn(services)


async def _index(services: Services) -> None:
    """Go on with indexing what was stored before there was an index; a round does a little of it."""
    for _ in range(_PIECES):
        if not services.store.words.index_more():
            return
        await _turn(services)


async def spare(services: Services, state: ProcessState, until: datetime, stopping: asyncio.Event) -> None:
    """Work ahead with time and quota that nothing due needs: later digests' summaries, upgrades.

    Older papers are indexed first. Ends by ``until``, and when ``stopping`` is set. Raises StoreError.
    """
    while not stopping.is_set() and services.clock.now() < until and services.store.words.index_more():
        await _turn(services)
    later = await _ahead(services)
    if not state.memory.is_resting(services.clock.now()):
        await score(services, state, later, stopping=stopping, until=until)
        await summarise(services, state, later, stopping=stopping, until=until)
    await upgrade(services, state, later, stopping=stopping, until=until)
    if not requests_left(services):
        state.memory.rest_until = quota.day_resets_at(services.clock.now())
    remembered.forget()


def take_up(store: Store, settings: Settings, now: datetime) -> None:
    """Bring the record in line with the configuration. StoreError.

    A schedule that was edited counts from now on: its hours before the edit were never due.
    """
    with store.transaction():
        known = store.subscriptions.hours()
        for subscriber in settings.subscribers:
            record = known.get(subscriber.name)
            wanted = subscriber.schedule.text, subscriber.timezone
            if record and record.schedule and (record.schedule, record.timezone) != wanted:
                before = schedule.parse(record.schedule)
                if before.cron is None or not schedule.is_due(before, record.timezone, record.last, now):
                    store.subscriptions.set_last_due(subscriber.name, now)
        store.subscriptions.sync(settings.subscribers, now)
