"""``arxiv-digest history``"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from bot import app, schedule
from bot.cli.lines import as_json, put
from bot.cli.options import State, complete_subscriber, count, global_options, pass_state, subscriber_named
from bot.history import DigestRecord, TargetOutcome
from bot.models import OutboxState

_STATES = {
    OutboxState.PENDING: "waiting",
    OutboxState.SENDING: "being sent",
    OutboxState.IN_DOUBT: "in doubt",
    OutboxState.SENT: "sent",
    OutboxState.FAILED: "failed",
    OutboxState.ENDED: "given up",
}


@click.command("history")
@click.argument("name", shell_complete=complete_subscriber)
@click.option("--json", "for_programs", is_flag=True, help="For programs.")
@global_options
@pass_state
def command(state: State, name: str, for_programs: bool) -> int:
    """List the digests of NAME, newest first, and what became of each at each target."""
    settings = state.settings(need_secrets=False)
    subscriber = subscriber_named(settings, name)
    digests: Sequence[DigestRecord] = ()
    store = app.read_store(settings.database)
    if store is not None:
        try:
            digests = store.digests.of(name)
        finally:
            store.close()
    if for_programs:
        click.echo(as_json([_as_json(one) for one in digests], indent=2))
    elif digests:
        put(*(line for one in digests for line in _lines(one, subscriber.timezone)))
    else:
        put(f"{name} has had no digest yet.")
    return 0


def _as_json(digest: DigestRecord) -> dict[str, object]:
    return {
        "number": digest.number,
        "date": _iso(digest.composed_at),
        "papers": digest.papers,
        "targets": [_target(one) for one in digest.outcomes if not one.copy],
        "again": [{"copy": one.copy, **_target(one)} for one in digest.outcomes if one.copy],
    }


def _target(outcome: TargetOutcome) -> dict[str, object]:
    return {
        "kind": outcome.target.kind,
        "address": outcome.target.address,
        "state": outcome.state.value,
        "at": _iso(outcome.settled_at),
        "parts": outcome.parts,
        "parts_sent": outcome.sent,
        "error": outcome.error,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _lines(digest: DigestRecord, timezone: str) -> Iterator[str]:
    yield f"{digest.number:>4}  {schedule.told(digest.composed_at, timezone)}  {count(digest.papers, 'paper')}"
    for one in digest.outcomes:
        again = ", sent again" if one.copy else ""
        parts = f", {one.sent} of {one.parts} parts sent" if 0 < one.sent < one.parts else ""
        when = f" {schedule.told(one.settled_at, timezone)}" if one.settled_at else ""
        why = f": {one.error}" if one.error else ""
        yield f"      {one.target.kind} {one.target.address}{again}: {_STATES[one.state]}{when}{parts}{why}"
