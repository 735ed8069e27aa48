"""The other source: what arXiv's daily announcement feeds show and its search does not (yet).

The feeds have no history: they supplement the search, they never replace it. Our matcher decides
only what a feed shows; it never vetoes what arXiv's own search returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot import calendar, coverage, matching, query, taxonomy
from bot.errors import ArxivError, QueryRejected
from bot.history import FeedRead, MatchSource
from bot.models import AnnouncedPaper, Announcement, Paper, Topic
from bot.pipeline import alerts
from bot.pipeline.gate import ArxivGate
from bot.pipeline.report import Report
from bot.pipeline.services import Services

_IDS_PER_REQUEST = 100

_PATIENCE = timedelta(days=30)
"""How long a paper that only a feed showed is asked for by id."""


_UNKNOWN_FOR = timedelta(days=7)
"""How long a paper that a reader likes and arXiv does not have is not asked for again."""

_Keep = Callable[[Sequence[str], Sequence[Paper] | None], None]
"""Records what came of the ids that were asked for together; None where arXiv rejects the id."""


class FeedOutcome(NamedTuple):
    new: int
    """Papers that the batch brought."""
    unread: str = ""
    """Why not all of it was read; empty when it was."""


async def read_feeds(
    services: Services, gate: ArxivGate, topics: Sequence[Topic], poll: int, report: Report
) -> FeedOutcome:
    """Read today's batch for the topics."""
    specs = coverage.feed_specs(topics, taxonomy.ARCHIVES)
    if not specs:
        return FeedOutcome(0)
    reconciler = _Reconciler(services, gate, topics, poll)
    try:
        await reconciler.read(specs)
        reconciler.judge()
        await reconciler.bring_in()
        await reconciler.bring_liked()
    except ArxivError as error:
        report.add(f"announcement feed {'+'.join(specs)}: {error}", error=str(error))
        return FeedOutcome(reconciler.new, str(error))
    return FeedOutcome(reconciler.new)


class _Reconciler:
    """Compares the feeds with what is recorded, and fetches what is missing."""

    def __init__(self, services: Services, gate: ArxivGate, topics: Sequence[Topic], poll: int) -> None:
        self._services = services
        self._settings = services.settings
        self._gate = gate
        self._trees = {topic: query.parse(query.expression(topic)) for topic in topics}
        self._revising = [
            subscriber.name for subscriber in services.settings.subscribers if subscriber.revisions
        ]
        self._poll = poll
        self._seen: list[coverage.FeedReading] = []
        self.new = 0

    async def read(self, specs: Sequence[str], whole: Announcement | None = None) -> None:
        """Read the feed of these specs together; in parts where arXiv cut it or has no such feed. ArxivError.

        ``whole`` is the cut feed that these specs are a part of.
        """
        try:
            announcement = await self._ask(specs, whole)
        except ArxivError as error:
            self._record(_reading(specs, self._services.clock.now(), error=str(error)), ())
            if not error.verdict.permanent:
                raise
            if len(specs) == 1:
                self._alert(alerts.feed_key(specs[0]), f"{error}; its papers are found by search only")
                return
            for spec in specs:
                await self.read([spec])
        else:
            self._keep(announcement)
            for part in coverage.parts_to_ask(announcement):
                await self.read([part], announcement)

    async def _ask(self, specs: Sequence[str], whole: Announcement | None) -> Announcement:
        """The feed; an empty one on a day that was due a batch is believed when it is told again.

        Or at once, if the whole shows nothing of it either: arXiv's small categories have many empty days.
        """
        told_empty = 0

        def doubt(announcement: Announcement) -> str:
            nonlocal told_empty
            due = calendar.has_batch(calendar.feed_date(self._services.clock.now()))
            if announcement.items or not due or (whole and not coverage.shows(whole, specs)):
                return ""
            told_empty += 1
            return coverage.doubt_of_empty(told_empty)

        return await self._gate.ask(
            lambda: self._services.feed.read(specs), self._settings.arxiv.min_interval, doubt
        )

    def _keep(self, announcement: Announcement) -> None:
        now, day = self._services.clock.now(), announcement.announced_on
        shown = [item.arxiv_id for item in announcement.items]
        before = self._services.store.polls.announced_before(shown, day) if day else {}
        for batch in coverage.batches(announcement, before):
            self._record(_reading(batch.asked, now, batch, cut=announcement.is_cut), batch.items)
            self._seen.append(
                coverage.FeedReading(_reading(batch.asked, now, batch), calendar.feed_date(now))
            )

    def judge(self) -> None:
        """Whether the feeds have stalled: an old batch on a day that was due a new one."""
        due = [one for one in self._seen if calendar.has_batch(one.on) and calendar.knows_year(one.on.year)]
        stale = [one.feed for one in due if one.feed.announced_on and one.feed.announced_on < one.on]
        if stale:
            day = stale[0].announced_on
            text = (
                f"arXiv's announcement feed of {', '.join(stale[0].asked)} still shows the papers of {day:%A}"
            )
            self._alert(alerts.FEED, f"{text}; meanwhile papers are found by search only", None)
        elif due:
            alerts.settle(self._services, alerts.FEED)

    def _alert(self, key: str, text: str, subscriber: str | None = alerts.OPERATOR) -> None:
        alerts.raise_alert(self._services, key, text, subscriber, patience=alerts.PATIENCE)

    def _record(self, reading: FeedRead, items: Sequence[AnnouncedPaper]) -> None:
        """What was announced and what is wanted of it, together: tomorrow's feed won't show it again."""
        papers = self._services.store.papers
        new = {item.arxiv_id: self._failed_clauses(item) for item in items if item.announce_type.is_new}
        shown = [arxiv_id for arxiv_id, failed in new.items() if failed is None]
        known = papers.versions(shown)
        with self._services.store.transaction():
            self._services.store.polls.record_feed(self._poll, reading, items)
            unmatched = {arxiv_id: failed for arxiv_id, failed in new.items() if failed is not None}
            self._services.store.polls.record_unmatched(reading.read_at.date(), unmatched)
            papers.fetch_later(
                [*(one for one in shown if one not in known), *self._revised(items)], reading.read_at
            )
            self._match([paper for one in known if (paper := papers.get(one))], reading.read_at)

    def _failed_clauses(self, item: AnnouncedPaper) -> dict[str, str] | None:
        """By topic, why none of them takes the paper; None when one may."""
        failed = {}
        for topic, tree in self._trees.items():
            found = matching.match(tree, item)
            if found.verdict is not matching.MatchVerdict.NO:
                return None
            failed[topic.name] = found.clause
        return failed

    def _revised(self, items: Sequence[AnnouncedPaper]) -> frozenset[str]:
        """Papers announced in a new version that somebody who wants revisions was sent."""
        papers = self._services.store.papers
        known = papers.versions([item.arxiv_id for item in items])
        replaced = [item.arxiv_id for item in items if known.get(item.arxiv_id, item.version) < item.version]
        return papers.delivered_ids(self._revising, replaced)

    async def bring_in(self) -> None:
        """Fetch what is wanted and record what matches; what arXiv's search lacks yet stays wanted.

        ArxivError.
        """
        wanted = self._services.store.papers.to_fetch()
        for first in range(0, len(wanted), _IDS_PER_REQUEST):
            await self._fetch(wanted[first : first + _IDS_PER_REQUEST], self._keep_wanted)

    async def bring_liked(self) -> None:
        """Fetch the papers that readers like and nobody knows here: by that alone they match no topic.

        What arXiv does not have is named once, and asked for again after a week. ArxivError.
        """
        ids = [
            one for reader in self._settings.subscribers for one in reader.like if not one.endswith(".bib")
        ]
        wanted = self._services.store.papers.to_like(ids, self._services.clock.now() - _UNKNOWN_FOR)
        for first in range(0, len(wanted), _IDS_PER_REQUEST):
            await self._fetch(wanted[first : first + _IDS_PER_REQUEST], self._keep_liked)

    async def _fetch(self, arxiv_ids: Sequence[str], keep: _Keep) -> None:
        """One bad id makes arXiv reject all that are asked for with it: then each is asked for by itself."""
        source = self._services.source
        try:
            page = await self._gate.ask(lambda: source.fetch(arxiv_ids), self._settings.arxiv.min_interval)
        except QueryRejected:
            if len(arxiv_ids) == 1:
                keep(arxiv_ids, None)
                return
            for one in arxiv_ids:
                await self._fetch([one], keep)
            return
        keep(arxiv_ids, page.papers)

    def _keep_wanted(self, asked: Sequence[str], papers: Sequence[Paper] | None) -> None:
        store, now = self._services.store, self._services.clock.now()
        if papers is None:
            store.papers.fetched(asked, now - _PATIENCE)
            return
        with store.transaction():
            self.new += store.papers.add(papers, now)
            self._match(papers, now)
            store.papers.fetched([paper.arxiv_id for paper in papers], now - _PATIENCE)

    def _keep_liked(self, asked: Sequence[str], papers: Sequence[Paper] | None) -> None:
        store, now = self._services.store, self._services.clock.now()
        unknown = sorted(set(asked).difference(paper.arxiv_id for paper in papers or ()))
        with store.transaction():
            store.papers.add(papers or (), now)
            store.papers.asked_in_vain(unknown, now)
        if unknown:
            text = f"like: arXiv has no paper {', '.join(unknown)}; check the ids"
            self._services.progress.note("warning", text)

    def _match(self, papers: Sequence[Paper], now: datetime) -> None:
        for paper in papers:
            for topic, tree in self._trees.items():
                found = matching.match(tree, paper)
                if found.verdict is matching.MatchVerdict.YES and matching.admits(topic, paper):
                    # It is at least as late as what arXiv dates, whatever this machine's clock says.
                    self._services.store.papers.add_matches(
                        [paper.arxiv_id],
                        [topic.name],
                        MatchSource.FEED,
                        found.clause,
                        max(now, paper.published),
                    )


def _reading(
    specs: Sequence[str],
    now: datetime,
    batch: coverage.Batch | None = None,
    cut: bool = False,
    error: str = "",
) -> FeedRead:
    return FeedRead(
        asked=tuple(specs),
        read_at=now,
        announced_on=batch.announced_on if batch else None,
        items=len(batch.items) if batch else 0,
        cut=cut,
        error=error,
    )
