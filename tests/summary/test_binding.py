"""Numbers told of something else than in the abstract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.binding import Misplaced, misplaced

BENCHMARKS = (
    "GlassHand reaches a grasp accuracy of 91.2% for opaque parcels on GraspNet and 82.4% for transparent bottles on "
    "ClutterBench. Training the planner on eight cards takes 36 hours. Scanning one warehouse with a laptop takes "
    "12 hours. The gap to human pickers shrinks from 14.5% to 6.1%. Peak memory of the planner falls by 40%."
)


@pytest.mark.parametrize(
    ("text", "stated", "instead"),
    [
        ("It reaches a grasp accuracy of 82.4% for opaque parcels on GraspNet.", "82.4%", "91.2%"),
        (
            "It reaches 91.2% for opaque parcels on GraspNet and 91.2% for transparent bottles on ClutterBench.",
            "91.2%",
            "82.4%",
        ),
        ("The planner's peak memory falls by 6.1%.", "6.1%", "40%"),
        ("Training the planner on eight cards takes 12 hours.", "12 hours", "36 hours"),
    ],
)
def test_a_number_in_anothers_place_is_noticed(text: str, stated: str, instead: str) -> None:
    """Swapped with another of the same unit, or told twice."""
    assert Misplaced(stated, instead) in misplaced([text], BENCHMARKS)


@pytest.mark.parametrize(
    "text",
    [
        "It reaches 91.2% accuracy on GraspNet and 82.4% on ClutterBench.",
        "Accuracy is 82.4% for bottles on ClutterBench and 91.2% for parcels on GraspNet.",
        "On ClutterBench, the accuracy is 82.4%.",
        "Accuracy of up to 91.2% on benchmarks such as ClutterBench.",
        "Training the planner takes 36 hours, scanning a warehouse 12 hours.",
        "The gap to people shrinks from 14.5% to 6.1%.",
        "Memory is reduced by 40%.",
        "",
    ],
)
def test_a_number_in_its_own_place_stands(text: str) -> None:
    """In other words and another order."""
    assert misplaced([text], BENCHMARKS) == ()


@given(st.text(), st.text())
def test_any_pair_of_texts_is_taken(text: str, source: str) -> None:
    """Foreign text breaks nothing."""
    misplaced([text], source)
