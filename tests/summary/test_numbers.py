"""Numbers in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.numbers import Figure, figures
from bot.summary.plain import plain


def only(text: str) -> Figure:
    (figure,) = figures(plain(text))
    return figure


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("180000 cells", 180_000),
        ("180,000 cells", 180_000),
        ("180 000 cells", 180_000),
        (r"180\,000 cells", 180_000),
        (r"$1.8\times10^5$ cells", 180_000),
        ("1.8e5 cells", 180_000),
        ("1.8×10⁵ cells", 180_000),
        ("10^-5", 1e-5),
        ("2^10 states", 1024),
        (".05", 0.05),
        ("$-1.2$ eV", -1.2),
        ("a value of −1.2 eV", -1.2),
        ("minus 5 K", -5),
        ("spin 1/2", 0.5),
        ("twenty-five patients", 25),
        ("two-thirds of them", 2 / 3),
        ("the 3rd order", 3),
        ("a sub-10 nm gate", 10),
    ],
)
def test_the_value_of_a_number(text: str, value: float) -> None:
    """Separators, powers, signs, fractions and words all come to one value."""
    assert only(text).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("GPT-4", "gpt", 4), ("GPT4", "gpt", 4), ("ResNet-50", "resnet", 50), ("SU(2)", "su(", 2), ("MoS₂", "mos", 2),
        (r"$\mathbb{Z}_2$", "z", 2), ("$x^{-1}$", "x", -1), ("recall@5", "recall@", 5), ("2n", "n", 2),
    ],
)  # fmt: skip
def test_digits_that_touch_letters_belong_to_a_name(text: str, name: str, value: float) -> None:
    """Models, groups, compounds and symbols are names with a number, not quantities."""
    figure = only(text)
    assert (figure.name, figure.value, figure.units) == (name, value, ())


def test_a_range_shares_its_unit() -> None:
    """In "9 to 12.5 K" the 9 is kelvin."""
    first, second = figures("from 9 to 12.5 K")
    assert {reading.dimension for reading in second.readings} <= {
        reading.dimension for reading in first.readings
    }


@pytest.mark.parametrize(
    "text", ["360 ± 40 nm", "3–5 nm", "3, 4 and 5 nm", "5.1^(+0.3)_(-0.2) nm", "between 2 and 3 nm"]
)
def test_lists_and_errors_share_their_unit(text: str) -> None:
    """Every number of a list or with its error may have the unit that stands at the end."""
    found = figures(text)
    assert len(found) >= 2
    assert all(any(reading.dimension == (("m", 1),) for reading in figure.readings) for figure in found)


def test_an_uncertainty_in_brackets_is_a_number_of_its_own() -> None:
    """``1.23(4)`` is 1.23 ± 0.04."""
    assert [figure.value for figure in figures("1.23(4) eV")] == [1.23, 0.04]


def test_a_decimal_comma_is_read_where_it_is_used() -> None:
    """German ``87,58`` is 87.58, ``4.160`` four thousand."""
    assert [figure.value for figure in figures("87,58 % von 4.160", decimal_comma=True)] == [87.58, 4160]


@given(st.text(alphabet="0123456789.,eE+-×^()_/ nmK%ABab½²", max_size=60))
def test_any_heap_of_digits_is_taken(text: str) -> None:
    """No arrangement of digits and signs makes it fail or run on."""
    assert all(0 <= figure.start <= len(text) * 3 for figure in figures(plain(text)))
