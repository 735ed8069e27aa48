"""Notice of files that somebody writes, so that nobody need look at them every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from asyncinotify import Inotify, Mask

_EVENTS = Mask.MODIFY | Mask.CREATE | Mask.DELETE | Mask.MOVED_FROM | Mask.MOVED_TO | Mask.DELETE_SELF
"""Editors write a file in place, or put another in its place."""


@asynccontextmanager
async def notices(files: Iterable[Path], changed: Callable[[], None]) -> AsyncGenerator[None]:
    """Call ``changed`` when one of the files is written, made, put in place or gone; perhaps before all is written.

    Also once at first, as nothing tells of what was written before.
    By inotify(7), which watches folders, as a file that is replaced is another one. It sees what is done on this
    machine: not what others do on a network drive, nor the host's edits where containers run in a machine of
    their own (Docker Desktop). Where it gives none, or no more, ``changed`` is never called.
    """
    names = _by_folder(files)
    try:
        inotify = Inotify()
    except OSError:  # more than fs.inotify.max_user_instances
        yield
        return
    with inotify:
        for folder in names:
            with suppress(OSError):  # it is not there, or not ours to read
                inotify.add_watch(folder, _EVENTS)
        if not inotify.watches:
            yield
            return
        changed()
        task = asyncio.ensure_future(_pass_on(inotify, names, changed))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})


def _by_folder(files: Iterable[Path]) -> Mapping[Path, Collection[str]]:
    """The names in each folder. The same folder by two ways would be watched once, under one of them."""
    names: dict[Path, set[str]] = {}
    for file in files:
        names.setdefault(file.parent.resolve(), set()).add(file.name)
    return names


async def _pass_on(
    inotify: Inotify, names: Mapping[Path, Collection[str]], changed: Callable[[], None]
) -> None:
    async for event in inotify:
        # Without a name it is the folder itself that went, or events that were too many to be told.
        folder = event.watch.path if event.watch is not None else None
        if folder is None or event.name is None or event.name.name in names.get(folder, ()):
            changed()
