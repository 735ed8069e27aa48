"""Which questions are asked of arXiv's search together, and what follows from an answer to several.

arXiv's terms count requests. A joint question brings what each of its questions would bring, and our
matcher tells whose a paper is. It is arXiv that says what matches: where the matcher can't account for
what came back, or was seen to err, the questions are asked again, apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain
from math import ceil

SINGLY = 30
"""As many questions a poll are asked by themselves: by turns, if there are more."""

JOINT_LENGTH = 1_700
"""Characters of a URL that joint expressions may take, so that what else is in it leaves it under 2,000."""

CONFIRMING_LENGTH = 6_000
"""The same where a few requests confirm that many topics are quiet: so long a question is posted."""


@dataclass(frozen=True, slots=True)
class Question:
    """One expression, to be asked for papers submitted since a moment."""

    key: str
    length: int
    """In a URL, with the ``OR`` before it."""
    since: datetime
    apart: bool = False
    """Our matcher is known not to read it as arXiv does."""


Joint = tuple[str, ...]
"""The keys of the questions that are asked together."""


def plan(questions: Sequence[Question], poll: int) -> list[Joint]:
    """What to ask in this poll, each question once.

    A question has its turn to be asked singly as the polls go on, and meets others each time: a paper
    that the matcher does not find for it, and does for one that it was asked with, comes the next time.
    Those asked together reach back about equally far.
    """
    together = [one for one in questions if not one.apart]
    apart = [one for one in questions if one.apart]
    seats = max(SINGLY - len(apart), 0)
    if seats:
        turn = poll % max(ceil(len(together) / seats), 1)
        apart += together[turn * seats : (turn + 1) * seats]
        together = together[: turn * seats] + together[(turn + 1) * seats :]
    together.sort(key=lambda one: (one.since.date(), sha256(f"{poll} {one.key}".encode()).digest()))
    return [(one.key,) for one in apart] + _packed(together, JOINT_LENGTH)


def confirming(questions: Sequence[Question]) -> list[Joint]:
    """The questions that had an empty answer, once more: in two requests that fit a URL, or few long ones."""
    in_order = sorted(questions, key=lambda one: one.since)
    short = _packed(in_order, JOINT_LENGTH)
    return short if len(short) <= 2 else _packed(in_order, CONFIRMING_LENGTH)


def _packed(questions: Sequence[Question], length: int) -> list[Joint]:
    packed: list[list[str]] = []
    left = 0
    for one in questions:
        left -= one.length
        if left < 0 or not packed:
            packed.append([])
            left = length - one.length
        packed[-1].append(one.key)
    return [tuple(keys) for keys in packed]


# --- what an answer says ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settled:
    """Every paper is accounted for."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Only some questions are answered; the others have to be asked so."""

    questions: tuple[Joint, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.questions))


Outcome = Settled | AskAgain


def judge(
    joint: Joint,
    returned: frozenset[str],
    accepted: Mapping[str, frozenset[str]],
    known: Mapping[str, frozenset[str]],
) -> Outcome:
    """What follows from a joint answer that was read to its end.

    ``returned`` are its papers, ``accepted`` those of them that the matcher takes for each question,
    ``known`` those of these days that arXiv returned before to each question alone: where the matcher
    misses one of them, or arXiv now does, its question is asked singly. A paper that nobody accounts for
    may be anybody's: then all are asked in halves, which finds its question without asking each.
    """
    blind = [key for key in joint if known.get(key, frozenset()) - accepted.get(key, frozenset())]
    of_blind = chain.from_iterable(known[key] for key in blind)
    strays = returned.difference(of_blind, *accepted.values())
    if strays:
        return AskAgain(halves(joint))
    return AskAgain(tuple((key,) for key in blind)) if blind else Settled()


def halves(joint: Joint) -> tuple[Joint, ...]:
    """The same questions in two requests."""
    middle = len(joint) // 2
    return joint[:middle], joint[middle:]
