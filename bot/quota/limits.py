"""Gemini's day, the limits, what refusals mean for the requests that follow, and what a request may cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.models import Limit, Verdict

# --- the day, which ends at midnight in California ---

_PACIFIC = ZoneInfo("America/Los_Angeles")


def pacific_day(now: datetime) -> date:
    """The day on which Gemini counts a request that arrives at ``now`` (facts: reset at midnight US/Pacific)."""
    return now.astimezone(_PACIFIC).date()


def day_began_at(now: datetime) -> datetime:
    """The last midnight in California, in UTC."""
    return _midnight(pacific_day(now))


def day_resets_at(now: datetime) -> datetime:
    """The next midnight in California, in UTC."""
    return _midnight(pacific_day(now) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=_PACIFIC).astimezone(UTC)


# --- may a request go out ---

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


class Admission(StrEnum):
    GO = "go"
    WAIT = "wait"
    DAY_SPENT = "day spent"
    NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True)
class Permit:
    answer: Admission
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
        return Permit(Admission.DAY_SPENT, day_resets_at(now))
    counted = [spent for spent in recent if spent.finished_at is None or spent.finished_at + WINDOW > now]
    running = sum(spent.finished_at is None for spent in counted)
    too_many = len(counted) + 1 - limits.requests_per_minute
    too_many_tokens = sum(spent.tokens for spent in counted) + tokens_wanted - limits.tokens_per_minute
    if running >= limits.concurrency:
        return Permit(Admission.WAIT)
    if counted and (too_many > 0 or too_many_tokens > 0):
        return Permit(Admission.WAIT, _when_free(counted, too_many, too_many_tokens))
    return Permit(Admission.GO)


def _refused(block: Block, now: datetime) -> Permit | None:
    if block.until is None:
        return Permit(Admission.NOT_OFFERED)
    if block.until <= now:
        return None
    return Permit(Admission.DAY_SPENT if block.limit is Limit.PER_DAY else Admission.WAIT, block.until)


def _when_free(counted: Sequence[Spent], requests: int, tokens: int) -> datetime | None:
    """When so many requests and tokens, or all there is, have left the window."""
    ends = sorted((spent.finished_at, spent.tokens) for spent in counted if spent.finished_at is not None)
    left = len(counted)
    for finished_at, freed in ends:
        requests, tokens, left = requests - 1, tokens - freed, left - 1
        if left == 0 or (requests <= 0 and tokens <= 0):
            return finished_at + WINDOW
    return None


# --- refusals ---

_SLOWEST = 0.05
_SPEED_UP = 0.1


def blocked(verdict: Verdict, now: datetime, before: Block | None = None) -> Block | None:
    """The block that holds after a refusal; ``before`` held until then, and is never shortened by a new one.

    As long as the answer says, for every request: a wait that the service asks for is not paper by paper.
    A per-minute refusal that names none: a window. Per day: until the reset, whatever delay the answer
    names beside it. Not offered: this model has no quota at all on the account.
    """
    if before is not None and before.until is None:
        return before
    found = _block(verdict, now)
    if found is None or (before and before.until and found.until and before.until >= found.until):
        return before
    return found


def _block(verdict: Verdict, now: datetime) -> Block | None:
    if verdict.limit is Limit.NOT_OFFERED:
        return Block(verdict.limit, None)
    told = now + (verdict.retry_after or timedelta(0))
    if verdict.limit is Limit.PER_DAY:
        return Block(verdict.limit, max(told, day_resets_at(now)))
    if verdict.retry_after:
        return Block(verdict.limit, told)
    return Block(verdict.limit, now + WINDOW) if verdict.limit else None


@dataclass(frozen=True, slots=True)
class Pace:
    """The share of the per-minute limits that is used: additive increase, multiplicative decrease."""

    share: float = 1.0
    changed_at: datetime | None = None


def slowed(pace: Pace, now: datetime) -> Pace:
    """Half the pace, after a per-minute refusal. The refusals of one burst count once."""
    if pace.changed_at is not None and pace.share < 1 and now < pace.changed_at + WINDOW:
        return pace
    return Pace(max(_SLOWEST, pace.share / 2), now)


def recovered(pace: Pace, now: datetime) -> Pace:
    """A tenth more of the limits for each window since the last change; call it when a request succeeded."""
    if pace.changed_at is None or pace.share >= 1:
        return Pace()
    windows = (now - pace.changed_at) // WINDOW
    if windows < 1:
        return pace
    return Pace(min(1.0, pace.share + _SPEED_UP * windows), pace.changed_at + windows * WINDOW)


def paced(limits: Limits, pace: Pace) -> Limits:
    """The limits to go by for now. The day's limit is not paced: Gemini's own refusal ends the day."""
    return replace(
        limits,
        requests_per_minute=max(1, int(limits.requests_per_minute * pace.share)),
        tokens_per_minute=max(1, int(limits.tokens_per_minute * pace.share)),
    )


# --- what a request may cost ---

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
