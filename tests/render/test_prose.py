"""Cleaning and clipping foreign text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import prose
from tests.render import strategies


@given(st.text(alphabet=st.characters()) | strategies.texts)
def test_clean_text_is_one_line_that_can_be_encoded(text: str) -> None:
    """Neither a line break nor a control character nor half a surrogate pair gets through."""
    cleaned = prose.clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert cleaned.encode().decode() == cleaned


@given(strategies.texts)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What is clean stays as it is, however many rooms it passes through."""
    assert prose.clean(prose.clean(text)) == prose.clean(text)


def test_joiners_survive_and_direction_marks_do_not() -> None:
    """An emoji of several people stays one; a stray override can't turn the line round."""
    assert prose.clean("👩‍🔬 می‌خواهم") == "👩‍🔬 می‌خواهم"
    assert prose.clean("a\u202eb\u2066c") == "abc"


@given(strategies.texts, st.integers(8, 400))
def test_clipped_text_fits(text: str, limit: int) -> None:
    """The limit holds in bytes for any script."""
    clipped = prose.clip(text, limit)
    assert len(clipped.encode()) <= limit
    assert clipped == text or clipped.endswith("…")


def test_clipping_keeps_whole_words_and_whole_formulas() -> None:
    """A cut through a formula would leave a dollar sign without partner."""
    assert prose.clip("the quick brown fox", 16) == "the quick…"
    assert prose.clip("grown at $350^{x y z}$ in air", 20) == "grown at…"
    assert prose.clip("short", 16) == "short"


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("שימוש ב-C# לניתוח.", "שימוש ב-[C#] לניתוח."),
        ("גרסה (C#) וגם C++, ו-f(x) בלבד", "גרסה ([C#]) וגם [C++], ו-[f(x)] בלבד"),
        ("T<sub>c</sub> = 38 K (2σ), כאן", "[T<sub>c</sub> = 38 K (2σ)], כאן"),
        ("درجة 38 ± 2 فقط", "درجة 38 ± 2 فقط"),
        ("בערך T_c = 38 K (כאן) print() או", "בערך [T_c = 38 K] (כאן) [print()] או"),
        ("לא", "לא"),
        ("", ""),
    ],
)
def test_what_runs_from_the_left_is_kept_together(text: str, isolated: str) -> None:
    """The sentence's own punctuation stays the sentence's; numbers alone need no help."""
    assert prose.isolated(text) == isolated.replace("[", "\u2066").replace("]", "\u2069")
