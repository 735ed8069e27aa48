"""Who wants nothing for a while, or nothing any more: by a link, or by the operator's command.

A row is in force as long as it stands; `expire` ends those whose time is up. Everything else that composes or
sends asks `active`, so that one place decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.history import OptOut
from bot.models import Target
from bot.store.database import Connection, Row, to_text, to_time, to_time_or_none
from bot.store.outbox import UNSENT

SCHEMA = """
CREATE TABLE optouts (
  subscriber   TEXT NOT NULL,
  kind         TEXT NOT NULL,                   -- empty, with the address: all targets of the subscriber
  address      TEXT NOT NULL,
  since        TEXT NOT NULL,
  until        TEXT,                            -- none: until it is taken back
  unsubscribed INTEGER NOT NULL,                -- by the reader; else paused
  PRIMARY KEY (subscriber, kind, address)
) WITHOUT ROWID;
"""
LINK_KEY = """
CREATE TABLE link_key (                         -- signs readers' links; another installation has another
  key BLOB NOT NULL
)
"""

_EVERY = Target("", "")
_WITHDRAWN = "withdrawn: the reader wants nothing for the time being"


class OptOuts:
    """The optouts table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def pause(self, subscriber: str, target: Target | None, until: datetime | None, now: datetime) -> None:
        """Deliver nothing to the target, or with None to any of them, before ``until``, or until it is taken back.

        What waits for it is withdrawn, and owed again later. Who has unsubscribed stays so.
        """
        if not any(one.unsubscribed and one.target == target for one in self.of(subscriber)):
            self._put(subscriber, target, until, now, unsubscribed=False)

    def unsubscribe(self, subscriber: str, target: Target, now: datetime) -> bool:
        """Deliver nothing more to the target; False when that was so already."""
        if any(one.unsubscribed and one.target == target for one in self.of(subscriber)):
            return False
        self._put(subscriber, target, None, now, unsubscribed=True)
        return True

    def resume(self, subscriber: str, target: Target | None, now: datetime) -> bool:
        """Deliver again, to the target or with None to all; False when nothing was held back.

        What ``lookback`` still covers at ``now`` is owed; the rest counts as read.
        """
        held = [one for one in self.of(subscriber) if target is None or one.target in (None, target)]
        with self._db.transaction():
            for one in held:
                self._end(subscriber, one.target or _EVERY, now)
        return bool(held)

    def expire(self, now: datetime) -> None:
        """End what was to end by now, as of the moment it was to end."""
        for row in self._db.rows("SELECT * FROM optouts WHERE until <= ?", (to_text(now),)):
            with self._db.transaction():
                self._end(row["subscriber"], Target(row["kind"], row["address"]), to_time(row["until"]))

    def of(self, subscriber: str) -> Sequence[OptOut]:
        """What is in force for the subscriber."""
        rows = self._db.rows(
            "SELECT * FROM optouts WHERE subscriber = ? ORDER BY kind, address", (subscriber,)
        )
        return [_optout(row) for row in rows]

    def key(self) -> bytes:
        """The secret that readers' links are made of; made when it is first asked for."""
        with self._db.transaction():
            found = self._db.value("SELECT key FROM link_key")
            if found is None:
                found = secrets.token_bytes(32)
                self._db.write("INSERT INTO link_key (key) VALUES (?)", (found,))
        return bytes(found)

    def active(self, subscriber: str, targets: Iterable[Target]) -> tuple[Target, ...]:
        """Those of the targets that may be written to."""
        out = {one.target for one in self.of(subscriber)}
        return () if None in out else tuple(target for target in targets if target not in out)

    def withdraw(self, subscriber: str, target: Target, now: datetime) -> bool:
        """End what waits for a target that wants nothing, where there was more after it had said so."""
        if self.active(subscriber, [target]):
            return False
        with self._db.transaction():
            self._withdraw(subscriber, target, now)
        return True

    def _put(
        self,
        subscriber: str,
        target: Target | None,
        until: datetime | None,
        now: datetime,
        *,
        unsubscribed: bool,
    ) -> None:
        place = target or _EVERY
        with self._db.transaction():
            self._db.write(
                "INSERT OR REPLACE INTO optouts VALUES (?, ?, ?, ?, ?, ?)",
                (subscriber, place.kind, place.address, to_text(now), to_text(until), unsubscribed),
            )
            self._withdraw(subscriber, target, now)

    def _withdraw(self, subscriber: str, target: Target | None, now: datetime) -> None:
        """End what waits. Its papers are owed again later, but for those of a message that may have arrived."""
        place = target or _EVERY
        which = {
            "name": subscriber,
            "all": target is None,
            "kind": place.kind,
            "address": place.address,
            "now": to_text(now),
            "why": _WITHDRAWN,
        }
        theirs = "subscriber = :name AND (:all OR (kind = :kind AND target = :address))"
        waiting = f"SELECT id FROM outbox WHERE state IN ('pending', 'failed') AND {theirs}"
        self._db.write(f"DELETE FROM deliveries WHERE outbox_id IN ({waiting})", which)
        self._db.write(
            f"UPDATE outbox SET state = 'ended', settled_at = :now, error = :why "
            f"WHERE state IN {UNSENT} AND {theirs}",
            which,
        )

    def _end(self, subscriber: str, place: Target, at: datetime) -> None:
        """From then on it is as if the targets were new: a first digest reaches ``lookback`` back."""
        self._db.write(
            "DELETE FROM optouts WHERE subscriber = ? AND kind = ? AND address = ?",
            (subscriber, place.kind, place.address),
        )
        self._db.write(
            "UPDATE targets SET since = max(since, :at) "
            "WHERE subscriber = :name AND (:kind = '' OR (kind = :kind AND address = :address))",
            {"at": to_text(at), "name": subscriber, "kind": place.kind, "address": place.address},
        )


def _optout(row: Row) -> OptOut:
    return OptOut(
        subscriber=row["subscriber"],
        target=Target(row["kind"], row["address"]) if row["kind"] else None,
        since=to_time(row["since"]),
        until=to_time_or_none(row["until"]),
        unsubscribed=bool(row["unsubscribed"]),
    )
