"""Waiting for whatever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
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
