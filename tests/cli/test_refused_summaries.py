"""A model whose answers are never good enough, asked by `once` after `once`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backoff import SUMMARY_REFUSALS
from bot.demo.gemini import GeminiFault, words_of
from bot.models import Paper
from tests.cli.conftest import Run, Services
from tests.samples import paper

ABSTRACTS = (
    "We image a battery cathode by ptychography. We find that its layers are bent where lithium left.",
    "We study catalyst particles by electron ptychography. The particles turn round under the beam.",
)


def papers() -> list[Paper]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return [
        paper(f"2611.0000{number}", abstract=abstract, published=yesterday, updated=yesterday)
        for number, abstract in enumerate(ABSTRACTS, start=1)
    ]


@pytest.fixture
def configured(run: Run, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-right")
    services.arxiv.papers = papers()
    services.gemini.words = {one.arxiv_id: words_of(one) for one in papers()}
    (tmp_path / "subscribers.yaml").write_text(
        f"""\
arxiv: {{contact: you@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}", requests_per_minute: 1000, papers_per_request: 1}}
slack: {{base_url: "{services.slack.base_url}"}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], slack: "#em-papers", revisions: true}}
"""
    )
    return run


def test_a_day_pays_for_no_more_than_three_refused_answers_a_paper(
    configured: Run, services: Services
) -> None:
    """However often `once` is started; `status` and `explain` say what was wrong and when it is tried again."""
    services.gemini.fault_for = lambda _: GeminiFault.WRONG_NUMBER
    for _ in range(3):
        assert configured("once").status == 0
    assert len(services.gemini.log) == SUMMARY_REFUSALS * len(ABSTRACTS)

    status = configured("status").out
    assert "2 papers without a summary, as the answers were refused; not asked for again before" in status
    assert "2611.00001: a number that the abstract has not: 98.7654 %" in status
    explained = configured("explain", "2611.00001", "ada").out
    assert "because of this: a number that the abstract has not: 98.7654 %" in explained
    assert "It is not asked again before" in explained


def test_a_new_version_of_a_refused_paper_is_asked_for(configured: Run, services: Services) -> None:
    """It is another text, whatever was refused of the one before."""
    services.gemini.fault_for = lambda _: GeminiFault.WRONG_NUMBER
    configured("once")
    asked = len(services.gemini.log)
    first, *others = papers()
    now = datetime.now(UTC)
    services.arxiv.papers = [*others, replace(first, version=2, updated=now)]
    configured("once")
    assert len(services.gemini.log) == asked + SUMMARY_REFUSALS
