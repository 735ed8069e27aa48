"""What all forms of a digest say alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.models import Paper
from bot.render import wording
from tests.render import samples


def by(*names: str) -> Paper:
    return replace(samples.papers()[0].paper, authors=names)


@pytest.mark.parametrize(
    ("names", "shown", "said"),
    [
        ("", (), ""),
        ("A", (), "A"),
        ("A B C D E F", (), "A, B, C, D, E, F"),
        ("A B C D E F G", (), "A, B, C, …, F, G"),
        ("A B C D E F G H", ("E",), "A, B, C, …, E, …, G, H"),
        ("A B C D E F G H", ("D", "F"), "A, B, C, D, …, F, G, H"),
        ("A B C D E F G H", ("A", "H", "Z"), "A, B, C, …, G, H"),
        ("A A B B B C C", (), "A, A, B, …, C, C"),
    ],
)
def test_the_first_and_the_last_authors_are_named_and_whoever_is_followed(
    names: str, shown: tuple[str, ...], said: str
) -> None:
    """The senior author stands last; whom a reader follows is never hidden, wherever they stand."""
    assert wording.authors(by(*names.split()), shown) == said


def test_followed_authors_are_found_as_the_paper_writes_them() -> None:
    r"""``Schr\"odinger`` in ``shown`` is the author of that spelling, and reads Schrödinger."""
    paper = by("A", "B", "C", r"E. Schr\"odinger", "D", "E", "F")
    assert wording.authors(paper, [r"E. Schr\"odinger"]) == "A, B, C, E. Schrödinger, …, E, F"
