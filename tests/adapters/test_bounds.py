"""What a hostile service, or whoever stands between, can do with an answer: it is refused, in bounds and by name."""

from __future__ import annotations

import asyncio
import json
import resource
import traceback
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import pytest
from yarl import URL

from bot.adapters.arxiv import ArxivApi
from bot.adapters.feed import ArxivFeed
from bot.adapters.gemini import Gemini
from bot.adapters.http import is_ours, open_session
from bot.channels.slack.channel import SlackChannel
from bot.errors import ServiceError
from bot.models import Prompt
from bot.settings import GeminiSettings, Secret

KEY, TOKEN = "AIzaMarkedKey", "xoxb-marked-token"
PROMPT = Prompt(
    system="Answer in JSON.", user="[2611.00001] A title", schema={"type": "array"}, max_output_tokens=64
)
MEGABYTE = b"\0" * 2**20


async def ask_search(root: str) -> None:
    async with open_session("test") as session:
        api = ArxivApi(session, f"{root}api/query", timeout=timedelta(seconds=5))
        await api.search("cat:cs.AI", start=0, size=10)


async def ask_feed(root: str) -> None:
    async with open_session("test") as session:
        await ArxivFeed(session, root, timeout=timedelta(seconds=5)).read(["cs.AI"])


async def ask_gemini(root: str) -> None:
    gemini = Gemini(GeminiSettings(api_key=Secret(KEY), base_url=root, timeout=timedelta(seconds=5)))
    try:
        await gemini.ask(PROMPT)
    finally:
        await gemini.aclose()


async def ask_slack(root: str) -> None:
    channel = SlackChannel(Secret(TOKEN), f"{root}api/", timeout=timedelta(seconds=5))
    try:
        await channel.resolve("#em-papers")
    finally:
        await channel.aclose()


Ask = Callable[[str], Awaitable[None]]
SERVICES: dict[str, tuple[str, Ask]] = {
    "search": ("arXiv", ask_search),
    "feed": ("arXiv", ask_feed),
    "gemini": ("Gemini", ask_gemini),
    "slack": ("Slack", ask_slack),
}
every_service = pytest.mark.parametrize(("name", "ask"), SERVICES.values(), ids=SERVICES)


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
    server = await asyncio.start_server(hostile.answer, "127.0.0.1", 0)
    hostile.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield hostile
    finally:
        server.close()


async def refused(ask: Ask, hostile: Hostile) -> ServiceError:
    async with serving(hostile):
        with pytest.raises(ServiceError) as caught:
            await ask(hostile.root)
    return caught.value


def largest_so_far() -> int:
    """Bytes of memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# --- size ----------------------------------------------------------------------------------------


def bomb(encoding: str) -> Iterable[bytes]:
    """A gigabyte of zeros in a megabyte."""
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    yield packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from repeat(packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH), 1000)


@every_service
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_bomb_goes_off_in_bounds(name: str, ask: Ask, encoding: str) -> None:
    """A megabyte that would become a thousand."""
    before = largest_so_far()
    head = f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Encoding: {encoding}\nConnection: close"
    error = await refused(ask, Hostile(head, bomb(encoding)))
    assert str(error).startswith(f"{name}'s answer is larger than")
    assert not error.verdict.permanent
    assert largest_so_far() - before < 100 * 2**20


@every_service
@pytest.mark.parametrize(
    ("framing", "chunk"),
    [("Content-Length: 200000000", MEGABYTE), ("Transfer-Encoding: chunked", b"100000\r\n%b\r\n" % MEGABYTE)],
    ids=["announced", "endless"],
)
@pytest.mark.parametrize("status", [200, 500])
async def test_no_more_is_taken_than_an_answer_can_have(
    name: str, ask: Ask, framing: str, chunk: bytes, status: int
) -> None:
    """Of 200 megabytes that are announced none is read, and of an end that does not come a part."""
    hostile = Hostile(f"HTTP/1.1 {status} X\nContent-Type: application/json\n{framing}", repeat(chunk, 200))
    assert str(await refused(ask, hostile)).startswith(f"{name}'s answer is larger than")
    assert hostile.sent < 30 * 2**20


@every_service
async def test_a_head_without_an_end_is_refused(name: str, ask: Ask) -> None:
    """One line of a hundred megabytes, where a header should be."""
    error = await refused(ask, Hostile("HTTP/1.1 200 OK\nX: " + "x" * 2**20, repeat(b"x" * 65536, 1600)))
    assert name in str(error)


@every_service
async def test_less_than_was_announced_is_no_answer(name: str, ask: Ask) -> None:
    """A Content-Length beyond the end of the connection."""
    hostile = Hostile("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 1000", [b"{}"])
    error = await refused(ask, hostile)
    assert name in str(error)
    assert not error.verdict.permanent


@every_service
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"a":' * 100_000),
        ("application/json; charset=utf-16", '{"ok": true}'.encode("utf-16")),
        ("application/json; charset=punycode", b"a" * 2_000_000),
        ("text/plain; charset=punycode", b"a" * 2_000_000),
        ("application/json", b'{"ok": true, "channels": "\xff\xfe"}'),
    ],
    ids=["lists", "objects", "utf-16", "punycode", "plain", "no-utf-8"],
)
async def test_an_answer_in_no_form_of_the_services_is_refused(
    name: str, ask: Ask, content_type: str, body: bytes
) -> None:
    """Depths, encodings and bytes that no reader is made for."""
    head = f"HTTP/1.1 200 OK\nContent-Type: {content_type}\nContent-Length: {len(body)}"
    error = await refused(ask, Hostile(head, [body]))
    assert name in str(error)
    assert "unforeseen" not in str(error)
    assert not error.verdict.permanent


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ask", "secret"), [(ask_gemini, KEY), (ask_slack, TOKEN)], ids=["gemini", "slack"])
@pytest.mark.parametrize("status", [200, 400, 403, 500])
@pytest.mark.parametrize("before", [0, 340, 370, 385, 780])
async def test_what_a_service_repeats_of_a_secret_is_not_told(
    ask: Ask, secret: str, status: int, before: int
) -> None:
    """Not by the error, its repr or its causes, and not a half of it where a long answer is cut."""
    words = f"{'x' * before} {secret}"
    answer: dict[str, object] = {
        "ok": False,
        "error": words,
        "message": words,
        "errors": [words],
        "needed": words,
    }
    if status != 200:
        answer["error"] = {"code": status, "status": words, "message": words}  # as Google has it
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} {secret}\nContent-Type: application/json\nContent-Length: {len(body)}"
    error = await refused(ask, Hostile(head, [body]))
    told = repr(error) + error.verdict.remedy + "".join(traceback.format_exception(error))
    assert secret[:5] not in told


# --- redirects -----------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nothing_goes_where_a_service_points(
    name: str, ask: Ask, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No key, no token, no log-in from ~/.netrc, not even the request; and it is said where it was to go."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ada password hush\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving(Hostile("HTTP/1.1 200 OK\nContent-Length: 2", [b"{}"])) as elsewhere:
        location = elsewhere.root.replace("127.0.0.1", "localhost")
        here = Hostile(f"HTTP/1.1 {status} Moved\nLocation: {location}\nContent-Length: 0")
        errors = [await refused(ask, here) for _ in range(2)]
        assert elsewhere.requests == []
    for error in errors:
        assert str(error).startswith(f"{name} points to localhost, which is not followed")
        assert KEY not in str(error)
        assert TOKEN not in str(error)
    assert not any(b"Basic" in request for request in here.requests)


@pytest.mark.parametrize(
    ("asked", "to", "ours"),
    [
        ("http://export.arxiv.org/api/query", "https://export.arxiv.org/api/query", True),
        ("https://export.arxiv.org/api/query", "https://arxiv.org/api/query", True),
        ("https://export.arxiv.org/api/query", "http://export.arxiv.org/api/query", False),
        ("https://export.arxiv.org/api/query", "https://arxiv.org.example/api/query", False),
        ("https://export.arxiv.org/api/query", "https://notarxiv.org/api/query", False),
        ("https://export.arxiv.org/api/query", "https://arxiv.org@example.org/api/query", False),
        ("https://export.arxiv.org/api/query", "http://169.254.169.254/latest", False),
        ("https://export.arxiv.org/api/query", "file:///etc/passwd", False),
        ("http://127.0.0.1:8000/api/query", "http://127.0.0.1:8000/other", True),
        ("http://127.0.0.1:8000/api/query", "http://127.0.0.1:9000/other", False),
        ("https://mirror.example/api/query", "https://mirror.example/v2", True),
        ("https://mirror.example/api/query", "http://mirror.example/v2", False),
    ],
)
def test_arxiv_may_point_to_its_own_hosts_only(asked: str, to: str, ours: bool) -> None:
    """Over TLS; and another service within itself."""
    assert is_ours(URL(asked), URL(to)) is ours
