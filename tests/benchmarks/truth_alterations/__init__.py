"""Ways of making a true answer untrue, a file a subject; `truth` runs them all.

Each works on raw text, without the project's own reading of it, so that a blind spot shows up as a miss.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A real answer beside what it was written from."""

    field: str
    arxiv_id: str
    title: str
    abstract: str
    objective: str
    finding: str

    @property
    def source(self) -> str:
        return f"{self.title}\n{self.abstract}"

    def altered(self, field: str, text: str) -> Pair:
        return replace(self, objective=text) if field == "objective" else replace(self, finding=text)


Alter = Callable[[Pair, random.Random], Pair | None]
"""The answer with one thing in it made untrue; None where the kind does not apply."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of untruth."""

    name: str
    alter: Alter
    rule: str
    """The beginning of the reason that the rule against it gives, for the false refusals beside it."""


def in_either(alter: Callable[[str, Pair, random.Random], str | None]) -> Alter:
    """An alteration of one text, tried on the finding and then on the objective."""

    def change(pair: Pair, chance: random.Random) -> Pair | None:
        for field, text in (("finding", pair.finding), ("objective", pair.objective)):
            altered = alter(text, pair, chance)
            if altered is not None and altered != text:
                return pair.altered(field, altered)
        return None

    return change
