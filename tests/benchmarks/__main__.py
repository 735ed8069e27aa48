"""The benchmarks that guard a promised figure, in one table: what was found, the bound, and whether it is met.

    python -m tests.benchmarks [NAME…] [--write]

Without names all but the long ones, which run only when they are named. ``--write`` puts what was found, with the day
and the machine, into ``tests/benchmarks/results.md``, where the rows of the others stay. The exit status is 1 when a
bound is not met. Each is a module of its own, which tells more: ``python -m tests.benchmarks.NAME --help``.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import bot
from tests.benchmarks.figures import Figure

SHORT = (
    "startup", "configuration", "reading", "matching_agreement", "tex_corpus", "grounding", "truth", "relevance",
    "quota_simulation", "polling", "composing", "delivery", "summarising",
    "idle",
)  # fmt: skip
LONG = (
    "growth",
    "many_readers",
    "mutations",
    "faulty_poll",
    "failing_gemini",
    "year",
    "soak",
    "kill",
    "mutants",
)
"""Minutes each, ``mutants`` twenty, ``kill`` an hour."""
RESULTS = Path(__file__).with_name("results.md")
HEAD = ("benchmark", "figure", "found", "promised", "met")
KEPT_HEAD = (*HEAD, "on")


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark's figures, or why there are none."""

    name: str
    figures: Sequence[Figure]
    seconds: float
    failure: str = ""

    @property
    def met(self) -> bool:
        return not self.failure and all(figure.met for figure in self.figures)

    @property
    def rows(self) -> Iterator[tuple[str, ...]]:
        if self.failure:
            yield self.name, self.failure, "", "", "no"
        for figure in self.figures:
            yield self.name, figure.name, figure.said, figure.promised, "yes" if figure.met else "no"


def run(name: str) -> Run:
    """Its own account is not shown: the table is."""
    began = time.perf_counter()
    figures: Sequence[Figure] = ()
    failure = ""
    try:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        with redirect_stdout(io.StringIO()):
            figures = cast(Callable[[], Sequence[Figure]], module.figures)()
    except Exception as error:  # the others are to be told all the same
        failure = f"failed: {type(error).__name__}"
        print(f"{name}: {error}", file=sys.stderr)
    return Run(name, figures, time.perf_counter() - began, failure)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Markdown whose columns are aligned for a terminal, too."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    return "\n".join([told[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *told[1:]])


def kept(text: str, now: Run, today: str) -> list[tuple[str, ...]]:
    """The rows of a table that was kept, those of what was run now replaced; in the order of the benchmarks."""
    known = (*SHORT, *LONG)
    lines = (tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in text.splitlines())
    old = [line for line in lines if len(line) == len(KEPT_HEAD) and line[0] in known]
    rows = [line for line in old if line[0] != now.name] + [(*row, today) for row in now.rows]
    return sorted(rows, key=lambda row: known.index(row[0]))


def keep(one: Run) -> None:
    """Into the file at once: the others may take an hour."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    # The five minutes' load: where it is above the number of processors, a figure of time says little.
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    rows = kept(text, one, f"{today}, load {os.getloadavg()[1]:.0f}")
    made = "\n".join(machines(text, today, {row[-1][:10] for row in rows}))
    RESULTS.write_text(
        f"# Benchmarks\n\narxiv-digest {bot.__version__}.\n\n{made}\n\n{table(KEPT_HEAD, rows)}\n",
        encoding="utf-8",
    )


def machines(text: str, today: str, days: Collection[str]) -> list[str]:
    """On what machine the rows of each day were found: not always the same one."""
    known = dict(re.findall(r"^- ([0-9-]{10}): on (.+)$", text, re.MULTILINE))
    return [
        f"- {day}: on {what}" for day, what in sorted((known | {today: machine()}).items()) if day in days
    ]


def machine() -> str:
    """What the figures depend on: processor, memory, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} x {_processor()}, {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*SHORT, *LONG)))
    parser.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.name}")
    options = parser.parse_args()
    if unknown := set(options.names) - {*SHORT, *LONG}:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    runs: list[Run] = []
    for name in options.names or SHORT:
        runs.append(run(name))
        print(f"{name}: {runs[-1].seconds:.0f} s", file=sys.stderr)
        if options.write:
            keep(runs[-1])
    print(table(HEAD, (row for one in runs for row in one.rows)))
    return 0 if all(one.met for one in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
