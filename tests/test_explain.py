"""Why somebody did or did not get a paper, in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import explain
from bot.history import AnnouncedRecord, DeliveryRecord, MatchRecord, MatchSource, OptOut, RefusalRecord
from bot.models import AnnounceType, Hit, OutboxState, Place, SummaryKey, Target
from tests.samples import NOON, paper

NEW = AnnouncedRecord(NOON.date(), "2611.00001", AnnounceType.NEW, ("cs.AI",))
UNSEEN = explain.Facts(
    arxiv_id="2611.00001",
    subscriber="ada",
    timezone="Europe/London",
    paper=None,
    announcements=(),
    matches=(),
    clauses={},
    awaited=False,
    reach={"microscopy": NOON - timedelta(days=7)},
    owed=False,
    rank="",
    near={},
    deliveries=(),
    summary=None,
    refusal=None,
    rests_until=None,
    held=(),
    next_digest=NOON + timedelta(days=1),
)
SEEN = replace(
    UNSEEN,
    paper=paper(),
    matches=[MatchRecord("microscopy", MatchSource.SEARCH, "arXiv's search returned it", NOON)],
    clauses={"microscopy": (True, "all:ptychography")},
)


def last(facts: explain.Facts) -> str:
    return explain.sentences(facts)[-1]


def test_a_paper_never_seen() -> None:
    """By neither of the two sources."""
    (said,) = explain.sentences(UNSEEN)
    assert said.startswith("2611.00001 was never seen: no search returned it and no announcement feed")


def test_a_refused_summary_says_why() -> None:
    """In the words of the rule, with the day, and until when the model is left alone."""
    key = SummaryKey("2611.00001", 1, "English", "", 1)
    refusal = RefusalRecord(key, NOON.date(), 3, "a number that the abstract has not: 13 layers")
    facts = replace(SEEN, refusal=refusal, rests_until=NOON + timedelta(hours=20))
    assert explain.sentences(facts)[-2] == (
        "Not summarised by a model: it is shown with the abstract's own sentences. What the model answered was "
        "refused, last on 16 November 2026 (Pacific time), because of this: a number that the abstract has not: "
        "13 layers. It is not asked again before 17 November 2026 08:00 Europe/London."
    )


def test_an_announced_paper_that_no_topic_took_names_the_clauses() -> None:
    """Of each of the subscriber's topics, though nothing of the paper itself is kept."""
    clauses = {"microscopy": (False, "none of its categories is physics.optics")}
    assert explain.sentences(replace(UNSEEN, announcements=[NEW], clauses=clauses)) == (
        "arXiv announced it as new on Monday 16 November 2026.",
        "Topic microscopy did not match: none of its categories is physics.optics.",
        "So ada does not get it: none of their topics matched.",
    )


def test_an_announced_paper_whose_reasons_are_no_longer_kept() -> None:
    """Nothing is claimed of clauses that nobody remembers."""
    assert last(replace(UNSEEN, announcements=[NEW])) == (
        "No topic of ada took it; why is not known, or no longer."
    )


def test_an_announced_paper_that_arxiv_s_search_lacks_yet_is_waited_for() -> None:
    """It may still come, and the sentence says what it waits for."""
    assert "asked for by id until arXiv's search has it" in last(
        replace(UNSEEN, announcements=[NEW], awaited=True)
    )


def test_a_replacement_is_no_new_paper() -> None:
    """Somebody who sees it in arXiv's list of the day wonders why."""
    replaced = replace(NEW, announce_type=AnnounceType.REPLACE)
    assert last(replace(UNSEEN, announcements=[replaced])).startswith("A new version of a paper is no new")


def test_a_paper_that_waits_for_its_digest() -> None:
    """In the subscriber's own time."""
    assert (
        last(replace(SEEN, owed=True))
        == "It is waiting for the digest of 17 November 2026 12:00 Europe/London."
    )
    assert last(replace(SEEN, owed=True, next_digest=None)) == "It is waiting for the next round."


def test_a_paper_from_before_the_subscription() -> None:
    """Matched, and not owed: the reason is the reach."""
    assert "submitted before 09 November 2026 12:00 Europe/London, where the subscription begins" in last(
        SEEN
    )


def test_a_delivered_paper_says_when_where_and_how() -> None:
    """One line a target."""
    sent = DeliveryRecord(
        "ada",
        Target("slack", "#papers"),
        "2611.00001",
        1,
        "title",
        7,
        NOON,
        OutboxState.SENT,
        1,
        NOON,
        None,
        "",
    )
    assert last(replace(SEEN, deliveries=[sent])) == (
        "Delivered to slack #papers on 16 November 2026 12:00 Europe/London (digest 7, by its title only)."
    )
    failed = replace(sent, state=OutboxState.FAILED, sent_at=None, error="channel_not_found")
    assert last(replace(SEEN, deliveries=[sent, failed])) == (
        "The message to slack #papers failed: channel_not_found (digest 7, by its title only)."
    )


def test_what_nearly_matched_is_told() -> None:
    """Who wonders why a paper is not there sees which clause was the only one it failed."""
    facts = replace(
        UNSEEN,
        paper=paper(),
        clauses={"microscopy": (False, "cat:cs.AI not found in its categories")},
        near={
            "microscopy": [
                Hit("ptychography", Place.TITLE, 6),
                Hit("x", Place.ABSTRACT),
                Hit("y", Place.COMMENT),
            ]
        },
    )
    assert explain.sentences(facts)[1] == (
        "Topic microscopy did not match: cat:cs.AI not found in its categories. "
        "It has ptychography (title) and x (abstract)."
    )


def test_why_a_waiting_paper_stands_where_it_does_is_told() -> None:
    """In the words that the digest will have."""
    facts = replace(SEEN, owed=True, rank="8/10 · conformal prediction")
    assert "Its place in the digest: 8/10 · conformal prediction." in explain.sentences(facts)


def test_who_is_held_back_is_told() -> None:
    """A reader who left gets no paper, whatever matched."""
    held = [
        OptOut("ada", Target("email", "ada@example.org"), NOON, None, unsubscribed=True),
        OptOut("ada", None, NOON, NOON + timedelta(days=7), unsubscribed=False),
    ]
    assert explain.sentences(replace(SEEN, owed=True, held=held))[-2:] == (
        "Nothing is delivered to email ada@example.org: its reader has unsubscribed, on "
        "16 November 2026 12:00 Europe/London.",
        "Nothing is delivered to ada: paused until 23 November 2026 12:00 Europe/London.",
    )
