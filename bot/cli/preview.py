"""``arxiv-digest preview``"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import click

from bot import app
from bot.cli.console import progress_for, set_up_logging, tell
from bot.cli.options import State, global_options, pass_state, subscriber_named
from bot.models import Digest, Subscriber
from bot.pipeline import compose, tick
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.services import Report
from bot.render import html, markdown, slack, text
from bot.settings import Settings


def _slack(digest: Digest) -> str:
    messages = [json.loads(message.payload) for message in slack.render(digest)]
    return json.dumps(messages, indent=2, ensure_ascii=False)


_FORMATS: dict[str, Callable[[Digest], str]] = {
    "html": html.render,
    "text": text.render,
    "slack": _slack,
    "markdown": markdown.render,
}


@click.command("preview")
@click.argument("name")
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
    settings = state.settings()
    subscriber = subscriber_named(settings, name)
    report = Report()
    digests = asyncio.run(_digests(settings, subscriber, report))
    rendered = "\n".join(_FORMATS[form](digest) for digest in digests)
    if out is None:
        click.echo(rendered)
    else:
        out.write_text(rendered, encoding="utf-8")
        click.echo(f"{out} written")
    tell(report)
    return 0


async def _digests(settings: Settings, subscriber: Subscriber, report: Report) -> list[Digest]:
    clock = app.system_clock()
    async with (
        app.scratch_store(settings.database) as store,
        app.open_services(settings, store, progress_for(clock), clock) as services,
    ):
        store.subscriptions.sync(settings.subscribers, clock.now())
        if store.polls.last_finished()[0] is None:
            state = tick.start(services)
            await poll(services, settings, state.gate, wanted_topics(settings, [subscriber.name]), report)
        return compose.preview(services, settings, subscriber)
