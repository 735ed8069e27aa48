"""Every way in which aiosmtplib can fail has a verdict."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from aiosmtplib import errors

from bot.channels.email.refusals import Step
from bot.channels.email.verdicts import FOREIGN, refusal, translate
from bot.settings import EmailSettings

SETTINGS = EmailSettings(host="mail.example.org", sender="bot@example.org", username="bot")
ADA = "ada@example.org"

# What each exception of aiosmtplib means while the recipient is named: (an example, permanent).
EXCEPTIONS = {
    "SMTPAuthenticationError": (errors.SMTPAuthenticationError(535, "no"), True),
    "SMTPConnectError": (errors.SMTPConnectError("no"), False),
    "SMTPDataError": (errors.SMTPDataError(554, "no"), True),
    "SMTPException": (errors.SMTPException("no"), False),
    "SMTPHeloError": (errors.SMTPHeloError(450, "no"), False),
    "SMTPNotSupported": (errors.SMTPNotSupported("no"), True),
    "SMTPRecipientRefused": (errors.SMTPRecipientRefused(550, "no", ADA), True),
    "SMTPRecipientsRefused": (
        errors.SMTPRecipientsRefused([errors.SMTPRecipientRefused(450, "no", ADA)]),
        False,
    ),
    "SMTPResponseException": (errors.SMTPResponseException(-1, "Malformed"), False),
    "SMTPSenderRefused": (errors.SMTPSenderRefused(451, "no", ADA), False),
    "SMTPServerDisconnected": (errors.SMTPServerDisconnected("no"), False),
    "SMTPTimeoutError": (errors.SMTPTimeoutError("no"), False),
    "SMTPConnectTimeoutError": (errors.SMTPConnectTimeoutError("no"), False),
    "SMTPReadTimeoutError": (errors.SMTPReadTimeoutError("no"), False),
    "SMTPConnectResponseError": (errors.SMTPConnectResponseError(554, "no"), True),
}

OTHERS = {
    "ValueError": (ValueError("prohibited control character"), True),
    "UnicodeEncodeError": (UnicodeEncodeError("ascii", "ë", 0, 1, "r"), True),
    "OSError": (OSError(errno.EPIPE, "Broken pipe"), False),
    "ConnectionRefusedError": (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), False),
    "gaierror": (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False),
    "SSLError": (ssl.SSLError(1, "wrong version number"), False),
    "SSLCertVerificationError": (ssl.SSLCertVerificationError(1, "certificate verify failed"), False),
    "TimeoutError": (TimeoutError(), False),
}


def test_no_exception_of_aiosmtplib_is_missed() -> None:
    """A new one in a new version fails here, and is then decided."""
    assert set(errors.__all__) == set(EXCEPTIONS)


@pytest.mark.parametrize("name", [*EXCEPTIONS, *OTHERS])
def test_exceptions(name: str) -> None:
    """Each foreign exception is caught and has its verdict; before the message is sent none is in doubt."""
    error, permanent = {**EXCEPTIONS, **OTHERS}[name]
    assert isinstance(error, FOREIGN)
    verdict = translate(error, Step.RECIPIENT, SETTINGS, ADA).verdict
    assert (verdict.permanent, verdict.in_doubt) == (permanent, False)
    assert "{" not in verdict.remedy


@pytest.mark.parametrize("step", Step)
def test_a_lost_connection_is_in_doubt_at_the_end_alone(step: Step) -> None:
    """No step but the last leaves the outcome open, and no failure is without words."""
    error = translate(errors.SMTPServerDisconnected("lost"), step, SETTINGS, ADA)
    assert error.verdict.in_doubt is (step is Step.REPLY)
    assert "connection was lost" in str(error)
    assert "{" not in str(error)


@pytest.mark.parametrize("step", [Step.CONNECT, Step.HELLO, Step.TLS])
def test_a_connection_lost_before_the_log_in_asks_for_the_port(step: Step) -> None:
    """What a TLS port does to a client that speaks plainly: the remedy tells the two ports apart."""
    error = translate(errors.SMTPServerDisconnected("lost"), step, SETTINGS, ADA)
    assert "587" in error.verdict.remedy


def test_encryption_refused_asks_for_the_port() -> None:
    """A server that has STARTTLS and turns it down is no matter of this machine's address."""
    assert "email.security" in refusal(501, "no", Step.TLS, SETTINGS, ADA).verdict.remedy


def test_a_host_that_does_not_exist() -> None:
    """The cause under the client's own exception is what is told."""
    error = errors.SMTPConnectError("Error connecting")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    told = translate(error, Step.CONNECT, SETTINGS)
    assert "the name can't be resolved" in str(told)
    assert "email.host" in told.verdict.remedy


def test_a_time_told_in_words_is_no_order() -> None:
    """SMTP has no Retry-After: a greylisted message follows our own pauses, which `once` ignores."""
    verdict = refusal(450, "Greylisted, try again in 300 seconds", Step.RECIPIENT, SETTINGS, ADA).verdict
    assert (verdict.permanent, verdict.retry_after) == (False, None)


def test_a_long_reply_is_cut() -> None:
    """A reply of many lines stays one line of bounded length."""
    text = str(refusal(550, "no\n" * 10_000, Step.REPLY, SETTINGS, ADA))
    assert "\n" not in text
    assert len(text) < 700
