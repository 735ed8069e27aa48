"""Group commit: what several tasks record at the same time is one transaction, and stays each one's own. And turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.pipeline.concurrency import TURN_S, GroupCommit, Turns
from tests.fakes import FakeClock


class Disk:
    """Transactions over a list: what is in it is durable."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.commits = 0
        self._open: list[int] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._open = []
        yield
        self.kept += self._open
        self.commits += 1

    def write(self, number: int) -> None:
        if number < 0:
            raise ValueError(number)
        self._open.append(number)


async def test_what_comes_together_is_committed_together() -> None:
    """Nobody goes on before the disk has it; what comes later is a commit of its own."""
    disk = Disk()
    commits = GroupCommit(disk.transaction)

    async def make(number: int) -> bool:
        commits.add(lambda: disk.write(number))
        await commits.committed()
        return number in disk.kept

    assert await asyncio.gather(*map(make, range(3))) == [True] * 3
    assert await make(3)
    assert (disk.kept, disk.commits) == ([0, 1, 2, 3], 2)


async def test_what_nobody_waits_for_is_committed_with_what_follows() -> None:
    """In the order of asking: what became of one message, and that the next is begun."""
    disk = Disk()
    commits = GroupCommit(disk.transaction)
    for number in (1, 2):
        commits.add(lambda number=number: disk.write(number))  # type: ignore[misc]
    await commits.committed()
    assert (disk.kept, disk.commits) == ([1, 2], 1)


async def test_what_must_be_known_before_is_committed_before() -> None:
    """A task need not give up its turn for it, and what was to be committed is so once."""
    disk = Disk()
    commits = GroupCommit(disk.transaction)
    commits.add(lambda: disk.write(1))
    commits.now()
    assert disk.kept == [1]
    commits.add(lambda: disk.write(2))
    await commits.committed()
    assert (disk.kept, disk.commits) == ([1, 2], 2)


async def test_after_a_failure_nothing_more_is_made() -> None:
    """All who wait are told, also those who come later: the disk that was full takes no half of it."""
    disk = Disk()
    commits = GroupCommit(disk.transaction)

    async def make(number: int) -> None:
        commits.add(lambda: disk.write(number))
        await commits.committed()

    told = await asyncio.gather(*map(make, (0, -1, 2)), return_exceptions=True)
    assert [type(one) for one in told] == [ValueError] * 3
    with pytest.raises(ValueError, match="-1"):
        await make(3)
    with pytest.raises(ValueError, match="-1"):
        commits.now()
    assert disk.kept == []


async def test_a_cancelled_task_s_change_is_made() -> None:
    """Whoever is told to stop while the disk works does not undo it, nor another's."""
    disk = Disk()
    commits = GroupCommit(disk.transaction)

    async def make(number: int) -> None:
        commits.add(lambda: disk.write(number))
        await commits.committed()

    first, second = (asyncio.create_task(make(number)) for number in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    assert disk.kept == [1, 2]


async def test_long_work_gives_others_their_turn() -> None:
    """As often as others should have to wait, and no oftener."""
    clock = FakeClock()
    turns = Turns(clock)
    for _ in range(6):
        clock.advance(timedelta(seconds=TURN_S / 2))
        await turns.next()
    assert clock.slept == [0, 0, 0]
    assert not turns.has_lasted(TURN_S)
