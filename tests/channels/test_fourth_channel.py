"""What one more channel costs: its folder and a line in the registry, nothing else in the program."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.arxiv import ArxivService
from tests.samples import paper

ROOT = Path(__file__).parents[2]
YAML = """
arxiv: {{contact: ada@example.org, api_url: "{api}", rss_url: "{rss}", min_interval: 0.01s}}
topics:
  microscopy: {{keywords: [ptychography], categories: [cond-mat.mtrl-sci]}}
subscribers:
  - {{name: ada, topics: [microscopy], notebook: [lab.txt, home.txt]}}
"""


@pytest.fixture
async def arxiv() -> AsyncIterator[ArxivService]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    papers = [paper(name, published=yesterday, updated=yesterday) for name in ("2611.00001", "2611.00002")]
    async with ArxivService(papers, []) as service:
        yield service


async def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The program with the fourth channel, as a process; its exit status and what it said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(Path(__file__).with_name("fourth_channel.py")), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout + process.stderr


async def test_from_the_yaml_to_delivery(arxiv: ArxivService, tmp_path: Path) -> None:
    """The loader, the schema, `check`, `once` and `status` take it as one of their own, and no paper twice."""
    text = YAML.format(api=arxiv.api_url, rss=arxiv.rss_url)
    (tmp_path / "subscribers.yaml").write_text(text)
    status, said = await run(tmp_path, "check", "--live")
    assert status == 0, said
    assert "ok   notebook" in said
    assert "A notebook's name, or a list." in (await run(tmp_path, "schema"))[1]

    for _ in range(2):
        status, said = await run(tmp_path, "once")
        assert status == 0, said
    for notebook in ("lab.txt", "home.txt"):
        (line,) = (tmp_path / notebook).read_text().splitlines()
        assert sorted(json.loads(line)) == ["2611.00001", "2611.00002"]
    assert "notebook" in (await run(tmp_path, "status"))[1]


async def test_its_faults_are_told_like_any_other(tmp_path: Path) -> None:
    """In the words of its own address form, at the place."""
    text = YAML.format(api="http://127.0.0.1:9/", rss="http://127.0.0.1:9")
    (tmp_path / "subscribers.yaml").write_text(text.replace("lab.txt", "LAB"))
    status, said = await run(tmp_path, "check")
    assert status == 2
    assert "subscribers.yaml:6:" in said
    assert "'LAB' is not a notebook such as lab.txt" in said
