"""The summariser without a model beside baselines, in ROUGE-1 F1 against what other people's models wrote.

The baselines: the first sentence as the objective and the last as the finding; the first two sentences for
both; and LexRank's most central sentence as the objective, its second as the finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import mean

from bot.models import Paper
from bot.summary.extract import summarise
from bot.summary.sentences import split
from tests.benchmarks import lexrank
from tests.benchmarks.rouge import rouge_n, tokens
from tests.benchmarks.truth_alterations import Pair

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
Texts = tuple[str, str]
"""Objective and finding."""


def ours(title: str, abstract: str) -> Texts:
    summary = summarise(Paper("2501.00001", 1, title, abstract, (), (), EPOCH, EPOCH))
    return summary.objective, summary.finding


def first_and_last(title: str, abstract: str) -> Texts:
    sentences = split(abstract)
    return sentences[0].text, sentences[-1].text


def lead_2(title: str, abstract: str) -> Texts:
    lead = " ".join(sentence.text for sentence in split(abstract)[:2])
    return lead, lead


def central(title: str, abstract: str) -> Texts:
    sentences = [sentence.text for sentence in split(abstract)]
    rank = lexrank.scores(sentences)
    best = sorted(range(len(sentences)), key=lambda index: -rank[index])
    return sentences[best[0]], sentences[best[min(1, len(best) - 1)]]


SYSTEMS: dict[str, Callable[[str, str], Texts]] = {
    "ours": ours,
    "first and last": first_and_last,
    "lead-2": lead_2,
    "LexRank": central,
}


def rouge_1(candidate: str, reference: str) -> float:
    return rouge_n(tokens(candidate), tokens(reference), 1)


def tell(pairs: Sequence[Pair]) -> None:
    """Print the table, in hundredths: objective and finding, by field."""
    fields: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.abstract.strip():
            fields[pair.field].append(pair)
    print("without a model, ROUGE-1 F1: objective, finding")
    for field, own in fields.items():
        for name, system in SYSTEMS.items():
            found = [(system(pair.title, pair.abstract), pair) for pair in own]
            objective = mean(rouge_1(texts[0], pair.objective) for texts, pair in found)
            finding = mean(rouge_1(texts[1], pair.finding) for texts, pair in found)
            print(f"  {field:10} {len(own):5}  {name:16} {100 * objective:5.1f} {100 * finding:5.1f}")
