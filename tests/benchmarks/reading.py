"""How long a page takes to become papers, beside feedparser alone on the same bytes.

Run as ``python -m tests.benchmarks.reading [FILE]...``; without files, on a page of 200 papers made here
and on the recorded pages beside the checkout, where they are. The bound is a ratio of 1.3.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from bot.adapters.atom import read_page
from bot.demo.arxiv import pages
from bot.demo.samples import samples
from tests.benchmarks.figures import Figure, at_most

BOUND = 1.3
ROUNDS = 15
RECORDED = Path(__file__).resolve().parents[3] / "shared/arxiv/feeds/api"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def made_page() -> bytes:
    papers = [sample.paper for sample in samples(NOW)]
    many = [replace(papers[n % len(papers)], arxiv_id=f"2611.{n:05}") for n in range(200)]
    return pages.page(many, total=200, start=0, size=200, query={}, now=NOW).encode()


def seconds(call: Callable[[], object]) -> float:
    """Of processor time: nobody waits here, and other processes do not count."""
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(name: str, body: bytes) -> float:
    """Medians of interleaved runs, so that both see the same machine."""
    ours, alone = [], []
    for _ in range(ROUNDS):
        alone.append(seconds(lambda: feedparser.parse(io.BytesIO(body))))
        ours.append(seconds(lambda: read_page(body)))
    ratio = statistics.median(ours) / statistics.median(alone)
    print(
        f"{name}: {len(read_page(body).papers)} papers, feedparser {statistics.median(alone) * 1e3:.1f} ms, "
        f"read_page {statistics.median(ours) * 1e3:.1f} ms, ratio {ratio:.3f} (at most {BOUND})"
    )
    return ratio


def figures() -> list[Figure]:
    ratio = compare("made here", made_page())
    return [at_most("a page of 200 papers, against feedparser alone", ratio, BOUND, "x")]


def main(arguments: list[str]) -> int:
    files = [Path(argument) for argument in arguments]
    if not files and RECORDED.is_dir():
        files = [RECORDED / "cur_page_testing_s0_m100.xml", RECORDED / "cur_50_cs_lg.xml"]
    ratios = [compare(file.name, file.read_bytes()) for file in files]
    if not arguments:
        ratios.append(compare("made here", made_page()))
    return int(max(ratios) > BOUND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
