"""Does the order by words put first what a reader would have chosen? Against newest, the match, BM25 and TF-IDF.

For authors of several papers, the title and abstract of their earliest are the interests; their later ones
stand among 300 others of the same primary category. Run as ``python -m tests.benchmarks.relevance [AUTHORS]``;
with ``like`` as second argument three earlier papers are liked instead.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

from bot import matching, query
from bot.lexicon import STOP_WORDS
from bot.matching.interests import Profile, Vocabulary, rareness
from bot.matching.words import stem, words
from bot.models import Paper, Topic
from tests.benchmarks.figures import Figure, at_least, at_most

PAPERS = Path(__file__).resolve().parents[3] / "shared" / "arxiv" / "papers.jsonl.gz"
OTHERS = 300
SEED = 20261126

Order = list[float]
"""A score for each candidate; the greatest comes first."""


@dataclass(frozen=True)
class Case:
    """One reader: what they like, and what is put in order for them."""

    interests: tuple[Paper, ...]
    candidates: tuple[Paper, ...]
    wanted: frozenset[str]


def text(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}"


def read() -> list[Paper]:
    papers = []
    with gzip.open(PAPERS, "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            moment = datetime.fromisoformat(one["listed"]).replace(tzinfo=UTC)
            papers.append(
                Paper(
                    arxiv_id=one["arxiv_id"],
                    version=1,
                    title=one["title"],
                    abstract=one["abstract"],
                    authors=tuple(one["authors"]),
                    categories=tuple(one["categories"]),
                    published=moment,
                    updated=moment,
                )
            )
    return papers


def cases(papers: Sequence[Paper], authors: int, earlier: int) -> Iterator[Case]:
    chance = random.Random(SEED)
    by_author: dict[str, list[Paper]] = defaultdict(list)
    by_category: dict[str, list[Paper]] = defaultdict(list)
    for paper in sorted(papers, key=lambda paper: (paper.published, paper.arxiv_id)):
        by_category[paper.primary_category].append(paper)
        for author in paper.authors:
            by_author[author].append(paper)
    able = sorted(author for author, own in by_author.items() if len(own) > earlier)
    chance.shuffle(able)
    for author in able[:authors]:
        own = by_author[author]
        known, wanted = own[:earlier], own[earlier:]
        pool = [paper for paper in by_category[known[0].primary_category] if author not in paper.authors]
        others = chance.sample(pool, min(OTHERS, len(pool)))
        candidates = [*wanted, *others]
        chance.shuffle(candidates)
        yield Case(tuple(known), tuple(candidates), frozenset(paper.arxiv_id for paper in wanted))


class Frequencies:
    """How many of the papers hold a stem, as the database would tell."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = len(papers)
        self.holding = Counter(one for paper in papers for one in set(_stems(text(paper))))

    def rareness(self, one: str) -> float:
        return rareness(self.papers, self.holding[one])


def _stems(written: str) -> list[str]:
    return [stem(word) for word in words(written) if word not in STOP_WORDS]


def newest(case: Case) -> Order:
    return [paper.published.timestamp() for paper in case.candidates]


def strength(case: Case) -> Order:
    """The titles' words as a topic's keywords."""
    keywords = tuple(
        dict.fromkeys(word for one in case.interests for word in words(one.title) if len(word) > 3)
    )
    if not keywords:
        return newest(case)
    tree = query.parse(query.expression(Topic("interests", keywords=keywords)))
    found = (matching.hits(tree, matching.Document(paper)) for paper in case.candidates)
    return [float(hits[0].strength) if hits else -1.0 for hits in found]


def bm25(case: Case, frequencies: Frequencies) -> Order:
    """Robertson's formula as it stands, k1 1.2 and b 0.75, over stems without stop words."""
    asked = Counter(one for paper in case.interests for one in _stems(text(paper)))
    documents = [Counter(_stems(text(paper))) for paper in case.candidates]
    usual = sum(map(Counter.total, documents)) / len(documents)
    return [
        sum(
            frequencies.rareness(one)
            * times
            * document[one]
            * 2.2
            / (document[one] + 1.2 * (0.25 + 0.75 * document.total() / usual))
            for one, times in asked.items()
            if one in document
        )
        for document in documents
    ]


def tf_idf(case: Case, model: TfidfVectorizer) -> Order:
    asked = model.transform(["\n".join(map(text, case.interests))])
    return list((model.transform(list(map(text, case.candidates))) @ asked.T).toarray()[:, 0])


def ours(case: Case, frequencies: Frequencies) -> Order:
    profile = Profile("", map(text, case.interests), frequencies.rareness)
    return [profile.fit(Vocabulary(paper)) for paper in case.candidates]


@dataclass
class Tally:
    recall10: float = 0.0
    recall30: float = 0.0
    reciprocal: float = 0.0

    def add(self, case: Case, order: Order) -> None:
        ranked = [
            paper.arxiv_id
            for _, paper in sorted(
                zip(order, case.candidates, strict=True), key=lambda pair: (-pair[0], pair[1].arxiv_id)
            )
        ]
        places = [ranked.index(one) + 1 for one in case.wanted]
        self.recall10 += sum(place <= 10 for place in places) / len(places)
        self.recall30 += sum(place <= 30 for place in places) / len(places)
        self.reciprocal += 1 / min(places)


def measured(authors: int, earlier: int) -> tuple[int, dict[str, Tally]]:
    """How many authors there were, and what each way of ordering found, summed over them."""
    papers = read()
    frequencies = Frequencies(papers)
    model = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit(map(text, papers))
    rankings: dict[str, Callable[[Case], Order]] = {
        "newest": newest,
        "match strength": strength,
        "plain BM25": lambda case: bm25(case, frequencies),
        "TF-IDF cosine": lambda case: tf_idf(case, model),
        "ours": lambda case: ours(case, frequencies),
    }
    found = {name: Tally() for name in rankings}
    number = 0
    for case in cases(papers, authors, earlier):
        number += 1
        for name, ranking in rankings.items():
            found[name].add(case, ranking(case))
    return number, found


def measure(authors: int, earlier: int) -> None:
    number, found = measured(authors, earlier)
    print(f"{number} authors, {earlier} earlier papers each")
    for name, one in found.items():
        print(
            f"{name:<16} recall at 10 {one.recall10 / number:.3f}, at 30 {one.recall30 / number:.3f}, "
            f"mean reciprocal rank {one.reciprocal / number:.3f}"
        )


def pace(papers: Sequence[Paper]) -> float:
    """Seconds for 1,000 candidates and 50 readers."""
    frequencies = Frequencies(papers)
    begun = time.perf_counter()
    candidates = [Vocabulary(paper) for paper in papers[:1000]]
    for paper in papers[1000:1050]:
        profile = Profile(text(paper), (), frequencies.rareness)
        for candidate in candidates:
            profile.fit(candidate)
    return time.perf_counter() - begun


def figures() -> list[Figure]:
    _, found = measured(500, 1)
    ours, plain = found["ours"], found["plain BM25"]
    return [
        at_least("recall at 10, against plain BM25", ours.recall10 / plain.recall10, 1, "x"),
        at_least("recall at 30, against plain BM25", ours.recall30 / plain.recall30, 1, "x"),
        at_least("mean reciprocal rank, against plain BM25", ours.reciprocal / plain.reciprocal, 1, "x"),
        at_most("1,000 candidates, 50 interests", pace(read()), 1, "s"),
    ]


if __name__ == "__main__":
    liked = sys.argv[2:] == ["like"]
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 500, 3 if liked else 1)
    print(f"1,000 candidates, 50 interests: {pace(read()):.2f} s (bound 1)")
