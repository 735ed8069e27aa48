"""Waiting for whatever comes first, or for everything, or for the disk together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

from bot.ports import Clock

T = TypeVar("T")


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


TURN_S = 0.01
"""How long others wait for theirs, with the piece of work that ends it."""


class Turns:
    """Gives others their turn within work that computes for long."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()

    def has_lasted(self, seconds: float) -> bool:
        return self._clock.monotonic() - self._since >= seconds

    async def next(self) -> None:
        """Between two pieces of the work: a turn for others, if this one is over."""
        if self.has_lasted(TURN_S):
            await self.end()

    async def through(self, work: Generator[None, None, T]) -> T:
        """What comes of the work, with turns for others between its pieces."""
        while True:
            try:
                next(work)
            except StopIteration as ended:
                return cast(T, ended.value)
            await self.next()

    async def end(self) -> None:
        """A turn for others in any case."""
        await self._clock.sleep(0)
        self._since = self._clock.monotonic()


def without_turns(work: Generator[None, None, T]) -> T:
    """What comes of the work, without a turn for anybody."""
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return cast(T, ended.value)


class GroupCommit:
    """Changes that several tasks make at the same time, made durable by one commit.

    The disk takes a millisecond and more for each, during which everything stands still. What belongs into
    one transaction is one change. When one fails, all of that commit are undone, and all who wait are told.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._transaction = transaction
        self._changes: list[Callable[[], None]] = []
        self._commit: asyncio.Future[None] | None = None
        """The last there was, or the next. One that failed stays the last."""

    def add(self, change: Callable[[], None]) -> None:
        """Make it with the next commit, in the order of asking, as soon as all tasks that can had their turn.

        It is made also when the task that asked is cancelled.
        """
        if self._commit is None or (self._commit.done() and self._commit.exception() is None):
            loop = asyncio.get_running_loop()
            self._commit = loop.create_future()
            loop.call_soon(self._make)
        self._changes.append(change)

    async def committed(self) -> None:
        """Until all that was added is durable. Raises what a commit raised; after that nothing is made."""
        if self._commit is not None:
            await asyncio.shield(self._commit)

    def now(self) -> None:
        """The same without giving up the turn."""
        self._make()
        if self._commit is not None and (error := self._commit.exception()) is not None:
            raise error

    def _make(self) -> None:
        if self._commit is None or self._commit.done():
            return
        changes, self._changes = self._changes, []
        try:
            with self._transaction():
                for change in changes:
                    change()
        except BaseException as error:
            self._commit.set_exception(error)
        else:
            self._commit.set_result(None)
