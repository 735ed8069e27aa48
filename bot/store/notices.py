"""Service-wide waits, and what people have been told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.history import Alert, ServiceWait
from bot.store.database import Connection, Row, to_json, to_text, to_time


class Notices:
    """The waits, alerts and told tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def wait_until(self, service: str) -> ServiceWait | None:
        row = self._db.row("SELECT * FROM waits WHERE service = ?", (service,))
        return ServiceWait(row["service"], to_time(row["until"]), row["reason"]) if row else None

    def set_wait(self, wait: ServiceWait) -> None:
        self._db.write(
            "INSERT INTO waits (service, until, reason) VALUES (?, ?, ?) "
            "ON CONFLICT (service) DO UPDATE SET until = excluded.until, reason = excluded.reason",
            (wait.service, to_text(wait.until), wait.reason),
        )

    def waits(self, now: datetime) -> Sequence[ServiceWait]:
        """Those that are not over, the longest first."""
        rows = self._db.rows("SELECT * FROM waits WHERE until > ? ORDER BY until DESC", (to_text(now),))
        return [ServiceWait(row["service"], to_time(row["until"]), row["reason"]) for row in rows]

    def lift_waits(self, services: Collection[str]) -> None:
        """These may be asked again at once."""
        with self._db.transaction():
            self._lift(services)

    def asked_at(self, marks: Mapping[str, str]) -> None:
        """Where each service is asked from now on, by a mark of its address: what another one there asked for
        is not waited for."""
        known = {row["service"]: row["mark"] for row in self._db.rows("SELECT service, mark FROM endpoints")}
        changed = {service: mark for service, mark in marks.items() if known.get(service) != mark}
        if not changed:
            return
        with self._db.transaction():
            self._lift(changed.keys() & known.keys())
            self._db.write_all(
                "INSERT OR REPLACE INTO endpoints (service, mark) VALUES (:service, :mark)",
                [{"service": service, "mark": mark} for service, mark in changed.items()],
            )

    def _lift(self, services: Collection[str]) -> None:
        which = (to_json(services),)
        self._db.write("DELETE FROM waits WHERE service IN (SELECT value FROM json_each(?))", which)
        self._db.write(
            "UPDATE outbox SET service_wait_until = NULL WHERE kind IN (SELECT value FROM json_each(?)) "
            "AND service_wait_until IS NOT NULL",
            which,
        )

    def open_alert(self, alert: Alert) -> bool:
        """True when this is news: not told since it was last mended."""
        with self._db.transaction():
            known = self._db.row("SELECT closed_at FROM alerts WHERE key = ?", (alert.key,))
            self._db.write(
                "INSERT INTO alerts (key, subscriber, text, cause, opened_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET text = excluded.text, cause = excluded.cause, closed_at = NULL, "
                "opened_at = CASE WHEN closed_at IS NULL THEN opened_at ELSE excluded.opened_at END",
                (alert.key, alert.subscriber, alert.text, alert.cause, to_text(alert.opened_at)),
            )
        return known is None or known["closed_at"] is not None

    def close_alert(self, key: str, now: datetime) -> bool:
        """True when it had been open."""
        with self._db.transaction():
            closed = self._db.write(
                "UPDATE alerts SET closed_at = ? WHERE key = ? AND closed_at IS NULL", (to_text(now), key)
            )
            self._db.write("DELETE FROM told WHERE key = ?", (key,))
        return closed > 0

    def open_alerts(self) -> Sequence[Alert]:
        return [
            _to_alert(row)
            for row in self._db.rows("SELECT * FROM alerts WHERE closed_at IS NULL ORDER BY opened_at, key")
        ]

    def untold(self, subscriber: str) -> Sequence[Alert]:
        """Open alerts that concern the subscriber and that no digest of theirs has told.

        The operator has the empty name; every alert concerns them.
        """
        rows = self._db.rows(
            "SELECT a.* FROM alerts a WHERE a.closed_at IS NULL "
            "AND (:name = '' OR a.subscriber IS NULL OR a.subscriber = :name) "
            "AND NOT EXISTS (SELECT 1 FROM told t WHERE t.key = a.key AND t.subscriber = :name) "
            "ORDER BY a.opened_at, a.key",
            {"name": subscriber},
        )
        return [_to_alert(row) for row in rows]

    def mark_told(self, subscriber: str, keys: Sequence[str], now: datetime) -> None:
        self._db.insert_new(
            "told", [{"key": key, "subscriber": subscriber, "told_at": to_text(now)} for key in keys]
        )


def _to_alert(row: Row) -> Alert:
    return Alert(row["key"], row["text"], to_time(row["opened_at"]), row["subscriber"], row["cause"])
