"""Why each paper is in a digest, and why where it stands: what the rooms know, put together.

What is worked out of a paper is kept for the readers that follow: it depends on the paper and on the topic or
the interests, not on who reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot import matching, query
from bot.history import WordCounts
from bot.matching.interests import Profile, Vocabulary, rareness, stems_of
from bot.models import Hit, Paper, Rank, Subscriber, Topic
from bot.store import Store

_KEPT = 8192
"""A week of papers, each with the topics that matched it."""


class Ranking:
    """How one subscriber's papers rank."""

    def __init__(self, store: Store, subscriber: Subscriber, topics: Mapping[str, Topic]) -> None:
        self._subscriber = subscriber
        self._topics = topics
        self._profile = _profile_of(store, subscriber)

    def rank(self, paper: Paper, topics: Iterable[str]) -> Rank:
        """The rank of a paper that these topics matched."""
        found = [_best_hit(self._topics[name], paper) for name in topics]
        fit, words = _fit(self._profile, paper) if self._profile else (0.0, ())
        return Rank(
            followed=_followed(self._subscriber.follow, paper) if self._subscriber.follow else (),
            fit=fit,
            reason=", ".join(words),
            hit=max(filter(None, found), key=lambda hit: hit.strength, default=None),
        )


def _profile_of(store: Store, subscriber: Subscriber) -> Profile | None:
    """What the subscriber's interests and the papers they like say; None where there are none."""
    liked = [paper for one in subscriber.like if (paper := store.papers.get(one)) is not None]
    texts = tuple(f"{paper.title}\n{paper.abstract}" for paper in liked)
    if not subscriber.interests and not texts:
        return None
    counts = store.words.counts(sorted(stems_of((subscriber.interests, *texts))))
    return _profile(subscriber.interests, texts, counts.papers, tuple(counts.holding.items()))


@lru_cache(maxsize=256)
def _profile(
    interests: str, liked: tuple[str, ...], papers: int, holding: Sequence[tuple[str, int]]
) -> Profile | None:
    counts = WordCounts(papers, dict(holding))
    profile = Profile(interests, liked, lambda stem: rareness(counts.papers, counts.holding.get(stem, 0)))
    return None if profile.is_empty else profile


@lru_cache(maxsize=_KEPT)
def _fit(profile: Profile, paper: Paper) -> tuple[float, tuple[str, ...]]:
    vocabulary = _vocabulary(paper)
    fit = profile.fit(vocabulary)
    return fit, profile.deciding(vocabulary) if fit > 0 else ()


@lru_cache(maxsize=_KEPT)
def _vocabulary(paper: Paper) -> Vocabulary:
    return Vocabulary(paper)


@lru_cache(maxsize=_KEPT)
def _best_hit(topic: Topic, paper: Paper) -> Hit | None:
    return next(iter(matching.hits(query.parse(query.expression(topic)), matching.Document(paper))), None)


@lru_cache(maxsize=_KEPT)
def _followed(names: tuple[str, ...], paper: Paper) -> tuple[str, ...]:
    return matching.followed(names, matching.Document(paper))
