"""``arxiv-digest once``"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

import click

from bot import app
from bot.cli.console import progress_for, set_up_logging, tell
from bot.cli.options import State, global_options, pass_state, subscriber_named
from bot.pipeline import tick, wants
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.services import Report
from bot.settings import Settings


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
    report = asyncio.run(_rehearse(settings, only) if dry_run else _once(settings, only))
    for line in report.done:
        click.echo(line)
    tell(report)
    return 1 if report.faults else 0


def _known(settings: Settings, names: Sequence[str]) -> Sequence[str] | None:
    """The names asked for; None for everybody."""
    for name in names:
        subscriber_named(settings, name)
    return names or None


async def _once(settings: Settings, only: Sequence[str] | None) -> Report:
    store = app.open_store(settings.database)
    clock = app.system_clock()
    try:
        async with app.open_services(settings, store, progress_for(clock), clock) as services:
            state = tick.start(services)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, state.stopping.set)
            return await tick.once(services, settings, state, only)
    finally:
        store.close()


async def _rehearse(settings: Settings, only: Sequence[str] | None) -> Report:
    """Poll on a copy of the database and say what is owed."""
    clock = app.system_clock()
    report = Report()
    async with (
        app.scratch_store(settings.database) as store,
        app.open_services(settings, store, progress_for(clock), clock) as services,
    ):
        state = tick.start(services)
        store.subscriptions.sync(settings.subscribers, clock.now())
        await poll(services, settings, state.gate, wanted_topics(settings, only), report)
        for subscriber in settings.subscribers:
            if only is not None and subscriber.name not in only:
                continue
            for edition in wants.editions(store, settings, subscriber):
                where = ", ".join(f"{target.kind} {target.address}" for target in edition.targets)
                report.done.append(f"{subscriber.name}: {len(edition.entries)} papers would go to {where}")
                report.done += [
                    f"  {entry.paper.arxiv_id}  {entry.paper.title}  [{', '.join(entry.topics)}]"
                    for entry in edition.entries
                ]
    return report
