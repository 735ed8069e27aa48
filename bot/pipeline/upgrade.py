"""Upgrade: once a summary exists, the message that went out without it is edited in place.

What a channel can't edit (mail, files) is never repeated. Only quota that nothing undelivered needs is spent on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import digest, quota
from bot.channels import CHANNELS
from bot.channels.loading import messages_of
from bot.errors import DeliveryError, StoreError
from bot.history import ServiceWait, Upgrade
from bot.models import Digest, Entry, Paper, Summary, SummaryKey
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.pipeline.summarise import ask_for, lacking, missing, papers_together, requests_left, served_today


async def upgrade(
    services: Services,
    state: ProcessState,
    later: Mapping[str, datetime],
    *,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> int:
    """Edit the messages sent within ``lookback`` whose summaries exist by now; how many were edited.

    First asks for the missing summaries, with what the digests that come ``later`` (by subscriber)
    leave of the day's quota. A message that can't be edited is left as it is: its reader has the
    abstract's own sentences. Ends by ``until``. Raises only StoreError.
    """
    if services.summariser is None:
        return 0
    editable = [spec.name for spec in CHANNELS.values() if spec.may_edit]
    since = services.clock.now() - services.settings.arxiv.lookback
    active = services.store.optouts.active
    upgrades = [
        one
        for one in services.store.outbox.upgrades(since, editable)
        if active(one.envelope.subscriber, [one.envelope.target])
    ]
    if upgrades and not state.memory.is_resting(services.clock.now()):
        papers = _papers(services, upgrades)
        wanted = _missing(services, state, upgrades, papers)
        order, together = await _affordable(services, state, later, wanted)
        await ask_for(services, state, order, papers, together, stopping=stopping, until=until)
    edited = 0
    for one in upgrades:
        over = until is not None and services.clock.now() >= until
        if over or (stopping or state.stopping).is_set():
            break
        if _is_waiting(services, one.envelope.target.kind):
            continue
        edited += await _edit(services, one)
    return edited


def _papers(services: Services, upgrades: Sequence[Upgrade]) -> dict[SummaryKey, Paper]:
    """The papers as the digests had them: a summary belongs to that version."""
    papers: dict[SummaryKey, Paper] = {}
    for one in upgrades:
        made = digest.from_json(services.store.outbox.edition(one.envelope.digest_id))
        shown = {entry.paper.arxiv_id: entry.paper for entry in (*made.revised, *made.entries)}
        papers |= {key: shown[key.arxiv_id] for key in one.awaited if key.arxiv_id in shown}
    return papers


def _missing(
    services: Services, state: ProcessState, upgrades: Sequence[Upgrade], papers: Mapping[SummaryKey, Paper]
) -> list[quota.SummaryRequest]:
    now = services.clock.now()
    readers: dict[SummaryKey, set[str]] = {}
    for one in upgrades:
        for key in one.awaited:
            readers.setdefault(key, set()).add(one.envelope.subscriber)
    return [
        quota.SummaryRequest(key, frozenset(readers[key]), now) for key in lacking(services, state, papers)
    ]


async def _affordable(
    services: Services,
    state: ProcessState,
    later: Mapping[str, datetime],
    wanted: Sequence[quota.SummaryRequest],
) -> tuple[tuple[quota.SummaryRequest, ...], int]:
    """As many of them as leave enough of the quota for what is undelivered, and how many share a request."""
    undelivered, _ = await missing(services, state, later)
    together = papers_together(services, [*undelivered, *wanted])
    spare = max(requests_left(services) * together - len(undelivered), 0)
    served = served_today(services) if spare < len(wanted) else {}
    return quota.order(wanted, served=served)[:spare], together


async def _edit(services: Services, one: Upgrade) -> int:
    """Show the summaries that exist by now; those that still come don't lose their place. 1 if edited."""
    summaries = services.store.summaries.get(one.awaited)
    if not summaries or one.envelope.receipt is None:
        return 0
    if services.store.subscriptions.get(one.envelope.subscriber) is None:
        return 0  # forgotten while the summaries were made
    outbox = services.store.outbox
    edition = outbox.edition(one.envelope.digest_id)
    made = _with(digest.from_json(edition), {key.arxiv_id: summary for key, summary in summaries.items()})
    envelope = one.envelope
    spec = CHANNELS[envelope.target.kind]
    payload = messages_of(spec.name).rerender(
        made, envelope.payload, envelope.part, envelope.parts, envelope.arxiv_ids
    )
    try:
        await services.channels[spec.name].edit(one.envelope.receipt, payload)
    except StoreError:
        raise
    except Exception as foreign:
        error = (
            foreign if isinstance(foreign, DeliveryError) else DeliveryError.unforeseen(foreign, "editing")
        )
        if error.verdict.permanent:
            outbox.save_upgrade(one.envelope, one.envelope.payload, edition, one.awaited)
        if error.verdict.retry_after is not None:
            wait_until = services.clock.now() + error.verdict.retry_after
            services.store.notices.set_wait(ServiceWait(spec.name, wait_until, str(error)))
        return 0
    outbox.save_upgrade(one.envelope, payload, digest.to_json(made), list(summaries))
    await services.clock.sleep(spec.interval(services.settings).total_seconds())
    return 1


def _is_waiting(services: Services, kind: str) -> bool:
    """Whether the service asked to be left alone, or is not there."""
    if kind not in services.channels:
        return True
    wait = services.store.notices.wait_until(kind)
    return wait is not None and wait.until > services.clock.now()


def _with(made: Digest, summaries: Mapping[str, Summary]) -> Digest:
    def replaced(entry: Entry) -> Entry:
        summary = summaries.get(entry.paper.arxiv_id)
        return replace(entry, summary=summary, fallback=False) if summary and entry.fallback else entry

    models = {summary.model for summary in summaries.values() if summary.model}
    return replace(
        made,
        entries=tuple(replaced(entry) for entry in made.entries),
        revised=tuple(replaced(entry) for entry in made.revised),
        models=tuple(sorted({*made.models, *models})),
    )
