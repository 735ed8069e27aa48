"""A search query as a tree, and the time it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Operator(StrEnum):
    AND = "AND"
    OR = "OR"
    ANDNOT = "ANDNOT"


@dataclass(frozen=True)
class Term:
    """``field:words``; a phrase when it was quoted."""

    field: str
    """One of ti au abs co jr cat rn id doi all."""
    text: str
    phrase: bool
    position: int
    """Offset of the term in the query text, for messages."""


@dataclass(frozen=True)
class DateRange:
    """``submittedDate:[start TO end]``: both ends belong to it, and it means version 1."""

    start: datetime
    end: datetime
    position: int


@dataclass(frozen=True)
class Branch:
    operator: Operator
    left: QueryTree
    right: QueryTree


QueryTree = Term | DateRange | Branch


@dataclass(frozen=True)
class Window:
    """A span of submission time that a poll asks for."""

    start: datetime
    end: datetime
