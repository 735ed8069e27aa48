"""What may be asked, when a list is covered, and what may be claimed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import coverage
from bot.coverage import Again, Covered, NextPage, PageSeen, Seen, Split, Unsettled, next_step
from bot.history import FeedRead, PollStatus, TopicPoll
from bot.models import Window
from tests.samples import NOON, topic

WEEK = timedelta(days=7)
MONDAY = date(2026, 11, 16)


def test_the_first_window_covers_the_lookback() -> None:
    """A subscriber's first digest covers `lookback`, not all of history."""
    assert coverage.window(None, NOON, WEEK, NOON).start == NOON - WEEK


def test_a_window_overlaps_the_last_complete_poll() -> None:
    """Papers show in the search days after they were submitted: each poll asks for `lookback` again."""
    anchor, since = NOON - timedelta(days=2), NOON - timedelta(days=90)
    assert coverage.window(anchor, since, WEEK, NOON).start == anchor - WEEK


def test_after_an_outage_the_window_reaches_back_to_before_it() -> None:
    """Forty days without a complete poll leave no gap."""
    anchor = NOON - timedelta(days=40)
    assert coverage.window(anchor, NOON - timedelta(days=90), WEEK, NOON).start == anchor - WEEK


def test_polls_that_never_succeeded_don_t_lose_the_first_week() -> None:
    """With arXiv down since the start, the window keeps beginning where the first one did."""
    since = NOON - timedelta(days=5)
    assert coverage.window(None, since, WEEK, NOON).start == since - WEEK


def test_an_ancient_poll_of_a_topic_nobody_wanted_meanwhile_is_not_caught_up() -> None:
    """A topic taken up again after a year starts anew."""
    anchor = NOON - timedelta(days=365)
    assert coverage.window(anchor, NOON, WEEK, NOON).start == NOON - WEEK


@given(st.datetimes(min_value=NOON.replace(tzinfo=None)).map(lambda d: d.replace(tzinfo=NOON.tzinfo)))
def test_halves_leave_no_gap(end: object) -> None:
    """A list too long to page is split; bounds belong to both sides, so nothing falls between."""
    whole = Window(NOON, end)  # type: ignore[arg-type]
    later, earlier = coverage.halves(whole)
    assert earlier.start == whole.start
    assert later.end == whole.end
    assert earlier.end == later.start


def test_pages_are_asked_until_the_total_is_reached() -> None:
    """Paging stops at the total, not at a short page."""
    assert next_step([], 0, 1, False) == NextPage(0)
    assert next_step([PageSeen(0, 50, 120)], 50, 1, False) == NextPage(50)
    assert next_step([PageSeen(0, 50, 120), PageSeen(50, 30, 120)], 80, 1, False) == NextPage(80)
    pages = [PageSeen(0, 50, 120), PageSeen(50, 50, 120), PageSeen(100, 20, 120)]
    assert next_step(pages, 120, 1, False) == Covered(120)


@pytest.mark.parametrize(
    ("pages", "distinct"),
    [
        ([PageSeen(0, 50, 100), PageSeen(50, 51, 101)], 100),  # one came in at the head
        ([PageSeen(0, 50, 100), PageSeen(50, 49, 99)], 99),  # one went: the border lost a paper
        ([PageSeen(0, 50, 100), PageSeen(50, 50, 100)], 99),  # the same paper on both pages
    ],
)
def test_a_list_that_moved_is_read_again(pages: list[PageSeen], distinct: int) -> None:
    """Entries that shift between two pages leave gaps at the border."""
    assert next_step(pages, distinct, 1, False) == Again()


def test_a_list_that_never_rests_is_called_unsettled() -> None:
    """Bounded: after a few passes the poll is incomplete, which the next one takes up."""
    pages = [PageSeen(0, 50, 100), PageSeen(50, 50, 100)]
    assert next_step(pages, 97, coverage.MAX_PASSES, False) == Unsettled(3)


def test_a_list_longer_than_arxiv_pages_is_split() -> None:
    """Beyond 10,000 arXiv answers an error: the window is halved instead."""
    assert next_step([PageSeen(0, 200, 10_001)], 200, 1, False) == Split()


def test_leaving_the_window_covers_it() -> None:
    """Newest first: a paper older than the window ends the list, whatever the total."""
    assert next_step([PageSeen(0, 50, 99_999)], 50, 1, True) == Covered(50)


def test_the_feeds_of_topics() -> None:
    """The union of the categories; all archives as soon as one topic names none."""
    some = [topic("a", categories=("cs.AI", "cs.LG")), topic("b", categories=("cs.LG",))]
    assert coverage.feed_specs(some, ("all",)) == ("cs.AI", "cs.LG")
    assert coverage.feed_specs([*some, topic("c", categories=())], ("x", "y")) == ("x", "y")


def seen(**changes: object) -> Seen:
    values: dict[str, object] = {
        "since": NOON - timedelta(days=1),
        "since_name": "Monday's digest",
        "expected": (date(2026, 11, 17),),
        "why_none": "",
        "feeds": (FeedRead(("cs.AI",), NOON, date(2026, 11, 17), 500, False),),
        "read": frozenset({date(2026, 11, 17)}),
        "announced": 412,
        "polls": (poll(PollStatus.COMPLETE),),
        "by_category": True,
        "matched": 9,
    }
    return Seen(**values | changes)  # type: ignore[arg-type]


def poll(status: PollStatus, reason: str = "") -> TopicPoll:
    return TopicPoll("microscopy", "all:x", Window(NOON, NOON), status, 9, NOON, reason)


def test_what_was_checked_is_claimed() -> None:
    """The line of the contract, word for word."""
    assert coverage.completeness(seen()) == (
        "arXiv announced 412 papers in your categories since Monday's digest; all 412 were checked; 9 match.",
    )


def test_a_missed_feed_is_said_and_who_made_up_for_it() -> None:
    """Nothing is claimed of a day whose feed was not seen."""
    days = (date(2026, 11, 17), date(2026, 11, 19))
    assert coverage.completeness(seen(expected=days))[1:] == (
        "Thursday's feed was missed; arXiv's search covered that day.",
    )
    assert coverage.completeness(seen(expected=days, polls=(poll(PollStatus.INCOMPLETE, "HTTP 503"),)))[1:] == (
        "Thursday's feed was missed; arXiv's search has not yet covered that day completely.",
        "arXiv's search for microscopy was not answered completely (HTTP 503); the next poll takes it up.",
    )


def test_a_cut_feed_does_not_count_as_all() -> None:
    """A feed of 2,000 items hides the rest: "all were checked" would be false."""
    cut = FeedRead(("cs.AI",), NOON, date(2026, 11, 17), 2000, True)
    (line,) = coverage.completeness(seen(feeds=(cut,), announced=1300))
    assert "more papers" in line
    assert "all" not in line


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"read": frozenset(), "feeds": (), "expected": (), "why_none": "weekend", "matched": 0},
            "arXiv announced nothing since Monday's digest: weekend. "
            "arXiv's search returned no new paper for your topics.",
        ),
        (
            {"announced": 0, "matched": 0},
            "arXiv announced no papers in your categories since Monday's digest (a quiet day). "
            "arXiv's search returned no new paper for your topics.",
        ),
        (
            {"announced": 1, "matched": 1},
            "arXiv announced 1 paper in your categories since Monday's digest; it was checked. 1 matches.",
        ),
    ],
)
def test_a_short_day_is_named_for_what_it_is(changes: dict[str, object], expected: str) -> None:
    """Silence means quiet, and a reader can tell why."""
    assert coverage.completeness(seen(**changes)) == (expected,)


def test_a_rejected_query_is_told() -> None:
    """A topic that arXiv can't run brings nothing: its readers must know."""
    assert coverage.completeness(seen(polls=(poll(PollStatus.REJECTED, "unbalanced"),)))[-1] == (
        "arXiv rejected the query of microscopy: unbalanced"
    )
