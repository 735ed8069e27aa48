"""How many falsified numbers are caught, and how many true ones refused, over real abstracts.

    python -m tests.benchmarks.grounding [PAPERS]

Needs ../shared/arxiv/papers.jsonl.gz. Prints the rates, and examples of every kind of miss.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from bot.summary.grounding import unsupported
from bot.summary.sentences import split
from tests.benchmarks.alterations import ALTERATIONS, paraphrases
from tests.benchmarks.figures import Figure, at_least, at_most, percent

ARXIV = Path(__file__).resolve().parents[3] / "shared" / "arxiv"
EXAMPLES = 6


class Tally:
    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.hit: Counter[str] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)

    def count(self, kind: str, hit: bool, example: str, keep: bool) -> None:
        self.tried[kind] += 1
        self.hit[kind] += hit
        if keep:
            self.examples[kind].append(example)

    @property
    def share(self) -> float:
        """Per cent."""
        return percent(self.hit.total(), self.tried.total())

    def show(self, title: str, examples: int) -> None:
        tried, hit = sum(self.tried.values()), sum(self.hit.values())
        print(f"{title}: {hit} of {tried} = {100 * hit / max(1, tried):.2f} %")
        for kind, count in self.tried.most_common():
            print(f"  {kind:26} {self.hit[kind]:6} of {count:6} = {100 * self.hit[kind] / count:6.2f} %")
            for example in self.examples[kind][:examples]:
                print(f"      {example}")


def _read(count: int) -> list[tuple[str, str]]:
    with gzip.open(ARXIV / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    chosen = random.Random(7).sample(papers, min(count, len(papers)))
    return [(re.sub(r"\s+", " ", paper["title"]), re.sub(r"\s+", " ", paper["abstract"])) for paper in chosen]


def _changed_part(sentence: str, changed: str) -> str:
    start = next((i for i, (a, b) in enumerate(zip(sentence, changed, strict=False)) if a != b), 0)
    return f"…{sentence[max(0, start - 30) : start + 30]}… -> …{changed[max(0, start - 30) : start + 30]}…"


def measure(count: int) -> tuple[Tally, Tally, Tally]:
    chance = random.Random(11)
    caught, refused, rewritten = Tally(), Tally(), Tally()
    for title, abstract in _read(count):
        source = f"{title}\n{abstract}"
        for sentence in (one.text for one in split(abstract)):
            numeric = re.search(r"\d", sentence) is not None
            missing = unsupported(sentence, source)
            refused.count(
                "with digits" if numeric else "without digits",
                bool(missing),
                f"{missing} {sentence[:100]}",
                bool(missing),
            )
            for kind, change in ALTERATIONS.items():
                if (altered := change(sentence, source, chance)) is not None:
                    found = bool(unsupported(altered, source))
                    caught.count(kind, found, _changed_part(sentence, altered), not found)
            for kind, other in paraphrases(sentence):
                missing = unsupported(other, source)
                rewritten.count(
                    kind, bool(missing), f"{missing} {_changed_part(sentence, other)}", bool(missing)
                )
    return caught, refused, rewritten


def figures() -> list[Figure]:
    caught, refused, rewritten = measure(1000)
    return [
        at_least("falsified numbers caught", caught.share, 99.5, "%"),
        at_most("unaltered sentences refused", refused.share, 0.2, "%"),
        at_most("rewritten sentences refused", rewritten.share, 0.2, "%"),
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    started = time.perf_counter()
    caught, refused, rewritten = measure(count)
    caught.show("falsified numbers caught", EXAMPLES)
    refused.show("unaltered sentences refused", EXAMPLES)
    rewritten.show("rewritten sentences refused", EXAMPLES)
    print(f"{time.perf_counter() - started:.1f} s for {count} abstracts")


if __name__ == "__main__":
    main()
