"""The database file: one writer, readers beside it, and errors in words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.history import Alert, LastPoll, MatchSource, PollStatus, ServiceWait, TopicPoll
from bot.models import Window
from bot.store import Store, open_for_reading
from bot.store.database import Connection
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber


def test_a_second_process_is_told_who_holds_the_database(tmp_path: Path) -> None:
    """Two daemons on one database would send everything twice."""
    path = tmp_path / "state.db"
    store = open_store(path)
    code = (
        "import sys; from pathlib import Path; from bot.store.opening import open_store\n"
        "try: open_store(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    store.close()

    assert f"process {os.getpid()} holds this database" in said.stdout


def test_a_reader_reads_beside_the_writer(tmp_path: Path) -> None:
    """`status` works while the daemon runs, and sees what is committed."""
    store = open_store(tmp_path / "state.db")
    store.papers.add([paper()], NOON)
    reader = open_for_reading(tmp_path / "state.db")
    assert reader is not None
    assert reader.papers.counts()["seen"] == 1
    with pytest.raises(StoreError, match="can't be written"):
        reader.papers.add([paper("2611.00002")], NOON)
    reader.close()
    store.close()


def test_there_is_nothing_to_read_before_the_first_round(tmp_path: Path) -> None:
    """Reading never creates a database."""
    assert open_for_reading(tmp_path / "none.db") is None
    assert not (tmp_path / "none.db").exists()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An older program must not write into a schema it does not know."""
    open_store(tmp_path / "state.db").close()
    raw = sqlite3.connect(tmp_path / "state.db")
    raw.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
        ("arxiv-digest-bot", "m999_from_the_future", "2027-01-01"),
    )
    raw.commit()
    raw.close()

    with pytest.raises(StoreError, match=r"newer version of arxiv-digest \(m999_from_the_future\)"):
        open_store(tmp_path / "state.db")
    with pytest.raises(StoreError, match="newer version"):
        open_for_reading(tmp_path / "state.db")


def test_a_database_from_before_the_refusals_is_brought_up_to_date(tmp_path: Path) -> None:
    """What it holds stays; a reader names the command that does it."""
    path = tmp_path / "state.db"
    store = open_store(path)
    store.papers.add([paper()], NOON)
    store.close()
    raw = sqlite3.connect(path)
    raw.execute("DROP TABLE refusals")
    raw.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_refusals'")
    raw.commit()
    raw.close()

    with pytest.raises(StoreError, match="`arxiv-digest once` or `run` updates it"):
        open_for_reading(path)
    store = open_store(path)
    assert store.papers.counts()["seen"] == 1
    assert store.summaries.refusals_of(paper().arxiv_id) == []
    store.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Garbage gives one line with the file's name, and stays as it was."""
    path = tmp_path / "state.db"
    path.write_bytes(b"this was a shopping list, and a long one too " * 50)
    with pytest.raises(StoreError, match=r"state\.db: this is not a sound SQLite database"):
        open_store(path)
    assert path.read_bytes().startswith(b"this was")


def test_a_locked_database_is_told_in_words(tmp_path: Path) -> None:
    """Another program with the file open for writing: a clear error, nothing half-written."""
    store = open_store(tmp_path / "state.db", busy_timeout_s=0.01)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        store.papers.add([paper()], NOON)
    other.execute("ROLLBACK")
    other.close()
    assert store.papers.counts()["seen"] == 0
    store.close()


def test_a_full_disk_is_told_in_words_and_nothing_is_half_written(tmp_path: Path) -> None:
    """The transaction that meets the full disk leaves no trace; the next one may succeed."""
    open_store(tmp_path / "state.db").close()
    connection = Connection(tmp_path / "state.db")
    store, pages = Store(connection), connection.value("PRAGMA page_count")
    connection.rows(f"PRAGMA max_page_count = {pages + 4}")
    many = [paper(f"2611.{number:05}", abstract="x" * 2000) for number in range(200)]
    with pytest.raises(StoreError, match="the disk is full"):
        store.papers.add(many, NOON)
    assert store.papers.counts()["seen"] == 0
    connection.rows(f"PRAGMA max_page_count = {pages + 4000}")
    assert store.papers.add(many, NOON) == 200
    store.close()


def test_a_backup_is_whole_and_never_overwrites(tmp_path: Path) -> None:
    """A copy of a running database opens as a database."""
    store = open_store(tmp_path / "state.db")
    store.papers.add([paper()], NOON)
    store.backup(str(tmp_path / "copy.db"))
    with pytest.raises(StoreError, match="never overwrites"):
        store.backup(str(tmp_path / "copy.db"))
    store.close()
    copy = open_store(tmp_path / "copy.db")
    assert copy.papers.get("2611.00001") == paper()
    copy.close()


def test_transactions_are_all_or_nothing(tmp_path: Path) -> None:
    """An exception inside takes back everything, nested writes included."""
    store = open_store(tmp_path / "state.db")

    def fail_half_way() -> None:
        with store.transaction():
            store.papers.add([paper()], NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert store.papers.get("2611.00001") is None
    store.close()


def test_papers_keep_their_versions(tmp_path: Path) -> None:
    """A revision is recorded beside what was delivered, and an old version never replaces a newer."""
    store = open_store(tmp_path / "state.db")
    assert store.papers.add([paper(version=2, title="Second")], NOON) == 1
    assert store.papers.add([paper(version=1, title="First")], NOON) == 0
    assert store.papers.get("2611.00001") == paper(version=2, title="Second")
    assert store.papers.versions(["2611.00001", "9999.99999"]) == {"2611.00001": 2}
    store.close()


def test_the_anchor_is_the_start_of_the_last_complete_poll(tmp_path: Path) -> None:
    """An incomplete or empty poll moves no watermark: the next window reaches back over it."""
    store = open_store(tmp_path / "state.db")
    window = Window(NOON, NOON)
    for days, status in ((0, PollStatus.COMPLETE), (1, PollStatus.INCOMPLETE), (2, PollStatus.EMPTY)):
        at = NOON + timedelta(days=days)
        poll = store.polls.begin(at)
        store.polls.record_topic(poll, TopicPoll("microscopy", "all:x", window, status, 3, at))
        store.polls.finish(poll, at, status is PollStatus.COMPLETE)
    assert store.polls.anchor("microscopy") == NOON
    assert store.polls.anchor("unknown") is None
    assert store.polls.last_poll() == LastPoll(NOON + timedelta(days=2), False)
    store.close()


def test_candidates_name_the_topics_in_the_subscribers_order(tmp_path: Path) -> None:
    """A paper in two topics is one candidate."""
    store = open_store(tmp_path / "state.db")
    store.subscriptions.sync([subscriber()], NOON)
    store.papers.add([paper()], NOON)
    for name in ("b", "a", "other"):
        store.papers.add_matches(["2611.00001"], [name], MatchSource.SEARCH, "", NOON)
    (candidate,) = store.papers.candidates(["a", "b"], "ada", "slack")
    assert candidate.topics == ("a", "b")
    assert candidate.paper == paper()
    store.close()


def test_an_alert_is_news_once_until_it_is_mended(tmp_path: Path) -> None:
    """Told once, not every round; told again when it comes back."""
    store = open_store(tmp_path / "state.db")
    alert = Alert("gemini", "the key is refused", NOON)
    assert store.notices.open_alert(alert)
    assert not store.notices.open_alert(alert)
    assert [one.text for one in store.notices.untold("ada")] == ["the key is refused"]
    store.notices.mark_told("ada", ["gemini"], NOON)
    assert not store.notices.untold("ada")
    assert store.notices.untold("bob")

    assert store.notices.close_alert("gemini", NOON)
    assert not store.notices.close_alert("gemini", NOON)
    assert store.notices.open_alert(alert)
    assert store.notices.untold("ada")
    store.close()


def test_a_services_wait_is_remembered(tmp_path: Path) -> None:
    """A Retry-After outlives the process that was given it."""
    store = open_store(tmp_path / "state.db")
    assert store.notices.wait_until("arXiv") is None
    store.notices.set_wait(ServiceWait("arXiv", NOON, "429"))
    store.notices.set_wait(ServiceWait("arXiv", NOON + timedelta(hours=1), "429"))
    store.close()
    store = open_store(tmp_path / "state.db")
    assert store.notices.wait_until("arXiv") == ServiceWait("arXiv", NOON + timedelta(hours=1), "429")
    store.close()
