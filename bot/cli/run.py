"""``arxiv-digest run``"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from bot import app, schedule
from bot.cli import departures, edits
from bot.cli.console import LogProgress, tell
from bot.cli.lines import put
from bot.cli.logs import logger, set_up_logging
from bot.cli.options import State, global_options, pass_state
from bot.config.files import read_bounded
from bot.config.loading import MAX_BYTES
from bot.daemon import Daemon
from bot.errors import StoreError
from bot.models import Subscriber
from bot.models.subscriptions import Changes
from bot.pipeline import hours, tick
from bot.pipeline.services import Services
from bot.settings import Settings
from bot.store import Store


@click.command("run")
@global_options
@pass_state
def command(state: State) -> int:
    """Keep running: poll arXiv, deliver to each subscriber on their schedule.

    Takes up an edited YAML within seconds (SIGHUP: at once; on a network drive within two minutes); a broken
    edit is logged and the old configuration stays in force. SIGTERM or Ctrl-C finishes what is in flight and ends.
    """
    set_up_logging(state.log_format, verbose=state.verbose, shorten=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # until the loop takes them over
    settings = state.settings()
    store = app.open_store(settings.database)
    try:
        asyncio.run(_run(state, settings, store))
    finally:
        store.close()
    return 0


def _leave(*_: object) -> None:
    """Told to stop before anything was begun."""
    raise SystemExit(0)


async def _run(state: State, settings: Settings, store: Store) -> None:
    clock = app.system_clock()
    progress = LogProgress(clock)

    @asynccontextmanager
    async def open_services(opened: Settings) -> AsyncGenerator[Services]:
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(app.open_services(opened, store, progress, clock))
            try:
                await stack.enter_async_context(app.serving(services))
            except StoreError as error:
                if opened is settings:
                    raise
                # An edit: the digests matter more than who watches them.
                logger.error("%s", error)
            await stack.enter_async_context(app.notices(reloader.files(opened), daemon.notice))
            if opened is settings:
                _spare_collections()
            yield services

    reloader = Reloader(state, settings, store, clock.now)
    daemon = Daemon(
        settings, open_services, reloader, partial(tell, log_format=state.log_format), app.supervisor()
    )

    def look_again() -> None:
        reloader.forget()
        daemon.look()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, daemon.stop)
    loop.add_signal_handler(signal.SIGINT, daemon.stop)
    loop.add_signal_handler(signal.SIGHUP, look_again)
    _warn(settings, store.subscriptions.changes(settings.subscribers))
    for oddity in state.oddities:
        logger.warning("%s", oddity)
    tick.take_up(store, settings, clock.now())
    _announce(store, settings, clock.now())
    await daemon.run()
    logger.info("stopped")


def _spare_collections() -> None:
    """What is there for good is not looked at again by each full collection, which took 50 ms and more."""
    gc.collect()
    gc.freeze()


def _warn(settings: Settings, changes: Changes) -> None:
    for warning in (*settings.warnings, *departures.warnings(changes, settings)):
        logger.warning("%s", warning)


def _announce(store: Store, settings: Settings, now: datetime) -> None:
    """Each subscriber's next digest time, for the person who just started it."""
    for subscriber in settings.subscribers:
        put(_next_digest(subscriber, hours.next_digest_of(store, subscriber, now)))
    poll = hours.next_poll_after(store.polls.last_poll(), settings, now)
    put(f"next poll {schedule.told(poll)}")


def _next_digest(subscriber: Subscriber, due: datetime) -> str:
    at_once = subscriber.schedule.cron is None
    when = "as soon as papers are found" if at_once else schedule.told(due, subscriber.timezone)
    return f"{subscriber.name}: next digest {when} ({subscriber.schedule.text})"


class Reloader:
    """The settings when the YAML or its .env changed, told by their content, not by their times.

    An editor may be writing, or have put the file aside for a moment: a change counts when it looks
    the same twice.
    """

    def __init__(self, state: State, settings: Settings, store: Store, now: Callable[[], datetime]) -> None:
        self._state = state
        self._now = now
        self._store = store
        self._settings = settings
        self._used: tuple[bytes | None, ...] = self._content()
        self._last_look = self._used

    def forget(self) -> None:
        """Read the configuration at the next look, changed or not: a secret's own file may have.

        Whoever asks for that has done writing.
        """
        self._used = ()
        self._last_look = self._content()

    def __call__(self) -> Settings | None:
        content, before = self._content(), self._last_look
        self._last_look = content
        if content == self._used or content != before:
            return None
        self._used = content
        changed = self._state.settings()
        if changed.database != self._settings.database:
            logger.warning("the database can't be changed while running; restart for %s", changed.database)
            changed = replace(changed, database=self._settings.database)
        if changed == self._settings:
            logger.info("configuration read again: nothing changed")
        else:
            changes = self._store.subscriptions.changes(changed.subscribers)
            _warn(changed, departures.since_last_sync(changes))
            self._tell(changed)
        self._settings = changed
        return changed

    def _tell(self, changed: Settings) -> None:
        """What the edit changed, and the new hours: before the edit they were never due."""
        what = "; ".join(edits.differences(self._settings, changed)) or "its warnings changed"
        logger.info("configuration reloaded: %s", what)
        for subscriber in edits.rescheduled(self._settings, changed):
            due = schedule.next_due(subscriber.schedule, subscriber.timezone, self._now())
            line = _next_digest(subscriber, due)
            logger.info("%s", line, extra={"fields": {"subscriber": subscriber.name}})

    def files(self, settings: Settings) -> tuple[Path, ...]:
        """What a change of is to be noticed: the configuration, and the log of what commands write beside us."""
        log = settings.database.with_name(f"{settings.database.name}-wal")
        return *self._sources(), *_libraries(settings), log

    def _sources(self) -> tuple[Path, ...]:
        path, target = self._state.path, Path(os.path.realpath(self._state.path))
        # Of a link, too: it may use either.
        return path, target, path.parent / ".env", target.parent / ".env"

    def _content(self) -> tuple[bytes | None, ...]:
        return *map(_read, self._sources()), *map(_stamp, _libraries(self._settings))


def _libraries(settings: Settings) -> Iterable[Path]:
    found = (one for reader in settings.subscribers for one in reader.like if one.endswith(".bib"))
    return map(Path, dict.fromkeys(found))


def _stamp(path: Path) -> bytes | None:
    """When a library of liked papers was written, and its size: to read it at every look would take too long."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return f"{found.st_mtime_ns} {found.st_size}".encode()


def _read(path: Path) -> bytes | None:
    """All of it that a configuration may have."""
    try:
        return read_bounded(path, MAX_BYTES + 1)
    except OSError:
        return None
