"""What each failure of a mail server means for the next attempt: the one place where it is decided."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import replace
from enum import Enum, auto

from aiosmtplib.errors import (
    SMTPConnectError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from bot.errors import DeliveryError
from bot.models import Verdict
from bot.settings import EmailSettings


class Step(Enum):
    """How far an exchange has come. The message can have been accepted only in `REPLY`."""

    CONNECT = auto()
    HELLO = auto()
    TLS = auto()
    LOGIN = auto()
    CHECK = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    REPLY = auto()


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

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_AUTHENTICATION = re.compile(r"5\.7\.(8|9|11|12|30)")
_MAILBOX_FULL = re.compile(r"[45]\.2\.2")
_TOO_BIG = re.compile(r"5\.3\.4|5\.2\.3")
_TOO_BIG_IN_WORDS = re.compile(r"\b(size|big|large|long|much)\b", re.IGNORECASE)
_DAILY_LIMIT = re.compile(r"5\.4\.5|SubmissionQuotaExceeded", re.IGNORECASE)

_BAD_LOGIN = "check email.username and SMTP_PASSWORD; many providers want an app password there"
_NO_LOGIN = "the provider wants a log-in: set email.username and SMTP_PASSWORD"
_WANTS_TLS = "the provider wants an encrypted connection: set email.security to starttls or tls"
_SENDER = "let email.sender be an address that the account may send from"
_ADDRESS = "check the address {recipient}"
_POLICY = (
    "the address {recipient} is not at fault: the provider's rules turn down mail from {sender}; look at "
    "the SPF, DKIM and DMARC records of its domain and ask the provider"
)
_FULL = "the mailbox of {recipient} is full"
_SIZE = "the message is larger than the provider takes"
_LIMIT = "the provider's sending limit is used up"
_MACHINE = "the provider takes no mail from this machine: ask the provider, or use another email.host"
_MESSAGE = "the provider turns the message itself down: see its words"
_WHERE = "check email.host and email.port"
_PORTS = "check email.port and email.security: starttls is usual on port 587, tls on 465"
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
        return DeliveryError(
            _failed(step, settings, recipient, "not permitted in SMTP"),
            Verdict(permanent=True, remedy=remedy),
        )
    reason, remedy = _connection_trouble(error, step)
    verdict = Verdict(in_doubt=step is Step.REPLY, remedy=remedy)
    return DeliveryError(_failed(step, settings, recipient, reason), verdict)


def refusal(code: int, text: str, step: Step, settings: EmailSettings, recipient: str) -> DeliveryError:
    """A reply that is not the one hoped for. 4xx passes, 5xx does not, but for full mailboxes and used-up
    limits; what is no reply at all leaves the outcome open once the message has been sent."""
    said = " ".join(text.split())[:500]
    if 400 <= code < 500:
        verdict = Verdict(remedy=_FULL if _is_full(code, text, step) else "")
    elif 500 <= code < 600:
        verdict = _permanent(code, text, step)
    else:
        verdict = Verdict(in_doubt=step is Step.REPLY)
    remedy = verdict.remedy.format(recipient=recipient, sender=settings.sender)
    words = f"{code} {said}".strip() if code > 0 else "an answer that is none"
    return DeliveryError(_failed(step, settings, recipient, words), replace(verdict, remedy=remedy))


def _permanent(code: int, text: str, step: Step) -> Verdict:
    if _is_full(code, text, step):
        return Verdict(remedy=_FULL)
    if _DAILY_LIMIT.search(text):
        return Verdict(remedy=_LIMIT)
    return Verdict(permanent=True, remedy=_remedy(code, text, step))


def _remedy(code: int, text: str, step: Step) -> str:
    found = _ENHANCED.search(text)
    enhanced = found[1] if found else ""
    if "STARTTLS" in text.upper():
        return _WANTS_TLS
    if code == 530 and step is not Step.LOGIN:
        return _NO_LOGIN
    if step is Step.LOGIN or code in (534, 535, 538) or _AUTHENTICATION.fullmatch(enhanced):
        return _BAD_LOGIN
    if step is Step.TLS:
        return _PORTS
    if step in (Step.CONNECT, Step.HELLO, Step.CHECK):
        return _MACHINE
    if enhanced.startswith("5.7."):
        return _POLICY
    if code == 552 or _TOO_BIG.fullmatch(enhanced):
        return _SIZE
    if step is Step.SENDER or enhanced in ("5.1.7", "5.1.8"):
        return _SENDER
    if step is Step.RECIPIENT or enhanced.startswith(("5.1.", "5.2.")):
        return _ADDRESS
    return _MESSAGE


def _is_full(code: int, text: str, step: Step) -> bool:
    """A full mailbox empties; a message that is too big, which shares code 552, stays so."""
    found = _ENHANCED.search(text)
    if found:
        return bool(_MAILBOX_FULL.fullmatch(found[1]))
    return code == 552 and step is not Step.SENDER and not _TOO_BIG_IN_WORDS.search(text)


def _connection_trouble(error: Exception, step: Step) -> tuple[str, str]:
    """Reason and remedy when there was no reply. Waiting helps with all of it, or a person does: the
    message is not at fault, so none is permanent."""
    cause: BaseException = (
        error.__cause__ if isinstance(error, SMTPConnectError) and error.__cause__ else error
    )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate can't be verified ({_openssl_words(cause)})", _CERTIFICATE
    if isinstance(cause, ssl.SSLError):
        return f"no TLS there ({_openssl_words(cause)})", _PORTS
    if isinstance(cause, socket.gaierror):
        return f"the name can't be resolved ({cause.strerror})", _WHERE
    if isinstance(error, TimeoutError) or isinstance(cause, TimeoutError):
        return "no answer in time", _PORTS if step in _BEFORE_LOGIN else ""
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused", _WHERE
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror, _WHERE if step is Step.CONNECT else ""
    return "the connection was lost", _PORTS if step in _BEFORE_LOGIN else ""


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
