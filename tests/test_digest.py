"""The edition: order, cut, and its JSON form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import digest
from bot.models import (
    Digest,
    Entry,
    Hit,
    Order,
    Paper,
    Place,
    Rank,
    Schedule,
    Subscriber,
    Summary,
    SummarySource,
    Topic,
)
from tests.render import strategies

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA = Subscriber(
    name="ada",
    topics=("microscopy", "nickelates"),
    targets=(),
    schedule=Schedule("weekdays 09:00", "0 9 * * 1-5"),
    timezone="Europe/London",
    language="French",
    max_papers=2,
)
TOPICS = (Topic("microscopy", query="all:microscopy"), Topic("nickelates", keywords=("nickelate",)))


def entry(arxiv_id: str, *topics: str, days_old: int = 0, model: str = "flash-1") -> Entry:
    submitted = NOON - timedelta(days=days_old)
    paper = Paper(arxiv_id, 1, "T", "A", ("X",), ("cs.CV",), submitted, submitted)
    return Entry(paper, topics or ("microscopy",), Summary("o", "f", SummarySource.MODEL, model))


def build(*owed: Entry, subscriber: Subscriber = ADA) -> Digest:
    return digest.build(
        subscriber=subscriber, number=7, composed_at=NOON, topics=TOPICS, queries=("q1", "q2"), owed=owed
    )


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [item.paper.arxiv_id for item in entries]


def test_order_is_most_topics_then_newest() -> None:
    """A paper in two topics comes before a newer one in one; among equals the newer comes first."""
    both, new, old = entry("1", "microscopy", "nickelates", days_old=9), entry("2"), entry("3", days_old=1)
    assert ids(digest.ranked([old, new, both])) == ["1", "2", "3"]


def test_what_counts_more_decides_before_what_counts_less() -> None:
    """Followed authors, then the score, then the match, then the topics, then the date; each reversed below it."""
    ladder = [
        Rank(followed=("H. Hwang",), score=0),
        Rank(score=9),
        Rank(score=2, fit=99.0, hit=Hit("a", Place.TITLE, 6)),
        Rank(score=2, hit=Hit("a", Place.ABSTRACT, 4)),
        Rank(fit=3.5),
        Rank(fit=1.5, hit=Hit("a", Place.TITLE, 6)),
        Rank(hit=Hit("a", Place.TITLE, 6)),
        Rank(hit=Hit("a", Place.CATEGORY, 0)),
        Rank(),
    ]
    owed = [replace(entry(str(at), days_old=9 - at), rank=rank) for at, rank in enumerate(ladder)]
    assert ids(digest.ranked(reversed(owed))) == [str(at) for at in range(len(ladder))]


def test_a_score_below_the_least_that_is_wanted_costs_no_summary_and_hides_nothing() -> None:
    """Such a paper is told by title; one that has no score is not judged by it."""
    owed = [replace(entry(str(score)), rank=Rank(score=score)) for score in (2, 5, 9)] + [entry("none")]
    made = build(*owed, subscriber=replace(ADA, max_papers=9, min_relevance=5))
    assert (ids(made.entries), ids(made.titles)) == (["9", "5", "none"], ["2"])


def test_grouped_by_topic_the_cut_is_still_by_relevance() -> None:
    """Groups are how a digest is read; which papers are worth a summary does not depend on them."""
    best = replace(entry("best", "nickelates"), rank=Rank(score=9))
    good = replace(entry("good", "microscopy"), rank=Rank(score=5))
    poor = replace(entry("poor", "microscopy"), rank=Rank(score=1))
    made = build(best, good, poor, subscriber=replace(ADA, order=Order.TOPIC))
    assert (ids(made.entries), ids(made.titles)) == (["good", "best"], ["poor"])


def test_the_newest_come_first_for_who_wants_it_so() -> None:
    """A reader may read by date; only whom they follow is still told first."""
    followed = replace(entry("followed", days_old=3), rank=Rank(followed=("H. Hwang",)))
    scored = replace(entry("scored", days_old=2), rank=Rank(score=10))
    owed = [scored, entry("new"), followed]
    made = build(*owed, subscriber=replace(ADA, order=Order.NEWEST, max_papers=9))
    assert ids(made.entries) == ["followed", "new", "scored"]


def test_an_edition_written_before_papers_were_ranked_is_still_read() -> None:
    """A summary that comes after an upgrade of the program is edited into a digest of before."""
    made = build(entry("1"))
    old = json.loads(digest.to_json(made))
    for item in old["entries"]:
        del item["rank"]
    assert digest.from_json(json.dumps(old)) == made


def test_papers_beyond_the_cap_follow_as_titles_without_summary() -> None:
    """What exceeds max_papers is still there, by title, and costs no summary."""
    made = build(*(entry(str(age), days_old=age) for age in range(5)))
    assert (ids(made.entries), ids(made.titles)) == (["0", "1"], ["2", "3", "4"])
    assert all(item.summary is None for item in made.titles)


def test_split_tells_beforehand_which_papers_need_a_summary() -> None:
    """The cut does not depend on summaries, so it can be made before they are paid for."""
    owed = [replace(entry(str(age), days_old=age), summary=None) for age in range(5)]
    full, rest = digest.split(owed, ADA)
    assert (ids(full), ids(rest)) == (["0", "1"], ["2", "3", "4"])


def test_revisions_have_their_own_section_and_no_part_in_the_cap() -> None:
    """A new version of a known paper neither counts as a new paper nor pushes one out."""
    revision = replace(entry("9"), revised_from=1, changes=("title",))
    made = build(revision, entry("1"), entry("2", days_old=1))
    assert (ids(made.entries), made.titles, ids(made.revised)) == (["1", "2"], (), ["9"])
    assert made.paper_count == 2


def test_topics_of_an_entry_stand_in_the_subscribers_order() -> None:
    """However the matches were found, a reader sees topics in the order of the YAML."""
    assert build(entry("1", "nickelates", "microscopy")).entries[0].topics == ("microscopy", "nickelates")


def test_models_are_those_that_wrote_what_is_shown() -> None:
    """A model is named once, and only when a summary of its own is in the edition."""
    extract = replace(entry("3"), summary=Summary("o", "f", SummarySource.EXTRACTIVE))
    made = build(
        entry("1", model="m2"), entry("2", model="m1"), extract, subscriber=replace(ADA, max_papers=9)
    )
    assert made.models == ("m1", "m2")
    assert build(extract).models == ()


def test_subscriber_settings_are_carried_over() -> None:
    """The renderers need nothing but the digest: name, zone, language, topics and queries are in it."""
    made = build()
    assert (made.subscriber, made.number, made.timezone, made.language) == (
        "ada",
        7,
        "Europe/London",
        "French",
    )
    assert (made.topics, made.queries, made.paper_count) == (TOPICS, ("q1", "q2"), 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.just(1)), max_size=12), st.integers(1, 5))
def test_every_owed_paper_is_in_exactly_one_section(ages: list[tuple[int, int | None]], cap: int) -> None:
    """Building an edition neither loses nor doubles a paper."""
    owed = [
        replace(entry(str(number), days_old=days), revised_from=before)
        for number, (days, before) in enumerate(ages)
    ]
    made = build(*owed, subscriber=replace(ADA, max_papers=cap))
    told = [*ids(made.entries), *ids(made.titles), *ids(made.revised)]
    assert sorted(told) == sorted(ids(tuple(owed)))
    assert len(made.entries) <= cap


@given(st.permutations([entry(str(age), days_old=age // 2) for age in range(6)]))
def test_the_order_of_discovery_does_not_matter(owed: list[Entry]) -> None:
    """The same papers give the same edition, whatever order arXiv returned them in."""
    assert build(*owed) == build(*sorted(owed, key=lambda item: item.paper.arxiv_id))


@settings(max_examples=40)
@given(strategies.digests)
def test_json_round_trip_is_exact(made: Digest) -> None:
    """The stored edition is the edition: every field, type and time survives."""
    restored = digest.from_json(digest.to_json(made))
    assert restored == made
    assert restored.composed_at.utcoffset() == timedelta(0)
    for item in (*restored.entries, *restored.revised):
        # Equality takes a plain string for a member of the enumeration.
        assert item.summary is None or isinstance(item.summary.source, SummarySource)


def test_json_is_ascii() -> None:
    """Even half of a surrogate pair can be stored: SQLite refuses it unescaped."""
    made = replace(build(entry("1")), notices=("half \ud83d of an emoji",))
    assert digest.to_json(made).isascii()
    assert digest.from_json(digest.to_json(made)) == made


def test_unknown_fields_are_refused() -> None:
    """A digest of another shape raises instead of being half understood."""
    fields = json.loads(digest.to_json(build())) | {"colour": "red"}
    with pytest.raises(TypeError):
        digest.from_json(json.dumps(fields))
