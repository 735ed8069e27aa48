"""Messages that a person sends by hand: handed over here, or by the process that holds the database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import datetime

import click

from bot import app
from bot.cli.console import progress_for, tell
from bot.cli.lines import put
from bot.cli.logs import say, set_up_logging
from bot.cli.options import State
from bot.daemon import in_time
from bot.errors import DatabaseHeld
from bot.models import Envelope, OutboxState
from bot.pipeline import tick
from bot.pipeline.deliver import deliver
from bot.pipeline.delivery_outcomes import facts, subject
from bot.pipeline.report import Report
from bot.settings import Settings
from bot.store import Store

Write = Callable[[Store, Settings, datetime], Sequence[int]]
"""Puts messages into the outbox, in one transaction, and says their numbers."""

_PATIENCE_S = 60.0
"""How long a daemon is given: it looks every few seconds, but for a round that is under way."""
_LOOK_EVERY_S = 0.25


def hand_over(state: State, write: Write) -> int:
    """Have the messages written and sent, and say what became of each; the exit status. DigestError."""
    set_up_logging(state.log_format, verbose=state.verbose)
    settings = state.settings(need_secrets=False)
    try:
        store = app.open_store(settings.database)
    except DatabaseHeld:
        report = asyncio.run(_by_the_holder(settings, write, state.log_format))
    else:
        try:
            report = asyncio.run(_by_us(state.settings(), store, write, state.log_format))
        finally:
            store.close()
    put(*report.done)
    tell(report, state.log_format)
    return 1 if report.faults else 0


async def _by_us(settings: Settings, store: Store, write: Write, log_format: str) -> Report:
    clock, report = app.system_clock(), Report()
    async with app.open_services(settings, store, progress_for(clock, log_format), clock) as services:
        state = tick.start(services)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, state.stopping.set)
        chosen = write(store, settings, clock.now())
        await in_time(
            deliver(services, state, report, ignore_backoff=True, chosen=frozenset(chosen)),
            state.stopping,
            clock,
        )
        for envelope in store.outbox.read(chosen):
            if envelope.id not in report.messages:
                line, known = _left(envelope, "the next `arxiv-digest once` or `run` sends it")
                report.add(line, **known)
    return report


async def _by_the_holder(settings: Settings, write: Write, log_format: str) -> Report:
    clock, report = app.system_clock(), Report()
    store = app.read_store(settings.database, writable=True)
    if store is None:
        raise click.ClickException(f"{settings.database}: the database is being made; try again in a moment")
    try:
        chosen = write(store, settings, clock.now())
        say(log_format, "info", "the process that holds the database sends it")
        began = clock.monotonic()
        while True:
            found = store.outbox.read(chosen)
            if all(map(_is_told, found)) or clock.monotonic() - began > _PATIENCE_S:
                break
            await clock.sleep(_LOOK_EVERY_S)
    finally:
        store.close()
    for envelope in found:
        if envelope.state is OutboxState.SENT:
            report.done.append(f"{subject(envelope)}: delivered")
        else:
            line, known = _left(envelope, "the process that holds the database sends it")
            report.add(line, **known)
    return report


def _is_told(envelope: Envelope) -> bool:
    """Whether there is something to say of it: it is settled, or was tried in vain."""
    return envelope.state in (OutboxState.SENT, OutboxState.FAILED, OutboxState.ENDED) or bool(envelope.error)


def _left(envelope: Envelope, otherwise: str) -> tuple[str, dict[str, object]]:
    outcome = {
        OutboxState.FAILED: "failed",
        OutboxState.ENDED: "withdrawn",
        OutboxState.IN_DOUBT: "in doubt",
    }.get(envelope.state, "waiting")
    why = "; ".join(filter(None, (envelope.error, envelope.remedy))) or otherwise
    return f"{subject(envelope)}: {outcome}: {why}", facts(envelope) | {"outcome": outcome, "error": why}
