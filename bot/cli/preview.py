"""``arxiv-digest preview``"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import click

from bot import app
from bot.channels.email import text
from bot.channels.file import html, markdown
from bot.channels.slack import message as slack
from bot.cli.console import progress_for, tell, warn
from bot.cli.lines import as_json, put, without_orders
from bot.cli.logs import set_up_logging
from bot.cli.options import State, complete_subscriber, global_options, pass_state, subscriber_named
from bot.models import Digest, Subscriber
from bot.pipeline import compose, tick
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store


def _joined(render: Callable[[Digest], str]) -> Callable[[Sequence[Digest]], str]:
    return lambda digests: "\n".join(map(render, digests))


def _slack(digests: Sequence[Digest]) -> str:
    """The messages as Slack would get them, in one list."""
    messages = [json.loads(message.payload) for digest in digests for message in slack.render(digest)]
    return as_json(messages, indent=2)


_FORMATS: dict[str, Callable[[Sequence[Digest]], str]] = {
    "html": _joined(html.render),
    "text": _joined(text.render),
    "slack": _slack,
    "markdown": _joined(markdown.render),
}
"""One digest as a rule; more where a subscriber's kinds of channel don't share their history."""


@click.command("preview")
@click.argument("name", shell_complete=complete_subscriber)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="text",
    show_default=True,
    help="How to render.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@global_options
@pass_state
def command(state: State, name: str, form: str, out: Path | None) -> int:
    """Show what NAME would receive now. Nothing is sent or stored.

    Uses what is stored; polls arXiv first when nothing is. Summaries that don't exist yet are shown
    as the abstract's own sentences.
    """
    set_up_logging(state.log_format, verbose=state.verbose)
    settings = state.settings(need_secrets=False)
    subscriber = subscriber_named(settings, name)
    warn(state.oddities, state.log_format)
    report = Report()
    digests = asyncio.run(_digests(settings, subscriber, report, state.log_format))
    _put(_FORMATS[form](digests), form, out)
    tell(report, state.log_format)
    return 1 if report.faults else 0


def _put(rendered: str, form: str, out: Path | None) -> None:
    if out is None or out == Path("-"):
        # HTML and Markdown are what a browser or an editor gets, to the byte.
        click.echo(without_orders(rendered) if form == "text" else rendered)
        return
    try:
        out.write_text(rendered, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} can't be written: {error.strerror}") from None
    put(f"{out} written")


@contextmanager
def _store(settings: Settings, clock: Clock) -> Generator[Store]:
    """The database itself where there is nothing to change of it, else a copy: that takes long when it is large."""
    store = app.read_store(settings.database)
    with closing(store) if store is not None else nullcontext():
        if store is not None and store.polls.last_poll() is not None and _stands(store, settings, clock):
            yield store
            return
    with app.scratch_store(settings.database) as copy:
        yield copy


def _stands(store: Store, settings: Settings, clock: Clock) -> bool:
    """Whether the record agrees with the configuration and the clock."""
    return store.subscriptions.is_in_line(settings.subscribers) and store.clock_fault(clock.now()) is None


async def _digests(
    settings: Settings, subscriber: Subscriber, report: Report, log_format: str
) -> list[Digest]:
    clock = app.system_clock()
    with _store(settings, clock) as store:
        async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
            if not _stands(store, settings, clock):
                report.troubles += filter(None, [tick.mend_times(store, clock.now())])
                store.subscriptions.sync(settings.subscribers, clock.now())
            if store.polls.last_poll() is None:
                state = tick.start(services)
                await poll(services, state, wanted_topics(settings, [subscriber.name]), report)
            return compose.preview(services, subscriber)
