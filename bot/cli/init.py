"""``arxiv-digest init``"""

from __future__ import annotations

from pathlib import Path

import click

from bot import config
from bot.cli.lines import put
from bot.cli.options import State, global_options, pass_state


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@global_options
@pass_state
def command(state: State, path: Path | None) -> int:
    """Write a commented starter configuration to PATH (default: subscribers.yaml). Never overwrites.

    It is valid as it stands and needs no account: its one subscriber gets reports in a folder.
    """
    target = path or state.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(config.starter())
    except FileExistsError:
        raise click.ClickException(f"{target} exists already; nothing was written") from None
    except OSError as error:
        raise click.ClickException(f"{target} can't be written: {error.strerror}") from None
    put(f"{target} written. Next: arxiv-digest --config {target} check")
    return 0
