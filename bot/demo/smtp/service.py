"""An SMTP server on loopback, for `demo` and the tests: it keeps what it accepts and fails as asked."""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Self

from bot.demo.smtp.mailroom import Mailroom
from bot.demo.smtp.protocol import Offer, Session

_MECHANISMS = frozenset({"PLAIN", "LOGIN"})


class SmtpService(Mailroom):
    """``async with SmtpService() as mail:`` takes mail at ``mail.host``, ``mail.port`` until the block ends.

    ``starttls`` offers encryption with that context, ``tls`` begins with it. With ``users`` (name to
    password) a log-in is required. ``greylist`` turns each sender and recipient down once. ``faults``
    are used up in order by the commands they name; ``script`` is asked first, with the command and its
    argument, and may return a fault for any.
    """

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        users: dict[str, str] | None = None,
        greylist: bool = False,
        smtputf8: bool = False,
        mechanisms: frozenset[str] = _MECHANISMS,
    ) -> None:
        super().__init__(users=users, greylist=greylist)
        self.host, self.port = "127.0.0.1", 0
        self.connections = 0
        self._tls = tls
        self._offer = Offer(starttls, smtputf8, mechanisms if users is not None else frozenset())
        self._server: asyncio.Server | None = None
        self._sessions: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._sessions:
                writer.transport.abort()
            await asyncio.gather(*filter(None, self._sessions.values()), return_exceptions=True)
            await self._server.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(asyncio.StreamReader(), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._sessions[writer] = asyncio.current_task()
        try:
            await Session(self, self._offer, reader, writer).run()
        finally:
            del self._sessions[writer]
            self.closed.set()


class _Connection(asyncio.StreamReaderProtocol):
    """A client that has said its last is answered no more: asyncio warns of one that is to be, once encrypted."""

    def eof_received(self) -> bool:
        super().eof_received()
        return False
