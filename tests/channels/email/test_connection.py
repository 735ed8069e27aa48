"""Encryption, log-in, and how long a connection is kept."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.channels.email.channel import SmtpChannel
from bot.demo.smtp import SmtpEnding, SmtpFault, SmtpService
from bot.errors import DeliveryError
from bot.models import Check, Envelope
from bot.settings import EmailSettings, Secret, Security

Make = Callable[..., Envelope]
ADA = "ada@example.org"
USERS = {"bot": "correct horse"}


async def test_starttls_encrypts_before_anything_is_told(
    server_context: Any, open_channel: Any, make_envelope: Make
) -> None:
    """Log-in and mail travel encrypted, the certificate checked against the extra CA."""
    async with (
        SmtpService(starttls=server_context(), users=USERS) as mail,
        open_channel(mail, security=Security.STARTTLS) as channel,
    ):
        await channel.send(make_envelope(), ADA)
        assert mail.mails[0].encrypted
        assert mail.mails[0].user == "bot"
        assert mail.mails[0].content == make_envelope().payload


async def test_tls_from_the_start(server_context: Any, open_channel: Any, make_envelope: Make) -> None:
    """The other usual way."""
    async with (
        SmtpService(tls=server_context(), users=USERS) as mail,
        open_channel(mail, security=Security.TLS) as channel,
    ):
        await channel.send(make_envelope(), ADA)
        assert (mail.mails[0].encrypted, mail.mails[0].user) == (True, "bot")


async def test_a_server_without_starttls_gets_nothing(open_channel: Any, make_envelope: Make) -> None:
    """No fall-back to an open connection: neither password nor mail is sent."""
    async with SmtpService(users=USERS) as mail, open_channel(mail, security=Security.STARTTLS) as channel:
        with pytest.raises(DeliveryError, match="no encryption") as caught:
            await channel.send(make_envelope(), ADA)
        assert caught.value.verdict.permanent
        assert "email.security" in caught.value.verdict.remedy
        assert set(mail.commands) == {"GREETING", "EHLO"}


async def test_a_server_without_ehlo_is_greeted_the_old_way(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """RFC 5321, 3.2: HELO where EHLO is unknown; the message goes without any extension."""
    mail.faults.append(SmtpFault("EHLO", "502 5.5.1 command not implemented"))
    await channel.send(make_envelope(), ADA)
    assert mail.connections == 1
    assert (mail.mails[0].content, mail.mails[0].options) == (make_envelope().payload, ())


async def test_a_server_without_ehlo_can_not_encrypt(open_channel: Any, make_envelope: Make) -> None:
    """The old greeting opens no way around encryption."""
    async with SmtpService(users=USERS) as mail, open_channel(mail, security=Security.STARTTLS) as channel:
        mail.faults.append(SmtpFault("EHLO", "500 unknown"))
        with pytest.raises(DeliveryError, match="no encryption"):
            await channel.send(make_envelope(), ADA)
        assert set(mail.commands) == {"GREETING", "EHLO"}


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("trusted", [True, False], ids=["another host's", "an unknown CA's"])
async def test_a_certificate_that_does_not_verify(
    server_context: Any,
    open_channel: Any,
    make_envelope: Make,
    ca_file: Path,
    security: Security,
    trusted: bool,
) -> None:
    """Nothing is told to such a server. The message is not at fault, so it waits, with a remedy."""
    context = server_context("mail.example.org" if trusted else "127.0.0.1")
    extra = ca_file if trusted else None
    options = {"starttls": context} if security is Security.STARTTLS else {"tls": context}
    async with (
        SmtpService(users=USERS, **options) as mail,
        open_channel(mail, security=security, ca_file=extra) as channel,
    ):
        with pytest.raises(DeliveryError, match="certificate can't be verified") as caught:
            await channel.send(make_envelope(), ADA)
        assert (caught.value.verdict.permanent, caught.value.verdict.in_doubt) == (False, False)
        assert "email.ca_file" in caught.value.verdict.remedy
        assert not {"AUTH", "MAIL"} & set(mail.commands)


def _expired(context: ssl.SSLContext, ca: trustme.CA) -> None:
    ca.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(context)


def _self_signed(context: ssl.SSLContext, ca: trustme.CA) -> None:
    lonely = trustme.CA()
    with lonely.cert_pem.tempfile() as public, lonely.private_key_pem.tempfile() as key:
        context.load_cert_chain(public, key)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(
    ("arrange", "words"),
    [(_expired, "expired"), (_self_signed, "self-signed")],
    ids=["expired", "self-signed"],
)
async def test_encryption_that_is_no_protection(
    ca: trustme.CA,
    open_channel: Any,
    make_envelope: Make,
    security: Security,
    arrange: Callable[[ssl.SSLContext, trustme.CA], None],
    words: str,
) -> None:
    """Neither password nor mail is sent, and the words say what is wrong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    arrange(context, ca)
    options: dict[str, Any] = {security.value: context}
    async with SmtpService(users=USERS, **options) as mail, open_channel(mail, security=security) as channel:
        with pytest.raises(DeliveryError, match=words) as caught:
            await channel.send(make_envelope(), ADA)
        assert not caught.value.verdict.in_doubt
        assert caught.value.verdict.remedy
        assert not {"AUTH", "MAIL"} & set(mail.commands)


async def test_encryption_that_is_out_of_date(ca: trustme.CA, open_channel: Any, make_envelope: Make) -> None:
    """TLS 1.0 is refused, in words (RFC 8996)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    heard = bytearray()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()  # asyncio's own server would end without the alert that others send
        with connection, contextlib.suppress(ssl.SSLError):
            heard.extend(context.wrap_socket(connection, server_side=True).recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = asyncio.create_task(asyncio.to_thread(serve, listener))
        async with SmtpService(users=USERS) as other:
            port = listener.getsockname()[1]
            async with open_channel(other, port=port, security=Security.TLS) as channel:
                with pytest.raises(DeliveryError, match="out of date"):
                    await channel.send(make_envelope(), ADA)
        await served
    assert not heard


async def test_lines_slipped_in_before_encryption_are_not_taken_for_the_servers(
    server_context: Any, open_channel: Any, make_envelope: Make
) -> None:
    """Who stands in between may add lines to the answer to STARTTLS (CVE-2021-33515 and its kin)."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            heard.append(line)
            if line.upper().startswith(b"STARTTLS"):
                writer.write(b"220 go on\r\n250-evil.example\r\n250 AUTH LOGIN\r\n235 in\r\n")
                with contextlib.suppress(OSError):
                    await writer.start_tls(server_context())
            else:
                writer.write(b"250-mail.example.org\r\n250 STARTTLS\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, SmtpService(users=USERS) as other:
        port = server.sockets[0].getsockname()[1]
        async with open_channel(other, port=port, security=Security.STARTTLS) as channel:
            with pytest.raises(DeliveryError) as caught:
                await channel.send(make_envelope(), ADA)
    assert not caught.value.verdict.in_doubt
    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in heard)


async def test_tls_at_a_port_that_begins_without(
    mail: SmtpService, open_channel: Any, make_envelope: Make
) -> None:
    """The commonest mistake: the remedy tells the two ports apart."""
    async with open_channel(mail, security=Security.TLS) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.send(make_envelope(), ADA)
    assert "587" in caught.value.verdict.remedy


async def test_a_password_is_never_sent_in_the_open(make_envelope: Make) -> None:
    """Without encryption only this machine itself gets a password; no connection is even opened."""
    settings = EmailSettings(
        host="mail.example.org",
        sender="bot@example.org",
        security=Security.NONE,
        username="bot",
        password=Secret("x"),
    )
    with pytest.raises(DeliveryError, match="unencrypted") as caught:
        await SmtpChannel(settings).send(make_envelope(), ADA)
    assert caught.value.verdict.permanent


async def test_a_wrong_password_is_tried_once(open_channel: Any, make_envelope: Make) -> None:
    """One attempt with one mechanism: more would lock the account."""
    async with SmtpService(users=USERS) as mail, open_channel(mail, password=Secret("hush hush")) as channel:
        with pytest.raises(DeliveryError, match="535") as caught:
            await channel.send(make_envelope(), ADA)
        assert caught.value.verdict.permanent
        assert "SMTP_PASSWORD" in caught.value.verdict.remedy
        assert "email.username" in caught.value.verdict.remedy
        assert mail.commands.count("AUTH") == 1


@pytest.mark.parametrize(
    "quoted",
    [
        "correct horse",
        base64.b64encode(b"correct horse").decode(),
        base64.b64encode(b"\0bot\0correct horse").decode(),
    ],
)
async def test_a_password_that_the_server_quotes_is_not_shown(
    open_channel: Any, make_envelope: Make, quoted: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither as it is nor as it was sent, in the error, its cause or the log."""
    caplog.set_level("DEBUG")
    async with SmtpService(users=USERS) as mail, open_channel(mail) as channel:
        mail.faults.append(SmtpFault("AUTH", f"535 5.7.8 bad credentials: {quoted}"))
        with pytest.raises(DeliveryError, match="bad credentials: …") as caught:
            await channel.send(make_envelope(), ADA)
        shown = f"{caught.value} {caught.value.verdict} {caught.value.__cause__} {caplog.text}"
        assert quoted not in shown
        assert caught.value.__suppress_context__


async def test_a_log_in_that_fails_for_now(open_channel: Any, make_envelope: Make) -> None:
    """454 at the log-in passes."""
    async with SmtpService(users=USERS) as mail, open_channel(mail) as channel:
        mail.faults.append(SmtpFault("AUTH", "454 4.7.0 Temporary authentication failure"))
        with pytest.raises(DeliveryError) as caught:
            await channel.send(make_envelope(), ADA)
        assert not caught.value.verdict.permanent
        await channel.send(make_envelope(), ADA)


async def test_a_mechanism_the_server_does_not_know_after_all(open_channel: Any, make_envelope: Make) -> None:
    """504 is no wrong password: the next mechanism that was offered is used."""
    async with SmtpService(users=USERS) as mail, open_channel(mail) as channel:
        mail.faults.append(SmtpFault("AUTH", "504 5.5.4 Unrecognized authentication type"))
        await channel.send(make_envelope(), ADA)
        assert mail.mails[0].user == "bot"


async def test_login_where_plain_is_not_offered(open_channel: Any, make_envelope: Make) -> None:
    """Some providers still offer nothing else."""
    async with (
        SmtpService(users=USERS, mechanisms=frozenset({"LOGIN"})) as mail,
        open_channel(mail) as channel,
    ):
        await channel.send(make_envelope(), ADA)
        assert mail.mails[0].user == "bot"


async def test_a_server_that_offers_no_log_in(
    mail: SmtpService, open_channel: Any, make_envelope: Make
) -> None:
    """A user name for a server that wants none is a mistake that is told."""
    async with open_channel(mail, username="bot", password=Secret("x")) as channel:
        with pytest.raises(DeliveryError, match="no log-in") as caught:
            await channel.send(make_envelope(), ADA)
    assert caught.value.verdict.permanent


async def test_consecutive_messages_share_a_connection(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """One greeting for all of them."""
    for number in range(6):
        await channel.send(make_envelope(id=number), f"user{number}@example.org")
    assert mail.connections == 1
    assert len({one.recipients for one in mail.mails}) == 6


@pytest.mark.parametrize("connections", [1, 3])
async def test_messages_at_the_same_time_share_so_many_connections(
    mail: SmtpService, open_channel: Any, make_envelope: Make, connections: int
) -> None:
    """Up to ``connections``, each used again; and a round later they are used again, too."""
    async with open_channel(mail, connections=connections) as channel:
        for _ in range(2):
            await send_all(channel, make_envelope, 12)
    assert mail.connections == connections
    assert len(mail.mails) == 24
    assert mail.commands.count("RSET") == 0


@pytest.mark.parametrize(
    "refusal",
    [
        SmtpFault("GREETING", "421 4.7.0 Too many concurrent SMTP connections"),
        SmtpFault("GREETING", "554 5.7.0 too many connections from your host"),
        SmtpFault("GREETING", ending=SmtpEnding.DROP),
        SmtpFault("EHLO", "421 4.3.2 too many connections"),
        SmtpFault("AUTH", "454 4.7.0 Too many concurrent sessions"),
    ],
    ids=str,
)
async def test_a_server_that_refuses_a_second_connection_is_used_with_one(
    open_channel: Any, make_envelope: Make, refusal: SmtpFault
) -> None:
    """No message waits for another round, and the refused connection is asked for once."""
    async with SmtpService(users=USERS) as mail, open_channel(mail) as channel:
        await channel.send(make_envelope(), ADA)
        mail.script = lambda command, argument: refusal if command == refusal.command else None
        await send_all(channel, make_envelope, 12)
        assert len(mail.mails) == 13
        assert mail.connections <= 3
        assert len({one.port for one in mail.mails}) == 1


async def test_a_wrong_password_is_not_tried_on_every_connection_at_once(
    open_channel: Any, make_envelope: Make
) -> None:
    """Connections are opened one after the other: each message has one attempt, as it has by itself."""
    async with SmtpService(users=USERS) as mail, open_channel(mail, password=Secret("no")) as channel:
        results = await asyncio.gather(
            *(channel.send(make_envelope(id=n), ADA) for n in range(3)), return_exceptions=True
        )
        assert all(isinstance(one, DeliveryError) and "535" in str(one) for one in results)
        assert mail.commands.count("AUTH") == 3


async def send_all(channel: SmtpChannel, make_envelope: Make, count: int) -> None:
    await asyncio.gather(*(channel.send(make_envelope(id=n), f"user{n}@example.org") for n in range(count)))


async def test_a_connection_is_replaced_after_fifty_messages(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """Before the provider does it in the middle of one."""
    for number in range(51):
        await channel.send(make_envelope(id=number, payload=b"A: b\r\n\r\n"), ADA)
    assert mail.connections == 2
    assert len(mail.mails) == 51


@pytest.mark.parametrize("farewell", [("421 4.4.2 idle for too long",), ("", False, SmtpEnding.DROP)])
async def test_a_connection_the_server_has_left_is_replaced(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make, farewell: tuple[Any, ...]
) -> None:
    """An idle time-out of the server's, or its limit of messages, is no failure: nothing was told yet."""
    await channel.send(make_envelope(), ADA)
    mail.faults.append(SmtpFault("MAIL", *farewell))
    await channel.send(make_envelope(), ADA)
    assert (mail.connections, len(mail.mails)) == (2, 2)


async def test_an_idle_connection_is_closed(
    mail: SmtpService, open_channel: Any, make_envelope: Make
) -> None:
    """Nothing is held open between two digests."""
    async with open_channel(mail, idle_limit=timedelta(0)) as channel:
        await channel.send(make_envelope(), ADA)
        await asyncio.wait_for(mail.closed.wait(), 5)
        await channel.send(make_envelope(), ADA)
    assert mail.connections == 2


async def test_closing_takes_leave(mail: SmtpService, channel: SmtpChannel, make_envelope: Make) -> None:
    """And may be done twice, or without any connection."""
    await channel.send(make_envelope(), ADA)
    await channel.aclose()
    await asyncio.wait_for(mail.closed.wait(), 5)
    await channel.aclose()


async def test_the_probe_finds_all_well(server_context: Any, open_channel: Any) -> None:
    """It encrypts, logs in and says NOOP; no mail."""
    async with (
        SmtpService(starttls=server_context(), users=USERS) as mail,
        open_channel(mail, security=Security.STARTTLS) as channel,
    ):
        (line,) = await channel.probe([])
        assert line == Check(f"SMTP 127.0.0.1:{mail.port}", True, "starttls, logged in as bot")
        assert mail.commands[-1] == "NOOP"


@pytest.mark.parametrize(
    ("faults", "changes", "remedy"),
    [
        ([SmtpFault("GREETING", "554 go away")], {}, "no mail from this machine"),
        ([], {"password": Secret("wrong")}, "SMTP_PASSWORD"),
        ([], {"security": Security.STARTTLS}, "email.security"),
        ([], {"sender": "nobody"}, "write one address"),
    ],
)
async def test_the_probe_names_the_remedy(
    open_channel: Any, faults: list[SmtpFault], changes: dict[str, Any], remedy: str
) -> None:
    """One bad line, and no exception."""
    async with SmtpService(users=USERS) as mail, open_channel(mail, **changes) as channel:
        mail.faults.extend(faults)
        (line,) = await channel.probe([])
    assert not line.ok
    assert remedy in line.remedy


async def test_certificates_may_come_from_the_system(
    server_context: Any,
    open_channel: Any,
    make_envelope: Make,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without ``ca_file`` the machine's own CAs decide."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    context: ssl.SSLContext = server_context()
    async with (
        SmtpService(tls=context) as mail,
        open_channel(mail, security=Security.TLS, ca_file=None) as channel,
    ):
        await channel.send(make_envelope(), ADA)
        assert len(mail.mails) == 1
