"""Why each paper is in a digest, and why where it stands: what the rooms know, put together.

What is worked out of a paper is kept for the readers that follow: it depends on the paper and on the topic or
the interests, not on who reads it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot import matching, query, remembered
from bot.matching.interests import Profile, Vocabulary, rareness, stems_of
from bot.models import Hit, Liked, Paper, Place, Rank, Score, ScoreKey, Subscriber, Topic
from bot.selection import Owed
from bot.store import Store
from bot.summary import scoring

_TEXTS = (Place.TITLE, Place.ABSTRACT, Place.COMMENT, Place.JOURNAL_REF)
"""Where words stand; a name, a category or an identifier is no word of the text."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What counts for a subscriber; subscribers for whom the same counts are one reader."""

    interests: str
    liked: tuple[Liked, ...]
    key: str
    """By which scores are shared."""
    profile: Profile | None
    """None where there is no word to go by."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said that papers could be ordered by."""
        return not self.interests and not self.liked

    def score_key(self, paper: Paper) -> ScoreKey:
        return ScoreKey(paper.arxiv_id, paper.version, self.key, scoring.PROMPT_VERSION)

    def nearest(self, papers: Sequence[Paper], count: int) -> tuple[str, ...]:
        """The titles of the liked papers that come nearest to any of these."""
        if len(self.liked) <= count or self.profile is None:
            return tuple(paper.title for paper in self.liked[:count])
        nearest = self.profile.nearest([_vocabulary(paper) for paper in papers], count)
        return tuple(self.liked[index].title for index in nearest)


def reader_of(store: Store, subscriber: Subscriber) -> Reader:
    """What the subscriber's interests, and the papers they like, say."""
    interests = " ".join(subscriber.interests.split())
    known = (store.papers.get(one) for one in subscriber.like if not one.endswith(".bib"))
    liked = (*(Liked(paper.title, paper.abstract) for paper in known if paper), *subscriber.library)
    profile = None
    if interests or liked:
        counts = store.words.counts(_stems(interests, liked))
        profile = _profile(interests, liked, counts.papers, tuple(counts.holding.items()))
    return Reader(interests, liked, _key(interests, liked), profile)


@remembered.in_a_round(256)
def _key(interests: str, liked: tuple[Liked, ...]) -> str:
    content = [interests, sorted((paper.title, paper.abstract) for paper in liked)]
    return hashlib.sha256(json.dumps(content).encode("utf-8", "surrogatepass")).hexdigest()


@remembered.in_a_round(256)
def _stems(interests: str, liked: tuple[Liked, ...]) -> tuple[str, ...]:
    return tuple(sorted(stems_of((interests, *map(_text, liked)))))


def _text(paper: Liked) -> str:
    return f"{paper.title}\n{paper.abstract}"


def ranks(
    store: Store, subscriber: Subscriber, topics: Mapping[str, Topic], owed: Sequence[Owed]
) -> list[Rank]:
    """The rank of each of the papers that are owed to the subscriber."""
    reader = reader_of(store, subscriber)
    scores: Mapping[ScoreKey, Score] = {}
    if not reader.is_empty:
        ids = [one.paper.arxiv_id for one in owed]
        scores = store.scores.get(reader.key, scoring.PROMPT_VERSION, ids)
    return [
        _rank(subscriber, reader, one.paper, tuple(topics[name] for name in one.topics), scores)
        for one in owed
    ]


def _rank(
    subscriber: Subscriber,
    reader: Reader,
    paper: Paper,
    topics: tuple[Topic, ...],
    scores: Mapping[ScoreKey, Score],
) -> Rank:
    matched = _matched(topics, paper)
    if reader.is_empty and not subscriber.follow:
        return matched
    fit, words = _fit(reader.profile, paper) if reader.profile else (0.0, ())
    score = scores.get(reader.score_key(paper))
    return replace(
        matched,
        followed=_followed(subscriber.follow, paper) if subscriber.follow else (),
        score=score.value if score else None,
        reason=(score.reason if score else "") or ", ".join(words),
        fit=fit,
    )


@remembered.in_a_round(remembered.PAPERS)
def _matched(topics: tuple[Topic, ...], paper: Paper) -> Rank:
    """What the topics say of the paper, to whoever reads it."""
    found = [hit for topic in topics for hit in _hits(topic, paper)]
    return Rank(
        hit=max(found, key=lambda hit: hit.strength, default=None),
        by_search=not found,
        words=_printed(tuple(dict.fromkeys(hit.text for hit in found if hit.place in _TEXTS)), paper),
    )


@remembered.in_a_round(256)
def _profile(
    interests: str, liked: tuple[Liked, ...], papers: int, holding: tuple[tuple[str, int], ...]
) -> Profile | None:
    known = dict(holding)
    profile = Profile(interests, map(_text, liked), lambda stem: rareness(papers, known.get(stem, 0)))
    return None if profile.is_empty else profile


@remembered.in_a_round(remembered.PAPERS)
def _fit(profile: Profile, paper: Paper) -> tuple[float, tuple[str, ...]]:
    vocabulary = _vocabulary(paper)
    fit = profile.fit(vocabulary)
    return fit, profile.deciding(vocabulary) if fit > 0 else ()


@remembered.in_a_round(remembered.PAPERS)
def _vocabulary(paper: Paper) -> Vocabulary:
    return Vocabulary(paper)


@remembered.in_a_round(remembered.PAPERS)
def _hits(topic: Topic, paper: Paper) -> tuple[Hit, ...]:
    return matching.hits(query.parse(query.expression(topic)), matching.Document(paper))


@remembered.in_a_round(remembered.PAPERS)
def _printed(terms: tuple[str, ...], paper: Paper) -> tuple[str, ...]:
    return matching.printed(terms, f"{paper.title}\n{paper.abstract}")


@remembered.in_a_round(remembered.PAPERS)
def _followed(names: tuple[str, ...], paper: Paper) -> tuple[str, ...]:
    return matching.followed(names, matching.Document(paper))
