"""A database that was written while the machine's clock was ahead."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils

from bot.history import (
    Alert,
    FeedRead,
    MatchSource,
    NewMessage,
    Placement,
    PollStatus,
    ServiceWait,
    TopicPoll,
)
from bot.models import (
    LONGEST_WAIT,
    AnnouncedPaper,
    AnnounceType,
    Receipt,
    Summary,
    SummaryKey,
    SummarySource,
    Target,
    Verdict,
    Window,
)
from bot.store import Store, wrong_clock
from bot.store.opening import open_store
from tests.samples import NOON, paper, subscriber

AHEAD = NOON + timedelta(days=400)
MINUTE = timedelta(minutes=1)
SLACK, MAIL = Target("slack", "#papers"), Target("email", "ada@example.org")
KEY = SummaryKey("2611.00001", 1, "English", "", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = open_store(path)
    yield store
    store.close()


def write_everything(store: Store, now: datetime) -> None:
    """A row with a time in every table, as a round at ``now`` leaves it."""
    store.papers.add([paper()], now)
    store.papers.add_matches(["2611.00001"], ["microscopy"], MatchSource.SEARCH, "", now)
    store.papers.fetch_later(["2611.00002"], now)
    store.subscriptions.sync([subscriber(targets=(SLACK, MAIL))], now)
    poll = store.polls.begin(now)
    store.polls.record_topic(
        poll, TopicPoll("microscopy", "all:x", Window(now, now), PollStatus.COMPLETE, 1, now)
    )
    item = AnnouncedPaper("2611.00009", 1, AnnounceType.NEW, "Title", "", "A", ("cs.AI",))
    store.polls.record_feed(poll, FeedRead(("cs",), now, NOON.date(), 1, False), [item])
    store.polls.finish(poll, now, True)
    store.summaries.save(KEY, Summary("o", "f", SummarySource.MODEL, "m"), now)
    request = store.summaries.start_request(now.date(), 100, now)
    store.summaries.finish_request(request, "m", 50, 50, 100, now.date(), now)
    messages = [NewMessage(at, 1, 1, b"{}", (Placement("2611.00001", 1, "full", 1),)) for at in (SLACK, MAIL)]
    store.outbox.add_digest("ada", now, now, lambda _: ('{"timezone": "UTC"}', messages), now)
    slack, mail = store.outbox.due(now, ignore_backoff=True, subscribers=None)
    store.outbox.mark_sent(store.outbox.mark_sending(slack, now), Receipt("C1", "1.0"), now)
    doubted = store.outbox.mark_sending(mail, now)
    store.outbox.mark_waiting(doubted, "lost", now + MINUTE, now + MINUTE, in_doubt=True)
    store.outbox.add_notice(SLACK, b"{}", "", now)
    (notice, *_) = store.outbox.due(now, ignore_backoff=True, subscribers=[""])
    store.outbox.mark_failed(notice, "no", Verdict(permanent=True), now)
    store.notices.set_wait(ServiceWait("slack", now + MINUTE, "429"))
    store.notices.open_alert(Alert("poll", "text", now, None))
    store.notices.mark_told("ada", ["poll"], now)
    store.notices.close_alert("poll", now)
    other = SummaryKey("2611.00001", 2, "English", "", 1)
    store.summaries.refuse(other, "no", now.date(), now)
    store.polls.record_unmatched(now.date(), {"2611.00009": {"microscopy": "no"}})


def times(path: Path) -> dict[str, datetime]:
    """The latest time in each column of the database, whichever tables there are."""
    found: dict[str, datetime] = {}
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table.startswith("_"):
                continue
            cursor = db.execute(f"SELECT * FROM {table}")
            columns = [column for column, *_ in cursor.description]
            for row in cursor:
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, str) and value[:2] == "20" and value[4:5] == "-":
                        moment = datetime.fromisoformat(value)
                        moment = moment if moment.tzinfo else moment.replace(tzinfo=NOON.tzinfo)
                        key = f"{table}.{column}"
                        found[key] = max(found.get(key, moment), moment)
    return found


def test_no_time_in_the_future_is_left(store: Store, path: Path) -> None:
    """Whatever table or column is added: what it holds of the future counts as now."""
    write_everything(store, AHEAD)
    store.subscriptions.sync([], AHEAD)
    before = times(path)
    tables = {key.partition(".")[0] for key, at in before.items() if at > NOON + timedelta(days=2)}
    assert len(tables) >= 16, "every table that has times was written to"
    fault = store.mend_times(NOON, NOON.date())
    assert fault is not None
    assert fault.latest >= AHEAD
    assert {key: at for key, at in times(path).items() if at > NOON + MINUTE} == {}


def test_it_is_found_once(store: Store) -> None:
    """What was mended is not told of again."""
    write_everything(store, AHEAD)
    assert store.mend_times(NOON, NOON.date())
    assert store.mend_times(NOON + MINUTE, NOON.date()) is None


def test_a_right_clock_is_left_alone(store: Store, path: Path) -> None:
    """Nor does a clock that is corrected by seconds, or a wait that is meant, count as wrong."""
    write_everything(store, NOON)
    store.notices.set_wait(ServiceWait("gemini", NOON + timedelta(hours=23), "the day's quota"))
    before = times(path)
    assert store.mend_times(NOON, NOON.date()) is None
    assert store.mend_times(NOON - timedelta(seconds=30), NOON.date()) is None
    assert times(path) == before


def test_a_false_poll_was_never_made(store: Store) -> None:
    """The next one reaches back to the last poll before it."""
    poll = store.polls.begin(NOON)
    outcome = TopicPoll("microscopy", "all:x", Window(NOON, NOON), PollStatus.COMPLETE, 1, NOON)
    store.polls.record_topic(poll, outcome)
    store.polls.finish(poll, NOON, True)
    write_everything(store, AHEAD)
    store.mend_times(NOON + MINUTE, NOON.date())
    assert store.polls.anchor("microscopy") == NOON
    last = store.polls.last_poll()
    assert last is not None
    assert last.finished_at == NOON


def test_a_message_in_doubt_is_looked_for_early_enough(store: Store) -> None:
    """It was sent at some time before now: to look only from now on would send it twice."""
    write_everything(store, AHEAD)
    store.mend_times(NOON, NOON.date())
    (doubted,) = store.outbox.waiting(["ada"])
    assert doubted.first_attempt_at is not None
    assert doubted.first_attempt_at <= NOON - timedelta(days=1)


LISTED = {
    *wrong_clock.EVENTS,
    *wrong_clock.PASSING,
    *wrong_clock.WAITS,
    *wrong_clock.PACIFIC_DAYS,
    *wrong_clock.OWN_RULE,
    *wrong_clock.FOREIGN,
    *wrong_clock.BOUNDS,
}
_A_TIME = re.compile(r"(_at|_on|_start|_end|day|since|until|published|updated)$")


def columns_of_time(path: Path) -> set[tuple[str, str]]:
    """Every column that holds a time or a day, by its name."""
    db = sqlite_utils.Database(path)
    try:
        return {
            (table, column.name)
            for table in db.table_names()
            for column in db.table(table).columns
            if _A_TIME.search(column.name) and not table.startswith("_")
        }
    finally:
        db.close()


def test_every_time_of_the_schema_has_its_rule(store: Store, path: Path) -> None:
    """A column that is added and compared with now is not forgotten."""
    assert columns_of_time(path) == LISTED


def test_a_feed_that_was_read_stays_read(store: Store) -> None:
    """It bears its own date: that it was seen is not to be called missed."""
    write_everything(store, AHEAD)
    store.mend_times(NOON, NOON.date())
    (read,) = store.polls.feeds_since(NOON - timedelta(days=1))
    assert read.announced_on == NOON.date()
    assert read.read_at <= NOON


def test_an_hour_that_a_wrong_digest_passed_over_is_made_up_for(store: Store) -> None:
    """The last digest that counts is the last one of a time that can be trusted."""
    store.subscriptions.sync([subscriber(targets=(SLACK,))], NOON - timedelta(days=9))
    made = NOON - timedelta(days=2)
    store.outbox.add_digest("ada", None, made, lambda _: ('{"timezone": "UTC"}', []), made)
    store.outbox.add_digest("ada", None, AHEAD, lambda _: ('{"timezone": "UTC"}', []), AHEAD)
    store.mend_times(NOON, NOON.date())
    record = store.subscriptions.get("ada")
    assert record is not None
    assert record.last_due_at == made


def test_what_lies_ahead_by_rights_stays(store: Store) -> None:
    """A service's Retry-After is kept, the longest too; a clock set back by minutes is no news."""
    store.notices.set_wait(ServiceWait("arXiv", NOON + LONGEST_WAIT, "busy"))
    store.polls.finish(store.polls.begin(NOON + timedelta(minutes=4)), NOON + timedelta(minutes=4), True)
    assert store.mend_times(NOON, NOON.date()) is None
    assert store.notices.wait_until("arXiv") is not None


def test_a_wait_longer_than_any_is_not_kept(store: Store) -> None:
    """Its end was reckoned from a clock that was wrong, whatever else the database says."""
    store.notices.set_wait(ServiceWait("arXiv", AHEAD, "busy"))
    assert store.mend_times(NOON, NOON.date()) is not None
    assert store.notices.wait_until("arXiv") is None
    assert store.mend_times(NOON, NOON.date()) is None


def test_a_wait_of_the_wrong_time_goes_with_it(store: Store) -> None:
    """Three days ahead, an hour's wait: no longer than waits may be, and still nobody waits for it."""
    at = NOON + timedelta(days=3)
    store.polls.finish(store.polls.begin(at), at, True)
    store.notices.set_wait(ServiceWait("arXiv", at + timedelta(hours=1), "busy"))
    assert store.mend_times(NOON, NOON.date()) is not None
    assert store.notices.wait_until("arXiv") is None
    assert store.polls.last_poll() is None


def test_a_clock_that_is_behind_now_destroys_nothing(store: Store) -> None:
    """arXiv's dates show that it is the present that is wrong: what is recorded will be right again."""
    store.papers.add([paper(f"2611.0000{n}") for n in range(3)], NOON)
    store.subscriptions.sync([subscriber()], NOON)
    fault = store.mend_times(NOON - (AHEAD - NOON), (NOON - (AHEAD - NOON)).date())
    assert fault is not None
    assert fault.newest_paper == NOON - timedelta(days=1)
    record = store.subscriptions.get("ada")
    assert record is not None
    assert record.since == NOON
    assert store.mend_times(NOON, NOON.date()) is None
