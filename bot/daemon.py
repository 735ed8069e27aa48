"""Keep the hours: a round whenever something is due, until told to stop.

Time comes from the Clock, signals and reloads from the caller; what a round does is the pipeline's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.errors import ConfigError, DiskFull
from bot.models import OutboxState
from bot.pipeline import alerts, hours, tick
from bot.pipeline.concurrency import first_of
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.ports import Clock, Supervisor
from bot.settings import Settings

LOOK_EVERY = timedelta(seconds=1)
"""How often the configuration file is looked at while nothing gives notice of it, and after a notice until it
is left alone."""

NOTICE_EVERY = timedelta(seconds=5)
"""So soon a wait notices that somebody typed ``retry``, where nothing gives notice of that."""

_LOOKS = 2
"""After the last notice."""

WAKE_EVERY = timedelta(minutes=1)
"""Where something does: so soon is it noticed that the clock was set, that the machine slept, or of a file on a
network drive."""

GRACE = timedelta(seconds=8)
"""How long a round may go on after the order to stop, before what is in flight is cut off."""

ROOM_EVERY = timedelta(minutes=1)
"""How often a full disk is tried again."""

T = TypeVar("T")
Open = Callable[[Settings], AbstractAsyncContextManager[Services]]
Reload = Callable[[], Settings | None]
Tell = Callable[[Report], None]


async def in_time(work: Coroutine[Any, Any, T], interrupt: asyncio.Event, clock: Clock) -> T | None:
    """Do the work; once interrupted it has ``GRACE`` to finish, then it is cut off and None returned."""
    task = asyncio.ensure_future(work)
    await first_of(task, interrupt.wait())
    if not task.done():
        await first_of(task, clock.sleep(GRACE.total_seconds()))
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
    return None if task.cancelled() else task.result()


class _Lookout:
    """When to look at the configuration: where files tell of a change, after that; else by the clock.

    An edit is used when two looks see the same, so the look after a notice is followed by others.
    """

    def __init__(self) -> None:
        self.is_told: bool | None = None
        """Whether notices come at all: not every system and file system gives them. None before the first."""
        self._now = asyncio.Event()
        self._soon = asyncio.Event()
        self._further = 0
        """So many more looks, each a moment after the last."""

    def ask(self) -> None:
        """There is to be a look now."""
        self._now.set()

    def notice(self) -> None:
        """A file was written."""
        self.is_told = True if self.is_told is None else self.is_told
        self._soon.set()

    def missed(self) -> None:
        """Something had changed, and nothing told of it: nor will the next be told of."""
        self.is_told = False

    async def reason(self, clock: Clock) -> bool:
        """Wait for one to look; whether it is another than that time has passed."""
        if self.is_told and not self._soon.is_set() and not self._further:
            await first_of(self._now.wait(), self._soon.wait(), clock.sleep(WAKE_EVERY.total_seconds()))
            told = self._now.is_set() or self._soon.is_set()
        else:
            told = True
            self._further = _LOOKS if self._soon.is_set() else max(self._further - 1, 0)
            self._soon.clear()
            await first_of(self._now.wait(), clock.sleep(LOOK_EVERY.total_seconds()))
        self._now.clear()
        return told


class Daemon:
    """Runs rounds under a configuration that may change.

    ``reload`` returns the settings when the file changed and None when it did not; it raises
    ConfigError for a broken edit, which leaves the old configuration in force. An edit that is taken
    back, or changes nothing, interrupts nothing. While the disk is full nothing is begun.
    """

    def __init__(
        self, settings: Settings, open_services: Open, reload: Reload, tell: Tell, supervisor: Supervisor
    ) -> None:
        self._settings = settings
        self._open = open_services
        self._reload = reload
        self._tell = tell
        self._supervisor = supervisor
        self._full_since: datetime | None = None
        self._stopped = False
        self._interrupt = asyncio.Event()
        """Set when the present configuration has had its time: an order to stop, a good edit, a fault."""
        self._hurry = asyncio.Event()
        """Set when work turned up that does not wait for the end of spare time."""
        self._stirred = asyncio.Event()
        """Set when the database may hold new work, by another command."""
        self._lookout = _Lookout()

    def stop(self) -> None:
        """Finish what is in flight, begin nothing new."""
        self._stopped = True
        self._supervisor.stopping()
        self._end_round()

    def look(self) -> None:
        """Look at the configuration now."""
        self._lookout.ask()

    def notice(self) -> None:
        """A file may have changed: the configuration, or the database."""
        self._lookout.notice()
        self._stirred.set()

    async def run(self) -> None:
        """Until stopped. Raises StoreError; neither the failure of a service nor a full disk ends it."""
        gate = None
        while not self._stopped:
            async with self._open(self._settings) as services:
                self._supervisor.ready()
                try:
                    # What was being recorded when the disk was full is settled as after a death.
                    state = tick.start(services, self._interrupt, gate)
                    gate = state.gate
                    await self._live(services, state)
                except DiskFull as error:
                    await self._await_room(services.clock, error)
            if not self._stopped:
                self._interrupt.clear()

    async def _live(self, services: Services, state: ProcessState) -> None:
        watch = asyncio.ensure_future(self._watch(services))
        # A watcher that died takes the daemon with it, not its vigilance.
        watch.add_done_callback(lambda _: self._end_round())
        try:
            await self._serve(services, state)
        finally:
            watch.cancel()
            await asyncio.wait({watch})
            failed = None if watch.cancelled() else watch.exception()
        if failed is not None:
            raise failed

    async def _await_room(self, clock: Clock, error: DiskFull) -> None:
        """Say once that the disk is full, and rest for a moment."""
        if self._full_since is None:
            self._full_since = clock.now()
            every = int(ROOM_EVERY.total_seconds())
            self._tell(Report(faults=[f"{error}; it is tried again every {every} s"]))
        self._supervisor.doing(str(error))
        until = clock.monotonic() + ROOM_EVERY.total_seconds()
        while not self._stopped and clock.monotonic() < until:
            self._supervisor.alive()
            await clock.sleep(LOOK_EVERY.total_seconds())

    def _tell_of_room(self, services: Services) -> None:
        """A round was recorded whole: whoever was full before is not any more."""
        if self._full_since is None:
            return
        since, now = self._full_since, services.clock.now()
        text = (
            f"the disk of {services.settings.database} was full from {since:%Y-%m-%d %H:%M} to "
            f"{now:%Y-%m-%d %H:%M} UTC: nothing was polled or sent meanwhile. Work goes on, and nothing is lost"
        )
        alerts.raise_alert(services, alerts.DISK, text, alerts.OPERATOR)
        alerts.settle(services, alerts.DISK)
        services.progress.note("warning", text)
        self._full_since = None

    def _end_round(self) -> None:
        self._interrupt.set()
        self._hurry.set()

    async def _serve(self, services: Services, state: ProcessState) -> None:
        """Rounds under one configuration, until it changes or the daemon stops."""
        while not self._interrupt.is_set():
            self._supervisor.doing("a round is under way")
            step = tick.step(services, state)
            report = await in_time(step, self._interrupt, services.clock)
            if report is not None:
                self._tell_of_room(services)
            if report is not None and (report.faults or report.troubles):
                self._tell(report)
            until = hours.next_event(services, state)
            if not self._interrupt.is_set() and until > services.clock.now():
                self._hurry.clear()
                spare = tick.spare(services, state, until, self._hurry)
                await in_time(spare, self._interrupt, services.clock)
            self._supervisor.doing(_rests(services, hours.next_event(services, state)))
            await self._rest(services, state)

    async def _rest(self, services: Services, state: ProcessState) -> None:
        """Wait for the next moment with work, in steps: the machine may sleep, or its clock be set."""
        while not self._interrupt.is_set():
            left = hours.next_event(services, state) - services.clock.now()
            if left <= timedelta():
                return
            step = WAKE_EVERY if self._lookout.is_told else NOTICE_EVERY
            await first_of(
                self._interrupt.wait(),
                self._hurry.wait(),
                self._stirred.wait(),
                services.clock.sleep(min(left, step).total_seconds()),
            )
            self._hurry.clear()
            self._stirred.clear()

    async def _watch(self, services: Services) -> None:
        """Look at the configuration when there is reason to; a good edit interrupts the round."""
        while True:
            told = await self._lookout.reason(services.clock)
            self._supervisor.alive()
            try:
                settings = self._reload()
                if settings is None:
                    continue
            except ConfigError as error:
                settings = None
                self._refuse(services, error)
            if not told:
                self._lookout.missed()
            if settings is None:
                continue
            alerts.settle(services, alerts.CONFIGURATION)
            if settings != self._settings:
                self._settings = settings
                return

    def _refuse(self, services: Services, error: ConfigError) -> None:
        """Tell of a broken edit."""
        verdict = "the edited configuration is not used, the old one stays in force:"
        self._tell(Report(faults=[verdict, *map(str, error.faults)]))
        text = f"{verdict}\n{error}"
        alerts.raise_alert(services, alerts.CONFIGURATION, text, alerts.OPERATOR)
        self._hurry.set()


def _rests(services: Services, until: datetime) -> str:
    """What the daemon waits for, in a line."""
    backlog = services.store.outbox.backlog().by_state
    failed = backlog[OutboxState.FAILED]
    waiting = sum(backlog.values()) - failed
    return f"next round {until:%Y-%m-%d %H:%M} UTC; {waiting} messages wait, {failed} failed"
