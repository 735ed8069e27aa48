"""The other source: what arXiv's daily announcement feeds show and its search does not (yet).

The feeds have no history: they supplement the search, they never replace it. Our matcher decides
only what a feed shows; it never vetoes what arXiv's own search returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot import coverage, matching, query, taxonomy
from bot.errors import ArxivError
from bot.history import FeedRead, MatchSource
from bot.models import AnnouncedPaper, Announcement, Paper, Topic
from bot.pipeline.gate import ArxivGate
from bot.pipeline.services import Report, Services
from bot.settings import Settings

_IDS_PER_REQUEST = 100

_PATIENCE = timedelta(days=30)
"""How long a paper that only a feed showed is asked for by id."""


async def read_feeds(
    services: Services,
    settings: Settings,
    gate: ArxivGate,
    topics: Sequence[Topic],
    poll: int,
    report: Report,
) -> tuple[int, bool]:
    """Read today's batch for the topics; how many papers it brought, and whether all was read."""
    specs = coverage.feed_specs(topics, taxonomy.ARCHIVES)
    reconciler = _Reconciler(services, settings, gate, topics, poll)
    try:
        await reconciler.read(specs)
        await reconciler.bring_in()
    except ArxivError as error:
        report.add(f"announcement feed {'+'.join(specs)}: {error}")
        return reconciler.new, False
    return reconciler.new, True


class _Reconciler:
    """Compares the feeds with what is recorded, and fetches what is missing."""

    def __init__(
        self, services: Services, settings: Settings, gate: ArxivGate, topics: Sequence[Topic], poll: int
    ) -> None:
        self._services = services
        self._arxiv = settings.arxiv
        self._gate = gate
        self._trees = {topic: query.parse(query.expression(topic)) for topic in topics}
        self._revising = [subscriber.name for subscriber in settings.subscribers if subscriber.revisions]
        self._poll = poll
        self.new = 0

    async def read(self, specs: Sequence[str]) -> None:
        """Read the feed of these specs together, and singly where arXiv cut it. ArxivError."""
        try:
            announcement = await self._gate.ask(
                lambda: self._services.feed.read(specs), self._arxiv.min_interval
            )
        except ArxivError as error:
            self._record(_reading(specs, self._services.clock.now(), error=str(error)), ())
            raise
        now = self._services.clock.now()
        self._record(_reading(specs, now, announcement), announcement.items)
        if coverage.must_ask_singly(announcement):
            for spec in specs:
                await self.read([spec])

    def _record(self, reading: FeedRead, items: Sequence[AnnouncedPaper]) -> None:
        """What was announced and what is wanted of it, together: tomorrow's feed won't show it again."""
        papers = self._services.store.papers
        shown = [item.arxiv_id for item in items if item.announce_type.is_new and self._may_match(item)]
        known = papers.versions(shown)
        with self._services.store.transaction():
            self._services.store.polls.record_feed(self._poll, reading, items)
            papers.want([*(one for one in shown if one not in known), *self._revised(items)], reading.read_at)
            self._match([paper for one in known if (paper := papers.get(one))], reading.read_at)

    def _may_match(self, item: AnnouncedPaper) -> bool:
        return any(
            matching.match(tree, item).verdict is not matching.Verdict.NO for tree in self._trees.values()
        )

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
        store = self._services.store
        wanted = store.papers.wanted()
        for first in range(0, len(wanted), _IDS_PER_REQUEST):
            batch = wanted[first : first + _IDS_PER_REQUEST]
            page = await self._gate.ask(partial(self._services.source.fetch, batch), self._arxiv.min_interval)
            now = self._services.clock.now()
            with store.transaction():
                self.new += store.papers.add(page.papers, now)
                self._match(page.papers, now)
                store.papers.unwant([paper.arxiv_id for paper in page.papers], now - _PATIENCE)

    def _match(self, papers: Sequence[Paper], now: datetime) -> None:
        for paper in papers:
            for topic, tree in self._trees.items():
                found = matching.match(tree, paper)
                if found.verdict is matching.Verdict.YES and matching.admits(topic, paper):
                    self._services.store.papers.add_matches(
                        [paper.arxiv_id], [topic.name], MatchSource.FEED, found.clause, now
                    )


def _reading(
    specs: Sequence[str], now: datetime, announcement: Announcement | None = None, error: str = ""
) -> FeedRead:
    return FeedRead(
        asked=tuple(specs),
        read_at=now,
        announced_on=announcement.announced_on if announcement else None,
        items=len(announcement.items) if announcement else 0,
        cut=announcement.is_cut if announcement else False,
        error=error,
    )
