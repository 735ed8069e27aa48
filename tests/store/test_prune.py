"""What is forgotten in time, and what never: by the latter it is decided what is new, paid for and sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.history import (
    FeedRead,
    LastDigest,
    LastPoll,
    MatchSource,
    NewMessage,
    Placement,
    PollStatus,
    TopicPoll,
)
from bot.models import (
    AnnouncedPaper,
    AnnounceType,
    OutboxState,
    Receipt,
    Summary,
    SummaryKey,
    SummarySource,
    Target,
    Verdict,
    Window,
)
from bot.store import Store
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

DAY = timedelta(days=1)
WEEK = 7 * DAY
LATER = NOON + 90 * DAY
YEARS_LATER = NOON + 1000 * DAY
SLACK = Target("slack", "#papers")
MAIL = Target("email", "ada@example.org")
KEY = SummaryKey("2611.00001", 1, "English", "", 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "state.db")
    store.papers.add([paper()], NOON)
    store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", NOON)
    store.subscriptions.sync([subscriber(targets=(SLACK, MAIL))], NOON)
    yield store
    store.close()


def compose(store: Store, at: datetime = NOON) -> None:
    """A digest to both targets, the summary of its paper still to come."""
    messages = [
        NewMessage(target, 1, 1, b"bytes", (Placement("2611.00001", 1, "full", 1, KEY),))
        for target in (SLACK, MAIL)
    ]
    store.outbox.add_digest("ada", None, at, lambda number: ('{"timezone": "UTC"}', messages), at)


def send_all(store: Store, at: datetime = NOON) -> None:
    for envelope in store.outbox.due(at, ignore_backoff=True, subscribers=None):
        store.outbox.mark_sent(store.outbox.mark_sending(envelope, at), Receipt("C1", "1.0"), at)


def poll(store: Store, at: datetime, status: PollStatus = PollStatus.COMPLETE) -> None:
    number = store.polls.begin(at)
    store.polls.record_topic(number, TopicPoll("microscopy", "all:x", Window(at, at), status, 1, at))
    item = AnnouncedPaper("2611.00009", 1, AnnounceType.NEW, "Title", "", "A", ("cs.AI",))
    store.polls.record_feed(number, FeedRead(("cs",), at, at.date(), 1, False), [item])
    store.polls.finish(number, at, True)


def forget(store: Store, now: datetime) -> int:
    """Call after call, until nothing is left to forget."""
    total = 0
    while dropped := store.prune(now, WEEK):
        total += dropped
    return total


def test_the_body_of_a_message_goes_when_it_can_no_longer_be_edited(store: Store) -> None:
    """Nine tenths of the file would be what readers have in their mailboxes already."""
    compose(store)
    send_all(store)
    (upgrade,) = store.outbox.upgrades(NOON - WEEK, ["slack"])
    assert forget(store, NOON + 59 * DAY) == 0
    assert store.outbox.refresh(upgrade.envelope).payload == b"bytes"

    assert forget(store, LATER) == 2
    with pytest.raises(StoreError, match="vanished"):
        store.outbox.refresh(upgrade.envelope)
    assert not store.outbox.upgrades(NOON - WEEK, ["slack"])


def test_what_was_delivered_is_never_forgotten(store: Store) -> None:
    """However old, it is not sent again, and `explain` and `status` know of it."""
    compose(store)
    send_all(store)
    forget(store, YEARS_LATER)

    assert not store.papers.candidates(["microscopy"], "ada", "slack")
    assert not store.papers.candidates(["microscopy"], "ada", "email")
    assert {one.state for one in store.outbox.deliveries_of("2611.00001", "ada")} == {OutboxState.SENT}
    assert [tally.sent for tally in store.outbox.tallies()] == [1, 1]
    assert store.outbox.last_digest("ada") == LastDigest(1, NOON)


def test_what_was_not_sent_stays_whole(store: Store) -> None:
    """Waiting, in doubt or failed: it must go out as the same bytes, however late."""
    compose(store)
    slack, mail = store.outbox.due(NOON, ignore_backoff=True, subscribers=None)
    failed = store.outbox.mark_sending(slack, NOON)
    store.outbox.mark_failed(failed, "channel_not_found", Verdict(permanent=True), NOON)
    store.outbox.mark_sending(mail, NOON)
    store.outbox.doubt_sending()

    assert forget(store, YEARS_LATER) == 0

    assert store.outbox.retry_failed("ada", YEARS_LATER) == 1
    due = store.outbox.due(YEARS_LATER, ignore_backoff=True, subscribers=None)
    assert [store.outbox.refresh(one).payload for one in due] == [b"bytes", b"bytes"]


def test_an_edition_stays_with_the_last_of_its_messages(store: Store) -> None:
    """A part that is sent late may be edited, too."""
    compose(store)
    late = next(
        one for one in store.outbox.due(NOON, ignore_backoff=True, subscribers=None) if one.target == SLACK
    )
    store.outbox.mark_waiting(late, "down", LATER, LATER, in_doubt=False)
    send_all(store)
    assert forget(store, LATER) == 1
    send_all(store, LATER)

    (upgrade,) = store.outbox.upgrades(LATER - WEEK, ["slack"])
    assert store.outbox.edition(upgrade.envelope.digest_id) == '{"timezone": "UTC"}'
    assert upgrade.awaited == (KEY,)


def test_papers_and_summaries_are_never_forgotten(store: Store) -> None:
    """A paper is new once, and a summary is paid for once."""
    store.summaries.save(KEY, Summary("O.", "F.", SummarySource.MODEL, "gemini"), NOON)
    compose(store)
    send_all(store)
    forget(store, YEARS_LATER)

    assert store.papers.add([paper()], YEARS_LATER) == 0
    assert store.papers.counts() == {"seen": 1, "matched": 1, "summarised": 1}
    assert KEY in store.summaries.get([KEY])


def test_windows_are_reckoned_from_the_same_polls_after_forgetting(store: Store) -> None:
    """The last complete poll of a topic stays, and the newest, however old they are."""
    for n in range(10):
        poll(store, NOON + n * DAY)
    poll(store, NOON + 10 * DAY, PollStatus.INCOMPLETE)
    store.subscriptions.sync([], NOON)
    assert forget(store, YEARS_LATER) == 9 + 11 + 11  # of topics, of readings, of announcements

    assert store.polls.anchor("microscopy") == NOON + 9 * DAY
    assert store.polls.last_asked(["microscopy"]) == {"microscopy": "all:x"}
    (newest,) = store.polls.outcomes_since(NOON, ["microscopy"])
    assert newest.status is PollStatus.INCOMPLETE
    assert store.polls.last_poll() == LastPoll(NOON + 10 * DAY, True)


def test_what_a_digest_has_still_to_tell_of_is_kept(store: Store) -> None:
    """Three quiet years are claimed as checked only as long as it is on record that they were."""
    compose(store, NOON)
    poll(store, NOON + DAY)
    send_all(store)
    forget(store, YEARS_LATER)
    assert store.polls.feeds_since(NOON)
    assert store.polls.announcements_of("2611.00009")

    compose(store, YEARS_LATER - DAY)
    forget(store, YEARS_LATER)
    assert not store.polls.feeds_since(NOON)
    assert not store.polls.announcements_of("2611.00009")


def test_the_day_s_requests_are_counted_as_before(store: Store) -> None:
    """A quota counts minutes and days; a request under way counts, however long ago it was begun."""
    old = store.summaries.start_request(NOON.date(), 10, NOON)
    store.summaries.finish_request(old, "gemini", 5, 5, 10, NOON.date(), NOON)
    store.summaries.start_request(NOON.date(), 10, NOON)
    today = store.summaries.start_request(LATER.date(), 10, LATER)
    store.summaries.finish_request(today, "gemini", 5, 5, 10, LATER.date(), LATER)

    assert forget(store, LATER) == 1

    assert store.summaries.use_on(LATER.date()).requests == 1
    assert len(store.summaries.recent_requests(LATER)) == 2


def test_a_call_forgets_a_piece_at_a_time(store: Store) -> None:
    """A machine that was off for a year must not stand still at its start."""
    for n in range(250):
        store.outbox.add_notice(MAIL, b"bytes", "", NOON + n * timedelta(minutes=1))
    send_all(store)
    assert [store.prune(LATER, WEEK) for _ in range(4)] == [100, 100, 50, 0]
