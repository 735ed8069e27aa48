"""``arxiv-digest search``"""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot import app
from bot.cli.lines import as_json, put
from bot.cli.logs import caution
from bot.cli.options import State, global_options, pass_state
from bot.history import Found
from bot.render import prose

_AT_MOST = 50


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--json", "for_programs", is_flag=True, help="For programs.")
@click.option(
    "--limit", default=_AT_MOST, show_default=True, type=click.IntRange(1, 10_000), help="Papers at most."
)
@global_options
@pass_state
def command(state: State, words: Sequence[str], for_programs: bool, limit: int) -> int:
    """Find the stored papers that hold all of WORDS, the best first. A phrase stands in quotes.

    \b
    Examples:
      arxiv-digest search nickelate superconductivity
      arxiv-digest search "electron microscopy" --json
    """
    if not any(character.isalnum() for word in words for character in word):
        raise click.UsageError("there is no letter or digit to search for")
    store = app.read_store(state.settings(need_secrets=False).database)
    found: Sequence[Found] = ()
    if store is not None:
        try:
            found = store.words.search(words, limit)
            if not store.words.is_complete():
                caution(
                    state.log_format, "older papers are still being indexed; `once` and `run` go on with that"
                )
        finally:
            store.close()
    if for_programs:
        click.echo(as_json([_as_json(one) for one in found], indent=2))
    elif found:
        put(*map(_line, found))
    else:
        click.echo(
            "No stored paper holds these words." if store else "Nothing was polled yet: there is no database."
        )
    return 0


def _as_json(one: Found) -> dict[str, object]:
    return {
        "id": one.arxiv_id,
        "date": f"{one.published:%Y-%m-%d}",
        "title": prose.plain(one.title, prose.TITLE_BYTES),
        "topics": list(one.topics),
        "received_by": list(one.subscribers),
    }


def _line(one: Found) -> str:
    topics = f" [{', '.join(one.topics)}]" if one.topics else ""
    received = f" -> {', '.join(one.subscribers)}" if one.subscribers else ""
    return f"{one.arxiv_id}  {one.published:%Y-%m-%d}  {prose.plain(one.title, prose.TITLE_BYTES)}{topics}{received}"
