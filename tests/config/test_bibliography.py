"""Libraries of liked papers: read as far as they can be, from wherever they come."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config import bibliography
from bot.models import Liked

GOOD = """
@article{one2026, title = {{Oxide} interfaces in {SrTiO$_3$}}, author = "A. B.",
  abstract = "We see \\"quoted\\" things."}
@comment{title = {no paper}}
  @misc(two, TITLE="Second", year=2026)
"""


def write(folder: Path, content: bytes) -> Path:
    (folder / "library.bib").write_bytes(content)
    return folder / "library.bib"


def test_titles_and_abstracts_are_read(tmp_path: Path) -> None:
    """Braces within a value belong to it."""
    assert bibliography.read(write(tmp_path, GOOD.encode())) == (
        Liked("Oxide interfaces in SrTiO$_3$", 'We see \\"quoted\\" things.'),
        Liked("Second", ""),
    )


def test_a_file_broken_in_the_middle_costs_only_the_broken_entry(tmp_path: Path) -> None:
    """An entry that is never closed ends where the next begins."""
    broken = GOOD + "@article{three, title = {Never closed, abstract = {x}\n\n@book{four, title={Fourth}}\n"
    titles = [one.title for one in bibliography.read(write(tmp_path, broken.encode()))]
    assert titles[:2] + titles[-1:] == ["Oxide interfaces in SrTiO$_3$", "Second", "Fourth"]


def test_latin_1_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    """As old libraries are, and as Windows writes new ones."""
    (latin,) = bibliography.read(write(tmp_path, "@misc{a, title={Schrödinger}}".encode("latin-1")))
    (marked,) = bibliography.read(write(tmp_path, "\ufeff@misc{a, title={Schrödinger}}".encode()))
    assert latin == marked == Liked("Schrödinger", "")


def test_a_library_of_thousands_and_a_hostile_one_are_read_in_one_pass(tmp_path: Path) -> None:
    """Nothing in it is looked at again and again."""
    many = "".join(f"@misc{{k{n}, title={{Paper {n}}}, abstract={{Words {n}}}}}\n" for n in range(5000))
    assert len(bibliography.read(write(tmp_path, many.encode()))) == 5000
    assert bibliography.read(write(tmp_path, b"@a{" + b"title={" * 200)) == ()


def test_a_missing_file_ends_nothing(tmp_path: Path) -> None:
    """`check` names it; a round goes on without."""
    assert bibliography.papers(tmp_path / "gone.bib") == ()
    with pytest.raises(FileNotFoundError):
        bibliography.read(tmp_path / "gone.bib")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nor a device read: either is a file that can't be."""
    os.mkfifo(tmp_path / "pipe.bib")
    (tmp_path / "zero.bib").symlink_to("/dev/zero")
    for name in ("pipe.bib", "zero.bib"):
        assert bibliography.papers(tmp_path / name) == ()


def test_braces_that_keep_capitals_do_not_break_words(tmp_path: Path) -> None:
    """Nor do they reach the model; those that belong to a command, an accent or an index stay."""
    written = r"@misc{a, title={{B}ayesian {{D}eep} Wi{F}i, \textit{n}-type $x_{12}$ by Schr\"{o}dinger}}"
    (one,) = bibliography.read(write(tmp_path, written.encode()))
    assert one.title == r"Bayesian Deep WiFi, \textit{n}-type $x_{12}$ by Schr\"{o}dinger"


def test_a_library_without_entries_has_none(tmp_path: Path) -> None:
    """A .bib file that is empty, or holds only prose, is no fault."""
    path = tmp_path / "empty.bib"
    for text in ("", "title = {No entry}\n", "@comment{title = {None}}\n"):
        path.write_text(text, encoding="utf-8")
        assert bibliography.read(path) == ()
