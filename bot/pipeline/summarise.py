"""Summarise: which summaries somebody is about to read, and in which order they are asked for.

A paper that gets no summary is no obstacle: compose falls back to the abstract's own sentences.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import quota
from bot.models import Entry, Paper, SummaryKey
from bot.pipeline import wants
from bot.pipeline.desk import Desk, Job
from bot.pipeline.services import Services
from bot.settings import Settings


async def summarise(
    services: Services,
    settings: Settings,
    due: Mapping[str, datetime],
    *,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> None:
    """Make the summaries that these subscribers' digests need, those due soonest first.

    ``due`` is by subscriber name. Ends early when the day's quota is gone, the service is down or
    unusable, ``until`` is reached, or ``stopping`` is set. Raises only StoreError.
    """
    if services.summariser is None:
        return
    editions = [
        edition
        for subscriber in settings.subscribers
        if subscriber.name in due
        for edition in wants.editions(services.store, settings, subscriber)
    ]
    wanted: dict[SummaryKey, Entry] = {}
    readers: dict[SummaryKey, set[str]] = {}
    for edition in editions:
        for entry in edition.to_summarise():
            key = edition.key(entry)
            wanted.setdefault(key, entry)
            readers.setdefault(key, set()).add(edition.subscriber.name)
    have = services.store.summaries.get(list(wanted))
    missing = [
        quota.Want(key, frozenset(readers[key]), min(due[name] for name in readers[key]))
        for key in wanted
        if key not in have
    ]
    papers = {key: entry.paper for key, entry in wanted.items()}
    order = quota.order(missing, renewed_at=quota.day_resets_at(services.clock.now()))
    await ask_for(services, settings, order, papers, stopping=stopping, until=until)


async def ask_for(
    services: Services,
    settings: Settings,
    order: Sequence[quota.Want],
    papers: Mapping[SummaryKey, Paper],
    *,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> None:
    """Ask for these summaries in this order; each that comes is saved at once. Raises only StoreError."""
    if services.summariser is None or not order:
        return
    desk = Desk(services, settings, services.summariser, stopping or asyncio.Event(), until)
    services.progress.begin("summarise", len(order))
    jobs = _jobs([want.key for want in order], papers, settings.gemini.papers_per_request)
    await desk.work_through(jobs)
    ended = f" ({desk.ended})" if desk.ended else ""
    services.progress.end("summarise", f"{desk.written} of {len(order)} summaries written{ended}")


def _jobs(keys: Sequence[SummaryKey], papers: Mapping[SummaryKey, Paper], size: int) -> list[Job]:
    """Up to ``size`` papers a request, in order, never mixing languages or focuses."""
    open_groups: dict[tuple[str, str], list[SummaryKey]] = {}
    groups: list[list[SummaryKey]] = []
    for key in keys:
        group = open_groups.get((key.language, key.focus))
        # Two versions of one paper can't share a request: answers are told apart by id.
        if group is None or len(group) >= size or any(one.arxiv_id == key.arxiv_id for one in group):
            group = open_groups[key.language, key.focus] = []
            groups.append(group)
        group.append(key)
    return [Job(tuple(group), tuple(papers[key] for key in group)) for group in groups]
