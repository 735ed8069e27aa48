"""What each failure on the way to a mail server means for the next attempt; `refusals` judges its answers."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import replace

from aiosmtplib.errors import (
    SMTPConnectError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from bot.channels.email.refusals import PORTS, Step, verdict_of
from bot.errors import DeliveryError
from bot.models import Verdict, readable
from bot.settings import EmailSettings

_BEFORE_LOGIN = (Step.CONNECT, Step.HELLO, Step.TLS)

_SUBJECTS = {
    Step.CONNECT: "the connection to {host}",
    Step.HELLO: "the greeting of {host}",
    Step.TLS: "the encryption with {host}",
    Step.LOGIN: "the log-in at {host} as {username}",
    Step.CHECK: "the connection to {host}",
    Step.SENDER: "the sender {sender}",
    Step.RECIPIENT: "the recipient {recipient}",
    Step.DATA: "the message to {recipient}",
    Step.REPLY: "the message to {recipient}",
}

FOREIGN = (SMTPException, OSError, TimeoutError, ValueError)
"""All that one step through aiosmtplib can raise, but for cancellation."""

_LONGEST_REPLY = 300

_WHERE = "check email.host and email.port"
_OUTDATED = ("TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL")
"""OpenSSL's words where there is no common version: RFC 8996 forbids TLS 1.0 and 1.1."""
_CERTIFICATE = "check email.host and this machine's clock; a CA of your own goes into email.ca_file"


def translate(error: Exception, step: Step, settings: EmailSettings, recipient: str = "") -> DeliveryError:
    """The DeliveryError that a foreign ``error`` during ``step`` amounts to."""
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, SMTPResponseException):
        return refusal(error.code, error.message, step, settings, recipient)
    if isinstance(error, SMTPNotSupported):
        remedy = "the provider takes no letters beyond ASCII before the @ of an address: use another address"
        return DeliveryError(
            _failed(step, settings, recipient, "SMTPUTF8 is not offered"),
            Verdict(permanent=True, remedy=remedy),
        )
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        remedy = "check email.host, email.sender and the address"
        if step is Step.REPLY:  # what came back is at fault, and the message has left
            return DeliveryError(
                _failed(step, settings, recipient, "an answer that is none"), Verdict(in_doubt=True)
            )
        return DeliveryError(
            _failed(step, settings, recipient, "not permitted in SMTP"),
            Verdict(permanent=True, remedy=remedy),
        )
    reason, remedy = _connection_trouble(error, step)
    verdict = Verdict(in_doubt=step is Step.REPLY, remedy=remedy)
    return DeliveryError(_failed(step, settings, recipient, reason), verdict)


def refusal(code: int, text: str, step: Step, settings: EmailSettings, recipient: str) -> DeliveryError:
    """A reply that is not the one hoped for."""
    said = readable(text, _LONGEST_REPLY)
    verdict = verdict_of(code, said, step)
    remedy = verdict.remedy.format(recipient=recipient, sender=settings.sender, host=settings.host)
    words = f"{code} {said}".strip() if code > 0 else "an answer that is none"
    return DeliveryError(_failed(step, settings, recipient, words), replace(verdict, remedy=remedy))


def _connection_trouble(error: Exception, step: Step) -> tuple[str, str]:
    """Reason and remedy when there was no reply. Waiting helps with all of it, or a person does: the
    message is not at fault, so none is permanent."""
    cause: BaseException = (
        error.__cause__ if isinstance(error, SMTPConnectError) and error.__cause__ else error
    )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate can't be verified ({_openssl_words(cause)})", _CERTIFICATE
    if isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None) in _OUTDATED:
        return "its encryption is out of date (TLS 1.2 or newer is needed)", "name another server or port"
    if isinstance(cause, ssl.SSLError):
        return f"no TLS there ({_openssl_words(cause)})", PORTS
    if isinstance(cause, socket.gaierror):
        return f"the name can't be resolved ({cause.strerror})", _WHERE
    if isinstance(error, TimeoutError) or isinstance(cause, TimeoutError):
        return "no answer in time", PORTS if step in _BEFORE_LOGIN else ""
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused", _WHERE
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror, _WHERE if step is Step.CONNECT else ""
    return "the connection was lost", PORTS if step in _BEFORE_LOGIN else ""


def _openssl_words(error: ssl.SSLError) -> str:
    return re.sub(r" ?\(_ssl\.c:\d+\)", "", error.strerror or type(error).__name__)


def _failed(step: Step, settings: EmailSettings, recipient: str, reason: str) -> str:
    what = _SUBJECTS[step].format(
        host=f"{settings.host}:{settings.port}",
        username=settings.username,
        sender=settings.sender,
        recipient=recipient,
    )
    return f"{what}: {reason}"
