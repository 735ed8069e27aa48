"""What a paper says of its length, its venue and its code."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.models import Paper
from bot.render import facts, wording
from tests.render import samples


def by(comment: str = "", abstract: str = "We do.", journal_ref: str = "") -> Paper:
    return replace(samples.papers()[0].paper, comment=comment, abstract=abstract, journal_ref=journal_ref)


@pytest.mark.parametrize(
    ("comment", "pages", "figures"),
    [
        ("12 pages, 5 figures", 12, 5),
        ("24pp, 1 fig., comments welcome", 24, 1),
        ("Accepted. 9pages.\n 2 Figures", 9, 2),
        ("v2: 12 pages; v1: 10 pages", None, None),
        ("8 pages main text, 5 figures", None, 5),
        ("8+5 pages", None, None),
        ("10 pages plus appendix", None, None),
        ("Proc. ACL, pages 12268-12278", None, None),
        ("10 pages of supplementary", 10, None),
        ("Homepage 5 of 3", None, None),
        ("0 figures", None, None),
    ],
)
def test_length_is_told_where_the_comment_tells_one(
    comment: str, pages: int | None, figures: int | None
) -> None:
    """Of two counts neither is the paper's; a count of a part is not the paper's."""
    known = facts.facts(by(comment))
    assert (known.pages, known.figures) == (pages, figures)


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted at NeurIPS 2026", "Accepted at NeurIPS 2026"),
        ("16 pages, accepted by ICML 2026, Project Page: this https URL", "Accepted by ICML 2026"),
        ("To appear in J. Amer. Math. Soc. 12 pages", "To appear in J. Amer. Math. Soc"),
        ("Early accepted to MICCAI 2026. Code: https://x.org", "Accepted to MICCAI 2026"),
        (
            "Accepted to the Workshop at CVPR 2026 (oral). 4 pages",
            "Accepted to the Workshop at CVPR 2026 (oral)",
        ),
        ("Submitted to Physica A", ""),
        ("Not accepted at ICML 2026", ""),
        ("A short version was accepted at ICML 2026", ""),
        ("Extended version of the paper accepted at ICML 2026", ""),
        ("Accepted version - some typos corrected", ""),
        ("as published in the appendix", ""),
        ("Published in this form", ""),
        ("ICML 2026", "ICML 2026"),
        ("6 pages, 2 figures, DAC'2026", "DAC'2026"),
        ("CVPR2026 Highlight. Project page: https://x.org", "CVPR2026 Highlight"),
        ("ACL 2026 Workshop on Maps; 4 pages", "ACL 2026 Workshop on Maps"),
        ("EMNLP 2026 submission", ""),
        ("MICCAI 2025 extention", ""),
        ("Our entry to the challenge, CVPR 2026", ""),
        ("MAY 2026", ""),
        ("", ""),
    ],
)
def test_the_venue_is_this_version_s(comment: str, venue: str) -> None:
    """Submitted is not accepted; another version's venue is not this one's."""
    assert facts.facts(by(comment)).venue == venue


def test_the_journal_reference_is_the_venue() -> None:
    """It is filled in when a paper has appeared, and says more than the comment."""
    assert (
        facts.facts(by("To appear in Nature", journal_ref="Nature 1, 2 (2026)")).venue == "Nature 1, 2 (2026)"
    )


@pytest.mark.parametrize(
    ("text", "host", "url"),
    [
        ("Code is available at https://github.com/a/b.", "GitHub", "https://github.com/a/b"),
        ("Code: \\url{https://github.com/a_b/c\\_d}.", "GitHub", "https://github.com/a_b/c_d"),
        ("Code: http://www.GitHub.com/A/b.git", "GitHub", "https://github.com/A/b"),
        ("Data: https://doi.org/10.5281/zenodo.123.", "Zenodo", "https://doi.org/10.5281/zenodo.123"),
        (
            "Model at https://huggingface.co/x/y, code at gitlab.com/x/y/-/tree/main",
            "GitLab",
            "https://gitlab.com/x/y/-/tree/main",
        ),
        ("Code at https://github.com/a", "", ""),
        ("It is based on trees. See Smith et al., https://github.com/a/b", "", ""),
        ("Code at https://evilgithub.com/a/b or https://github.com.evil.org/a/b", "", ""),
        ("Code at https://x.org/github.com/a/b", "", ""),
        ("Code at https://github.com/a/<script>", "", ""),
    ],
)
def test_a_code_link_leads_to_a_repository_that_the_paper_calls_its_own(
    text: str, host: str, url: str
) -> None:
    """A stranger's text becomes an address only of a known host, over https, without markup in it."""
    for paper in (by(comment=text), by(abstract=f"We do it. {text}")):
        code = facts.facts(paper).code
        assert (code.host, code.url) == (host, url) if code else not host


def test_real_comments_give_facts(shared: Path) -> None:
    """Counts of the shared papers, and nothing in any of them that could be markup or a lie about a number."""
    seen = {"pages": 0, "venue": 0, "code": 0}
    day = datetime(2026, 1, 1, tzinfo=UTC)
    with gzip.open(shared / "arxiv" / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in list(lines)[::5]:
            one = json.loads(line)
            comment, abstract = one.get("comment") or "", one["abstract"] or ""
            known = facts.facts(
                Paper(one["arxiv_id"], 1, one["title"], abstract, (), (), day, day, comment=comment)
            )
            assert known.pages is None or re.search(rf"(?<!\d){known.pages}[\s~-]*p", comment, re.IGNORECASE)
            assert known.venue[1:] in " ".join(comment.split())
            assert known.code is None or re.fullmatch(r"https://[\w.]+/[\w./~%=?&+@:#-]+", known.code.url)
            seen = {name: count + bool(getattr(known, name)) for name, count in seen.items()}
    assert seen["pages"] > 600
    assert seen["venue"] > 150
    assert seen["code"] > 130


def test_facts_are_told_in_the_readers_language_and_not_of_a_withdrawn_paper() -> None:
    """A withdrawn paper's comment says why, and its venue no longer holds."""
    entry = replace(samples.papers()[0], paper=by("12 pages, 1 figure. Accepted at NeurIPS 2026"))
    words = wording.frame(samples.digest())
    assert wording.facts(entry, words) == ("12 pages, 1 figure", "Accepted at NeurIPS 2026")
    assert wording.facts(replace(entry, withdrawn=True), words) == ()
