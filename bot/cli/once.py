"""``arxiv-digest once``"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence

import click

from bot import app
from bot.cli import departures
from bot.cli.console import progress_for, tell, warn
from bot.cli.logs import set_up_logging
from bot.cli.options import State, count, global_options, pass_state, subscriber_named
from bot.daemon import in_time
from bot.models import Subscriber
from bot.pipeline import owed_editions, tick
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.settings import Settings
from bot.store import Store


@click.command("once")
@click.option("--only", "names", metavar="NAME", multiple=True, help="Only this subscriber (repeatable).")
@click.option("--dry-run", is_flag=True, help="Poll, then say what would go to whom; store and send nothing.")
@global_options
@pass_state
def command(state: State, names: tuple[str, ...], dry_run: bool) -> int:
    """Poll, summarise and deliver everything owed to every subscriber, now.

    Schedules and the waiting times of earlier failures are ignored. For cron, GitHub Actions and a
    first try.

    \b
    Examples:
      arxiv-digest once --dry-run
      arxiv-digest once --only ada --only em-group
    """
    set_up_logging(state.log_format, verbose=state.verbose)
    settings = state.settings()
    only = _known(settings, names)
    work = _rehearse if dry_run else _once
    report = asyncio.run(work(settings, only, state.log_format))
    for line in report.done:
        click.echo(line)
    tell(report, state.log_format)
    return 1 if report.faults else 0


def _known(settings: Settings, names: Sequence[str]) -> Sequence[str] | None:
    """The names asked for; None for everybody."""
    for name in names:
        subscriber_named(settings, name)
    return names or None


async def _once(settings: Settings, only: Sequence[str] | None, log_format: str) -> Report:
    store = app.open_store(settings.database)
    clock = app.system_clock()
    try:
        warn(departures.warnings(store.subscriptions.changes(settings.subscribers), settings), log_format)
        async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
            state = tick.start(services)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, state.stopping.set)
            report = await in_time(tick.once(services, state, only), state.stopping, clock)
    finally:
        store.close()
    return report or Report(faults=["stopped in the middle of it; the next run takes up from here"])


async def _rehearse(settings: Settings, only: Sequence[str] | None, log_format: str) -> Report:
    """Poll on a copy of the database and say what is owed."""
    clock = app.system_clock()
    report = Report()
    with app.scratch_store(settings.database) as store:
        warn(departures.warnings(store.subscriptions.changes(settings.subscribers), settings), log_format)
        async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
            state = tick.start(services)
            store.subscriptions.sync(settings.subscribers, clock.now())
            await poll(services, state, wanted_topics(settings, only), report)
        for subscriber in settings.subscribers:
            if only is None or subscriber.name in only:
                report.done += [*_left_over(store, subscriber), *_owed(store, settings, subscriber)]
    return report


def _left_over(store: Store, subscriber: Subscriber) -> Iterator[str]:
    """The messages of earlier rounds that would be tried again."""
    for envelope in store.outbox.waiting([subscriber.name]):
        where = f"{envelope.target.kind} {envelope.target.address}"
        papers = count(len(envelope.arxiv_ids), "paper")
        yield f"{subscriber.name}: a message written earlier ({papers}) would go to {where}"


def _owed(store: Store, settings: Settings, subscriber: Subscriber) -> Iterator[str]:
    """The digests that would be written: to whom, with which papers."""
    for edition in owed_editions.editions(store, settings, subscriber):
        where = ", ".join(f"{target.kind} {target.address}" for target in edition.targets)
        if not edition.entries and not subscriber.send_empty:
            yield f"{subscriber.name}: nothing new for {where}"
            continue
        yield f"{subscriber.name}: {count(len(edition.entries), 'paper')} would go to {where}"
        for entry in edition.entries:
            yield f"  {entry.paper.arxiv_id}  {entry.paper.title}  [{', '.join(entry.topics)}]"
