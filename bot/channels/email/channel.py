"""E-mail as a `ports.Channel`: whole MIME messages, one recipient each, over SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.channels.email.connection import ConnectionGone, SmtpConnection
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

_ASKED_AFTER_S = 5.0
"""A connection that lay idle so long is asked whether it still lives; before that MAIL finds out, which
saves a round trip a message."""

IDLE_LIMIT = timedelta(seconds=30)
"""Servers drop an idle connection after one to ten minutes."""


class SmtpChannel:
    """One mail account. A `send` is one attempt; it never retries, waits or paces.

    Messages go over up to ``connections`` at once, each used again for the next. One that has failed in
    any way, has been idle or has carried `MESSAGES_PER_CONNECTION` is replaced before the next message.
    They are opened one after the other: a wrong password is not tried thrice, and where a server refuses a
    further connection beside one that works, those that work are all it is asked for until they are closed.
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
        self._slots = asyncio.Semaphore(settings.connections)
        self._refused_slots = 0
        self._opening = asyncio.Lock()
        self._in_use = 0
        self._kept: list[tuple[SmtpConnection, float]] = []
        """Those that wait for a message, and since when by the loop's time."""
        self._idle: asyncio.TimerHandle | None = None

    @property
    def kind(self) -> str:
        return "email"

    async def aclose(self) -> None:
        """Take leave. Nothing may be under way."""
        self._stay_awake()
        kept = self._forget()
        await asyncio.gather(*(connection.quit() for connection in kept))

    async def resolve(self, address: str) -> str:
        """The bare address, its domain IDNA-encoded. Asks no server; DeliveryError, permanent."""
        return envelope_address(address)

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        """Hand over the payload, byte for byte, from the account to ``resolved``.

        In doubt only when all of it was sent and no reply came. The receipt's reference is the reply:
        some providers name their queue id there.
        """
        while True:
            connection = await self._take()
            try:
                reply = await connection.deliver(resolved, envelope.payload)
                break
            except ConnectionGone:
                continue  # Only a kept one can be: there is an end to them.
            finally:
                self._give_back(connection)
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

    async def _take(self) -> SmtpConnection:
        """A connection for one message, as soon as there is one. To be given back. DeliveryError."""
        self._stay_awake()
        while True:
            await self._slots.acquire()
            try:
                connection = await self._kept_one() or await self._open_one()
            except BaseException:
                self._slots.release()
                raise
            if connection is not None:
                return connection
            self._refused_slots += 1

    async def _kept_one(self) -> SmtpConnection | None:
        """One that is good for one more message."""
        loop = asyncio.get_running_loop()
        while self._kept:
            connection, since = self._kept.pop()
            self._in_use += 1
            used_up = connection.sent >= MESSAGES_PER_CONNECTION
            idle = loop.time() - since > _ASKED_AFTER_S
            try:
                if not used_up and (await connection.is_usable() if idle else connection.is_open):
                    return connection
                await connection.quit()
            except BaseException:
                self._in_use -= 1
                raise
            self._in_use -= 1
        return None

    async def _open_one(self) -> SmtpConnection | None:
        """A new one, or one that was given back meanwhile. None when others work and the server refuses one
        more beside them."""
        async with self._opening:
            if (kept := await self._kept_one()) is not None:
                return kept
            connection = self._new_connection()
            try:
                await connection.open()
            except DeliveryError:
                if self._in_use or self._kept:
                    return None
                raise
            self._in_use += 1
            return connection

    def _give_back(self, connection: SmtpConnection) -> None:
        loop = asyncio.get_running_loop()
        self._in_use -= 1
        if connection.is_open:
            self._kept.append((connection, loop.time()))
        self._slots.release()
        if not self._in_use:
            self._stay_awake()
            self._idle = loop.call_later(self._idle_limit.total_seconds(), self._close_kept)

    def _close_kept(self) -> None:
        for connection in self._forget():
            connection.close()

    def _forget(self) -> list[SmtpConnection]:
        """What was kept; the next message begins anew, with as many connections as the settings say."""
        kept = [connection for connection, _ in self._kept]
        self._kept.clear()
        for _ in range(self._refused_slots):
            self._slots.release()
        self._refused_slots = 0
        return kept

    def _stay_awake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def open_channel(settings: Settings, environ: Mapping[str, str]) -> Channel | None:
    """None without an account. SMTP goes through no proxy."""
    return None if settings.email is None else SmtpChannel(settings.email)
