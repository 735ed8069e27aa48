"""The one kind of HTTP session that every client here has: what comes back over it is bounded.

An answer is bounded in bytes after decompression, one in JSON in what it holds too, and in time by the session's
or the request's timeout. No redirect is followed: aiohttp takes `Authorization` away on the way to another host,
but not a key in a header of its own, and an answer from elsewhere is nobody's we asked. Nothing is sent twice,
no ~/.netrc is read, and no cookie kept: what one answer says would stand in every later request.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import aiohttp
from yarl import URL

MEGABYTE = 10**6
MOST_CONTAINERS = 200_000
"""Lists and objects of an answer in JSON. A thousand Slack channels have some ten thousand; each takes Python
twenty times the bytes that it is written with, and its own time."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class AnswerTooLarge(aiohttp.ClientPayloadError):
    """More than any answer of this service has; it completes "Gemini's answer …"."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class NotJson(JSONDecodeError):
    """A body that is not the JSON that it should be. It is not kept."""

    def __init__(self, status: int) -> None:
        super().__init__("no JSON", "", 0)
        self.status = status


class Redirected(aiohttp.ClientError):
    """The service points to another address, ``location`` as it wrote it; it completes "Gemini …"."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(f"points to {_host(location)}, which is not followed")
        self.status = status
        self.location = location


class BoundedResponse(aiohttp.ClientResponse):
    """One of which at most `limit` bytes are read, whoever reads: aiohttp's `text` and `json` go through here.

    Both read UTF-8 (RFC 8259, 8.1), whatever charset the answer claims: some of Python's codecs take time with
    the square of a text's length.
    """

    limit = MEGABYTE
    containers: int | None = None
    """At most so many brackets that open a list or an object, where the answers are JSON."""

    async def read(self) -> bytes:
        if self._body is None:
            try:
                self._body = await self._whole()
            except BaseException:
                self.close()
                raise
        return await super().read()

    async def _whole(self) -> bytes:
        if (self.content_length or 0) > self.limit:
            raise self._too_large()
        chunks, size = [], 0
        # In the portions in which aiohttp decompresses: `content.read()` would have it do so without an end.
        async for chunk in self.content.iter_any():
            size += len(chunk)
            if size > self.limit:
                raise self._too_large()
            chunks.append(chunk)
        body = b"".join(chunks)
        if self.containers is not None and body.count(b"[") + body.count(b"{") > self.containers:
            raise AnswerTooLarge(
                f"has more than {self.containers:,} lists and objects, which no true one has", self.status
            )
        return body

    def _too_large(self) -> AnswerTooLarge:
        return AnswerTooLarge(
            f"is larger than {self.limit // MEGABYTE} MB, which no true one is", self.status
        )

    async def json(self, **options: Any) -> Any:
        try:
            return await super().json(**options)
        except (ValueError, RecursionError):
            raise NotJson(self.status) from None

    def get_encoding(self) -> str:
        return "utf-8"


def bounded_session(
    limit: int,
    *,
    containers: int | None = None,
    timeout: aiohttp.ClientTimeout = aiohttp.client.DEFAULT_TIMEOUT,
    headers: Mapping[str, str] | None = None,
    connector: aiohttp.BaseConnector | None = None,
    proxy: str | None = None,
) -> aiohttp.ClientSession:
    """A session whose answers have at most ``limit`` bytes and ``containers``, to be closed by the caller."""
    return aiohttp.ClientSession(
        response_class=type(
            "BoundedResponse", (BoundedResponse,), {"limit": limit, "containers": containers}
        ),
        middlewares=(_send_once, _stay_here),
        timeout=timeout,
        headers=headers,
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=proxy,
    )


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Rename the exceptions on which aiohttp sends a GET again by itself.

    arXiv's terms ask for three seconds between requests, and each one of Gemini's counts.
    """
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise  # nothing was sent
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error) or type(error).__name__) from error


async def _stay_here(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Let no redirect be followed, whatever a library asks for: `Redirected`."""
    response = await handler(request)
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or not location:
        return response
    response.close()
    raise Redirected(response.status, location)


def _host(location: str) -> str:
    """Where to, without what an address may hold beside its host."""
    try:
        return URL(location).host or "another address"
    except ValueError:
        return "an address that is none"
