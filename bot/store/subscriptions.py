"""Who subscribes to what since when, and where their digests go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

from bot.models import Subscriber, Target
from bot.models.subscriptions import Changes, Hours, SubscriberRecord
from bot.store.database import Connection, Row, from_json, to_json, to_text, to_time, to_time_or_none
from bot.store.optouts import OptOuts
from bot.store.outbox import UNSENT


class Subscriptions:
    """The subscribers, subscriptions, targets and addresses tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._optouts = OptOuts(connection)
        self._synced: tuple[Subscriber, ...] | None = None

    def sync(self, subscribers: Sequence[Subscriber], now: datetime) -> None:
        """Bring the record in line with the configuration.

        New subscribers, topics and targets start now; a vanished subscriber's waiting messages
        end; those of a vanished target move to a new target of the same kind, or end. Who wanted nothing still
        does where their address stays.
        """
        at = to_text(now)
        if self._synced == tuple(subscribers) and not self._astray(subscribers):
            return
        with self._db.transaction():
            known = {
                row["name"] for row in self._db.rows("SELECT name FROM subscribers WHERE removed_at IS NULL")
            }
            vanished = to_json(self.vanished([subscriber.name for subscriber in subscribers]))
            self._db.write(
                "UPDATE subscribers SET removed_at = ? WHERE name IN (SELECT value FROM json_each(?)) "
                "AND removed_at IS NULL",
                (at, vanished),
            )
            self._end("subscriber IN (SELECT value FROM json_each(?))", (vanished,), at)
            self._add(subscribers, at)
            for subscriber in self._out_of_line(subscribers):
                self._sync_one(subscriber, at)
            self._optouts.follow(subscribers, {one.name for one in subscribers} - known, now)
        self._synced = tuple(subscribers)

    def is_in_line(self, subscribers: Sequence[Subscriber]) -> bool:
        """Whether `sync` would change nothing. Only looks."""
        present = self._db.tuples("SELECT name FROM subscribers WHERE removed_at IS NULL")
        return not (
            {name for (name,) in present} - {one.name for one in subscribers}
            or self._astray(subscribers)
            or self._out_of_line(subscribers)
        )

    def _out_of_line(self, subscribers: Sequence[Subscriber]) -> list[Subscriber]:
        """Those of whom the record, or a message that waits, says anything else than the configuration."""
        hours = set(
            self._db.tuples("SELECT name, schedule, timezone FROM subscribers WHERE removed_at IS NULL")
        )
        topics = set(self._db.tuples("SELECT subscriber, topic FROM subscriptions"))
        targets = set(self._db.tuples("SELECT subscriber, kind, address FROM targets"))
        recorded = Counter(name for name, *_ in chain(topics, targets))
        astray = {
            name for name, target in self._unsent() if (name, target.kind, target.address) not in targets
        }
        return [
            one
            for one in subscribers
            if one.name in astray
            or (one.name, one.schedule.text, one.timezone) not in hours
            or recorded[one.name] != len(set(one.topics)) + len(set(one.targets))
            or any((one.name, topic) not in topics for topic in one.topics)
            or any((one.name, target.kind, target.address) not in targets for target in one.targets)
        ]

    def _astray(self, subscribers: Sequence[Subscriber]) -> bool:
        """Whether a message waits for a target that has gone: one in doubt may be pending again."""
        present = {(one.name, target) for one in subscribers for target in one.targets}
        return any(one not in present for one in self._unsent())

    def _unsent(self) -> list[tuple[str, Target]]:
        """Whose messages wait, and for which target; but for the operator's."""
        rows = self._db.rows(
            f"SELECT DISTINCT subscriber, kind, target FROM outbox WHERE state IN {UNSENT} AND subscriber != ''"
        )
        return [(row["subscriber"], Target(row["kind"], row["target"])) for row in rows]

    def _add(self, subscribers: Sequence[Subscriber], at: str | None) -> None:
        """Those whose names were never known; on the first day that is all of them."""
        known = {row["name"] for row in self._db.rows("SELECT name FROM subscribers")}
        new = [one for one in subscribers if one.name not in known]
        self._db.insert_new(
            "subscribers",
            [
                {"name": one.name, "since": at, "schedule": one.schedule.text, "timezone": one.timezone}
                for one in new
            ],
        )
        self._db.insert_new(
            "subscriptions",
            [{"subscriber": one.name, "topic": topic, "since": at} for one in new for topic in one.topics],
        )
        self._db.insert_new(
            "targets",
            [
                {"subscriber": one.name, "kind": target.kind, "address": target.address, "since": at}
                for one in new
                for target in one.targets
            ],
        )

    def _sync_one(self, subscriber: Subscriber, at: str | None) -> None:
        # A loop, as what follows depends on what each has: few are edited at once.
        if (
            self._db.value("SELECT removed_at FROM subscribers WHERE name = ?", (subscriber.name,))
            is not None
        ):
            # Back after an absence: not flooded with what was matched meanwhile.
            self._db.write(
                "UPDATE subscribers SET since = ?, removed_at = NULL, last_due_at = NULL WHERE name = ?",
                (at, subscriber.name),
            )
            self._db.write("DELETE FROM subscriptions WHERE subscriber = ?", (subscriber.name,))
        self._db.write(
            "UPDATE subscribers SET schedule = :schedule, timezone = :zone WHERE name = :name "
            "AND (schedule, timezone) != (:schedule, :zone)",
            {"name": subscriber.name, "schedule": subscriber.schedule.text, "zone": subscriber.timezone},
        )
        self._db.insert_new(
            "subscriptions",
            [{"subscriber": subscriber.name, "topic": topic, "since": at} for topic in subscriber.topics],
        )
        self._db.write(
            "DELETE FROM subscriptions WHERE subscriber = ? AND topic NOT IN (SELECT value FROM json_each(?))",
            (subscriber.name, to_json(subscriber.topics)),
        )
        self._sync_targets(subscriber, at)

    def _sync_targets(self, subscriber: Subscriber, at: str | None) -> None:
        known = {
            Target(row["kind"], row["address"])
            for row in self._db.rows(
                "SELECT kind, address FROM targets WHERE subscriber = :name UNION "
                f"SELECT kind, target FROM outbox WHERE subscriber = :name AND state IN {UNSENT}",
                {"name": subscriber.name},
            )
        }
        wanted = set(subscriber.targets)
        registered = self._registered(subscriber.name)
        # A target inherits the history of its kind, so it reaches as far back as the kind does.
        since = {row["kind"]: row["since"] for row in self._kinds(subscriber.name)}
        for gone in sorted(known - wanted):
            # A target that is new is the likeliest heir; one that has the digest already is passed over.
            same_kind = [target for target in wanted if target.kind == gone.kind]
            heirs = sorted(same_kind, key=lambda target: (target in registered, target))
            self._leave(subscriber.name, gone, heirs[0] if heirs else None, at)
        self._db.insert_new(
            "targets",
            [
                {
                    "subscriber": subscriber.name,
                    "kind": target.kind,
                    "address": target.address,
                    "since": since.get(target.kind, at),
                }
                for target in subscriber.targets
            ],
        )

    def _kinds(self, subscriber: str) -> Sequence[Row]:
        return self._db.rows(
            "SELECT kind, min(since) AS since FROM targets WHERE subscriber = ? GROUP BY kind", (subscriber,)
        )

    def _registered(self, subscriber: str) -> set[Target]:
        rows = self._db.rows("SELECT kind, address FROM targets WHERE subscriber = ?", (subscriber,))
        return {Target(row["kind"], row["address"]) for row in rows}

    def _leave(self, subscriber: str, gone: Target, heir: Target | None, at: str | None) -> None:
        """What the old target was never sent goes to its heir, in its order, or ends.

        A message in doubt stays addressed to the old target, whose history can settle it.
        """
        key = (subscriber, gone.kind, gone.address)
        unsent = "subscriber = ? AND kind = ? AND target = ? AND state IN ('pending', 'failed')"
        if heir is not None:
            self._db.write(
                "UPDATE OR IGNORE deliveries SET target = ? WHERE subscriber = ? AND kind = ? AND target = ? "
                f"AND outbox_id IN (SELECT id FROM outbox WHERE {unsent})",
                (heir.address, *key, *key),
            )
            self._db.write(
                f"UPDATE OR IGNORE outbox SET target = ?, state = 'pending', next_attempt_at = NULL WHERE {unsent}",
                (heir.address, *key),
            )
        self._end("subscriber = ? AND kind = ? AND target = ? AND state != 'in doubt'", key, at)
        if heir is None:
            self._end("subscriber = ? AND kind = ? AND target = ?", key, at)
        self._db.write("DELETE FROM targets WHERE subscriber = ? AND kind = ? AND address = ?", key)

    def _end(self, condition: str, parameters: Sequence[object], at: str | None) -> None:
        self._db.write(
            f"UPDATE outbox SET state = 'ended', settled_at = ? WHERE state IN {UNSENT} AND {condition}",
            (at, *parameters),
        )

    def reach_back(self, subscribers: Sequence[str], since: datetime) -> None:
        """Let what they subscribe to have begun by then, at every target, if it did not before."""
        values = {"since": to_text(since), "names": to_json(subscribers)}
        with self._db.transaction():
            for table in ("subscriptions", "targets"):
                self._db.write(
                    f"UPDATE {table} SET since = min(since, :since) "
                    "WHERE subscriber IN (SELECT value FROM json_each(:names))",
                    values,
                )

    def get(self, subscriber: str) -> SubscriberRecord | None:
        row = self._db.row(
            "SELECT s.*, "
            "(SELECT json_group_object(topic, since) FROM subscriptions WHERE subscriber = s.name) AS topics, "
            "(SELECT json_group_array(json_array(kind, address, since)) FROM targets "
            " WHERE subscriber = s.name) AS targets FROM subscribers s WHERE s.name = ?",
            (subscriber,),
        )
        return _to_record(row) if row else None

    def hours(self, subscribers: Sequence[str] | None = None) -> Mapping[str, Hours]:
        """By what schedule each of them, or everybody, is written to, and since when anew; by name."""
        rows = self._db.rows(
            # Many have theirs in common: one row, and one value, for all of those.
            "SELECT schedule, timezone, coalesce(last_due_at, since) AS last, json_group_array(name) AS names "
            "FROM subscribers WHERE ? OR name IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3",
            (subscribers is None, to_json(subscribers or ())),
        )
        alike = (
            (Hours(row["schedule"], row["timezone"], to_time(row["last"])), row["names"]) for row in rows
        )
        return {name: hours for hours, names in alike for name in from_json(names)}

    def first_of(self, topics: Sequence[str]) -> Mapping[str, datetime]:
        """When the first of those who subscribe to each of the topics began to; nothing where nobody does."""
        rows = self._db.rows(
            "SELECT t.topic, min(t.since) AS since FROM subscriptions t JOIN subscribers s ON s.name = t.subscriber "
            "WHERE t.topic IN (SELECT value FROM json_each(?)) AND s.removed_at IS NULL GROUP BY t.topic",
            (to_json(topics),),
        )
        return {row["topic"]: to_time(row["since"]) for row in rows}

    def changes(self, subscribers: Sequence[Subscriber]) -> Changes:
        """Who vanished and who is new, as long as `sync` has not taken the configuration up."""
        vanished = (self.get(name) for name in self.vanished([one.name for one in subscribers]))
        return Changes(
            vanished=tuple(record for record in vanished if record is not None),
            arrived=tuple(one for one in subscribers if self.get(one.name) is None),
        )

    def vanished(self, names: Sequence[str]) -> Sequence[str]:
        """Subscribers the database knows that are not among the names."""
        rows = self._db.rows(
            "SELECT name FROM subscribers WHERE name NOT IN (SELECT value FROM json_each(?)) ORDER BY name",
            (to_json(names),),
        )
        return [row["name"] for row in rows]

    def told_until(self) -> datetime | None:
        """The oldest moment up to which a present subscriber was told all: their last digest, or their start."""
        return to_time_or_none(
            self._db.value(
                "SELECT min(coalesce((SELECT d.composed_at FROM digests d WHERE d.subscriber = s.name "
                "ORDER BY d.number DESC LIMIT 1), s.since)) FROM subscribers s WHERE s.removed_at IS NULL"
            )
        )

    def set_last_due(self, subscriber: str, due: datetime) -> None:
        self._db.write("UPDATE subscribers SET last_due_at = ? WHERE name = ?", (to_text(due), subscriber))

    def resolved(self, target: Target) -> str | None:
        """The service's own id of an address, where it was found out before."""
        return self.resolved_of([target]).get(target)

    def resolved_of(self, targets: Sequence[Target]) -> Mapping[Target, str]:
        """The same of several, of those that were."""
        rows = self._db.rows(
            "SELECT a.kind, a.address, a.resolved FROM json_each(?) j CROSS JOIN addresses a "
            "ON a.kind = json_extract(j.value, '$[0]') AND a.address = json_extract(j.value, '$[1]')",
            (json.dumps([(target.kind, target.address) for target in targets]),),
        )
        return {Target(row["kind"], row["address"]): str(row["resolved"]) for row in rows}

    def save_resolved(self, target: Target, resolved: str) -> None:
        self._db.write(
            "INSERT INTO addresses (kind, address, resolved) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, address) DO UPDATE SET resolved = excluded.resolved",
            (target.kind, target.address, resolved),
        )


def _to_record(row: Row) -> SubscriberRecord:
    topics: dict[str, str] = json.loads(row["topics"])
    targets: list[tuple[str, str, str]] = json.loads(row["targets"])
    kinds: dict[str, str] = {}
    for kind, _, since in targets:
        kinds[kind] = min(since, kinds.get(kind, since))
    return SubscriberRecord(
        name=row["name"],
        since=to_time(row["since"]),
        topics_since={topic: to_time(since) for topic, since in topics.items()},
        last_due_at=to_time_or_none(row["last_due_at"]),
        removed_at=to_time_or_none(row["removed_at"]),
        kinds_since={kind: to_time(since) for kind, since in kinds.items()},
        schedule=row["schedule"],
        timezone=row["timezone"],
        targets=tuple(sorted(Target(kind, address) for kind, address, _ in targets)),
    )
