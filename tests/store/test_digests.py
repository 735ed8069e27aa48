"""The digests of a subscriber, looked back at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.history import NewMessage, Placement
from bot.models import Envelope, OutboxState, Receipt, Target, Verdict
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

SLACK = Target("slack", "#papers")
MAIL = Target("email", "ada@example.org")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "state.db")
    store.papers.add([paper("2611.00001"), paper("2611.00002")], NOON)
    store.subscriptions.sync([subscriber(targets=(SLACK, MAIL)), subscriber("bob")], NOON)
    yield store
    store.close()


def message(target: Target, part: int = 1, parts: int = 1) -> NewMessage:
    placement = Placement(f"2611.0000{part}", 1, "full", part)
    return NewMessage(target, part, parts, b"{}", (placement,))


def write(store: Store, *messages: NewMessage, name: str = "ada") -> None:
    store.outbox.add_digest(name, None, NOON, lambda _: ('{"timezone": "UTC"}', messages), NOON)


def waiting(store: Store) -> list[Envelope]:
    return list(store.outbox.due(NOON, ignore_backoff=True, subscribers=None))


def test_each_digest_says_what_became_of_it_at_each_target(store: Store) -> None:
    """The newest first; of several parts the one that came least far speaks for all."""
    write(store, message(SLACK), message(MAIL, 1, 2), message(MAIL, 2, 2))
    mail, refused, slack = waiting(store)
    for one in (mail, slack):
        store.outbox.mark_sent(one, Receipt("there", "1"), NOON)
    store.outbox.mark_failed(refused, "no such user", Verdict(remedy="look"), NOON)
    write(store, message(SLACK))
    write(store, name="bob")

    newest, oldest = store.digests.of("ada")

    assert (newest.number, oldest.number) == (2, 1)
    assert [(one.state, one.settled_at) for one in newest.outcomes] == [(OutboxState.PENDING, None)]
    by_mail, by_slack = oldest.outcomes
    assert (by_mail.state, by_mail.sent, by_mail.parts) == (OutboxState.FAILED, 1, 2)
    assert by_mail.error == "no such user (look)"
    assert (by_slack.state, by_slack.settled_at, by_slack.error) == (OutboxState.SENT, NOON, "")
    assert store.digests.of("bob")[0].outcomes == ()


def test_a_copy_is_a_message_of_its_own(store: Store) -> None:
    """It stands beside the digest's own message, and its later parts follow its own first part."""
    write(store, message(SLACK, 1, 2), message(SLACK, 2, 2))
    for number, one in enumerate(waiting(store)):
        store.outbox.mark_sent(one, Receipt("C1", f"old-{number}"), NOON)
    (digest,) = store.digests.of("ada")
    papers = len(store.outbox.deliveries_of("2611.00001", "ada"))

    ids = store.outbox.add_copy(digest.id, "ada", [message(SLACK, 1, 2), message(SLACK, 2, 2)], NOON)
    first, second = waiting(store)
    assert [first.id, second.id] == list(ids)
    assert (first.copy, first.thread) == (1, None)
    store.outbox.mark_sent(first, Receipt("C1", "new"), NOON + timedelta(hours=1))
    assert store.outbox.refresh(second).thread == Receipt("C1", "new")

    again = store.outbox.add_copy(digest.id, "ada", [message(MAIL)], NOON)
    assert [one.copy for one in store.outbox.read(again)] == [2]
    assert [(one.copy, one.target.kind) for one in store.digests.of("ada")[0].outcomes] == [
        (0, "slack"),
        (1, "slack"),
        (2, "email"),
    ]
    assert len(store.outbox.deliveries_of("2611.00001", "ada")) == papers
    last = store.outbox.last_digest("ada")
    assert last is not None
    assert last.number == 1
