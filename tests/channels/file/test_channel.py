"""Reports in a folder."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.file.channel import FileChannel
from bot.errors import DeliveryError
from bot.models import Check, Envelope, OutboxState, Receipt, Target

Make = Callable[..., Envelope]
REPORT = {"2026-11-23-ada-1.html": "<p>PdTe₁₋ₓ</p>\n", "2026-11-23-ada-1.md": "# Digest\r\n"}


DERIVED = {"index.html", "feed.atom"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.fixture
def make_envelope() -> Make:
    def build(files: object = REPORT, **changes: Any) -> Envelope:
        fields: dict[str, Any] = {
            "id": 1,
            "digest_id": 1,
            "subscriber": "ada",
            "target": Target("file", "/digests"),
            "part": 1,
            "parts": 1,
            "payload": json.dumps(files).encode(),
            "arxiv_ids": (),
            "created_at": datetime(2026, 11, 23, tzinfo=UTC),
            "state": OutboxState.SENDING,
        }
        return Envelope(**(fields | changes))

    return build


async def test_the_files_are_written_and_the_folder_made(tmp_path: Path, make_envelope: Make) -> None:
    """Both reports of a digest, byte for byte, in a folder that need not exist; beside them the index and the feed."""
    folder = tmp_path / "deep" / "digests"
    receipt = await FileChannel().send(make_envelope(), str(folder))
    assert receipt == Receipt(str(folder), str(folder / "2026-11-23-ada-1.html"))
    assert names(folder) == {*REPORT, *DERIVED}
    assert {name: (folder / name).read_bytes().decode() for name in REPORT} == REPORT


async def test_a_repetition_overwrites_its_own_names(tmp_path: Path, make_envelope: Make) -> None:
    """Sending again leaves the same two files, and what else lies there alone."""
    (tmp_path / "notes.txt").write_text("mine")
    await FileChannel().send(make_envelope(dict.fromkeys(REPORT, "old")), str(tmp_path))
    await FileChannel().send(make_envelope(), str(tmp_path))
    assert names(tmp_path) == {*REPORT, *DERIVED, "notes.txt"}
    assert (tmp_path / "2026-11-23-ada-1.md").read_bytes().decode() == REPORT["2026-11-23-ada-1.md"]


async def test_what_a_crash_left_is_used_up(tmp_path: Path, make_envelope: Make) -> None:
    """Half a file from a killed process, whoever may read it, is replaced and disappears."""
    partial = tmp_path / ".2026-11-23-ada-1.html.part"
    partial.write_text("half a rep")
    partial.chmod(0o400)
    await FileChannel().send(make_envelope(), str(tmp_path))
    assert names(tmp_path) == {*REPORT, *DERIVED}


async def test_a_link_in_the_way_is_replaced_not_followed(tmp_path: Path, make_envelope: Make) -> None:
    """A report never writes through a symbolic link to a file elsewhere."""
    outside = tmp_path / "outside.txt"
    outside.write_text("precious")
    folder = tmp_path / "digests"
    folder.mkdir()
    for name in ("2026-11-23-ada-1.html", ".2026-11-23-ada-1.html.part"):
        (folder / name).symlink_to(outside)
    await FileChannel().send(make_envelope(), str(folder))
    assert outside.read_text() == "precious"
    assert not (folder / "2026-11-23-ada-1.html").is_symlink()


@pytest.mark.parametrize("name", [*REPORT, *sorted(DERIVED)])
async def test_a_link_to_the_same_bytes_is_no_report(tmp_path: Path, make_envelope: Make, name: str) -> None:
    """What only leads to a report, elsewhere, was not delivered: whoever planted it can change it later."""
    outside, folder = tmp_path / "outside", tmp_path / "digests"
    channel = FileChannel()
    await channel.send(make_envelope(), str(folder))
    assert await channel.find(make_envelope(), str(folder)) is not None
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    assert await channel.find(make_envelope(), str(folder)) is None


async def test_a_pipe_in_the_way_holds_nothing_up(tmp_path: Path, make_envelope: Make) -> None:
    """It is not waited for, and the report takes its place."""
    os.mkfifo(tmp_path / "2026-11-23-ada-1.html")
    assert await FileChannel().find(make_envelope(), str(tmp_path)) is None
    await FileChannel().send(make_envelope(), str(tmp_path))
    assert (tmp_path / "2026-11-23-ada-1.html").is_file()


async def test_the_umask_decides_who_may_read(tmp_path: Path, make_envelope: Make) -> None:
    """As for any file a program writes; not the owner alone, as for a temporary one."""
    before = os.umask(0o027)
    try:
        receipt = await FileChannel().send(make_envelope(), str(tmp_path))
    finally:
        os.umask(before)
    assert mode(receipt.reference) == 0o640


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x.md",
        "a/b.md",
        "a\\b.md",
        "/etc/x",
        ".hidden",
        "x\0.md",
        "x\n.md",
        "a:b",
        "é" * 101,
    ],
)
async def test_a_name_can_not_leave_the_folder(tmp_path: Path, make_envelope: Make, name: str) -> None:
    """Such a message is refused for good, before any of its files is written."""
    folder = tmp_path / "digests"
    with pytest.raises(DeliveryError, match="file name") as caught:
        await FileChannel().send(make_envelope({"good.md": "x", name: "x"}), str(folder))
    assert caught.value.verdict.permanent
    assert names(tmp_path) == set()


@pytest.mark.parametrize("payload", [b"no json", b"[]", b"{}", b'{"a.md": 1}', b"\xff"])
async def test_a_damaged_message_is_refused(tmp_path: Path, make_envelope: Make, payload: bytes) -> None:
    """A row that is no object of name to text fails for good."""
    with pytest.raises(DeliveryError) as caught:
        await FileChannel().send(make_envelope(payload=payload), str(tmp_path))
    assert caught.value.verdict.permanent


async def test_finding(tmp_path: Path, make_envelope: Make) -> None:
    """Found means: every file is there with just these bytes."""
    channel = FileChannel()
    assert await channel.find(make_envelope(), str(tmp_path)) is None
    receipt = await channel.send(make_envelope(), str(tmp_path))
    assert await channel.find(make_envelope(), str(tmp_path)) == receipt
    (tmp_path / "2026-11-23-ada-1.md").write_text("edited")
    assert await channel.find(make_envelope(), str(tmp_path)) is None


async def test_a_file_where_the_folder_should_be(tmp_path: Path, make_envelope: Make) -> None:
    """Told before anything is sent, and again should it appear later; the message waits for a person."""
    blocked = tmp_path / "digests"
    blocked.write_text("a file")
    channel = FileChannel()
    with pytest.raises(DeliveryError, match=str(blocked)) as caught:
        await channel.resolve(str(blocked))
    assert caught.value.verdict.until_mended
    assert "in the way" in caught.value.verdict.remedy
    for folder in (blocked, blocked / "below"):
        with pytest.raises(DeliveryError) as caught:
            await channel.send(make_envelope(), str(folder))
        assert caught.value.verdict.until_mended


async def test_a_folder_of_the_reports_name(tmp_path: Path, make_envelope: Make) -> None:
    """It is not touched, and no temporary file stays."""
    (tmp_path / "2026-11-23-ada-1.html").mkdir()
    with pytest.raises(DeliveryError) as caught:
        await FileChannel().send(make_envelope(), str(tmp_path))
    assert caught.value.verdict.until_mended
    assert names(tmp_path) == {"2026-11-23-ada-1.html"}


@pytest.mark.parametrize(
    ("number", "until_mended", "remedy"),
    [
        (errno.ENOSPC, True, "free some space"),
        (errno.EDQUOT, True, "free some space"),
        (errno.EIO, False, ""),
        (errno.ESTALE, False, ""),
        (errno.EACCES, True, "user write there"),
        (errno.EPERM, True, "user write there"),
        (errno.EROFS, True, "read-only"),
    ],
)
async def test_what_the_file_system_says(
    tmp_path: Path,
    make_envelope: Make,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    until_mended: bool,
    remedy: str,
) -> None:
    """A device's fault passes within a day or not; rights and room wait for a person, however long. The
    path is named, the old file stays whole, and nothing is ever in doubt or failed."""
    await FileChannel().send(make_envelope({"a.md": "old"}), str(tmp_path))

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DeliveryError, match=r"a\.md") as caught:
        await FileChannel().send(make_envelope({"a.md": "new"}), str(tmp_path))
    verdict = caught.value.verdict
    assert (verdict.until_mended, verdict.permanent, verdict.in_doubt) == (until_mended, False, False)
    assert remedy in verdict.remedy
    assert names(tmp_path) == {"a.md"}
    assert (tmp_path / "a.md").read_text() == "old"


async def test_what_can_not_even_be_looked_at_is_told_likewise(make_envelope: Make) -> None:
    """A path that the file system refuses is a failure of this delivery, never of the round."""
    with pytest.raises(DeliveryError, match="too long") as caught:
        await FileChannel().resolve("/tmp/" + "x" * 300)
    assert "shorter path" in caught.value.verdict.remedy


async def test_probing(tmp_path: Path) -> None:
    """Writable, still to be made, or in the way; nothing is made and nothing left."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    there, to_make, bad = await FileChannel().probe(
        [str(tmp_path), str(tmp_path / "a" / "b"), str(blocked / "below")]
    )
    assert there == Check(f"folder {tmp_path}", True, "writable")
    assert to_make == Check(f"folder {tmp_path / 'a' / 'b'}", True, "made with the first report")
    assert not bad.ok
    assert "a file is in the way" in bad.remedy
    assert names(tmp_path) == {"blocked"}


async def test_probing_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found out by writing: rights alone don't tell."""

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    (line,) = await FileChannel().probe([str(tmp_path)])
    assert not line.ok
    assert "free some space" in line.remedy
    assert names(tmp_path) == set()


async def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored does not depend on where the program was started; nothing is made yet."""
    monkeypatch.chdir(tmp_path)
    assert await FileChannel().resolve("digests") == str(tmp_path / "digests")
    assert names(tmp_path) == set()


async def test_reports_are_not_edited(tmp_path: Path, make_envelope: Make) -> None:
    """Editing fails for good and changes nothing."""
    channel = FileChannel()
    receipt = await channel.send(make_envelope(), str(tmp_path))
    with pytest.raises(DeliveryError) as caught:
        await channel.edit(receipt, make_envelope({"a.md": "new"}).payload)
    assert caught.value.verdict.permanent
    assert await channel.find(make_envelope(), str(tmp_path)) == receipt
    assert channel.kind == "file"
    await channel.aclose()
