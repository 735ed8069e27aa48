"""The sentences at a digest's foot: what was seen, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import coverage
from bot.coverage import FeedDay, FeedState, Seen
from bot.history import PollStatus, TopicPoll
from bot.models import Window
from tests.samples import NOON

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (17, 18, 19, 20))


def poll(status: PollStatus, reason: str = "") -> TopicPoll:
    return TopicPoll("microscopy", "all:x", Window(NOON, NOON), status, 9, NOON, reason)


def seen(**changes: object) -> Seen:
    values: dict[str, object] = {
        "since": NOON - timedelta(days=1),
        "since_name": "Monday's digest",
        "today": FRIDAY,
        "days": (FeedDay(TUESDAY, FeedState.READ),),
        "why_none": "",
        "read": (TUESDAY,),
        "announced": 412,
        "matched": 9,
        "found": 0,
        "polls": (poll(PollStatus.COMPLETE),),
        "by_category": True,
    }
    return Seen(**values | changes)  # type: ignore[arg-type]


def test_what_was_checked_is_claimed() -> None:
    """The line of the contract, word for word."""
    assert coverage.completeness(seen()) == (
        "arXiv announced 412 papers in your categories since Monday's digest; all 412 were checked; 9 match.",
    )


def test_nothing_is_claimed_of_the_days_that_were_read_only() -> None:
    """Of a feed that was missed nobody knows whether it was empty."""
    days = (FeedDay(TUESDAY, FeedState.MISSED), FeedDay(WEDNESDAY, FeedState.READ))
    assert coverage.completeness(seen(days=days, read=(WEDNESDAY,), announced=0, matched=0)) == (
        "arXiv announced no papers in your categories on Wednesday (a quiet day). "
        "arXiv's search returned no new paper for your topics.",
        "Tuesday's feed was missed; arXiv's search covered that day.",
    )


def test_what_only_the_search_returned_is_not_counted_among_the_announced() -> None:
    """A first digest reaches back a week, the feed a day."""
    assert coverage.completeness(seen(found=3)) == (
        "arXiv announced 412 papers in your categories since Monday's digest; all 412 were checked; 9 match. "
        "arXiv's search found 3 more.",
    )


@pytest.mark.parametrize(
    ("awaited", "expected"), [(1, "1 of them may match and follows"), (2, "2 of them may match and follow")]
)
def test_what_was_announced_and_can_t_be_had_yet_is_said(awaited: int, expected: str) -> None:
    """The search lags behind the announcement: "none matches" alone would be too much."""
    lines = coverage.completeness(seen(matched=0, awaited=awaited))
    assert lines[1] == f"{expected} once arXiv's search has the details."


def unread(*days: FeedDay) -> Seen:
    return seen(days=(FeedDay(TUESDAY, FeedState.READ), *days))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (
            [FeedDay(THURSDAY, FeedState.MISSED)],
            "Thursday's feed was missed; arXiv's search covered that day.",
        ),
        (
            [FeedDay(WEDNESDAY, FeedState.MISSED), FeedDay(THURSDAY, FeedState.MISSED)],
            "Wednesday's and Thursday's feeds were missed; arXiv's search covered those days.",
        ),
        (
            [FeedDay(THURSDAY, FeedState.FAILED, error="HTTP 503")],
            "Thursday's feed could not be read (HTTP 503); arXiv's search covered that day.",
        ),
        (
            [FeedDay(THURSDAY, FeedState.STALE, shown=WEDNESDAY)],
            "Thursday's feed was stale: it still showed Wednesday's papers; arXiv's search covered that day.",
        ),
        (
            [FeedDay(THURSDAY, FeedState.STALE)],
            "Thursday's feed named no date; arXiv's search covered that day.",
        ),
        ([FeedDay(FRIDAY, FeedState.PENDING)], "Friday's feed was not read yet."),
        (
            [FeedDay(date(2026, 11, 9), FeedState.MISSED)],
            "9 November's feed was missed; arXiv's search covered that day.",
        ),
        (
            [FeedDay(date(2026, 11, day), FeedState.MISSED) for day in range(9, 15)],
            "The feeds of 6 days from 9 November to 14 November were missed; arXiv's search covered those days.",
        ),
    ],
)
def test_a_feed_that_was_not_seen_is_said_and_who_made_up_for_it(days: list[FeedDay], expected: str) -> None:
    """Nothing is claimed of a day whose feed was not seen, and each reason has its name."""
    assert coverage.completeness(unread(*days))[1:] == (expected,)


def test_days_with_different_faults_are_told_apart() -> None:
    """Our own fault, and arXiv's."""
    days = (FeedDay(WEDNESDAY, FeedState.MISSED), FeedDay(THURSDAY, FeedState.FAILED, error="HTTP 503"))
    assert len(coverage.completeness(unread(*days))) == 3


def test_a_search_that_was_not_answered_covers_nothing() -> None:
    """Neither of the two sources saw that day, and the digest says so."""
    polls = (poll(PollStatus.INCOMPLETE, "HTTP 503"),)
    days = (FeedDay(TUESDAY, FeedState.READ), FeedDay(THURSDAY, FeedState.MISSED))
    assert coverage.completeness(seen(days=days, polls=polls))[1:] == (
        "Thursday's feed was missed; arXiv's search has not yet covered that day completely.",
        "arXiv's search for microscopy was not answered completely (HTTP 503); the next poll takes it up.",
    )


def test_a_cut_feed_does_not_count_as_all() -> None:
    """A feed of 2,000 items hides the rest: "all were checked" would be false."""
    (line,) = coverage.completeness(seen(days=(FeedDay(TUESDAY, FeedState.CUT),), announced=1300))
    assert "more papers" in line
    assert "all" not in line


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"read": (), "days": (), "why_none": "weekend", "matched": 0},
            "arXiv announced nothing since Monday's digest: weekend. "
            "arXiv's search returned no new paper for your topics.",
        ),
        (
            {"announced": 0, "matched": 0},
            "arXiv announced no papers in your categories since Monday's digest (a quiet day). "
            "arXiv's search returned no new paper for your topics.",
        ),
        (
            {"announced": 0, "matched": 0, "found": 2, "read": (TUESDAY, WEDNESDAY)},
            "arXiv announced no papers in your categories since Monday's digest (quiet days). "
            "arXiv's search returned 2 new papers for your topics.",
        ),
        (
            {"announced": 1, "matched": 1},
            "arXiv announced 1 paper in your categories since Monday's digest; it was checked. 1 matches.",
        ),
        (
            {"announced": 12, "matched": 0, "by_category": False},
            "arXiv announced 12 papers in all its archives since Monday's digest; all 12 were checked; "
            "none matches.",
        ),
        (
            {"since": None, "since_name": "", "announced": 12, "matched": 2},
            "arXiv announced 12 papers in your categories on Tuesday; all 12 were checked; 2 match.",
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


def test_of_a_search_that_was_not_answered_nothing_is_claimed() -> None:
    """One topic has an answer, the other none: that nothing is new holds for the first alone."""
    other = replace(poll(PollStatus.INCOMPLETE, "HTTP 503"), topic="nickelates", found=0)
    lines = coverage.completeness(
        seen(read=(), days=(), announced=0, matched=0, polls=(poll(PollStatus.EMPTY), other))
    )
    assert lines == (
        "arXiv's search returned no new paper for microscopy.",
        "arXiv's search for nickelates was not answered completely (HTTP 503); the next poll takes it up.",
    )
