"""BibTeX entries: they parse whatever the paper is, and say what arXiv's own say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.file import bibtex
from bot.models import Paper
from tests.render import samples

PAPER = replace(
    samples.papers()[0].paper,
    title=r"Order in $\mathrm{La}_3$Ni & 50% of a_b",
    authors=("Emmy Noether",),
    categories=("cond-mat.supr-con", "physics.optics"),
    dois=(),
)


def fields(entry: str) -> dict[str, str]:
    """What BibTeX reads: a value ends with the brace that closes its first, and ``\\{`` counts as one."""
    opening = re.match(r"@misc\{([^\s,{}]+),\n", entry)
    assert opening
    found, at = {"key": opening[1]}, opening.end()
    while named := re.compile(r"\s*(\w+) = \{").match(entry, at):
        start = at = named.end()
        depth = 1
        while depth:
            depth += (entry[at] == "{") - (entry[at] == "}")
            at += 1
        found[named[1]] = entry[start : at - 1]
        at += entry.startswith(",", at)
    assert entry[at:] == "\n}"
    return found


def test_an_entry_says_what_arxivs_own_does() -> None:
    """The title keeps its capitals and its LaTeX; what would not compile is escaped."""
    assert fields(bibtex.entry(PAPER)) == {
        "key": "noether2026-2611.14207",
        "title": r"{Order in $\mathrm{La}_3$Ni \& 50\% of a\_b}",
        "author": "Emmy Noether",
        "year": "2026",
        "eprint": "2611.14207",
        "archivePrefix": "arXiv",
        "primaryClass": "cond-mat.supr-con",
        "url": "https://arxiv.org/abs/2611.14207",
    }


def test_an_old_identifier_is_no_less_unique() -> None:
    """Its stroke stays in the eprint; a key has none."""
    old = replace(
        PAPER, arxiv_id="cond-mat/0011267", published=datetime(2000, 11, 15, tzinfo=UTC), dois=("10.1/x_y",)
    )
    said = fields(bibtex.entry(old))
    assert (said["key"], said["eprint"]) == ("noether2000-cond-mat-0011267", "cond-mat/0011267")
    assert said["doi"] == "10.1/x_y"


@pytest.mark.parametrize(
    ("name", "written", "family"),
    [
        ("José M. García-Pérez", "José M. García-Pérez", "garciaperez"),
        ("Johannes D. van der Waals", "Johannes D. van der Waals", "vanderwaals"),
        ("Ana de la Cruz", "Ana de la Cruz", "delacruz"),
        ("John Smith Jr.", "Smith, Jr., John", "smith"),
        ("Ludwig van Beethoven III", "van Beethoven, III, Ludwig", "vanbeethoven"),
        ("The LIGO Scientific Collaboration", "{The LIGO Scientific Collaboration}", "collaboration"),
        ("Marks and Spencer", "{Marks and Spencer}", "andspencer"),
        ("Plato", "Plato", "plato"),
        (r"Erwin Schr\"odinger", r"Erwin Schr\"odinger", "schrodinger"),
        ("李明", "李明", "arxiv"),
        ("A {B", "A B", "b"),
    ],
)
def test_names_come_apart_as_their_bearers_write_them(name: str, written: str, family: str) -> None:
    """BibTeX finds a small particle by itself; a suffix and a group need help."""
    paper = replace(PAPER, authors=(name,))
    assert fields(bibtex.entry(paper))["author"] == written
    assert bibtex.key(paper) == f"{family}2026-2611.14207"


@given(
    st.text(alphabet=st.sampled_from('a B{}\\$%&#_^~,@"=\n')),
    st.lists(st.text(alphabet=st.sampled_from("aB {}\\$%&,")), max_size=3),
)
def test_any_text_makes_an_entry_that_parses(title: str, authors: list[str]) -> None:
    """No brace, backslash or dollar sign of a stranger ends a value or the entry."""
    paper: Paper = replace(PAPER, title=title, authors=tuple(authors), dois=(title,))
    said = fields(bibtex.entry(paper))
    assert said["eprint"] == PAPER.arxiv_id
    assert not re.search(r"(?<!\\)(?:\\\\)*[%#]", said["title"])
