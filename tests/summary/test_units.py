"""Units behind numbers."""

from __future__ import annotations

import pytest

from bot.summary.unit_table import Dimension
from bot.summary.units import meanings


@pytest.mark.parametrize(
    ("behind", "factor", "dimension", "rest"),
    [
        (" nm thick", 1e-9, (("m", 1),), " thick"),
        ("-μm", 1e-6, (("m", 1),), ""),
        (" nanometres", 1e-9, (("m", 1),), ""),
        (" mA cm^(-2)", 10.0, (("A", 1), ("m", -2)), ""),
        (" mA/cm^(2)", 10.0, (("A", 1), ("m", -2)), ""),
        (" mA/cm2", 10.0, (("A", 1), ("m", -2)), ""),
        (" km s-1", 1e3, (("m", 1), ("s", -1)), ""),
        (" kilometers per second", 1e3, (("m", 1), ("s", -1)), ""),
        (" W/(m K)", 1.0, (("K", -1), ("W", 1), ("m", -1)), ""),
        (" GeV/c^(2)", 1e9, (("c", -2), ("eV", 1)), ""),
        (" wt%", 1.0, (("%", 1),), ""),
        (" percentage points", 1.0, (("%", 1),), ""),
        (" million years", 1e6, (("yr", 1),), ""),
        ("°C", 1.0, (("°C", 1),), ""),
        (" degrees C", 1.0, (("°C", 1),), ""),
        (" degree centigrade", 1.0, (("°C", 1),), ""),
        (" degrees F", 1.0, (("°F", 1),), ""),
        (" C for 2 h", 1.0, (("°C", 1),), " for 2 h"),
        (" solar masses", 1.0, (("M⊙", 1),), ""),
        (" M_(⊙)", 1.0, (("M⊙", 1),), ""),
        ("-fold", 1.0, (), ""),
        ("× faster", 1.0, (), " faster"),
    ],
)
def test_a_unit_gives_factor_and_dimension(
    behind: str, factor: float, dimension: Dimension, rest: str
) -> None:
    """Symbols, names, prefixes and compound units are read to their end, and no farther."""
    unit, end = next((one.unit, one.end) for one in meanings(behind, 0))
    assert unit.factor == pytest.approx(factor)
    assert unit.dimension == dimension
    assert behind[end:] == rest


@pytest.mark.parametrize(
    "behind", [" layers", " samples of steel", " s-wave", ", nm", " × 5", " F1 score", ""]
)
def test_what_is_no_unit_is_none(behind: str) -> None:
    """Nouns, hyphenated words and names that begin like a symbol are not taken for units."""
    assert meanings(behind, 0) == ()


def test_a_letter_with_two_meanings_gives_both() -> None:
    """``10K`` may be kelvin or thousand: the reader of numbers compares with either."""
    found = {(one.unit.factor, one.unit.dimension) for one in meanings("K", 0)}
    assert found == {(1.0, (("K", 1),)), (1000.0, ())}
