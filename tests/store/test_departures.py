"""Who left the configuration: how that is noticed, and how nothing of them stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import schedule
from bot.errors import StoreError
from bot.history import Alert, MatchSource, NewMessage, Placement
from bot.models import Receipt, Subscriber, SummaryKey, Target, Verdict
from bot.store import Store, open_for_reading
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

SHARED = Target("slack", "#papers")
BOBS = Target("email", "Bob Marlowe <bob.marlowe@example.org>")
ADA, BOB = subscriber("ada"), subscriber("bob-marlowe", targets=(SHARED, BOBS))
TRACES = (b"bob-marlowe", b"bob.marlowe", b"Bob Marlowe")
HOUR = timedelta(hours=1)


def fill(store: Store) -> None:
    """Two subscribers with some digests each, delivered and failed, alerts, resolved addresses."""
    ids = [f"2611.{number:05}" for number in range(60)]
    store.papers.add([paper(arxiv_id) for arxiv_id in ids], NOON)
    store.papers.add_matches(ids, ["microscopy"], MatchSource.SEARCH, "", NOON)
    store.subscriptions.sync([ADA, BOB], NOON)
    store.subscriptions.save_resolved(SHARED, "C0000001")
    store.subscriptions.save_resolved(BOBS, "bob.marlowe@example.org")
    for number in range(20):
        for reader in (ADA, BOB):
            compose(store, reader.name, reader.targets, ids[3 * number : 3 * number + 3])
        for envelope in store.outbox.due(NOON, ignore_backoff=True, subscribers=None):
            sending = store.outbox.mark_sending(envelope, NOON)
            if number % 4 and envelope.target == BOBS:
                store.outbox.mark_failed(
                    sending, f"550 no such user {BOBS.address}", Verdict(permanent=True), NOON
                )
            else:
                store.outbox.mark_sent(sending, Receipt("C1", "1.0"), NOON)
    text = f"bob-marlowe: email {BOBS.address}: a message could not be delivered"
    store.notices.open_alert(Alert(f"delivery:bob-marlowe:email:{BOBS.address}", text, NOON, BOB.name))
    store.notices.mark_told("", [f"delivery:bob-marlowe:email:{BOBS.address}"], NOON)
    store.outbox.add_notice(Target("slack", "#ops"), text.encode(), "", NOON)
    (notice,) = store.outbox.due(NOON, ignore_backoff=True, subscribers=[""])
    store.outbox.mark_sent(store.outbox.mark_sending(notice, NOON), Receipt("C2", "1.0"), NOON)


def compose(store: Store, name: str, targets: tuple[Target, ...], ids: list[str]) -> None:
    messages = [
        NewMessage(
            target,
            1,
            1,
            f"To: {target.address}, for {name} ".encode() * 40,
            tuple(Placement(arxiv_id, 1, "full", 1) for arxiv_id in ids),
        )
        for target in targets
    ]
    edition = f'{{"timezone": "UTC", "subscriber": "{name}"}}'
    store.outbox.add_digest(name, None, NOON, lambda number: (edition, messages), NOON)


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_nothing_of_a_forgotten_subscriber_is_left_in_the_files(tmp_path: Path) -> None:
    """Neither name nor address, in no table, index, free page or log; what others have is as it was."""
    store = open_store(tmp_path / "state.db")
    fill(store)
    store.subscriptions.sync([ADA], NOON + HOUR)
    assert all(trace in bytes_of(tmp_path) for trace in TRACES)
    adas = store.outbox.deliveries_of("2611.00007", "ada")

    kept = store.kept_of("bob-marlowe")
    assert kept.targets == (BOBS, SHARED)
    assert (kept.digests, kept.papers) == (20, 60)
    store.forget("bob-marlowe")
    store.compact()
    assert not [trace for trace in TRACES if trace in bytes_of(tmp_path)]
    assert store.subscriptions.vanished(["ada"]) == []
    assert store.outbox.deliveries_of("2611.00007", "ada") == adas != []
    assert store.kept_of("ada").digests == 20
    assert store.subscriptions.resolved(SHARED) == "C0000001"
    assert store.subscriptions.resolved(BOBS) is None
    store.close()
    assert not [trace for trace in TRACES if trace in bytes_of(tmp_path)]


def test_what_is_counted_for_ever_never_falls(tmp_path: Path) -> None:
    """To Prometheus a fall is a restart, and all of the count would have happened anew."""
    store = open_store(tmp_path / "state.db")
    fill(store)
    day = NOON.date()
    key = SummaryKey("2611.00001", 1, "English", "", 1)
    for at, times in ((day, 2), (day, 1), (day + timedelta(days=1), 1)):
        store.summaries.refuse(key, "a number that is not there", at, NOON, times=times)
    request = store.summaries.start_request(day, 900, NOON)
    store.summaries.finish_request(request, "model", 700, 50, 750, day, NOON)
    before = store.figures()
    assert before.summaries["refused"] == 4
    assert before.tokens == {"prompt": 700, "output": 50}
    assert before.deliveries == {("slack", "sent"): 41, ("email", "sent"): 5, ("email", "failed"): 15}

    assert store.outbox.retry_failed("bob-marlowe", NOON) == 15
    (again, *_) = store.outbox.due(NOON, ignore_backoff=True, subscribers=None)
    store.outbox.mark_sent(store.outbox.mark_sending(again, NOON), Receipt("C1", "1.0"), NOON)
    store.subscriptions.sync([ADA], NOON + HOUR)
    store.forget("bob-marlowe")
    while store.prune(NOON + timedelta(days=1000), timedelta(days=7)):
        pass
    assert store.summaries.recent_requests(NOON - HOUR) == []
    ended = {("email", "sent"): 6, ("email", "ended"): 14}
    assert store.figures() == replace(before, deliveries=before.deliveries | ended)
    store.close()


def test_an_address_that_somebody_else_has_too_stays_theirs(tmp_path: Path) -> None:
    """Its resolved form is looked up once for all."""
    store = open_store(tmp_path / "state.db")
    cyd = subscriber("cyd", targets=(BOBS,))
    store.subscriptions.sync([cyd, BOB], NOON)
    store.subscriptions.save_resolved(BOBS, "bob.marlowe@example.org")
    store.subscriptions.sync([cyd], NOON)
    store.forget("bob-marlowe")
    assert store.subscriptions.resolved(BOBS) == "bob.marlowe@example.org"
    store.close()


def test_a_name_that_comes_back_after_that_is_new(tmp_path: Path) -> None:
    """Nothing is remembered, so nothing is left out either."""
    store = open_store(tmp_path / "state.db")
    fill(store)
    store.subscriptions.sync([ADA], NOON)
    store.forget("bob-marlowe")
    (arrived,) = store.subscriptions.changes([ADA, BOB]).arrived
    assert arrived == BOB
    store.subscriptions.sync([ADA, BOB], NOON + HOUR)
    assert store.outbox.last_digest("bob-marlowe") is None
    store.close()


def test_beside_a_process_that_may_still_write_to_them_nothing_is_deleted(tmp_path: Path) -> None:
    """Until it has taken up the configuration without them; then the daemon runs on."""
    held = open_store(tmp_path / "state.db")
    fill(held)
    beside = open_for_reading(tmp_path / "state.db", writable=True)
    assert beside is not None
    with pytest.raises(StoreError, match=r"process \d+ holds this database and has not taken up"):
        beside.forget("bob-marlowe")
    assert held.kept_of("bob-marlowe").digests == 20

    held.subscriptions.sync([ADA], NOON)
    beside.forget("bob-marlowe")
    beside.compact()
    beside.close()
    assert not [trace for trace in TRACES if trace in bytes_of(tmp_path)]
    compose(held, "ada", (SHARED,), ["2611.00001"])
    assert held.kept_of("ada").digests == 21
    held.close()


def test_without_such_a_process_an_old_record_is_no_obstacle(tmp_path: Path) -> None:
    """Taken out of the YAML, and nothing ran since."""
    store = open_store(tmp_path / "state.db")
    fill(store)
    store.close()
    beside = open_for_reading(tmp_path / "state.db", writable=True)
    assert beside is not None
    beside.forget("bob-marlowe")
    beside.close()


def test_a_reader_that_stays_is_named(tmp_path: Path) -> None:
    """The log can't be emptied under its eyes; the deletion stands all the same."""
    store = open_store(tmp_path / "state.db", busy_timeout_s=0.05)
    fill(store)
    with closing(sqlite3.connect(tmp_path / "state.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM papers").fetchone()
        store.subscriptions.sync([ADA], NOON)
        store.forget("bob-marlowe")
        with pytest.raises(StoreError, match="reads the database"):
            store.compact()
    store.compact()
    assert store.subscriptions.get("bob-marlowe") is None
    store.close()


def test_changes_are_those_since_the_last_sync(tmp_path: Path) -> None:
    """With the targets they had; a sync takes note of the new ones and of the absence."""
    store = open_store(tmp_path / "state.db")
    store.subscriptions.sync([ADA, BOB], NOON)
    bobby = subscriber("bobby", targets=BOB.targets)
    changes = store.subscriptions.changes([ADA, bobby])
    (gone,) = changes.vanished
    assert (gone.name, set(gone.targets), gone.removed_at) == ("bob-marlowe", set(BOB.targets), None)
    assert changes.arrived == (bobby,)
    store.subscriptions.sync([ADA, bobby], NOON)
    changes = store.subscriptions.changes([ADA, bobby])
    assert changes.arrived == ()
    assert changes.vanished[0].removed_at == NOON
    store.close()


@pytest.mark.parametrize(
    "edited",
    [
        [],
        [ADA],
        [ADA, BOB, subscriber("eve", targets=(SHARED, Target("file", "/reports")))],
        [ADA, replace(BOB, schedule=schedule.parse("daily 07:00"))],
        [ADA, replace(BOB, timezone="Europe/Berlin")],
        [ADA, replace(BOB, topics=("microscopy", "nickelates"))],
        [ADA, replace(BOB, topics=("nickelates",))],
        [ADA, replace(BOB, targets=(SHARED,))],
        [ADA, replace(BOB, targets=(*BOB.targets, Target("file", "/reports")))],
        [replace(ADA, targets=(Target("slack", "#others"),)), BOB],
    ],
)
def test_a_new_process_takes_up_whatever_was_edited_and_nothing_else(
    tmp_path: Path, edited: list[Subscriber]
) -> None:
    """And back again. What is as it was is not written anew, however many they are."""
    path = tmp_path / "state.db"
    store = open_store(path)
    store.subscriptions.sync([ADA, BOB], NOON)
    store.close()
    for hours, subscribers in enumerate((edited, [ADA, BOB], [BOB, ADA]), start=1):
        store = open_store(path)
        assert store.subscriptions.is_in_line(subscribers) == (subscribers == [BOB, ADA])
        store.subscriptions.sync(subscribers, NOON + hours * HOUR)
        assert store.subscriptions.is_in_line(subscribers)
        for one in subscribers:
            record = store.subscriptions.get(one.name)
            assert record is not None
            assert record.removed_at is None
            assert (record.schedule, record.timezone) == (one.schedule.text, one.timezone)
            assert record.topics_since.keys() == set(one.topics)
            assert set(record.targets) == set(one.targets)
        store.close()
        store = open_store(path)
        before = store.state()
        store.subscriptions.sync(subscribers, NOON + 10 * HOUR)
        assert store.state() == before
        store.close()
