"""Handing mail over, and what every failure of it means."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.email.channel import SmtpChannel
from bot.demo.smtp import SmtpEnding, SmtpFault, SmtpService
from bot.errors import DeliveryError
from bot.models import Envelope
from bot.settings import EmailSettings

Make = Callable[..., Envelope]
ADA = "ada@example.org"


async def test_the_bytes_arrive_as_they_were_rendered(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """Leading dots and long lines included: a repetition is the same message to the byte."""
    receipt = await channel.send(make_envelope(), ADA)
    (received,) = mail.mails
    assert received.content == make_envelope().payload
    assert (received.sender, received.recipients) == ("bot@example.org", (ADA,))
    assert (receipt.channel, receipt.reference) == (ADA, "250 2.0.0 Ok: queued as 00000001")


@pytest.mark.parametrize("payload", [b"A: b\n\nbare\nlines\n", b"A: b\r\n\r\nno end"])
async def test_bare_line_ends_become_whole(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make, payload: bytes
) -> None:
    """RFC 5321 knows one line end; what follows a bare one must not smuggle a command in."""
    await channel.send(make_envelope(payload=payload), ADA)
    assert (
        mail.mails[0].content
        == payload.replace(b"\r\n", b"\n").rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    )


@pytest.mark.parametrize(
    "end", [b"\r\n.\r\nMAIL FROM:<x@y.z>\r\n", b"\n.\nMAIL", b"\r.\rMAIL", b"\r\n.\rMAIL\n.\r\n"]
)
async def test_a_message_can_not_end_early(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make, end: bytes
) -> None:
    """A dot alone on a line within the text does not end it, whatever the line ends."""
    await channel.send(make_envelope(payload=b"A: b\r\n\r\ntext" + end + b" rest\r\n"), ADA)
    assert len(mail.mails) == 1
    assert mail.mails[0].content.endswith(b" rest\r\n")
    assert mail.commands.count("MAIL") == 1


async def test_eight_bit_text_is_announced(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """BODY=8BITMIME is said when there is such a body, and only then; SIZE always."""
    payload = "A: b\r\n\r\nSchrödinger\r\n".encode()
    await channel.send(make_envelope(payload=payload), ADA)
    await channel.send(make_envelope(), ADA)
    assert mail.mails[0].content == payload
    assert mail.mails[0].options == (f"SIZE={len(payload)}", "BODY=8BITMIME")
    assert mail.mails[1].options == (f"SIZE={len(make_envelope().payload)}",)


@pytest.mark.parametrize(
    ("command", "in_doubt"),
    [
        ("GREETING", False),
        ("EHLO", False),
        ("MAIL", False),
        ("RCPT", False),
        ("START", False),
        ("DATA", True),
    ],
)
@pytest.mark.parametrize("ending", [SmtpEnding.DROP, SmtpEnding.SILENCE])
async def test_only_a_message_that_was_sent_whole_is_in_doubt(
    mail: SmtpService,
    impatient: SmtpChannel,
    make_envelope: Make,
    command: str,
    in_doubt: bool,
    ending: SmtpEnding,
) -> None:
    """A lost connection and a silent server leave the outcome open after the end of the message alone;
    then, and before, the next attempt goes through on a new connection."""
    mail.faults.append(SmtpFault(command, ending=ending))
    with pytest.raises(DeliveryError) as caught:
        await impatient.send(make_envelope(), ADA)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (in_doubt, False)
    assert mail.connections == 1
    await impatient.send(make_envelope(), ADA)
    assert len(mail.mails) == 1


@pytest.mark.parametrize("ending", [SmtpEnding.DROP, SmtpEnding.SILENCE])
async def test_accepted_without_an_answer_is_in_doubt(
    mail: SmtpService, impatient: SmtpChannel, make_envelope: Make, ending: SmtpEnding
) -> None:
    """The server has it and we can't know: repeating sends the very same bytes."""
    mail.faults.append(SmtpFault("DATA", ending=ending, accepted=True))
    with pytest.raises(DeliveryError) as caught:
        await impatient.send(make_envelope(), ADA)
    assert caught.value.verdict.in_doubt
    await impatient.send(make_envelope(), ADA)
    first, second = mail.mails
    assert first.content == second.content == make_envelope().payload


async def test_an_answer_that_is_none_is_in_doubt(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """Gibberish after the message says nothing about it; before the message it is merely a failure."""
    mail.faults += [SmtpFault("RCPT", "what?"), SmtpFault("DATA", "what?", accepted=True)]
    verdicts = []
    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            await channel.send(make_envelope(), ADA)
        verdicts.append((caught.value.verdict.in_doubt, caught.value.verdict.permanent))
    assert verdicts == [(False, False), (True, False)]


async def test_a_refused_connection_is_transient(
    settings_for: Any, mail: SmtpService, make_envelope: Make
) -> None:
    """A mail server that is down is made up for later, and the remedy names the settings to look at."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    channel = SmtpChannel(settings_for(mail, port=port))
    with pytest.raises(DeliveryError, match="connection refused") as caught:
        await channel.send(make_envelope(), ADA)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (False, False)
    assert "email.port" in caught.value.verdict.remedy


async def test_a_cancelled_message_leaves_nothing_out_of_step(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """The reply of a cancelled message is never taken for the next one's: the connection is given up."""
    arrived = asyncio.Event()

    def silent_once(command: str, _: str) -> SmtpFault | None:
        if command != "DATA" or arrived.is_set():
            return None
        arrived.set()
        return SmtpFault("DATA", ending=SmtpEnding.SILENCE, accepted=True)

    mail.script = silent_once
    sending = asyncio.create_task(channel.send(make_envelope(), ADA))
    await arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await asyncio.wait_for(mail.closed.wait(), 2)
    receipt = await channel.send(make_envelope(), "grace@example.org")
    assert receipt.reference.endswith("00000002")
    assert mail.connections == 2


async def test_greylisting_passes(open_channel: Any, make_envelope: Make) -> None:
    """Turned down at first, taken the second time, whenever that is."""
    async with SmtpService(greylist=True) as mail, open_channel(mail) as channel:
        with pytest.raises(DeliveryError, match="450") as caught:
            await channel.send(make_envelope(), ADA)
        assert (caught.value.verdict.permanent, caught.value.verdict.retry_after) == (False, None)
        await channel.send(make_envelope(), ADA)
        assert len(mail.mails) == 1


async def test_a_server_that_closes_down_is_transient(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """421 is said by a server that goes away: later, on a new connection."""
    mail.faults.append(SmtpFault("RCPT", "421 4.3.2 shutting down"))
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), ADA)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (False, False)
    await channel.send(make_envelope(), ADA)
    assert mail.connections == 2


@pytest.mark.parametrize(
    ("command", "reply", "permanent", "remedy"),
    [
        ("GREETING", "421 4.7.0 too many connections", False, ""),
        ("GREETING", "554 5.7.1 your address is on a list", True, "no mail from this machine"),
        ("EHLO", "554 5.7.1 who are you", True, "no mail from this machine"),
        ("MAIL", "451 4.3.0 try later", False, ""),
        ("MAIL", "454 Throttling failure: Maximum sending rate exceeded", False, "sending limit"),
        ("MAIL", "530 5.7.0 Authentication required", True, "SMTP_PASSWORD"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", True, "email.security"),
        ("MAIL", "550 5.7.30 Basic authentication is not supported", True, "SMTP AUTH"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", True, "email.sender"),
        ("MAIL", "550 sender unknown", True, "email.sender"),
        ("MAIL", "552 message size exceeds fixed maximum", True, "larger than"),
        ("MAIL", "550 5.4.5 Daily user sending limit exceeded", False, "sending limit"),
        ("RCPT", "450 4.2.1 mailbox busy", False, ""),
        ("RCPT", "452 4.2.2 mailbox full", False, "full"),
        ("RCPT", "550 5.1.1 no such user", True, "check the address ada@example.org"),
        ("RCPT", "553 mailbox name not allowed", True, "check the address ada@example.org"),
        ("RCPT", "550 5.7.1 relaying denied", True, "submission server"),
        ("RCPT", "552 5.2.2 mailbox full", False, "full"),
        ("RCPT", "552 storage allocation exceeded", False, "full"),
        ("START", "451 4.3.0 try later", False, ""),
        ("START", "554 5.5.1 no valid recipients", True, "turns the message itself down"),
        ("DATA", "451 4.7.1 greylisted", False, ""),
        ("DATA", "452 4.2.2 over quota", False, "full"),
        ("DATA", "550 5.7.1 Messages missing a valid Message-ID header", True, "is not at fault"),
        ("DATA", "550 5.7.515 Access denied, sending domain does not pass DMARC", True, "is not at fault"),
        ("DATA", "550 5.1.10 recipient not found", True, "check the address ada@example.org"),
        ("DATA", "552 5.3.4 message too big", True, "larger than"),
        ("DATA", "552 Error: Too much mail data", True, "larger than"),
        ("DATA", "552 5.2.2 over quota", False, "full"),
        ("DATA", "554 5.2.0 SubmissionQuotaExceededException", False, "sending limit"),
        ("DATA", "554 looks like spam", True, "turns the message itself down"),
    ],
)
async def test_replies(
    mail: SmtpService,
    channel: SmtpChannel,
    make_envelope: Make,
    command: str,
    reply: str,
    permanent: bool,
    remedy: str,
) -> None:
    """4xx passes and 5xx does not, but for full mailboxes and used-up limits; a reply is never in doubt;
    the remedy looks in the right place, and a policy never blames the subscriber's address."""
    mail.faults.append(SmtpFault(command, reply))
    with pytest.raises(DeliveryError) as caught:
        await channel.send(make_envelope(), ADA)
    verdict = caught.value.verdict
    assert (verdict.permanent, verdict.in_doubt) == (permanent, False)
    assert remedy in verdict.remedy
    assert bool(remedy) == bool(verdict.remedy)
    assert reply in str(caught.value)
    await channel.send(make_envelope(), ADA)
    assert len(mail.mails) == 1


async def test_an_address_in_another_alphabet(open_channel: Any, make_envelope: Make) -> None:
    """The domain travels in ASCII; a local part beyond it needs a server that takes it."""
    async with SmtpService(smtputf8=True) as mail, open_channel(mail) as channel:
        resolved = await channel.resolve("Zoë <zoë@bücher.example>")
        await channel.send(make_envelope(), resolved)
        assert mail.mails[0].recipients == ("zoë@xn--bcher-kva.example",)
        assert "SMTPUTF8" in mail.mails[0].options


async def test_a_server_without_smtputf8_can_not_reach_it(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """That is a failure for good, and the server is not tried with a mangled address."""
    with pytest.raises(DeliveryError, match="SMTPUTF8") as caught:
        await channel.send(make_envelope(), "zoë@example.org")
    assert caught.value.verdict.permanent
    assert "MAIL" not in mail.commands


async def test_our_name_is_the_senders_domain(
    mail: SmtpService, channel: SmtpChannel, make_envelope: Make
) -> None:
    """Some relays know their customer by it; no look-up of this machine's name is made."""
    names: list[str] = []
    mail.script = lambda command, argument: names.append(argument) if command == "EHLO" else None
    await channel.send(make_envelope(), ADA)
    assert names == ["example.org"]


async def test_a_bad_sender_is_told(mail: SmtpService, open_channel: Any, make_envelope: Make) -> None:
    """Without a usable sender nothing is attempted."""
    async with open_channel(mail, sender="nobody") as channel:
        with pytest.raises(DeliveryError, match="nobody") as caught:
            await channel.send(make_envelope(), ADA)
        assert caught.value.verdict.permanent
        assert mail.connections == 0


async def test_history_can_not_be_asked(channel: SmtpChannel, make_envelope: Make) -> None:
    """The outcome stays in doubt: the caller repeats the same bytes."""
    with pytest.raises(DeliveryError) as caught:
        await channel.find(make_envelope(), ADA)
    assert (caught.value.verdict.in_doubt, caught.value.verdict.permanent) == (True, False)


async def test_a_sent_mail_is_not_edited(channel: SmtpChannel, make_envelope: Make) -> None:
    """Editing fails for good, without a connection."""
    receipt = await channel.send(make_envelope(), ADA)
    with pytest.raises(DeliveryError) as caught:
        await channel.edit(receipt, b"")
    assert caught.value.verdict.permanent
    assert channel.kind == "email"


async def test_a_certificate_file_that_is_none(
    mail: SmtpService, settings_for: Any, make_envelope: Make, tmp_path: Any
) -> None:
    """A CA file that is missing or no PEM is told by its name, and waits for a person."""
    broken = tmp_path / "ca.pem"
    broken.write_text("not a certificate")
    for path in (broken, tmp_path / "missing.pem"):
        settings: EmailSettings = settings_for(mail, ca_file=path, security="tls")
        with pytest.raises(DeliveryError, match=str(path)) as caught:
            await SmtpChannel(settings).send(make_envelope(), ADA)
        assert "email.ca_file" in caught.value.verdict.remedy
