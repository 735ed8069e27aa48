"""The loopback mail server, spoken to by the standard library's client."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.smtp import SmtpEnding, SmtpFault, SmtpService

BODY = "Subject: t\r\n\r\n.dot\r\n"


async def spoken(work: Callable[[smtplib.SMTP], Any], mail: SmtpService) -> Any:
    def talk() -> Any:
        with smtplib.SMTP(mail.host, mail.port, "test", timeout=5) as client:
            return work(client)

    return await asyncio.to_thread(talk)


async def test_a_mail_is_kept_with_its_envelope() -> None:
    """Bytes as sent, sender and recipients, for whoever wants to look."""
    async with SmtpService() as mail:
        await spoken(lambda client: client.sendmail("bot@example.org", ["ada@example.org"], BODY), mail)
        (kept,) = mail.to("ada@example.org")
        assert mail.to("eve@example.org") == []
        assert (kept.sender, kept.content, kept.user, kept.encrypted) == (
            "bot@example.org",
            BODY.encode(),
            None,
            False,
        )


async def test_without_users_no_log_in_is_offered() -> None:
    """And with users it is required."""
    async with SmtpService() as mail:
        assert not await spoken(lambda client: client.ehlo() and client.has_extn("auth"), mail)
    async with SmtpService(users={"bot": "pw"}) as mail:
        with pytest.raises(smtplib.SMTPSenderRefused, match="Authentication required"):
            await spoken(lambda client: client.sendmail("bot@example.org", ["ada@example.org"], BODY), mail)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            await spoken(lambda client: client.login("bot", "wrong"), mail)
        await spoken(lambda client: client.login("bot", "pw"), mail)


async def test_commands_have_their_order() -> None:
    """What comes out of turn, or is unknown, is refused, and the conversation goes on."""

    def talk(client: smtplib.SMTP) -> list[int]:
        lines = ("MAIL FROM:<a@example.org>", "EHLO x", "RCPT TO:<b@example.org>", "DATA", "VRFY b")
        first = [client.docmd(line)[0] for line in lines]
        mail = (
            "MAIL FROM:<a@example.org> BODY=8BITMIME",
            "MAIL FROM:<c@example.org>",
            "RSET",
            "STARTTLS",
            "AUTH PLAIN",
        )
        return first + [client.docmd(line)[0] for line in mail]

    async with SmtpService() as mail:
        assert await spoken(talk, mail) == [503, 250, 503, 503, 502, 250, 503, 250, 502, 502]


@pytest.mark.parametrize("credentials", ["!!", "AA==", "/w==", "Ym90AHB3"])
async def test_credentials_that_are_none(credentials: str) -> None:
    """Neither Base64 nor text nor a name and a password: the next try may be better."""
    async with SmtpService(users={"bot": "pw"}) as mail:

        def talk(client: smtplib.SMTP) -> tuple[int, int]:
            client.ehlo()
            refused, _ = client.docmd("AUTH PLAIN", credentials)
            return refused, client.login("bot", "pw")[0]

        assert await spoken(talk, mail) == (501, 235)


async def test_faults_are_used_up_in_order() -> None:
    """A fault hits the command it names, once; the script may hit any."""
    async with SmtpService() as mail:
        mail.faults += [SmtpFault("NOOP", "450 one"), SmtpFault("NOOP", "451 two")]
        codes = await spoken(lambda client: [client.noop()[0] for _ in range(3)], mail)
        assert codes == [450, 451, 250]
        mail.script = lambda command, argument: (
            SmtpFault("RCPT", "550 no") if argument.startswith("eve") else None
        )
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            await spoken(lambda client: client.sendmail("bot@example.org", ["eve@example.org"], BODY), mail)
        await spoken(lambda client: client.sendmail("bot@example.org", ["ada@example.org"], BODY), mail)


async def test_it_stops_with_a_client_still_waiting() -> None:
    """A silent exchange does not keep the service, or the test, from ending."""
    async with SmtpService() as mail:
        mail.faults.append(SmtpFault("EHLO", ending=SmtpEnding.SILENCE))
        reader, writer = await asyncio.open_connection(mail.host, mail.port)
        await reader.readline()
        writer.write(b"EHLO test\r\n")
        await writer.drain()
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
