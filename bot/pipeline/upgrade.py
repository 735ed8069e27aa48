"""Upgrade: once a summary exists, the Slack message that went out without it is edited in place.

Mail and files are never repeated. Only quota that nothing undelivered needs is spent on it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot import digest, quota
from bot.errors import DeliveryError
from bot.history import Upgrade
from bot.models import Digest, Entry, Kind, Paper, Summary, SummaryKey
from bot.pipeline.deliver import SLACK_SPACING
from bot.pipeline.services import Services
from bot.pipeline.summarise import ask_for
from bot.render import slack
from bot.settings import Settings


async def upgrade(services: Services, settings: Settings, *, stopping: asyncio.Event) -> int:
    """Edit the messages sent within ``lookback`` whose summaries exist by now; how many were edited.

    First asks for the missing summaries. A message that can't be edited is left as it is: its reader
    has the abstract's own sentences. Raises only StoreError.
    """
    if services.summariser is None or Kind.SLACK not in services.channels:
        return 0
    since = services.clock.now() - settings.arxiv.lookback
    upgrades = services.store.outbox.upgrades(since)
    papers = {
        key: paper
        for one in upgrades
        for key in one.awaited
        if (paper := _paper(services, one, key)) is not None
    }
    have = services.store.summaries.get(list(papers))
    missing = [
        quota.Want(key, frozenset({"upgrade"}), services.clock.now()) for key in papers if key not in have
    ]
    await ask_for(services, settings, missing, papers, stopping=stopping)
    edited = 0
    for one in upgrades:
        if stopping.is_set():
            break
        edited += await _edit(services, one)
    return edited


def _paper(services: Services, one: Upgrade, key: SummaryKey) -> Paper | None:
    """The paper as the digest had it: the summary belongs to that version."""
    made = digest.from_json(services.store.outbox.edition(one.envelope.digest_id))
    found = (entry.paper for entry in (*made.entries, *made.revised))
    return next((paper for paper in found if paper.arxiv_id == key.arxiv_id), None)


async def _edit(services: Services, one: Upgrade) -> int:
    summaries = services.store.summaries.get(one.awaited)
    if not summaries or one.envelope.receipt is None:
        return 0
    edition = digest.from_json(services.store.outbox.edition(one.envelope.digest_id))
    made = _with(edition, {key.arxiv_id: summary for key, summary in summaries.items()})
    payload = slack.rerender(made, one.envelope.part, one.envelope.parts, one.envelope.arxiv_ids)
    try:
        await services.channels[Kind.SLACK].edit(one.envelope.receipt, payload)
    except DeliveryError:
        return 0
    services.store.outbox.save_upgrade(one.envelope, payload, digest.to_json(made), list(summaries))
    await services.clock.sleep(SLACK_SPACING.total_seconds())
    return 1


def _with(made: Digest, summaries: dict[str, Summary]) -> Digest:
    def replaced(entry: Entry) -> Entry:
        summary = summaries.get(entry.paper.arxiv_id)
        return replace(entry, summary=summary, fallback=False) if summary and entry.fallback else entry

    return replace(
        made,
        entries=tuple(replaced(entry) for entry in made.entries),
        revised=tuple(replaced(entry) for entry in made.revised),
    )
