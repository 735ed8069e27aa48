"""May a request go out now, and if not, when?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.models import Limit
from bot.quota.days import day_resets_at, pacific_day

WINDOW = timedelta(seconds=60, milliseconds=100)
"""Gemini's minute, and a little for a clock that is being corrected."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the account allows; each at least 1."""

    requests_per_minute: int
    tokens_per_minute: int
    requests_per_day: int
    concurrency: int
    """Requests under way at once: our own limit, not Gemini's."""


@dataclass(frozen=True, slots=True)
class Spent:
    """One request that was started: nothing is given back when it fails, since it may have arrived."""

    started_at: datetime
    finished_at: datetime | None
    """None while it is under way."""
    tokens: int
    """What was set aside for it, an upper bound, until its end shows how many it took."""


class Answer(StrEnum):
    GO = "go"
    WAIT = "wait"
    DAY_SPENT = "day spent"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True)
class Permit:
    answer: Answer
    until: datetime | None = None
    """When to ask again: for WAIT, None means when a request under way has ended, as it may in any case
    be worth asking then; for DAY_SPENT the reset of the day."""


@dataclass(frozen=True, slots=True)
class Block:
    """A refusal by Gemini's own count, or a wait that it asked for; kept by the caller until it is over."""

    limit: Limit | None
    """None when the answer named no limit."""
    until: datetime | None
    """None: for good, as far as this model goes."""


def decide(
    limits: Limits,
    recent: Sequence[Spent],
    today: int,
    tokens_wanted: int,
    now: datetime,
    block: Block | None = None,
) -> Permit:
    """May a request of ``tokens_wanted`` tokens (an upper bound) go out at ``now``?

    ``recent`` holds at least every request under way and every one that ended within WINDOW; ``today`` is
    the number counted on ``pacific_day(now)`` so far, to which those still under way since
    before midnight are added here, as they may arrive today. A request larger than the minute's tokens goes when
    nothing else is in the window, for it could never go otherwise.
    """
    if block is not None and (refused := _refused(block, now)):
        return refused
    day = pacific_day(now)
    late = sum(spent.finished_at is None and pacific_day(spent.started_at) < day for spent in recent)
    if today + late >= limits.requests_per_day:
        return Permit(Answer.DAY_SPENT, day_resets_at(now))
    counted = [spent for spent in recent if spent.finished_at is None or spent.finished_at + WINDOW > now]
    running = sum(spent.finished_at is None for spent in counted)
    too_many = len(counted) + 1 - limits.requests_per_minute
    too_many_tokens = sum(spent.tokens for spent in counted) + tokens_wanted - limits.tokens_per_minute
    if running >= limits.concurrency:
        return Permit(Answer.WAIT)
    if counted and (too_many > 0 or too_many_tokens > 0):
        return Permit(Answer.WAIT, _when_free(counted, too_many, too_many_tokens))
    return Permit(Answer.GO)


def _refused(block: Block, now: datetime) -> Permit | None:
    if block.until is None:
        return Permit(Answer.NOT_OFFERED)
    if block.until <= now:
        return None
    return Permit(Answer.DAY_SPENT if block.limit is Limit.PER_DAY else Answer.WAIT, block.until)


def _when_free(counted: Sequence[Spent], requests: int, tokens: int) -> datetime | None:
    """When so many requests and tokens, or all there is, have left the window."""
    ends = sorted((spent.finished_at, spent.tokens) for spent in counted if spent.finished_at is not None)
    left = len(counted)
    for finished_at, freed in ends:
        requests, tokens, left = requests - 1, tokens - freed, left - 1
        if left == 0 or (requests <= 0 and tokens <= 0):
            return finished_at + WINDOW
    return None
