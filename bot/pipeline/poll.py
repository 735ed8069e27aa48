"""Poll: ask arXiv's search for every topic, read the announcement feeds, record what they show.

    window -> search_query -> pages (recorded as they arrive) -> covered?
    feeds  -> what only a feed shows -> fetched by id -> recorded

It records papers and matches. Whom they are owed to is decided later, from the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import coverage, matching, query
from bot.errors import ArxivError, QueryRejected
from bot.history import MatchSource, PollStatus, TopicPoll
from bot.models import Paper, SearchPage, Topic, Window
from bot.pipeline import alerts
from bot.pipeline.announced import read_feeds
from bot.pipeline.gate import ArxivGate
from bot.pipeline.report import Report
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class _Search:
    """Topics that share one search expression, and what is asked for them."""

    topics: tuple[Topic, ...]
    expression: str
    window: Window

    @property
    def names(self) -> str:
        return ", ".join(topic.name for topic in self.topics)


async def poll(
    services: Services,
    state: ProcessState,
    topics: Sequence[Topic],
    report: Report,
    *,
    patient: bool = False,
) -> bool:
    """One poll of these topics; True when arXiv answered all of it completely.

    What could not be learned is named in the report and taken up by the next poll; so is a poll that
    was stopped. ``patient`` is for a daemon: whoever else waits is told soon where there is no way to arXiv at
    all. A query that arXiv rejects is no reason to ask again soon. Raises only StoreError.
    """
    gate = state.gate
    gate.begin_cycle(patient=patient)
    store = services.store
    number = store.polls.begin(services.clock.now())
    searches = _searches(services, topics)
    services.progress.begin("poll", len(searches) + 1)
    new, outcomes = 0, list[TopicPoll]()
    for search in searches:
        outcome, recorded = await _search(services, gate, search)
        new += recorded
        outcomes.append(outcome)
        _record(services, number, search, outcome, report)
        services.progress.advance("poll")
    fed, unread = await read_feeds(services, gate, topics, number, report)
    services.progress.advance("poll")
    unanswered = [one.reason for one in outcomes if one.status is PollStatus.INCOMPLETE] + [unread] * bool(
        unread
    )
    if not gate.is_stopping:
        store.polls.finish(number, services.clock.now(), not unanswered)
        _judge(services, unanswered)
    ending = ", incomplete" if unanswered else ""
    services.progress.end("poll", f"new papers: {new + fed}, by announcement feeds alone: {fed}{ending}")
    return not unanswered and all(one.status is not PollStatus.REJECTED for one in outcomes)


def _judge(services: Services, unanswered: Sequence[str]) -> None:
    """A poll that arXiv left incomplete is mended by the next; only two in a row are news."""
    if unanswered:
        text = f"arXiv does not answer completely, papers may come late: {unanswered[0]}"
        alerts.raise_alert(services, alerts.POLL, text, patience=alerts.PATIENCE)
    else:
        alerts.settle(services, alerts.POLL)


def wanted_topics(settings: Settings, only: Sequence[str] | None = None) -> tuple[Topic, ...]:
    """The topics somebody subscribes to, in the configuration's order."""
    used = {
        topic
        for subscriber in settings.subscribers
        if only is None or subscriber.name in only
        for topic in subscriber.topics
    }
    return tuple(topic for topic in settings.topics if topic.name in used)


def _searches(services: Services, topics: Sequence[Topic]) -> list[_Search]:
    """One search for topics that ask the same: arXiv's terms count requests."""
    now = services.clock.now()
    by_expression: dict[str, list[Topic]] = {}
    for topic in topics:
        by_expression.setdefault(query.expression(topic), []).append(topic)
    searches = []
    for expression, group in by_expression.items():
        window = min((_window(services, topic, now) for topic in group), key=lambda window: window.start)
        searches.append(_Search(tuple(group), expression, window))
    return searches


def _window(services: Services, topic: Topic, now: datetime) -> Window:
    records = (
        services.store.subscriptions.get(subscriber.name) for subscriber in services.settings.subscribers
    )
    since = [
        record.topics_since[topic.name] for record in records if record and topic.name in record.topics_since
    ]
    anchor = services.store.polls.anchor(topic.name)
    return coverage.window(anchor, min(since, default=now), services.settings.arxiv.lookback, now)


async def _search(services: Services, gate: ArxivGate, search: _Search) -> tuple[TopicPoll, int]:
    """Read the list until it is covered; how it ended, and how many papers were new."""
    reader = _ListReader(services, gate, search)
    status, reason = PollStatus.COMPLETE, ""
    try:
        await reader.read(search.window)
        if not reader.found:
            status = PollStatus.EMPTY
    except QueryRejected as error:
        status, reason = PollStatus.REJECTED, str(error)
    except ArxivError as error:
        status, reason = PollStatus.INCOMPLETE, str(error)
    outcome = TopicPoll(
        topic=search.topics[0].name,
        expression=search.expression,
        window=search.window,
        status=status,
        found=len(reader.found),
        finished_at=services.clock.now(),
        reason=reason,
    )
    return outcome, reader.new


def _record(services: Services, number: int, search: _Search, outcome: TopicPoll, report: Report) -> None:
    rejection = f"arXiv rejected its query: {outcome.reason}"
    with services.store.transaction():
        for topic in search.topics:
            services.store.polls.record_topic(number, replace(outcome, topic=topic.name))
            key = alerts.topic_key(topic.name)
            if outcome.status is PollStatus.REJECTED:
                alerts.raise_alert(services, key, f"topic {topic.name}: {rejection}")
            elif outcome.status is not PollStatus.INCOMPLETE:
                alerts.settle(services, key)
    if outcome.status is PollStatus.REJECTED:
        report.add(f"topic {search.names}: {rejection}", topic=search.names, error=outcome.reason)
    elif outcome.status is PollStatus.INCOMPLETE:
        incomplete = f"topic {search.names}: the poll is incomplete: {outcome.reason}"
        report.add(incomplete, topic=search.names, error=outcome.reason)


class _ListReader:
    """Reads one topic's list, page by page, recording as it goes."""

    def __init__(self, services: Services, gate: ArxivGate, search: _Search) -> None:
        self._services = services
        self._arxiv = services.settings.arxiv
        self._gate = gate
        self._search = search
        self.found: set[str] = set()
        self.new = 0

    async def read(self, window: Window) -> None:
        """Read until the window is covered. ArxivError when it can't be, QueryRejected."""
        pages: list[coverage.PageSeen] = []
        distinct: set[str] = set()
        passes, past = 1, False
        while True:
            step = coverage.next_step(pages, len(distinct), passes, past)
            match step:
                case coverage.NextPage(start):
                    page = await self._page(window, start)
                    pages.append(coverage.PageSeen(page.start, len(page.papers), page.total))
                    distinct.update(paper.arxiv_id for paper in page.papers)
                    past = any(paper.published < window.start for paper in page.papers)
                    self._keep(page, window)
                case coverage.Again():
                    pages, distinct, passes = [], set(), passes + 1
                case coverage.Split():
                    for half in coverage.halves(window):
                        await self.read(half)
                    return
                case coverage.Unsettled(missing):
                    raise ArxivError(
                        f"the list kept changing while it was read; {missing} papers may be missing"
                    )
                case coverage.Covered():
                    return

    async def _page(self, window: Window, start: int) -> SearchPage:
        """One page that can be believed."""
        text = query.search_query(self._search.topics[0], window)
        told_empty = 0

        def doubt(page: SearchPage) -> str:
            nonlocal told_empty
            if page.total > 0 or start > 0:
                return ""
            told_empty += 1
            return coverage.doubt_of_empty(told_empty, self._known_in(window))

        return await self._gate.ask(
            lambda: self._services.source.search(text, start=start, size=self._arxiv.page_size),
            self._arxiv.min_interval,
            doubt,
        )

    def _known_in(self, window: Window) -> int:
        """How many papers of the window this very question brought before; none if it was edited since."""
        store, topic = self._services.store, self._search.topics[0].name
        if store.polls.last_expression(topic) != self._search.expression:
            return 0
        return store.papers.count_matched_in(topic, window)

    def _keep(self, page: SearchPage, window: Window) -> None:
        wanted = [paper for paper in page.papers if paper.published >= window.start]
        # It is at least as late as what arXiv dates, whatever this machine's clock says.
        now = max([self._services.clock.now(), *(paper.published for paper in wanted)])
        with self._services.store.transaction():
            self.new += self._services.store.papers.add(wanted, now)
            for topic in self._search.topics:
                self._match(topic, wanted, now)
        self.found.update(paper.arxiv_id for paper in wanted)

    def _match(self, topic: Topic, papers: Sequence[Paper], now: datetime) -> None:
        admitted = [paper.arxiv_id for paper in papers if matching.admits(topic, paper)]
        self._services.store.papers.add_matches(
            admitted, [topic.name], MatchSource.SEARCH, "arXiv's search returned it", now
        )
