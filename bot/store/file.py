"""The database as a file: where it really is, who holds it, whether anybody has it open.

SQLite's own locks last a transaction; the one here lasts a process.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO

from bot.errors import DatabaseHeld, StoreError

_SMALLEST = 512
"""Bytes of a database of one page."""


def located(path: Path) -> Path:
    """The file itself, links followed: its lock must be one, by whatever name it is opened.

    StoreError when something is there that is no database: SQLite would wait for ever to read a
    pipe, and would take some rests of a file for an empty one and begin anew.
    """
    try:
        real = path.resolve()
        found = real.stat()
    except FileNotFoundError:
        return real
    except OSError as error:
        raise StoreError(f"{path}: the database can't be reached: {error.strerror}") from error
    except RuntimeError as error:  # links in a circle, before Python 3.13
        raise StoreError(f"{path}: the database can't be reached: {error}") from error
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path}: this is a folder; name a file under `database`")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: this is not a regular file; name another one under `database`")
    if 0 < found.st_size < _SMALLEST:
        raise StoreError(f"{path}: this is not a SQLite database but the rest of a file; restore a backup")
    return real


def hold(path: Path) -> IO[str]:
    """Lock a file beside the database until it is closed. DatabaseHeld, naming the process that has it;
    StoreError.

    Both are kept from other users, as is a folder that is made for them.
    """
    lock_path = path.with_name(path.name + ".lock")
    try:
        _make_private_folders(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: the folder of the database can't be made: {error.strerror}"
        ) from error
    try:
        with suppress(FileExistsError):
            make_private(lock_path)
        lock = lock_path.open("a+", encoding="ascii", errors="replace")
    except OSError as error:
        raise StoreError(
            f"{lock_path}: can't be written: {error.strerror}; check who owns the folder"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise DatabaseHeld(
            f"{path}: process {holder} holds this database; stop it first, "
            "or use `arxiv-digest status` beside it"
        ) from error
    _sign(lock, lock_path)
    return lock


def _make_private_folders(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone (`mkdir` has the umask decide)."""
    for missing in reversed([level for level in (folder, *folder.parents) if not level.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def make_private(path: Path) -> None:
    """Make an empty file for this user alone. FileExistsError when something is there, or another OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def keep_from_others(path: Path) -> None:
    """Take from a database, and from what SQLite and `hold` put beside it, what all users may do.

    What its group may do stays: somebody allowed it on purpose, as a new one is its owner's alone.
    """
    for ending in ("", "-wal", "-shm", ".lock"):
        with suppress(OSError):  # not there, or another user's
            found = path.with_name(path.name + ending)
            mode = stat.S_IMODE(found.lstat().st_mode)
            if mode & 0o007 and not found.is_symlink():
                found.chmod(mode & ~0o007)


def _sign(lock: IO[str], lock_path: Path) -> None:
    """Write this process's number into the lock, for whoever comes second."""
    try:
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), str(os.getpid()).encode("ascii"))
    except OSError as error:
        lock.close()
        raise StoreError(f"{lock_path}: can't be written: {error.strerror}; free some space") from error


def refuse_held(path: Path) -> None:
    """StoreError, naming the process, while one holds the database whose configuration may be an older one."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock = lock_path.open(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{lock_path}: can't be read: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                f"{path}: process {lock.read().strip() or 'unknown'} holds this database and has not taken up "
                "the edited configuration yet; try again in a minute"
            ) from error


def is_missing(path: Path) -> bool:
    """Whether there is no database yet: no file, or an empty one put there for it."""
    if not path.exists():
        return True
    return path.stat().st_size == 0 and not path.with_name(path.name + "-wal").exists()


def must_be_left_alone(path: Path) -> bool:
    """Whether a reader should keep SQLite from making files beside the database, and can.

    A reader in WAL mode makes a ``-wal`` and a ``-shm`` where there are none and leaves them behind:
    impossible in a folder that can't be written, and belonging to the wrong user, which would keep
    the daemon out. (SQLite gives them to the owner of the database when root reads.) Without a
    ``-wal`` nobody has the database open, so that it can be read as a file that does not change; a
    writer that starts in this very moment at worst makes one reading fail.
    """
    if path.with_name(path.name + "-wal").exists():
        return False
    is_ours = os.geteuid() in (0, path.stat().st_uid)
    return not (is_ours and os.access(path.parent, os.W_OK))
