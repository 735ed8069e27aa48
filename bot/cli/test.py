"""``arxiv-digest test``"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from bot import app
from bot.cli.handing_over import hand_over
from bot.cli.options import State, complete_subscriber, global_options, pass_state, subscriber_named
from bot.pipeline import by_hand
from bot.settings import Settings
from bot.store import Store


@click.command("test")
@click.argument("name", shell_complete=complete_subscriber)
@global_options
@pass_state
def command(state: State, name: str) -> int:
    """Send a short test message to each target of NAME, and say what became of it.

    A running daemon sends it; without one, this command does.
    """
    settings = state.settings(need_secrets=False)
    subscriber = subscriber_named(settings, name)
    store = app.read_store(settings.database)
    if store is not None:
        try:
            active = store.optouts.active(name, subscriber.targets)
        finally:
            store.close()
        if not active:
            raise click.UsageError(f"{name} is to receive nothing: `arxiv-digest resume {name}` ends that")

    def write(store: Store, settings: Settings, now: datetime) -> Sequence[int]:
        return by_hand.test(store, settings, subscriber, now)

    return hand_over(state, write)
