"""What must hold of a life: every digest when it was due and once, every paper at every target and once.

Written from the promises, not from the program: it knows schedules and arXiv's calendar, and nothing of
how rounds are made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from bot import calendar, schedule
from bot.channels import CHANNELS
from bot.models import Subscriber, Target
from tests.simulated.arxiv import Publication
from tests.simulated.edits import WORD_OF
from tests.simulated.life import Life

SOON = timedelta(seconds=90)
"""A digest may wait for a poll that has just begun, and for its turn in a channel."""
_LOOKBACK = timedelta(days=7)
_CAUGHT_UP = timedelta(minutes=20)
"""After the clock was set right: a poll, and what is overdue."""
_MARGIN = timedelta(days=1)
"""Around an edit it is open what counts as subscribed."""


@dataclass
class Verdict:
    digests: int = 0
    messages: int = 0
    caught_up: int = 0
    latest_s: float = 0.0
    papers: int = 0
    """Papers that had to reach a subscriber on a kind of channel."""
    late: int = 0
    """Those of them that arXiv's search showed only after a day or more, or held for days."""
    out_of_reach: int = 0
    """Announced while the machine was off, and too old for arXiv's search to be asked about."""
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """A time in which a subscriber was configured in one way."""

    start: datetime
    end: datetime
    subscriber: Subscriber


def judge(life: Life) -> Verdict:
    """Everything that is wrong with it, and how much was right."""
    verdict = Verdict(messages=len(life.delivered))
    for name in sorted({one.name for _, settings in life.epochs for one in settings.subscribers}):
        spans = list(_spans(life, name))
        _judge_hours(life, name, spans, verdict)
        _judge_papers(life, name, spans, verdict)
    _judge_doubles(life, verdict)
    return verdict


def _spans(life: Life, name: str) -> Iterator[Span]:
    ends = [at for at, _ in life.epochs[1:]] + [life.end]
    for (start, settings), end in zip(life.epochs, ends, strict=True):
        for one in settings.subscribers:
            if one.name == name:
                yield Span(start, end, one)


# --- when -----------------------------------------------------------------------------------------


def _judge_hours(life: Life, name: str, spans: list[Span], verdict: Verdict) -> None:
    """Each digest belongs to a due moment, and where one is always sent, each moment to a digest."""
    made = sorted(
        {
            (one.envelope.digest_id, one.envelope.created_at)
            for one in life.delivered
            if one.envelope.subscriber == name and one.envelope.digest_id and not _is_off(life, one.at)
        }
    )
    verdict.digests += len(made)
    if spans and spans[0].subscriber.schedule.cron is None:
        return
    due = list(_due(life, spans))
    left = [at for _, at in made]
    for moment, always, overdue in due:
        found = [at for at in left if timedelta() <= at - moment <= SOON]
        if len(found) > 1 or (always and not found):
            verdict.wrong.append(f"{name}: {len(found)} digests for {moment:%d %b %H:%M}")
        for at in found:
            left.remove(at)
            verdict.caught_up += overdue
            verdict.latest_s = max(verdict.latest_s, (at - moment).total_seconds())
    verdict.wrong += [f"{name}: a digest at {at:%d %b %H:%M:%S} that was not due" for at in left]


def _due(life: Life, spans: list[Span]) -> Iterator[tuple[datetime, bool, bool]]:
    """The moments at which a digest is due, whether one is sent in any case, and whether it was overdue.

    Of all moments in an outage one is made up for when it ends.
    """
    moments: dict[datetime, tuple[bool, bool]] = {}
    for span in spans:
        moment = span.start
        while (moment := _next(span, moment)) < span.end:
            outage = next((one for one in life.outages if one.start <= moment < one.end), None)
            at = outage.end if outage else moment
            if at < life.end and not _is_off(life, at):
                moments[at] = (span.subscriber.send_empty, outage is not None)
    for at, (always, overdue) in sorted(moments.items()):
        yield at, always, overdue


def _is_off(life: Life, at: datetime) -> bool:
    """Whether the machine's clock was wrong then, or had just been: no hour can be kept to."""
    return any(one.start <= at < one.end + _CAUGHT_UP for one in life.clock_errors)


def _next(span: Span, after: datetime) -> datetime:
    return schedule.next_due(span.subscriber.schedule, span.subscriber.timezone, after)


# --- what -----------------------------------------------------------------------------------------


def _judge_papers(life: Life, name: str, spans: list[Span], verdict: Verdict) -> None:
    got: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for one in life.delivered:
        if one.envelope.subscriber == name:
            for arxiv_id in one.envelope.arxiv_ids:
                got[one.envelope.target.kind, arxiv_id].append(one.at)
    for publication in life.universe.publications:
        for kind in CHANNELS:
            if not _is_owed(publication, kind, life, spans):
                continue
            if not _is_reachable(publication, life):
                verdict.out_of_reach += 1
                continue
            verdict.papers += 1
            lag = publication.visible_at - publication.announced_at
            held = publication.announced_at - publication.paper.published
            verdict.late += lag > timedelta(days=0.8) or held > timedelta(days=5)
            if not got[kind, publication.paper.arxiv_id]:
                verdict.wrong.append(f"{name}: {kind} never got {publication.paper.arxiv_id}")
    _judge_strangers(life, name, spans, got, verdict)


def _is_owed(one: Publication, kind: str, life: Life, spans: list[Span]) -> bool:
    """Whether the subscriber had the topic and the kind from well before the announcement until served."""
    found_by = max(one.visible_at, one.announced_at) + timedelta(days=4)
    served_by = _served_by(spans, found_by)
    if served_by is None or served_by + _MARGIN >= life.end:
        return False
    needed = [span for span in spans if span.end > one.announced_at - _MARGIN and span.start < served_by]
    covered = needed and needed[0].start <= one.announced_at - _MARGIN and needed[-1].end >= served_by
    gaps = any(later.start != earlier.end for earlier, later in pairwise(needed))
    return bool(covered) and not gaps and all(_follows(span.subscriber, one, kind) for span in needed)


def _served_by(spans: list[Span], found_by: datetime) -> datetime | None:
    """The first due moment after the paper can have been found."""
    for span in spans:
        if span.end <= found_by:
            continue
        if span.subscriber.schedule.cron is None:
            return max(span.start, found_by)
        moment = _next(span, max(span.start, found_by))
        if moment < span.end:
            return moment + timedelta(days=3)  # it may fall into an outage
    return None


def _follows(subscriber: Subscriber, one: Publication, kind: str) -> bool:
    words = {WORD_OF[topic] for topic in subscriber.topics}
    return one.word in words and any(target.kind == kind for target in subscriber.targets)


def _is_reachable(one: Publication, life: Life) -> bool:
    """arXiv's search is asked about `lookback` before the last poll; older papers only their feed shows."""
    if one.feed_date in life.feed_days:
        return True
    seen = [at for at in life.polls if at >= one.visible_at]
    before = [at for at in life.polls if at < one.visible_at]
    return bool(seen) and bool(before) and one.paper.published >= before[-1] - _LOOKBACK + _MARGIN / 24


def _judge_strangers(
    life: Life,
    name: str,
    spans: list[Span],
    got: dict[tuple[str, str], list[datetime]],
    verdict: Verdict,
) -> None:
    """Nothing reaches anybody who did not ask for it, or from before their time."""
    first = min((span.start for span in spans), default=life.end)
    words = {WORD_OF[topic] for span in spans for topic in span.subscriber.topics}
    for kind, arxiv_id in got:
        one = life.universe.by_id[arxiv_id]
        floor = first - _LOOKBACK
        if one.word not in words:
            verdict.wrong.append(f"{name}: {kind} got {arxiv_id}, which nobody asked for")
        if one.paper.published < floor - _MARGIN and calendar.feed_date(floor) > one.feed_date:
            verdict.wrong.append(f"{name}: {kind} got {arxiv_id} from before their time")


def _judge_doubles(life: Life, verdict: Verdict) -> None:
    """Each version of a paper once at each target, and each message once."""
    messages = Counter(one.envelope.id for one in life.delivered)
    verdict.wrong += [
        f"message {number} was sent {times} times" for number, times in messages.items() if times > 1
    ]
    times: Counter[tuple[str, Target, str]] = Counter()
    for one in life.delivered:
        times.update((one.envelope.subscriber, one.envelope.target, each) for each in one.envelope.arxiv_ids)
    for (name, target, arxiv_id), count in times.items():
        versions = 1 + (life.universe.by_id[arxiv_id].revised is not None)
        wanted = versions if _wants_revisions(life, name) else 1
        if count > wanted:
            verdict.wrong.append(f"{name}: {target.address} got {arxiv_id} {count} times")


def _wants_revisions(life: Life, name: str) -> bool:
    return any(
        one.revisions for _, settings in life.epochs for one in settings.subscribers if one.name == name
    )
