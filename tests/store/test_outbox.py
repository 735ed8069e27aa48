"""The outbox: the queue and the ledger of everything that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.history import LastDigest, MatchSource, NewMessage, Placement, Refusals
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
    return list(store.outbox.due(NOON, ignore_backoff=ignore_backoff, subscribers=None))


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
    for envelopes in (due(store), list(store.outbox.waiting(None))):
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


def test_a_part_that_waits_holds_back_those_after_it_and_nothing_else(store: Store) -> None:
    """Neither the parts before it, nor another target's, copy's or digest's; a longer wait of their own stays."""
    digest = write_digest(store, [message(SLACK, part, 3) for part in (1, 2, 3)] + [message(MAIL, 2, 2)])
    store.outbox.add_copy(digest, "ada", [message(SLACK, 3, 3)], NOON)
    write_digest(store, [message(SLACK, 3, 3)])
    held = {(one.digest_id, one.copy, one.target, one.part): one for one in due(store)}
    own = held[1, 0, SLACK, 3]
    store.outbox.mark_waiting(own, "busy", NOON + 3 * HOUR, NOON + HOUR, in_doubt=False)
    second = held[1, 0, SLACK, 2]
    store.outbox.mark_waiting(second, "busy", NOON + HOUR, NOON + 2 * HOUR, in_doubt=False)
    store.outbox.hold_back_the_rest(second)
    times = {key: store.outbox.refresh(one) for key, one in held.items()}
    assert {key: one.next_attempt_at for key, one in times.items() if one.next_attempt_at} == {
        (1, 0, SLACK, 2): NOON + HOUR,
        (1, 0, SLACK, 3): NOON + 3 * HOUR,
    }
    assert {key: one.wait_until for key, one in times.items() if one.wait_until} == {
        (1, 0, SLACK, 2): NOON + 2 * HOUR,
        (1, 0, SLACK, 3): NOON + 2 * HOUR,
    }


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


def test_what_is_due_is_read_in_pieces(store: Store) -> None:
    """So that others have their turn between them: which they are is settled by the first, what became of one
    meanwhile is seen, and none is missed."""
    ids = [store.outbox.add_notice(SLACK, b"a notice", "ada", NOON) for _ in range(1200)]
    found = store.outbox.due(NOON, ignore_backoff=False, subscribers=None)
    first = next(found)
    late = store.outbox.read([ids[-1]])[0]
    store.outbox.mark_sent(late, Receipt("there", "1"), NOON)
    store.outbox.add_notice(SLACK, b"a notice", "ada", NOON)
    rest = list(found)
    assert [first.id, *(one.id for one in rest)] == ids
    assert (rest[-2].state, rest[-1].state) == (OutboxState.PENDING, OutboxState.SENT)


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


def settle(store: Store, one: Envelope, at: datetime = NOON, *, refused: bool = False) -> None:
    """Sent then, or refused by its reader's mailbox."""
    sending = store.outbox.mark_sending(one, at)
    if refused:
        verdict = Verdict(permanent=True, remedy="mend it", recipient_refused=True)
        store.outbox.mark_failed(sending, "no such user", verdict, at)
    else:
        store.outbox.mark_sent(sending, Receipt("C1", "1.0"), at)


def test_refusals_are_counted_by_mailbox_since_it_last_took_anything(store: Store) -> None:
    """Digests, and the attempts at them; another's address, reader or kind of channel says nothing of it."""
    other = Target("email", "bob@example.org")
    for hour in range(2):
        write_digest(store, [message(MAIL), message(other), message(SLACK)])
        for one in due(store):
            settle(store, one, NOON + hour * HOUR, refused=one.target in (MAIL, SLACK))
    write_digest(store, [message(MAIL, 1, 2), message(MAIL, 2, 2)])
    for one in due(store):
        again = store.outbox.mark_sending(one, NOON)
        settle(store, again, NOON + 2 * HOUR, refused=True)
    namesake = store.outbox.add_notice(MAIL, b"a notice", "bob", NOON)
    settle(store, store.outbox.read([namesake])[0], NOON + 3 * HOUR)
    assert store.outbox.refusals("ada", MAIL) == Refusals(digests=3, attempts=6)
    assert store.outbox.refusals("ada", other) == store.outbox.refusals("bob", MAIL) == Refusals(0, 0)

    taken = store.outbox.add_notice(MAIL, b"a notice", "ada", NOON)
    settle(store, store.outbox.read([taken])[0], NOON + HOUR)
    assert store.outbox.refusals("ada", MAIL) == Refusals(digests=1, attempts=4)


def test_our_own_failures_are_no_refusals_of_a_mailbox(store: Store) -> None:
    """Nor is what waits, whoever refused it."""
    write_digest(store, [message(MAIL)])
    store.outbox.mark_failed(due(store)[0], "550 SPF", Verdict(permanent=True), NOON)
    assert store.outbox.refusals("ada", MAIL) == Refusals(0, 0)


def test_what_waits_for_a_summary_is_told_by_kind_and_time(store: Store) -> None:
    """Only what can be edited, not long ago; each message with all that it awaits."""
    keys = [SummaryKey(f"2611.0000{n}", 1, "English", "électrons", 1) for n in (1, 2)]
    places = tuple(Placement(key.arxiv_id, 1, "full", 1, key) for key in keys)
    other = Target("slack", "#others")
    for address, at in ((SLACK, NOON), (other, NOON - HOUR), (MAIL, NOON)):
        write_digest(store, [replace(message(address), placements=places)])
        settle(store, due(store)[-1], at)
    write_digest(store, [message(SLACK)])
    settle(store, due(store)[-1], NOON)

    def found(since: datetime = NOON - HOUR, *kinds: str) -> list[Target]:
        return [one.envelope.target for one in store.outbox.upgrades(since, kinds or ("slack",))]

    (first, _) = store.outbox.upgrades(NOON - HOUR, ["slack"])
    assert (first.envelope.target, first.awaited) == (SLACK, tuple(keys))
    assert found() == [SLACK, other]
    assert found(NOON) == [SLACK]
    assert found(NOON, "slack", "email") == [SLACK, MAIL]


def test_an_edit_changes_that_message_and_no_other(store: Store) -> None:
    """Its bytes, its digest's edition, and of what it awaits the summaries that came."""
    keys = [SummaryKey(f"2611.0000{n}", 1, "English", "", 1) for n in (1, 2)]
    places = tuple(Placement(key.arxiv_id, 1, "full", 1, key) for key in keys)
    for target in (SLACK, Target("slack", "#others")):
        write_digest(store, [replace(message(target), placements=places)])
        settle(store, due(store)[-1])
    edited, other = store.outbox.upgrades(NOON, ["slack"])
    store.outbox.save_upgrade(edited.envelope, b"better", '{"new": 1}', keys[:1])
    again, untouched = store.outbox.upgrades(NOON, ["slack"])
    assert again.awaited == (keys[1],)
    assert again.envelope.payload == b"better"
    assert store.outbox.edition(edited.envelope.digest_id) == '{"new": 1}'
    assert untouched == other
    assert store.outbox.edition(other.envelope.digest_id) == '{"timezone": "UTC"}'


def test_the_last_digest_is_the_reader_s_own_newest(store: Store) -> None:
    """Its number and the latest time of any: a clock that was behind dates a digest before the one before it."""
    assert store.outbox.last_digest("ada") is None
    store.subscriptions.sync([subscriber(), subscriber("bob")], NOON)
    for number, at in ((1, NOON), (2, NOON + HOUR), (3, NOON - HOUR)):
        store.outbox.add_digest("ada", None, at, lambda _: ('{"timezone": "UTC"}', []), at)
        store.outbox.add_digest("bob", None, NOON + 2 * HOUR, lambda _: ('{"timezone": "UTC"}', []), at)
        assert store.outbox.last_digest("ada") == LastDigest(
            number, max(NOON, at, NOON + HOUR * (number > 1))
        )


def test_a_row_of_status_tells_of_its_target_alone(store: Store) -> None:
    """The newest fault, the latest success; what was withdrawn is told of nobody."""
    ended = write_digest(store, [message(MAIL)])
    assert ended == 1
    store.optouts.unsubscribe("ada", MAIL, NOON)
    for at in (NOON + HOUR, NOON):
        write_digest(store, [message(SLACK)])
        settle(store, due(store)[-1], at)
    for why in ("first", "second"):
        store.outbox.add_notice(SLACK, b"a notice", "ada", NOON)
        store.outbox.mark_failed(due(store)[-1], why, Verdict(remedy="" if why == "first" else "do it"), NOON)
    store.outbox.add_notice(SLACK, b"a notice", "bob", NOON)
    store.outbox.add_notice(Target("slack", "#others"), b"a notice", "ada", NOON)
    store.outbox.add_notice(Target("email", "#papers"), b"a notice", "ada", NOON)
    for one in due(store):
        store.outbox.mark_waiting(one, f"{one.subscriber} {one.target.kind}", NOON, None, in_doubt=False)
    told = [
        (
            one.subscriber,
            one.kind,
            one.address,
            one.pending,
            one.failed,
            one.sent,
            one.last_sent_at,
            one.error,
        )
        for one in store.outbox.tallies()
    ]
    assert told == [
        ("ada", "email", "#papers", 1, 0, 0, None, "ada email"),
        ("ada", "slack", "#others", 1, 0, 0, None, "ada slack"),
        ("ada", "slack", "#papers", 0, 2, 2, NOON + HOUR, "second (do it)"),
        ("bob", "slack", "#papers", 1, 0, 0, None, "bob slack"),
    ]


def test_a_paper_s_deliveries_are_told_by_digest_and_target(store: Store) -> None:
    """Those of this reader; when it was sent, or what became of it instead."""
    write_digest(store, [message(SLACK), message(MAIL)])
    write_digest(store, [message(SLACK, 1, 1, "2611.00002")])
    revised = replace(message(SLACK), placements=(Placement("2611.00001", 2, "revised", 1),))
    write_digest(store, [revised])
    mail, slack, _, last = due(store)
    settle(store, slack, NOON + HOUR)
    settle(store, mail, refused=True)
    store.outbox.mark_waiting(last, "busy", NOON + HOUR, None, in_doubt=False)
    found = [
        (one.digest_number, one.target, one.state, one.sent_at, one.next_attempt_at, one.error)
        for one in store.outbox.deliveries_of("2611.00001", "ada")
    ]
    assert found == [
        (1, MAIL, OutboxState.FAILED, None, None, "no such user"),
        (1, SLACK, OutboxState.SENT, NOON + HOUR, None, ""),
        (3, SLACK, OutboxState.PENDING, None, NOON + HOUR, "busy"),
    ]
    assert not store.outbox.deliveries_of("2611.00001", "bob")
