"""Services, or whoever stands between, that answer with what would bring us down; what asks each; and texts."""

from __future__ import annotations

import asyncio
import unicodedata
import zlib
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Protocol

from yarl import URL

from bot.adapters.arxiv import ArxivApi
from bot.adapters.feed import ArxivFeed
from bot.adapters.gemini import Gemini
from bot.adapters.http import open_session
from bot.channels.email.channel import SmtpChannel
from bot.channels.slack.channel import SlackChannel
from bot.models import Envelope, OutboxState, Prompt, Target
from bot.models.foreign import is_unseen
from bot.settings import EmailSettings, GeminiSettings, Secret, Security

KEY, TOKEN = "AIzaMarkedKey", "xoxb-marked-token"
PROMPT = Prompt(
    system="Answer in JSON.", user="[2611.00001] A title", schema={"type": "array"}, max_output_tokens=64
)
MEGABYTE = b"\0" * 2**20


async def ask_search(root: str, seconds: float = 5) -> None:
    async with open_session("test") as session:
        api = ArxivApi(session, f"{root}api/query", timeout=timedelta(seconds=seconds))
        await api.search("cat:cs.AI", start=0, size=10)


async def ask_feed(root: str, seconds: float = 5) -> None:
    async with open_session("test") as session:
        await ArxivFeed(session, root, timeout=timedelta(seconds=seconds)).read(["cs.AI"])


async def ask_gemini(root: str, seconds: float = 5) -> None:
    gemini = Gemini(GeminiSettings(api_key=Secret(KEY), base_url=root, timeout=timedelta(seconds=seconds)))
    try:
        await gemini.ask(PROMPT)
    finally:
        await gemini.aclose()


async def ask_slack(root: str, seconds: float = 5) -> None:
    channel = SlackChannel(Secret(TOKEN), f"{root}api/", timeout=timedelta(seconds=seconds))
    try:
        await channel.resolve("#em-papers")
    finally:
        await channel.aclose()


async def ask_smtp(root: str, seconds: float = 5) -> None:
    """Deliver a message to the mail server at ``root``, as if it were one."""
    settings = EmailSettings(
        host="127.0.0.1", port=URL(root).port or 0, security=Security.NONE, sender="bot@example.org"
    )
    limit = timedelta(seconds=seconds)
    channel = SmtpChannel(settings, timeout=limit, reply_timeout=limit)
    envelope = Envelope(
        id=1,
        digest_id=1,
        subscriber="ada",
        target=Target("email", "ada@example.org"),
        part=1,
        parts=1,
        payload=b"Subject: x\r\n\r\nx\r\n",
        arxiv_ids=(),
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        state=OutboxState.SENDING,
    )
    try:
        await channel.send(envelope, "ada@example.org")
    finally:
        await channel.aclose()


class Ask(Protocol):
    def __call__(self, root: str, seconds: float = 5) -> Awaitable[None]: ...


SERVICES: dict[str, tuple[str, Ask]] = {
    "search": ("arXiv", ask_search),
    "feed": ("arXiv", ask_feed),
    "gemini": ("Gemini", ask_gemini),
    "slack": ("Slack", ask_slack),
}


@dataclass
class Hostile:
    """A server that answers every request with the same bytes, as many as are taken from it."""

    head: str
    body: Iterable[bytes] = ()
    root: str = ""
    requests: list[bytes] = field(default_factory=list)
    sent: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
            for chunk in self.body:
                writer.write(chunk)
                self.sent += len(chunk)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(hostile: Hostile) -> AsyncIterator[Hostile]:
    tasks: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with suppress(asyncio.CancelledError):
            await hostile.answer(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    hostile.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield hostile
    finally:
        server.close()
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks))


def bomb(encoding: str) -> Iterable[bytes]:
    """A gigabyte of zeros in a megabyte."""
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    yield packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from repeat(packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH), 1000)


# --- texts ---------------------------------------------------------------------------------------


def acting(text: str, ours: str = "") -> set[str]:
    """The characters of a text that do something where it is shown, but for line feeds and those that are ``ours``."""
    return {
        character
        for character in text
        if (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or is_unseen(character))
        and character not in f"\n{ours}"
    }


def orders(printed: str) -> list[str]:
    """The lines that GitHub's runner obeys (actions/runner, `ActionCommand.cs`): wherever ``##[`` stands, too."""
    return [line for line in printed.split("\n") if line.lstrip().startswith("::") or "##[" in line]
