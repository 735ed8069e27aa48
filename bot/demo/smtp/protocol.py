"""One client's connection: aiosmtpd's protocol, with our replies."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Envelope as Transaction
from aiosmtpd.smtp import Session as Peer

from bot.demo.smtp.mailroom import Mail, Mailroom, SmtpEnding, SmtpFault

_OK = "250 2.0.0 Ok"


class Refusing(asyncio.Protocol):
    """Meets a connection with a fault instead of a greeting."""

    def __init__(self, mailroom: Mailroom, fault: SmtpFault) -> None:
        self._mailroom = mailroom
        self._fault = fault
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._fault.ending is SmtpEnding.REPLY:
            transport.write(self._fault.reply.encode() + b"\r\n")
        if self._fault.ending is not SmtpEnding.SILENCE:
            transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        self._mailroom.closed.set()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Serving(SMTP):
    """A whole session. ``options`` are aiosmtpd's."""

    def __init__(self, mailroom: Mailroom, **options: Any) -> None:
        self._mailroom = mailroom
        hooks = _Hooks(mailroom)
        super().__init__(hooks, authenticator=hooks.authenticate, **options)

    async def smtp_DATA(self, arg: str) -> None:
        fault = self._mailroom.take_fault("START", "")
        if fault is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(await _fail(self, fault))

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._mailroom.closed.set()

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


class _Hooks:
    """aiosmtpd's handler: it calls these by name and position; each returns the reply to its command."""

    def __init__(self, mailroom: Mailroom) -> None:
        self._mailroom = mailroom

    async def handle_EHLO(
        self, server: Serving, peer: Peer, _transaction: Transaction, hostname: str, responses: list[str]
    ) -> list[str]:
        fault = self._mailroom.take_fault("EHLO", hostname)
        if fault is not None:
            return [await _fail(server, fault)]
        peer.host_name = hostname
        # Without a user to log in as, no log-in is offered.
        return [line for line in responses if line.strip() != "250-AUTH"]

    async def handle_NOOP(
        self, server: Serving, _peer: Peer, _transaction: Transaction, argument: str
    ) -> str:
        return await self._reply(server, "NOOP", argument)

    async def handle_RSET(self, server: Serving, _peer: Peer, _transaction: Transaction) -> str:
        return await self._reply(server, "RSET", "")

    async def handle_MAIL(
        self, server: Serving, peer: Peer, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        if self._mailroom.users is not None and not peer.authenticated:
            return "530 5.7.0 Authentication required"
        reply = await self._reply(server, "MAIL", address)
        if reply == _OK:
            transaction.mail_from = address
            transaction.mail_options.extend(options)
        return reply

    async def handle_RCPT(
        self, server: Serving, _peer: Peer, transaction: Transaction, address: str, _options: list[str]
    ) -> str:
        reply = await self._reply(server, "RCPT", address)
        if reply == _OK and self._mailroom.is_greylisted(transaction.mail_from or "", address):
            return "450 4.7.1 Greylisted, try again in 300 seconds"
        if reply == _OK:
            transaction.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Serving, peer: Peer, transaction: Transaction) -> str:
        fault = self._mailroom.take_fault("DATA", "")
        if fault is None or fault.accepted:
            self._mailroom.mails.append(_mail(server, peer, transaction))
        if fault is not None:
            return await _fail(server, fault)
        return f"250 2.0.0 Ok: queued as {len(self._mailroom.mails):08X}"

    async def _reply(self, server: Serving, command: str, argument: str) -> str:
        fault = self._mailroom.take_fault(command, argument)
        return _OK if fault is None else await _fail(server, fault)

    def authenticate(
        self, _server: SMTP, _peer: Peer, _transaction: Transaction, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        fault = self._mailroom.take_fault("AUTH", mechanism)
        if fault is not None:
            return AuthResult(success=False, handled=False, message=fault.reply)
        if self._mailroom.knows(login.login.decode(), login.password.decode()):
            return AuthResult(success=True, auth_data=login)
        return AuthResult(success=False, handled=False)


def _mail(server: Serving, peer: Peer, transaction: Transaction) -> Mail:
    login = peer.auth_data
    return Mail(
        sender=transaction.mail_from or "",
        recipients=tuple(transaction.rcpt_tos),
        content=transaction.original_content or b"",
        options=tuple(transaction.mail_options),
        encrypted=server.transport is not None and server.transport.get_extra_info("sslcontext") is not None,
        user=login.login.decode() if isinstance(login, LoginPassword) else None,
        port=server.transport.get_extra_info("peername")[1] if server.transport is not None else 0,
    )


async def _fail(server: Serving, fault: SmtpFault) -> str:
    if fault.ending is SmtpEnding.DROP:
        server.abort()
    if fault.ending is not SmtpEnding.REPLY:
        await asyncio.Event().wait()  # until the end of the connection cancels this
    return fault.reply
