"""What is owed to whom, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import selection
from bot.history import Candidate
from bot.models import Target
from bot.models.subscriptions import SubscriberRecord
from tests.samples import NOON, paper, topic

WEEK = timedelta(days=7)
RECORD = SubscriberRecord("ada", NOON - timedelta(days=30), {"a": NOON, "b": NOON - timedelta(days=30)}, None)


def candidate(days_ago: float, topics: tuple[str, ...] = ("a",), announced: int | None = None) -> Candidate:
    day = None if announced is None else (NOON - timedelta(days=announced)).date()
    return Candidate(paper(published=NOON - timedelta(days=days_ago)), topics, NOON, day)


def test_a_new_subscription_reaches_back_for_the_lookback_only() -> None:
    """Not all of history: what was polled for others before is not owed."""
    assert selection.owed([candidate(6.9)], RECORD, "email", WEEK)
    assert not selection.owed([candidate(7.1)], RECORD, "email", WEEK)


def test_each_topic_has_its_own_reach() -> None:
    """A topic added later brings its own week, not that of the subscriber."""
    (owed,) = selection.owed([candidate(20, ("a", "b"))], RECORD, "email", WEEK)
    assert owed.topics == ("b",)


def test_a_kind_of_channel_added_later_reaches_back_for_the_lookback_only() -> None:
    """A mailbox beside the Slack channel of a year does not get the year in one digest."""
    added = replace(
        RECORD, kinds_since={"slack": NOON - timedelta(days=365), "email": NOON - timedelta(days=10)}
    )
    old = candidate(20, ("b",))
    assert selection.owed([old], added, "slack", WEEK)
    assert not selection.owed([old], added, "email", WEEK)
    assert selection.owed([candidate(16.9, ("b",))], added, "email", WEEK)
    assert selection.floors(added, "email", WEEK) == {
        "a": NOON - timedelta(days=7),
        "b": NOON - timedelta(days=17),
    }
    assert selection.floors(added, "slack", WEEK)["b"] == NOON - timedelta(days=37)


def test_a_paper_held_by_moderators_for_weeks_is_owed() -> None:
    """Submitted long ago, announced now: the announcement counts."""
    assert selection.owed([candidate(40, announced=1)], RECORD, "email", WEEK)
    assert selection.owed([candidate(40, announced=7)], RECORD, "email", WEEK), (
        "the day of the lookback's begin"
    )
    assert not selection.owed([candidate(40, announced=8)], RECORD, "email", WEEK)


def test_topics_the_subscriber_left_don_t_count() -> None:
    """Only present subscriptions bring papers."""
    assert not selection.owed([candidate(1, ("gone",))], RECORD, "email", WEEK)


def test_the_focus_is_that_of_the_topic_listed_first() -> None:
    """A paper in two topics with different focus takes the first one's."""
    topics = [topic("a", focus="lenses"), topic("b", focus="samples")]
    assert selection.focus(topics, ["b", "a"]) == "lenses"
    assert selection.focus(topics, ["b"]) == "samples"
    assert selection.focus(topics, []) == ""


def test_a_withdrawal_is_told_from_a_paper_about_withdrawals() -> None:
    """Version 1 withdraws nothing; later ones say so in the comment."""
    notice = "This paper has been withdrawn by the authors due to an error in eq. 3"
    assert selection.is_withdrawn(paper(version=2, comment=notice))
    assert not selection.is_withdrawn(paper(version=1, comment=notice))
    assert not selection.is_withdrawn(paper(version=2, comment="12 pages"))


def test_changes_are_named_in_a_readers_words() -> None:
    """A revision says what differs."""
    before = paper()
    assert selection.changes(before, replace(before, version=2, title="New", comment="v2")) == (
        "title",
        "comment",
    )
    assert selection.changes(before, replace(before, version=2)) == ()


def test_targets_are_grouped_by_kind() -> None:
    """Targets of one kind share their history."""
    one, two = Target("email", "a@example.org"), Target("email", "b@example.org")
    assert selection.by_kind([one, Target("slack", "#x"), two]) == {
        "email": (one, two),
        "slack": (Target("slack", "#x"),),
    }
