"""``arxiv-digest pause``"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from bot import app, schedule
from bot.cli.lines import put
from bot.cli.options import State, complete_subscriber, global_options, pass_state, subscriber_named


@click.command("pause")
@click.argument("name", shell_complete=complete_subscriber)
@click.option(
    "--until",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="Deliver again from this day on, in the subscriber's zone.",
)
@global_options
@pass_state
def command(state: State, name: str, until: datetime | None) -> int:
    """Deliver nothing to NAME until DATE, or until `resume`.

    It holds at once, beside a running daemon too: what waits is withdrawn. Afterwards what `lookback` still
    covers is delivered; the rest counts as read.

    \b
    Examples:
      arxiv-digest pause ada
      arxiv-digest pause ada --until 2027-01-07
    """
    settings, now = state.settings(need_secrets=False), app.system_clock().now()
    subscriber = subscriber_named(settings, name)
    end = until and until.replace(tzinfo=ZoneInfo(subscriber.timezone)).astimezone(UTC)
    if end is not None and end <= now:
        raise click.UsageError(f"--until {until:%Y-%m-%d}: that day has begun already; name a later one")
    store = app.read_store(settings.database, writable=True)
    if store is None:
        raise click.UsageError("there is no database yet; `arxiv-digest once` or `run` makes it")
    try:
        store.optouts.pause(name, None, end, now)
    finally:
        store.close()
    told = (
        f"until {schedule.told(end, subscriber.timezone)}" if end else f"until `arxiv-digest resume {name}`"
    )
    put(f"{name}: nothing is delivered {told}")
    return 0
