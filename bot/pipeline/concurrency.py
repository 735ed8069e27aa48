"""Waiting for whatever comes first, or for everything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any


async def first_of(*works: Awaitable[Any]) -> None:
    """Wait until one is done. Coroutines that are not are cancelled; a future given is left alone."""
    futures = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future, work in zip(futures, works, strict=True):
            if future is not work:
                future.cancel()


async def all_of(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all side by side. The first to fail ends the others, and its own exception is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
