"""Written-out numbers."""

from __future__ import annotations

import pytest

from bot.summary.number_words import find


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("thirteen baselines", [13]),
        ("Twenty-five of forty", [25, 40]),
        ("two-thirds and three quarters", [2 / 3, 0.75]),
        ("twice the fourth", [2, 4]),
        ("a fivefold gain over half of them", [5, 0.5]),
        ("often someone attends, none threatens", []),
    ],
)
def test_words_have_their_values(text: str, values: list[float]) -> None:
    """Cardinals, compounds, fractions, ordinals and multiples; not the letters inside other words."""
    assert [number.value for number in find(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "counts"), [("three films", True), ("one film", False), ("the third film", False)]
)
def test_a_count_is_told_from_a_turn_of_phrase(text: str, counts: bool) -> None:
    """ "One" and "third" are said without anything being counted."""
    assert [number.counts for number in find(text)] == [counts]
