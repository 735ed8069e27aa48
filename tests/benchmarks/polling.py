"""How many requests a poll makes of arXiv's search, and whether it brings what questions asked singly would.

    python -m tests.benchmarks.polling [--topics 1000] [--papers 150]

Needs ../shared/arxiv/papers.jsonl.gz. arXiv is the naive evaluator, the clock is a fake one, the topics
have three keywords each: words of recorded titles, so that many have news. Prints requests against their
bounds, and the papers that are missing or too many against every topic asked alone.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot import query
from bot.models import Paper, Topic
from bot.pipeline.poll import poll, wanted_topics
from bot.pipeline.report import Report
from tests.benchmarks import naive_search
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.matching_agreement import recorded_papers
from tests.pipeline.conftest import new_world
from tests.pipeline.naive_arxiv import NaiveArxiv
from tests.samples import NOON, subscriber

BOUNDS = {30: 35, 1000: 120}
"""Requests that a poll of so many topics may take."""


@dataclass(frozen=True, slots=True)
class Outcome:
    requests: int
    simulated: timedelta
    alone: set[tuple[str, str]]
    brought: set[tuple[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--topics", type=int, default=1000)
    parser.add_argument("--papers", type=int, default=150)
    options = parser.parse_args()
    for name, topics, outcome in trials(options.topics, options.papers):
        tell(name, topics, outcome)
    return 0


def figures() -> list[Figure]:
    found = list(trials(1000, 150))
    return [
        *[at_most(f"searches, {name}", one.requests, BOUNDS[topics]) for name, topics, one in found],
        *[at_most(f"papers missing, {name}", len(one.alone - one.brought), 0) for name, _, one in found[2:]],
    ]


def trials(topics: int, count: int) -> Iterator[tuple[str, int, Outcome]]:
    """What was tried, of how many topics, and what came of it."""
    recorded = list(recorded_papers(limit=2000))
    papers = random.Random(1).sample(recorded, count)
    papers = [replace(one, published=NOON - timedelta(hours=1 + n)) for n, one in enumerate(papers)]
    yield "30 quiet topics", 30, asyncio.run(measured([], topics_about(recorded, 30)))
    many = topics_about(recorded, topics)
    yield f"{topics} quiet topics", topics, asyncio.run(measured([], many))
    yield f"{topics} topics, {count} papers", topics, asyncio.run(measured(papers, many))


def topics_about(papers: Sequence[Paper], count: int) -> list[Topic]:
    """Three keywords each, of one or two words that stand in a title."""
    chance = random.Random(2)
    topics = []
    for number in range(count):
        words = [
            word
            for one in chance.sample(papers, 3)
            for word in [[word for word in one.title.split() if word.isalpha() and len(word) > 4]]
            if word
        ]
        keywords = tuple(
            " ".join(each[at : at + chance.randint(1, 2)])
            for each in words
            for at in [chance.randrange(len(each))]
        )
        topics.append(Topic(f"t{number}", keywords=keywords or ("lattice",)))
    return topics


async def measured(papers: Sequence[Paper], topics: Sequence[Topic]) -> Outcome:
    """One poll of these topics, and what each would have brought alone."""
    with tempfile.TemporaryDirectory() as folder:
        world = new_world(Path(folder))
        arxiv = NaiveArxiv(papers)
        world.source.on_search = arxiv.search
        world.subscribe(subscriber(topics=tuple(one.name for one in topics)), topics=tuple(topics))
        world.store.subscriptions.sync(world.settings.subscribers, NOON)
        began = world.clock.monotonic()
        await poll(world.services, world.state, wanted_topics(world.settings), Report())
        took = timedelta(seconds=world.clock.monotonic() - began)
        recent = [one for one in papers if one.published >= NOON - world.settings.arxiv.lookback]
        brought = {
            (match.topic, one.arxiv_id)
            for one in papers
            for match in world.store.papers.matches_of(one.arxiv_id)
        }
        world.store.close()
    trees = {one.name: naive_search.read(query.expression(one)) for one in topics}
    alone = {
        (name, one.arxiv_id)
        for name, tree in trees.items()
        for one in recent
        if naive_search.holds(tree, one)
    }
    return Outcome(len(arxiv.asked), took, alone, brought)


def tell(name: str, topics: int, outcome: Outcome) -> None:
    bound = BOUNDS.get(topics)
    against = f"at most {bound}, {outcome.requests / bound:.2f} x" if bound else "no bound"
    news = len({topic for topic, _ in outcome.alone})
    print(
        f"{name}: {outcome.requests} searches ({against}) in {outcome.simulated.total_seconds():.0f} s by arXiv's "
        f"clock, {news} topics with papers; of {len(outcome.alone)} matches {len(outcome.alone - outcome.brought)} "
        f"missing, {len(outcome.brought - outcome.alone)} more than each alone would bring"
    )


if __name__ == "__main__":
    sys.exit(main())
