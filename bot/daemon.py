"""Keep the hours: a round whenever something is due, until told to stop.

Time comes from the Clock, signals and reloads from the caller; what a round does is the pipeline's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, TypeVar

from bot.errors import ConfigError
from bot.pipeline import alerts, tick
from bot.pipeline.concurrency import first_of
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.ports import Clock
from bot.settings import Settings

LOOK_EVERY = timedelta(seconds=1)
"""How often the configuration file is looked at."""

NOTICE_EVERY = timedelta(seconds=5)
"""A wait notices no later that the clock was set, the machine slept, or somebody typed ``retry``."""

GRACE = timedelta(seconds=8)
"""How long a round may go on after the order to stop, before what is in flight is cut off."""

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


class Daemon:
    """Runs rounds under a configuration that may change.

    ``reload`` returns the settings when the file changed and None when it did not; it raises
    ConfigError for a broken edit, which leaves the old configuration in force. An edit that is taken
    back, or changes nothing, interrupts nothing.
    """

    def __init__(self, settings: Settings, open_services: Open, reload: Reload, tell: Tell) -> None:
        self._settings = settings
        self._open = open_services
        self._reload = reload
        self._tell = tell
        self._stopped = False
        self._interrupt = asyncio.Event()
        """Set when the present configuration has had its time: an order to stop, a good edit, a fault."""
        self._hurry = asyncio.Event()
        """Set when work turned up that does not wait for the end of spare time."""
        self._look_now = asyncio.Event()

    def stop(self) -> None:
        """Finish what is in flight, begin nothing new."""
        self._stopped = True
        self._end_round()

    def look(self) -> None:
        """Look at the configuration now."""
        self._look_now.set()

    async def run(self) -> None:
        """Until stopped. Raises StoreError; the failure of a service never ends it."""
        gate = None
        while not self._stopped:
            async with self._open(self._settings) as services:
                state = tick.start(services, self._interrupt, gate)
                gate = state.gate
                watch = asyncio.ensure_future(self._watch(services))
                # A watcher that died takes the daemon with it, not its vigilance.
                watch.add_done_callback(lambda _: self._end_round())
                try:
                    await self._serve(services, state)
                finally:
                    watch.cancel()
                    await asyncio.wait({watch})
                if not watch.cancelled():
                    watch.result()
            if not self._stopped:
                self._interrupt.clear()

    def _end_round(self) -> None:
        self._interrupt.set()
        self._hurry.set()

    async def _serve(self, services: Services, state: ProcessState) -> None:
        """Rounds under one configuration, until it changes or the daemon stops."""
        while not self._interrupt.is_set():
            step = tick.step(services, state)
            report = await in_time(step, self._interrupt, services.clock)
            if report is not None and (report.faults or report.troubles):
                self._tell(report)
            until = tick.next_event(services, state)
            if not self._interrupt.is_set() and until > services.clock.now():
                self._hurry.clear()
                spare = tick.spare(services, state, until, self._hurry)
                await in_time(spare, self._interrupt, services.clock)
            await self._rest(services, state)

    async def _rest(self, services: Services, state: ProcessState) -> None:
        """Wait for the next moment with work, in short steps: the machine may sleep, or its clock be set."""
        while not self._interrupt.is_set():
            left = tick.next_event(services, state) - services.clock.now()
            if left <= timedelta():
                return
            await first_of(
                self._interrupt.wait(),
                self._hurry.wait(),
                services.clock.sleep(min(left, NOTICE_EVERY).total_seconds()),
            )
            self._hurry.clear()

    async def _watch(self, services: Services) -> None:
        """Look at the configuration every moment; a good edit interrupts the round."""
        while True:
            await first_of(self._look_now.wait(), services.clock.sleep(LOOK_EVERY.total_seconds()))
            self._look_now.clear()
            try:
                settings = self._reload()
            except ConfigError as error:
                self._refuse(services, error)
                continue
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
