"""What an SMTP server keeps and what goes wrong with it, apart from the protocol."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class SmtpEnding(Enum):
    REPLY = "a reply"
    DROP = "the connection is closed without one"
    SILENCE = "nothing comes until the client gives up"


@dataclass(frozen=True, slots=True)
class SmtpFault:
    """What goes wrong with one command: GREETING, EHLO, AUTH, MAIL, RCPT, START (the DATA command itself),
    DATA (the end of the message), RSET or NOOP."""

    command: str
    reply: str = ""
    accepted: bool = False
    """At DATA: the message is kept all the same."""
    ending: SmtpEnding = SmtpEnding.REPLY


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted message."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    """As received, without the dots that SMTP adds."""
    options: tuple[str, ...]
    """Of the MAIL command."""
    encrypted: bool
    user: str | None
    port: int
    """The client's end of the connection that brought it."""


class Mailroom:
    """The accepted messages, the commands seen, and the faults still to happen."""

    def __init__(self, *, users: dict[str, str] | None = None, greylist: bool = False) -> None:
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        """Every command of the kinds that `SmtpFault` names, in order of arrival."""
        self.faults: deque[SmtpFault] = deque()
        self.script: Callable[[str, str], SmtpFault | None] | None = None
        self.users = users
        self.closed = asyncio.Event()
        """Set when a client's connection has ended; clear it to wait for the next."""
        self._greylist = greylist
        self._seen: set[tuple[str, str]] = set()

    def to(self, recipient: str) -> list[Mail]:
        return [mail for mail in self.mails if recipient in mail.recipients]

    def take_fault(self, command: str, argument: str) -> SmtpFault | None:
        """Write the command down; the fault for it, if any."""
        self.commands.append(command)
        fault = self.script(command, argument) if self.script else None
        if fault is None and self.faults and self.faults[0].command == command:
            return self.faults.popleft()
        return fault

    def is_greylisted(self, sender: str, recipient: str) -> bool:
        """True the first time only."""
        if not self._greylist or (sender, recipient) in self._seen:
            return False
        self._seen.add((sender, recipient))
        return True

    def knows(self, user: str, password: str) -> bool:
        return self.users is not None and self.users.get(user) == password
