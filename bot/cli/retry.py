"""``arxiv-digest retry``"""

from __future__ import annotations

import click

from bot import app
from bot.cli.lines import put
from bot.cli.options import State, complete_subscriber, count, global_options, pass_state, subscriber_named


@click.command("retry")
@click.argument("name", required=False, shell_complete=complete_subscriber)
@global_options
@pass_state
def command(state: State, name: str | None) -> int:
    """Put permanently failed deliveries (of NAME, or of everybody) back in the queue.

    Where a service asked to be left alone, it is asked again all the same: with NAME, those that NAME's go to.
    The daemon takes them up by itself; without it, run `arxiv-digest once`.
    """
    settings = state.settings(need_secrets=False)
    kinds = {target.kind for target in subscriber_named(settings, name).targets} if name is not None else None
    store = app.read_store(settings.database, writable=True)
    if store is None:
        click.echo("nothing to retry: there is no database yet")
        return 0
    try:
        now = app.system_clock().now()
        lifted = [wait.service for wait in store.notices.waits(now) if kinds is None or wait.service in kinds]
        store.notices.lift_waits(lifted)
        revived = store.outbox.retry_failed(name, now)
    finally:
        store.close()
    click.echo(f"{count(revived, 'failed message')} back in the queue")
    for service in lifted:
        put(f"{service} is asked again, though it asked to be left alone")
    return 0
