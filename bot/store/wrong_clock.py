"""Times that lie in the future because the machine's clock was wrong once: found, and set right.

Which of them may stand is decided here and nowhere else. Every column that holds a time of ours is in
one of the lists below; what arXiv dates (submissions, announcements) is not ours to mend.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.history import CLOCK_TOLERANCE, ClockFault
from bot.models import LONGEST_WAIT
from bot.store.database import Connection, to_text, to_time_or_none
from bot.store.outbox import WAITING

_HISTORY = timedelta(days=30)
"""How far back a message is looked for whose first attempt has no time that can be trusted."""

EVENTS = (
    ("papers", "first_seen_at"),
    ("versions", "recorded_at"),
    ("matches", "matched_at"),
    ("wanted", "since"),
    ("topic_polls", "finished_at"),
    ("subscribers", "since"),
    ("subscribers", "removed_at"),
    ("subscriptions", "since"),
    ("targets", "since"),
    ("summaries", "created_at"),
    ("refusals", "refused_at"),
    ("digests", "composed_at"),
    ("digests", "since"),
    ("outbox", "created_at"),
    ("outbox", "settled_at"),
    ("optouts", "since"),
    ("unknown_ids", "asked_at"),
)
"""What happened before now, whenever it was: it counts as having happened now. Nothing is reckoned from
these that would be asked for twice or left out; the ledger of what was delivered holds no times."""

PASSING = (
    ("alerts", "opened_at"),
    ("alerts", "closed_at"),
    ("told", "told_at"),
    ("requests", "started_at"),
    ("requests", "finished_at"),
)
"""The same, of no use after a day: set right even while it is the present time that is wrong."""

WAITS = (("outbox", "next_attempt_at"), ("outbox", "service_wait_until"), ("waits", "until"))
"""What lies ahead by rights. Which were reckoned from the wrong time can't be told: none is waited for,
and a service that still wants to be left alone says so again."""

PACIFIC_DAYS = (("requests", "day"), ("requests", "last_day"), ("refusals", "day"), ("scores", "day"))
"""Days of the model's quota: they count as today, so that no limit is exceeded."""

OWN_RULE = (
    ("subscribers", "last_due_at"),
    ("outbox", "first_attempt_at"),
    ("polls", "started_at"),
    ("polls", "finished_at"),
    ("topic_polls", "started_at"),
    ("feed_reads", "read_at"),
    ("unmatched", "announced_on"),
)

FOREIGN = (
    ("versions", "published"),
    ("versions", "updated"),
    ("feed_reads", "announced_on"),
    ("announcements", "announced_on"),
    ("unindexed", "published"),
)
"""arXiv's own."""

BOUNDS = (("topic_polls", "window_start"), ("topic_polls", "window_end"), ("optouts", "until"))
"""What was asked for, of arXiv or by a person; it says nothing of the present time."""

_FOUND_BY = (
    "SELECT max(started_at) FROM polls",
    "SELECT max(finished_at) FROM polls",
    "SELECT max(finished_at) FROM requests",
    "SELECT started_at FROM requests ORDER BY id DESC LIMIT 1",
    "SELECT composed_at FROM digests ORDER BY id DESC LIMIT 1",
    "SELECT created_at FROM outbox ORDER BY id DESC LIMIT 1",
    f"SELECT max(created_at) FROM outbox WHERE state IN {WAITING}",
    "SELECT max(since) FROM subscribers",
    "SELECT max(last_due_at) FROM subscribers",
    "SELECT max(since) FROM targets",
    "SELECT max(opened_at) FROM alerts",
)
"""Cheap enough for every round: whatever a process stores, it stores one of these as well."""
_WAITED_FOR = (
    "SELECT max(until) FROM waits",
    f"SELECT max(next_attempt_at) FROM outbox WHERE state IN {WAITING}",
    f"SELECT max(service_wait_until) FROM outbox WHERE state IN {WAITING}",
)

_AT_ANY_TIME = (
    # The last digest of a time that can be trusted; what was due since then and is owed goes out.
    "UPDATE subscribers SET last_due_at = coalesce((SELECT max(d.composed_at) FROM digests d "
    "WHERE d.subscriber = name AND d.composed_at <= :soon), min(since, :now)) WHERE last_due_at > :soon",
    "UPDATE outbox SET first_attempt_at = :long_ago WHERE first_attempt_at > :soon",
    "UPDATE outbox SET next_attempt_at = NULL WHERE next_attempt_at > :now",
    "UPDATE outbox SET service_wait_until = NULL WHERE service_wait_until > :now",
    "DELETE FROM waits WHERE until > :now",
    *(f"UPDATE {table} SET {column} = :now WHERE {column} > :soon" for table, column in PASSING),
)
_ONCE_THE_CLOCK_IS_RIGHT = (
    # When it was really asked is unknown: windows begin again at the last poll of which it is known.
    "DELETE FROM topic_polls WHERE started_at > :soon",
    "UPDATE polls SET started_at = min(started_at, :now), finished_at = NULL, complete = NULL "
    "WHERE started_at > :soon OR finished_at > :soon",
    # A feed bears its own date, and is up for one day.
    "DELETE FROM feed_reads WHERE read_at > :soon AND announced_on IS NULL",
    "UPDATE feed_reads SET read_at = min(:now, announced_on || 'T12:00:00.000000+00:00') WHERE read_at > :soon",
    "UPDATE unmatched SET announced_on = :today WHERE announced_on > :today",
    *(f"UPDATE {table} SET {column} = :pacific WHERE {column} > :pacific" for table, column in PACIFIC_DAYS),
    *(f"UPDATE {table} SET {column} = :now WHERE {column} > :soon" for table, column in EVENTS),
)


def find(db: Connection, now: datetime) -> ClockFault | None:
    """What the record says against the clock; None when they agree, but for `CLOCK_TOLERANCE`.

    Reads nothing that grows.
    """
    soon = now + CLOCK_TOLERANCE
    limits = [
        *((query, soon) for query in _FOUND_BY),
        *((query, soon + LONGEST_WAIT) for query in _WAITED_FOR),
    ]
    found = ((to_time_or_none(db.value(query)), limit) for query, limit in limits)
    latest = max((moment for moment, limit in found if moment and moment > limit), default=None)
    if latest is None:
        return None
    # Three: one paper may bear a wrong date.
    newest = to_time_or_none(
        db.value("SELECT published FROM versions ORDER BY published DESC LIMIT 1 OFFSET 2")
    )
    return ClockFault(latest, newest if newest and newest > soon else None)


def mend(db: Connection, now: datetime, pacific_day: date) -> ClockFault | None:
    """Set right what lies ahead of ``now``; what it was, or None. Nothing is lost or sent twice by it.

    While arXiv's own dates show that it is the present time that is wrong, only what would be waited for
    is touched: the rest will be right again.
    """
    fault = find(db, now)
    if fault is None:
        return None
    values = {
        "now": to_text(now),
        "soon": to_text(now + CLOCK_TOLERANCE),
        "long_ago": to_text(now - _HISTORY),
        "today": now.date().isoformat(),
        "pacific": pacific_day.isoformat(),
    }
    with db.transaction():
        for statement in _AT_ANY_TIME:
            db.write(statement, values)
        if fault.newest_paper is None:
            for statement in _ONCE_THE_CLOCK_IS_RIGHT:
                db.write(statement, values)
    return fault
