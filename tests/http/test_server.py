"""The HTTP side: what a proxy, Prometheus, a mail reader's button and a scanner of mails get from it."""

from __future__ import annotations

import asyncio
import email
import gc
import re
import socket
import sqlite3
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from email import policy
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot import app, links
from bot.errors import DeliveryError, DiskFull, StoreError
from bot.http.server import application
from bot.models import Envelope, Receipt, Target, Verdict
from bot.pipeline import tick
from bot.settings import EmailSettings, HttpSettings
from bot.store import Store
from bot.store.database import Connection
from bot.store.opening import open_store
from tests.fakes import SilentProgress
from tests.pipeline.conftest import World, new_world
from tests.samples import paper, subscriber

MAIL = Target("email", "ada@example.org")
SMTP = EmailSettings("smtp.example.org", "bot@example.org")
Client = TestClient[web.Request, web.Application]
PUBLIC = "https://digest.example.org/lab"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = new_world(tmp_path)
    made.subscribe(subscriber(targets=(MAIL,)), email=SMTP, http=HttpSettings(public_url=PUBLIC))
    yield made
    made.store.close()


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with TestClient(TestServer(application(world.services))) as client:
        yield client


def path(world: World, name: str = "ada", target: Target = MAIL) -> str:
    return "/u/" + links.token(world.store.optouts.key(), name, target)


def held(world: World) -> list[tuple[Target | None, bool]]:
    return [(one.target, one.unsubscribed) for one in world.store.optouts.of("ada")]


async def test_a_get_changes_nothing_however_often_it_comes(world: World, client: Client) -> None:
    """Scanners of mails follow every link, twice."""
    for _ in range(2):
        answer = await client.get(path(world))
        assert answer.status == 200
        assert "You receive it." in await answer.text()
    assert (await client.head(path(world))).status == 200
    assert held(world) == []


async def test_one_click_unsubscribes_this_address_and_again_changes_nothing(
    world: World, client: Client
) -> None:
    """RFC 8058: the mail reader posts this body, without cookies and without following anything."""
    for _ in range(2):
        answer = await client.post(path(world), data={"List-Unsubscribe": "One-Click"})
        assert answer.status == 200
    assert held(world) == [(MAIL, True)]
    world.source.papers = [paper()]
    await world.once()
    assert world.email.accepted == []
    (alert,) = world.store.notices.open_alerts()
    assert alert.key.startswith("unsubscribed: ada: ")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None, "multipart"])
async def test_one_click_counts_in_whatever_form_it_comes(
    world: World, client: Client, kind: str | None
) -> None:
    """RFC 8058 lets the sender take multipart, too; and some don't say that it is a form."""
    if kind == "multipart":
        form = FormData({"List-Unsubscribe": "One-Click"}, default_to_multipart=True)
        answer = await client.post(path(world), data=form)
    else:
        headers = {"Content-Type": kind} if kind else {}
        body = b"List-Unsubscribe=One-Click\r\n" if kind == "text/plain" else b"List-Unsubscribe=One-Click"
        answer = await client.post(path(world), data=body, headers=headers)
    assert answer.status == 200
    assert held(world) == [(MAIL, True)]


@pytest.mark.parametrize("body", [b"", b"one-click", b"action=", b"\xff\xfe", b"List-Unsubscribe=No"])
async def test_a_body_that_says_nothing_changes_nothing(world: World, client: Client, body: bytes) -> None:
    """A scanner may post what it likes, but for the words."""
    answer = await client.post(path(world), data=body, headers={"Content-Type": "text/plain"})
    assert answer.status == 400
    assert held(world) == []


async def test_two_clicks_at_once_while_the_digest_is_being_sent(world: World, client: Client) -> None:
    """The first counts, the operator is told once, and what comes back refused is not sent again."""
    world.source.papers = [paper()]

    async def send(envelope: Envelope, resolved: str) -> Receipt:
        clicks = (client.post(path(world), data={"List-Unsubscribe": "One-Click"}) for _ in range(2))
        assert [answer.status for answer in await asyncio.gather(*clicks)] == [200, 200]
        raise DeliveryError("greylisted", Verdict(retry_after=timedelta(seconds=1)))

    world.email.on_send = send
    await world.once()
    world.email.on_send = None
    world.clock.advance(timedelta(days=1))
    await world.once()
    assert world.email.accepted == []
    assert held(world) == [(MAIL, True)]
    assert len(world.store.notices.open_alerts()) == 1


async def test_the_page_speaks_the_reader_s_language(world: World, client: Client) -> None:
    """As their digests do; and it says of itself which that is."""
    shown = {}
    for language in ("German", "French", "es", "日本語", "Chinese", "Hebrew"):
        world.subscribe(subscriber(targets=(MAIL,), language=language), email=SMTP, http=HttpSettings())
        async with TestClient(TestServer(application(world.services))) as other:
            await other.post(path(world), data={"action": "pause-1"})
            shown[language] = await (await other.get(path(world))).text()
    assert '<html lang="de">' in shown["German"]
    assert "Er pausiert bis Montag, 23. November 2026, 12:00 Uhr (UTC)." in shown["German"]
    assert "Se désabonner" in shown["French"]
    assert "Cancelar la suscripción" in shown["es"]
    assert "2026年11月23日月曜日" in shown["日本語"]
    assert "退订" in shown["Chinese"]
    assert '<html lang="en">' in shown["Hebrew"]


@pytest.mark.parametrize(("action", "weeks"), [("pause-1", 1), ("pause-2", 2), ("pause-4", 4)])
async def test_the_buttons_pause_and_resume(world: World, client: Client, action: str, weeks: int) -> None:
    """And the page says what is in force."""
    shown = await (await client.post(path(world), data={"action": action})).text()
    (one,) = world.store.optouts.of("ada")
    assert one.until == world.clock.now() + timedelta(weeks=weeks)
    assert "It is paused until Monday" in shown
    world.clock.advance(timedelta(minutes=1))
    await client.post(path(world), data={"action": action})
    assert world.store.optouts.of("ada") == [one], "asked again it changes nothing more"
    assert "You receive it." in await (await client.post(path(world), data={"action": "resume"})).text()
    assert held(world) == []
    assert (await client.post(path(world), data={"action": "delete"})).status == 400


async def test_a_wrong_token_is_an_unknown_page(world: World, client: Client) -> None:
    """Cut, altered, of another installation, of somebody who left: nobody learns which of these it was."""
    good = path(world)
    wrong = [good[:-1], good[:-3] + "abc", "/u/x", "/u/" + links.token(b"other key", "ada", MAIL)]
    wrong += [path(world, "gone"), path(world, target=Target("email", "eve@example.org")), "/nothing"]
    for one in wrong:
        for answer in (await client.get(one), await client.post(one, data={"action": "unsubscribe"})):
            assert answer.status == 404
            assert answer.headers["Cache-Control"] == "no-store" or one == "/nothing"
    assert held(world) == []


async def test_no_name_no_address_and_no_paper_is_shown(world: World, client: Client) -> None:
    """Whoever finds the port learns nothing of its readers."""
    world.source.papers = [paper(title="A secret title")]
    await world.once()
    for one in ("/healthz", "/readyz", "/metrics", path(world)):
        said = await (await client.get(one)).text()
        assert not re.search(r"\bada\b|example\.org|secret|2611\.", said), one
    assert "example" not in path(world)  # three letters may stand in any hash


async def test_requests_are_limited_in_size_and_rate(world: World, client: Client) -> None:
    """A body of megabytes is not read, a flood is refused before anything is done."""
    assert (await client.post(path(world), data=BytesIO(b"x" * 10_000_000))).status == 413
    for method in ("PUT", "OPTIONS", "DELETE", "PROPFIND"):
        assert (await client.request(method, path(world))).status == 405
    flood = [client.get("/healthz") for _ in range(1000)]
    statuses = [answer.status for answer in await asyncio.gather(*flood)]
    assert (set(statuses), statuses.count(200)) == ({200, 429}, 55)
    other = await client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert other.status == 200, "a proxy's readers are told apart"
    world.clock.advance(timedelta(minutes=1))
    assert (await client.get("/healthz")).status == 200


async def test_a_former_configuration_is_let_go(world: World) -> None:
    """After an edit nothing keeps what the side before it served, secrets and connections with it."""
    services = replace(world.services, progress=SilentProgress())
    kept = weakref.ref(services.progress)
    async with TestClient(TestServer(application(services))) as client:
        for one in ("/healthz", "/nothing", path(world)):
            await (await client.get(one)).read()
    del services, client
    gc.collect()
    assert kept() is None


async def test_ready_says_why_not(world: World, client: Client) -> None:
    """A line a reason."""
    await world.once()
    assert (await client.get("/readyz")).status == 200
    world.clock.advance(timedelta(days=4))
    answer = await client.get("/readyz")
    assert (answer.status, await answer.text()) == (503, "the poll is overdue\n")


async def test_not_ready_while_the_disk_is_full(world: World) -> None:
    """A daemon waits a full disk out, and whoever watches it learns why nothing comes."""
    world.store.close()
    connection = Connection(world.folder / "state.db")
    world.store = Store(connection)
    world.state = tick.start(world.services)
    await world.once()
    connection.rows(f"PRAGMA max_page_count = {connection.value('PRAGMA page_count')}")
    world.source.papers = [paper(f"2611.{n:05}", abstract="We measure. " * 300) for n in range(30)]
    with pytest.raises(DiskFull):
        await world.once()
    async with TestClient(TestServer(application(world.services))) as client:
        answer = await client.get("/readyz")
        assert (answer.status, await answer.text()) == (503, "the disk is full\n")
        connection.rows("PRAGMA max_page_count = 1000000")
        await world.once()
        assert (await client.get("/readyz")).status == 200


async def test_metrics_have_the_names_that_are_promised(world: World, client: Client) -> None:
    """Alert rules go by them."""
    world.source.papers = [paper()]
    await world.once()
    said = await (await client.get("/metrics")).text()
    for line in (
        'arxiv_digest_polls_total{outcome="complete"} 1.0',
        "arxiv_digest_papers_total 1.0",
        'arxiv_digest_summaries_total{outcome="written"} 0.0',
        'arxiv_digest_model_tokens_total{direction="prompt"} 0.0',
        'arxiv_digest_deliveries_total{kind="email",outcome="sent"} 1.0',
        'arxiv_digest_outbox{state="pending"} 0.0',
        "arxiv_digest_outbox_oldest_seconds 0.0",
        "arxiv_digest_last_poll_timestamp_seconds ",
        "arxiv_digest_next_digest_timestamp_seconds ",
        "process_open_fds",
    ):
        assert f"\n{line}" in said, line


async def test_behind_a_prefix_the_same_pages_are_there(world: World, client: Client) -> None:
    """Some proxies strip the path of the public address, some don't; the form goes where the page is."""
    answer = await client.get("/lab" + path(world))
    assert answer.status == 200
    assert 'action="' not in (await answer.text()).replace('name="action"', "")


async def test_a_mail_has_the_link_only_where_there_is_a_page_for_it(world: World) -> None:
    """With RFC 8058's header; without a public address mails are as they were."""
    world.source.papers = [paper("2611.00001")]
    await world.once()
    (sent,) = world.email.accepted
    text = sent.payload.replace(b"\r\n", b"\n")
    header = email.message_from_bytes(sent.payload, policy=policy.default)["List-Unsubscribe"]
    assert re.sub(r"\s", "", header).startswith(f"<{PUBLIC}{path(world)}>,<mailto:")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in text
    world.settings = replace(world.settings, http=None)
    world.source.papers += [paper("2611.00002")]
    await world.once()
    assert b"One-Click" not in world.email.accepted[-1].payload


async def test_an_address_that_can_t_be_listened_at_is_named_with_the_remedy(world: World) -> None:
    """One in use, and one that is another machine's."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for host, port in (("127.0.0.1", taken.getsockname()[1]), ("192.0.2.1", 8025)):
            settings = replace(world.settings, http=HttpSettings(host, port))
            with pytest.raises(
                StoreError, match=rf"http\.listen: {host}:{port} can't be used: .*another address"
            ):
                async with app.serving(replace(world.services, settings=settings)):
                    pass


async def test_whoever_holds_connections_open_holds_up_nothing_else(world: World) -> None:
    """A hundred at most; when more come, those that have been open for a minute go, whatever they are about."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = replace(world.settings, http=HttpSettings("127.0.0.1", port))

    writers: list[asyncio.StreamWriter] = []

    async def asked(words: bytes = b"GET /healthz HTTP/1.0\r\n\r\n") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        writer.write(words)
        return reader

    async def answer(reader: asyncio.StreamReader) -> bytes:
        with suppress(ConnectionError):
            return await reader.read()
        return b""

    async with app.serving(replace(world.services, settings=settings)):
        slow = [await asked(b"GET /healthz HTTP/1.1\r\nX: ") for _ in range(100)]
        assert await answer(await asked()) == b""
        await world.clock.sleep(61)
        assert (await answer(await asked())).endswith(b"\r\n\r\nok\n")
        assert [await answer(one) for one in slow] == [b""] * 100
    for writer in writers:
        writer.close()


async def test_a_request_that_is_none_does_not_fill_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is refused; a fault of ours would be told."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = replace(world.settings, http=HttpSettings("127.0.0.1", port))
    async with app.serving(replace(world.services, settings=settings)):
        for words in (
            b"GET /u/\0 HTTP/1.1\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
            b"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nzz",
            b"POST /u/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(words)
            assert re.match(rb"HTTP/1\.[01] 40[04] ", await reader.readline())
            writer.close()
    assert caplog.text == ""


async def test_a_locked_database_asks_the_reader_to_come_again(world: World) -> None:
    """Nothing was changed, and it is no fault of the reader's."""
    world.store.close()
    world.store = open_store(world.settings.database, busy_timeout_s=0.01)
    with closing(sqlite3.connect(world.settings.database, isolation_level=None)) as other:
        async with TestClient(TestServer(application(world.services))) as client:
            link = path(world)
            other.execute("BEGIN IMMEDIATE")
            answer = await client.post(link, data={"action": "unsubscribe"})
            assert (answer.status, await answer.text()) == (503, "the database can't be used\n")
            other.execute("ROLLBACK")
            assert held(world) == []
            assert (await client.post(link, data={"action": "unsubscribe"})).status == 200
