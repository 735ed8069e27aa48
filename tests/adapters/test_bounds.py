"""What a hostile service, or whoever stands between, can do with an answer: it is refused, in bounds and by name."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import traceback
from contextlib import suppress
from itertools import repeat
from pathlib import Path

import pytest
from google.genai import types
from yarl import URL

from bot.adapters.gemini import MOST_TOKENS, read_reply
from bot.adapters.http import is_ours
from bot.adapters.session import bounded_session
from bot.errors import ServiceError
from tests.hostile import (
    KEY,
    MEGABYTE,
    SERVICES,
    TOKEN,
    Ask,
    Hostile,
    ask_gemini,
    ask_slack,
    ask_smtp,
    bomb,
    serving,
)
from tests.raw_smtp import RawSmtp

every_service = pytest.mark.parametrize(("name", "ask"), SERVICES.values(), ids=SERVICES)


async def refused(ask: Ask, hostile: Hostile) -> ServiceError:
    async with serving(hostile):
        with pytest.raises(ServiceError) as caught:
            await ask(hostile.root)
    return caught.value


# --- size ----------------------------------------------------------------------------------------


@every_service
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_bomb_goes_off_in_bounds(name: str, ask: Ask, encoding: str) -> None:
    """A megabyte that would become a thousand."""
    head = f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Encoding: {encoding}\nConnection: close"
    error = await refused(ask, Hostile(head, bomb(encoding)))
    assert str(error).startswith(f"{name}'s answer is larger than")
    assert not error.verdict.permanent


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


@pytest.mark.parametrize(("name", "ask"), [SERVICES["gemini"], SERVICES["slack"]], ids=["gemini", "slack"])
@pytest.mark.parametrize("piece", [b"[],", b"{},", b'{"name":"a"},'])
async def test_an_answer_of_nothing_but_lists_is_not_built(name: str, ask: Ask, piece: bytes) -> None:
    """Each takes twenty times its bytes in memory, and three megabytes of them a second."""
    body = b'{"ok": true, "channels": [' + piece * 200_001 + b"0]}"
    head = f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(body)}"
    error = await refused(ask, Hostile(head, [body]))
    assert str(error).startswith(f"{name}'s answer has more than 200,000 lists and objects")
    assert not error.verdict.permanent


@pytest.mark.parametrize(
    "answer",
    [
        {"channels": [[], 1, None, "x", {}, {"name": [], "id": {}}, {"previous_names": 7}]},
        {"channels": {"a": 1}},
        {"channels": [], "response_metadata": []},
        {"channels": [], "response_metadata": {"next_cursor": {}}},
        {"channels": [], "response_metadata": "x"},
    ],
)
async def test_a_list_of_other_things_than_channels_has_none(answer: dict[str, object]) -> None:
    """What is no channel is passed over."""
    body = json.dumps({"ok": True, **answer}).encode()
    head = f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(body)}"
    assert str(await refused(ask_slack, Hostile(head, [body]))).startswith("there is no channel #em-papers")


class Pages(Hostile):
    """A list whose every page names another one."""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cursor = {"next_cursor": str(len(self.requests))}
        self.body = [json.dumps({"ok": True, "channels": [], "response_metadata": cursor}).encode()]
        await super().answer(reader, writer)


async def test_a_list_without_a_last_page_ends() -> None:
    """Two hundred pages are all that a list can have."""
    pages = Pages("HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close")
    error = await refused(ask_slack, pages)
    assert str(error).startswith("Slack's list has no end")
    assert len(pages.requests) == 200


@pytest.mark.parametrize("status", [101, 206, 300])
async def test_a_status_that_gemini_never_answers_is_nothing_about_the_prompt(status: int) -> None:
    """The paper is asked for again another time."""
    head = f"HTTP/1.1 {status} X\nContent-Type: application/json\nContent-Length: 2"
    error = await refused(ask_gemini, Hostile(head, [b"{}"]))
    assert (error.verdict.permanent, error.verdict.malformed) == (False, True)


@pytest.mark.parametrize("told", [10**30, -(10**30), -5, 2**63])
def test_what_was_spent_is_a_number_that_can_be_kept(told: int) -> None:
    """Whatever the answer says: neither beyond the database's numbers, nor below nothing."""
    usage = types.GenerateContentResponseUsageMetadata(
        prompt_token_count=told, candidates_token_count=told, thoughts_token_count=told
    )
    candidate = types.Candidate(content=types.Content(parts=[types.Part(text="[]")]))
    reply = read_reply(types.GenerateContentResponse(candidates=[candidate], usage_metadata=usage))
    assert 0 <= reply.prompt_tokens <= MOST_TOKENS
    assert 0 <= reply.output_tokens <= 2 * MOST_TOKENS


async def test_no_service_leaves_a_cookie() -> None:
    """One answer's would stand in all later requests, and a large one make them all refused."""
    cookies = "\n".join(f"Set-Cookie: a{n}={'x' * 3000}" for n in range(30))
    head = f"HTTP/1.1 200 OK\n{cookies}\nConnection: close\nContent-Length: 2"
    async with serving(Hostile(head, [b"{}"])) as hostile:
        address = hostile.root.replace("127.0.0.1", "localhost")  # an address of digits is given none
        async with bounded_session(10**6) as session:
            for _ in range(2):
                await (await session.get(address)).read()
    assert len(hostile.requests) == 2
    assert b"cookie:" not in hostile.requests[1].lower()


# --- time ----------------------------------------------------------------------------------------


class Dripping(Hostile):
    """Sends what it has byte by byte, as slowly as keeps any single wait from being long."""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            for byte in self.head.replace("\n", "\r\n").encode():
                writer.write(bytes([byte]))
                await writer.drain()
                self.sent += 1
                await asyncio.sleep(0.02)
        writer.close()


@pytest.mark.parametrize(
    "head", ["HTTP/1.1 200 OK\nContent-Length: 9000\n\n" + "x" * 9000, "HTTP/1.1 200 OK\nX: " + "x" * 9000]
)
@every_service
async def test_an_answer_byte_by_byte_is_waited_for_no_longer(name: str, ask: Ask, head: str) -> None:
    """The whole of it has its time, not each byte: in an answer, and in what stands before it."""
    dripping = Dripping(head)
    async with serving(dripping):
        with pytest.raises(ServiceError) as caught:
            await ask(dripping.root, seconds=0.15)
    assert name in str(caught.value)
    assert not caught.value.verdict.permanent
    assert dripping.sent < 50


# --- SMTP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["BANNER", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "reply",
    [b"250-" + b"x" * 2**22, b"250-x\r\n" * 2**19, b"2" * 2**20 + b"\r\n"],
    ids=["line", "lines", "code"],
)
async def test_a_mail_server_s_reply_has_an_end(stage: str, reply: bytes) -> None:
    """Not a line without one, nor one of a million lines: the server is named, and it is tried again."""
    async with RawSmtp({stage: reply}) as server:
        port = server.port
        with pytest.raises(ServiceError) as caught:
            await ask_smtp(f"smtp://127.0.0.1:{port}")
    assert re.search(f"127.0.0.1:{port}|(?:ada|bot)@example.org", str(caught.value))
    assert len(str(caught.value)) < 500
    assert not caught.value.verdict.permanent


async def test_a_mail_server_that_drips_is_waited_for_no_longer() -> None:
    """A reply has its time as a whole."""
    dripping = Dripping("220-" + "x" * 9000)
    async with serving(dripping):
        with pytest.raises(ServiceError, match="no answer in time"):
            await ask_smtp(dripping.root, seconds=0.15)
    assert dripping.sent < 50


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


# --- memory --------------------------------------------------------------------------------------


def test_no_bomb_takes_more_than_400_megabytes() -> None:
    """All of them in one process, which was started for them: what it ever held is measured."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.bombs"]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=True)
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(found) > 20
    assert not [(name, megabytes) for name, _, megabytes in found if megabytes > 400]
    assert {name for name, said, _ in found if not said} == {
        *("search: 1,000 papers", "search: an abstract of 10 MB"),  # which are true answers, and cut
    }


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
