"""Times that have not come yet: what a process stored whose machine's clock was ahead.

Nothing may wait for them, and no window may be reckoned from them. So they count as now, once they are found;
a poll that ended in the future counts as never made, so that the next one reaches back to the last before it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.database import Connection, to_text, to_time
from bot.store.outbox import WAITING

TOLERANCE = timedelta(minutes=5)
"""Clocks are corrected by less every day."""
LONGEST_WAIT = timedelta(hours=25)
"""No message rests longer before its next attempt, and no service is left alone longer (Gemini's day)."""

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

_HAPPENED = (
    ("papers", "first_seen_at"),
    ("versions", "recorded_at"),
    ("matches", "matched_at"),
    ("wanted", "since"),
    ("subscribers", "since"),
    ("subscribers", "removed_at"),
    ("subscribers", "last_due_at"),
    ("subscriptions", "since"),
    ("targets", "since"),
    ("summaries", "created_at"),
    ("requests", "started_at"),
    ("requests", "finished_at"),
    ("digests", "since"),
    ("digests", "composed_at"),
    ("outbox", "settled_at"),
    ("alerts", "opened_at"),
    ("alerts", "closed_at"),
    ("told", "told_at"),
)


def latest_future(db: Connection, now: datetime) -> datetime | None:
    """The latest stored time that lies in the future and can't be meant; None when there is none."""
    limits = [
        *((query, now + TOLERANCE) for query in _FOUND_BY),
        *((query, now + LONGEST_WAIT) for query in _WAITED_FOR),
    ]
    found = ((db.value(query), limit) for query, limit in limits)
    return max(
        (to_time(text) for text, limit in found if text and text > (to_text(limit) or "")), default=None
    )


def mend(db: Connection, now: datetime, day: str) -> None:
    """Let what lies in the future count as now. ``day`` is the day on which the model's service counts."""
    at, limit, last_wait = to_text(now), to_text(now + TOLERANCE), to_text(now + LONGEST_WAIT)
    with db.transaction():
        _forget_polls(db, limit)
        # Where to begin to look in a channel's history: too early does no harm, too late sends twice.
        db.write(
            "UPDATE outbox SET first_attempt_at = CASE WHEN created_at <= :limit THEN created_at ELSE :early END "
            "WHERE first_attempt_at > :limit",
            {"limit": limit, "early": to_text(now - timedelta(days=7))},
        )
        db.write("UPDATE outbox SET created_at = ? WHERE created_at > ?", (at, limit))
        for table, column in _HAPPENED:
            db.write(f"UPDATE {table} SET {column} = ? WHERE {column} > ?", (at, limit))
        for column in ("day", "last_day"):
            db.write(f"UPDATE requests SET {column} = ? WHERE {column} > ?", (day, day))
        for column in ("next_attempt_at", "service_wait_until"):
            db.write(f"UPDATE outbox SET {column} = NULL WHERE {column} > ?", (last_wait,))
        db.write("DELETE FROM waits WHERE until > ?", (last_wait,))


def _forget_polls(db: Connection, limit: str | None) -> None:
    false = "(SELECT id FROM polls WHERE started_at > :limit OR finished_at > :limit)"
    for table, column in (("topic_polls", "finished_at"), ("feed_reads", "read_at")):
        db.write(f"DELETE FROM {table} WHERE {column} > :limit OR poll IN {false}", {"limit": limit})
    db.write(f"DELETE FROM polls WHERE id IN {false}", {"limit": limit})
