"""How long what is kept for a purpose is kept.

Kept for ever: papers, matches, summaries and the ledger of what was delivered to whom. By them it is
decided what is new, what was paid for and what was sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BODIES_KEPT = timedelta(days=60)
"""Of a message that was sent and the edition it was made from: edits end after ``lookback``."""

POLLS_KEPT = timedelta(days=60)
"""Of a topic's polls, all but those that windows are reckoned from; of requests to the model and
answers refused; of the reasons why no topic took a paper."""

FEEDS_KEPT = timedelta(days=400)
"""Of what was announced, for `explain`; longer where a digest has still to tell of it."""

FORGOTTEN_AT_ONCE = 250
"""Rows of one table in one call, so that a call stays short."""


def bodies_before(now: datetime, lookback: timedelta) -> datetime:
    return now - max(BODIES_KEPT, 2 * lookback)


def feeds_before(now: datetime, told_until: datetime | None) -> datetime:
    """A digest tells of the feeds since the one before it, and looks a few days further back."""
    floor = now - FEEDS_KEPT
    return floor if told_until is None else min(floor, told_until - timedelta(days=7))
