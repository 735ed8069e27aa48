"""The table of the benchmarks, which is what a person reads of them. What they find is measured, not tested."""

from __future__ import annotations

import importlib

import pytest

from tests.benchmarks.__main__ import LONG, SHORT, Run, table
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
    assert table(row for run in (good, bad) for row in run.rows).splitlines() == [
        "| benchmark | figure                    | found   | promised       | met |",
        "|-----------|---------------------------|---------|----------------|-----|",
        "| delivery  | ten channels against one  | 1.009 x | at most 1.15 x | yes |",
        "| truth     | failed: FileNotFoundError |         |                | no  |",
    ]
