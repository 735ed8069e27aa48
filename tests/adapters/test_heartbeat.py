"""The dead man's switch: heard where it is there, harmless where it is not, and never told of."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.heartbeat import HttpHeartbeat


@pytest.fixture
async def heard() -> AsyncIterator[tuple[TestServer, list[str]]]:
    paths: list[str] = []

    async def take(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=404 if "gone" in request.path else 200)

    app = web.Application()
    app.router.add_get("/{tail:.*}", take)
    server = TestServer(app)
    await server.start_server()
    yield server, paths
    await server.close()


async def test_a_good_round_and_a_failed_one_are_told_apart(heard: tuple[TestServer, list[str]]) -> None:
    """By the address that the service has for failures; a service without one is not told of them."""
    server, paths = heard
    ours, other = (HttpHeartbeat(str(server.make_url(path)), "test", {}) for path in ("/ping/uuid", "/alive"))
    assert [await ours.beat(), await ours.beat(failed=True)] == ["", ""]
    assert [await other.beat(), await other.beat(failed=True)] == ["", ""]
    assert paths == ["/ping/uuid", "/ping/uuid/fail", "/alive"]


async def test_what_goes_wrong_is_said_without_the_address(heard: tuple[TestServer, list[str]]) -> None:
    """Who knows the address can beat in our stead."""
    server, _ = heard
    gone = HttpHeartbeat(str(server.make_url("/gone/secret-uuid")), "test", {})
    assert await gone.beat() == "it answered with status 404"
    closed = HttpHeartbeat("http://127.0.0.1:9/secret-uuid", "test", {})
    said = await closed.beat()
    assert said.startswith("no connection (")
    assert "secret" not in said
    proxied = HttpHeartbeat("http://example.org/x", "test", {"HTTP_PROXY": "socks5://secret:1080"})
    assert "secret" not in await proxied.beat()
    assert await proxied.beat()
