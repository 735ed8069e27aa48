"""The extractive summariser beside two baselines, in ROUGE F1 against reference summaries.

    python -m tests.benchmarks.extractive [--stem] [--show ARXIV_ID]

Reads ``../shared/arxiv/summaries.jsonl`` (abstract, objective, finding). The baselines: the first sentence
as the objective and the last as the finding; and the first two sentences, for both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from bot.models import Paper
from bot.summary.extract import summarise
from bot.summary.sentences import split
from tests.benchmarks.rouge import rouge_l, rouge_n, tokens

SUMMARIES = Path(__file__).resolve().parents[2].parent / "shared/arxiv/summaries.jsonl"
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)

Record = dict[str, str]
Texts = tuple[str, str]
"""Objective and finding."""


def ours(record: Record) -> Texts:
    paper = Paper(record["arxiv_id"], 1, record["title"], record["abstract"], (), (), EPOCH, EPOCH)
    summary = summarise(paper)
    return summary.objective, summary.finding


def first_and_last(record: Record) -> Texts:
    sentences = split(record["abstract"])
    return sentences[0].text, sentences[-1].text


def lead_2(record: Record) -> Texts:
    lead = " ".join(sentence.text for sentence in split(record["abstract"])[:2])
    return lead, lead


SYSTEMS: dict[str, Callable[[Record], Texts]] = {
    "ours": ours,
    "first and last": first_and_last,
    "lead-2": lead_2,
}


def scores(candidate: str, reference: str, *, stem: bool) -> tuple[float, float, float]:
    left, right = tokens(candidate, stem=stem), tokens(reference, stem=stem)
    return rouge_n(left, right, 1), rouge_n(left, right, 2), rouge_l(left, right)


def joined(texts: Texts) -> str:
    """Both, each sentence once: the two texts of lead-2 are the same."""
    return texts[0] if texts[0] == texts[1] else " ".join(texts)


def report(records: Sequence[Record], *, stem: bool) -> None:
    print(f"{len(records)} papers, F1{', stemmed' if stem else ''}")
    print(f"{'':16}{'':12}{'ROUGE-1':>9}{'ROUGE-2':>9}{'ROUGE-L':>9}")
    for part in ("objective", "finding", "both"):
        for name, system in SYSTEMS.items():
            rows = [scores(*pair(part, system(record), record), stem=stem) for record in records]
            figures = "".join(f"{mean(column):9.3f}" for column in zip(*rows, strict=True))
            print(f"{name:16}{part:12}{figures}")


def pair(part: str, texts: Texts, record: Record) -> Texts:
    references = (record["objective"], record["finding"])
    if part == "both":
        return joined(texts), joined(references)
    index = 0 if part == "objective" else 1
    return texts[index], references[index]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--stem", action="store_true", help="reduce words by Porter's stemmer first")
    arguments.add_argument("--show", metavar="ARXIV_ID", help="print one paper's summary and its reference")
    options = arguments.parse_args()
    records: list[Record] = [json.loads(line) for line in SUMMARIES.read_text(encoding="utf-8").splitlines()]
    if options.show is None:
        report(records, stem=options.stem)
        return
    for record in records:
        if record["arxiv_id"] == options.show:
            print("ours:     ", *ours(record), sep="\n  ")
            print("reference:", record["objective"], record["finding"], sep="\n  ")


if __name__ == "__main__":
    main()
