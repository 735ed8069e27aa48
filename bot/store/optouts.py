"""Who wants nothing for a while, or nothing any more: by a link, or by the operator's command.

A row is in force as long as it stands; `expire` ends those whose time is up. Everything else that composes or
sends asks `active`, so that one place decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime

from bot.history import OptOut
from bot.models import Subscriber, Target
from bot.store.database import Connection, Row, to_json, to_text, to_time, to_time_or_none
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
        if not self._has_left(subscriber, target):
            self._put(subscriber, target, until, now, unsubscribed=False)

    def unsubscribe(self, subscriber: str, target: Target, now: datetime) -> bool:
        """Deliver nothing more to the target; False when that was so already."""
        if self._has_left(subscriber, target):
            return False
        self._put(subscriber, target, None, now, unsubscribed=True)
        return True

    def resume(self, subscriber: str, target: Target | None, now: datetime) -> bool:
        """Deliver again, to the target or with None to all; False when nothing was held back.

        What ``lookback`` still covers at ``now`` is owed; the rest counts as read.
        """
        held = self.of(subscriber, target)
        with self._db.transaction():
            for one in held:
                self._end(one, now)
        return bool(held)

    def expire(self, now: datetime) -> None:
        """End what was to end by now, as of the moment it was to end."""
        ended = self._db.rows("SELECT * FROM optouts WHERE until <= ?", (to_text(now),))
        with self._db.transaction() if ended else nullcontext():
            for row in ended:  # each at its own time
                self._end(_optout(row), to_time(row["until"]))

    def of(self, subscriber: str, target: Target | None = None) -> Sequence[OptOut]:
        """What is in force for the subscriber; with a target what is for it, be it for it alone or for all."""
        rows = self._db.rows(
            "SELECT * FROM optouts WHERE subscriber = ? ORDER BY kind, address", (subscriber,)
        )
        found = [_optout(row) for row in rows]
        return [one for one in found if target is None or one.target in (None, target.bare)]

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
        return () if None in out else tuple(target for target in targets if target.bare not in out)

    def withdraw(self, subscriber: str, target: Target, now: datetime) -> bool:
        """End what waits for a target that wants nothing, where there was more after it had said so."""
        if self.active(subscriber, [target]):
            return False
        with self._db.transaction():
            self._withdraw(subscriber, target, now)
        return True

    def follow(self, subscribers: Sequence[Subscriber], new: Collection[str], now: datetime) -> None:
        """Come in line with the configuration: what somebody wanted ends with the address, not with a name.

        A subscriber who is ``new`` where a vanished one was read is the same by another name.
        """
        rows = self._db.rows("SELECT * FROM optouts")
        present = {one.name: {target.bare for target in one.targets} for one in subscribers if rows}
        for row in rows:
            one = _optout(row)
            theirs = present.get(one.subscriber)
            if theirs is None:
                read_at = {one.target} if one.target else self._read_at(one.subscriber)
                for name in sorted(new):
                    for target in read_at & present[name]:
                        if one.unsubscribed:
                            self.unsubscribe(name, target, now)
                        else:
                            self.pause(name, target, one.until, now)
            if theirs is None or (one.target is not None and one.target not in theirs):
                self._delete(one)

    def _read_at(self, subscriber: str) -> set[Target]:
        rows = self._db.rows("SELECT kind, address FROM targets WHERE subscriber = ?", (subscriber,))
        return {Target(row["kind"], row["address"]).bare for row in rows}

    def _has_left(self, subscriber: str, target: Target | None) -> bool:
        place = target.bare if target else None
        return any(one.unsubscribed and one.target == place for one in self.of(subscriber))

    def _put(
        self,
        subscriber: str,
        target: Target | None,
        until: datetime | None,
        now: datetime,
        *,
        unsubscribed: bool,
    ) -> None:
        place = target.bare if target else _EVERY
        with self._db.transaction():
            self._db.write(
                "INSERT OR REPLACE INTO optouts VALUES (?, ?, ?, ?, ?, ?)",
                (subscriber, place.kind, place.address, to_text(now), to_text(until), unsubscribed),
            )
            self._withdraw(subscriber, target, now)

    def _withdraw(self, subscriber: str, target: Target | None, now: datetime) -> None:
        """End what waits. Its papers are owed again later, but for those of a message that may have arrived."""
        unsent = (
            f"SELECT DISTINCT kind, target AS address FROM outbox WHERE state IN {UNSENT} AND subscriber = ?"
        )
        which = {
            **self._places(unsent, subscriber, target),
            "now": to_text(now),
            "why": _WITHDRAWN,
        }
        theirs = (
            "subscriber = :name "
            "AND (:all OR (kind = :kind AND target IN (SELECT value FROM json_each(:addresses))))"
        )
        waiting = f"SELECT id FROM outbox WHERE state IN ('pending', 'failed') AND {theirs}"
        self._db.write(f"DELETE FROM deliveries WHERE outbox_id IN ({waiting})", which)
        self._db.write(
            f"UPDATE outbox SET state = 'ended', settled_at = :now, error = :why "
            f"WHERE state IN {UNSENT} AND {theirs}",
            which,
        )

    def _end(self, one: OptOut, at: datetime) -> None:
        """From then on it is as if the targets were new: a first digest reaches ``lookback`` back."""
        self._delete(one)
        registered = "SELECT kind, address FROM targets WHERE subscriber = ?"
        self._db.write(
            "UPDATE targets SET since = max(since, :at) WHERE subscriber = :name "
            "AND (:all OR (kind = :kind AND address IN (SELECT value FROM json_each(:addresses))))",
            {**self._places(registered, one.subscriber, one.target), "at": to_text(at)},
        )

    def _delete(self, one: OptOut) -> None:
        stored = "SELECT kind, address FROM optouts WHERE subscriber = ? AND kind != ''"
        self._db.write(
            "DELETE FROM optouts WHERE subscriber = :name AND iif(:all, kind = '', kind = :kind "
            "AND address IN (SELECT value FROM json_each(:addresses)))",
            self._places(stored, one.subscriber, one.target),
        )

    def _places(self, rows: str, subscriber: str, target: Target | None) -> dict[str, object]:
        """The parameters of a statement about a target, however its address is written in these rows of
        the subscriber, or about all."""
        found = [Target(row["kind"], row["address"]) for row in self._db.rows(rows, (subscriber,))]
        same = [one.address for one in found if target is not None and one.bare == target.bare]
        return {
            "name": subscriber,
            "all": target is None,
            "kind": target.kind if target else "",
            "addresses": to_json(same),
        }


def _optout(row: Row) -> OptOut:
    return OptOut(
        subscriber=row["subscriber"],
        target=Target(row["kind"], row["address"]).bare if row["kind"] else None,
        since=to_time(row["since"]),
        until=to_time_or_none(row["until"]),
        unsubscribed=bool(row["unsubscribed"]),
    )
