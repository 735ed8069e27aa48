"""Poll: ask arXiv's search for every topic, read the announcement feeds, record what they show.

    window -> search (pages recorded as they arrive)
    feeds  -> what only a feed shows -> fetched by id -> recorded

It records papers and matches. Whom they are owed to is decided later, from the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import coverage, query
from bot.history import PollStatus, TopicPoll
from bot.models import Topic, Window
from bot.pipeline import alerts
from bot.pipeline.announced import read_feeds
from bot.pipeline.report import Report
from bot.pipeline.search import Search
from bot.pipeline.search import search as ask_searches
from bot.pipeline.services import Services
from bot.pipeline.state import ProcessState
from bot.settings import Settings


async def poll(
    services: Services,
    state: ProcessState,
    topics: Sequence[Topic],
    report: Report,
    *,
    patient: bool = False,
    since: datetime | None = None,
) -> bool:
    """One poll of these topics; True when arXiv answered all of it completely.

    What could not be learned is named in the report and taken up by the next poll; so is a poll that
    was stopped. ``patient`` is for a daemon: whoever else waits is told soon where there is no way to arXiv at
    all. A query that arXiv rejects is no reason to ask again soon. Each list is read back to ``since`` at
    least. Raises only StoreError.
    """
    gate = state.gate
    gate.begin_cycle(patient=patient)
    store = services.store
    number = store.polls.begin(services.clock.now())
    searches = _searches(services, topics, since)
    services.progress.begin("poll", len(searches) + 1)
    outcomes = list[TopicPoll]()

    def ended(search: Search, outcome: TopicPoll) -> None:
        outcomes.append(outcome)
        _record(services, number, search, outcome, report)
        services.progress.advance("poll")

    new = await ask_searches(services, gate, searches, number, ended)
    fed, unread = await read_feeds(services, gate, topics, number, report)
    services.progress.advance("poll")
    reasons = [one.reason for one in outcomes if one.status is PollStatus.INCOMPLETE]
    unanswered = [*reasons, unread] if unread else reasons
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


def _searches(services: Services, topics: Sequence[Topic], since: datetime | None) -> list[Search]:
    """One search for topics that ask the same: arXiv's terms count requests."""
    now = services.clock.now()
    began = services.store.subscriptions.first_of([topic.name for topic in topics])
    by_expression: dict[str, list[Topic]] = {}
    for topic in topics:
        by_expression.setdefault(query.expression(topic), []).append(topic)
    searches = []
    for expression, group in by_expression.items():
        windows = (_window(services, topic, began.get(topic.name, now), now) for topic in group)
        window = min(windows, key=lambda window: window.start)
        if since is not None:
            window = replace(window, start=min(window.start, since))
        searches.append(Search(tuple(group), expression, window))
    return searches


def _window(services: Services, topic: Topic, since: datetime, now: datetime) -> Window:
    anchor = services.store.polls.anchor(topic.name)
    return coverage.window(anchor, since, services.settings.arxiv.lookback, now)


def _record(services: Services, number: int, search: Search, outcome: TopicPoll, report: Report) -> None:
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
