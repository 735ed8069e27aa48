"""The configuration: how long its reading takes, and 10,000 broken files.

    python -m tests.benchmarks.configuration [--files N] [--seed N]

Prints the processor time to start and load the starter beside that of a bare interpreter that imports
pydantic and click, the time for 1, 100 and 1,000 subscribers, the slowest of a few bombs, and what
became of mutated files: read, answered with faults, or fallen over, of which there must be none.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

from bot.config import parse, starter
from bot.errors import ConfigError
from tests.benchmarks.figures import Figure, at_most

HERE = Path("/nonexistent/subscribers.yaml")
EXAMPLE = Path(__file__).resolve().parents[2] / "subscribers.example.yaml"
SECRETS = {"SLACK_BOT_TOKEN": "slack-hush-hush", "SMTP_PASSWORD": "smtp-hush-hush"}
LOAD = f"from pathlib import Path; from bot.config import parse, starter; parse(starter(), Path({str(HERE)!r}), {{}})"
PIECES = (
    "\t|---\n|&a |*a|!t |{|]|}|'|\"|: |- |\n|#|\\|<<: |>|%|\x00|é|? |@|,|~|0x|\u2028|\x85|\r|\ufeff|...|1e999|.inf"
).split("|")  # fmt: skip
BOMBS = {
    "depth": "[" * 500_000,
    "aliases": "a: &a [x]\n" + "".join(f"k{n}: &a [*a, *a]\n" for n in range(60)),
    "one long text": "x" * 1_000_000,
    "one long list": "- x\n" * 250_000,
}


def start_seconds(code: str) -> float:
    """The processor time of an interpreter that runs this, the median of seven."""
    seconds = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return median(seconds)


def many(count: int) -> str:
    """A file with so many subscribers, as a person would write it."""
    return (
        "arxiv:\n  contact: ada@example.org\ntopics:\n  a: {keywords: [x]}\n  b: {keywords: [y]}\nsubscribers:\n"
        + (
            "".join(
                f'  - name: group-{n}\n    topics: [a, b]\n    slack: "#em-{n}"\n    schedule: weekdays 09:00\n'
                "    timezone: Europe/London\n    max_papers: 30\n"
                for n in range(count)
            )
        )
    )


def read_seconds(text: str) -> float:
    started = time.perf_counter()
    with suppress(ConfigError):
        parse(text, HERE, SECRETS)
    return time.perf_counter() - started


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 5)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice([0, 0, 1, 3, 20, 80]))
        text = text[:start] + chance.choice([*PIECES, "", text[start:end] * 2]) + text[end:]
    return text


def mutations(files: int, seed: int) -> tuple[dict[str, int], float]:
    """How many mutated files ended how, and the longest that one took."""
    chance = random.Random(seed)
    counts, slowest = {"read": 0, "answered with faults": 0, "fallen over": 0}, 0.0
    texts = [starter(), EXAMPLE.read_text(encoding="utf-8")]
    for _ in range(files):
        text = mutated(chance.choice(texts), chance)
        started = time.perf_counter()
        try:
            parse(text, HERE, SECRETS)
            outcome = "read"
        except ConfigError as error:
            one_line_each = all(str(fault).isprintable() for fault in error.faults)
            outcome = "answered with faults" if one_line_each else "fallen over"
        except Exception as error:
            print(f"{type(error).__name__}: {error} for {text!r}")
            outcome = "fallen over"
        counts[outcome] += 1
        slowest = max(slowest, time.perf_counter() - started)
    return counts, slowest


def figures() -> list[Figure]:
    counts, _ = mutations(10_000, 1)
    return [at_most("fallen over, of 10,000 mutated files", counts["fallen over"], 0)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    bare, loading = start_seconds("import pydantic, click"), start_seconds(LOAD)
    print(
        f"start and load the starter: {loading:.3f} s; bare pydantic and click: {bare:.3f} s; {loading / bare:.2f} ×"
    )
    for count in (1, 100, 1000):
        print(f"{count:>5} subscribers: {read_seconds(many(count)):.2f} s")
    for name, text in BOMBS.items():
        print(f"refused, {name}: {read_seconds(text):.2f} s")
    counts, slowest = mutations(chosen.files, chosen.seed)
    print(f"{chosen.files} mutated files: {counts}; the slowest took {slowest:.2f} s")


if __name__ == "__main__":
    main()
