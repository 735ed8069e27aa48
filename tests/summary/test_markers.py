"""The marks of lists."""

from __future__ import annotations

import pytest

from bot.summary.markers import counts, unmarked


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("(1) one; (2) two", "    one;     two"),
        ("1) one; 2) two", "   one;    two"),
        ("It holds. 1. First point. 2. Second.", "It holds.    First point.    Second."),
        ("see (2) and (3)", "see (2) and (3)"),
        ("Opus 4.1) and (30.1) by", "Opus 4.1) and (30.1) by"),
        ("(-1) several", "(-1) several"),
        ("the state (a, h, 1) with", "the state (a, h, 1) with"),
    ],
)
def test_marks_that_count_from_one_are_blanked(written: str, kept: str) -> None:
    """Places in the text stay as they were, and a number that is no mark stays."""
    assert unmarked(written) == kept


def test_the_lengths_of_lists() -> None:
    """Numbered, Roman, and in a sentence."""
    assert {2, 3} <= counts("(i) a, (ii) b and (iii) c")
    assert 3 in counts("apples, pears and plums")
