"""What is asked of arXiv's search, and when a list is covered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import coverage
from bot.coverage import Again, Covered, NextPage, PageSeen, Split, Unsettled, next_step
from bot.models import Window
from tests.samples import NOON

WEEK = timedelta(days=7)


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


def test_nothing_is_believed_when_told_often_and_contradicted_by_nothing() -> None:
    """Three times; never while papers of these days are known."""
    assert [bool(coverage.doubt_of_empty(told)) for told in (1, 2, 3)] == [True, True, False]
    assert "yet 2 papers" in coverage.doubt_of_empty(3, known=2)
