"""Why each paper is in a digest, and why where it stands: what the rooms know, put together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot import matching, query
from bot.models import Hit, Paper, Rank, Subscriber, Topic

_KEPT = 8192
"""A week of papers, each with the topics that matched it: readers of the same topic share the work."""


def rank(paper: Paper, topics: Sequence[Topic], subscriber: Subscriber) -> Rank:
    """The rank of one paper that these topics of the subscriber's matched."""
    found = [hit for topic in topics if (hit := _best_hit(topic, paper)) is not None]
    return Rank(
        followed=_followed(subscriber.follow, paper) if subscriber.follow else (),
        hit=max(found, key=lambda hit: hit.strength, default=None),
    )


@lru_cache(maxsize=_KEPT)
def _best_hit(topic: Topic, paper: Paper) -> Hit | None:
    found = matching.hits(query.parse(query.expression(topic)), matching.Document(paper))
    return found[0] if found else None


@lru_cache(maxsize=_KEPT)
def _followed(names: tuple[str, ...], paper: Paper) -> tuple[str, ...]:
    return matching.followed(names, matching.Document(paper))
