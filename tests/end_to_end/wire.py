"""A wire with a length: a TCP relay on loopback that takes its time in both directions.

What was sent arrives, also when its sender has died meanwhile, as it does on a real network; a service
that cancels the work of a client that hangs up sees it hang up only after it has answered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
_CHUNK = 2**16
_LINGER_S = 3.0
"""How long a service may go on answering a client that has gone."""


@dataclass(slots=True)
class Line:
    """One connection of a client's. Times are seconds since 1970."""

    opened_at: float
    port: int
    """Of the end that the service sees."""
    told_at: list[float] = field(default_factory=list)
    """When data reached the client."""


class Wire:
    """``async with Wire(port) as wire:`` relays ``wire.port`` to ``port`` until the block ends.

    ``delay_s`` is asked for the delay of each piece of data, in seconds, and told whether it goes to the
    service; ``told`` is called with "sent"
    when data leave the client, "arrived" when they reach the service, "answered" when data leave the
    service and "told" when they reach the client.
    """

    def __init__(
        self,
        port: int,
        delay_s: Callable[[bool], float] = lambda _: 0.0,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.port = 0
        self.lines: list[Line] = []
        """All that were ever opened, in order."""
        self._service_port = port
        self._delay_s = delay_s
        self._told = told
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        opened_at = time.time()
        service, to_service = await asyncio.open_connection(HOST, self._service_port)
        line = Line(opened_at, to_service.get_extra_info("sockname")[1])
        self.lines.append(line)
        there = asyncio.ensure_future(self._pump(client, to_service, "sent", "arrived"))
        back = asyncio.ensure_future(self._pump(service, to_client, "answered", "told", line))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            if not back.done():
                await asyncio.wait({back}, timeout=_LINGER_S)
        finally:
            for pump in (there, back):
                pump.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            for end in (to_service, to_client):
                end.close()

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        leaving: str,
        reaching: str,
        line: Line | None = None,
    ) -> None:
        """Each piece arrives its delay after it was sent, and never before the piece before it."""
        with suppress(ConnectionError):
            while data := await _read(source):
                self._told(leaving)
                due = time.monotonic() + self._delay_s(reaching == "arrived")
                await asyncio.sleep(due - time.monotonic())
                sink.write(data)
                await sink.drain()
                if line is not None:
                    line.told_at.append(time.time())
                self._told(reaching)


async def _read(source: asyncio.StreamReader) -> bytes:
    try:
        return await source.read(_CHUNK)
    except ConnectionError:
        return b""
