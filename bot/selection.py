"""Papers x topics x already delivered: what is owed to whom, and why not.

Decides on values only: the store has already left out what a subscriber was sent by the same kind
of channel. Ordering and capping are the digest's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.history import Candidate
from bot.models import Paper, Target, Topic
from bot.models.subscriptions import SubscriberRecord


@dataclass(frozen=True, slots=True)
class Owed:
    """A paper that a subscriber has not had yet, and the topics it comes under (their order)."""

    paper: Paper
    topics: tuple[str, ...]


def owed(
    candidates: Iterable[Candidate], record: SubscriberRecord, kind: str, lookback: timedelta
) -> tuple[Owed, ...]:
    """Which candidates the subscriber is owed by this kind of channel, with the topics that count.

    A subscription reaches ``lookback`` behind its start, not to the beginning of all polls, and so does
    the first target of a kind: a paper counts when it was submitted or announced since then. Papers that
    a moderator held for weeks were submitted long ago; their announcement brings them in.
    """
    reaches = floors(record, kind, lookback)
    found = []
    for candidate in candidates:
        topics = tuple(
            topic for topic in candidate.topics if topic in reaches and _reaches(candidate, reaches[topic])
        )
        if topics:
            found.append(Owed(candidate.paper, topics))
    return tuple(found)


def floors(record: SubscriberRecord, kind: str, lookback: timedelta) -> dict[str, datetime]:
    """How far back each topic reaches by this kind of channel."""
    return {
        topic: (since - lookback).replace(second=0, microsecond=0)
        for topic, since in starts(record, kind).items()
    }


def starts(record: SubscriberRecord, kind: str) -> dict[str, datetime]:
    """When each topic began to reach the subscriber by this kind of channel."""
    kind_since = record.kinds_since.get(kind, record.since)
    return {topic: max(since, kind_since) for topic, since in record.topics_since.items()}


def _reaches(candidate: Candidate, floor: datetime) -> bool:
    if candidate.paper.published >= floor:
        return True
    return candidate.announced_on is not None and candidate.announced_on >= floor.date()


_WITHDRAWN = re.compile(r"\b(?:withdrawn|retracted)\b", re.IGNORECASE)


def is_withdrawn(paper: Paper) -> bool:
    """Whether this version withdraws the paper.

    arXiv has no element for it: a withdrawal is a new version whose comment gives the reason, and
    whose abstract may be left intact or replaced by a notice.
    """
    if paper.version < 2:
        return False
    return bool(_WITHDRAWN.search(paper.comment) or _WITHDRAWN.search(paper.abstract[:200]))


def changes(before: Paper, now: Paper) -> tuple[str, ...]:
    """What a revision changed, in a reader's words; empty when only the text of the paper did."""
    compared = {
        "title": (before.title, now.title),
        "abstract": (before.abstract, now.abstract),
        "authors": (before.authors, now.authors),
        "comment": (before.comment, now.comment),
    }
    return tuple(name for name, (old, new) in compared.items() if old != new)


def focus(topics: Sequence[Topic], matched: Sequence[str]) -> str:
    """The focus a paper is summarised with: that of the topic listed first among those matched."""
    return next((topic.focus for topic in topics if topic.name in matched), "")


def by_kind(targets: Sequence[Target]) -> dict[str, tuple[Target, ...]]:
    """Targets of one kind share their history: a new one inherits what the others were sent."""
    kinds: dict[str, tuple[Target, ...]] = {}
    for target in targets:
        kinds[target.kind] = (*kinds.get(target.kind, ()), target)
    return kinds
