"""What a query says to arXiv and its writer did not mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.query import author_doubts, keyword_doubts, query_doubts


@pytest.mark.parametrize(
    ("query", "position", "said"),
    [
        ('ti:"a" and cat:cs.LG', 7, "write AND"),
        ('ti:"a" Or ti:"b"', 7, "write OR"),
        ('ti:"a" not ti:"b"', 7, "write ANDNOT"),
        ('all:"a" && all:"b"', 8, "write AND"),
        ('all:"a" || all:"b"', 8, "write OR"),
        ("all:a|all:b", 5, "write OR"),
        ('all:"a" -survey', 8, "write ANDNOT"),
        ('all:"electron micro*"', 4, "wildcard"),
        ("all:“electron microscopy”", 4, "typographic"),
        ("all:‘electron microscopy’", 4, "typographic"),
        ("all:«electron microscopy»", 4, "typographic"),
        ("all:'electron microscopy'", 4, "single quotation"),
        ("ti:%22a%22+AND+cat:cs.LG", 3, 'write ti:"a" AND cat:cs.LG'),
        ("ti:a+AND+cat:cs.LG", 4, "write ti:a AND cat:cs.LG"),
        ("search_query=ti:%22a%22", 0, 'write ti:"a"'),
        ("https://export.arxiv.org/api/query?search_query=all:%22x%20y%22&start=0", 0, 'write all:"x y"'),
        ("https://arxiv.org/search/?query=x+ray&searchtype=all", 0, "write x ray"),
        ("https://arxiv.org/list/cs.LG/recent", 0, "write the query itself"),
        ("all:electron microscopy", 4, 'write "electron microscopy"'),
        ('all:"a" cat:cs.LG', 8, "arXiv reads OR"),
        ("author:Hwang", 0, "write au:"),
        ("TI:nickelate", 0, "write ti:"),
        ("abstract:nickelate", 0, "write abs:"),
        ("foo:nickelate", 0, "there are ti, au"),
        ('all:"a"，all:"b"', 7, "full-width comma"),
        ('all:"nickelate，cuprate"', 14, "full-width comma"),
        ("ti：nickelate", 2, "full-width :"),
    ],
)
def test_a_query_that_says_something_else(query: str, position: int, said: str) -> None:
    """Exactly one doubt, at its place, with what to write instead."""
    (doubt,) = query_doubts(query)
    assert doubt.position == position
    assert said in doubt.message


@pytest.mark.parametrize(
    "query",
    [
        'all:"ptychography" OR all:"electron microscopy"',
        '(ti:"x-ray" AND cat:cond-mat.*) ANDNOT all:"review"',
        'ti:("infinite layer" OR nickelate*)',
        "au:del_maestro AND cat:cond-mat.str-el",
        'title:"and" AND submittedDate:[202601010000 TO 202602010000]',
        'all:"Schrödinger’s cat" OR all:d’Alembert',
        'all:"C++" OR all:"AT&T" OR doi:10.1103/PhysRevLett.1.1',
        "id:2501.01234",
        "cat:cs.LG",
        'NOT ti:"a"',
        'au:"Hwang, Harold" AND all:"5% doping"',
    ],
)
def test_no_false_alarm(query: str) -> None:
    """A query that says what it means is left alone."""
    assert list(query_doubts(query)) == []


@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ("nickelate AND film", "'AND' joins nothing"),
        ("nickelate OR cuprate", "'OR' joins nothing"),
        ("nickelat*", "'nickelat'"),
        ("nickelate，cuprate", "write [nickelate, cuprate]"),
        ("nickelate, cuprate", "write [nickelate, cuprate]"),
        ("electron%20microscopy", "write electron microscopy"),
        ("ti:nickelate", "write a query"),
    ],
)
def test_a_keyword_is_a_phrase(keyword: str, said: str) -> None:
    """What looks like syntax in a keyword is text."""
    (doubt,) = keyword_doubts(keyword)
    assert said in doubt.message


@pytest.mark.parametrize(
    "keyword", ["search and rescue", "infinite-layer", "2,3-butanediol", "T_c", "A* algorithm"]
)
def test_keywords_left_alone(keyword: str) -> None:
    """Plain phrases raise no doubt."""
    assert list(keyword_doubts(keyword)) == []


def test_authors_are_listed_apart() -> None:
    """Two names in one entry are one name to arXiv; a surname with its given name is fine."""
    (doubt,) = author_doubts("Hwang and Keimer")
    assert "write [Hwang, Keimer]" in doubt.message
    assert list(author_doubts("Hwang, Harold")) == []


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    """No text, however broken, is an error here, and each place lies within it."""
    for doubts in (query_doubts, keyword_doubts, author_doubts):
        assert all(0 <= doubt.position <= len(text) for doubt in doubts(text))
