"""What the pipeline needs of the outer world, one Protocol each. `adapters` keeps these promises.

An adapter makes one attempt and returns a value, or raises the ServiceError of `errors` with its
verdict: it never retries, waits, or decides whether to try again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.models import Announcement, Check, Envelope, ModelReply, Prompt, Receipt, SearchPage


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards, for distances between events."""

    async def sleep(self, seconds: float) -> None: ...


class PaperSource(Protocol):
    """arXiv's query API."""

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        """One page, newest submission first. ArxivError, QueryRejected."""

    async def fetch(self, arxiv_ids: Sequence[str]) -> SearchPage:
        """The current version of papers by id; ids arXiv lacks are simply absent. ArxivError."""


class Feed(Protocol):
    """arXiv's daily announcement feeds."""

    async def read(self, specs: Sequence[str]) -> Announcement:
        """Today's batch of these archives or categories together. ArxivError, QueryRejected."""


class Summariser(Protocol):
    """A model that answers one prompt."""

    async def ask(self, prompt: Prompt) -> ModelReply:
        """ModelError when there is no answer; a refusal by the model is an answer."""


class Channel(Protocol):
    """One kind of way to a reader."""

    @property
    def kind(self) -> str: ...

    async def aclose(self) -> None:
        """Close the connections; the object is of no use afterwards."""

    async def probe(self, addresses: Sequence[str]) -> Sequence[Check]:
        """Whether messages could go to each address, a line each; sends and stores nothing."""

    async def resolve(self, address: str) -> str:
        """The address as the service knows it (a Slack id); DeliveryError when there is none."""

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        """Hand over one message. DeliveryError, in doubt when the service may have taken it."""

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        """Look for a message whose outcome is open: its receipt, or None when it never arrived.

        DeliveryError with ``in_doubt`` where this can't be found out.
        """

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        """Replace the content of a message that was sent. DeliveryError."""


class Heartbeat(Protocol):
    """A service that tells a person when it has not heard of us for too long."""

    async def beat(self, *, failed: bool = False) -> str:
        """Say that we live, or that a round ``failed``. Empty when it was heard, else why not; never raises."""


class Supervisor(Protocol):
    """Who started the daemon, and starts it anew when it hangs. None of these raises or waits."""

    def ready(self) -> None:
        """It has begun its work."""

    def alive(self) -> None:
        """Its loop turns; said every minute at least."""

    def doing(self, what: str) -> None:
        """One line for people."""

    def stopping(self) -> None:
        """It was told to end, and finishes what is in flight."""


class Progress(Protocol):
    """Who watches the work."""

    def begin(self, step: str, total: int | None) -> None: ...

    def advance(self, step: str, done: int = 1) -> None: ...

    def end(self, step: str, outcome: str) -> None:
        """``outcome`` is one line with counts, for people and logs."""

    def wait(self, text: str) -> None:
        """Nothing happens for more than ten seconds: what is waited for, and how long."""

    def note(self, level: str, text: str, **facts: object) -> None:
        """Something that happened within a step, for logs: ``level`` is info or error, ``facts`` its fields."""
