"""Summarise: which summaries somebody is about to read, and in which order they are asked for.

A paper that gets no summary is no obstacle: compose falls back to the abstract's own sentences.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import backoff, quota
from bot.models import Paper, SummaryKey
from bot.pipeline import owed_editions
from bot.pipeline.ask_model import SummaryWorkers
from bot.pipeline.attempt import Job
from bot.pipeline.owed_editions import EditionsInTurns
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.summary import prompt


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the summaries that are missing would take."""

    papers: int
    requests: int
    prompt_tokens: int
    output_tokens: int


async def estimate(services: Services, state: ProcessState, due: Mapping[str, datetime]) -> Estimate:
    """What summarising for these subscribers, by name, would take if every paper were asked for once."""
    wanted, papers = await missing(services, state, due)
    jobs = _jobs([want.key for want in wanted], papers, papers_together(services, wanted))
    prompts = [
        prompt.build(job.papers, focus=job.keys[0].focus, language=job.keys[0].language) for job in jobs
    ]
    return Estimate(
        papers=len(wanted),
        requests=len(jobs),
        prompt_tokens=sum(map(prompt.estimate_tokens, prompts)),
        output_tokens=prompt.TYPICAL_ANSWER_TOKENS * len(wanted),
    )


async def summarise(
    services: Services,
    state: ProcessState,
    due: Mapping[str, datetime],
    *,
    later: Mapping[str, datetime] | None = None,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> None:
    """Make the summaries that these subscribers' digests need, those due soonest first.

    ``due`` and ``later`` are by subscriber name. When the day's quota does not reach for both, those
    who are due get their share of it. Ends early when the quota is gone, the service is down or
    unusable, ``until`` is reached, or ``stopping`` (if it is
    not given, the process's order to stop) is set. Raises only StoreError.
    """
    if services.summariser is None:
        return
    wanted, papers = await missing(services, state, due)
    if not wanted:
        return
    everything = (await missing(services, state, {**later, **due}))[0] if later else wanted
    together = papers_together(services, everything)
    left = requests_left(services) * together
    served = served_today(services) if left < len(everything) else {}
    renewed_at = quota.day_resets_at(services.clock.now())
    share = quota.order(everything, renewed_at=renewed_at, served=served)[:left]
    order = [want for want in share if want.key in papers]
    await ask_for(services, state, order, papers, together, stopping=stopping, until=until)
    if len(order) < len(wanted) and not requests_left(services):
        # The rest is asked for all the same: the operator is told why there is none.
        asked = {want.key for want in order}
        rest = [want for want in wanted if want.key not in asked]
        await ask_for(services, state, rest, papers, together, stopping=stopping, until=until)


async def missing(
    services: Services, state: ProcessState, due: Mapping[str, datetime]
) -> tuple[list[quota.SummaryRequest], dict[SummaryKey, Paper]]:
    """The summaries that these subscribers' digests lack and that may be asked for now."""
    if services.summariser is None:
        return [], {}
    papers: dict[SummaryKey, Paper] = {}
    readers: dict[SummaryKey, set[str]] = {}
    places: dict[SummaryKey, int] = {}
    owed = EditionsInTurns(services)
    for subscriber in services.settings.subscribers:
        if subscriber.name not in due:
            continue
        for edition in await owed.of(subscriber):
            for place, entry in enumerate(edition.to_summarise()):
                key = edition.key(entry)
                places[key] = min(place, places.get(key, place))
                papers.setdefault(key, entry.paper)
                readers.setdefault(key, set()).add(subscriber.name)
    wanted = [
        quota.SummaryRequest(
            key, frozenset(readers[key]), min(due[name] for name in readers[key]), places[key]
        )
        for key in lacking(services, state, papers)
    ]
    return wanted, {want.key: papers[want.key] for want in wanted}


def lacking(services: Services, state: ProcessState, keys: Iterable[SummaryKey]) -> list[SummaryKey]:
    """Those without a summary that may be asked for now, in their order.

    Answers for a summary that were refused as often as one day allows are not paid for again that day,
    by whatever process; a new version of the paper or of the prompt is another summary.
    """
    wanted, now = list(keys), services.clock.now()
    store = services.store.summaries
    have = store.get(wanted)
    refused = {
        one.key for one in store.refused_on(quota.pacific_day(now)) if one.times >= backoff.SUMMARY_REFUSALS
    }
    return [
        key for key in wanted if key not in have and key not in refused and state.memory.may_ask(key, now)
    ]


def served_today(services: Services) -> Mapping[str, int]:
    """How many of the summaries that the day's quota has brought each subscriber reads, by name."""
    made = services.store.summaries.made_since(quota.day_began_at(services.clock.now()))
    alike: dict[tuple[str, tuple[str, ...]], int] = {}
    served: dict[str, int] = {}
    for subscriber in services.settings.subscribers:
        choice = (subscriber.language, subscriber.topics)
        if choice not in alike:
            alike[choice] = sum(
                owed_editions.is_read_by(subscriber, services.settings, key, matched)
                for key, matched in made.items()
            )
        served[subscriber.name] = alike[choice]
    return served


def requests_left(services: Services) -> int:
    """Of the day's requests."""
    spent = services.store.summaries.use_on(quota.pacific_day(services.clock.now())).requests
    return max(services.settings.gemini.requests_per_day - spent, 0)


def papers_together(services: Services, queue: Iterable[quota.SummaryRequest]) -> int:
    """How many papers go into one request, when all of ``queue`` that is due today is to get its summary."""
    if services.settings.gemini.papers_per_request is not None:
        return services.settings.gemini.papers_per_request
    renewed_at = quota.day_resets_at(services.clock.now())
    today = [want.key for want in queue if want.due_at < renewed_at]
    groups = Counter((key.language, key.focus) for key in today)
    return quota.papers_together(groups.values(), requests_left(services))


async def ask_for(
    services: Services,
    state: ProcessState,
    order: Sequence[quota.SummaryRequest],
    papers: Mapping[SummaryKey, Paper],
    together: int,
    *,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> None:
    """Ask for these summaries in this order, up to ``together`` in one request; each that comes is saved at once.

    Raises only StoreError.
    """
    if services.summariser is None or not order:
        return
    workers = SummaryWorkers(services, services.summariser, stopping or state.stopping, until)
    services.progress.begin("summarise", len(order))
    jobs = _jobs([want.key for want in order], papers, together)
    await workers.work_through(jobs)
    state.memory.learn(workers.again_at, workers.access.rest_until, workers.access.refused)
    ended = f" ({workers.access.ended})" if workers.access.ended else ""
    services.progress.end("summarise", f"{workers.written} of {len(order)} summaries written{ended}")


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
