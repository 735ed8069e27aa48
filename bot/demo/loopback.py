"""An aiohttp application on a port of 127.0.0.1."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

HOST = "127.0.0.1"
_LARGEST_BODY = 64 * 2**20
_SHUTDOWN_S = 0.01
"""aiohttp takes 0 for no limit at all."""


class Loopback:
    """Starts and stops ``app``; port 0 takes a free one. An asynchronous context manager.

    Stopping does not wait for requests that are still being answered, such as stalled ones.
    """

    def __init__(self, *, port: int = 0) -> None:
        self.app = web.Application(client_max_size=_LARGEST_BODY)
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT`` without a slash; only while it runs."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(
            self.app, access_log=None, shutdown_timeout=_SHUTDOWN_S, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._wanted_port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
