"""Digests with their papers and messages, from composing to acceptance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from bot.errors import StoreError
from bot.history import (
    Backlog,
    DeliveryRecord,
    LastDigest,
    NewMessage,
    Placement,
    Refusals,
    TargetTally,
    Upgrade,
)
from bot.models import Envelope, OutboxState, Receipt, SummaryKey, Target, Verdict
from bot.store import envelopes
from bot.store.database import Connection, Row, to_json, to_text, to_time, to_time_or_none

WAITING = "('pending', 'in doubt')"
"""The states of a message that is to be sent or settled."""
UNSENT = "('pending', 'in doubt', 'failed')"
"""The states of a message that did not arrive, as far as is known; a failed one until somebody asks again."""

_FORGOTTEN_AT_ONCE = 100
"""Messages of some 40 kB, in one call."""
_READ_AT_ONCE = 500
"""Messages without their payloads: some 15 ms."""


class Outbox:
    """The digests, editions, outbox, payloads and deliveries tables: the queue and the ledger."""

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
        """Record a digest, its papers and its messages in one transaction.

        ``render`` is given the digest's number and returns its edition and its messages;
        ``due`` becomes the subscriber's last due moment. Returns the digest's number.
        """
        with self._db.transaction():
            last = self.last_digest(subscriber)
            number = last.number + 1 if last else 1
            edition, messages = render(number)
            digest = self._db.insert(
                "digests",
                {
                    "subscriber": subscriber,
                    "number": number,
                    "since": to_text(since),
                    "composed_at": to_text(now),
                    "papers": len({p.arxiv_id for message in messages for p in message.placements}),
                    "timezone": self._db.value(
                        "SELECT timezone FROM subscribers WHERE name = ?", (subscriber,)
                    ),
                },
            )
            self._db.insert("editions", {"digest_id": digest, "edition": edition})
            for message in messages:  # what is inserted of one refers to its number
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
                    "kind": message.target.kind,
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

    def add_copy(
        self, digest: int, subscriber: str, messages: Sequence[NewMessage], now: datetime
    ) -> Sequence[int]:
        """Put a digest into the queue once more; the numbers of its messages.

        Nothing else is recorded: its papers were delivered, or are owed, as before.
        """
        with self._db.transaction():
            copy = 1 + self._db.value("SELECT max(copy) FROM outbox WHERE digest_id = ?", (digest,))
            return [self._insert_message(digest, subscriber, message, now, copy) for message in messages]

    def _insert_message(
        self, digest: int | None, subscriber: str, message: NewMessage, now: datetime, copy: int = 0
    ) -> int:
        outbox = self._db.insert(
            "outbox",
            {
                "digest_id": digest,
                "subscriber": subscriber,
                "kind": message.target.kind,
                "target": message.target.address,
                "part": message.part,
                "parts": message.parts,
                "arxiv_ids": to_json(placement.arxiv_id for placement in message.placements),
                "state": OutboxState.PENDING.value,
                "created_at": to_text(now),
                "copy": copy,
            },
        )
        self._db.insert("payloads", {"outbox_id": outbox, "payload": message.payload})
        return outbox

    def add_notice(self, target: Target, payload: bytes, subscriber: str, now: datetime) -> int:
        """A message outside any digest, to the operator or to a subscriber; its number."""
        with self._db.transaction():
            return self._insert_message(None, subscriber, NewMessage(target, 1, 1, payload, ()), now)

    def last_digest(self, subscriber: str) -> LastDigest | None:
        """The subscriber's newest digest."""
        row = self._db.row(
            # The later of two times: a clock that was behind dates a digest before the one before it.
            "SELECT max(number) AS number, max(composed_at) AS composed_at FROM (SELECT number, composed_at "
            "FROM digests WHERE subscriber = ? ORDER BY number DESC LIMIT 100)",
            (subscriber,),
        )
        return LastDigest(row["number"], to_time(row["composed_at"])) if row and row["number"] else None

    def edition(self, digest_id: int) -> str:
        """What the digest says, for as long as one of its messages may be sent or edited."""
        found = self._db.value("SELECT edition FROM editions WHERE digest_id = ?", (digest_id,))
        if found is None:
            raise StoreError(f"{self._db.path}: the edition of digest {digest_id} is kept no longer")
        return str(found)

    # --- sending ---

    def doubt_sending(self) -> int:
        """At start: what a dead process was sending is in doubt."""
        return self._db.write("UPDATE outbox SET state = 'in doubt' WHERE state = 'sending'")

    def due(
        self, now: datetime, *, ignore_backoff: bool, subscribers: Sequence[str] | None
    ) -> Iterator[Envelope]:
        """Messages to settle or send, in order of digest and part.

        ``ignore_backoff`` drops our own waiting times, never a service's Retry-After. Their payloads are empty,
        as a morning's mail may be larger than the memory: `refresh` reads one. Which they are is settled by the
        first; each is as it is when its piece is read, so that others may have their turn between two.
        """
        rows = self._db.rows(
            f"SELECT id FROM outbox WHERE state IN {WAITING} "
            "AND (service_wait_until IS NULL OR service_wait_until <= :now) "
            "AND (:ignore OR next_attempt_at IS NULL OR next_attempt_at <= :now) "
            "AND (:all OR subscriber IN (SELECT value FROM json_each(:names))) "
            "ORDER BY digest_id IS NULL, digest_id, copy, kind, target, part, id",
            {
                "now": to_text(now),
                "ignore": ignore_backoff,
                "all": subscribers is None,
                "names": to_json(subscribers or ()),
            },
        )
        yield from self._in_pieces([row["id"] for row in rows])

    def waiting(self, subscribers: Sequence[str] | None) -> Iterator[Envelope]:
        """Everything that is neither sent, failed nor ended; with empty payloads, and read in pieces as `due`."""
        rows = self._db.rows(
            f"SELECT id FROM outbox WHERE state IN {WAITING} "
            "AND (? OR subscriber IN (SELECT value FROM json_each(?))) ORDER BY id",
            (subscribers is None, to_json(subscribers or ())),
        )
        yield from self._in_pieces([row["id"] for row in rows])

    def _in_pieces(self, ids: Sequence[int]) -> Iterator[Envelope]:
        for at in range(0, len(ids), _READ_AT_ONCE):
            yield from envelopes.read(self._db, ids[at : at + _READ_AT_ONCE], payloads=False)

    def mark_sending(self, envelope: Envelope, now: datetime) -> Envelope:
        """It is about to be sent, but for one that was withdrawn meanwhile: that stays ended.

        The envelope as it is after that; otherwise it must be as it is in the outbox before.
        """
        marked = self._db.write(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, "
            "first_attempt_at = coalesce(first_attempt_at, ?) WHERE id = ? AND state != 'ended'",
            (to_text(now), envelope.id),
        )
        if not marked:
            return self.refresh(envelope)
        return replace(
            envelope,
            state=OutboxState.SENDING,
            attempts=envelope.attempts + 1,
            first_attempt_at=envelope.first_attempt_at or now,
        )

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

    def hold_back_the_rest(self, envelope: Envelope) -> None:
        """The parts after it are not due before it is: one that overtakes it would begin a thread of its own."""
        self._db.write(
            "UPDATE outbox AS o SET "
            "next_attempt_at = nullif(max(coalesce(o.next_attempt_at, ''), coalesce(held.next_attempt_at, '')), ''), "
            "service_wait_until = "
            "nullif(max(coalesce(o.service_wait_until, ''), coalesce(held.service_wait_until, '')), '') "
            "FROM outbox held WHERE held.id = ? AND o.digest_id = held.digest_id AND o.copy = held.copy "
            f"AND o.kind = held.kind AND o.target = held.target AND o.part > held.part AND o.state IN {WAITING}",
            (envelope.id,),
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
            "recipient_refused = ?, next_attempt_at = NULL, service_wait_until = NULL WHERE id = ?",
            (to_text(now), error, verdict.remedy, verdict.recipient_refused, envelope.id),
        )

    def refusals(self, subscriber: str, target: Target) -> Refusals:
        """What the target itself has refused for good since it last accepted anything. A ``retry`` forgets it."""
        (row,) = self._db.rows(
            "SELECT count(DISTINCT digest_id) AS digests, coalesce(sum(attempts), 0) AS attempts FROM outbox "
            "WHERE kind = :kind AND target = :address AND subscriber = :name AND state = 'failed' "
            "AND recipient_refused AND settled_at > coalesce((SELECT max(settled_at) FROM outbox "
            " WHERE kind = :kind AND target = :address AND subscriber = :name AND state = 'sent'), '')",
            {"kind": target.kind, "address": target.address, "name": subscriber},
        )
        return Refusals(row["digests"], row["attempts"])

    def refresh(self, envelope: Envelope) -> Envelope:
        """The row as it is now, with the receipt of its digest's first part."""
        return envelopes.read(self._db, [envelope.id])[0]

    def read(self, ids: Sequence[int]) -> Sequence[Envelope]:
        """Messages as they are now, in the order of the numbers."""
        return envelopes.read(self._db, ids)

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
                f"FROM outbox WHERE state IN {WAITING}"
            )
        )

    # --- summaries that came late ---

    def upgrades(self, since: datetime, kinds: Sequence[str]) -> Sequence[Upgrade]:
        """Messages sent since then to these kinds of target, with papers that still await their summary."""
        rows = self._db.rows(
            # Few messages await anything: CROSS JOIN has SQLite begin with those.
            "SELECT o.id, json_group_array(d.awaits) AS awaited FROM deliveries d "
            "CROSS JOIN outbox o ON o.id = d.outbox_id WHERE d.awaits IS NOT NULL "
            "AND o.kind IN (SELECT value FROM json_each(?)) AND o.state = 'sent' AND o.settled_at >= ? "
            "GROUP BY o.id ORDER BY o.id",
            (to_json(kinds), to_text(since)),
        )
        return [
            Upgrade(envelope, tuple(SummaryKey(**json.loads(text)) for text in json.loads(row["awaited"])))
            for row, envelope in zip(rows, envelopes.read(self._db, [row["id"] for row in rows]), strict=True)
        ]

    def save_upgrade(
        self, envelope: Envelope, payload: bytes, edition: str, settled: Sequence[SummaryKey]
    ) -> None:
        """The message was edited: its payload and its digest's edition, and what it awaits no longer."""
        with self._db.transaction():
            self._db.write(
                "UPDATE editions SET edition = ? WHERE digest_id = ?", (edition, envelope.digest_id)
            )
            self.replace_payload(envelope, payload)
            self._db.write(
                "UPDATE deliveries SET awaits = NULL WHERE awaits IS NOT NULL AND outbox_id = ? "
                "AND arxiv_id IN (SELECT value FROM json_each(?))",
                (envelope.id, to_json(key.arxiv_id for key in settled)),
            )

    def replace_payload(self, envelope: Envelope, payload: bytes) -> None:
        """The message takes another form. Only for one that certainly did not arrive: its key changes."""
        self._db.write("UPDATE payloads SET payload = ? WHERE outbox_id = ?", (payload, envelope.id))

    def forget_bodies(self, before: datetime) -> int:
        """Drop what was said by messages that left the queue before then; a bounded piece, how many.

        That they were sent, to whom and with which papers, stays. What failed can be retried, and stays whole.
        """
        rows = self._db.rows(
            "SELECT o.id FROM payloads p CROSS JOIN outbox o ON o.id = p.outbox_id "
            "WHERE o.state IN ('sent', 'ended') AND o.settled_at < ? LIMIT ?",
            (to_text(before), _FORGOTTEN_AT_ONCE),
        )
        if not rows:
            return 0
        these = "(SELECT value FROM json_each(:ids))"
        ids = {"ids": to_json(row["id"] for row in rows)}
        with self._db.transaction():
            self._db.write(f"DELETE FROM payloads WHERE outbox_id IN {these}", ids)
            self._db.write(
                f"UPDATE deliveries SET awaits = NULL WHERE awaits IS NOT NULL AND outbox_id IN {these}", ids
            )
            self._db.write(
                f"DELETE FROM editions WHERE digest_id IN (SELECT digest_id FROM outbox WHERE id IN {these}) "
                "AND NOT EXISTS (SELECT 1 FROM outbox o JOIN payloads p ON p.outbox_id = o.id "
                "WHERE o.digest_id = editions.digest_id)",
                ids,
            )
        return len(rows)

    # --- telling ---

    def backlog(self) -> Backlog:
        """What waits, or failed, in numbers."""
        states = [state.value for state in (OutboxState.PENDING, OutboxState.SENDING, OutboxState.IN_DOUBT)]
        rows = self._db.rows(
            "SELECT state, count(*) AS many, min(created_at) AS oldest FROM outbox "
            "WHERE state IN (SELECT value FROM json_each(?)) GROUP BY state",
            (to_json([*states, OutboxState.FAILED.value]),),
        )
        counts = {row["state"]: row["many"] for row in rows}
        waiting = [row["oldest"] for row in rows if row["state"] in states]
        return Backlog(
            {state: counts.get(state, 0) for state in (*states, OutboxState.FAILED.value)},
            to_time(min(waiting)) if waiting else None,
        )

    def tallies(self) -> Sequence[TargetTally]:
        rows = self._db.rows(
            "SELECT subscriber, kind, target, "
            "sum(many * (state IN ('pending', 'sending'))) AS pending, sum(many * (state = 'in doubt')) AS in_doubt, "
            "sum(many * (state = 'failed')) AS failed, sum(many * (state = 'sent')) AS sent, "
            "(SELECT max(e.settled_at) FROM outbox e WHERE e.subscriber = o.subscriber AND e.kind = o.kind "
            " AND e.target = o.target AND e.state = 'sent') AS last_sent_at, "
            "(SELECT e.error || CASE WHEN e.remedy = '' THEN '' ELSE ' (' || e.remedy || ')' END "
            " FROM outbox e WHERE e.subscriber = o.subscriber AND e.kind = o.kind AND e.target = o.target "
            " AND e.error != '' AND e.state != 'ended' ORDER BY e.id DESC LIMIT 1) AS error "
            "FROM outbox_totals o WHERE state != 'ended' AND many > 0 "
            "GROUP BY subscriber, kind, target ORDER BY 1, 2, 3"
        )
        return [
            TargetTally(
                subscriber=row["subscriber"],
                kind=row["kind"],
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
            # SQLite would rather read the subscriber's whole ledger in its order.
            "FROM deliveries d INDEXED BY deliveries_by_paper "
            "JOIN outbox o ON o.id = d.outbox_id JOIN digests g ON g.id = o.digest_id "
            "WHERE d.arxiv_id = ? AND d.subscriber = ? ORDER BY g.number, d.kind, d.target",
            (arxiv_id, subscriber),
        )
        return [_to_delivery(row) for row in rows]


def _awaits(placement: Placement) -> str | None:
    return None if placement.awaits is None else json.dumps(asdict(placement.awaits), ensure_ascii=False)


def _to_delivery(row: Row) -> DeliveryRecord:
    return DeliveryRecord(
        subscriber=row["subscriber"],
        target=Target(row["kind"], row["target"]),
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
