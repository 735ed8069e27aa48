"""The composition root of `check`: what it asks of the services, the database and the clock.

Beside `app`, whose store and pipeline take longer to load than all that `check` does; it starts many times
a day in editors and hooks. What a service is asked is its adapter's or channel's to say, in ``probe``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from os.path import lexists

import bot
from bot.channels import CHANNELS
from bot.models import Check
from bot.models.subscriptions import Changes
from bot.settings import Settings


def changes(settings: Settings) -> Changes:
    """Who vanished from the configuration since the database was written, and who is new.

    StoreError, also where any part of the database is damaged that this command would not read.
    """
    if not lexists(settings.database):
        return Changes((), settings.subscribers)  # the library of the database takes as long as all the rest
    from bot.store import open_for_reading

    store = open_for_reading(settings.database)
    if store is None:
        return Changes((), settings.subscribers)
    try:
        store.examine()
        return store.subscriptions.changes(settings.subscribers)
    finally:
        store.close()


def now() -> datetime:
    """The machine's clock, in UTC."""
    from bot.adapters.clock import SystemClock

    return SystemClock().now()


def of_services(settings: Settings) -> list[Check]:
    """Ask each configured service whether it would serve us, one line each. Sends and stores nothing."""
    import asyncio

    return asyncio.run(_of_services(settings))


async def _of_services(settings: Settings) -> list[Check]:
    return [
        *await _of_arxiv(settings),
        await _of_gemini(settings),
        *[check for kind in CHANNELS for check in await _of_channel(settings, kind)],
    ]


async def _of_arxiv(settings: Settings) -> list[Check]:
    from bot.adapters.arxiv import ArxivApi
    from bot.adapters.clock import SystemClock
    from bot.adapters.feed import ArxivFeed
    from bot.adapters.http import open_session, user_agent

    clock, checks = SystemClock(), []
    async with open_session(user_agent(bot.__version__, settings.arxiv.contact)) as session:
        api = ArxivApi(session, settings.arxiv.api_url, os.environ)
        feed = ArxivFeed(session, settings.arxiv.rss_url, os.environ)
        for probe in (api.probe, feed.probe):
            # arXiv's terms hold for a check too: the process before this one may just have asked.
            await clock.sleep(settings.arxiv.min_interval.total_seconds())
            checks.append(await probe())
    return checks


async def _of_gemini(settings: Settings) -> Check:
    if settings.gemini.api_key is None:
        subject = f"Gemini {settings.gemini.model}"
        return Check(subject, True, "no GEMINI_API_KEY: the extractive summariser is used")
    from bot.adapters.gemini import Gemini

    gemini = Gemini(settings.gemini, os.environ)
    try:
        return await gemini.probe()
    finally:
        await gemini.aclose()


async def _of_channel(settings: Settings, kind: str) -> Sequence[Check]:
    """Nothing for a channel that nobody uses, or that is not set up."""
    from bot.channels.loading import open_channel

    addresses = _addresses(settings, kind)
    channel = open_channel(kind, settings, os.environ) if addresses else None
    if channel is None:
        return ()
    try:
        return await channel.probe(addresses)
    finally:
        await channel.aclose()


def _addresses(settings: Settings, kind: str) -> list[str]:
    """Every address of this kind in the configuration, once, in its order."""
    targets = [target for subscriber in settings.subscribers for target in subscriber.targets]
    if settings.operator is not None:
        targets.append(settings.operator)
    return list(dict.fromkeys(target.address for target in targets if target.kind == kind))
