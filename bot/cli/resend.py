"""``arxiv-digest resend``"""

from __future__ import annotations

import os
from datetime import datetime

import click

from bot import app, schedule
from bot.channels import CHANNELS
from bot.cli.handing_over import hand_over
from bot.cli.lines import put
from bot.cli.options import State, complete_subscriber, count, global_options, pass_state, subscriber_named
from bot.history import DigestRecord
from bot.models import Subscriber, Target
from bot.pipeline import by_hand
from bot.settings import Settings
from bot.store import Store


@click.command("resend")
@click.argument("name", shell_complete=complete_subscriber)
@click.argument("number", required=False, type=click.IntRange(min=1))
@click.option("--to", metavar="TARGET", help="Only to this target of NAME: its address, or its kind.")
@global_options
@pass_state
def command(state: State, name: str, number: int | None, to: str | None) -> int:
    """Send a digest of NAME again: the newest, or that of this NUMBER (see `history`).

    It goes to the targets that it went to, or to one; first it is said what goes where. Nothing else
    changes: what is owed to NAME stays as it is.

    \b
    Examples:
      arxiv-digest resend ada
      arxiv-digest resend em-group 12 --to "#em-papers"
    """
    settings = state.settings(need_secrets=False)
    subscriber = subscriber_named(settings, name)
    target = None if to is None else _target(subscriber, to, os.path.dirname(os.path.abspath(state.path)))
    store = app.read_store(settings.database)
    if store is None:
        raise click.UsageError(f"{name} has had no digest yet: there is no database")
    try:
        record, edition = _digest(store, name, number)
        active = store.optouts.active(name, subscriber.targets)
    finally:
        store.close()
    choice = by_hand.choose(record, subscriber, target, active)
    what = f"digest {record.number} of {schedule.told(record.composed_at, subscriber.timezone)}"
    if not choice.targets:
        why = "; ".join(choice.left_out) or "it went to no target; name one with --to"
        raise click.UsageError(f"{what} goes nowhere: {why}")
    for one in choice.targets:
        put(f"{name}: {what}, {count(record.papers, 'paper')}, goes again to {one.kind} {one.address}")
    for line in choice.left_out:
        put(f"{name}: not everywhere: {line}")

    def write(store: Store, settings: Settings, now: datetime) -> list[int]:
        return list(by_hand.resend(store, settings, record, edition, choice.targets, now))

    return hand_over(state, write)


def _digest(store: Store, name: str, number: int | None) -> tuple[DigestRecord, str]:
    digests = store.digests.of(name)
    if not digests:
        raise click.UsageError(f"{name} has had no digest yet")
    record = next((one for one in digests if number in (None, one.number)), None)
    if record is None:
        raise click.UsageError(f"{name} has had no digest {number}; the newest is {digests[0].number}")
    edition = store.digests.edition(record.id)
    if edition is None:
        raise click.UsageError(
            f"what digest {record.number} of {name} said is kept no longer; `arxiv-digest search` finds its papers"
        )
    return record, edition


def _target(subscriber: Subscriber, said: str, folder: str) -> Target:
    """The target that is meant: by its address, as the YAML has it or bare, or by a kind of which there is one."""
    of_kind = [target for target in subscriber.targets if target.kind == said]
    if len(of_kind) == 1:
        return of_kind[0]
    for target in subscriber.targets:
        form = CHANNELS[target.kind].address
        address = os.path.abspath(os.path.join(folder, said)) if form.is_path else said
        if said == f"{target.kind} {target.address}" or form.same(address) == form.same(target.address):
            return target
    known = ", ".join(f"{target.kind} {target.address}" for target in subscriber.targets)
    raise click.UsageError(f"{said!r} is no target of {subscriber.name}; there are: {known}")
