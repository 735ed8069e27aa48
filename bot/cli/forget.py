"""``arxiv-digest forget``"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches

import click

from bot import app, checks
from bot.channels import CHANNELS
from bot.cli.lines import put
from bot.cli.logs import say
from bot.cli.options import State, count, global_options, pass_state
from bot.errors import DigestError, StoreError
from bot.models.subscriptions import Kept
from bot.settings import Settings
from bot.store import Store


def _complete(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Those who can be forgotten; nobody while the configuration or the database can't be read."""
    try:
        settings = context.ensure_object(State).settings(need_secrets=False)
        vanished = checks.changes(settings).vanished
    except DigestError:
        return []
    return [record.name for record in vanished if record.name.startswith(typed)]


@click.command("forget")
@click.argument("name", shell_complete=_complete)
@click.option("--yes", is_flag=True, help="Don't ask at a terminal.")
@global_options
@pass_state
def command(state: State, name: str, yes: bool) -> int:
    """Delete what is stored of NAME, who is no longer in the YAML: addresses, digests, deliveries.

    Says first what that is. Take NAME out of the YAML before, and know that a subscriber of this name
    who comes back later begins anew. Reports in folders, sent messages and backups stay where they are.
    """
    settings = state.settings(need_secrets=False)
    if name in (subscriber.name for subscriber in settings.subscribers):
        raise click.UsageError(f"{name!r} is still in {state.path}: take that subscriber out first")
    store = app.read_store(settings.database, writable=True)
    if store is None:
        raise click.UsageError(f"unknown subscriber {name!r}: there is no database yet")
    try:
        _refuse_unknown(store, settings, name)
        kept = store.kept_of(name)
        put(
            f"{name} is no longer in {state.path}; stored of {name}:", *(f"  {line}" for line in _lines(kept))
        )
        if not yes and sys.stdin.isatty() and not click.confirm("Delete this for good?"):
            click.echo("nothing was deleted")
            return 0
        store.forget(name)
        put(f"{name} is forgotten")
        return _compact(store, state)
    finally:
        store.close()


def _refuse_unknown(store: Store, settings: Settings, name: str) -> None:
    gone = store.subscriptions.vanished([subscriber.name for subscriber in settings.subscribers])
    if name in gone:
        return
    near = get_close_matches(name, gone, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    known = f"; no longer in the YAML are: {', '.join(gone)}" if gone else "; everybody stored is in the YAML"
    raise click.UsageError(f"unknown subscriber {name!r}{hint or known}")


def _lines(kept: Kept) -> Iterator[str]:
    for target in kept.targets:
        spec = CHANNELS.get(target.kind)  # none of a channel that this program no longer has
        stays = " (the reports there stay)" if spec is not None and spec.address.is_path else ""
        yield f"{target.kind} {target.address}{stays}"
    yield f"{count(kept.digests, 'digest')} with {count(kept.papers, 'paper')}"


def _compact(store: Store, state: State) -> int:
    try:
        store.compact()
    except StoreError as error:
        say(
            state.log_format,
            "warning",
            f"warning: unused parts of the database may still hold traces of it: {error}",
        )
        return 1
    return 0
