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
        ("one hundred and fifty films, a hundred and one", [150, 101]),
        ("two hundred thousand, twenty-five thousand three hundred and twelve", [200_000, 25_312]),
        ("one million two hundred thousand, a thousand million", [1_200_000, 1e9]),
        ("between one thousand and two thousand, or twenty-five hundred", [1000, 2000, 2500]),
        ("half a million, two and a half million, a quarter of a million", [5e5, 2.5e6, 2.5e5]),
        ("two dozen, a dozen", [24, 12]),
        ("hundreds of thousands, several hundred, a few million", []),
    ],
)
def test_words_have_their_values(text: str, values: list[float]) -> None:
    """Cardinals, compounds, fractions, ordinals and multiples; not the letters inside other words."""
    assert [number.value for number in find(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("three films", True),
        ("one film", False),
        ("the third film", False),
        ("one million films", True),
        ("a thousand films", True),
    ],
)
def test_a_count_is_told_from_a_turn_of_phrase(text: str, counts: bool) -> None:
    """ "One" and "third" are said without anything being counted."""
    assert [number.counts for number in find(text)] == [counts]
