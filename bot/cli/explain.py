"""``arxiv-digest explain``"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import click

from bot import app, backoff, explain, matching, query, quota, selection
from bot.cli.lines import put
from bot.cli.options import State, complete_subscriber, global_options, pass_state, subscriber_named
from bot.history import RefusalRecord
from bot.models import Hit, Paper, Subscriber, Topic
from bot.models.subscriptions import SubscriberRecord
from bot.pipeline import hours, owed_editions
from bot.ports import Clock
from bot.render import prose, wording
from bot.settings import Settings
from bot.store import Store

_ID = re.compile(
    r"(?:(?:https?://)?(?:[\w-]+\.)?arxiv\.org/\w+/|arxiv: ?)?([a-z.-]+/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?",
    re.I | re.A,
)


@click.command("explain")
@click.argument("paper")
@click.argument("name", shell_complete=complete_subscriber)
@global_options
@pass_state
def command(state: State, paper: str, name: str) -> int:
    """Say why NAME did or did not get PAPER (an arXiv id or link), and when.

    \b
    Example:
      arxiv-digest explain 2501.01234 ada
    """
    settings = state.settings(need_secrets=False)
    subscriber = subscriber_named(settings, name)
    found = _ID.fullmatch(paper.strip())
    if found is None:
        raise click.UsageError(f"{paper!r} is not an arXiv id; write it like 2501.01234 or cond-mat/0011267")
    store = app.read_store(settings.database)
    if store is None:
        click.echo("Nothing was polled yet: there is no database.")
        return 0
    try:
        facts = _facts(store, settings, subscriber, found[1], app.system_clock())
    finally:
        store.close()
    put(*explain.sentences(facts))
    return 0


def _facts(
    store: Store, settings: Settings, subscriber: Subscriber, arxiv_id: str, clock: Clock
) -> explain.Facts:
    paper = store.papers.get(arxiv_id)
    record = store.subscriptions.get(subscriber.name)
    topics = [settings.topic(name) for name in subscriber.topics]
    editions = owed_editions.editions(store, settings, subscriber)
    waiting = [entry for edition in editions for entry in edition.entries if entry.paper.arxiv_id == arxiv_id]
    summaries = store.summaries.of_paper(arxiv_id)
    refusals = [] if summaries else store.summaries.refusals_of(arxiv_id)
    refusal = refusals[-1] if refusals else None
    return explain.Facts(
        arxiv_id=arxiv_id,
        subscriber=subscriber.name,
        timezone=subscriber.timezone,
        paper=paper and replace(paper, title=prose.plain(paper.title)),
        announcements=store.polls.announcements_of(arxiv_id),
        matches=store.papers.matches_of(arxiv_id),
        clauses=_clauses(store, topics, arxiv_id, paper),
        awaited=arxiv_id in store.papers.to_fetch(),
        reach=_reach(record, subscriber, settings, clock),
        owed=bool(waiting),
        rank=wording.rank(waiting[0]) if waiting else "",
        near={topic.name: _near(topic, paper) for topic in topics} if paper else {},
        deliveries=store.outbox.deliveries_of(arxiv_id, subscriber.name),
        summary=summaries[-1] if summaries else None,
        refusal=refusal,
        rests_until=_rests_until(refusal, clock.now()),
        held=store.optouts.of(subscriber.name),
        next_digest=hours.next_digest_of(store, subscriber, clock.now())
        if subscriber.schedule.cron
        else None,
    )


def _near(topic: Topic, paper: Paper) -> tuple[Hit, ...]:
    return matching.near(query.parse(query.expression(topic)), matching.Document(paper))


def _rests_until(refusal: RefusalRecord | None, now: datetime) -> datetime | None:
    if refusal is None or refusal.day != quota.pacific_day(now) or refusal.times < backoff.SUMMARY_REFUSALS:
        return None
    return quota.day_resets_at(now)


def _reach(
    record: SubscriberRecord | None, subscriber: Subscriber, settings: Settings, clock: Clock
) -> dict[str, datetime]:
    """How far back each topic reaches, by the kind of channel that reaches furthest."""
    kinds = selection.by_kind(subscriber.targets)
    since = [selection.starts(record, kind) for kind in kinds] if record else []
    return {
        topic: min((one[topic] for one in since if topic in one), default=clock.now())
        - settings.arxiv.lookback
        for topic in subscriber.topics
    }


def _clauses(
    store: Store, topics: Sequence[Topic], arxiv_id: str, paper: Paper | None
) -> dict[str, tuple[bool, str]]:
    if paper is not None:
        return {topic.name: _clause(topic, paper) for topic in topics}
    # Of a paper that no topic took only the reasons are kept, as they were when it was announced.
    failed = store.polls.unmatched(arxiv_id)
    return {topic.name: (False, failed[topic.name]) for topic in topics if topic.name in failed}


def _clause(topic: Topic, paper: Paper) -> tuple[bool, str]:
    if not matching.admits(topic, paper):
        return (
            False,
            f"its primary category {paper.primary_category} is not among the topic's, and cross_lists is false",
        )
    found = matching.match(query.parse(query.expression(topic)), paper)
    return found.verdict is matching.MatchVerdict.YES, found.clause
