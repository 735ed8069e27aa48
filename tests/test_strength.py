"""How strongly a paper answers a topic, and which of its authors a reader follows."""

from __future__ import annotations

import pytest

from bot import query
from bot.matching import Document, followed, hits, near
from bot.models import Hit, Place
from tests.samples import paper

NICKELATE = paper(
    title="Superconductivity in infinite-layer nickelates",
    abstract="We grow thin films of NdNiO$_2$ and see zero resistance below 12 K.",
    authors=("Harold Y. Hwang", r"J\"org M\"uller", "D. Li"),
    categories=("cond-mat.supr-con",),
    comment="12 pages, with a supplement on muon spin rotation",
)


def found(expression: str) -> list[tuple[str, Place]]:
    return [(hit.text, hit.place) for hit in hits(query.parse(expression), Document(NICKELATE))]


def test_the_title_says_more_than_the_abstract_and_that_more_than_the_rest() -> None:
    """The strongest clause comes first, whichever the query names first."""
    expression = 'cat:cond-mat.supr-con AND (all:"muon spin" OR all:"zero resistance" OR all:nickelate)'
    assert found(expression) == [
        ("nickelate", Place.TITLE),
        ("zero resistance", Place.ABSTRACT),
        ("muon spin", Place.COMMENT),
        ("cond-mat.supr-con", Place.CATEGORY),
    ]


def test_in_one_place_a_phrase_says_more_than_a_word() -> None:
    """Words that stand together are a subject; one of them may stand anywhere."""
    assert (
        found('all:superconductivity OR all:"infinite-layer nickelates"')[0][0] == "infinite-layer nickelates"
    )


def test_an_author_counts_like_a_title() -> None:
    """Who asks for an author means the person, as who names a title's word means the subject."""
    both = hits(query.parse('au:"Hwang, Harold" OR ti:nickelate'), Document(NICKELATE))
    assert {hit.place: hit.strength for hit in both} == {Place.AUTHORS: 6, Place.TITLE: 6}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('(all:nickelate AND all:graphene) OR all:"zero resistance"', ["zero resistance"]),
        ("all:films ANDNOT all:nickelate", []),
        ("all:films ANDNOT all:graphene", ["films"]),
        ("all:graphene", []),
    ],
)
def test_what_fails_or_is_excluded_gives_no_reason(expression: str, expected: list[str]) -> None:
    """A reason is a clause that brought the paper in, not one that happens to be found."""
    assert [text for text, _ in found(expression)] == expected


def test_a_query_of_thousands_of_clauses_is_walked_without_recursion() -> None:
    """The longest query that arXiv takes does not end in a RecursionError."""
    chain = " OR ".join(f"all:word{number}" for number in range(3000)) + " OR all:nickelate"
    assert found(chain) == [("nickelate", Place.TITLE)]


def test_a_clause_that_a_query_names_twice_is_one_reason() -> None:
    """Nobody is told twice of the same word in the same place."""
    assert hits(query.parse("ti:nickelate OR ti:nickelate"), Document(NICKELATE)) == (
        Hit("nickelate", Place.TITLE, 6),
    )


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Hwang, Harold", ("Harold Y. Hwang",)),
        ("Harold Hwang", ("Harold Y. Hwang",)),
        ("Hwang, H", ("Harold Y. Hwang",)),
        ("Müller, Jörg", ("Jörg Müller",)),
        ("Mueller, J.", ("Jörg Müller",)),
        ("Danfeng Li", ()),
        ("Hwang, Helen", ()),
    ],
)
def test_an_author_is_followed_by_any_usual_spelling(name: str, printed: tuple[str, ...]) -> None:
    """And is named as the paper prints it, readable."""
    assert followed([name], Document(NICKELATE)) == printed


def test_two_names_of_one_author_are_one_author() -> None:
    """Who lists both spellings sees the author once."""
    assert followed(["Hwang, Harold", "Harold Hwang"], Document(NICKELATE)) == ("Harold Y. Hwang",)


def test_what_nearly_matched_is_found_whatever_fails() -> None:
    """One clause of two, or all but what excludes the paper."""
    for expression in ("all:nickelate AND cat:cs.AI", "all:nickelate ANDNOT all:films"):
        found = near(query.parse(expression), Document(NICKELATE))
        assert [(hit.text, hit.place) for hit in found] == [("nickelate", Place.TITLE)]


def test_a_whole_archive_is_named_without_its_asterisk() -> None:
    """A reader is told of a category, not of a pattern."""
    assert found("cat:cond-mat.*") == [("cond-mat", Place.CATEGORY)]
