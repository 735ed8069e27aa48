"""What Gemini's own refusals mean for the requests that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.models import Limit, Verdict
from bot.quota.days import day_resets_at
from bot.quota.limits import WINDOW, Block, Limits

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
