"""Notice of files: however they are written, and of no others."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.files import notices

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


def in_place(file: Path) -> None:
    file.write_text("new")


def put_in_its_place(file: Path) -> None:
    """As vim and ``sed -i`` do."""
    other = file.with_name("4913~")
    other.write_text("new")
    other.replace(file)


def taken_away(file: Path) -> None:
    file.unlink()


def linked_anew(file: Path) -> None:
    """As Kubernetes does with a ConfigMap: the folder behind a link is another one, the old one goes."""
    folder = file.resolve().parent
    (folder / file.name).unlink()
    folder.rmdir()


@pytest.mark.parametrize("write", [in_place, put_in_its_place, taken_away])
async def test_a_file_that_is_written_is_told_of(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """In place or by another in its place, while a folder beside it does not exist."""
    file, told = tmp_path / "subscribers.yaml", asyncio.Event()
    file.write_text("old")
    async with notices([file, tmp_path / "nowhere" / ".env"], told.set):
        told.clear()
        write(file)
        await asyncio.wait_for(told.wait(), 5)


async def test_a_file_behind_a_link_is_told_of(tmp_path: Path) -> None:
    """Also when its whole folder is another one."""
    folder, told = tmp_path / "..2026", asyncio.Event()
    folder.mkdir()
    (folder / "subscribers.yaml").write_text("old")
    link = tmp_path / "subscribers.yaml"
    link.symlink_to(folder / "subscribers.yaml")
    async with notices([link, link.resolve()], told.set):
        told.clear()
        linked_anew(link)
        await asyncio.wait_for(told.wait(), 5)


async def test_what_was_written_before_is_told_of_once(tmp_path: Path) -> None:
    """Between reading a file and watching it there is a moment; where nothing can be watched there is no notice."""
    told: list[str] = []
    async with notices([tmp_path / "subscribers.yaml"], lambda: told.append("a notice")):
        assert len(told) == 1
    async with notices([tmp_path / "nowhere" / "subscribers.yaml"], lambda: told.append("a notice")):
        assert len(told) == 1


async def test_other_files_wake_nobody(tmp_path: Path) -> None:
    """A log that grows in the same folder, say; and reading is no writing."""
    file, last, told = tmp_path / "subscribers.yaml", asyncio.Event(), []
    file.write_text("old")

    def changed() -> None:
        told.append("a notice")
        last.set()

    async with notices([file], changed):
        told.clear()
        last.clear()
        with (tmp_path / "bot.log").open("w") as log:
            for line in range(10):
                print(line, file=log, flush=True)
        file.read_text()
        file.write_text("new")
        await asyncio.wait_for(last.wait(), 5)
    # It was emptied, and it was written.
    assert len(told) <= 2
