"""Plain text: readable in any terminal or mail program."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from bot.channels.email import text
from bot.models import Digest, Summary, SummarySource
from tests.render import samples, strategies


@settings(max_examples=25)
@given(strategies.digests)
def test_every_paper_is_there_and_nothing_is_hidden(digest: Digest) -> None:
    """Each paper with its address, and no control character that a terminal would obey."""
    page = text.render(digest)
    for entry in (*digest.entries, *digest.titles, *digest.revised):
        assert page.count(entry.paper.abs_url + "\n") == 1
    assert not [char for char in page if ord(char) < 32 and char != "\n"]


def test_lines_are_short_where_words_allow() -> None:
    """Only an unbreakable word may be wider than 76 columns."""
    assert max(map(len, text.render(samples.morning()).splitlines())) <= text.WIDTH


def test_formulas_are_not_torn() -> None:
    """A line ends at a space, never at a hyphen inside a formula."""
    page = text.render(samples.digest())
    assert "Nd₁₋ₓSrₓNiO₂" in page
    assert not [line for line in page.splitlines() if line.endswith(("-", "₋")) and set(line) != {"-"}]


def test_arabic_lines_begin_in_arabic() -> None:
    """A line that began with an English label would be laid out from the left."""
    arabic = Summary("قياس", "النتيجة", SummarySource.MODEL, "m")
    digest = replace(samples.digest([replace(samples.papers()[0], summary=arabic)]), language="Arabic")
    assert "   Objective:\n   قياس\n   Finding:\n   النتيجة\n" in text.render(digest)


def test_arabic_and_hebrew_keep_what_runs_from_the_left_together() -> None:
    """The sign of C# stays behind its letter, and a line that begins with one still runs from the right."""
    hebrew = Summary("C# משמש כאן.", "הטמפרטורה היא $T_c = 38$ K (בערך).", SummarySource.MODEL, "m")
    digest = replace(samples.digest([replace(samples.papers()[0], summary=hebrew)]), language="Hebrew")
    page = text.render(digest)
    assert "   \u2066C#\u2069 משמש כאן.\n" in page
    assert "הטמפרטורה היא \u2066T_c = 38 K\u2069 (בערך)." in page


def test_chinese_and_japanese_lines_are_as_wide_as_others() -> None:
    """They have no spaces: a line ends between two signs, of which each takes two columns."""
    chinese = Summary(
        "我们研究了氧空位，并用ptychography测量。" * 12, "「結果」を示した。" * 12, SummarySource.MODEL, "m"
    )
    digest = replace(samples.digest([replace(samples.papers()[0], summary=chinese)]), language="Chinese")
    lines = text.render(digest).splitlines()
    assert max(map(text.columns, lines)) <= text.WIDTH
    assert len([line for line in lines if text.columns(line) >= text.WIDTH - 12 and "我们" in line]) >= 5
    assert not [line for line in lines if line.strip().startswith(("。", "，", "」")) or line.endswith("「")]
