"""Where the relative paths of a YAML start that is reached by a symbolic link: beside the link or the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder at which ``database``, ``file``, ``ca_file`` and ``.env`` start."""

    folder: Path
    warnings: tuple[str, ...] = ()


def home(path: Path, database: str) -> Home:
    """The folder of the YAML at ``path``, absolute; ``database`` is what the YAML says under that key.

    Of a link, and whichever name it is called by: where the database is, so that nobody is sent
    everything again; else where a ``.env`` is, beside the link first; else beside the file itself.
    Not where that folder can't be written: a Kubernetes ConfigMap or a Nix store holds the file, in a
    folder that is another one after each update, and only the link stays.
    """
    link, file = path.parent, _folder_of_file(path)
    if file is None:
        return Home(link)
    if not (Path(database).is_absolute() or database.startswith("~")):
        beside_link, beside_file = _exists(link, database), _exists(file, database)
        if beside_link and beside_file:
            return Home(link, (_two_databases(path, link / database, file / database),))
        if beside_link or beside_file:
            return Home(link if beside_link else file)
    return Home(link if _exists(link, ".env") or not _is_writable(file) else file)


def _folder_of_file(path: Path) -> Path | None:
    """The folder of the file that a link leads to; None where that is the link's own, or none."""
    try:
        real = path.resolve(strict=True)
        return None if path.parent.resolve() == real.parent else real.parent
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return None


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _exists(folder: Path, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):  # a name that no file can have is refused elsewhere
        return False


def _two_databases(path: Path, used: Path, other: Path) -> str:
    return (
        f"{path} is a link and there is a database beside it and one beside the file: {used} is used, {other} is not; "
        "put aside the one that is not wanted, or write the whole path under `database`"
    )
