"""``arxiv-digest backup``"""

from __future__ import annotations

from pathlib import Path

import click

from bot import app
from bot.cli.lines import put
from bot.cli.options import State, global_options, pass_state
from bot.errors import StoreError


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@global_options
@pass_state
def command(state: State, file: Path) -> int:
    """Copy the database to FILE, consistently, also while the daemon runs. Never overwrites."""
    settings = state.settings(need_secrets=False)
    store = app.read_store(settings.database)
    if store is None:
        raise StoreError(f"{settings.database}: there is no database to copy yet")
    try:
        store.backup(str(file))
    finally:
        store.close()
    put(f"{settings.database} copied to {file}")
    return 0
