"""What a failure means, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LONGEST_WAIT = timedelta(days=1)
"""A service that asks for more is asked again after this: one answer, true or forged, must not silence it for years."""


class Limit(StrEnum):
    """The limit that a quota refusal names."""

    PER_MINUTE = "per minute"
    PER_DAY = "per day"
    NOT_OFFERED = "not offered"
    """The model has no quota at all on this account."""


@dataclass(frozen=True)
class Verdict:
    """What a failure means for the next attempt."""

    permanent: bool = False
    """Trying again unchanged can't succeed."""
    until_mended: bool = False
    """What is in the way is a person's to mend, and waiting for that costs nothing: it is never given up."""
    unreachable: bool = False
    """There is no way to the service from here: its name is not known, or this machine has no network. To ask
    again in a moment mostly helps nothing."""
    in_doubt: bool = False
    """The service may have accepted what was sent."""
    retry_after: timedelta | None = None
    """How long the service itself asked us to wait."""
    rest: timedelta | None = None
    """The service takes nothing more for the moment, and so long is our guess. Unlike ``retry_after``
    it is no word of the service's: `once` tries all the same."""
    service_wide: bool = False
    """Every other request would be refused alike, until a person mends it."""
    form_refused: bool = False
    """The service does not take the form of what was sent; the same as plain text may pass."""
    recipient_refused: bool = False
    """It is the reader's own address that takes nothing: neither its sender, nor a limit, nor the message."""
    malformed: bool = False
    """An answer came, and in no form that the service's have: too large, or not to be read. Unlike an overload it
    is not waited out."""
    limit: Limit | None = None
    remedy: str = ""
    """What a person can do, in words; empty when waiting is all there is to do."""


@dataclass(frozen=True)
class Check:
    """One line of `check --live`: what a service said when it was asked."""

    subject: str
    """``Slack #em-papers``"""
    ok: bool
    detail: str = ""
    remedy: str = ""
    """What a person can do, in words; empty when all is well or waiting is all there is to do.
    With ``ok`` it is a warning: it works, but not as well as it could."""


@dataclass(frozen=True)
class Fault:
    """One fault of a configuration file, where a person will look for it (1-based)."""

    file: str
    line: int
    column: int
    path: str
    """``subscribers[2].topics[0]``; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return where + (f"{self.path}: " if self.path else "") + self.message
