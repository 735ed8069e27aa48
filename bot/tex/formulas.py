"""Where the formulas of a source are, for whoever reads the prose around them."""

from __future__ import annotations

from typing import NamedTuple

from bot.tex.dollars import find_formulas
from bot.tex.environments import MATH_ENVIRONMENTS
from bot.tex.outline import WHOLE, outline

_OPENERS = (r"\(", r"\[")


class Span(NamedTuple):
    """A formula with what delimits it: ``source[start:end]``."""

    start: int
    end: int


def formula_spans(latex: str) -> list[Span]:
    r"""The formulas of running text in their order, each whole: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and the
    environments of mathematics. One inside another is not told apart, and money is none: ``$5 to $10``."""
    if "$" not in latex and "\\" not in latex:
        return []
    found = outline(latex)
    spans = [
        Span(region.start, region.end)
        for region in found.regions.values()
        if region.name in _OPENERS or region.name.rstrip("*") in MATH_ENVIRONMENTS
    ]
    for start, dollars in found.dollars.items():
        end = len(latex) if start == WHOLE else found.regions[start].body_end
        spans += [Span(formula.start, formula.end) for formula in find_formulas(latex, dollars, end).values()]
    return _outermost(spans)


def without_formulas(latex: str) -> str:
    """The prose of ``latex``, a space where each formula stood."""
    parts, end = [], 0
    for span in formula_spans(latex):
        parts.append(latex[end : span.start])
        end = span.end
    return " ".join([*parts, latex[end:]])


def _outermost(spans: list[Span]) -> list[Span]:
    outer: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not outer or span.start >= outer[-1].end:
            outer.append(span)
    return outer
