"""Mail through a real Postfix with STARTTLS and log-in, on to a second hop, and read from Dovecot over IMAP."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web

from bot.channels.email import message as email
from bot.channels.email.channel import SmtpChannel
from bot.errors import DeliveryError
from bot.http.server import application
from bot.models import Envelope, OutboxState, Target
from bot.pipeline import tick
from bot.settings import EmailSettings, HttpSettings, Secret, Security
from tests.end_to_end.client import MAILBOXES, SECRETS, Client, world_apart
from tests.end_to_end.mail_chain import HOST, TOO_LARGE, USER, MailChain, can_sign, mail_chain, missing
from tests.pipeline.conftest import new_world
from tests.render import limits, samples
from tests.samples import paper, subscriber

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "there is a mail chain")

PASSWORD = SECRETS["SMTP_PASSWORD"]
SENDER = "Üniversite arXiv özeti <bot@example.org>"
ADA, NOBODY = "ada@example.org", "nobody@example.org"
ONCE = (
    *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
    *("list-id", "list-unsubscribe", "auto-submitted", "precedence"),
)


@pytest.fixture(scope="module")
def chain() -> Iterator[MailChain]:
    with mail_chain() as running:
        yield running


@pytest.fixture
def account(chain: MailChain) -> Callable[..., EmailSettings]:
    """The account at one of the chain's services; keyword arguments replace fields."""

    def build(service: str = "submission", **changes: Any) -> EmailSettings:
        fields: dict[str, Any] = {
            "host": HOST,
            "port": chain.ports[service],
            "security": Security.STARTTLS,
            "username": USER,
            "password": Secret(PASSWORD),
            "sender": SENDER,
            "ca_file": chain.ca_file,
        }
        return EmailSettings(**(fields | changes))

    return build


@asynccontextmanager
async def opened(settings: EmailSettings) -> AsyncIterator[SmtpChannel]:
    limit = timedelta(seconds=20)
    channel = SmtpChannel(settings, timeout=limit, reply_timeout=limit)
    try:
        yield channel
    finally:
        await channel.aclose()
        await asyncio.sleep(0.02)  # for the server's part of the leave-taking


def rendered(recipient: str = ADA, papers: int = 12, at: datetime = samples.COMPOSED_AT) -> bytes:
    """A digest with formulas, a fallback, and names in every script, as the outbox has it."""
    digest = replace(samples.morning(), subscriber="Åsa’s group", composed_at=at)
    digest = replace(digest, entries=digest.entries[:papers])
    (message,) = email.render(digest, sender=SENDER, recipient=recipient, contact="help@example.org")
    return message.payload


def envelope(payload: bytes) -> Envelope:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    return Envelope(
        id=7,
        digest_id=3,
        subscriber="ada",
        target=Target("email", ADA),
        part=1,
        parts=1,
        payload=payload,
        arxiv_ids=("2611.00001",),
        created_at=at,
        state=OutboxState.SENDING,
    )


def as_handed_over(received: bytes, sent: bytes) -> bytes:
    """What was received from our first header on: the servers put theirs before it."""
    first = sent.split(b"\r\n", 1)[0]
    return received[received.index(b"\r\n" + first) + 2 :]


async def sent_and_received(chain: MailChain, settings: EmailSettings, payload: bytes, to: str) -> bytes:
    async with opened(settings) as channel:
        await channel.send(envelope(payload), await channel.resolve(to))
    (received,) = await asyncio.to_thread(chain.received, to)
    return received


async def refused(settings: EmailSettings, to: str = ADA, payload: bytes = b"") -> DeliveryError:
    async with opened(settings) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.send(envelope(payload or rendered()), to)
    assert PASSWORD not in str(caught.value)
    return caught.value


async def test_a_digest_arrives_as_it_was_handed_over(chain: MailChain, account: Any) -> None:
    """Two servers, the second of them for ASCII only, change no byte of it: nothing had to be mended."""
    payload = rendered('"Ångström, Åsa ✨" <ada@example.org>')
    received = await sent_and_received(chain, account(), payload, ADA)
    assert as_handed_over(received, payload) == payload
    assert received.count(b"\r\nReceived: ") == 2
    assert b"ESMTPSA" in received, "encrypted and logged in"


async def test_headers_and_structure_after_the_transit(chain: MailChain, account: Any) -> None:
    """Each header once, names and subject readable, text before HTML, lines that no server breaks."""
    payload = rendered('"Ångström, Åsa ✨" <ada@example.org>')
    received = await sent_and_received(chain, account(), payload, ADA)
    parsed = limits.mail(received)
    names = [name.casefold() for name in parsed.keys()]  # noqa: SIM118 a message is no mapping
    assert {name: names.count(name) for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert parsed["From"].addresses[0].display_name == "Üniversite arXiv özeti"
    assert parsed["To"].addresses[0].display_name == "Ångström, Åsa ✨"
    assert "La₃Ni₂O_(7-δ)" in parsed["Subject"]
    assert parsed["Date"].datetime == samples.COMPOSED_AT
    assert _encodings(parsed) == ["quoted-printable", "quoted-printable"]
    assert "Tomáš Dvořáček" in limits.body(parsed, "plain")
    assert "Tomáš Dvořáček" in limits.body(parsed, "html")
    body = received.split(b"\r\n\r\n", 1)[1]
    assert max(map(len, body.split(b"\r\n"))) <= 78


def _encodings(parsed: EmailMessage) -> list[str]:
    return [part["Content-Transfer-Encoding"] for part in parsed.iter_parts()]


@pytest.mark.skipif(not can_sign(), reason="opendkim is not installed")
async def test_the_provider_s_signature_stays_valid(chain: MailChain, account: Any) -> None:
    """OpenDKIM signs what Postfix took, whitespace and all; another program verifies it after the last hop."""
    dkim = pytest.importorskip("dkim")
    received = await sent_and_received(chain, account(), rendered(), ADA)
    assert received.count(b"\r\nDKIM-Signature: ") == 1
    assert b"c=simple/simple" in received
    assert dkim.verify(received, dnsfunc=lambda name, timeout: chain.dns.get(name))
    altered = received.replace(b"Objective", b"Adjective", 1)
    assert not dkim.verify(altered, dnsfunc=lambda name, timeout: chain.dns.get(name))


@pytest.mark.skipif(shutil.which("spamassassin") is None, reason="spamassassin is not installed")
async def test_no_spam_filter_finds_fault(chain: MailChain, account: Any) -> None:
    """SpamAssassin's local rules: of five points that make spam, at least one and a half to the good.

    The mail is of now, as a day that is long past counts against it."""
    received = await sent_and_received(chain, account(), rendered(at=datetime.now(UTC)), ADA)
    asked = ["spamassassin", "--local", "--test-mode"]
    done = await asyncio.to_thread(subprocess.run, asked, input=received, capture_output=True, check=True)
    judged = re.search(
        rb"^X-Spam-Status: .*?score=(-?[\d.]+).*?tests=([\w,\s]+?)\s(?:autolearn|version)",
        done.stdout,
        re.M | re.S,
    )
    assert judged is not None
    assert float(judged[1]) <= -1.5, judged[2]


async def test_lines_of_dots_arrive_as_such(chain: MailChain, account: Any) -> None:
    """A line that begins with a dot, or is one, neither loses it nor ends the message."""
    head = (
        b"From: bot@example.org\r\nTo: ada@example.org\r\nSubject: dots\r\nMessage-ID: <dots@example.org>\r\n"
    )
    payload = head + b"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n.one\r\n..two\r\n.\r\n...\r\nend.\r\n"
    received = await sent_and_received(chain, account(), payload, ADA)
    assert as_handed_over(received, payload) == payload


async def test_a_repeated_mail_has_the_same_bytes(chain: MailChain, account: Any) -> None:
    """Rendered and sent twice, it is one message to a receiver that goes by Message-ID."""
    async with opened(account()) as channel:
        for payload in (rendered(), rendered()):
            await channel.send(envelope(payload), ADA)
    first, second = await asyncio.to_thread(chain.received, ADA, 2)
    assert as_handed_over(first, rendered()) == as_handed_over(second, rendered())


async def test_an_address_beyond_ascii(chain: MailChain, account: Any) -> None:
    """SMTPUTF8 where the server has it; elsewhere a failure that says what to do."""
    payload = rendered("Zoë <zoë@example.org>")
    received = await sent_and_received(chain, account("direct"), payload, "zoë@example.org")
    assert as_handed_over(received, payload) == payload
    assert b"UTF8SMTPSA" in received
    error = await refused(account("without_utf8"), "zoë@example.org")
    assert error.verdict.permanent
    assert "beyond ASCII" in error.verdict.remedy


async def test_a_wrong_password(account: Any) -> None:
    """Dovecot's refusal, by way of Postfix, names what to check."""
    error = await refused(account(password=Secret("a wrong one")))
    assert error.verdict.permanent
    assert "535" in str(error)
    assert "SMTP_PASSWORD" in error.verdict.remedy


async def test_an_unknown_certificate(account: Any, tmp_path: Path) -> None:
    """Neither password nor mail goes to a server that is not the one meant; the mail waits."""
    stranger = tmp_path / "another.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    error = await refused(account(ca_file=stranger))
    assert not error.verdict.permanent
    assert "certificate can't be verified" in str(error)
    assert "email.ca_file" in error.verdict.remedy


async def test_encryption_is_not_offered(account: Any) -> None:
    """No password goes over the wire in the open."""
    error = await refused(account("unencrypted"))
    assert error.verdict.permanent
    assert "offers no encryption" in str(error)
    assert "email.security" in error.verdict.remedy


async def test_a_server_that_wants_encryption(account: Any) -> None:
    """Asked for a mail in the open, Postfix says that STARTTLS comes first."""
    error = await refused(account(security=Security.NONE, username=None, password=None))
    assert error.verdict.permanent
    assert "530" in str(error)
    assert "email.security" in error.verdict.remedy


REFUSALS: dict[str, tuple[str, str, dict[str, Any], bool, str, str]] = {
    # what, service, recipient, the account, permanent, Postfix's code, of the remedy
    "mailbox unknown": ("submission", NOBODY, {}, True, "550 5.1.1", f"address {NOBODY}"),
    "too large": ("small", ADA, {}, True, "552 5.3.4", "larger than the provider takes"),
    "relaying": ("direct", "ada@elsewhere.example", {"username": None}, True, "554 5.7.1", "log in"),
    "greylisted": ("submission", "grey@example.org", {}, False, "450 4.7.1", ""),
    "disk full": ("full", ADA, {}, False, "452 4.3.1", ""),
    "another's sender": ("owners", ADA, {}, True, "553 5.7.1", "email.sender"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusals_become_verdicts_with_remedies(account: Any, name: str) -> None:
    """In Postfix's own words: what passes is tried again, what does not says what to do."""
    service, recipient, changes, permanent, code, remedy = REFUSALS[name]
    payload = rendered()
    assert len(payload) > TOO_LARGE
    error = await refused(account(service, **changes), recipient, payload)
    assert code in str(error)
    assert (error.verdict.permanent, error.verdict.in_doubt) == (permanent, False)
    assert remedy in error.verdict.remedy


async def test_too_many_mails_a_minute(chain: MailChain, account: Any) -> None:
    """Postfix's rate limit holds back the account, not the recipient: nothing is sent for some minutes."""
    settings = account("slow")
    await sent_and_received(chain, settings, rendered(), ADA)
    error = await refused(settings)
    assert "450 4.7.1" in str(error)
    assert not error.verdict.permanent
    assert error.verdict.rest is not None


def test_once_delivers_through_it_and_a_second_run_sends_nothing(chain: MailChain, tmp_path: Path) -> None:
    """The command as a person runs it: each address gets its digest, once."""
    with world_apart("--papers", "40", "--share", "0.5") as door:
        places = replace(
            door.places, smtp_host=HOST, smtp_port=chain.ports["submission"], ca_file=str(chain.ca_file)
        )
        client = Client(tmp_path, places)
        first = client.run("once")
        assert first.status == 0, first.said
        received = {mailbox: chain.received(mailbox) for mailbox in MAILBOXES}
        assert {mailbox: len(mails) for mailbox, mails in received.items()} == dict.fromkeys(MAILBOXES, 1)
        for mails in received.values():
            limits.mail(mails[0])
        taken = chain.log().count("sasl_username=")
        second = client.run("once")
        assert second.status == 0, second.said
    assert chain.log().count("sasl_username=") == taken


async def test_one_click_in_the_mail_that_arrived_stops_the_next_digest(
    chain: MailChain, account: Any, tmp_path: Path
) -> None:
    """The mail reader's own button: the address and the words that came through two servers are what is posted."""
    settings, ada, zoe = account(), Target("email", ADA), Target("email", MAILBOXES[1])
    world = new_world(tmp_path)
    world.subscribe(subscriber(targets=(ada, zoe)), email=settings)
    runner = web.AppRunner(application(world.services))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    world.subscribe(
        subscriber(targets=(ada, zoe)), email=settings, http=HttpSettings(public_url=f"http://{host}:{port}")
    )
    async with opened(settings) as channel, aiohttp.ClientSession() as session:

        async def digest(number: int) -> None:
            world.source.papers.append(paper(f"2611.{number:05}"))
            services = replace(world.services, channels={"email": channel})
            assert (await tick.once(services, world.state)).faults == []

        await digest(1)
        (mail,) = map(limits.mail, await asyncio.to_thread(chain.received, ADA))
        link = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
        assert link is not None
        async with session.post(link[1], data=dict([mail["List-Unsubscribe-Post"].split("=")])) as answer:
            assert answer.status == 200
        await digest(2)
        both = await asyncio.to_thread(chain.received, MAILBOXES[1], 2)
        assert len(both) == 2, "another address of the same subscriber goes on"
    assert [one.target for one in world.store.optouts.of("ada")] == [ada]
    assert list(world.store.outbox.waiting(None)) == []
    sent = {one.address: one.sent for one in world.store.outbox.tallies()}
    assert sent == {ADA: 1, MAILBOXES[1]: 2}
    await runner.cleanup()
    world.store.close()
