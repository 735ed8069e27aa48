"""What is kept of one subscriber, and its deletion."""

from __future__ import annotations

from bot.models import Target
from bot.models.subscriptions import Kept
from bot.store.database import Connection

_ADDRESSES = (
    "SELECT kind, address FROM targets WHERE subscriber {0} :name "
    "UNION SELECT kind, target FROM outbox WHERE subscriber {0} :name"
)

_MESSAGES = "(SELECT id FROM outbox WHERE subscriber = :name)"
_ALERTS = "(SELECT key FROM alerts WHERE subscriber = :name)"

_DELETIONS = (
    # An address that somebody else uses as well is theirs, too.
    f"DELETE FROM addresses WHERE (kind, address) IN ({_ADDRESSES.format('=')}) "
    f"AND (kind, address) NOT IN ({_ADDRESSES.format('!=')})",
    "DELETE FROM deliveries WHERE subscriber = :name",
    f"DELETE FROM payloads WHERE outbox_id IN {_MESSAGES}",
    # What the operator was told may name them, and is needed no longer once it was sent.
    "DELETE FROM payloads WHERE outbox_id IN "
    "(SELECT id FROM outbox WHERE subscriber = '' AND state IN ('sent', 'ended'))",
    "DELETE FROM outbox WHERE subscriber = :name",
    "DELETE FROM outbox_totals WHERE subscriber = :name",
    "DELETE FROM settled WHERE subscriber = :name",
    "DELETE FROM editions WHERE digest_id IN (SELECT id FROM digests WHERE subscriber = :name)",
    "DELETE FROM digests WHERE subscriber = :name",
    f"DELETE FROM told WHERE subscriber = :name OR key IN {_ALERTS}",
    "DELETE FROM alerts WHERE subscriber = :name",
    "DELETE FROM subscriptions WHERE subscriber = :name",
    "DELETE FROM targets WHERE subscriber = :name",
    "DELETE FROM optouts WHERE subscriber = :name",
    "DELETE FROM subscribers WHERE name = :name",
)
"""In the order in which the rows refer to each other."""


def kept_of(db: Connection, subscriber: str) -> Kept:
    name = {"name": subscriber}
    targets = (Target(row["kind"], row["address"]) for row in db.rows(_ADDRESSES.format("="), name))
    return Kept(
        targets=tuple(sorted(targets)),
        digests=db.value("SELECT count(*) FROM digests WHERE subscriber = :name", name),
        papers=db.value("SELECT count(DISTINCT arxiv_id) FROM deliveries WHERE subscriber = :name", name),
    )


def forget(db: Connection, subscriber: str) -> None:
    """Papers and summaries stay: they say nothing of who read them."""
    db.row("PRAGMA secure_delete = ON")  # the rows are overwritten, not only given up
    with db.transaction():
        for statement in _DELETIONS:
            db.write(statement, {"name": subscriber})
