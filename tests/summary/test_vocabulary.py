"""What a text is about."""

from __future__ import annotations

import json
from pathlib import Path

from bot.summary import vocabulary
from bot.summary.vocabulary import acronyms, content_words


def test_forms_of_a_word_meet() -> None:
    """Singular and plural, noun and adjective share their first letters."""
    assert content_words("superconducting nickelates") == content_words("superconductivity of a nickelate")


def test_words_of_any_paper_tell_nothing() -> None:
    """Two papers don't share a subject because both propose a method."""
    assert content_words("We propose a novel method and show significant results") == frozenset()


def test_names_keep_their_letters_in_any_language() -> None:
    """Acronyms and formulas are what a translation leaves alone."""
    assert acronyms("Die NbN-Filme im STEM, SnO₂") == {"NbN", "STEM", "SnO"}


def test_a_summary_shares_its_papers_subject_and_no_others(shared: Path) -> None:
    """Between a summary and its own abstract lies a clear distance to any other's."""
    lines = (shared / "arxiv/summaries.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    subjects = [content_words(f"{record['title']} {record['abstract']}") for record in records]
    texts = [f"{record['objective']} {record['finding']}" for record in records]
    own = [vocabulary.shared(text, subject) for text, subject in zip(texts, subjects, strict=True)]
    others = [
        vocabulary.shared(text, subject)
        for i, text in enumerate(texts)
        for j, subject in enumerate(subjects)
        if i != j
    ]
    assert min(own) > 0.35
    assert sorted(others)[int(len(others) * 0.9)] < 0.25
