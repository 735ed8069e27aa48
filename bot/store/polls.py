"""What was asked of arXiv, and how completely it answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.history import AnnouncedRecord, FeedRead, LastPoll, PollStatus, TopicPoll
from bot.models import AnnouncedPaper, AnnounceType, Window
from bot.store.database import (
    Connection,
    Row,
    categories_from_json,
    from_json,
    to_day,
    to_day_or_none,
    to_json,
    to_text,
    to_time,
    to_time_or_none,
)
from bot.store.retention import FORGOTTEN_AT_ONCE


class Polls:
    """The polls, topic_polls, feed_reads, announcements and unmatched tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def anchor(self, topic: str) -> datetime | None:
        """Start of the topic's last complete poll (an empty one moves nothing)."""
        return to_time_or_none(
            self._db.value(
                "SELECT max(started_at) FROM topic_polls WHERE topic = ? AND status = 'complete'", (topic,)
            )
        )

    def last_expression(self, topic: str) -> str | None:
        """What the topic's last complete poll asked."""
        found = self._db.value(
            "SELECT expression FROM topic_polls WHERE topic = ? AND status = 'complete' "
            "ORDER BY started_at DESC LIMIT 1",
            (topic,),
        )
        return None if found is None else str(found)

    def last_asked(self, topics: Sequence[str]) -> Mapping[str, str]:
        """The expression that was last asked for each topic, whatever came of it."""
        rows = self._db.rows(
            "SELECT value AS topic, (SELECT t.expression FROM topic_polls t WHERE t.topic = value "
            "ORDER BY t.poll DESC LIMIT 1) AS expression FROM json_each(?)",
            (to_json(topics),),
        )
        return {row["topic"]: row["expression"] for row in rows if row["expression"] is not None}

    def begin(self, now: datetime) -> int:
        return self._db.insert("polls", {"started_at": to_text(now), "finished_at": None, "complete": None})

    def record_topic(self, poll: int, outcome: TopicPoll) -> None:
        self._db.insert(
            "topic_polls",
            {
                "poll": poll,
                "topic": outcome.topic,
                "expression": outcome.expression,
                "window_start": to_text(outcome.window.start),
                "window_end": to_text(outcome.window.end),
                "status": outcome.status.value,
                "found": outcome.found,
                "reason": outcome.reason,
                "started_at": self._db.value("SELECT started_at FROM polls WHERE id = ?", (poll,)),
                "finished_at": to_text(outcome.finished_at),
            },
        )

    def record_feed(self, poll: int, outcome: FeedRead, items: Sequence[AnnouncedPaper]) -> None:
        """The reading, and what was announced on its day (kept for coverage and `explain`)."""
        with self._db.transaction():
            self._db.insert(
                "feed_reads",
                {
                    "poll": poll,
                    "asked": to_json(outcome.asked),
                    "read_at": to_text(outcome.read_at),
                    "announced_on": outcome.announced_on.isoformat() if outcome.announced_on else None,
                    "items": outcome.items,
                    "cut": int(outcome.cut),
                    "error": outcome.error,
                },
            )
            if outcome.announced_on is None:
                return
            self._db.insert_new(
                "announcements",
                [
                    {
                        "announced_on": outcome.announced_on.isoformat(),
                        "arxiv_id": item.arxiv_id,
                        "announce_type": item.announce_type.value,
                        "version": item.version,
                        "categories": to_json(item.categories),
                    }
                    for item in items
                ],
            )

    def finish(self, poll: int, now: datetime, complete: bool) -> None:
        self._db.write(
            "UPDATE polls SET finished_at = ?, complete = ? WHERE id = ?", (to_text(now), int(complete), poll)
        )

    def last_poll(self) -> LastPoll | None:
        """The newest poll that came to its end."""
        row = self._db.row(
            "SELECT finished_at, complete FROM polls WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        )
        return LastPoll(to_time(row["finished_at"]), bool(row["complete"])) if row else None

    def outcomes_since(self, since: datetime, topics: Sequence[str]) -> Sequence[TopicPoll]:
        """The newest outcome of each topic, where it ended since then; oldest first."""
        rows = self._db.rows(
            "SELECT t.* FROM json_each(?) j JOIN topic_polls t ON t.topic = j.value "
            "AND t.poll = (SELECT max(n.poll) FROM topic_polls n WHERE n.topic = j.value) "
            "WHERE t.finished_at >= ? ORDER BY t.finished_at, j.key",
            (to_json(topics), to_text(since)),
        )
        return [_to_topic_poll(row) for row in rows]

    def feeds_since(self, since: datetime) -> Sequence[FeedRead]:
        rows = self._db.rows(
            "SELECT * FROM feed_reads WHERE read_at >= ? ORDER BY read_at, id", (to_text(since),)
        )
        return [
            FeedRead(
                asked=from_json(row["asked"]),
                read_at=to_time(row["read_at"]),
                announced_on=to_day_or_none(row["announced_on"]),
                items=row["items"],
                cut=bool(row["cut"]),
                error=row["error"],
            )
            for row in rows
        ]

    def announced_between(self, after: date, until: date) -> Sequence[AnnouncedRecord]:
        """Papers announced on days later than ``after``, up to ``until``."""
        return self._announced(
            "announced_on > ? AND announced_on <= ?", (after.isoformat(), until.isoformat())
        )

    def announced_before(self, arxiv_ids: Sequence[str], day: date) -> Mapping[str, date]:
        """Of these papers those announced as new before ``day``, and when last."""
        rows = self._db.rows(
            "SELECT arxiv_id, max(announced_on) AS day FROM announcements WHERE announce_type = 'new' "
            "AND announced_on < ? AND arxiv_id IN (SELECT value FROM json_each(?)) GROUP BY arxiv_id",
            (day.isoformat(), to_json(arxiv_ids)),
        )
        return {row["arxiv_id"]: to_day(row["day"]) for row in rows}

    def announcements_of(self, arxiv_id: str) -> Sequence[AnnouncedRecord]:
        return self._announced("arxiv_id = ?", (arxiv_id,))

    def record_unmatched(self, day: date, clauses: Mapping[str, Mapping[str, str]]) -> None:
        """Papers announced as new that no topic takes: by id, the clause of each topic that failed."""
        self._db.write(
            # A poll of some topics says nothing of the others: what they said stands.
            "INSERT INTO unmatched SELECT key, ?, value FROM json_each(?) WHERE true ON CONFLICT DO UPDATE "
            "SET announced_on = excluded.announced_on, clauses = json_patch(clauses, excluded.clauses)",
            (day.isoformat(), json.dumps(clauses, ensure_ascii=False)),
        )

    def unmatched(self, arxiv_id: str) -> Mapping[str, str]:
        """The same for one paper; empty where it is not kept, or no longer."""
        clauses = self._db.value("SELECT clauses FROM unmatched WHERE arxiv_id = ?", (arxiv_id,))
        found: dict[str, str] = json.loads(clauses) if clauses else {}
        return found

    def forget(self, reports_before: datetime, days_before: date) -> int:
        """Drop what older polls and feeds said; a bounded piece of it, how many rows.

        A topic keeps its newest outcome and its last complete one: windows are reckoned from those.
        """
        superseded = self._db.write(
            "DELETE FROM topic_polls WHERE rowid IN (SELECT t.rowid FROM topic_polls t WHERE t.finished_at < ? "
            "AND EXISTS (SELECT 1 FROM topic_polls n WHERE n.topic = t.topic AND n.poll > t.poll "
            " AND (n.status = 'complete' OR t.status != 'complete') AND n.started_at >= t.started_at) LIMIT ?)",
            (to_text(reports_before), FORGOTTEN_AT_ONCE),
        )
        day = days_before.isoformat()
        read = self._db.write(
            "DELETE FROM feed_reads WHERE id IN (SELECT id FROM feed_reads WHERE read_at < ? LIMIT ?)",
            (day, FORGOTTEN_AT_ONCE),
        )
        announced = self._db.write(
            "DELETE FROM announcements WHERE (announced_on, arxiv_id) IN "
            "(SELECT announced_on, arxiv_id FROM announcements WHERE announced_on < ? LIMIT ?)",
            (day, FORGOTTEN_AT_ONCE),
        )
        unmatched = self._db.write(
            "DELETE FROM unmatched WHERE arxiv_id IN "
            "(SELECT arxiv_id FROM unmatched WHERE announced_on < ? LIMIT ?)",
            (reports_before.date().isoformat(), FORGOTTEN_AT_ONCE),
        )
        return superseded + read + announced + unmatched

    def _announced(self, condition: str, parameters: Sequence[str]) -> Sequence[AnnouncedRecord]:
        rows = self._db.rows(
            f"SELECT * FROM announcements WHERE {condition} ORDER BY announced_on, arxiv_id", parameters
        )
        return [
            AnnouncedRecord(
                announced_on=to_day(row["announced_on"]),
                arxiv_id=row["arxiv_id"],
                announce_type=AnnounceType(row["announce_type"]),
                categories=categories_from_json(row["categories"]),
            )
            for row in rows
        ]


def _to_topic_poll(row: Row) -> TopicPoll:
    return TopicPoll(
        topic=row["topic"],
        expression=row["expression"],
        window=Window(to_time(row["window_start"]), to_time(row["window_end"])),
        status=PollStatus(row["status"]),
        found=row["found"],
        finished_at=to_time(row["finished_at"]),
        reason=row["reason"],
    )
