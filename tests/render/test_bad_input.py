"""The papers that break renderers, in all five forms, inside all limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bot.channels.email import message as email
from bot.channels.email import text
from bot.channels.file import html, markdown
from bot.channels.file import message as files
from bot.channels.slack import message as slack
from bot.models import Digest, Entry, Summary, SummarySource
from tests.render import limits, samples

ONE = samples.papers()[0]


def paper(**changes: Any) -> Digest:
    return samples.digest([replace(ONE, paper=replace(ONE.paper, **changes))])


def summary(objective: str, finding: str, language: str = "English") -> Digest:
    told = Summary(objective, finding, SummarySource.MODEL, samples.MODEL)
    return replace(samples.digest([replace(ONE, summary=told)]), language=language)


def two_hundred() -> Digest:
    entries = [
        replace(entry, paper=replace(entry.paper, arxiv_id=f"2611.{index:05}"))
        for index, entry in enumerate((samples.papers() * 17)[:200])
    ]
    return samples.digest(entries[:180], titles=[samples.untold(entry) for entry in entries[180:]])


DIGESTS: dict[str, Callable[[], Digest]] = {
    "a title with a line break": lambda: paper(title="First line\r\nBcc: x@example.org\n\nsecond"),
    "an abstract with a script": lambda: paper(abstract="<script>alert(1)</script> & more", comment="<b>"),
    "3,000 authors": lambda: paper(authors=tuple(f"Author Number {n}" for n in range(3_000))),
    "a title of 400 characters": lambda: paper(
        title="A study of the very long titles of papers " * 9 + "xxxxxx end"
    ),
    "an empty abstract": lambda: samples.digest(
        [replace(ONE, summary=None, paper=replace(ONE.paper, abstract=""))]
    ),
    "an empty title": lambda: paper(title=""),
    "no author": lambda: paper(authors=()),
    "an old identifier": lambda: paper(arxiv_id="cond-mat/0011267"),
    "200 papers": two_hundred,
    "Chinese": lambda: summary("研究氧空位的位置。", "空位位于内侧顶点,$T_c$为38 K。", "Chinese"),
    "Japanese": lambda: summary("酸素空孔の位置を調べる。", "内側の頂点に並ぶことを示した。", "日本語"),
    "Arabic": lambda: summary("تحديد مواقع شواغر الأكسجين.", "تقع الشواغر في الطبقة الداخلية.", "Arabic"),
    "combining accents": lambda: paper(authors=("Zoe\u0308 Nguye\u0302\u0303n", "Va\u030aga\u030a")),
    "emoji": lambda: paper(title="Microscopy 👩‍🔬 of 🧪 in 🇳🇴"),
}


@cache
def forms_of(name: str) -> dict[str, str]:
    return all_forms(DIGESTS[name]())


def all_forms(digest: Digest) -> dict[str, str]:
    """Every form as the text a reader gets, each held against its limits."""
    posted = [limits.slack_blocks(message.payload) for message in slack.render(digest)]
    mails = [
        limits.mail(message.payload)
        for message in email.render(
            digest, sender="bot@example.org", recipient="ada@example.org", contact="help@example.org"
        )
    ]
    report = limits.Page(html.render(digest))
    assert report.links_only_to_arxiv()
    assert len(files.render(digest)) == 1
    return {
        "slack": " ".join(words for blocks in posted for words in limits.strings(blocks)),
        "mail as HTML": " ".join(limits.Page(limits.body(mail, "html")).text for mail in mails),
        "mail as text": " ".join(" ".join(limits.body(mail, "plain").split()) for mail in mails),
        "markdown": markdown.render(digest),
        "html": report.text,
        "text": " ".join(text.render(digest).split()),
    }


@pytest.mark.parametrize("name", DIGESTS)
def test_every_form_stands_it(name: str) -> None:
    """Each of them renders everywhere, within every limit, and the paper is named everywhere."""
    first = DIGESTS[name]().entries[0].paper.arxiv_id
    for form, said in forms_of(name).items():
        assert first in said or form.endswith("HTML"), form


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a title with a line break", "First line Bcc: x@example.org second"),
        ("3,000 authors", "Author Number 0, Author Number 1, Author Number 2"),
        ("a title of 400 characters", "xxxxxx end"),
        ("an empty abstract", "arXiv gives no abstract for this paper."),
        ("an empty title", "2611.14207"),
        ("200 papers", "200 papers"),
        ("Chinese", "研究氧空位的位置。"),
        ("Japanese", "酸素空孔の位置を調べる。"),
        ("Arabic", "تحديد مواقع شواغر الأكسجين."),
        ("combining accents", "Zoe\u0308 Nguye\u0302\u0303n, Va\u030aga\u030a"),
        ("emoji", "👩‍🔬 of 🧪 in 🇳🇴"),
    ],
)
def test_nothing_is_lost_on_the_way(name: str, words: str) -> None:
    """What the paper says arrives, in every form."""
    for form, said in forms_of(name).items():
        assert words in said, form


def test_mail_html_never_contains_a_strangers_tag() -> None:
    """A script in a summary is words."""
    digest = summary("<script>alert(1)</script>", "<img src=x onerror=y>")
    said = all_forms(digest)
    assert "<script>alert(1)</script>" in said["mail as HTML"]
    assert "<script>alert(1)</script>" in said["html"]


def test_papers_without_summary_are_still_shown() -> None:
    """An entry in full whose summary is missing has its title, authors and links."""
    bare: Entry = replace(ONE, summary=None)
    for form, said in all_forms(samples.digest([bare])).items():
        assert "Yuki Hasegawa" in said, form
