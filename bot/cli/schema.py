"""``arxiv-digest schema``"""

from __future__ import annotations

import json

import click

from bot import config
from bot.cli.options import global_options


@click.command("schema")
@global_options
def command() -> int:
    """Print the JSON Schema of the YAML, for editors.

    \b
    Example:
      arxiv-digest schema > subscribers.schema.json
    """
    click.echo(json.dumps(config.schema(), indent=2, ensure_ascii=False))
    return 0
