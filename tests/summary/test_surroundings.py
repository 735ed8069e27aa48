"""The words around a number."""

from __future__ import annotations

import pytest

from bot.summary.surroundings import after, before, hedges


def test_what_is_counted_stands_behind() -> None:
    """Up to three content words, in the singular, as far as the phrase goes."""
    assert after("13 strong baselines of 2019", 2) == ("strong", "baseline")
    assert after("13, baselines", 2) == ()
    assert after("3-dimensional", 1) == ("dimension",)


@pytest.mark.parametrize(
    ("left", "context"),
    [
        ("where n≥", "n≥"),
        ("by a factor of ", "fold"),
        ("of rank ", "rank"),
        ("and ", ""),
        ("T_(c) = ", "T_(c)="),
    ],
)
def test_what_the_number_is_a_value_of_stands_before(left: str, context: str) -> None:
    """A symbol with its relation, or the noun; function words tell nothing."""
    assert before(left) == context


@pytest.mark.parametrize(
    ("left", "manner"),
    [
        ("about ", {"about"}),
        ("at ≈", {"about"}),
        ("more than ", {"over"}),
        ("nearly ", {"under"}),
        ("of ", set()),
    ],
)
def test_rounding_is_noticed_where_it_is_said(left: str, manner: set[str]) -> None:
    """Only a number that is said to be rounded may differ."""
    assert hedges(left) == manner
