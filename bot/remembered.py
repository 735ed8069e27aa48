"""What is worked out of papers, kept while a round goes on: its readers share it, and at rest it takes no memory.

A function whose outcome depends on nothing but its arguments may be remembered. Forgetting changes no outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PAPERS = 4096
"""So many are remembered, each in a few forms: the news of a day in several fields. The oldest make room."""
DIGESTS = 64
"""The same of all papers of a digest together: the readers of a round choose some topics, in some languages."""

_forgetting: list[Callable[[], None]] = []


def in_a_round(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the outcomes for the last ``most`` arguments until the round ends."""

    def decorate(work: Callable[P, T]) -> Callable[P, T]:
        kept = lru_cache(maxsize=most)(work)
        _forgetting.append(kept.cache_clear)
        return kept  # type: ignore[return-value]  # typeshed has it lose the parameters

    return decorate


def forget() -> None:
    """The round is over."""
    for clear in _forgetting:
        clear()
