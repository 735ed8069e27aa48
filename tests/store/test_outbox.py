"""The outbox: the queue and the ledger of everything that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.history import MatchSource, NewMessage, Placement
from bot.models import Envelope, OutboxState, Receipt, SummaryKey, Target, Verdict
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

HOUR = timedelta(hours=1)

SLACK = Target("slack", "#papers")
MAIL = Target("email", "ada@example.org")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "state.db")
    store.papers.add([paper("2611.00001"), paper("2611.00002")], NOON)
    store.subscriptions.sync([subscriber(targets=(SLACK, MAIL))], NOON)
    yield store
    store.close()


def write_digest(store: Store, messages: Sequence[NewMessage]) -> int:
    return store.outbox.add_digest("ada", None, NOON, lambda number: ('{"timezone": "UTC"}', messages), NOON)


def message(target: Target, part: int = 1, parts: int = 1, *ids: str) -> NewMessage:
    places = tuple(Placement(one, 1, "full", part) for one in ids or ("2611.00001",))
    return NewMessage(target, part, parts, f"part {part}".encode(), places)


def due(store: Store, *, ignore_backoff: bool = False) -> Sequence[Envelope]:
    return store.outbox.due(NOON, ignore_backoff=ignore_backoff, subscribers=None)


def test_a_digest_is_recorded_with_its_papers_and_messages(store: Store) -> None:
    """What is in the outbox counts as delivered: it is owed to nobody a second time."""
    store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", NOON)
    assert [one.paper.arxiv_id for one in store.papers.candidates(["microscopy"], "ada", "slack")]

    assert write_digest(store, [message(SLACK), message(MAIL)]) == 1

    assert not store.papers.candidates(["microscopy"], "ada", "slack")
    assert [(one.target, one.state) for one in due(store)] == [
        (MAIL, OutboxState.PENDING),
        (SLACK, OutboxState.PENDING),
    ]


def test_what_is_due_is_named_without_its_bytes(store: Store) -> None:
    """A morning's mail may be larger than the memory; one at a time is read whole."""
    write_digest(store, [message(SLACK), message(MAIL)])
    for envelopes in (due(store), store.outbox.waiting(None)):
        assert [one.payload for one in envelopes] == [b"", b""]
        assert [store.outbox.refresh(one).payload for one in envelopes] == [b"part 1", b"part 1"]


def test_a_failing_renderer_leaves_nothing_behind(store: Store) -> None:
    """Render before you record: a digest is written whole or not at all."""

    def fail(number: int) -> tuple[str, Sequence[NewMessage]]:
        raise RuntimeError("no template")

    with pytest.raises(RuntimeError):
        store.outbox.add_digest("ada", None, NOON, fail, NOON)

    assert store.outbox.last_digest("ada") is None
    assert not due(store)


def test_what_a_dead_process_was_sending_is_in_doubt(store: Store) -> None:
    """A row is marked before the network call, so that a crash can be told from rest."""
    write_digest(store, [message(SLACK)])
    store.outbox.mark_sending(due(store)[0], NOON)
    assert not due(store)

    assert store.outbox.doubt_sending() == 1

    (envelope,) = due(store)
    assert envelope.state is OutboxState.IN_DOUBT
    assert envelope.first_attempt_at == NOON


def test_the_parts_that_follow_know_the_thread(store: Store) -> None:
    """A digest in several Slack messages resumes in the thread of its first part."""
    write_digest(store, [message(SLACK, 1, 2), message(SLACK, 2, 2, "2611.00002")])
    first, second = due(store)
    assert second.thread is None

    store.outbox.mark_sent(store.outbox.mark_sending(first, NOON), Receipt("C1", "171.5"), NOON)

    assert store.outbox.refresh(second).thread == Receipt("C1", "171.5")


def test_where_the_first_part_was_refused_the_next_one_leads(store: Store) -> None:
    """Its thread stays the thread when the first is sent after all: what is in doubt is looked for there."""
    overview = NewMessage(SLACK, 1, 3, b"overview", ())
    write_digest(store, [overview, message(SLACK, 2, 3), message(SLACK, 3, 3, "2611.00002")])
    first, second, third = due(store)
    store.outbox.mark_failed(first, "invalid_blocks", Verdict(permanent=True), NOON)
    assert store.outbox.refresh(second).thread is None
    store.outbox.mark_sent(store.outbox.mark_sending(second, NOON), Receipt("C1", "171.5"), NOON)
    assert store.outbox.refresh(third).thread == Receipt("C1", "171.5")

    later = NOON + timedelta(hours=1)
    assert store.outbox.retry_failed(None, later) == 1
    revived = store.outbox.refresh(first)
    assert revived.thread is None
    store.outbox.mark_sent(store.outbox.mark_sending(revived, later), Receipt("C1", "172.5"), later)
    assert store.outbox.refresh(third).thread == Receipt("C1", "171.5")


def test_once_ignores_our_own_patience_but_not_a_services(store: Store) -> None:
    """Contract 1: the waiting times of earlier failures don't count, a Retry-After does."""
    write_digest(store, [message(SLACK), message(MAIL)])
    mail, slack = due(store)
    later = NOON + timedelta(hours=1)
    store.outbox.mark_waiting(mail, "greylisted", later, None, in_doubt=False)
    store.outbox.mark_waiting(slack, "ratelimited", later, later, in_doubt=False)

    assert due(store) == []
    assert [one.target for one in due(store, ignore_backoff=True)] == [MAIL]
    assert store.outbox.next_attempt_at() == later


def test_retry_revives_what_failed(store: Store) -> None:
    """A permanently failed delivery waits for a person, then starts afresh."""
    write_digest(store, [message(SLACK)])
    envelope = store.outbox.mark_sending(due(store)[0], NOON)
    store.outbox.mark_failed(envelope, "not_in_channel", Verdict(permanent=True, remedy="invite it"), NOON)
    (tally,) = store.outbox.tallies()
    assert (tally.failed, tally.error) == (1, "not_in_channel (invite it)")
    assert due(store) == []

    assert store.outbox.retry_failed("somebody else", NOON) == 0
    assert store.outbox.retry_failed("ada", NOON) == 1

    (revived,) = due(store)
    assert (revived.state, revived.attempts) == (OutboxState.PENDING, 0)


def test_retry_looks_the_address_up_anew(store: Store) -> None:
    """A channel deleted and made again has another id; those of other targets stay."""
    write_digest(store, [message(SLACK), message(MAIL)])
    for target in (SLACK, MAIL):
        store.subscriptions.save_resolved(target, f"old {target.kind}")
    failed = next(one for one in due(store) if one.target == SLACK)
    store.outbox.mark_failed(failed, "channel_not_found", Verdict(permanent=True), NOON)
    store.outbox.retry_failed("somebody else", NOON)
    assert store.subscriptions.resolved(SLACK) == "old slack"
    assert store.outbox.retry_failed("ada", NOON) == 1
    assert store.subscriptions.resolved(SLACK) is None
    assert store.subscriptions.resolved(MAIL) == "old email"


def test_a_renamed_target_inherits_what_the_old_one_was_not_sent(store: Store) -> None:
    """Moving a target loses nothing and repeats nothing."""
    store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", NOON)
    write_digest(store, [message(SLACK)])
    moved = Target("slack", "#renamed")

    store.subscriptions.sync([subscriber(targets=(moved,))], NOON)

    assert [one.target for one in due(store)] == [moved]
    assert not store.papers.candidates(["microscopy"], "ada", "slack")


def test_two_old_targets_with_one_heir_don_t_send_it_everything_twice(store: Store) -> None:
    """Of two mailboxes merged into a new one, the new one gets each paper once."""
    other = Target("email", "ada@elsewhere.example")
    store.subscriptions.sync([subscriber(targets=(MAIL, other))], NOON)
    write_digest(store, [message(MAIL), message(other)])
    heir = Target("email", "new@example.org")

    store.subscriptions.sync([subscriber(targets=(heir,))], NOON)

    assert [one.target for one in due(store)] == [heir]


def test_a_removed_target_ends_its_messages(store: Store) -> None:
    """With no other target of its kind to go to, what is waiting ends."""
    write_digest(store, [message(SLACK), message(MAIL)])

    store.subscriptions.sync([subscriber(targets=(MAIL,))], NOON)

    assert [one.target for one in due(store)] == [MAIL]


def test_a_message_in_doubt_is_settled_where_it_was_sent(store: Store) -> None:
    """The history that can tell is the old channel's; found there, it does not go to the new one."""
    write_digest(store, [message(SLACK)])
    store.outbox.mark_sending(due(store)[0], NOON)
    store.outbox.doubt_sending()
    moved = Target("slack", "#renamed")

    store.subscriptions.sync([subscriber(targets=(moved,))], NOON)
    (envelope,) = due(store)
    assert envelope.target == SLACK

    store.outbox.mark_waiting(envelope, "never arrived", NOON, None, in_doubt=False)
    store.subscriptions.sync([subscriber(targets=(moved,))], NOON)
    assert [one.target for one in due(store)] == [moved]


def test_a_subscriber_who_returns_starts_anew_without_repeats(store: Store) -> None:
    """Vanished and back: not flooded with what was found meanwhile, not sent again what was sent."""
    store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", NOON)
    write_digest(store, [message(SLACK)])
    store.subscriptions.sync([], NOON)
    assert due(store) == []
    assert store.subscriptions.vanished([]) == ["ada"]
    back = NOON + timedelta(days=90)

    store.subscriptions.sync([subscriber()], back)

    record = store.subscriptions.get("ada")
    assert record is not None
    assert (record.since, record.topics_since) == (back, {"microscopy": back})
    assert not store.papers.candidates(["microscopy"], "ada", "slack")


def test_upgrades_are_sent_slack_messages_that_await_a_summary(store: Store) -> None:
    """Only what was accepted by Slack can be edited, and each awaited summary settles once."""
    key = SummaryKey("2611.00001", 1, "English", "", 1)
    place = Placement("2611.00001", 1, "full", 1, key)
    write_digest(store, [replace(message(SLACK), placements=(place,))])
    assert not store.outbox.upgrades(NOON, ["slack"])
    sent = store.outbox.mark_sending(due(store)[0], NOON)
    store.outbox.mark_sent(sent, Receipt("C1", "1.0"), NOON)

    (upgrade,) = store.outbox.upgrades(NOON, ["slack"])
    assert upgrade.awaited == (key,)

    store.outbox.save_upgrade(upgrade.envelope, b"better", "{}", [key])
    assert not store.outbox.upgrades(NOON, ["slack"])


def test_a_wait_is_over_at_its_very_time(store: Store) -> None:
    """Whoever sleeps until then finds it due; of two waits the longer one counts."""
    assert store.outbox.next_attempt_at() is None
    write_digest(store, [message(SLACK), message(MAIL)])
    mail, slack = due(store)
    store.outbox.mark_waiting(mail, "busy", NOON + HOUR, NOON + 2 * HOUR, in_doubt=False)
    store.outbox.mark_waiting(slack, "busy", NOON + 3 * HOUR, NOON + HOUR, in_doubt=False)
    assert store.outbox.next_attempt_at() == NOON + 2 * HOUR
    found = {
        hours: [
            one.id for one in store.outbox.due(NOON + hours * HOUR, ignore_backoff=False, subscribers=None)
        ]
        for hours in (1, 2, 3)
    }
    assert found == {1: [], 2: [mail.id], 3: [mail.id, slack.id]}


def test_messages_are_due_in_order(store: Store) -> None:
    """Digest by digest and part by part, as they are to be read; notices wait for the digests."""
    store.outbox.add_notice(SLACK, b"a notice", "ada", NOON)
    write_digest(store, [message(SLACK, 2, 2), message(SLACK, 1, 2)])
    write_digest(store, [message(SLACK)])
    assert [(one.digest_id, one.part) for one in due(store)] == [(1, 1), (1, 2), (2, 1), (0, 1)]


def test_only_what_waits_for_those_who_are_asked_for(store: Store) -> None:
    """``once --only`` sends nobody else's; what was sent, failed or is being sent waits no longer."""
    write_digest(store, [message(SLACK), message(MAIL)])
    store.outbox.add_notice(SLACK, b"a notice", "bob", NOON)
    for chosen, targets in (
        (["bob"], [SLACK]),
        (["ada"], [MAIL, SLACK]),
        ([], []),
        (None, [MAIL, SLACK, SLACK]),
    ):
        found = store.outbox.due(NOON, ignore_backoff=False, subscribers=chosen)
        assert [one.target for one in found] == targets
        assert sorted(one.target.kind for one in store.outbox.waiting(chosen)) == [
            one.kind for one in targets
        ]
    mail, slack, notice = due(store)
    store.outbox.mark_sent(mail, Receipt("there", "1"), NOON)
    store.outbox.mark_failed(slack, "no", Verdict(), NOON)
    store.outbox.mark_waiting(notice, "cut off", NOON + HOUR, None, in_doubt=True)
    assert [one.id for one in store.outbox.waiting(None)] == [notice.id]


def test_attempts_are_counted_and_the_first_that_is_open_is_kept(store: Store) -> None:
    """A history is searched from the oldest attempt that may have arrived; one that surely failed is none."""
    write_digest(store, [message(SLACK)])
    (one,) = due(store)
    sending = store.outbox.mark_sending(one, NOON)
    assert (sending.attempts, sending.state, sending.first_attempt_at) == (1, OutboxState.SENDING, NOON)
    store.outbox.mark_waiting(sending, "cut off", NOON, None, in_doubt=True)
    again = store.outbox.mark_sending(store.outbox.refresh(one), NOON + HOUR)
    assert (again.attempts, again.first_attempt_at) == (2, NOON)
    store.outbox.mark_waiting(again, "refused", NOON, None, in_doubt=False)
    refused = store.outbox.refresh(one)
    assert (refused.attempts, refused.state, refused.first_attempt_at) == (2, OutboxState.PENDING, None)
    store.outbox.mark_waiting(refused, "no such name yet", NOON, None, in_doubt=False)
    assert store.outbox.refresh(one).attempts == 3


def test_what_is_put_off_keeps_its_reason(store: Store) -> None:
    """It was not tried: why it failed before says more than why it waits now."""
    write_digest(store, [message(SLACK), message(MAIL)])
    mail, slack = due(store)
    store.outbox.mark_waiting(mail, "busy", NOON, None, in_doubt=False)
    for one in (mail, slack):
        store.outbox.postpone(one, "the channel rests", NOON + HOUR)
    found = [store.outbox.refresh(one) for one in (mail, slack)]
    assert [(one.error, one.attempts, one.next_attempt_at) for one in found] == [
        ("busy", 1, NOON + HOUR), ("the channel rests", 0, NOON + HOUR),
    ]  # fmt: skip


def test_what_waits_and_what_failed_is_counted(store: Store) -> None:
    """The oldest of what waits tells how long; a failure waits for a person, not for us."""
    assert store.outbox.backlog().oldest is None
    store.outbox.add_notice(SLACK, b"one", "ada", NOON - 3 * HOUR)
    store.outbox.add_notice(SLACK, b"two", "ada", NOON - 2 * HOUR)
    store.outbox.add_notice(SLACK, b"three", "ada", NOON - HOUR)
    failed, doubted, _ = due(store)
    store.outbox.mark_failed(failed, "no such channel", Verdict(remedy="invite the bot"), NOON)
    store.outbox.mark_waiting(doubted, "cut off", NOON, None, in_doubt=True)
    backlog = store.outbox.backlog()
    assert backlog.oldest == NOON - 2 * HOUR
    assert backlog.by_state == {"pending": 1, "sending": 0, "in doubt": 1, "failed": 1}
    (tally,) = store.outbox.tallies()
    assert (tally.pending, tally.in_doubt, tally.failed, tally.sent) == (1, 1, 1, 0)
    assert tally.error == "cut off"
