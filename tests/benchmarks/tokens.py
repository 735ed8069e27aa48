"""Tokens per summary: our prompt with one to ten papers a request, beside one prompt for fifty.

    python -m tests.benchmarks.tokens

Input is estimated as for the quota (on the high side), output from the length of recorded summaries, both
from ../shared/arxiv. The thinking of the model is not in it: it is spent once a request.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import mean

from bot.models import Paper, Prompt
from bot.summary.prompt import build, estimate_tokens

ARXIV = Path(__file__).resolve().parents[3] / "shared/arxiv"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FOCUS = "how electron microscopy or ptychography was used"
PAPERS = 250
THINKING = 300
"""Tokens of thought a request at the lowest level: an assumption, to show how it is shared."""
PRICES = {"gemini-3.5-flash-lite": (0.30, 2.50), "gemini-3.8-flash": (1.50, 7.50)}
"""Dollars a million tokens, input and output (facts 3.5)."""


def _papers() -> list[Paper]:
    with gzip.open(ARXIV / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, PAPERS)]
    return [
        Paper(
            record["arxiv_id"],
            1,
            record["title"],
            record["abstract"],
            (),
            tuple(record["categories"]),
            EPOCH,
            EPOCH,
        )
        for record in records
    ]


def _output_tokens() -> float:
    records = [
        json.loads(line) for line in (ARXIV / "summaries.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = [
        json.dumps({key: record[key] for key in ("arxiv_id", "objective", "finding")}) for record in records
    ]
    return mean(estimate_tokens(Prompt("", text, {}, 0)) for text in texts)


def main() -> None:
    papers, answer = _papers(), _output_tokens()
    print(
        f"{len(papers)} abstracts; an answer has {answer:.0f} tokens, {THINKING} of thought a request assumed"
    )
    print(f"{'papers a request':>17} {'input':>7} {'output':>7}   dollars per 100 summaries")
    for size in (1, 2, 5, 10, 50):
        batches = [papers[start : start + size] for start in range(0, len(papers), size)]
        spent = mean(
            estimate_tokens(build(batch, focus=FOCUS, language="English")) / len(batch) for batch in batches
        )
        written = answer + THINKING / size
        costs = [
            f"{model} {100 * (spent * price + written * output) / 1e6:.3f}"
            for model, (price, output) in PRICES.items()
        ]
        print(f"{size:>17} {spent:>7.0f} {written:>7.0f}   {', '.join(costs)}")


if __name__ == "__main__":
    main()
