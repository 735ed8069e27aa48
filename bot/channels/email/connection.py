"""One connection to the mail server, step by step, so that a failure's step is known.

`aiosmtplib.SMTP.sendmail` does it all in one go and can't tell whether the message had left when the
connection was lost. It logs nothing, and nor does this.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from bot.channels.email.mailbox import domain_of, needs_smtputf8
from bot.channels.email.refusals import Step
from bot.channels.email.verdicts import FOREIGN, translate
from bot.errors import DeliveryError
from bot.models import Verdict, readable
from bot.network import CERTIFICATES, is_loopback
from bot.settings import EmailSettings, Security

_LINE_END = re.compile(rb"\r\n|\r|\n")

_MECHANISMS = ("plain", "login", "cram-md5")
"""The first that the server offers is used, and only it: each is an attempt that counts towards a
provider's lock-out, and the connection is encrypted."""

_START_INPUT, _CLOSING, _MECHANISM_UNKNOWN = 354, 421, 504
_COMMAND_UNKNOWN = (500, 502)
_REPLY_LENGTH = 300

_COURTESY_SECONDS = 5.0
"""For RSET and QUIT, which every server answers at once: a dead connection must not hold up the next
message, nor the end of the program."""


def _drop(transport: asyncio.BaseTransport | None) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


class ConnectionGone(Exception):
    """The server took its leave of a kept connection before it was told anything of the message."""


class SmtpConnection:
    """A connection from `open` to `close`. Every failure closes it, cancellation included: half-way
    through a command the next reply would be taken for the wrong one's."""

    def __init__(
        self, settings: EmailSettings, sender: str, *, timeout: timedelta, reply_timeout: timedelta
    ) -> None:
        self.sent = 0
        self._settings = settings
        self._sender = sender
        self._reply_timeout = reply_timeout.total_seconds()
        self._smtp = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            # smtp-relay.gmail.com knows its customers by this name; a look-up of our own may block.
            local_hostname=domain_of(sender),
            timeout=timeout.total_seconds(),
            use_tls=settings.security is Security.TLS,
            start_tls=False,
        )

    async def open(self) -> None:
        """Connect, encrypt and log in as the settings say. DeliveryError."""
        self._refuse_bare_password()
        context = await self._tls_context()
        with self._step(Step.CONNECT):
            await self._smtp.connect(tls_context=context)
        await self._say_hello()
        if self._settings.security is Security.STARTTLS:
            await self._encrypt()
        if self._settings.username is not None and self._settings.password is not None:
            await self._log_in(self._settings.username, self._settings.password.reveal())

    async def check(self) -> None:
        """NOOP. DeliveryError."""
        with self._step(Step.CHECK):
            await self._smtp.noop()

    @property
    def is_open(self) -> bool:
        return self._smtp.is_connected

    async def is_usable(self) -> bool:
        """Whether the server still answers, asked by RSET, which also forgets any half-made message."""
        if not self.is_open:
            return False
        try:
            with self._step(Step.CHECK):
                await self._smtp.rset(timeout=_COURTESY_SECONDS)
        except DeliveryError:
            return False
        return True

    async def deliver(self, recipient: str, message: bytes) -> str:
        """Hand over ``message`` as it is; the server's words of acceptance. DeliveryError, ConnectionGone.

        Bare line ends become CRLF (RFC 5321, 2.3.8), which a MIME message already has.
        """
        head = message.partition(b"\r\n\r\n")[0]
        utf8 = needs_smtputf8(self._sender, recipient) or not head.isascii()
        encoding = "utf-8" if utf8 else "ascii"
        body = _whole_lines(message)
        await self._begin(recipient, body, utf8=utf8)
        with self._step(Step.RECIPIENT, recipient):
            await self._smtp.rcpt(recipient, encoding=encoding)
        with self._step(Step.DATA, recipient):
            start = await self._smtp.execute_command(b"DATA")
            if start.code != _START_INPUT:
                raise aiosmtplib.SMTPDataError(start.code, start.message)
            protocol = self._protocol()
            protocol.write(_stuffed(body) + b".\r\n")
        with self._step(Step.REPLY, recipient):
            reply = await protocol.read_response(timeout=self._reply_timeout)
            if not 200 <= reply.code < 300:
                raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        self.sent += 1
        return readable(f"{reply.code} {reply.message}", _REPLY_LENGTH)

    async def _begin(self, recipient: str, body: bytes, *, utf8: bool) -> None:
        try:
            with self._step(Step.SENDER, recipient):
                options, encoding = self._mail_options(body, utf8), "utf-8" if utf8 else "ascii"
                await self._smtp.mail(self._sender, options=options, encoding=encoding)
        except DeliveryError as error:
            # A limit that it names concerns every connection.
            if self.sent and error.verdict.rest is None and _took_leave(error.__cause__):
                raise ConnectionGone from error
            raise

    async def quit(self) -> None:
        """Take leave if the server still listens; close in any case."""
        transport = self._smtp.transport
        try:
            with self._step(Step.CHECK):
                if self._smtp.is_connected:
                    await self._smtp.quit(timeout=_COURTESY_SECONDS)
        except DeliveryError:
            pass  # Nothing was under way, and the connection is closed by now.
        finally:
            self.close()
            _drop(transport)

    def close(self) -> None:
        """Close it now: TLS would wait for the server's farewell, which a program that ends does not hear."""
        transport = self._smtp.transport
        self._smtp.close()
        _drop(transport)

    def _refuse_bare_password(self) -> None:
        settings = self._settings
        if (
            settings.security is Security.NONE
            and settings.password is not None
            and not is_loopback(settings.host)
        ):
            text = f"a password is not sent over an unencrypted connection to {settings.host}"
            raise DeliveryError(text, Verdict(permanent=True, remedy="set email.security to starttls or tls"))

    async def _tls_context(self) -> ssl.SSLContext | None:
        if self._settings.security is Security.NONE:
            return None
        try:
            return await asyncio.to_thread(self._build_tls_context)
        except OSError as error:  # ssl.SSLError is one
            reason = error.strerror or type(error).__name__
            remedy = f"check {' and '.join(CERTIFICATES)} in the environment"
            raise DeliveryError(f"TLS can't be used: {reason}", Verdict(remedy=remedy)) from error

    def _build_tls_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca_file is not None:
            try:
                context.load_verify_locations(cafile=self._settings.ca_file)
            except OSError as error:  # missing, or no PEM
                reason = error.strerror or type(error).__name__
                remedy = "email.ca_file must be a readable file of PEM certificates"
                raise DeliveryError(f"{self._settings.ca_file}: {reason}", Verdict(remedy=remedy)) from error
        return context

    async def _say_hello(self) -> None:
        """EHLO, or HELO to a server too old for it (RFC 5321, 3.2), which then has no extensions."""
        with self._step(Step.HELLO):
            try:
                await self._smtp.ehlo()
            except aiosmtplib.SMTPHeloError as error:
                if error.code not in _COMMAND_UNKNOWN:
                    raise
                await self._smtp.helo()

    async def _encrypt(self) -> None:
        with self._step(Step.TLS):
            if not self._smtp.supports_extension("starttls"):
                remedy = "check email.port; set email.security to tls if the provider names port 465"
                text = f"{self._settings.host}:{self._settings.port} offers no encryption (STARTTLS)"
                raise DeliveryError(text, Verdict(permanent=True, remedy=remedy))
            await self._smtp.starttls()
        await self._say_hello()

    async def _log_in(self, username: str, password: str) -> None:
        offered = [name for name in _MECHANISMS if name in self._smtp.server_auth_methods]
        if not offered:
            self.close()
            remedy = "check email.port and email.security; a server without log-in wants no email.username"
            raise DeliveryError(
                f"{self._settings.host} offers no log-in", Verdict(permanent=True, remedy=remedy)
            )
        try:
            with self._step(Step.LOGIN):
                await self._authenticate(offered, username, password)
        except DeliveryError as error:
            raise error from None

    async def _authenticate(self, mechanisms: list[str], username: str, password: str) -> None:
        methods = {
            "plain": self._smtp.auth_plain,
            "login": self._smtp.auth_login,
            "cram-md5": self._smtp.auth_crammd5,
        }
        for name in mechanisms:
            try:
                await methods[name](username, password)
            except aiosmtplib.SMTPResponseException as error:
                # A server may quote what it was sent; before anything is cut off, which might halve it.
                error.message = _without(error.message, username, password)
                if error.code != _MECHANISM_UNKNOWN or name == mechanisms[-1]:
                    raise
            else:
                return

    def _mail_options(self, body: bytes, utf8: bool) -> list[str]:
        options = []
        if self._smtp.supports_extension("size"):
            options.append(f"SIZE={len(body)}")
        if not body.isascii() and self._smtp.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        if utf8:
            if not self._smtp.supports_extension("smtputf8"):
                raise aiosmtplib.SMTPNotSupported("SMTPUTF8")
            options.append("SMTPUTF8")
        return options

    def _protocol(self) -> SMTPProtocol:
        if self._smtp.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("connection lost")
        return self._smtp.protocol

    @contextmanager
    def _step(self, step: Step, recipient: str = "") -> Iterator[None]:
        """Whatever goes wrong inside closes the connection; foreign exceptions are translated."""
        try:
            yield
        except FOREIGN as error:
            self.close()
            raise translate(error, step, self._settings, recipient) from error
        except BaseException:
            self.close()
            raise


def _whole_lines(message: bytes) -> bytes:
    """With CRLF at the end of each line, the last one included."""
    # What is counted need not be searched for: a message that is in order costs nothing.
    if not message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r"):
        message = _LINE_END.sub(b"\r\n", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"


def _stuffed(body: bytes) -> bytes:
    """A dot at the start of a line gets another (RFC 5321, 4.5.2). All line ends are CRLF."""
    return (b"." if body.startswith(b".") else b"") + body.replace(b"\r\n.", b"\r\n..")


def _took_leave(error: BaseException | None) -> bool:
    """421 is the server's good-bye, to any command (RFC 5321, 3.8)."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return error.code == _CLOSING
    return isinstance(error, ConnectionError)


def _without(text: str, username: str, password: str) -> str:
    plain = f"\0{username}\0{password}"
    for secret in (password, *(base64.b64encode(one.encode()).decode() for one in (plain, password))):
        text = text.replace(secret, "…")
    return text
