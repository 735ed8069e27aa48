"""Every HTTP client goes through the proxy that the environment names, and says so when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from aiohttp.client_exceptions import ClientConnectorDNSError
from aiohttp.client_reqrep import ConnectionKey

from bot.adapters.arxiv import ArxivApi
from bot.adapters.feed import ArxivFeed
from bot.adapters.gemini import Gemini
from bot.adapters.http import open_session, proxy_trouble
from bot.channels.slack.channel import SlackChannel
from bot.demo.arxiv import ArxivService
from bot.demo.gemini import GeminiService
from bot.demo.slack import SlackService
from bot.errors import ServiceError
from bot.network import Proxy
from bot.settings import GeminiSettings, Secret


@dataclass
class ForwardProxy:
    """Hands requests for any host on to one service of this machine; refuses every tunnel with 407."""

    ports: dict[str, int] = field(default_factory=dict)
    """By the host that is asked for."""
    asked: list[str] = field(default_factory=list)
    """``GET arxiv.test``, ``CONNECT slack.test``"""
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, _, headers = head.partition("\r\n")
        method, target, version = request.split(" ")
        host = target.partition(":")[0] if method == "CONNECT" else urlsplit(target).hostname or ""
        login = " with a login" if "proxy-authorization:" in headers.lower() else ""
        self.asked.append(f"{method} {host}{login}")
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        else:
            inner, onward = await asyncio.open_connection("127.0.0.1", self.ports[host])
            parts = urlsplit(target)
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            lines = [
                line for line in headers.split("\r\n") if line and not line.lower().startswith("connection:")
            ]
            length = next(
                (int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")),
                0,
            )
            onward.write(
                "\r\n".join([f"{method} {path} {version}", *lines, "Connection: close", "", ""]).encode()
            )
            onward.write(await reader.readexactly(length))
            writer.write(await inner.read())
            onward.close()
        await writer.drain()
        writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[ForwardProxy]:
    proxy = ForwardProxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://ada:hush@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield proxy


Ask = Callable[[str, dict[str, str]], Awaitable[object]]


async def ask_api(root: str, environ: dict[str, str]) -> object:
    async with open_session("test") as session:
        return await ArxivApi(session, f"{root}/api/query", environ).search("all:x", start=0, size=1)


async def ask_feed(root: str, environ: dict[str, str]) -> object:
    async with open_session("test") as session:
        return await ArxivFeed(session, root, environ).read(["cs.AI"])


async def ask_gemini(root: str, environ: dict[str, str]) -> object:
    gemini = Gemini(GeminiSettings(api_key=Secret("key"), base_url=f"{root}/"), environ)
    try:
        return await gemini.model_name()
    finally:
        await gemini.aclose()


async def ask_slack(root: str, environ: dict[str, str]) -> object:
    slack = SlackChannel(Secret("xoxb-right"), f"{root}/api/", environ, timeout=timedelta(seconds=5))
    try:
        return await slack.resolve("#em-papers")
    finally:
        await slack.aclose()


CLIENTS = pytest.mark.parametrize("ask", [ask_api, ask_feed, ask_gemini, ask_slack])


@CLIENTS
async def test_a_proxy_is_used(proxy: ForwardProxy, ask: Ask) -> None:
    """By its login too; the host's own name is left to the proxy to look up."""
    async with ArxivService() as arxiv, GeminiService() as gemini, SlackService(token="xoxb-right") as slack:
        slack.workspace.add_channel("em-papers")
        urls: dict[Ask, str] = {
            ask_api: arxiv.api_url,
            ask_feed: arxiv.rss_url,
            ask_gemini: gemini.base_url,
            ask_slack: slack.base_url,
        }
        url = urls[ask]
        proxy.ports["service.test"] = urlsplit(url).port or 0
        prefix = urlsplit(url).path.removesuffix("/api/query").removesuffix("/api/").rstrip("/")
        await ask(f"http://service.test{prefix}", {"HTTP_PROXY": proxy.url})
    assert proxy.asked
    assert {one.partition(" ")[2] for one in proxy.asked} == {"service.test with a login"}


@CLIENTS
async def test_a_proxy_that_refuses_is_named(proxy: ForwardProxy, ask: Ask) -> None:
    """By its variable, without its address or password, and with what it said."""
    with pytest.raises(ServiceError) as caught:
        await ask("https://service.test", {"ALL_PROXY": proxy.url})
    assert proxy.asked == ["CONNECT service.test with a login"]
    assert "the proxy that ALL_PROXY names refuses with status 407" in str(caught.value)
    assert "hush" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert not caught.value.verdict.in_doubt


@CLIENTS
async def test_a_proxy_that_is_not_there_is_named(ask: Ask, unused_port: int) -> None:
    """Not the service, which was never asked."""
    with pytest.raises(ServiceError) as caught:
        await ask("https://service.test", {"https_proxy": f"http://ada:hush@127.0.0.1:{unused_port}"})
    assert "no connection to the proxy that https_proxy names" in str(caught.value)
    assert "hush" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_proxy_whose_name_is_unknown_is_named() -> None:
    """Through a proxy its name is the only one that is looked up; without one the trouble is another's."""
    key = ConnectionKey("proxy.test", 3128, False, True, None, None, None)
    error = ClientConnectorDNSError(key, OSError("Name or service not known"))
    assert proxy_trouble(error, None) is None
    assert proxy_trouble(ValueError("no proxy's fault"), Proxy("ALL_PROXY", "http://proxy.test:3128")) is None
    said = proxy_trouble(error, Proxy("ALL_PROXY", "http://proxy.test:3128"))
    assert said == "no connection to the proxy that ALL_PROXY names"


@CLIENTS
async def test_a_proxy_that_can_not_be_used_fails_at_once(ask: Ask) -> None:
    """Until somebody mends the variable that the failure names."""
    with pytest.raises(ServiceError) as caught:
        await ask("https://service.test", {"ALL_PROXY": "socks5://ada:hush@127.0.0.1:1"})
    assert "ALL_PROXY: a SOCKS proxy can't be used" in str(caught.value)
    assert "http://" in caught.value.verdict.remedy
    assert caught.value.verdict.permanent or caught.value.verdict.until_mended
    assert "hush" not in f"{caught.value!r} {caught.value.verdict}"


@CLIENTS
async def test_the_process_own_environment_is_not_asked(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    """The libraries' own reading of it would disagree with ours."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:1")
    with pytest.raises(ServiceError) as caught:
        await ask(f"http://127.0.0.1:{unused_port}", {})
    assert "PROXY" not in str(caught.value).upper()


async def test_a_client_that_can_not_be_made_is_geminis_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK trips over in the environment is named, and is no crash."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    with pytest.raises(ServiceError, match="client can't be made") as caught:
        await ask_gemini("https://service.test", {})
    assert "SSL_CERT_FILE" in caught.value.verdict.remedy
    assert caught.value.verdict.permanent


@pytest.fixture
async def unused_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port
