"""The digests of a subscriber, looked back at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.history import DigestRecord, TargetOutcome
from bot.models import OutboxState, Target
from bot.store.database import Connection, Row, to_time

_LEAST_FAR = (
    OutboxState.FAILED,
    OutboxState.IN_DOUBT,
    OutboxState.PENDING,
    OutboxState.SENDING,
    OutboxState.ENDED,
    OutboxState.SENT,
)
"""What is told of a digest whose parts fared differently is the first of these."""


class Digests:
    """The digests table with what became of their messages. Only reads."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, subscriber: str) -> Sequence[DigestRecord]:
        """All of them, the newest first."""
        rows = self._db.rows(
            "SELECT d.id, d.number, d.composed_at, d.papers, o.kind, o.target, o.copy, o.state, o.error, "
            "o.remedy, o.settled_at FROM digests d LEFT JOIN outbox o ON o.digest_id = d.id "
            "WHERE d.subscriber = ? ORDER BY d.number DESC, o.copy, o.kind, o.target, o.part",
            (subscriber,),
        )
        return [_digest(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]

    def edition(self, digest_id: int) -> str | None:
        """What the digest says; None when that is kept no longer."""
        found = self._db.value("SELECT edition FROM editions WHERE digest_id = ?", (digest_id,))
        return None if found is None else str(found)


def _digest(rows: Sequence[Row]) -> DigestRecord:
    first = rows[0]
    return DigestRecord(
        id=first["id"],
        number=first["number"],
        composed_at=to_time(first["composed_at"]),
        papers=first["papers"],
        outcomes=tuple(_outcomes(row for row in rows if row["state"] is not None)),
    )


def _outcomes(rows: Iterator[Row]) -> Iterator[TargetOutcome]:
    for (copy, kind, address), group in groupby(
        rows, key=lambda row: (row["copy"], row["kind"], row["target"])
    ):
        parts = list(group)
        states = [OutboxState(row["state"]) for row in parts]
        state = next(one for one in _LEAST_FAR if one in states)
        told = next(row for row in parts if row["state"] == state)
        settled = [row["settled_at"] for row in parts]
        yield TargetOutcome(
            target=Target(kind, address),
            copy=copy,
            state=state,
            sent=states.count(OutboxState.SENT),
            parts=len(parts),
            settled_at=None if None in settled else to_time(max(settled)),
            error=told["error"] + (f" ({told['remedy']})" if told["remedy"] else ""),
        )
