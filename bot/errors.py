"""The exception tree. Every failure says what it means for the next attempt.

DigestError
├── ConfigError        the YAML or the environment is wrong: every fault at once       exit 2
├── StoreError         the database can't be used: locked, newer, corrupt, full        exit 2
│   ├── DatabaseHeld    another process holds it
│   └── DiskFull        there is no room for it; what fails leaves no trace, and passes
└── ServiceError       a service did not do what was asked; carries a Verdict
    ├── ArxivError     overloaded, unreachable or answering nonsense: one condition
    │   └── QueryRejected   arXiv answered that it can't run this query: permanent
    ├── ModelError    no answer from the model's service
    └── DeliveryError  Slack, an SMTP server or the file system did not take a message
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from bot.models import LONGEST_WAIT, Fault, Verdict
from bot.models.foreign import readable

LONGEST_MESSAGE = 600
"""Characters: our own words, an address, and the service's."""


class DigestError(Exception):
    """Anything this program reports to its user in one line."""


class ConfigError(DigestError):
    """The configuration is unusable; ``faults`` has all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class StoreError(DigestError):
    """The database can't be used; the message names the file and the remedy."""


class DatabaseHeld(StoreError):
    """Another process holds the database."""


class DiskFull(StoreError):
    """There is no room for what was to be recorded. Nothing of it was, and room may be made."""


class ServiceError(DigestError):
    """A service failed. ``verdict`` says whether and when to try again.

    Both may hold the service's own words: they are made fit to be stored and printed here.
    """

    service = "service"

    def __init__(self, message: str, verdict: Verdict | None = None) -> None:
        verdict = verdict or Verdict()
        if verdict.remedy:
            verdict = replace(verdict, remedy=readable(verdict.remedy))
        if verdict.retry_after is not None and verdict.retry_after > LONGEST_WAIT:
            verdict = replace(verdict, retry_after=LONGEST_WAIT)
        self.verdict = verdict
        super().__init__(readable(message, LONGEST_MESSAGE))

    @classmethod
    def unforeseen(cls, error: Exception, doing: str, *, in_doubt: bool = False) -> Self:
        """An exception that no verdict was written for, while ``doing`` something with the service.

        It is never quoted: it may hold a credential, or all of an answer.
        """
        remedy = "this is a fault of arxiv-digest: please report it with this line"
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f" in {where.tb_frame.f_globals.get('__name__')}:{where.tb_lineno}" if where else ""
        text = f"{doing}: unforeseen {type(error).__name__}{place}"
        return cls(text, Verdict(in_doubt=in_doubt, remedy=remedy))


class ArxivError(ServiceError):
    """arXiv is overloaded, unreachable, or answered something that is not a whole feed."""

    service = "arXiv"


class QueryRejected(ArxivError):
    """arXiv says it can't run this query. Trying again unchanged can't succeed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Verdict(permanent=True))


class ModelError(ServiceError):
    """Gemini gave no answer: quota, overload, a bad key, an unknown model, a lost connection."""

    service = "Gemini"


class DeliveryError(ServiceError):
    """A message was not taken, or it is unknown whether it was (``verdict.in_doubt``)."""

    service = "delivery"
