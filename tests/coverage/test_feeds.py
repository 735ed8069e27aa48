"""The announcement feeds: which are read, whose day they show, what was seen of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot import coverage
from bot.coverage import Batch, FeedDay, FeedReading, FeedState
from bot.history import FeedRead
from bot.models import AnnouncedPaper, Announcement, AnnounceType
from tests.samples import NOON, topic

MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)
DAY = timedelta(days=1)


def test_the_feeds_of_topics() -> None:
    """The union of the categories; all archives as soon as one topic names none."""
    some = [topic("a", categories=("cs.AI", "cs.LG")), topic("b", categories=("cs.LG",))]
    assert coverage.feed_specs(some, ("all",)) == ("cs.AI", "cs.LG")
    assert coverage.feed_specs([*some, topic("c", categories=())], ("x", "y")) == ("x", "y")


@pytest.mark.parametrize(
    ("spec", "category", "expected"),
    [
        ("cs", "cs.AI", True),
        ("cs.AI", "cs.AI", True),
        ("math-ph", "math.MP", True),
        ("cs.AI", "cs", False),
        ("cs.AI", "cs.LG", False),
        ("math", "math-ph", True),
        ("quant-ph", "quant-ph", True),
    ],
)
def test_the_feed_of_an_archive_shows_its_categories(spec: str, category: str, expected: bool) -> None:
    """A neighbour's topic without categories has all archives read: that covers everybody's."""
    assert coverage.covers(spec, category) is expected


def item(arxiv_id: str, *categories: str, kind: AnnounceType = AnnounceType.NEW) -> AnnouncedPaper:
    return AnnouncedPaper(arxiv_id, 1, kind, "Title", "Abstract", "A. Author", categories or ("cs.AI",))


def announcement(*items: AnnouncedPaper, asked: tuple[str, ...] = ("cs.AI",)) -> Announcement:
    return Announcement(asked, TUESDAY, items)


def test_a_fresh_batch_is_one_batch() -> None:
    """Papers not announced before, cross-listings of earlier ones among them."""
    known = item("2611.00001", "cs.LG", "cs.AI", kind=AnnounceType.CROSS)
    shown = announcement(item("2611.00002"), known)
    assert coverage.batches(shown, {"2611.00001": MONDAY}) == (Batch(("cs.AI",), TUESDAY, shown.items),)


def test_yesterday_s_papers_under_a_fresh_date_are_yesterday_s_batch() -> None:
    """Seen at arXiv: a feed served the previous batch with a new date. No paper is new twice."""
    shown = announcement(item("2611.00001"), item("2611.00002"))
    before = {"2611.00001": MONDAY, "2611.00002": MONDAY}
    assert coverage.batches(shown, before) == (Batch(("cs.AI",), MONDAY, shown.items),)


def test_one_stale_category_among_fresh_ones_is_told_apart() -> None:
    """Asked together, only one of them may lag: the other's papers are today's."""
    old, new = item("2611.00001", "cs.AI"), item("2611.00002", "cs.LG", "cs.AI")
    shown = announcement(old, new, asked=("cs.AI", "cs.LG"))
    assert coverage.batches(shown, {"2611.00001": MONDAY}) == (
        Batch(("cs.LG",), TUESDAY, (new,)),
        Batch(("cs.AI",), MONDAY, (old,)),
    )


def test_an_empty_feed_is_not_stale() -> None:
    """A quiet day in a small category."""
    assert coverage.batches(announcement(), {}) == (Batch(("cs.AI",), TUESDAY, ()),)


def read(
    asked: tuple[str, ...] = ("cs.AI",),
    announced_on: date | None = TUESDAY,
    on: date = TUESDAY,
    cut: bool = False,
    error: str = "",
) -> FeedReading:
    return FeedReading(FeedRead(asked, NOON, None if error else announced_on, 9, cut, error), on)


def seen(*readings: FeedReading, wanted: tuple[str, ...] = ("cs.AI",), over: bool = True) -> FeedDay:
    return coverage.feed_day(TUESDAY, readings, wanted, over=over)


def test_a_day_is_read_when_every_category_was() -> None:
    """Together, singly, or by their archive."""
    both = ("cs.AI", "cs.LG")
    assert seen(read(both), wanted=both).state is FeedState.READ
    assert seen(read(("cs.AI",)), read(("cs.LG",)), wanted=both).state is FeedState.READ
    assert seen(read(("cs", "math")), wanted=both).state is FeedState.READ
    assert seen(read(("cs.AI",)), wanted=both).state is FeedState.MISSED


def test_a_cut_answer_counts_by_the_parts_that_were_asked_singly() -> None:
    """Of 2,000 items nobody knows what is missing."""
    both = ("cs.AI", "cs.LG")
    assert seen(read(both, cut=True), wanted=both).state is FeedState.MISSED
    parts = [read(("cs.AI",)), read(("cs.LG",), cut=True)]
    assert seen(read(both, cut=True), *parts, wanted=both).state is FeedState.CUT


def test_a_cut_archive_counts_by_its_categories() -> None:
    """Each of them read whole is the archive read whole; one that is cut too is said."""
    parts = [read((code,)) for code in ("econ.EM", "econ.GN", "econ.TH")]
    whole = read(("econ",), cut=True)
    assert seen(whole, *parts, wanted=("econ",)) == FeedDay(TUESDAY, FeedState.READ)
    assert seen(whole, *parts[:2], wanted=("econ",)).state is FeedState.MISSED
    assert seen(whole, *parts[:2], read(("econ.TH",), cut=True), wanted=("econ",)).state is FeedState.CUT
    assert seen(read(("quant-ph",), cut=True), wanted=("quant-ph",)).state is FeedState.CUT


def test_a_cut_feed_is_asked_in_parts_as_long_as_it_has_any() -> None:
    """Several by each, an archive by its categories, a category not at all."""
    many = tuple(item(f"2611.{number:05}") for number in range(2000))

    def parts(*asked: str) -> tuple[str, ...]:
        return coverage.parts_to_ask(announcement(*many, asked=asked))

    assert parts("cs", "econ") == ("cs", "econ")
    assert parts("econ") == ("econ.EM", "econ.GN", "econ.TH")
    assert parts("econ.EM") == parts("quant-ph") == ()
    assert coverage.parts_to_ask(announcement(*many[1:], asked=("cs", "econ"))) == ()


def test_a_stale_feed_is_not_claimed() -> None:
    """It showed Monday's batch on Tuesday; read again later, it may have caught up."""
    assert seen(read(announced_on=MONDAY)) == FeedDay(TUESDAY, FeedState.STALE, shown=MONDAY)
    assert seen(read(announced_on=MONDAY), read()).state is FeedState.READ


def test_a_feed_without_a_date_is_not_claimed() -> None:
    """Whose batch it showed is not known."""
    assert seen(read(announced_on=None)) == FeedDay(TUESDAY, FeedState.STALE)


def test_a_refused_feed_is_arxiv_s_fault_and_an_unasked_one_ours() -> None:
    """The reader is told which."""
    assert seen(read(error="HTTP 503")) == FeedDay(TUESDAY, FeedState.FAILED, error="HTTP 503")
    assert seen(read(error="HTTP 503"), read()).state is FeedState.READ
    assert seen(read(announced_on=MONDAY, on=MONDAY)).state is FeedState.MISSED
    assert seen(over=False).state is FeedState.PENDING


def test_another_subscriber_s_feeds_play_no_part() -> None:
    """Failures elsewhere are not this reader's."""
    assert seen(read(("hep-th",), error="HTTP 503"), read()).state is FeedState.READ
    assert seen(read(("hep-th",), error="HTTP 503")).state is FeedState.MISSED


def test_only_names_that_arxiv_knows_are_asked() -> None:
    """One name without a feed would be an error for the whole request."""
    odd = [topic(categories=("cs.*", "cmp-lg", "cond-mat", "math.MP"))]
    assert coverage.feed_specs(odd, ("all",)) == ("cs", "cond-mat", "math.MP")
    assert coverage.feed_specs([topic(categories=("cmp-lg",))], ("all",)) == ()
