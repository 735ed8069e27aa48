"""Requests to Gemini: may one go out now, and if not, when; and whose paper goes first.

What is promised: as Gemini counts them, no more than the limits in any 60 seconds and on any Pacific-time
day, whatever the latency and across restarts. A request may reach the server at any moment between its
start and its end, so it counts against the minute from its start until a window after its end, and
against each day between the two.

It does not wait, count or store: the caller keeps the recent requests and the day's number in SQLite,
notes a request before it sends it, and asks again whenever one ends or the time given has come.
Retrying what failed is decided in `backoff`.
"""

from bot.quota.limits import (
    WINDOW,
    Admission,
    Block,
    Costs,
    Limits,
    Pace,
    Permit,
    Spent,
    blocked,
    day_began_at,
    day_resets_at,
    decide,
    learnt,
    paced,
    pacific_day,
    recovered,
    reserve,
    slowed,
)
from bot.quota.prices import KNOWN_IN, dollars
from bot.quota.priority import MOST_TOGETHER, SummaryRequest, order, papers_together

__all__ = [
    "KNOWN_IN",
    "MOST_TOGETHER",
    "WINDOW",
    "Admission",
    "Block",
    "Costs",
    "Limits",
    "Pace",
    "Permit",
    "Spent",
    "SummaryRequest",
    "blocked",
    "day_began_at",
    "day_resets_at",
    "decide",
    "dollars",
    "learnt",
    "order",
    "paced",
    "pacific_day",
    "papers_together",
    "recovered",
    "reserve",
    "slowed",
]
