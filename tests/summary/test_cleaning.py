"""Text without what nobody sees."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.summary.cleaning import has_control_characters, tidy, visible


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    """No format character survives, and the text is one line."""
    cleaned = visible(text)
    assert not any(unicodedata.category(character) == "Cf" for character in cleaned)
    assert cleaned == " ".join(cleaned.split())


@given(st.text(alphabet="abcé 12$\\_{}"))
def test_visible_text_is_not_changed(text: str) -> None:
    """Letters, digits and LaTeX stay as they are."""
    assert visible(text).split() == unicodedata.normalize("NFC", text).split()


def test_joiners_stay_where_a_script_needs_them() -> None:
    """Persian writes with zero-width non-joiners; German does not."""
    assert visible("می\u200cشود", joiners=True) == "می\u200cشود"
    assert visible("a\u200cb") == "ab"


def test_controls_are_reported() -> None:
    """A backspace is the ruin of a command, a line break is not."""
    assert has_control_characters("x\beta")
    assert has_control_characters("\ud800")
    assert not has_control_characters("one\ntwo\té")


def test_a_field_is_tidied() -> None:
    """Labels, bold marks and doubled escapes are habits of models, not part of a summary."""
    assert (
        tidy("**Finding:** A **bold** claim on $\\\\beta$, x**2 and y**3.")
        == "A bold claim on $\\beta$, x**2 and y**3."
    )
