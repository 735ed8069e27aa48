"""What `check` asks of the outer world: each configured service, and the names the database knows.

The second composition root beside `app`, apart from it because `check` starts many times a day in
editors and hooks, and needs nothing of the pipeline.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from os.path import lexists

import bot
from bot.channels import CHANNELS
from bot.errors import ArxivError, ModelError
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


def services(settings: Settings) -> list[Check]:
    """Ask each configured service whether it would serve us, one line each. Sends and stores nothing."""
    import asyncio

    return asyncio.run(_services(settings))


async def _services(settings: Settings) -> list[Check]:
    return [
        *await _probe_arxiv(settings),
        *await _probe_gemini(settings),
        *[check for kind in CHANNELS for check in await _probe_channel(settings, kind)],
    ]


async def _probe_arxiv(settings: Settings) -> list[Check]:
    from bot.adapters.arxiv import ArxivApi
    from bot.adapters.clock import SystemClock
    from bot.adapters.feed import ArxivFeed
    from bot.adapters.http import open_session, user_agent

    agent = user_agent(bot.__version__, settings.arxiv.contact)
    clock = SystemClock()
    checks = []
    async with open_session(agent) as session:
        api = ArxivApi(session, settings.arxiv.api_url, os.environ)
        feed = ArxivFeed(session, settings.arxiv.rss_url, os.environ)
        asked = [
            (f"arXiv search {settings.arxiv.api_url}", api.search("cat:cs.AI", start=0, size=1)),
            (f"arXiv feeds {settings.arxiv.rss_url}", feed.read(["cs.AI"])),
        ]
        for subject, question in asked:
            # arXiv's terms hold for a check too: the process before this one may just have asked.
            await clock.sleep(settings.arxiv.min_interval.total_seconds())
            try:
                await question
            except ArxivError as error:
                remedy = error.verdict.remedy or "try again later; look at https://status.arxiv.org"
                checks.append(Check(subject, False, str(error), remedy))
            else:
                checks.append(Check(subject, True))
    return checks


async def _probe_gemini(settings: Settings) -> list[Check]:
    subject = f"Gemini {settings.gemini.model}"
    async with AsyncExitStack() as stack:
        if settings.gemini.api_key is None:
            return [Check(subject, True, "no GEMINI_API_KEY: the extractive summariser is used")]
        from bot.adapters.gemini import Gemini

        gemini = Gemini(settings.gemini, os.environ)
        stack.push_async_callback(gemini.aclose)
        try:
            return [Check(subject, True, await gemini.probe())]
        except ModelError as error:
            return [Check(subject, False, str(error), error.verdict.remedy)]


async def _probe_channel(settings: Settings, kind: str) -> Sequence[Check]:
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
