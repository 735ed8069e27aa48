"""``arxiv-digest retry``"""

from __future__ import annotations

import click

from bot import app
from bot.cli.options import State, complete_subscriber, count, global_options, pass_state, subscriber_named


@click.command("retry")
@click.argument("name", required=False, shell_complete=complete_subscriber)
@global_options
@pass_state
def command(state: State, name: str | None) -> int:
    """Put permanently failed deliveries (of NAME, or of everybody) back in the queue.

    The daemon takes them up by itself; without it, run `arxiv-digest once`.
    """
    settings = state.settings(need_secrets=False)
    if name is not None:
        subscriber_named(settings, name)
    store = app.read_store(settings.database, writable=True)
    if store is None:
        click.echo("nothing to retry: there is no database yet")
        return 0
    try:
        revived = store.outbox.retry_failed(name, app.system_clock().now())
    finally:
        store.close()
    click.echo(f"{count(revived, 'failed message')} back in the queue")
    return 0
