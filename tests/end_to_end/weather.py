"""Bad weather: which of a service's faults happens to the next request, by chance."""

from __future__ import annotations

from random import Random

from bot.demo.arxiv import ArxivFault, Trouble
from bot.demo.gemini import GeminiFault
from bot.demo.slack import SlackEnding, SlackFault
from bot.demo.smtp import SmtpEnding, SmtpFault

ARXIV = tuple(Trouble)

GEMINI = tuple(
    fault
    for fault in GeminiFault
    # These end the round for every paper, as they should; they have tests of their own.
    if fault
    not in (
        GeminiFault.PER_DAY,
        GeminiFault.NOT_OFFERED,
        GeminiFault.INVALID_KEY,
        GeminiFault.FORBIDDEN,
        GeminiFault.NOT_FOUND,
        GeminiFault.COUNTRY,
    )
)

SLACK = (
    SlackFault.refused("internal_error"),
    SlackFault.refused("fatal_error"),
    SlackFault(body='{"ok": false, "error": "internal_error"}', accepted=True),
    SlackFault.refused("service_unavailable"),
    SlackFault.rate_limited(1),
    SlackFault.html(503),
    SlackFault.html(500, accepted=True),
    SlackFault.html(200, accepted=True),
    SlackFault(ending=SlackEnding.DROP),
    SlackFault(ending=SlackEnding.DROP, accepted=True),
)

SMTP = (
    SmtpFault("GREETING", "421 4.3.2 Try later"),
    SmtpFault("GREETING", ending=SmtpEnding.DROP),
    SmtpFault("EHLO", ending=SmtpEnding.DROP),
    SmtpFault("MAIL", "451 4.3.0 Local error"),
    SmtpFault("RCPT", "450 4.7.1 Greylisted"),
    SmtpFault("RCPT", ending=SmtpEnding.DROP),
    SmtpFault("START", "452 4.3.1 No space"),
    SmtpFault("DATA", "451 4.3.0 Local error"),
    SmtpFault("DATA", ending=SmtpEnding.DROP),
    SmtpFault("DATA", ending=SmtpEnding.DROP, accepted=True),
)
_SMTP_COMMANDS = len({fault.command for fault in SMTP})


def arxiv(random: Random, share: float, delay_s: float) -> ArxivFault | None:
    """A fault of any kind with chance ``share``; else an answer after the delay."""
    if random.random() < share:
        return ArxivFault(random.choice(ARXIV), random.choice((None, None, "0", "1")), min(delay_s, 0.1))
    return ArxivFault(Trouble.STALL, seconds=delay_s) if delay_s else None


def gemini(random: Random, share: float) -> GeminiFault | None:
    return random.choice(GEMINI) if random.random() < share else None


def slack(random: Random, share: float, method: str) -> SlackFault | None:
    """Faults of posting only: a method that reads is repeated at will."""
    if method != "chat.postMessage" or random.random() >= share:
        return None
    return random.choice(SLACK)


def smtp(random: Random, share: float, command: str) -> SmtpFault | None:
    """``share`` is of messages; each has one command of every kind."""
    kinds = [fault for fault in SMTP if fault.command == command]
    return random.choice(kinds) if kinds and random.random() < share / _SMTP_COMMANDS else None
