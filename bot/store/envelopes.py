"""A row of the outbox as an Envelope."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import StoreError
from bot.models import Envelope, OutboxState, Receipt, Target
from bot.store.database import (
    Connection,
    Row,
    from_json,
    to_json,
    to_time,
    to_time_or_none,
)


def read(db: Connection, ids: Sequence[int], *, payloads: bool = True) -> list[Envelope]:
    """The messages of these numbers, in their order; with empty payloads where those are not asked for.

    StoreError when one is not there.
    """
    payload = "p.payload" if payloads else "x'' AS payload"
    rows = db.rows(
        f"SELECT o.*, {payload}, first.receipt_channel AS thread_channel, "
        "first.receipt_reference AS thread_reference FROM json_each(?) j "
        "CROSS JOIN outbox o ON o.id = j.value JOIN payloads p ON p.outbox_id = o.id "
        # Where part 1 was refused, the next one leads. Revived later, part 1 leads nothing more:
        # what is in a thread is looked for there.
        "LEFT JOIN outbox first ON first.id = (SELECT e.id FROM outbox e WHERE e.digest_id = o.digest_id "
        "AND e.copy = o.copy AND e.kind = o.kind AND e.target = o.target AND e.part < o.part AND e.state = 'sent' "
        "ORDER BY e.settled_at, e.part LIMIT 1) "
        "ORDER BY j.key",
        (to_json(ids),),
    )
    if len(rows) < len(ids):
        lost = sorted(set(ids) - {row["id"] for row in rows})
        raise StoreError(f"{db.path}: message {lost[0]} has vanished from the outbox")
    return [_to_envelope(row) for row in rows]


def _to_envelope(row: Row) -> Envelope:
    return Envelope(
        id=row["id"],
        digest_id=row["digest_id"] or 0,
        subscriber=row["subscriber"],
        target=Target(row["kind"], row["target"]),
        part=row["part"],
        parts=row["parts"],
        payload=bytes(row["payload"]),
        arxiv_ids=from_json(row["arxiv_ids"]),
        created_at=to_time(row["created_at"]),
        state=OutboxState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=to_time_or_none(row["next_attempt_at"]),
        wait_until=to_time_or_none(row["service_wait_until"]),
        first_attempt_at=to_time_or_none(row["first_attempt_at"]),
        receipt=_receipt(row["receipt_channel"], row["receipt_reference"]),
        thread=_receipt(row["thread_channel"], row["thread_reference"]),
        error=row["error"],
        remedy=row["remedy"],
        copy=row["copy"],
    )


def _receipt(channel: str | None, reference: str | None) -> Receipt | None:
    return None if channel is None or reference is None else Receipt(channel, reference)
