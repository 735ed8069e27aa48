"""Where a YAML that is reached by a symbolic link has its relative paths start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot import config
from bot.settings import Secret, Settings

YAML = """\
arxiv: {contact: ada@example.org}
topics:
  microscopy: {keywords: [ptychography]}
subscribers:
  - {name: ada, topics: [microscopy], file: reports/}
"""
DATABASE = "state/arxiv-digest.db"
NOBODY = 65534


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """The folder of the file itself."""
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "real.yaml").write_text(YAML)
    return folder


@pytest.fixture
def link(tmp_path: Path, lab: Path) -> Path:
    """The name by which the file is called."""
    folder = tmp_path / "etc"
    folder.mkdir()
    path = folder / "subscribers.yaml"
    path.symlink_to(lab / "real.yaml")
    return path


def load(path: Path) -> Settings:
    return config.load(path, {})


def put(folder: Path, name: str = DATABASE, text: str = "x") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@contextmanager
def not_writable(folder: Path) -> Iterator[None]:
    """As somebody who may not write into this folder."""
    was = os.geteuid()
    folder.chmod(0o555)
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)
        folder.chmod(0o755)


def test_the_link_and_the_file_are_one_configuration(lab: Path, link: Path) -> None:
    """Called by either name it has one memory and one folder of reports."""
    for _ in ("before the first run", "after it"):
        assert load(link).database == load(lab / "real.yaml").database == lab / DATABASE
        assert load(link).subscribers[0].targets[0].address == str(lab / "reports/")
        put(lab)
    assert load(link).path == link
    assert load(link).warnings == ()


def test_a_memory_beside_the_link_is_kept(lab: Path, link: Path) -> None:
    """Nobody is sent everything again because the rule was once another one."""
    kept = put(link.parent)
    assert load(link).database == kept
    assert load(link).warnings == ()


def test_two_memories_are_named(lab: Path, link: Path) -> None:
    """The link's is used, as until now, and both are named with what to do."""
    used, other = put(link.parent), put(lab)
    assert load(link).database == used
    (warning,) = load(link).warnings
    assert f"{used} is used, {other} is not; put aside" in warning


def test_a_folder_that_can_t_be_written_keeps_no_state() -> None:
    """A ConfigMap's files lie in a folder that is another one after each update."""
    with TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "..2026_11_26").mkdir()
        (folder / "..2026_11_26" / "subscribers.yaml").write_text(YAML)
        (folder / "..data").symlink_to("..2026_11_26")
        (folder / "subscribers.yaml").symlink_to("..data/subscribers.yaml")
        with not_writable(folder / "..2026_11_26"):
            assert load(folder / "subscribers.yaml").database == folder / DATABASE


def test_secrets_are_read_where_they_are(lab: Path, link: Path) -> None:
    """A .env beside the link says where the installation is, one beside the file otherwise."""
    put(lab, ".env", "GEMINI_API_KEY=of-the-file\n")
    assert load(link).gemini.api_key == Secret("of-the-file")
    put(link.parent, ".env", "GEMINI_API_KEY=of-the-link\n")
    assert load(link).gemini.api_key == Secret("of-the-link")
    assert load(link).database == link.parent / DATABASE


@pytest.mark.parametrize("database", ["/var/lib/arxiv.db", "~/arxiv.db"])
def test_a_database_with_a_whole_path_is_nobodys_evidence(lab: Path, link: Path, database: str) -> None:
    """It is the same one by either name; reports go beside the file."""
    (lab / "real.yaml").write_text(f"database: {database}\n{YAML}")
    settings = load(link)
    assert settings.database == Path(database).expanduser()
    assert settings.subscribers[0].targets[0].address == str(lab / "reports/")


def test_a_link_in_the_same_folder_changes_nothing(lab: Path, tmp_path: Path) -> None:
    """Nor does a linked folder: paths are shown as they were typed."""
    (lab / "other.yaml").symlink_to("real.yaml")
    (tmp_path / "srv").symlink_to(lab)
    assert load(lab / "other.yaml").database == lab / DATABASE
    assert load(tmp_path / "srv" / "real.yaml").database == tmp_path / "srv" / DATABASE
