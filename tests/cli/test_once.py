"""What `once` says: what would go to whom and at what cost, and that there was nothing to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Services
from tests.samples import paper

TITLES = (r"Growth of $\text{PdTe}_{1-x}$ films", r"Ptychography after Schr\"odinger", "Ptychography & more")


@pytest.fixture
def found(run: Run, tmp_path: Path, services: Services) -> Run:
    """Two readers of a topic of which arXiv has three papers; bob reads one of them in full."""
    now = datetime.now(UTC)
    services.arxiv.papers = [
        paper(
            f"2611.0000{number}", title=title, published=now - timedelta(hours=number), updated=now, version=1
        )
        for number, title in enumerate(TITLES)
    ]
    (tmp_path / "subscribers.yaml").write_text(f"""\
arxiv: {{contact: ada@example.org, api_url: "{services.arxiv.api_url}", rss_url: "{services.arxiv.rss_url}",
        min_interval: 0.01s}}
gemini: {{base_url: "{services.gemini.base_url}"}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], file: reports/}}
  - {{name: bob, topics: [microscopy], file: bobs/, max_papers: 1}}
""")
    return run


def test_a_rehearsal_is_readable_and_counts(found: Run, services: Services) -> None:
    """No raw LaTeX; how many papers, how many of them by title; the summaries are free without a key."""
    said = found("once", "--dry-run")
    assert said.status == 0, said.err
    assert "ada: 3 papers would go to file" in said.out
    assert "2611.00000  Growth of PdTe₁₋ₓ films  [microscopy]" in said.out
    assert "Ptychography after Schrödinger" in said.out
    assert not {"$", "\\"} & set(said.out)
    assert ", 2 of them by title only" in said.out
    assert said.out.splitlines()[-1] == (
        "summaries: sentences of the abstracts, which cost nothing (there is no GEMINI_API_KEY)"
    )
    assert not services.gemini.log


def test_a_rehearsal_says_what_summaries_would_cost(
    found: Run, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paper that two readers want is paid for once; nothing is asked yet."""
    monkeypatch.setenv("GEMINI_API_KEY", "key")
    last = found("once", "--dry-run").out.splitlines()[-1]
    assert last.startswith(
        "summaries: 3 papers would be asked of gemini-flash-latest in 3 requests (250 left today), about "
    )
    assert "900 of answers: less than $0.01 at the prices of November 2026" in last
    assert not services.gemini.log


def test_a_run_without_work_says_so(found: Run, services: Services) -> None:
    """One line on stdout, as silence might mean anything."""
    assert "delivered" in found("once").out
    said = found("once")
    assert (said.status, said.out) == (0, "nothing to deliver: no new papers for 2 subscribers\n")
    said = found("once", "--only", "ada", "--only", "ada")
    assert said.out == "nothing to deliver: no new papers for 1 subscriber\n"
