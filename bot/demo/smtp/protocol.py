"""One client's connection: as much of RFC 5321 as a client that is no attacker needs.

A library would do it too, but the only one that is left (aiosmtpd) has had no release since May 2024, and every
installation would carry it and what it needs, for `demo` alone. Whoever else is to receive mail takes a real server.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from dataclasses import dataclass

from bot.demo.smtp.mailroom import Mail, Mailroom, SmtpEnding, SmtpFault

_OK = "250 2.0.0 Ok"
_OUT_OF_TURN = "503 5.5.1 Bad sequence of commands"
_LARGEST_BYTES = 2**25


class _Gone(Exception):
    """The conversation is over."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server can."""

    starttls: ssl.SSLContext | None
    smtputf8: bool
    mechanisms: frozenset[str]
    """To log in with; none is needed where there are none."""


class Session:
    """A conversation, from the greeting to the end of the connection."""

    def __init__(
        self, mailroom: Mailroom, offer: Offer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._mailroom = mailroom
        self._offer = offer
        self._reader = reader
        self._writer = self._plain = writer
        self._greeted = False
        self._user: str | None = None
        self._sender: str | None = None
        self._options: tuple[str, ...] = ()
        self._recipients: list[str] = []

    async def run(self) -> None:
        """Answer until the client leaves, or what was told to go wrong ends it."""
        try:
            await self._reply("GREETING", "", "220 localhost ESMTP")
            while True:
                line = (await self._line()).decode("utf-8", "surrogateescape").strip()
                verb, _, argument = line.partition(" ")
                await self._obey(verb.upper(), argument.strip())
        except (_Gone, OSError, ValueError):
            pass  # a ValueError is a line without an end
        finally:
            self._writer.close()
            self._plain.close()

    async def _obey(self, verb: str, argument: str) -> None:
        match verb:
            case "EHLO":
                await self._ehlo(argument)
            case "HELO":
                self._greeted = True
                await self._say("250 localhost")
            case "STARTTLS" if self._offer.starttls and not self._encrypted:
                await self._say("220 2.0.0 Ready to start TLS")
                await self._encrypt(self._offer.starttls)
            case "AUTH" if self._may_log_in:
                await self._auth(*argument.split())
            case "MAIL":
                await self._mail(argument)
            case "RCPT":
                await self._rcpt(argument)
            case "DATA":
                await self._data()
            case "RSET":
                self._reset()
                await self._reply("RSET", "")
            case "NOOP":
                await self._reply("NOOP", argument)
            case "QUIT":
                await self._say("221 2.0.0 Bye")
                raise _Gone
            case _:
                await self._say("502 5.5.1 Command not implemented")

    # --- before a message ---

    async def _encrypt(self, context: ssl.SSLContext) -> None:
        """Go on encrypted, with nothing remembered of what was said before."""
        loop, plain = asyncio.get_running_loop(), self._writer.transport
        protocol = plain.get_protocol()
        assert isinstance(protocol, asyncio.StreamReaderProtocol)
        transport = await loop.start_tls(plain, protocol, context, server_side=True)
        if (
            transport is None
        ):  # the client left in the midst of it, as one does that trusts no such certificate
            raise _Gone
        self._writer = asyncio.StreamWriter(transport, protocol, self._reader, loop)
        self._greeted = False
        self._reset()

    async def _ehlo(self, name: str) -> None:
        offered = ["localhost", f"SIZE {_LARGEST_BYTES}", "8BITMIME"]
        offered += ["SMTPUTF8"] if self._offer.smtputf8 else []
        offered += ["STARTTLS"] if self._offer.starttls and not self._encrypted else []
        offered += [f"AUTH {' '.join(sorted(self._offer.mechanisms))}"] if self._may_log_in else []
        *most, last = offered
        self._greeted = await self._reply(
            "EHLO", name, "".join(f"250-{one}\r\n" for one in most) + f"250 {last}"
        )

    async def _auth(self, mechanism: str = "", initial: str = "", *_more: str) -> None:
        if mechanism.upper() not in self._offer.mechanisms:
            await self._say("504 5.5.4 Unrecognized authentication type")
            return
        try:
            if mechanism.upper() == "PLAIN":
                _, user, password = (await self._told(initial, "")).split("\0")
            else:
                user = await self._told(initial, "Username:")
                password = await self._told("", "Password:")
        except (ValueError, binascii.Error):
            await self._say("501 5.5.2 Can't decode credentials")
            return
        known = self._mailroom.knows(user, password)
        good = (
            "235 2.7.0 Authentication succeeded" if known else "535 5.7.8 Authentication credentials invalid"
        )
        if await self._reply("AUTH", mechanism.upper(), good) and known:
            self._user = user

    async def _told(self, initial: str, question: str) -> str:
        """What the client says at once, or when it is asked."""
        if not initial:
            await self._say(f"334 {base64.b64encode(question.encode()).decode()}")
            initial = (await self._line()).decode("ascii").strip()
        return base64.b64decode(initial, validate=True).decode()

    # --- a message ---

    async def _mail(self, argument: str) -> None:
        if not self._greeted or self._sender is not None:
            await self._say(_OUT_OF_TURN)
        elif self._mailroom.users is not None and self._user is None:
            await self._say("530 5.7.0 Authentication required")
        else:
            address, options = _address(argument, "FROM:")
            if await self._reply("MAIL", address):
                self._sender, self._options = address, options

    async def _rcpt(self, argument: str) -> None:
        if self._sender is None:
            await self._say(_OUT_OF_TURN)
            return
        address, _ = _address(argument, "TO:")
        fault = self._mailroom.take_fault("RCPT", address)
        if fault is not None:
            await self._fail(fault)
        elif self._mailroom.is_greylisted(self._sender, address):
            await self._say("450 4.7.1 Greylisted, try again in 300 seconds")
        else:
            self._recipients.append(address)
            await self._say(_OK)

    async def _data(self) -> None:
        if not self._recipients:
            await self._say(_OUT_OF_TURN)
            return
        if not await self._reply("START", "", "354 End data with <CR><LF>.<CR><LF>"):
            return
        lines: list[bytes] = []
        while (line := await self._line()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        mail = Mail(
            sender=self._sender or "",
            recipients=tuple(self._recipients),
            content=b"".join(lines),
            options=self._options,
            encrypted=self._encrypted,
            user=self._user,
            port=self._writer.get_extra_info("peername")[1],
        )
        self._reset()
        fault = self._mailroom.take_fault("DATA", "")
        if fault is None or fault.accepted:
            self._mailroom.mails.append(mail)
        if fault is not None:
            await self._fail(fault)
        else:
            await self._say(f"250 2.0.0 Ok: queued as {len(self._mailroom.mails):08X}")

    def _reset(self) -> None:
        self._sender, self._options, self._recipients = None, (), []

    # --- lines ---

    @property
    def _encrypted(self) -> bool:
        return self._writer.get_extra_info("sslcontext") is not None

    @property
    def _may_log_in(self) -> bool:
        return bool(self._offer.mechanisms) and (self._offer.starttls is None or self._encrypted)

    async def _line(self) -> bytes:
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise _Gone
        return line

    async def _reply(self, command: str, argument: str, good: str = _OK) -> bool:
        """Write the command down and answer it; whether all went well."""
        fault = self._mailroom.take_fault(command, argument)
        if fault is None:
            await self._say(good)
            return True
        await self._fail(fault)
        if command == "GREETING":
            raise _Gone
        return False

    async def _fail(self, fault: SmtpFault) -> None:
        if fault.ending is SmtpEnding.REPLY:
            await self._say(fault.reply)
            return
        while fault.ending is SmtpEnding.SILENCE and await self._reader.read(2**16):
            pass
        self._writer.transport.abort()
        raise _Gone

    async def _say(self, reply: str) -> None:
        self._writer.write(reply.encode() + b"\r\n")
        await self._writer.drain()


def _address(argument: str, keyword: str) -> tuple[str, tuple[str, ...]]:
    """``FROM:<bot@example.org> SIZE=700``: the address and the options."""
    address, *options = argument.removeprefix(keyword).removeprefix(keyword.lower()).split() or [""]
    return address.removeprefix("<").removesuffix(">"), tuple(option.upper() for option in options)
