"""Score: how relevant the papers of coming digests are to the readers who said what counts for them.

It comes before summarising, so that summaries are made of what stands first. A paper that gets no score is no
obstacle: it is ordered by the words of the interests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, zip_longest

from bot import quota
from bot.errors import ModelError
from bot.models import Entry, Paper, Purpose, Score, ScoreKey, Subscriber
from bot.pipeline.attempt import Attempt
from bot.pipeline.concurrency import Turns
from bot.pipeline.model_access import ModelAccess, OutOfTime
from bot.pipeline.owed_editions import EditionsInTurns
from bot.pipeline.ranking import Reader, reader_of
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.summary import scoring

MOST_CANDIDATES = 100
"""Of one reader: above that only the nearest by words are scored, so that a flood of papers costs what a day does."""
QUOTA_SHARE = 4
"""At most one in so many of the day's requests is for scoring."""
_ANSWERS = 2
"""So many answers may leave papers out."""


@dataclass(slots=True)
class _Question:
    """The papers that are to be scored for one reader, or for several with the same interests."""

    reader: Reader
    papers: dict[ScoreKey, Paper] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The papers of one request."""

    reader: Reader
    papers: Mapping[ScoreKey, Paper]


async def unscored(services: Services, due: Collection[str]) -> frozenset[str]:
    """Which of these subscribers, by name, have papers that are still to be scored, and may be today."""
    if services.summariser is None or not _requests_left(services):
        return frozenset()
    found, owed = set(), EditionsInTurns(services)
    async for subscriber, reader in _readers(services, due):
        if _lacking(services, reader, await _new_papers(owed, subscriber)):
            found.add(subscriber.name)
    return frozenset(found)


async def score(
    services: Services,
    state: ProcessState,
    due: Collection[str],
    *,
    stopping: asyncio.Event | None = None,
    until: datetime | None = None,
) -> None:
    """Score what these subscribers' digests hold, as far as the quota's share allows.

    Ends early as `summarise` does. Raises only StoreError.
    """
    if services.summariser is None:
        return
    batches = list(_batches(await _questions(services, due)))
    if not batches:
        return
    left = _requests_left(services)
    if left < len(batches):
        services.progress.note(
            "info",
            f"scoring takes at most a quarter of the day's requests: {left} of {len(batches)} are sent; "
            "other papers are ordered by the words of the interests",
        )
    services.progress.begin("score", len(batches))
    access = ModelAccess(services, services.summariser, stopping or state.stopping, until, Purpose.SCORE)
    workers = _Workers(services, access, left)
    await access.work_through(batches, workers.do)
    state.memory.learn({}, access.rest_until, access.refused)
    ended = f" ({access.ended})" if access.ended else ""
    services.progress.end("score", f"{workers.scored} papers scored{ended}")


class _Workers:
    """What is done with one batch after the other."""

    def __init__(self, services: Services, access: ModelAccess, requests: int) -> None:
        self._services = services
        self._access = access
        self._requests = requests
        """How many may still be sent."""
        self.scored = 0

    async def do(self, batch: _Batch) -> None:
        """Ask until every paper has a score, twice at most; what has none then is left alone for the day."""
        left, attempt = dict(batch.papers), Attempt()
        for _ in range(_ANSWERS):
            left = await self._ask(batch.reader, left, attempt)
            if not left:
                break
        if left and attempt.began is not None and not attempt.failures:
            self._keep(dict.fromkeys(left))
        self._services.progress.advance("score")

    async def _ask(
        self, reader: Reader, left: dict[ScoreKey, Paper], attempt: Attempt
    ) -> dict[ScoreKey, Paper]:
        """The papers that the answer left out."""
        papers = list(left.values())
        text = scoring.build(
            papers, interests=reader.interests, liked=reader.nearest(papers, scoring.MOST_LIKED)
        )
        answered = None
        while answered is None:
            if self._requests <= 0:
                return left
            self._requests -= 1
            try:
                answered = await self._access.ask(text, attempt)
            except OutOfTime:
                return left
            except ModelError as error:
                if not error.verdict.permanent:
                    return left
                self._keep(dict.fromkeys(left))
                return {}
        request, answer = answered
        attempt.failures = 0
        found = scoring.read(answer, papers)
        scores = {key: found[key.arxiv_id] for key in left if key.arxiv_id in found}
        with self._services.store.transaction():
            self._access.take(request, answer)
            self._keep(scores)
        self.scored += len(scores)
        return {key: paper for key, paper in left.items() if key not in scores}

    def _keep(self, scores: Mapping[ScoreKey, Score | None]) -> None:
        self._services.store.scores.save(scores, quota.pacific_day(self._services.clock.now()))


async def _questions(services: Services, due: Collection[str]) -> list[_Question]:
    """One for all who have the same interests."""
    questions: dict[str, _Question] = {}
    owed = EditionsInTurns(services)
    async for subscriber, reader in _readers(services, due):
        entries = await _new_papers(owed, subscriber)
        lacking = _lacking(services, reader, entries)
        if lacking and len(entries) > MOST_CANDIDATES:
            services.progress.note(
                "info",
                f"{subscriber.name}: of {len(entries)} papers the {MOST_CANDIDATES} nearest by words are scored, "
                "so that a large day costs no more than others",
                subscriber=subscriber.name,
            )
        for key, paper in lacking.items():
            questions.setdefault(key.interests, _Question(reader)).papers.setdefault(key, paper)
    return list(questions.values())


async def _readers(services: Services, due: Collection[str]) -> AsyncIterator[tuple[Subscriber, Reader]]:
    """Those of these subscribers, by name, who said what counts, with turns for others between them."""
    turns = Turns(services.clock)
    for subscriber in services.settings.subscribers:
        if subscriber.name in due and not (reader := reader_of(services.store, subscriber)).is_empty:
            yield subscriber, reader
        await turns.next()


def _lacking(services: Services, reader: Reader, entries: Sequence[Entry]) -> dict[ScoreKey, Paper]:
    """Those of the papers nearest by words that have no score and may be asked for today."""
    today = quota.pacific_day(services.clock.now())
    nearest = _nearest(entries)
    ids = [entry.paper.arxiv_id for entry in nearest]
    vain = services.store.scores.in_vain(reader.key, scoring.PROMPT_VERSION, ids, today)
    keys = {reader.score_key(entry.paper): entry for entry in nearest if entry.rank.score is None}
    return {
        key: entry.paper
        for key, entry in keys.items()
        if key not in vain and scoring.may_be_asked(entry.paper)
    }


async def _new_papers(owed: EditionsInTurns, subscriber: Subscriber) -> list[Entry]:
    editions = await owed.of(subscriber)
    new = {
        entry.paper.arxiv_id: entry
        for edition in editions
        for entry in edition.entries
        if entry.revised_from is None
    }
    return list(new.values())


def _nearest(entries: Iterable[Entry]) -> list[Entry]:
    def by_words(entry: Entry) -> tuple[float, int, datetime, str]:
        hit = entry.rank.hit
        return entry.rank.fit, hit.strength if hit else -1, entry.paper.published, entry.paper.arxiv_id

    return sorted(entries, key=by_words, reverse=True)[:MOST_CANDIDATES]


def _batches(questions: Sequence[_Question]) -> Iterable[_Batch]:
    """The first of each question, then the second: where the quota ends, everybody had their share."""
    cut = [
        [
            _Batch(question.reader, dict(list(question.papers.items())[at : at + scoring.MOST_PAPERS]))
            for at in range(0, len(question.papers), scoring.MOST_PAPERS)
        ]
        for question in questions
    ]
    return filter(None, chain.from_iterable(zip_longest(*cut)))


def _requests_left(services: Services) -> int:
    """Of the day's requests, for scoring."""
    settings, today = services.settings.gemini, quota.pacific_day(services.clock.now())
    summaries = services.store.summaries
    share = settings.requests_per_day // QUOTA_SHARE - summaries.use_on(today, Purpose.SCORE).requests
    return max(0, min(share, settings.requests_per_day - summaries.use_on(today).requests))
