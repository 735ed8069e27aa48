"""Does one number, said to be rounded, round another? "Nearly 30%" rounds 29.7%; "about 30" does not round 26."""

from __future__ import annotations

import re
from math import isfinite

from bot.summary.numbers import Figure

_FARTHEST = 0.06
"""A rounding moves a number by no more than this part of it."""


def rounds_to(stated: Figure, figure: Figure) -> bool:
    """Whether ``figure`` has fewer digits than ``stated``, the same dimension, and its value as far as it goes."""
    mine, other = significant(figure), significant(stated)
    if not 0 < mine < other:
        return False
    return any(
        own.dimension == read.dimension and _is_rounding(own.value, read.value, mine, figure.hedges)
        for own in figure.readings
        for read in stated.readings
    )


def _is_rounding(rounded: float, exact: float, digits: int, hedges: frozenset[str]) -> bool:
    """To the nearest, or down when said to be exceeded, or up when said not to be reached."""
    if not rounded or not exact or rounded * exact < 0 or not isfinite(rounded * exact):
        return False
    if abs(rounded - exact) > _FARTHEST * abs(exact):
        return False
    if float(f"{exact:.{digits - 1}e}") == float(f"{rounded:.8g}"):
        return True
    step = 10.0 ** (int(f"{abs(exact):e}".partition("e")[2]) - digits + 1)
    if "over" in hedges:
        return 0 <= abs(exact) - abs(rounded) < step
    return "under" in hedges and 0 <= abs(rounded) - abs(exact) < step


def significant(figure: Figure) -> int:
    """How many digits of it count."""
    digits = re.sub(r"[^\d.]", "", figure.digits).lstrip("0.")
    if "." in figure.digits:
        return len(digits.replace(".", ""))
    return len(digits.rstrip("0"))
