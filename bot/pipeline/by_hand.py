"""What somebody sends by hand: a digest once more, a test message.

Both go into the outbox and are settled like any other message; what is owed to whom does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import digest, languages
from bot.channels.loading import messages_of
from bot.history import DigestRecord, NewMessage, Placement
from bot.models import OutboxState, Subscriber, Target
from bot.pipeline.compose import rendered
from bot.settings import Settings
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where a digest goes again."""

    targets: tuple[Target, ...]
    left_out: tuple[str, ...]
    """A line for each target where it does not, with the reason."""


def choose(
    record: DigestRecord, subscriber: Subscriber, to: Target | None, active: Sequence[Target]
) -> Destinations:
    """The targets that the digest went to, or the one it is to go ``to`` now.

    Not where it is still under way, or failed: there the message itself may arrive yet. Nor to whom nothing is
    to be delivered: only the ``active`` ones of the subscriber's targets.
    """
    states = {one.target: one.state for one in record.outcomes if not one.copy}
    refusals = {}
    asked = [to] if to else [target for target, state in states.items() if state is not OutboxState.ENDED]
    for target in asked:
        state = states.get(target, OutboxState.ENDED)
        where = f"{target.kind} {target.address}"
        if target not in subscriber.targets:
            refusals[target] = f"{where} is no longer a target of {subscriber.name}"
        elif target not in active:
            refusals[target] = (
                f"{where} is to receive nothing: `arxiv-digest resume {subscriber.name}` ends that"
            )
        elif state is OutboxState.FAILED:
            refusals[target] = f"it failed at {where}: `arxiv-digest retry {subscriber.name}` sends it there"
        elif state not in (OutboxState.SENT, OutboxState.ENDED):
            refusals[target] = f"it is still on its way to {where}"
    return Destinations(tuple(one for one in asked if one not in refusals), tuple(refusals.values()))


def resend(
    store: Store,
    settings: Settings,
    record: DigestRecord,
    edition: str,
    targets: Sequence[Target],
    now: datetime,
) -> Sequence[int]:
    """Put the digest that says ``edition`` into the outbox once more; the numbers of its messages. StoreError."""
    made = replace(digest.from_json(edition), resent_at=now)
    versions = {one.paper.arxiv_id: one.paper.version for one in (*made.entries, *made.titles, *made.revised)}
    messages = [
        NewMessage(
            target,
            one.part,
            one.parts,
            one.payload,
            tuple(Placement(arxiv_id, versions[arxiv_id], "full", one.part) for arxiv_id in one.arxiv_ids),
        )
        for target in targets
        for one in rendered(store, settings, made, target)
    ]
    return store.outbox.add_copy(record.id, made.subscriber, messages, now)


def test(store: Store, settings: Settings, subscriber: Subscriber, now: datetime) -> Sequence[int]:
    """Put a test message to each target into the outbox; their numbers. StoreError."""
    words = languages.catalogue(subscriber.language)
    subject = words.gettext("arXiv digest: a test")
    text = words.gettext(
        "This is a test of the arXiv digest “{subscriber}”. Digests will arrive here; there is nothing to do.",
        subscriber=subscriber.name,
    )
    with store.transaction():
        return [
            store.outbox.add_notice(
                target,
                messages_of(target.kind).notice(subject, text, target, settings, now),
                subscriber.name,
                now,
            )
            for target in store.optouts.active(subscriber.name, subscriber.targets)
        ]
