"""Packing: every paper in exactly one part, in order, within the limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.models import Digest, Entry
from bot.render import parts
from tests.render import samples

counts = st.integers(0, 12)
digests = st.builds(
    lambda full, titles, revised: samples.digest(
        samples.papers()[:full], titles=samples.papers()[:titles], revised=samples.papers()[:revised]
    ),
    counts,
    counts,
    counts,
)


def weigh_ten(_section: parts.DigestSection, _entry: Entry) -> int:
    return 10


def ids(digest: Digest) -> list[str]:
    return [entry.paper.arxiv_id for _, entry in parts.items(digest)]


@given(digests, st.integers(1, 60), st.integers(-5, 60))
def test_each_paper_is_in_exactly_one_part_in_order(digest: Digest, limit: int, first_limit: int) -> None:
    """Whatever the limits, the parts joined together are the digest."""
    packed = parts.pack(digest, weigh_ten, limit, first_limit)
    assert [arxiv_id for part in packed for arxiv_id in part.arxiv_ids] == ids(digest)
    assert [(part.number, part.count) for part in packed] == [
        (i + 1, len(packed)) for i in range(len(packed))
    ]


@given(digests, st.integers(10, 60))
def test_parts_stay_within_the_limit_and_none_is_empty(digest: Digest, limit: int) -> None:
    """No part exceeds its room, and none is made for nothing."""
    packed = parts.pack(digest, weigh_ten, limit)
    assert all(len(part.arxiv_ids) * 10 <= limit for part in packed)
    assert all(part.arxiv_ids for part in packed[1:])


def test_numbers_go_on_in_the_next_part() -> None:
    """The papers of a digest are numbered through, not anew in every part."""
    packed = parts.pack(samples.morning(), weigh_ten, 40)
    assert [(part.first, len(part.papers)) for part in packed] == [(1, 4), (5, 4), (9, 1)]


def test_a_full_head_leaves_the_first_part_without_papers() -> None:
    """Where the head takes all the room, the papers begin in the second part."""
    packed = parts.pack(samples.digest(), weigh_ten, 200, 0)
    assert [len(part.papers) for part in packed] == [0, 12]


def test_an_entry_too_heavy_for_any_part_gets_one_of_its_own() -> None:
    """A paper is never dropped for its size."""
    assert [len(part.papers) for part in parts.pack(samples.digest(), weigh_ten, 5)] == [1] * 12


def test_titles_stay_together_where_they_fit_one_part() -> None:
    """Five titles that don't fit what is left begin the next part; more than a part holds fill both."""
    digest = samples.digest(samples.papers()[:7], titles=samples.papers()[7:])
    packed = parts.pack(digest, weigh_ten, 100, titles_together=True)
    assert [(len(part.papers), len(part.titles)) for part in packed] == [(7, 0), (0, 5)]
    packed = parts.pack(digest, weigh_ten, 40, titles_together=True)
    assert [(len(part.papers), len(part.titles)) for part in packed] == [(4, 0), (3, 1), (0, 4)]


def test_a_heading_says_what_a_part_has() -> None:
    """The first part tells the whole count; a further one its own share."""
    packed = parts.pack(samples.morning(), weigh_ten, 40)
    assert [parts.heading(part) for part in packed] == [
        "11 papers",
        "Papers 5–8 of 11",
        "Paper 9 of 11, 2 papers by title and 1 revised",
    ]
    assert parts.teaser(packed[2]).endswith(" and 2 more")
