"""The HTML report and the index: self-contained, and no text of a stranger is ever code."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.channels.file import html
from bot.models import Digest, Summary, SummarySource
from tests.render import limits, samples, strategies


@settings(max_examples=25)
@given(strategies.digests)
def test_no_text_becomes_markup(digest: Digest) -> None:
    """Whatever a title contains: one script, ours; well nested; links to arXiv only."""
    page = limits.Page(html.render(digest))
    assert [tag for tag, _ in page.tags].count("script") <= 1
    assert page.links_only_to_arxiv()
    shown = [attributes["id"] for tag, attributes in page.tags if tag == "article" and "id" in attributes]
    assert len(shown) == len(digest.entries) + len(digest.revised)


def test_page_asks_nothing_of_the_network() -> None:
    """Its own policy forbids every request, and the only script is allowed by its hash."""
    report = html.render(samples.morning())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', report)
    script = re.search(r"<script>(.*?)</script>", report, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"(src|href)=\"(?!https://arxiv\.org/)", report)
    assert "url(" not in report
    assert "@import" not in report


def test_script_has_no_data_in_it() -> None:
    """The script is the same in every report: what it filters it reads from attributes."""
    scripts = [
        re.findall(r"<script>.*</script>", html.render(d), re.DOTALL)
        for d in (samples.morning(), samples.digest())
    ]
    assert scripts[0] == scripts[1]


def test_filters_offer_what_is_there() -> None:
    """Topics and categories of this digest, and each paper says its own."""
    report = html.render(samples.morning())
    assert "<option>electron microscopy</option><option>nickelates</option>" in report
    assert "<option>cond-mat.mtrl-sci</option>" in report
    assert (
        'data-topics="electron microscopy\nnickelates" '
        'data-categories="cond-mat.supr-con\ncond-mat.mtrl-sci\nphysics.optics"'
    ) in report


def test_report_has_print_style_and_dark_mode() -> None:
    """It can be read at night and on paper."""
    report = html.render(samples.morning())
    assert "@media (prefers-color-scheme: dark)" in report
    assert "@media print" in report


def variables(css: str) -> dict[str, str]:
    found = dict(re.findall(r"--(\w+): (#\w+);", css))
    return {name: value if len(value) == 7 else "#" + 2 * value[1:] for name, value in found.items()}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_must_be_seen_has_the_contrast_for_it(scheme: int) -> None:
    """Text 4.5:1 on each ground it stands on, a field's edge 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    colour = variables(html.render(samples.morning()).split(":root {")[1 + scheme])
    for ground in ("page", "field", "hit"):
        for text in ("text", "soft", "link"):
            if text in colour:
                assert limits.contrast(colour[text], colour[ground]) > 4.5, (text, ground)
    assert limits.contrast(colour["edge"], colour["page"]) > 3
    assert limits.contrast(colour["edge"], colour["field"]) > 3


def test_report_says_everything() -> None:
    """Formulas as sub and sup, marks, titles, revisions, completeness, notices, queries, the abstract."""
    report = html.render(samples.morning())
    said = limits.Page(report).text
    assert "La<sub>3</sub>Ni<sub>2</sub>O<sub>" in report
    for words in (
        "11 papers",
        "Monday 23 November 2026 · ada no. 41",
        "No summary could be made yet",
        "Withdrawn by the authors",
        "More papers, by title",
        "Version 3 (you received version 1): title and abstract changed.",
        "arXiv's search did not answer this morning",
        "all 412 were checked",
        "The abstract and all authors",
        "Jonas Böhm, Ana-Maria Ştefănescu",
        'nickelates: (all:"nickelate" OR all:"infinite-layer")',
        "Thank you to arXiv for use of its open access interoperability.",
    ):
        assert words in said


def test_japanese_summaries_name_their_language() -> None:
    """Fonts and voices need to know which language a line is in."""
    japanese = Summary("酸素の位置を調べる。", "二層構造に空孔が並ぶ。", SummarySource.MODEL, "m")
    digest = replace(samples.digest([replace(samples.papers()[0], summary=japanese)]), language="Japanese")
    page = limits.Page(html.render(digest))
    assert [a["lang"] for tag, a in page.tags if "lang" in a] == ["ja", "en", "en"]
    assert ("html", {"lang": "ja"}) in page.tags


@pytest.mark.parametrize(
    ("language", "tags"),
    [
        ("de", {"en"}),
        ("zh-Hant", {"zh-Hant", "en"}),
        ("pt-BR", {"pt-BR"}),
        *((name, set[str]()) for name in ("British English", "en-GB", "Klingon")),
    ],
)
def test_a_summary_names_its_language_where_a_voice_must_change(language: str, tags: set[str]) -> None:
    """The YAML takes names and codes. In an English page no English is foreign, in a German one no German."""
    report = html.render(replace(samples.morning(), language=language))
    tagged = [attributes.get("lang") for tag, attributes in limits.Page(report).tags if tag == "p"]
    assert set(tagged) - {None} == tags


def test_no_papers_reads_well() -> None:
    """A day without papers has neither filters nor a script, and says what was checked."""
    report = html.render(samples.empty())
    assert "No new papers matched electron microscopy, nickelates." in report
    assert "<form" not in report
    assert "<script" not in report
