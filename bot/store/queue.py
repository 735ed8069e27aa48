"""The queue: which messages are to be sent, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.models import Envelope, OutboxState, Receipt, Verdict
from bot.store import envelopes
from bot.store.database import Connection, to_json, to_text, to_time_or_none

_UNSETTLED = "('pending', 'in doubt')"


class MessageQueue:
    """The states of the outbox table's rows. It never reads or changes what a message says."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def doubt_sending(self) -> int:
        """At start: what a dead process was sending is in doubt."""
        return self._db.write("UPDATE outbox SET state = 'in doubt' WHERE state = 'sending'")

    def due(
        self, now: datetime, *, ignore_backoff: bool, subscribers: Sequence[str] | None
    ) -> Sequence[Envelope]:
        """Messages to settle or send, in order of digest and part.

        ``ignore_backoff`` drops our own waiting times, never a service's Retry-After.
        """
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
        return envelopes.read(self._db, [row["id"] for row in rows])

    def unsettled(self, subscribers: Sequence[str] | None) -> Sequence[Envelope]:
        """Everything that is neither sent, failed nor ended."""
        rows = self._db.rows(
            f"SELECT id FROM outbox WHERE state IN {_UNSETTLED} "
            "AND (? OR subscriber IN (SELECT value FROM json_each(?))) ORDER BY id",
            (subscribers is None, to_json(subscribers or ())),
        )
        return envelopes.read(self._db, [row["id"] for row in rows])

    def mark_sending(self, envelope: Envelope, now: datetime) -> Envelope:
        with self._db.transaction():
            self._db.write(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, "
                "first_attempt_at = coalesce(first_attempt_at, ?) WHERE id = ?",
                (to_text(now), envelope.id),
            )
            return self.refresh(envelope)

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
        """It was tried in vain, or could not even be tried: that counts as an attempt, too."""
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
        """It was not tried, and is not due before then."""
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
        """The row as it is now, with the receipt of its digest's first part."""
        return envelopes.read(self._db, [envelope.id])[0]

    def retry_failed(self, subscriber: str | None, now: datetime) -> int:
        """Put failed messages back in the queue; how many. Their addresses are looked up anew."""
        failed = "state = 'failed' AND (:name IS NULL OR subscriber = :name)"
        values = {"now": to_text(now), "name": subscriber}
        with self._db.transaction():
            # A channel that was made anew has its name, and another id.
            self._db.write(
                f"DELETE FROM addresses WHERE (kind, address) IN (SELECT kind, target FROM outbox WHERE {failed})",
                values,
            )
            return self._db.write(
                "UPDATE outbox SET state = 'pending', attempts = 0, error = '', remedy = '', created_at = :now, "
                "settled_at = NULL, next_attempt_at = NULL, service_wait_until = NULL, first_attempt_at = NULL "
                f"WHERE {failed}",
                values,
            )

    def next_attempt_at(self) -> datetime | None:
        return to_time_or_none(
            self._db.value(
                "SELECT min(max(coalesce(next_attempt_at, created_at), coalesce(service_wait_until, ''))) "
                f"FROM outbox WHERE state IN {_UNSETTLED}"
            )
        )
