"""Are true answers let pass and untrue ones caught? Over real answers of models, and authors' own sentences.

    python -m tests.benchmarks.truth [PAPERS] [--show RULE]

Needs ../shared/arxiv. Prints what real answers are refused for, by field; the authors' own sentences
refused, as written and after `tex.to_text`; and of every kind of untruth, put into real answers, the
share caught, beside the share of unaltered answers that the same rule refuses.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.models import ModelReply, Paper
from bot.summary.reply import RefusedAnswer, read
from bot.summary.sentences import split
from bot.tex import to_text
from tests.benchmarks import truth_extractive
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.figures import percent as percentage
from tests.benchmarks.truth_alterations import Kind, Pair, claims, numbers, other_words

ARXIV = Path(__file__).resolve().parents[3] / "shared" / "arxiv"
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
KINDS: tuple[Kind, ...] = (*numbers.KINDS, *claims.KINDS, *other_words.KINDS)
_OF_FORM = (
    "it copies the abstract",
    "too long",
    "the finding is too long",
    "it repeats itself",
    "no finding",
)

"""What a single sentence of an abstract may rightly be refused for as a finding: no question of truth."""
_FEWEST = 300
"""Sentences; fields with fewer are told together."""


def read_answers() -> list[Pair]:
    with gzip.open(ARXIV / "model_answers.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [Pair(**{name: record[name] for name in Pair.__slots__}) for record in map(json.loads, lines)]


def read_papers(count: int) -> list[dict[str, object]]:
    with gzip.open(ARXIV / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    return random.Random(7).sample(papers, min(count, len(papers)))


def fault_of(pair: Pair) -> RefusedAnswer | None:
    """What the program finds wrong with an answer, in the JSON in which a model gives it."""
    title, abstract = " ".join(pair.title.split()), " ".join(pair.abstract.split())
    paper = Paper(pair.arxiv_id, 1, title, abstract, (), (), EPOCH, EPOCH)
    answer = {"arxiv_id": pair.arxiv_id, "objective": pair.objective, "finding": pair.finding}
    reply = ModelReply(json.dumps([answer]), "STOP", "", "", 0, 0)
    entry = read(reply, [paper], language="English")[pair.arxiv_id]
    return entry if isinstance(entry, RefusedAnswer) else None


def rule_of(fault: RefusedAnswer) -> str:
    return re.sub(r"\b(?:objective|finding|answer)\b", "field", fault.reason.partition(":")[0])


def percent(part: int, whole: int) -> str:
    return f"{part:5} of {whole:5} = {100 * part / max(1, whole):6.2f} %"


def refusals(pairs: Sequence[Pair], shown: str) -> tuple[list[Pair], Counter[tuple[str, str]]]:
    """The answers that pass, and how many are refused by field and rule."""
    passed: list[Pair] = []
    refused: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        fault = fault_of(pair)
        if fault is None:
            passed.append(pair)
            continue
        refused[pair.field, rule_of(fault)] += 1
        if shown and fault.reason.startswith(shown):
            print(f"  [{pair.field}] {pair.arxiv_id} {fault.reason}\n    {pair.objective} // {pair.finding}")
    return passed, refused


def tell_refusals(pairs: Sequence[Pair], refused: Counter[tuple[str, str]]) -> None:
    print("real answers refused")
    for field, whole in Counter(pair.field for pair in pairs).items():
        own = {rule: count for (of, rule), count in refused.items() if of == field}
        print(f"  {field:42} {percent(sum(own.values()), whole)}")
        for rule, count in sorted(own.items(), key=lambda item: -item[1]):
            print(f"    {rule:40} {percent(count, whole)}")


def own_sentences(papers: Sequence[dict[str, object]]) -> Iterator[tuple[str, Pair, Pair]]:
    """Field, and a sentence as the finding, as written and as `tex.to_text` gives it."""
    for paper in papers:
        title, abstract = str(paper["title"]), " ".join(str(paper["abstract"]).split())
        categories = paper["categories"]
        field = str(categories[0] if isinstance(categories, list) else categories).partition(".")[0]
        for sentence in split(abstract):
            pair = Pair(field, str(paper["arxiv_id"]), title, abstract, title, sentence.text)
            readable = Pair(
                field,
                pair.arxiv_id,
                title,
                abstract,
                to_text(title),
                " ".join(to_text(sentence.text).split()),
            )
            yield field, pair, readable


@dataclasses.dataclass
class Own:
    """Authors' own sentences, and those that were refused: by field, and by rule."""

    tried: Counter[str] = dataclasses.field(default_factory=Counter)
    refused: defaultdict[str, Counter[str]] = dataclasses.field(default_factory=lambda: defaultdict(Counter))
    """By reading: verbatim, or after to_text."""
    rules: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)


def own_refused(papers: Sequence[dict[str, object]], shown: str) -> Own:
    own = Own()
    for subject, *readings in own_sentences(papers):
        own.tried[subject] += 1
        for name, pair in zip(("verbatim", "to_text"), readings, strict=True):
            fault = fault_of(pair)
            if fault is None or fault.reason.startswith(_OF_FORM):
                continue
            own.refused[name][subject] += 1
            own.rules[name, rule_of(fault)] += 1
            if shown and fault.reason.startswith(shown):
                print(f"  [{subject} {name}] {pair.arxiv_id} {fault.reason}\n    {pair.finding}")
    return own


def tell_own_sentences(own: Own) -> None:
    tried, refused, rules = own.tried, own.refused, own.rules
    small = {field for field, count in tried.items() if count < _FEWEST}
    print(f"authors' own sentences refused (of {sum(tried.values())}): verbatim; after to_text")
    for field in [field for field, _ in tried.most_common() if field not in small]:
        each = (percent(refused[name][field], tried[field]) for name in ("verbatim", "to_text"))
        print(f"  {field:16} {'   '.join(each)}")
    for label, fields in ((f"{len(small)} small fields", small), ("all", set(tried))):
        whole = sum(tried[field] for field in fields)
        each = (percent(sum(refused[name][f] for f in fields), whole) for name in ("verbatim", "to_text"))
        print(f"  {label:16} {'   '.join(each)}")
    for (name, rule), count in rules.most_common():
        print(f"    {name:9} {rule:40} {count}")


def tell_recall(
    pairs: Sequence[Pair], passed: Sequence[Pair], refused: Counter[tuple[str, str]], shown: str
) -> None:
    """Only answers that pass unaltered are altered, so that what is caught is the alteration."""
    print("untruths caught, by field; unaltered answers that the same rule refuses")
    sizes = Counter(pair.field for pair in pairs)
    for kind in KINDS:
        chance = random.Random(11)
        tried: Counter[str] = Counter()
        caught: Counter[str] = Counter()
        for pair in passed:
            altered = kind.alter(pair, chance)
            if altered is None:
                continue
            tried[pair.field] += 1
            hit = fault_of(altered) is not None
            caught[pair.field] += hit
            if shown == kind.name and not hit:
                print(f"  [{pair.field}] {pair.arxiv_id}\n    {altered.objective} // {altered.finding}")
        for field in tried:
            false = sum(
                count for (of, rule), count in refused.items() if of == field and rule.startswith(kind.rule)
            )
            print(
                f"  {kind.name:36} {field:5} {percent(caught[field], tried[field])}"
                f"   refused unaltered {100 * false / sizes[field]:5.2f} %"
            )


def figures() -> list[Figure]:
    pairs = read_answers()
    _, refused = refusals(pairs, "")
    own = own_refused(read_papers(2000), "")
    answers = sum(pair.field == "cs" for pair in pairs)
    wrongly = sum(count for (subject, _), count in refused.items() if subject == "cs")
    return [
        at_most("real answers refused, computer science", percentage(wrongly, answers), 0.3, "%"),
        *[
            at_most(
                f"authors' own sentences refused, {name}",
                percentage(each.total(), own.tried.total()),
                0.3,
                "%",
            )
            for name, each in own.refused.items()
        ],
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("papers", nargs="?", type=int, default=2000)
    parser.add_argument(
        "--show", default="", help="the beginning of a reason, or a kind of untruth: list its cases"
    )
    arguments = parser.parse_args()
    started = time.perf_counter()
    pairs = read_answers()
    passed, refused = refusals(pairs, arguments.show)
    print(f"review: {1000 * (time.perf_counter() - started) / len(pairs):.1f} ms an answer")
    tell_refusals(pairs, refused)
    tell_recall(pairs, passed, refused, arguments.show)
    truth_extractive.tell(pairs)
    tell_own_sentences(own_refused(read_papers(arguments.papers), arguments.show))
    print(f"{time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
