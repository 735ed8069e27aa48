"""``arxiv-digest resume``"""

from __future__ import annotations

import click

from bot import app
from bot.cli.lines import put
from bot.cli.options import State, complete_subscriber, global_options, pass_state, subscriber_named


@click.command("resume")
@click.argument("name", shell_complete=complete_subscriber)
@global_options
@pass_state
def command(state: State, name: str) -> int:
    """Deliver to NAME again, whether paused or unsubscribed by a link.

    What `lookback` still covers is delivered with the next digest; the rest counts as read.
    """
    settings = state.settings(need_secrets=False)
    subscriber_named(settings, name)
    store = app.read_store(settings.database, writable=True)
    resumed = False
    if store is not None:
        try:
            resumed = store.optouts.resume(name, None, app.system_clock().now())
        finally:
            store.close()
    put(f"{name}: delivered again from now on" if resumed else f"{name}: nothing was held back")
    return 0
