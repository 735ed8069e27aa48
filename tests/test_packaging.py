"""What a build makes of the project, and what a release promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import bot
from tests.conftest import ROOT
from tests.deploying import as_yaml

PROJECT = {"GITHUB_SERVER_URL": "https://forge.example.org", "GITHUB_REPOSITORY": "lab/digest"}
RELEASE = {**PROJECT, "GITHUB_REF_NAME": "v9", "SOURCE_COMMIT": "abc1234"}


def build(folder: Path, kind: str, environ: Mapping[str, str] | None = None, root: Path = ROOT) -> Path:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    subprocess.run(command, cwd=root, env={**plain, **(environ or {})}, check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


def test_a_release_shows_its_pictures_wherever_the_readme_is_read(tmp_path: Path) -> None:
    """At the project's own addresses and the release's own ref; the wheel names its commit."""
    with zipfile.ZipFile(build(tmp_path, "wheel", RELEASE)) as wheel:
        (name,) = (one for one in wheel.namelist() if one.endswith("/METADATA"))
        said = wheel.read(name).decode()
        assert wheel.read("bot/commit.txt").decode() == "abc1234\n"
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", said)
    assert len(pictures) >= 4
    for one in pictures:
        path = one.removeprefix("https://forge.example.org/lab/digest/raw/v9/")
        assert path != one
        assert (ROOT / path).is_file(), path
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", said)
    assert [one for one in links if not one.startswith("https://")] == []
    assert "Project-URL: Source, https://forge.example.org/lab/digest" in said


def test_a_build_elsewhere_names_no_address_that_is_not_ours(tmp_path: Path) -> None:
    """Nobody's fork or checkout points to somebody else's project; what a build needs is in the source."""
    with tarfile.open(build(tmp_path, "sdist")) as source:
        (base,) = {name.partition("/")[0] for name in source.getnames()}
        file = source.extractfile(f"{base}/PKG-INFO")
        assert file is not None
        said = file.read().decode()
        assert f"{base}/deploy/packaging.py" in source.getnames()
    assert "Project-URL" not in said
    assert "](.github/pictures/" in said


def test_a_wheel_names_its_commit_by_way_of_a_source_distribution_too(tmp_path: Path) -> None:
    """`python -m build` and the release make the wheel from the source distribution, where there is no checkout."""
    with tarfile.open(build(tmp_path / "source", "sdist", {"SOURCE_COMMIT": "abc1234"})) as source:
        source.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("arxiv_digest_bot-*")
    with zipfile.ZipFile(build(tmp_path / "wheel", "wheel", root=unpacked)) as wheel:
        assert wheel.namelist().count("bot/commit.txt") == 1
        assert wheel.read("bot/commit.txt").decode() == "abc1234\n"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_a_checkout_names_its_commit() -> None:
    """A report of a fault says what ran."""
    command = [sys.executable, "-m", "bot", "--version"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(
        rf"arxiv-digest, version {re.escape(bot.__version__)} \([0-9a-f]{{7,}}(-dirty)?\)\n", said
    )


def test_every_version_has_its_date_and_says_how_to_upgrade() -> None:
    """Newest first, and the newest is the one that is built; the first is 0.1.0."""
    text = (ROOT / "CHANGELOG.md").read_text()
    entries = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    heads = [
        re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", entry.splitlines()[0]) for entry in entries
    ]
    versions = [head[1] for head in heads if head]
    assert (versions[0], versions[-1], len(versions)) == (bot.__version__, "0.1.0", len(entries))
    assert all("\n### Upgrading\n" in entry for entry in entries)


def test_the_release_has_no_secret_and_each_job_no_more_than_it_needs() -> None:
    """What is attested is what was tried, and only the jobs that publish may write."""
    release = as_yaml((ROOT / ".github/workflows/release.yaml").read_text())
    assert release["permissions"] == {"contents": "read"}
    jobs = release["jobs"]
    assert "permissions" not in jobs["build"]
    assert (jobs["publish"]["needs"], jobs["image"]["needs"]) == ("build", "publish")
    text = (ROOT / ".github/workflows/release.yaml").read_text()
    assert "secrets." not in text
    for name, job in jobs.items():
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts), name
