"""Rendered messages from composing to acceptance: the queue and the ledger in one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from bot.adapters.store.database import (
    Connection,
    Row,
    from_json,
    to_json,
    to_text,
    to_time,
    to_time_or_none,
)
from bot.errors import StoreError
from bot.history import DeliveryRecord, NewMessage, Placement, TargetTally, Upgrade
from bot.models import Envelope, Kind, OutboxState, Receipt, SummaryKey, Target, Verdict

_UNSETTLED = "('pending', 'in doubt')"


class OutboxTable:
    """The digests, outbox and deliveries tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- composing ---

    def add_digest(
        self,
        subscriber: str,
        since: datetime | None,
        now: datetime,
        render: Callable[[int], tuple[str, Sequence[NewMessage]]],
        due: datetime,
    ) -> int:
        with self._db.transaction():
            number = self.digest_numbers(subscriber)[0] + 1
            edition, messages = render(number)
            digest = self._db.insert(
                "digests",
                {
                    "subscriber": subscriber,
                    "number": number,
                    "since": to_text(since),
                    "composed_at": to_text(now),
                    "papers": len({p.arxiv_id for message in messages for p in message.placements}),
                    "edition": edition,
                },
            )
            for message in messages:
                self._add_message(digest, subscriber, message, now)
            self._db.write(
                "UPDATE subscribers SET last_due_at = ? WHERE name = ?", (to_text(due), subscriber)
            )
        return number

    def _add_message(self, digest: int, subscriber: str, message: NewMessage, now: datetime) -> None:
        outbox = self._insert_message(digest, subscriber, message, now)
        self._db.insert_new(
            "deliveries",
            [
                {
                    "subscriber": subscriber,
                    "kind": message.target.kind.value,
                    "target": message.target.address,
                    "arxiv_id": placement.arxiv_id,
                    "version": placement.version,
                    "form": placement.form,
                    "outbox_id": outbox,
                    "awaits": _awaits(placement),
                }
                for placement in message.placements
            ],
        )

    def _insert_message(self, digest: int | None, subscriber: str, message: NewMessage, now: datetime) -> int:
        return self._db.insert(
            "outbox",
            {
                "digest_id": digest,
                "subscriber": subscriber,
                "kind": message.target.kind.value,
                "target": message.target.address,
                "part": message.part,
                "parts": message.parts,
                "payload": message.payload,
                "arxiv_ids": to_json(placement.arxiv_id for placement in message.placements),
                "state": OutboxState.PENDING.value,
                "created_at": to_text(now),
            },
        )

    def add_notice(self, target: Target, payload: bytes, subscriber: str, now: datetime) -> None:
        self._insert_message(None, subscriber, NewMessage(target, 1, 1, payload, ()), now)

    def digest_numbers(self, subscriber: str) -> tuple[int, datetime | None]:
        row = self._db.row(
            "SELECT number, composed_at FROM digests WHERE subscriber = ? ORDER BY number DESC LIMIT 1",
            (subscriber,),
        )
        return (row["number"], to_time(row["composed_at"])) if row else (0, None)

    def edition(self, digest_id: int) -> str:
        return str(self._db.value("SELECT edition FROM digests WHERE id = ?", (digest_id,)))

    def reports(self, target: Target) -> Sequence[tuple[str, int, datetime, int, str]]:
        rows = self._db.rows(
            "SELECT DISTINCT d.subscriber, d.number, d.composed_at, d.papers, d.timezone FROM outbox o "
            "JOIN digests d ON d.id = o.digest_id WHERE o.kind = ? AND o.target = ? AND o.state != 'ended' "
            "ORDER BY d.composed_at DESC, d.subscriber",
            (target.kind.value, target.address),
        )
        return [
            (row["subscriber"], row["number"], to_time(row["composed_at"]), row["papers"], row["timezone"])
            for row in rows
        ]

    # --- delivering ---

    def doubt_sending(self) -> int:
        return self._db.write("UPDATE outbox SET state = 'in doubt' WHERE state = 'sending'")

    def due(
        self, now: datetime, *, ignore_backoff: bool, subscribers: Sequence[str] | None
    ) -> Sequence[Envelope]:
        rows = self._db.rows(
            f"SELECT id FROM outbox WHERE state IN {_UNSETTLED} "
            "AND (service_wait_until IS NULL OR service_wait_until <= :now) "
            "AND (:ignore OR next_attempt_at IS NULL OR next_attempt_at <= :now) "
            "AND (:all OR subscriber IN (SELECT value FROM json_each(:names))) "
            "ORDER BY digest_id IS NULL, digest_id, kind, target, part, id",
            {
                "now": to_text(now),
                "ignore": ignore_backoff,
                "all": subscribers is None,
                "names": to_json(subscribers or ()),
            },
        )
        return [self._envelope(row["id"]) for row in rows]

    def unsettled(self, subscribers: Sequence[str] | None) -> Sequence[Envelope]:
        rows = self._db.rows(
            f"SELECT id FROM outbox WHERE state IN {_UNSETTLED} "
            "AND (? OR subscriber IN (SELECT value FROM json_each(?))) ORDER BY id",
            (subscribers is None, to_json(subscribers or ())),
        )
        return [self._envelope(row["id"]) for row in rows]

    def mark_sending(self, envelope: Envelope, now: datetime) -> Envelope:
        with self._db.transaction():
            self._db.write(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, "
                "first_attempt_at = coalesce(first_attempt_at, ?) WHERE id = ?",
                (to_text(now), envelope.id),
            )
            return self._envelope(envelope.id)

    def mark_sent(self, envelope: Envelope, receipt: Receipt, now: datetime) -> None:
        self._db.write(
            "UPDATE outbox SET state = 'sent', settled_at = ?, receipt_channel = ?, receipt_reference = ?, "
            "error = '', remedy = '', next_attempt_at = NULL, service_wait_until = NULL WHERE id = ?",
            (to_text(now), receipt.channel, receipt.reference, envelope.id),
        )

    def mark_waiting(
        self,
        envelope: Envelope,
        error: str,
        retry_at: datetime,
        service_wait_until: datetime | None,
        in_doubt: bool,
    ) -> None:
        # A message whose fate is known again starts a new search window with its next attempt.
        self._db.write(
            "UPDATE outbox SET state = :state, error = :error, next_attempt_at = :retry, "
            "service_wait_until = :wait, attempts = attempts + (state != 'sending'), "
            "first_attempt_at = CASE WHEN :doubt THEN first_attempt_at END WHERE id = :id",
            {
                "state": (OutboxState.IN_DOUBT if in_doubt else OutboxState.PENDING).value,
                "error": error,
                "retry": to_text(retry_at),
                "wait": to_text(service_wait_until),
                "doubt": in_doubt,
                "id": envelope.id,
            },
        )

    def postpone(self, envelope: Envelope, why: str, until: datetime) -> None:
        self._db.write(
            "UPDATE outbox SET next_attempt_at = ?, error = CASE error WHEN '' THEN ? ELSE error END WHERE id = ?",
            (to_text(until), why, envelope.id),
        )

    def mark_failed(self, envelope: Envelope, error: str, verdict: Verdict, now: datetime) -> None:
        self._db.write(
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = ?, remedy = ?, "
            "next_attempt_at = NULL, service_wait_until = NULL WHERE id = ?",
            (to_text(now), error, verdict.remedy, envelope.id),
        )

    def refresh(self, envelope: Envelope) -> Envelope:
        return self._envelope(envelope.id)

    def retry_failed(self, subscriber: str | None, now: datetime) -> int:
        return self._db.write(
            "UPDATE outbox SET state = 'pending', attempts = 0, error = '', remedy = '', created_at = ?, "
            "settled_at = NULL, next_attempt_at = NULL, service_wait_until = NULL, first_attempt_at = NULL "
            "WHERE state = 'failed' AND (? IS NULL OR subscriber = ?)",
            (to_text(now), subscriber, subscriber),
        )

    def next_attempt_at(self) -> datetime | None:
        return to_time_or_none(
            self._db.value(
                "SELECT min(max(coalesce(next_attempt_at, created_at), coalesce(service_wait_until, ''))) "
                f"FROM outbox WHERE state IN {_UNSETTLED}"
            )
        )

    # --- summaries that came late ---

    def upgrades(self, since: datetime) -> Sequence[Upgrade]:
        rows = self._db.rows(
            # Few messages await anything: CROSS JOIN has SQLite begin with those.
            "SELECT o.id, json_group_array(d.awaits) AS awaited FROM deliveries d "
            "CROSS JOIN outbox o ON o.id = d.outbox_id WHERE d.awaits IS NOT NULL "
            "AND o.kind = 'slack' AND o.state = 'sent' AND o.settled_at >= ? GROUP BY o.id ORDER BY o.id",
            (to_text(since),),
        )
        return [
            Upgrade(
                self._envelope(row["id"]),
                tuple(SummaryKey(**json.loads(text)) for text in json.loads(row["awaited"])),
            )
            for row in rows
        ]

    def save_upgrade(
        self, envelope: Envelope, payload: bytes, edition: str, settled: Sequence[SummaryKey]
    ) -> None:
        with self._db.transaction():
            self._db.write("UPDATE digests SET edition = ? WHERE id = ?", (edition, envelope.digest_id))
            self._db.write("UPDATE outbox SET payload = ? WHERE id = ?", (payload, envelope.id))
            for key in settled:
                self._db.write(
                    "UPDATE deliveries SET awaits = NULL WHERE outbox_id = ? AND arxiv_id = ?",
                    (envelope.id, key.arxiv_id),
                )

    # --- telling ---

    def tallies(self) -> Sequence[TargetTally]:
        rows = self._db.rows(
            "SELECT subscriber, kind, target, "
            "sum(state IN ('pending', 'sending')) AS pending, sum(state = 'in doubt') AS in_doubt, "
            "sum(state = 'failed') AS failed, sum(state = 'sent') AS sent, "
            "max(CASE WHEN state = 'sent' THEN settled_at END) AS last_sent_at, "
            "(SELECT e.error || CASE WHEN e.remedy = '' THEN '' ELSE ' (' || e.remedy || ')' END "
            " FROM outbox e WHERE e.subscriber = o.subscriber AND e.kind = o.kind AND e.target = o.target "
            " AND e.error != '' AND e.state != 'ended' ORDER BY e.id DESC LIMIT 1) AS error "
            "FROM outbox o WHERE state != 'ended' GROUP BY subscriber, kind, target ORDER BY 1, 2, 3"
        )
        return [
            TargetTally(
                subscriber=row["subscriber"],
                kind=Kind(row["kind"]),
                address=row["target"],
                pending=row["pending"],
                in_doubt=row["in_doubt"],
                failed=row["failed"],
                sent=row["sent"],
                last_sent_at=to_time_or_none(row["last_sent_at"]),
                error=row["error"] or "",
            )
            for row in rows
        ]

    def deliveries_of(self, arxiv_id: str, subscriber: str) -> Sequence[DeliveryRecord]:
        rows = self._db.rows(
            "SELECT d.*, o.state, o.attempts, o.settled_at, o.next_attempt_at, o.error, g.number, g.composed_at "
            "FROM deliveries d JOIN outbox o ON o.id = d.outbox_id JOIN digests g ON g.id = o.digest_id "
            "WHERE d.arxiv_id = ? AND d.subscriber = ? ORDER BY g.number, d.kind, d.target",
            (arxiv_id, subscriber),
        )
        return [_to_delivery(row) for row in rows]

    def _envelope(self, outbox: int) -> Envelope:
        row = self._db.row(
            "SELECT o.*, first.receipt_channel AS thread_channel, first.receipt_reference AS thread_reference "
            "FROM outbox o LEFT JOIN outbox first ON o.part > 1 AND first.digest_id = o.digest_id "
            "AND first.kind = o.kind AND first.target = o.target AND first.part = 1 AND first.state = 'sent' "
            "WHERE o.id = ?",
            (outbox,),
        )
        if row is None:
            raise StoreError(f"{self._db.path}: message {outbox} has vanished from the outbox")
        return _to_envelope(row)


def _awaits(placement: Placement) -> str | None:
    return None if placement.awaits is None else json.dumps(asdict(placement.awaits), ensure_ascii=False)


def _to_envelope(row: Row) -> Envelope:
    return Envelope(
        id=row["id"],
        digest_id=row["digest_id"] or 0,
        subscriber=row["subscriber"],
        target=Target(Kind(row["kind"]), row["target"]),
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
    )


def _receipt(channel: str | None, reference: str | None) -> Receipt | None:
    return None if channel is None or reference is None else Receipt(channel, reference)


def _to_delivery(row: Row) -> DeliveryRecord:
    return DeliveryRecord(
        subscriber=row["subscriber"],
        target=Target(Kind(row["kind"]), row["target"]),
        arxiv_id=row["arxiv_id"],
        version=row["version"],
        form=row["form"],
        digest_number=row["number"],
        composed_at=to_time(row["composed_at"]),
        state=OutboxState(row["state"]),
        attempts=row["attempts"],
        sent_at=to_time_or_none(row["settled_at"]) if row["state"] == "sent" else None,
        next_attempt_at=to_time_or_none(row["next_attempt_at"]),
        error=row["error"],
    )
