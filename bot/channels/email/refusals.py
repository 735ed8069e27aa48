"""What a mail server's refusal means: the one place where it is decided, by its code and its words.

Limits come with any code (cPanel, Gmail, Exchange, Postfix's policy services), and 5.7.1 with any meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from bot.models import Verdict


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


@dataclass(frozen=True, slots=True)
class Rule:
    words: str
    """A regular expression; case does not matter."""
    remedy: str
    """``{recipient}`` and ``{sender}`` are addresses, ``{host}`` is the mail server."""


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
_AUTH_OFF = (
    "logging in by password (SMTP AUTH) is switched off for this account or its organisation: ask its "
    "administrator to allow authenticated SMTP for the mailbox, or use another email.host"
)
_LOCKED = "the account is locked or blocked by its organisation: ask its administrator"
_RELAY = (
    "{host} passes mail on only for those who log in and only for its own senders: set email.username and "
    "SMTP_PASSWORD, and let email.host be the provider's submission server (usually port 587)"
)
_LISTED = (
    "this machine's address, or the domain of {sender}, is on a blocklist: have it taken off (see the words "
    "of the answer), or send through a provider's submission server (email.host)"
)
PORTS = "check email.port and email.security: starttls is usual on port 587, tls on 465"

_RULES = (
    Rule(r"starttls|must use (?:tls|ssl)|encryption required", _WANTS_TLS),
    Rule(r"5\.7\.139.*(?:credentials were incorrect|user ?name or password)", _BAD_LOGIN),
    Rule(r"5\.7\.139.*\block", _LOCKED),
    Rule(r"5\.7\.139|5\.7\.30\b|smtpclientauthentication", _AUTH_OFF),
    Rule(r"basic auth\w* is (?:disabled|not supported)", _AUTH_OFF),
    Rule(r"sender address rejected: not logged in", _NO_LOGIN),
    Rule(r"sendasdenied|5\.2\.252|5\.7\.60\b|not owned by|does not have permissions? to send", _SENDER),
    Rule(r"not (?:allowed|permitted|authori[sz]ed) to (?:send (?:as|from|on behalf)|use)", _SENDER),
    Rule(r"sender (?:address )?(?:rejected: )?(?:is )?not (?:allowed|verified|authori[sz]ed)", _SENDER),
    Rule(
        r"(?:from|sender)\b.{0,60}\b(?:must|does not|doesn't|should) (?:be )?(?:the )?(?:match|same)", _SENDER
    ),
    Rule(r"relay\w* (?:access )?(?:denied|not (?:permitted|allowed)|prohibited)", _RELAY),
    Rule(r"(?:unable|not (?:permitted|allowed)|cannot|refus\w+) to relay|we (?:do not|don't) relay", _RELAY),
    Rule(r"5\.7\.(?:54|64)\b", _RELAY),
    Rule(r"\brbl\b|dnsbl|spamhaus|spamcop|barracudacentral|\bsorbs\b|uribl|surbl", _LISTED),
    Rule(
        r"\b(?:block|black|deny)[ -]?list|\blisted (?:in|at|by|on)\b|banned sending ip|5\.7\.511\b", _LISTED
    ),
)
"""The first that fits counts. After limits and full mailboxes, and before what the code alone says."""

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_AUTHENTICATION = re.compile(r"5\.7\.(8|9|11|12)")
_MAILBOX_FULL = re.compile(r"[45]\.2\.2")
_TOO_BIG = re.compile(r"5\.3\.4|5\.2\.3")
_TOO_BIG_IN_WORDS = re.compile(r"\b(size|big|large|long|much)\b", re.IGNORECASE)

_PERIODS = (
    (r"\bper minute\b|\ba minute\b|\bminutes?\b", timedelta(minutes=5)),
    (r"\bhour(?:ly)?\b(?<!24.hour)", timedelta(hours=1)),
    (r"\bdaily\b|\bday\b|\btoday\b|\b24.?h(?:ours?)?\b|\bmonth(?:ly)?\b|\bweek(?:ly)?\b", timedelta(hours=4)),
    # Postfix's anvil counts by the minute and does not say so.
    (r"\brate\b|\btoo (?:fast|quickly)\b|\btoo much mail from\b", timedelta(minutes=5)),
)
_UNNAMED_PERIOD = timedelta(hours=1)
"""For a limit that does not say for how long it holds; most are by the hour or the day."""

_LIMITED = (
    r"\b(?:limits?|quota|max(?:imum)?|allow(?:ed|ance)|exceed\w*|reached|too many|only \d+|throttl\w+)\b"
)
_SENT = (
    r"(?:send\w*|sent|outgoing|outbound|outmail|submission|relay|smtp|e-?mails?|messages?|mails?|recipients?)"
)
_AMOUNT = r"(?:limits?|quotas?|rates?|allowance|threshold)"
_LIMITS = (
    r"\b[45]\.4\.5\b.*(?:quota|limit|exceed)|\b5\.1\.90\b|\b5\.7\.(?:705|233)\b|submissionquotaexceeded",
    rf"\b{_SENT} (?:\w+ ){{0,2}}?{_AMOUNT} (?:\w+ ){{0,3}}?(?:exceed|reach|used|hit)",
    rf"\b(?:exceed\w*|reached|over|hit|used up)\b.{{0,40}}\b{_SENT}\b.{{0,20}}\b{_AMOUNT}\b",
    rf"\bnumber of .{{0,30}}\b{_SENT}\b.{{0,30}}\bexceed",
    r"\btoo many (?:\w+ )?(?:e-?mails|messages|mails)\b|\btoo much mail from\b",
    r"\bsending (?:too (?:fast|quickly|much)|limit)",
    r"\brate.?limit|\bthrottl(?:ed|ing)\b|\bexceeded (?:its|the|your) (?:sending|threshold)|\bout?mail quota\b",
)  # fmt: skip

_NO_SENDING_LIMIT = re.compile(
    r"mailbox|inbox|storage|disk|over ?quota|\bsize\b|too (?:large|big|long)|\b(?:octets|bytes|[kmg]i?b)\b|\d[kmg]b\b"
    r"|per (?:single )?(?:message|mail|e-?mail|transaction|session|connection)\b|too many (?:hops|received)"
    r"|log-?in|password|authenticat",
    re.IGNORECASE,
)
_RECIPIENTS_AT_ONCE = re.compile(r"too many recipients|recipients? (?:limit|count)", re.IGNORECASE)
_NO_MAILBOX = re.compile(r"5\.1\.(?:1|2|3|6|10)|5\.2\.1")
"""RFC 3463: no such mailbox, domain or syntax, it has moved, it is disabled."""
_OF_THE_SENDER = re.compile(
    r"spam|polic|reputation|\bspf\b|\bdkim\b|\bdmarc\b|block|prohibit|sender|\bfrom\b|\bhelo\b|\bptr\b|reverse"
    r"|client host|your (?:ip|host|server|domain|mail|message)|\bip address|greylist|try again"
    r"|temporar|\btls\b|encrypt",
    re.IGNORECASE,
)
"""A mailbox is refused by code alone, too; with such words it is rather who writes that is meant."""
_RECEIVING = re.compile(r"receiving (?:e-?mail|mail|messages)|5\.2\.121\b", re.IGNORECASE)


def verdict_of(code: int, text: str, step: Step) -> Verdict:
    """4xx passes, 5xx does not, but for full mailboxes and used-up limits; what is no reply at all leaves
    the outcome open once the message has been sent. The remedy has its placeholders still."""
    if not 400 <= code < 600:
        return Verdict(in_doubt=step is Step.REPLY)
    if step is not Step.LOGIN and (rest := sending_limit(text)) is not None:
        return Verdict(remedy=_LIMIT, rest=rest)
    if _is_full(code, text, step):
        return Verdict(remedy=_FULL)
    if code < 500 or _RECEIVING.search(text):
        return Verdict()
    remedy = _remedy(code, text, step)
    refused = remedy == _ADDRESS and _is_of_the_mailbox(text)
    return Verdict(permanent=True, recipient_refused=refused, remedy=remedy)


def sending_limit(text: str) -> timedelta | None:
    """How long to send nothing more, where ``text`` says that a limit on sending is used up; else None.

    Neither a full mailbox, nor the size of one message, nor how many recipients it may have.
    """
    said = text.casefold()
    pause = next((pause for period, pause in _PERIODS if re.search(period, said)), None)
    if _NO_SENDING_LIMIT.search(said) or _RECEIVING.search(said):
        return None
    if pause is None and _RECIPIENTS_AT_ONCE.search(said) and "5.1.90" not in said:
        return None
    by_period = (
        pause is not None and re.search(_LIMITED, said) and re.search(rf"\b(?:{_SENT}|limit|defers)\b", said)
    )
    if by_period or any(re.search(limit, said) for limit in _LIMITS):
        return pause or _UNNAMED_PERIOD
    return None


def _remedy(code: int, text: str, step: Step) -> str:
    said = text.casefold()
    by_words = next((rule.remedy for rule in _RULES if re.search(rule.words, said)), None)
    return by_words or _by_code(code, text, step)


def _by_code(code: int, text: str, step: Step) -> str:
    found = _ENHANCED.search(text)
    enhanced = found[1] if found else ""
    if code == 530 and step is not Step.LOGIN:
        return _NO_LOGIN
    if step is Step.LOGIN or code in (534, 535, 538) or _AUTHENTICATION.fullmatch(enhanced):
        return _BAD_LOGIN
    if step is Step.TLS:
        return PORTS
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


def _is_of_the_mailbox(text: str) -> bool:
    """Whether a refused address is refused for its own sake, whoever writes to it."""
    found = _ENHANCED.search(text)
    return bool(found and _NO_MAILBOX.fullmatch(found[1])) or not _OF_THE_SENDER.search(text)


def _is_full(code: int, text: str, step: Step) -> bool:
    """A full mailbox empties; a message that is too big, which shares code 552, stays so."""
    found = _ENHANCED.search(text)
    if found:
        return bool(_MAILBOX_FULL.fullmatch(found[1]))
    return code == 552 and step is not Step.SENDER and not _TOO_BIG_IN_WORDS.search(text)
