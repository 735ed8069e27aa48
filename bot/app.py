"""The composition root: settings -> open adapters -> services; closed in reverse order.

With `checks` the only place that builds adapters. Each builder imports its own, because an SDK is slow to import
(google-genai takes more than a second) and most commands need few of them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from random import random

import bot
from bot.channels import CHANNELS
from bot.channels.loading import open_channel
from bot.errors import StoreError
from bot.pipeline.services import Services
from bot.ports import Channel, Clock, Heartbeat, Progress, Summariser, Supervisor
from bot.settings import Settings
from bot.store import Store


def system_clock() -> Clock:
    from bot.adapters.clock import SystemClock

    return SystemClock()


def supervisor() -> Supervisor:
    """Who started this process, as far as they want to be told of it."""
    from bot.adapters.systemd import Systemd

    return Systemd(os.environ)


def open_store(path: Path) -> Store:
    """Hold the database for this process. StoreError, also when another process holds it."""
    from bot.store import opening

    return opening.open_store(path)


def read_store(path: Path, *, writable: bool = False) -> Store | None:
    """The database beside whoever holds it; None when there is none yet. StoreError."""
    from bot import store

    return store.open_for_reading(path, writable=writable)


@contextmanager
def scratch_store(path: Path) -> Generator[Store]:
    """A copy of the database to try things on, an empty one where there is none yet; it is gone
    afterwards. StoreError."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="arxiv-digest-") as folder:
        copy = Path(folder) / "copy.db"
        original = read_store(path)
        if original is not None:
            try:
                original.backup(str(copy))
            finally:
                original.close()
        store = open_store(copy)
        try:
            yield store
        finally:
            store.close()


@asynccontextmanager
async def open_services(
    settings: Settings, store: Store, progress: Progress, clock: Clock | None = None
) -> AsyncGenerator[Services]:
    """Everything a round needs, as configured. The store stays the caller's to close."""
    from bot.adapters.arxiv import ArxivApi
    from bot.adapters.feed import ArxivFeed
    from bot.adapters.http import open_session, user_agent

    async with AsyncExitStack() as stack:
        agent = user_agent(bot.__version__, settings.arxiv.contact)
        session = await stack.enter_async_context(open_session(agent))
        yield Services(
            settings=settings,
            store=store,
            source=ArxivApi(session, settings.arxiv.api_url, os.environ),
            feed=ArxivFeed(session, settings.arxiv.rss_url, os.environ),
            summariser=_summariser(settings, stack),
            channels=_channels(settings, stack),
            clock=clock or system_clock(),
            progress=progress,
            jitter=random,
            heartbeat=_heartbeat(settings, agent),
        )


@asynccontextmanager
async def serving(services: Services) -> AsyncGenerator[None]:
    """The HTTP side beside a daemon, where it is configured. StoreError where it can't listen."""
    http = services.settings.http
    if http is None:
        yield
        return
    from aiohttp import web

    from bot.http.server import LOG, Door, application

    runner = web.AppRunner(application(services), access_log=None, logger=LOG)
    await runner.setup()
    assert runner.server is not None
    door = Door(runner.server, services.clock.monotonic)
    try:
        try:
            listening = await asyncio.get_running_loop().create_server(door, http.host, http.port, backlog=20)
        except OSError as error:
            what = f"http.listen: {http.host}:{http.port} can't be used: {error.strerror or error}"
            raise StoreError(f"{what}; name another address, or stop what listens there") from error
        try:
            yield
        finally:
            listening.close()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def notices(files: Iterable[Path], changed: Callable[[], None]) -> AsyncGenerator[None]:
    """Call ``changed`` when one of the files is written, where the system tells of that."""
    if sys.platform != "linux":
        yield
        return
    from bot.adapters import files as adapter

    async with adapter.notices(files, changed):
        yield


def _heartbeat(settings: Settings, agent: str) -> Heartbeat | None:
    if settings.heartbeat_url is None:
        return None
    from bot.adapters.heartbeat import HttpHeartbeat

    return HttpHeartbeat(settings.heartbeat_url.reveal(), agent, os.environ)


def _summariser(settings: Settings, stack: AsyncExitStack) -> Summariser | None:
    if settings.gemini.api_key is None:
        return None
    from bot.adapters.gemini import Gemini

    gemini = Gemini(settings.gemini, os.environ)
    stack.push_async_callback(gemini.aclose)
    return gemini


def _channels(settings: Settings, stack: AsyncExitStack) -> dict[str, Channel]:
    """The channels that somebody uses and that are configured."""
    used = {target.kind for subscriber in settings.subscribers for target in subscriber.targets}
    if settings.operator is not None:
        used.add(settings.operator.kind)
    channels: dict[str, Channel] = {}
    for kind in CHANNELS:
        channel = open_channel(kind, settings, os.environ) if kind in used else None
        if channel is not None:
            stack.push_async_callback(channel.aclose)
            channels[kind] = channel
    return channels
