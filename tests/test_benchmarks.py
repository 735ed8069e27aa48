"""The table of the benchmarks, which is what a person reads of them. What they find is measured, not tested."""

from __future__ import annotations

import importlib

import pytest

from tests.benchmarks.__main__ import HEAD, KEPT_HEAD, LONG, SHORT, Run, kept, machines, table
from tests.benchmarks.figures import Figure, at_least, at_most


@pytest.mark.parametrize("name", [*SHORT, *LONG])
def test_every_benchmark_answers_alike(name: str) -> None:
    """Each named one is a module that tells its figures."""
    assert callable(importlib.import_module(f"tests.benchmarks.{name}").figures)


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (at_most("time", 1.15, 1.15, "x"), True),
        (at_most("time", 1.151, 1.15, "x"), False),
        (at_least("caught", 99.5, 99.5, "%"), True),
        (at_least("caught", 99.49, 99.5, "%"), False),
        (at_most("lost", 0, 0), True),
        (at_most("lost", 1, 0), False),
    ],
)
def test_a_bound_itself_is_within_it(figure: Figure, met: bool) -> None:
    """From there on, on the wrong side, it is not met."""
    assert figure.met is met


def test_the_table_tells_what_failed_too() -> None:
    """A benchmark that could not run is a row like any other, and no bound of it counts as met."""
    good = Run("delivery", [at_most("ten channels against one", 1.009, 1.15, "x")], 2.0)
    bad = Run("truth", [], 0.1, "failed: FileNotFoundError")
    assert (good.met, bad.met) == (True, False)
    assert table(HEAD, (row for run in (good, bad) for row in run.rows)).splitlines() == [
        "| benchmark | figure                    | found   | promised       | met |",
        "|-----------|---------------------------|---------|----------------|-----|",
        "| delivery  | ten channels against one  | 1.009 x | at most 1.15 x | yes |",
        "| truth     | failed: FileNotFoundError |         |                | no  |",
    ]


def test_what_is_run_again_replaces_its_rows_and_no_others() -> None:
    """A long benchmark keeps its place and its day while the short ones are run."""
    lost = Run("kill", [at_most("lost", 0, 0)], 3600.0)
    slow = Run("delivery", [at_most("time", 2, 1.15)], 2.0)
    fast = Run("delivery", [at_most("time", 1, 1.15), at_least("rate", 0.9, 0.5)], 2.0)
    text = ""
    for one in (lost, slow):
        text = f"# Benchmarks\n\n{table(KEPT_HEAD, kept(text, one, '2026-11-26'))}\n"
    assert kept(text, fast, "2026-11-27") == [
        ("delivery", "time", "1", "at most 1.15", "yes", "2026-11-27"),
        ("delivery", "rate", "0.9", "at least 0.5", "yes", "2026-11-27"),
        ("kill", "lost", "0", "at most 0", "yes", "2026-11-26"),
    ]


def test_each_day_says_on_what_machine_its_rows_were_found() -> None:
    """Figures of two machines don't compare; a day without rows is not told."""
    text = "- 2026-11-25: on an abacus\n- 2026-11-26: on a mill\n"
    first, second = machines(text, "2026-11-27", {"2026-11-26", "2026-11-27"})
    assert first == "- 2026-11-26: on a mill"
    assert second.startswith("- 2026-11-27: on ")
