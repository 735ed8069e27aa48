"""One typed fake a port. Each keeps the port's promise, and does what a test scripted."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.errors import ArxivError, DeliveryError
from bot.models import Announcement, Check, Envelope, ModelReply, Paper, Prompt, Receipt, SearchPage, Verdict

START = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time that passes when somebody sleeps, at once and exactly.

    With several sleepers the one who wakes first moves the time, so that everything happens in the
    order it would in real time.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.error = timedelta()
        """How far ahead of the true time the machine's clock is."""
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._quiet_turns = 0
        self._watched: asyncio.AbstractEventLoop | None = None
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now + self.error

    def true(self) -> datetime:
        """The time in the world outside, by which arXiv goes."""
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    def advance(self, duration: timedelta) -> None:
        self._now += duration
        self._elapsed += duration.total_seconds()

    def set_back(self, duration: timedelta) -> None:
        """Somebody mends the machine's clock: what was measured goes on."""
        self._now -= duration

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._count += 1
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._sleepers, (self._elapsed + max(seconds, 0), self._count, woken))
        self._quiet_turns = 0
        if self._watched is not loop:
            self._watched = loop
            loop.call_soon(self._settle)
        await woken

    def _settle(self) -> None:
        """Let everybody who can run do so first; then the earliest sleeper wakes, and only that one."""
        self._quiet_turns += 1
        if self._quiet_turns > 20:
            self._quiet_turns = 0
            self._wake_one()
        if self._sleepers:
            asyncio.get_running_loop().call_soon(self._settle)
        else:
            self._watched = None

    def _wake_one(self) -> None:
        while self._sleepers:
            until, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            if until > self._elapsed:
                self.advance(timedelta(seconds=until - self._elapsed))
            woken.set_result(None)
            return


class FakeSource:
    """arXiv's search over a list of papers; ``script`` holds failures for the next requests."""

    def __init__(self, clock: FakeClock, papers: Sequence[Paper] = ()) -> None:
        self.papers = list(papers)
        self.by_id: list[Paper] = []
        """Papers that no search returns."""
        self.script: deque[Exception | None] = deque()
        self.asked: list[tuple[str, int, float]] = []
        self.on_search: Callable[..., Awaitable[SearchPage]] | None = None
        """What happens instead of `page`."""
        self._clock = clock

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        return await (self.on_search or self.page)(query, start=start, size=size)

    async def page(self, query: str, *, start: int, size: int) -> SearchPage:
        self._step(query, start)
        papers = sorted(self.papers, key=lambda paper: paper.published, reverse=True)
        return SearchPage(tuple(papers[start : start + size]), len(papers), start, query)

    async def fetch(self, arxiv_ids: Sequence[str]) -> SearchPage:
        self._step(",".join(arxiv_ids), 0)
        found = tuple(paper for paper in (*self.papers, *self.by_id) if paper.arxiv_id in arxiv_ids)
        return SearchPage(found, len(found), 0, "")

    def _step(self, query: str, start: int) -> None:
        self.asked.append((query, start, self._clock.monotonic()))
        failure = self.script.popleft() if self.script else None
        if failure is not None:
            raise failure


class FakeFeed:
    """The announcement feeds: one batch, or what ``script`` says of the next readings."""

    def __init__(self, announcement: Announcement | None = None) -> None:
        self.announcement = announcement
        self.script: deque[Exception] = deque()
        self.asked: list[tuple[str, ...]] = []
        self.on_read: Callable[[Sequence[str]], Awaitable[Announcement]] | None = None
        """What happens instead of `batch`."""

    async def read(self, specs: Sequence[str]) -> Announcement:
        return await (self.on_read or self.batch)(specs)

    async def batch(self, specs: Sequence[str]) -> Announcement:
        self.asked.append(tuple(specs))
        if self.script:
            raise self.script.popleft()
        if self.announcement is None:
            return Announcement(tuple(specs), None, ())
        return replace(self.announcement, asked=tuple(specs))


class FakeSummariser:
    """A model that answers with what ``answer`` makes of a prompt, or raises it."""

    def __init__(self, clock: FakeClock, answer: Callable[[Prompt], ModelReply | Exception]) -> None:
        self._answer = answer
        self._clock = clock
        self.prompts: list[Prompt] = []
        self.latency = 1.0
        self.on_ask: Callable[[Prompt], Awaitable[ModelReply]] | None = None
        """What happens instead of `reply`."""

    async def ask(self, prompt: Prompt) -> ModelReply:
        return await (self.on_ask or self.reply)(prompt)

    async def reply(self, prompt: Prompt) -> ModelReply:
        self.prompts.append(prompt)
        await self._clock.sleep(self.latency)
        answer = self._answer(prompt)
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeChannel:
    """Takes messages; ``script`` holds what happens to the next ones.

    ``accepted`` is what reached the reader, whether or not the sender was told.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.script: deque[DeliveryError | None] = deque()
        self.accepted: list[Envelope] = []
        self.edits: list[tuple[Receipt, bytes]] = []
        self.unreadable = False
        self.on_resolve: Callable[[str], Awaitable[str]] | None = None
        self.on_send: Callable[[Envelope, str], Awaitable[Receipt]] | None = None
        """What happens instead of `take`; the others likewise."""
        self.on_find: Callable[[Envelope, str], Awaitable[Receipt | None]] | None = None
        self.on_edit: Callable[[Receipt, bytes], Awaitable[None]] | None = None

    @property
    def kind(self) -> str:
        return self._kind

    async def aclose(self) -> None:
        pass

    async def probe(self, addresses: Sequence[str]) -> tuple[Check, ...]:
        return tuple(Check(address, True) for address in addresses)

    async def resolve(self, address: str) -> str:
        return await (self.on_resolve or self.look_up)(address)

    async def send(self, envelope: Envelope, resolved: str) -> Receipt:
        return await (self.on_send or self.take)(envelope, resolved)

    async def find(self, envelope: Envelope, resolved: str) -> Receipt | None:
        return await (self.on_find or self.look)(envelope, resolved)

    async def edit(self, receipt: Receipt, payload: bytes) -> None:
        await (self.on_edit or self.change)(receipt, payload)

    async def look_up(self, address: str) -> str:
        return f"id-of-{address}"

    async def take(self, envelope: Envelope, resolved: str) -> Receipt:
        failure = self.script.popleft() if self.script else None
        if failure is not None and not failure.verdict.in_doubt:
            raise failure
        self.accepted.append(envelope)
        if failure is not None:
            raise failure
        return Receipt(resolved, f"ts-{len(self.accepted)}")

    async def look(self, envelope: Envelope, resolved: str) -> Receipt | None:
        if self.unreadable:
            raise DeliveryError("the history can't be read", Verdict(in_doubt=True, remedy="grant it"))
        for number, sent in enumerate(self.accepted, start=1):
            # As in Slack: a reply is seen in its thread only.
            if sent.id == envelope.id and sent.thread in (None, envelope.thread):
                return Receipt(resolved, f"ts-{number}")
        return None

    async def change(self, receipt: Receipt, payload: bytes) -> None:
        self.edits.append((receipt, payload))


class FakeHeartbeat:
    """Keeps what it was told: whether a round failed."""

    def __init__(self, fault: str = "") -> None:
        self.told: list[bool] = []
        self.fault = fault

    async def beat(self, *, failed: bool = False) -> str:
        self.told.append(failed)
        return self.fault


class FakeSupervisor:
    """Keeps what it was told, but for signs of life, which it counts."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.beats = 0

    def ready(self) -> None:
        self.told.append("ready")

    def alive(self) -> None:
        self.beats += 1

    def doing(self, what: str) -> None:
        if self.told[-1:] != [what]:
            self.told.append(what)

    def stopping(self) -> None:
        self.told.append("stopping")


class SilentProgress:
    """Keeps the outcomes of the steps."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int | None]] = []
        """Each step that was begun, with how much there was to do."""
        self.advanced: list[str] = []
        """The name of a step for everything in it that was done."""
        self.outcomes: list[tuple[str, str]] = []
        self.notes: list[tuple[str, str, dict[str, object]]] = []
        self.waits: list[str] = []

    def begin(self, step: str, total: int | None) -> None:
        self.steps.append((step, total))

    def advance(self, step: str, done: int = 1) -> None:
        self.advanced += [step] * done

    def end(self, step: str, outcome: str) -> None:
        self.outcomes.append((step, outcome))

    def wait(self, text: str) -> None:
        self.waits.append(text)

    def note(self, level: str, text: str, **facts: object) -> None:
        self.notes.append((level, text, facts))


def overloaded(retry_after: timedelta | None = None) -> ArxivError:
    return ArxivError("HTTP 503", Verdict(retry_after=retry_after))
