"""Certificates, a mail server on loopback, the real client, and messages to send."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.channels.email.channel import SmtpChannel
from bot.demo.smtp import SmtpService
from bot.models import Envelope, OutboxState, Target
from bot.settings import EmailSettings, Secret, Security

PASSWORD = "correct horse"

MIME = (
    b"From: arXiv digest <bot@example.org>\r\nTo: Ada <ada@example.org>\r\nSubject: Digest\r\n"
    b"Message-ID: <0123456789abcdef@example.org>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b".begins with a dot\r\n..two\r\n.\r\nplain\r\n" + b"x" * 900 + b"\r\n"
)


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def server_context(ca: trustme.CA) -> Callable[[str], ssl.SSLContext]:
    """A server's TLS context with a certificate for the host named."""

    def build(host: str = "127.0.0.1") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(host).configure_cert(context)
        return context

    return build


@pytest.fixture
def make_envelope() -> Callable[..., Envelope]:
    """Builds an outbox row for Ada; keyword arguments replace fields."""

    def build(**changes: Any) -> Envelope:
        fields: dict[str, Any] = {
            "id": 7,
            "digest_id": 3,
            "subscriber": "ada",
            "target": Target("email", "Ada <ada@example.org>"),
            "part": 1,
            "parts": 1,
            "payload": MIME,
            "arxiv_ids": ("2611.00001",),
            "created_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
            "state": OutboxState.SENDING,
        }
        return Envelope(**(fields | changes))

    return build


@pytest.fixture
def settings_for(ca_file: Path) -> Callable[..., EmailSettings]:
    """Settings that reach a service; keyword arguments replace fields."""

    def build(mail: SmtpService, **changes: Any) -> EmailSettings:
        fields: dict[str, Any] = {
            "host": mail.host,
            "port": mail.port,
            "security": Security.NONE,
            "sender": "arXiv digest <bot@example.org>",
            "ca_file": ca_file,
        }
        if mail.users is not None:
            fields |= {"username": "bot", "password": Secret(PASSWORD)}
        return EmailSettings(**(fields | changes))

    return build


@pytest.fixture
def open_channel(settings_for: Callable[..., EmailSettings]) -> Callable[..., Any]:
    """``async with open_channel(mail, security=…) as channel``; closed at the end."""

    @asynccontextmanager
    async def opened(
        mail: SmtpService, *, idle_limit: timedelta = timedelta(minutes=1), **changes: Any
    ) -> AsyncIterator[SmtpChannel]:
        channel = SmtpChannel(
            settings_for(mail, **changes),
            timeout=timedelta(seconds=5),
            reply_timeout=timedelta(seconds=5),
            idle_limit=idle_limit,
        )
        try:
            yield channel
        finally:
            await channel.aclose()

    return opened


@pytest.fixture
async def mail() -> AsyncIterator[SmtpService]:
    """A server without encryption and log-in."""
    async with SmtpService() as service:
        yield service


@pytest.fixture
async def channel(mail: SmtpService, open_channel: Callable[..., Any]) -> AsyncIterator[SmtpChannel]:
    async with open_channel(mail) as opened:
        yield opened


@pytest.fixture
async def impatient(
    mail: SmtpService, settings_for: Callable[..., EmailSettings]
) -> AsyncIterator[SmtpChannel]:
    """A client that gives up after a fifth of a second."""
    limit = timedelta(seconds=0.2)
    opened = SmtpChannel(settings_for(mail), timeout=limit, reply_timeout=limit)
    yield opened
    await opened.aclose()
