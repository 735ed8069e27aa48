"""An SMTP server on loopback, for `demo` and the tests: it keeps what it accepts and fails as asked."""

from __future__ import annotations

import asyncio
import logging
import ssl
from types import TracebackType
from typing import Self

from bot.demo.smtp.mailroom import Mailroom
from bot.demo.smtp.protocol import Refusing, Serving

_LOG = logging.getLogger("mail.log")

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
        self._starttls, self._tls = starttls, tls
        self._smtputf8 = smtputf8
        self._mechanisms = mechanisms if users is not None else frozenset()
        self._server: asyncio.Server | None = None
        self._protocols: list[Refusing | Serving] = []
        self._log_level = logging.NOTSET

    async def __aenter__(self) -> Self:
        # aiosmtpd warns of its own deprecated attributes with every log-in.
        self._log_level = _LOG.level
        _LOG.setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, self.host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            for protocol in self._protocols:
                protocol.abort()
            await self._server.wait_closed()
        _LOG.setLevel(self._log_level)

    def _protocol(self) -> asyncio.Protocol:
        self.connections += 1
        fault = self.take_fault("GREETING", "")
        protocol = self._serving() if fault is None else Refusing(self, fault)
        self._protocols.append(protocol)
        return protocol

    def _serving(self) -> Serving:
        return Serving(
            self,
            hostname="localhost",
            tls_context=self._starttls,
            enable_SMTPUTF8=self._smtputf8,
            auth_require_tls=self._starttls is not None,
            auth_exclude_mechanism=_MECHANISMS - self._mechanisms,
            loop=asyncio.get_running_loop(),
        )
