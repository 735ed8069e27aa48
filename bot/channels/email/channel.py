"""E-mail as a `ports.Channel`: whole MIME messages, one recipient each, over SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.channels.email.connection import SmtpConnection
from bot.channels.email.mailbox import envelope_address
from bot.errors import DeliveryError
from bot.models import Check, Envelope, Receipt, Verdict
from bot.ports import Channel
from bot.settings import EmailSettings, Settings

DEFAULT_TIMEOUT = timedelta(seconds=60)

DEFAULT_REPLY_TIMEOUT = timedelta(seconds=60)
"""For the reply to a whole message, on which the server may scan it first. RFC 5321 (4.5.3.2.6) would
grant it ten minutes, which a mail server's own queue has and a round that others wait for has not: the
message is then in doubt, and repeated as it is."""

MESSAGES_PER_CONNECTION = 50
"""Providers cut a connection off after 50 to 100."""

IDLE_LIMIT = timedelta(seconds=30)
"""Servers drop an idle connection after one to ten minutes."""


class SmtpChannel:
    """One mail account. A `send` is one attempt; it never retries, waits or paces.

    Consecutive messages share a connection, one at a time. A connection that has failed in any way,
    has been idle or has carried `MESSAGES_PER_CONNECTION` is replaced before the next message.
    """

    def __init__(
        self,
        settings: EmailSettings,
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
        reply_timeout: timedelta = DEFAULT_REPLY_TIMEOUT,
        idle_limit: timedelta = IDLE_LIMIT,
    ) -> None:
        self._settings = settings
        self._timeout = timeout
        self._reply_timeout = reply_timeout
        self._idle_limit = idle_limit
        self._lock = asyncio.Lock()
        self._connection: SmtpConnection | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def kind(self) -> str:
        return "email"

    async def aclose(self) -> None:
        async with self._lock:
            self._stay_awake()
            if self._connection is not None:
                await self._connection.quit()
                self._connection = None

    async def resolve(self, address: str) -> str:
        """The bare address, its domain IDNA-encoded. Asks no server; DeliveryError, permanent."""
        return envelope_address(address)

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        """Hand over the payload, byte for byte, from the account to ``resolved``.

        In doubt only when all of it was sent and no reply came. The receipt's reference is the reply:
        some providers name their queue id there.
        """
        async with self._lock:
            self._stay_awake()
            connection = await self._ready()
            reply = await connection.deliver(resolved, envelope.payload)
            self._sleep_later(connection)
        return Receipt(resolved, reply)

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        """Raises DeliveryError, in doubt, always: a mail server keeps no history that we could read.

        Sending the same bytes again, under the same Message-ID, is what is left.
        """
        part = f"part {envelope.part} of {envelope.parts}"
        text = f"a mail server does not tell whether it took {part} to {resolved}"
        raise DeliveryError(text, Verdict(in_doubt=True))

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        """Raises DeliveryError, permanent, always: a sent mail stays as it is."""
        raise DeliveryError(f"a sent mail can't be changed ({receipt.channel})", Verdict(permanent=True))

    async def probe(self, addresses: Sequence[str]) -> tuple[Check, ...]:
        """Connect, encrypt, log in and say NOOP on a connection of its own. Sends no mail."""
        settings = self._settings
        subject = f"SMTP {settings.host}:{settings.port}"
        try:
            connection = self._new_connection()
            await connection.open()
            await connection.check()
        except DeliveryError as error:
            return (Check(subject, False, str(error), error.verdict.remedy),)
        await connection.quit()
        who = "no log-in" if settings.username is None else f"logged in as {settings.username}"
        return (Check(subject, True, f"{settings.security}, {who}"),)

    def _new_connection(self) -> SmtpConnection:
        sender = envelope_address(self._settings.sender)
        return SmtpConnection(
            self._settings, sender, timeout=self._timeout, reply_timeout=self._reply_timeout
        )

    async def _ready(self) -> SmtpConnection:
        """The connection in use if it is good for one more message, else a new one."""
        kept, self._connection = self._connection, None
        if kept is not None:
            if kept.sent < MESSAGES_PER_CONNECTION and await kept.is_usable():
                self._connection = kept
                return kept
            await kept.quit()
        connection = self._new_connection()
        await connection.open()
        self._connection = connection
        return connection

    def _sleep_later(self, connection: SmtpConnection) -> None:
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._idle_limit.total_seconds(), connection.close)

    def _stay_awake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def open_channel(settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    """None without an account. SMTP goes through no proxy."""
    return None if settings.email is None else SmtpChannel(settings.email)
