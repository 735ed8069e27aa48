"""A mail server of raw bytes: what it answers at one stage is given, and need not be text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Self

_GOOD = {
    "BANNER": b"220 ready\r\n",
    "EHLO": b"250-mail.example.org\r\n250 AUTH PLAIN LOGIN\r\n",
    "AUTH": b"235 2.7.0 in\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    "FINAL": b"250 ok\r\n",
    "RSET": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


class RawSmtp:
    """Counts the messages whose last line it has read, whatever it answered then."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.taken: list[bytes] = []
        self._answers = {**_GOOD, **answers}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._answers["BANNER"])
        while line := await reader.readline():
            command = line.split()[0].decode("ascii", "replace").upper() if line.split() else ""
            writer.write(self._answers.get(command, b"250 ok\r\n"))
            if command == "DATA" and self._answers["DATA"].startswith(b"354"):
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(self._answers["FINAL"])
            if command == "QUIT":
                break
        writer.close()
