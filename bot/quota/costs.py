"""How many tokens to set aside for a request before its answer tells what it took."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MARGIN = 1.1
"""Answers differ in length: so much more than the dearest so far is set aside."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What answers have taken, beside the estimates of their prompts."""

    ratio: float | None = None
    """The largest so far, never below 1; None before the first answer."""


def reserve(costs: Costs, estimate: int, most_output: int) -> int:
    """An upper bound of a request's tokens: prompt, thoughts and answer.

    Until an answer has shown better, all the output that was allowed counts; ``estimate`` is the prompt's.
    """
    largest = estimate + most_output
    return largest if costs.ratio is None else min(largest, math.ceil(estimate * costs.ratio))


def learnt(costs: Costs, estimate: int, taken: int) -> Costs:
    """After an answer that took ``taken`` tokens in all."""
    ratio = taken / max(estimate, 1)
    return Costs(max(costs.ratio or 1.0, ratio * _MARGIN if ratio > 1 else 1.0))
