"""What a benchmark found, beside what is promised: the one form in which all of them answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    unit: str
    """``x`` for a ratio, ``%``, ``s``; empty for a count."""
    bound: float
    at_least: bool = False
    """The bound is the least that will do; otherwise the most."""

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def said(self) -> str:
        return _said(self.value, self.unit)

    @property
    def promised(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {_said(self.bound, self.unit)}"


def at_most(name: str, value: float, bound: float, unit: str = "") -> Figure:
    return Figure(name, value, unit, bound)


def at_least(name: str, value: float, bound: float, unit: str = "") -> Figure:
    return Figure(name, value, unit, bound, at_least=True)


def percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def _said(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value == int(value) and not unit else f"{value:.4g}"
    return f"{number} {unit}".rstrip()
