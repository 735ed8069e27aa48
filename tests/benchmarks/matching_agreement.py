"""Whether `query` and `matching` agree with a second, naive evaluator over generated queries and real papers.

    python -m tests.benchmarks.matching_agreement [QUERIES [SEED]]

Needs ../shared/arxiv/papers.jsonl.gz. Every query is asked of the papers it was made of and of some
others. Prints each disagreement, and how long 20 topics take over a feed of 2,000 papers.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import matching, query
from bot.matching import Document, MatchVerdict
from bot.models import AnnouncedPaper, AnnounceType, Paper, QueryTree, Topic
from tests.benchmarks import naive_search
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.random_queries import QueryMaker

PAPERS = Path(__file__).resolve().parents[3] / "shared" / "arxiv" / "papers.jsonl.gz"
SAMPLE = 3000
"""Papers that take part."""

OTHERS = 6
"""Papers that each query is asked of beside its own two."""


@dataclass
class Agreement:
    asked: int = 0
    holding: int = 0
    refused: int = 0
    queries: int = 0
    disagreements: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return 1 - len(self.disagreements) / self.asked


def agreement(papers: Sequence[Paper], queries: int, seed: int) -> Agreement:
    """Ask both evaluators the same."""
    maker, chance, result = QueryMaker(papers, seed), random.Random(seed), Agreement()
    for _ in range(queries):
        text, about = maker.query()
        _compare(text, [*about, *chance.sample(papers, OTHERS)], result)
    return result


def _compare(text: str, papers: Sequence[Paper], result: Agreement) -> None:
    result.queries += 1
    ours, theirs = _ours(text), _theirs(text)
    if isinstance(ours, str) or isinstance(theirs, str):
        result.asked += 1
        result.refused += 1
        if not (isinstance(ours, str) and isinstance(theirs, str)):
            result.disagreements.append(f"{text!r}: read as {ours!r} and {theirs!r}")
        return
    for paper in papers:
        found, holds = matching.match(ours, paper), naive_search.holds(theirs, paper)
        result.asked += 1
        result.holding += holds
        if found.verdict is not (MatchVerdict.YES if holds else MatchVerdict.NO):
            result.disagreements.append(
                f"{text!r} {paper.arxiv_id}: {found.verdict} ({found.clause}), naive {holds}"
            )


def _ours(text: str) -> QueryTree | str:
    try:
        return query.parse(text)
    except query.QueryError as error:
        return f"refused: {error}"


def _theirs(text: str) -> object:
    try:
        return naive_search.read(text)
    except naive_search.Refused as error:
        return f"refused: {error}"


def recorded_papers(path: Path = PAPERS, limit: int | None = None) -> Iterator[Paper]:
    """The recorded papers, with made-up journal references, DOIs and times of day, which the records lack."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == limit:
                return
            entry = json.loads(line)
            listed = datetime.fromisoformat(entry["listed"]).replace(tzinfo=UTC) + timedelta(
                seconds=number * 97 % 86_400
            )
            yield Paper(
                arxiv_id=entry["arxiv_id"],
                version=1,
                title=" ".join(entry["title"].split()),
                abstract=" ".join(entry["abstract"].split()),
                authors=tuple(" ".join(author.split()) for author in entry["authors"]),
                categories=tuple(entry["categories"]),
                published=listed,
                updated=listed,
                comment=" ".join((entry["comment"] or "").split()),
                journal_ref=f"Phys. Rev. B {number % 110}, {number} ({listed.year})" if number % 3 else "",
                dois=(f"10.1103/PhysRevB.{number % 110}.{number}",),
            )


def announced(paper: Paper) -> AnnouncedPaper:
    """The paper as a feed would show it."""
    authors = ", ".join(paper.authors)
    return AnnouncedPaper(
        paper.arxiv_id, 1, AnnounceType.NEW, paper.title, paper.abstract, authors, paper.categories
    )


def seconds_for_a_feed(
    items: Sequence[AnnouncedPaper], topics: Sequence[Topic]
) -> tuple[float, Counter[MatchVerdict]]:
    """How long it takes to take all items apart and ask them every topic."""
    trees = [query.parse(query.expression(topic)) for topic in topics]
    started = time.process_time()
    verdicts = Counter(
        matching.match(tree, document).verdict for document in map(Document, items) for tree in trees
    )
    return time.process_time() - started, verdicts


def twenty_topics() -> list[Topic]:
    subjects = [
        ("electron microscopy", "ptychography", "cond-mat"),
        ("graph neural network", "large language model", "cs"),
        ("Green function", "boundary value", "math.AP"),
        ("spin liquid", "superconductivity", "quant-ph"),
        ("Navier-Stokes", "turbulence", "physics.flu-dyn"),
    ]
    topics = [
        Topic(f"{archive}-{i}", keywords=(first, second), categories=(archive,), exclude=("cuprate",))
        for i in range(3)
        for first, second, archive in subjects
    ]
    return topics + [
        Topic(name, authors=(f"{name}, A.",)) for name in ("Wang", "Müller", "Smith", "Tao", "del Maestro")
    ]


def figures() -> list[Figure]:
    papers = random.Random(1).sample(list(recorded_papers()), SAMPLE)
    result = agreement(papers, 2000, 1)
    return [at_most("disagreements with a naive evaluator, of 2,000 queries", len(result.disagreements), 0)]


def main(queries: int = 5000, seed: int = 1) -> None:
    papers = random.Random(seed).sample(list(recorded_papers()), SAMPLE)
    items = [announced(paper) for paper in papers[:2000]]
    for state in ("first feed of a process", "the same again"):
        seconds, verdicts = seconds_for_a_feed(items, twenty_topics())
        found = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        print(f"20 topics over {len(items)} announced papers, {state}: {seconds:.2f} s of CPU ({found})")
    started = time.perf_counter()
    result = agreement(papers, queries, seed)
    print("\n".join(result.disagreements))
    print(
        f"{result.queries} queries ({result.refused} refused), {result.asked} questions, {result.holding} hold: "
        f"{result.rate:.3%} agree, {len(result.disagreements)} disagreements; {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
