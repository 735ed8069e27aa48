"""``arxiv-digest once``"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime

import click

from bot import app, quota
from bot.cli import departures
from bot.cli.console import progress_for, tell, warn
from bot.cli.lines import put
from bot.cli.logs import set_up_logging
from bot.cli.options import State, complete_subscriber, count, global_options, pass_state, subscriber_named
from bot.daemon import in_time
from bot.models import Subscriber
from bot.pipeline import owed_editions, tick
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.pipeline.summarise import estimate
from bot.render import prose
from bot.settings import ServiceTier, Settings
from bot.store import Store


@click.command("once")
@click.option(
    "--only",
    "names",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_subscriber,
    help="Only this subscriber (repeatable).",
)
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Also what was submitted or announced since then (UTC) and never went to them.",
)
@click.option("--dry-run", is_flag=True, help="Poll, then say what would go to whom; store and send nothing.")
@global_options
@pass_state
def command(state: State, names: tuple[str, ...], since: datetime | None, dry_run: bool) -> int:
    """Poll, summarise and deliver everything owed to every subscriber, now.

    Schedules and the waiting times of earlier failures are ignored. For cron, GitHub Actions and a
    first try.

    \b
    Examples:
      arxiv-digest once --dry-run
      arxiv-digest once --only ada --only em-group
      arxiv-digest once --only ada --since 2026-11-01
    """
    set_up_logging(state.log_format, verbose=state.verbose)
    settings = state.settings()
    warn(state.oddities, state.log_format)
    only = _known(settings, names)
    since = _past(since)
    warn(settings.warnings, state.log_format)
    work = _rehearse if dry_run else _once
    report = asyncio.run(work(settings, only, since, state.log_format))
    put(*(report.done or [_idle(settings, only, report)]))
    tell(report, state.log_format)
    return 1 if report.faults else 0


def _idle(settings: Settings, only: Sequence[str] | None, report: Report) -> str:
    """What a run says that handed nothing over; what it left undone is told on stderr."""
    if report.faults:
        return "nothing was delivered"
    return f"nothing to deliver: no new papers for {count(len(only or settings.subscribers), 'subscriber')}"


def _known(settings: Settings, names: Sequence[str]) -> Sequence[str] | None:
    """The names asked for; None for everybody."""
    for name in names:
        subscriber_named(settings, name)
    return tuple(dict.fromkeys(names)) or None


def _past(since: datetime | None) -> datetime | None:
    """The first moment of a day that has begun."""
    if since is None:
        return None
    since = since.replace(tzinfo=UTC)
    if since > app.system_clock().now():
        raise click.UsageError(f"--since {since:%Y-%m-%d} has not come yet")
    return since


async def _once(
    settings: Settings, only: Sequence[str] | None, since: datetime | None, log_format: str
) -> Report:
    store = app.open_store(settings.database)
    clock = app.system_clock()
    try:
        warn(departures.warnings(store.subscriptions.changes(settings.subscribers), settings), log_format)
        async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
            state = tick.start(services)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, state.stopping.set)
            report = await in_time(tick.once(services, state, only, since=since), state.stopping, clock)
    finally:
        store.close()
    return report or Report(faults=["stopped in the middle of it; the next run takes up from here"])


async def _rehearse(
    settings: Settings, only: Sequence[str] | None, since: datetime | None, log_format: str
) -> Report:
    """Poll on a copy of the database and say what is owed."""
    clock = app.system_clock()
    report = Report()
    with app.scratch_store(settings.database) as store:
        warn(departures.warnings(store.subscriptions.changes(settings.subscribers), settings), log_format)
        async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
            state = tick.start(services)
            warn(filter(None, [tick.mend_times(store, clock.now())]), log_format)
            store.subscriptions.sync(settings.subscribers, clock.now())
            tick.reach_back(services, only, since)
            await poll(services, state, wanted_topics(settings, only), report, since=since)
            chosen = [one for one in settings.subscribers if only is None or one.name in only]
            for subscriber in chosen:
                report.done += _left_over(store, subscriber)
                report.done += _owed(store, settings, subscriber, complete=not report.faults)
            report.done += [line async for line in _costs(services, state, chosen)]
    return report


def _left_over(store: Store, subscriber: Subscriber) -> Iterator[str]:
    """The messages of earlier rounds that would be tried again."""
    for envelope in store.outbox.waiting([subscriber.name]):
        where = f"{envelope.target.kind} {envelope.target.address}"
        papers = count(len(envelope.arxiv_ids), "paper")
        yield f"{subscriber.name}: a message written earlier ({papers}) would go to {where}"


def _owed(store: Store, settings: Settings, subscriber: Subscriber, *, complete: bool) -> Iterator[str]:
    """The digests that would be written: to whom, with which papers. ``complete`` is what the poll was."""
    for edition in owed_editions.editions(store, settings, subscriber):
        where = ", ".join(f"{target.kind} {target.address}" for target in edition.targets)
        if not edition.entries and not subscriber.send_empty:
            yield f"{subscriber.name}: nothing {'new' if complete else 'found so far'} for {where}"
            continue
        titles = len(edition.entries) - len(edition.to_summarise())
        cut = f", {titles} of them by title only" if titles else ""
        yield f"{subscriber.name}: {count(len(edition.entries), 'paper')} would go to {where}{cut}"
        for entry in edition.entries:
            revised = ", a new version" if entry.revised_from is not None else ""
            title = prose.plain(entry.paper.title)
            yield f"  {entry.paper.arxiv_id}  {title}  [{', '.join(entry.topics)}{revised}]"


async def _costs(services: Services, state: ProcessState, chosen: Sequence[Subscriber]) -> AsyncIterator[str]:
    """What the summaries of these digests would take."""
    if services.summariser is None:
        yield "summaries: sentences of the abstracts, which cost nothing (there is no GEMINI_API_KEY)"
        return
    now, gemini = services.clock.now(), services.settings.gemini
    model, flex = gemini.model, gemini.service_tier is ServiceTier.FLEX
    made = await estimate(services, state, {subscriber.name: now for subscriber in chosen})
    if not made.papers:
        yield "summaries: none would be asked for"
        return
    spent = services.store.summaries.use_on(quota.pacific_day(now)).requests
    left = max(gemini.requests_per_day - spent, 0)
    price = quota.dollars(model, made.prompt_tokens, made.output_tokens, now.date(), flex=flex)
    cost = (
        f"the price of {model} is not known here"
        if price is None
        else f"about ${price:.2f}"
        if price >= 0.01
        else "less than $0.01"
    )
    yield (
        f"summaries: {count(made.papers, 'paper')} would be asked of {model} in "
        f"{count(made.requests, 'request')} ({left} left today), about {made.prompt_tokens:,} tokens of prompts "
        f"and {made.output_tokens:,} of answers: {cost}"
        + ("" if price is None else f" at the prices of {quota.KNOWN_IN}, nothing on the free tier")
    )
