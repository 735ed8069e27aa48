"""The sample papers: invented, true to themselves, and as awkward as arXiv's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.samples import Sample, samples
from bot.models import AnnounceType

NOW = datetime(2026, 11, 22, 12, 34, 56, 789, tzinfo=UTC)
SAMPLES = samples(NOW)


def test_about_a_dozen_papers_of_several_fields() -> None:
    """Each with an id of its own that arXiv will not give to another paper."""
    identifiers = [sample.paper.arxiv_id for sample in SAMPLES]
    assert len(set(identifiers)) == len(identifiers) >= 12
    assert len({sample.paper.primary_category.split(".")[0] for sample in SAMPLES}) >= 6
    for identifier in identifiers:
        assert re.fullmatch(r"26[0-9]{2}\.99[0-9]{3}|cond-mat/9912999", identifier)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.paper.arxiv_id)
def test_summaries_are_grounded(sample: Sample) -> None:
    """Every number in the objective and the finding stands in the abstract; one to three sentences each."""
    for text in (sample.objective, sample.finding):
        assert set(re.findall(r"[0-9]+(?:[.,][0-9]+)*", text)) <= set(
            re.findall(r"[0-9]+(?:[.,][0-9]+)*", sample.paper.abstract + sample.paper.title)
        )
        assert text.endswith(".")
        assert len(text) < 350


def test_dates_are_relative_to_now() -> None:
    """Most within a week, one held by moderators for longer; whole seconds, as arXiv's are."""
    ages = [NOW - sample.paper.published for sample in SAMPLES]
    assert sum(age < timedelta(days=7) for age in ages) >= 10
    assert any(timedelta(days=14) < age < timedelta(days=60) for age in ages)
    for sample in SAMPLES:
        assert sample.paper.published <= sample.paper.updated < NOW
        assert sample.paper.published.microsecond == 0
    later = samples(NOW + timedelta(days=400))
    assert later[0].paper.published - SAMPLES[0].paper.published == timedelta(days=400)


def test_the_awkward_cases_are_there() -> None:
    """What demo and tests rely on."""
    papers = [sample.paper for sample in SAMPLES]
    everything = " ".join(f"{p.title} {p.abstract} {p.comment} {' '.join(p.authors)}" for p in papers)
    for piece in (
        "<script>",
        "&",
        '"',
        "$",
        r"\"o",
        "ø",
        "张",
        r"\text{",
        "Ignore all previous instructions",
    ):
        assert piece in everything
    assert any(len(paper.authors) == 40 for paper in papers)
    assert any("/" in paper.arxiv_id for paper in papers)
    assert any(len(paper.dois) > 1 for paper in papers)
    assert any(paper.comment == "" for paper in papers)
    assert any("withdrawn" in paper.comment and paper.version > 1 for paper in papers)
    assert {sample.announce_type for sample in SAMPLES} == {AnnounceType.NEW, AnnounceType.REPLACE}
    for sample in SAMPLES:
        assert (sample.paper.version > 1) == (sample.announce_type is AnnounceType.REPLACE)
