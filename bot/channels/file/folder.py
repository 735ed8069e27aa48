"""A folder of reports: its files, each written whole, and the index and the feed that follow from them."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.channels.file import feed, html, records

_LOG = logging.getLogger(__name__)
_MAX_BYTES = 32 * 2**20
"""Of a report that is read again. A hundred papers take 0.5 MB."""
_HEAD_BYTES = 4096

_DERIVED = (
    ("index.html", "arxiv-digest-index.html", (html.GENERATOR.encode(), b"<title>arXiv digests</title>")),
    (feed.FILE_NAME, "arxiv-digest-feed.atom", (f"<generator>{feed.GENERATOR}</generator>".encode(),)),
)
"""Name, the name beside a stranger's file, and what stands in the head of a file of ours."""


def write(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all, in place of a symbolic link and never through it. OSError.

    Through a file beside it, always of the same name: one left by a crash is used up by the repetition.
    """
    partial = folder / f".{name}.part"
    with suppress(FileNotFoundError):
        partial.unlink()
    try:
        # Not `tempfile`, whose files no one else may read: the umask decides, as for any other file.
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, folder / name)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def sync(folder: Path) -> None:
    """Names of new files survive a power cut once this returns. OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reports(folder: Path) -> Iterator[records.ReportRecord]:
    """What the reports in ``folder`` say of themselves. Links, and what can't be read, are passed over."""
    for name in sorted(os.listdir(folder)):
        if records.is_report_name(name) and (page := read(folder / name, _MAX_BYTES)) is not None:
            found = records.read(name, page.decode(errors="replace"))
            if found is not None:
                yield found


def derived(folder: Path) -> dict[str, bytes]:
    """The index and the feed as the reports in ``folder`` make them, under the names they may have.

    A file of that name which is not ours stays: ours goes beside it, or nowhere. OSError.
    """
    known = tuple(reports(folder))
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    made: dict[str, bytes] = {}
    for (name, other, marks), text in zip(
        _DERIVED, (html.index(known), feed.render(known, key)), strict=True
    ):
        usable = next((one for one in (name, other) if _is_ours(folder / one, marks)), None)
        if usable:
            made[usable] = text.encode()
        if usable != name:
            remedy = f"ours is {usable}" if usable else "ours is not written"
            _warn_once(f"{folder / name} was not written by this program and stays as it is: {remedy}")
    return made


_warned: set[str] = set()


def _warn_once(text: str) -> None:
    if text not in _warned:
        _warned.add(text)
        _LOG.warning("%s", text)


def _is_ours(path: Path, marks: tuple[bytes, ...]) -> bool:
    """Whether it may be replaced: it is not there, or it is a plain file that says it is ours."""
    if not os.path.lexists(path):
        return True
    head = read(path, None)
    return head is not None and any(mark in head for mark in marks)


def read(path: Path, most: int | None) -> bytes | None:
    """A plain file of at most ``most`` bytes, or just the head of one; no link, pipe or device. Never fails."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or (most is not None and found.st_size > most):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(_HEAD_BYTES if most is None else most)
    except OSError:
        return None
    finally:
        os.close(descriptor)
