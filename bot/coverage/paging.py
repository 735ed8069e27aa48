"""Reading a list that moves while it is read: its span of time, what to ask next, and when it is covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.models import Window

MAX_OFFSET = 10_000
"""arXiv answers no further into a list than this (facts of its search service)."""

MAX_PASSES = 4
"""How often one list is read from its head before it is called unsettled."""

EMPTY_CONFIRMATIONS = 3
"""How many times arXiv has to say "nothing" before that is believed (it errs so under load)."""

_SLACK_AT_END = timedelta(days=1)


def window(anchor: datetime | None, wanted_since: datetime, lookback: timedelta, now: datetime) -> Window:
    """The submission times to ask for.

    It starts ``lookback`` before ``anchor``, the topic's last complete poll, so that it overlaps the
    last one: a paper shows in the search hours or days after it was submitted. Without one, and at
    most, it reaches ``lookback`` behind the first subscription to the topic (``wanted_since``). The
    end lies ahead, so that nothing is cut off by the minutes a poll takes.
    """
    reached = max(anchor or wanted_since, wanted_since)
    # It never runs backwards, not even on a machine whose clock is behind.
    end = max(now, reached) + _SLACK_AT_END
    return Window((reached - lookback).replace(second=0, microsecond=0), end)


def halves(whole: Window) -> tuple[Window, Window]:
    """Two windows that together are the whole: arXiv's bounds belong to both sides."""
    middle = (whole.start + (whole.end - whole.start) / 2).replace(second=0, microsecond=0)
    return Window(middle, whole.end), Window(whole.start, middle)


@dataclass(frozen=True, slots=True)
class PageSeen:
    """The size of one page of a pass over a list."""

    start: int
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class NextPage:
    start: int


@dataclass(frozen=True, slots=True)
class Again:
    """The list moved while it was read: papers may have slipped between two pages."""


@dataclass(frozen=True, slots=True)
class Split:
    """The list is longer than arXiv lets anybody page."""


@dataclass(frozen=True, slots=True)
class Covered:
    total: int


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The list would not keep still; what was read may have gaps."""

    missing: int


Step = NextPage | Again | Split | Covered | Unsettled


def next_step(pages: Sequence[PageSeen], distinct: int, passes: int, past_window: bool) -> Step:
    """What to do after the pages of the present pass.

    ``distinct`` is the number of different papers seen in this pass; ``passes`` counts this one;
    ``past_window`` says that the newest-first list has left the window. Entries that enter or leave
    the list shift the rest from page to page: a pass counts only when every page told the same
    total and that many different papers were seen.
    """
    if not pages:
        return NextPage(0)
    last = pages[-1]
    if last.total > MAX_OFFSET and not past_window:
        return Split()
    end = last.start + last.count
    if end < last.total and not past_window:
        return NextPage(end)
    steady = len({page.total for page in pages}) == 1
    if past_window or (steady and distinct >= last.total):
        return Covered(distinct)
    if passes >= MAX_PASSES:
        return Unsettled(max(last.total - distinct, 1))
    return Again()


def doubt_of_empty(told: int, known: int = 0, answers: bool = False) -> str:
    """Why "nothing matches" is not believed; empty when it is, told so often and contradicted by nothing.

    ``known`` counts the papers that the same question brought before. That arXiv ``answers`` others with
    papers meanwhile counts as one more time.
    """
    if known:
        return f"arXiv says that nothing matches, yet {known} papers of these days did"
    return "arXiv answered with an empty list" if told + answers < EMPTY_CONFIRMATIONS else ""
