"""The routes, on aiohttp's server: loopback by default, behind a reverse proxy where it is public.

A GET changes nothing: mail scanners follow every link. What is changed is changed by a POST, by RFC 8058's one
click too, and asked again changes nothing more.
"""

from __future__ import annotations

import asyncio
import email
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from email.message import Message
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot import links
from bot.errors import StoreError
from bot.http import metrics, pages
from bot.models import OutboxState, Subscriber, Target
from bot.network import is_loopback
from bot.pipeline import alerts, hours
from bot.pipeline.services import Services

_BODY_BYTES = 4096
_BURST, _PER_SECOND = 60.0, 10.0
"""Requests of one address: so many at once, and so many a second after that."""
_ADDRESSES = 10_000
"""Addresses that are counted; the longest silent are forgotten."""
_LONGEST_ADDRESS = 64
_CONNECTIONS = 100
"""Open at once. Each is a file of the process, which needs them for the services and the database."""
_LONGEST_CONNECTION = timedelta(minutes=1)
"""When others come, one that has been open for so long is closed: an answer takes milliseconds."""
_OVERDUE = timedelta(hours=6)
_STUCK = timedelta(days=1)
_PAUSES = {f"pause-{weeks}": timedelta(weeks=weeks) for weeks in (1, 2, 4)}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

_SENDERS_FAULTS = (HttpProcessingError, web.RequestPayloadError)
LOG = logging.getLogger("arxiv-digest.http")
"""For the server: a request that is none is its sender's fault, who could fill the log with them."""
LOG.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], _SENDERS_FAULTS)))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(services: Services) -> web.Application:
    """The routes, at the root and, where the public address has a path, below that too."""
    side, limits = _Side(services), _Limits(services.clock.monotonic)
    answers: dict[str, dict[str, Handler]] = {
        "/healthz": {"GET": side.healthz},
        "/readyz": {"GET": side.readyz},
        "/metrics": {"GET": side.metrics},
        "/u/{token}": {"GET": side.page, "POST": side.act},
    }
    # No middleware: aiohttp keeps the handlers that it has put them around, and with them the services and secrets
    # of every configuration there was.
    app = web.Application(client_max_size=_BODY_BYTES)
    public = services.settings.http.public_url if services.settings.http else None
    path = urlsplit(public or "").path.rstrip("/")
    for prefix in dict.fromkeys(("", path)):
        for place, by_method in answers.items():
            if "GET" in by_method:
                by_method = {**by_method, "HEAD": by_method["GET"]}
            for method, handler in by_method.items():
                app.router.add_route(method, prefix + place, limits.guarded(handler))
            app.router.add_route("*", prefix + place, limits.guarded(_not_allowed(by_method)))
    app.router.add_route("*", "/{path:.*}", limits.guarded(_not_found))
    return app


def unready(services: Services) -> list[str]:
    """Why nobody should rely on us now, a line each; no name and no address."""
    now = services.clock.now()
    try:
        backlog, last = services.store.outbox.backlog(), services.store.polls.last_poll()
        alarms = services.store.notices.open_alerts()
    except StoreError:
        return ["the database can't be used"]
    reasons = ["the disk is full"] if services.store.is_full else []
    if last and hours.next_poll_after(last, services.settings, last.finished_at) < now - _OVERDUE:
        reasons.append("the poll is overdue")
    if failed := backlog.by_state[OutboxState.FAILED]:
        reasons.append(f"deliveries failed: {failed}")
    if backlog.oldest is not None and now - backlog.oldest > _STUCK:
        reasons.append("a delivery has been waiting for over a day")
    if services.settings.gemini.api_key is not None and any(one.key == alerts.MODEL for one in alarms):
        reasons.append("the model gives no summaries")
    return reasons


class Door:
    """Lets connections in, as the protocol factory of ``create_server``: aiohttp itself takes as many as come, and
    waits without an end for what they ask."""

    def __init__(self, server: web.Server, monotonic: Callable[[], float]) -> None:
        self._server = server
        self._monotonic = monotonic
        self._since: dict[web.RequestHandler, float] = {}

    def __call__(self) -> asyncio.Protocol:
        return _Entrance(self._let_in)

    def _let_in(self, transport: asyncio.Transport) -> None:
        now, young = self._monotonic(), {}
        for one in self._server.connections:
            since = self._since.get(one, now)
            if since + _LONGEST_CONNECTION.total_seconds() > now:
                young[one] = since
            elif isinstance(one.transport, asyncio.Transport):
                one.transport.abort()  # whoever does not read would make a gentler end wait
        self._since = young
        if len(young) >= _CONNECTIONS:
            transport.abort()
            return
        handler = self._server()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        young[handler] = now


class _Entrance(asyncio.Protocol):
    """What a connection meets before it has a protocol of its own."""

    def __init__(self, let_in: Callable[[asyncio.Transport], None]) -> None:
        self._let_in = let_in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._let_in(transport)


class _Side:
    """The handlers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def healthz(self, _request: web.Request) -> web.Response:
        return _text("ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        reasons = unready(self._services)
        return _text("\n".join([*reasons, ""]) if reasons else "ready\n", 503 if reasons else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        body = metrics.text(self._services)
        return web.Response(body=body, headers={**_HEADERS, "Content-Type": metrics.CONTENT_TYPE})

    async def page(self, request: web.Request) -> web.Response:
        subscriber, target = self._reader(request)
        return self._page(subscriber, target)

    async def act(self, request: web.Request) -> web.Response:
        subscriber, target = self._reader(request)
        # To read it refuses what is too large, of whatever kind.
        fields = _fields(await request.read(), request.headers.get("Content-Type", ""))
        store, now = self._services.store.optouts, self._services.clock.now()
        action = "unsubscribe" if fields.get("List-Unsubscribe") == "One-Click" else fields.get("action")
        if action == "unsubscribe":
            if store.unsubscribe(subscriber.name, target, now):
                self._tell(subscriber, request.match_info["token"])
        elif action in _PAUSES:
            length = _PAUSES[action]
            # Asked again, by a button pressed twice or a page loaded anew, it ends when it was to end.
            if not any(
                one.until == one.since + length for one in store.of(subscriber.name, target) if one.until
            ):
                store.pause(subscriber.name, target, now + length, now)
        elif action == "resume":
            store.resume(subscriber.name, target, now)
        else:
            return _text("no such action\n", 400)
        return self._page(subscriber, target)

    def _reader(self, request: web.Request) -> tuple[Subscriber, Target]:
        key = self._services.store.optouts.key()
        found = links.reader_of(key, self._services.settings.subscribers, request.match_info["token"])
        if found is None:
            raise web.HTTPNotFound(headers=_HEADERS, text="404: Not Found")
        return found

    def _page(self, subscriber: Subscriber, target: Target) -> web.Response:
        held = self._services.store.optouts.of(subscriber.name, target)
        shown = pages.stop(subscriber, held)
        return web.Response(text=shown, content_type="text/html", headers=_HEADERS)

    def _tell(self, subscriber: Subscriber, token: str) -> None:
        """The operator learns of it, of each address by itself, and may take it back."""
        alerts.raise_alert(
            self._services,
            f"unsubscribed: {subscriber.name}: {token[:8]}",
            f"a reader of {subscriber.name} has unsubscribed by the link; "
            f"`arxiv-digest resume {subscriber.name}` takes it back",
            alerts.OPERATOR,
        )
        self._services.progress.note(
            "info", f"{subscriber.name}: a reader has unsubscribed", subscriber=subscriber.name
        )


class _Limits:
    """A bucket for each address: what is beyond it is refused before anything is done."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def guarded(self, handler: Handler) -> Handler:
        """The handler, for who does not ask too much; whatever happens, an answer with our headers."""

        async def limited(request: web.Request) -> web.StreamResponse:
            if not self.takes(_asked_by(request)):
                return _text("too many requests\n", 429)
            try:
                return await handler(request)
            except web.HTTPException as refusal:
                for name, value in _HEADERS.items():
                    refusal.headers.setdefault(name, value)
                raise
            except StoreError:  # a full disk, or somebody's long transaction: the reader may try again
                return _text("the database can't be used\n", 503)

        return limited

    def takes(self, address: str) -> bool:
        """Whether one more request of the address is served now."""
        now = self._monotonic()
        left, at = self._buckets.pop(address, (_BURST, now))
        left = min(_BURST, left + (now - at) * _PER_SECOND)
        self._buckets[address] = (max(left - 1, 0.0), now)
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        return left >= 1


def _not_allowed(methods: Collection[str]) -> Handler:
    async def refuse(request: web.Request) -> web.StreamResponse:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    return refuse


async def _not_found(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


def _asked_by(request: web.Request) -> str:
    """The address that asks; behind our own proxy the last that it names, which nobody else can write."""
    remote = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    named = forwarded.rpartition(",")[2].strip() if forwarded and is_loopback(remote) else remote
    return named[:_LONGEST_ADDRESS]


def _fields(body: bytes, content_type: str) -> Mapping[str, str]:
    """What a form says. RFC 8058 lets mail readers send either form, and some don't say that it is one."""
    if not content_type.lower().startswith("multipart/form-data"):
        return dict(parse_qsl(body.decode(errors="replace").strip()))
    head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
    parts = email.message_from_bytes(head + body).walk()
    named = ((part.get_param("name", header="content-disposition"), part) for part in parts)
    return {str(name): _content(part) for name, part in named if name}


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode(errors="replace").strip() if isinstance(payload, bytes) else ""


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers=_HEADERS)
