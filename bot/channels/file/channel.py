"""A folder as a `ports.Channel`: each message is one or more text files."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from bot.channels.file import folder as files
from bot.channels.file import records
from bot.errors import DeliveryError
from bot.models import Check, Envelope, Receipt, Verdict
from bot.ports import Channel
from bot.settings import Settings

_MAX_NAME_BYTES = 200
"""File systems take 255; the temporary file's name is longer than the file's."""

_REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "free some space",
    errno.EACCES: "let this program's user write there",
    errno.EPERM: "let this program's user write there",
    errno.EROFS: "it is on a read-only file system: name another folder",
    errno.ENOTDIR: "a file is in the way: name another folder",
    errno.EEXIST: "a file is in the way: name another folder",
    errno.EISDIR: "a folder has the name of the report: name another folder",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.ELOOP: "its symbolic links run in a circle",
}
"""What a person has to mend. The message waits for that: it costs nothing, and nothing else is held back."""


class FileChannel:
    """Writes below the folders it is given and nowhere else. It never leaves half a file behind.

    Nothing is ever in doubt: a repeated message overwrites its own files with the same bytes.
    """

    def __init__(self) -> None:
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By folder: of two digests at once, the later index must know both."""

    @property
    def kind(self) -> str:
        return "file"

    async def aclose(self) -> None:
        """Nothing is kept open."""

    async def resolve(self, address: str) -> str:
        """The folder's absolute path. It need not exist yet; DeliveryError when a file is in the way."""
        return str(await asyncio.to_thread(_folder, address))

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        """Write every file of the payload, a JSON object of file name to text, and its folder if need be.

        Each file appears whole or not at all, and survives a power cut once this returns; several are
        written one after the other, and last the folder's index and feed, made from the reports that are
        there. The receipt names the first. DeliveryError.
        """
        folder, contents = Path(resolved), _contents(envelope.payload)
        _check_locale(*(folder / name for name in contents))
        async with self._writing[resolved]:
            await asyncio.to_thread(_write_all, folder, contents)
        return _receipt(folder, contents)

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        """The receipt if every file is there with just these bytes, else None."""
        folder, contents = Path(resolved), _contents(envelope.payload)
        _check_locale(*(folder / name for name in contents))
        written = await asyncio.to_thread(_all_there, folder, contents)
        return _receipt(folder, contents) if written else None

    async def probe(self, addresses: Sequence[str]) -> tuple[Check, ...]:
        """Whether reports can be written to each folder. Makes no folder and leaves no file."""
        return tuple([await asyncio.to_thread(_probe, address) for address in addresses])

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        """Raises DeliveryError, permanent, always: a report stays as its reader found it."""
        raise DeliveryError(
            f"a report is not changed afterwards ({receipt.reference})", Verdict(permanent=True)
        )


def _folder(address: str) -> Path:
    folder = Path(address).absolute()
    _check_locale(folder)
    try:
        in_the_way = folder.exists() and not folder.is_dir()
    except OSError as error:
        raise _translate(error, folder) from error
    if in_the_way:
        raise _translate(NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)), folder)
    return folder


def _check_locale(*paths: Path) -> None:
    """Names are bytes to the system: a locale that lacks a character of one can't name it. DeliveryError."""
    for path in paths:
        try:
            os.fsencode(path)
        except UnicodeEncodeError:
            remedy = "set LC_ALL=C.UTF-8 where the program is started"
            raise DeliveryError(
                f"the locale's encoding lacks a character of {path}",
                Verdict(until_mended=True, remedy=remedy),
            ) from None


def _probe(address: str) -> Check:
    subject = f"folder {address}"
    try:
        folder = _folder(address)
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        try:
            _try_writing(nearest)
        except OSError as error:
            raise _translate(error, nearest) from error
    except DeliveryError as error:
        return Check(subject, False, str(error), error.verdict.remedy)
    return Check(subject, True, "writable" if nearest == folder else "made with the first report")


def _try_writing(folder: Path) -> None:
    """Write a block to a file without a name: it is gone even if this process is killed. OSError."""
    with TemporaryFile(dir=folder) as file:
        file.write(b"\0" * 4096)
        file.flush()
        os.fsync(file.fileno())


def _contents(payload: bytes) -> dict[str, bytes]:
    try:
        files = json.loads(payload)
    except ValueError:
        files = None
    if not isinstance(files, dict) or not files or not all(isinstance(text, str) for text in files.values()):
        raise DeliveryError(
            "the stored message is not an object of file name to text", Verdict(permanent=True)
        )
    for name in files:
        _check_name(name)
    return {name: text.encode() for name, text in files.items()}


def _check_name(name: str) -> None:
    """A plain visible name: no way out of the folder, no hidden file, nothing a shell or a mount chokes on."""
    if (
        not name
        or name.startswith(".")
        or not name.isprintable()
        or any(character in name for character in '/\\:*?"<>|')
        or len(name.encode()) > _MAX_NAME_BYTES
    ):
        raise DeliveryError(f"not a usable file name: {name[:80]!r}", Verdict(permanent=True))


def _receipt(folder: Path, contents: Mapping[str, bytes]) -> Receipt:
    return Receipt(str(folder), str(folder / next(iter(contents))))


def _write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _translate(error, folder) from error
    _write_each(folder, contents)
    if _has_report(contents):
        _write_each(folder, _derived(folder))
    with suppress(OSError):  # Some network file systems can't sync a folder; the files themselves are safe.
        files.sync(folder)


def _write_each(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        try:
            files.write(folder, name, content)
        except OSError as error:
            raise _translate(error, folder / name) from error


def _derived(folder: Path) -> Mapping[str, bytes]:
    try:
        return files.derived(folder)
    except OSError as error:
        raise _translate(error, folder) from error


def _has_report(contents: Mapping[str, bytes]) -> bool:
    """A notice changes neither the index nor the feed."""
    return any(records.is_report_name(name) for name in contents)


def _all_there(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """With the index and the feed: a crash before these is mended by writing all of it again."""
    try:
        return _are_there(folder, contents) and (
            not _has_report(contents) or _are_there(folder, files.derived(folder))
        )
    except OSError:
        return False  # Writing it again does no harm, and tells what is wrong.


def _are_there(folder: Path, contents: Mapping[str, bytes]) -> bool:
    return all(files.read(folder / name, len(content)) == content for name, content in contents.items())


def _translate(error: OSError, path: Path) -> DeliveryError:
    """A fault of the device or the network may pass; the rest waits for a person."""
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    remedy = _REMEDIES.get(error.errno or 0)
    verdict = Verdict(until_mended=True, remedy=f"{path}: {remedy}") if remedy else Verdict()
    return DeliveryError(f"can't write {path}: {reason}", verdict)


def open_channel(settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    """Folders need no setting."""
    return FileChannel()
