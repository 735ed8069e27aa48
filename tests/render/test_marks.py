"""The words that matched, marked in each form that can."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.channels.email import message as email
from bot.channels.email import text
from bot.channels.file import html, markdown
from bot.channels.slack import message as slack
from bot.channels.slack import plain
from bot.matching import printed
from bot.models import Digest, Rank, Summary, SummarySource
from bot.render import prose
from tests.render import limits, samples, strategies


def digest(language: str = "English") -> Digest:
    summary = Summary(
        r"Nickelates, *nickelates*, and $\text{Nickelates}_2$: (electron microscopy) of Nd$_{0.8}$NiO$_2$.",
        "Nothing else.",
        SummarySource.MODEL,
        "m",
    )
    entry = samples.papers()[0]
    paper = replace(entry.paper, title=r"Electron microscopy & nickelates in $x$-nickelates")
    rank = Rank(words=("nickelates", "Electron Microscopy", "NiO"))
    made = samples.digest([replace(entry, paper=paper, summary=summary, rank=rank)])
    return replace(made, language=language)


def test_html_marks_in_title_and_summary() -> None:
    """Strong in title and summary; in a title that is strong already they are seen by a line beneath."""
    (mail,) = email.render(
        digest(), sender="bot@example.org", recipient="ada@example.org", contact="help@example.org"
    )
    for page in (limits.body(limits.mail(mail.payload), "html"), html.render(digest())):
        assert (
            ">\n<strong><u>Electron microscopy</u></strong> &amp; <strong><u>nickelates</u></strong> in"
            in page.replace('">', '">\n')
        )
        assert "<strong>Nickelates</strong>, *nickelates*" in page
        assert "(<strong>electron microscopy</strong>)" in page
        assert "NiO<sub>2" in page or "NiO₂" in page


def test_markdown_marks_outside_formulas() -> None:
    """Two asterisks around a word; none beside an asterisk of the text or within a formula."""
    page = markdown.render(digest())
    assert r"**Nickelates**, \*nickelates\*, and $\text{Nickelates}_2$: (**electron microscopy**)" in page
    assert "**1. [Electron microscopy & nickelates in $x$-nickelates](" in page


def test_slack_marks_in_runs() -> None:
    """Bold is a style of the run, so that no punctuation around it matters; the words stay as they were."""
    (message,) = slack.render(digest())
    runs = [
        element
        for block in json.loads(message.payload)["blocks"]
        for section in block.get("elements", ())
        for element in section.get("elements", ())
    ]
    bold = [run["text"] for run in runs if run.get("style", {}).get("bold") and run["type"] == "text"]
    assert [words for words in bold if "icro" in words or "ickel" in words] == [
        "Nickelates",
        "electron microscopy",
    ]
    said = "".join(run["text"] for run in runs)
    assert "Objective: Nickelates, *nickelates*, and Nickelates₂: (electron microscopy) of Nd₀.₈NiO₂." in said
    simpler = json.loads(plain.plain_text(message.payload) or b"{}")["text"].replace("\u200b", "")
    assert "Objective: Nickelates, *nickelates*, and" in simpler


def test_slack_marks_titles_of_an_overview_that_has_room() -> None:
    """A title with a bold word is links to one address, that stand together; 36 titles leave no room for them."""
    rank = Rank(words=("nickelate", "nickelates", "ptychography", "electron"))
    entries = [replace(entry, rank=rank) for entry in samples.thirty_six().entries[:20]]
    first, *_ = slack.render(samples.digest(entries))
    title = [link for link in _links(first.payload) if link["url"].endswith("/2611.11176")]
    assert [(link["text"], "style" in link) for link in title] == [
        ("A calibration standard for ", False),
        ("electron", True),
        (" ", False),
        ("ptychography", True),
        (" that anyone can print", False),
    ]
    simpler = json.loads(plain.plain_text(first.payload) or b"{}")["text"].replace("\u200b", "")
    assert "for electron ptychography that anyone can print <https://arxiv.org/abs/2611.11176> ·" in simpler
    many = samples.thirty_six()
    full, *_ = slack.render(replace(many, entries=tuple(replace(entry, rank=rank) for entry in many.entries)))
    assert len(_links(full.payload)) == 36


def _links(payload: bytes) -> list[dict[str, Any]]:
    blocks = [block for block in json.loads(payload)["blocks"] if block["type"] == "rich_text"]
    sections = [section for block in blocks for section in block["elements"]]
    return [run for section in sections for run in section["elements"] if run["type"] == "link"]


def test_plain_text_has_no_marks() -> None:
    """The text part of a mail is words."""
    assert "Nickelates, *nickelates*, and" in text.render(digest())


@given(strategies.texts, st.lists(st.text(min_size=1, max_size=6), max_size=4))
def test_marks_change_no_text(words: str, marked: list[str]) -> None:
    """Whatever the text and the words: without the marks it is what it was."""
    pieces = prose.marked(words, marked)
    assert "".join(piece for piece, _ in pieces) == words
    made = prose.markup(words)
    assert str(prose.emphasised(made, marked, "mark")).replace("<mark>", "").replace("</mark>", "") == made
    assert prose.emphasised(made, marked, "mark").striptags() == Markup(made).striptags()


@pytest.mark.parametrize(
    ("terms", "latex", "found"),
    [
        (("cavity",), "Cavities and a cavity: a cave", ("Cavities", "cavity")),
        (("infinite layer",), r"\emph{Infinite}-layer films", ("Infinite-layer",)),
        (("state of the art",), "State-of-the-art methods", ("State-of-the-art",)),
        (("Schrodinger",), r"the Schr\"odinger case", ("Schrödinger",)),
        (("nickel*", "of", ""), "nickelates of iron", ()),
    ],
)
def test_words_are_found_as_the_paper_prints_them(
    terms: tuple[str, ...], latex: str, found: tuple[str, ...]
) -> None:
    """By their stems, as the topic matched them; a beginning alone is no match."""
    assert printed(terms, latex) == found
