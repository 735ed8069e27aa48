"""Slack's Web API on loopback, for `demo` and the tests: it validates, paces and fails as Slack does."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo.slack.blocks import BlockRefusal
from bot.demo.slack.workspace import Answer, Arguments, PostedMessage, Workspace

TOKEN = "xoxb-demo-token"

_SCOPES = {
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.open": "im:write",
    "users.lookupByEmail": "users:read.email",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
}
_HISTORY = ("conversations.history", "conversations.replies")

ALL_SCOPES = frozenset(_SCOPES.values()) | {
    "chat:write.public",
    "groups:read",
    "users:read",
    "channels:history",
    "groups:history",
    "im:history",
}


class SlackEnding(Enum):
    """How an exchange that goes wrong ends for the client."""

    ANSWER = "an answer"
    DROP = "the connection is closed without one"
    SILENCE = "nothing comes until the client gives up"


@dataclass(frozen=True, slots=True)
class SlackFault:
    """What goes wrong with one call of ``method`` (``*`` stands for any characters)."""

    method: str = "chat.postMessage"
    accepted: bool = False
    """The call takes effect all the same."""
    ending: SlackEnding = SlackEnding.ANSWER
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    retry_after: str | None = None

    @classmethod
    def refused(cls, error: str, method: str = "chat.postMessage", **details: Any) -> SlackFault:
        """An answer ``ok: false`` with this code."""
        return cls(method, body=json.dumps({"ok": False, "error": error, **details}))

    @classmethod
    def rate_limited(cls, seconds: int, method: str = "chat.postMessage") -> SlackFault:
        body = json.dumps({"ok": False, "error": "ratelimited"})
        return cls(method, status=429, body=body, retry_after=str(seconds))

    @classmethod
    def html(
        cls, status: int = 200, *, accepted: bool = False, method: str = "chat.postMessage"
    ) -> SlackFault:
        page = "<!DOCTYPE html><title>Server Error</title>"
        return cls(method, accepted, status=status, body=page, content_type="text/html")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in. ``at`` is in seconds of the service's clock."""

    at: float
    method: str
    arguments: Arguments
    authorised: bool
    accepted: bool


class SlackService:
    """``async with SlackService() as slack:`` answers at ``slack.base_url`` until the block ends.

    ``faults`` are used up in order by the calls they name; ``script`` is asked first and may return a
    fault for any call. ``pace`` is the least distance of two messages in a channel, in seconds: nearer
    ones get 429; None lets all through.
    """

    def __init__(
        self, *, token: str = TOKEN, now: Callable[[], float] = time.time, pace: float | None = None
    ) -> None:
        self.workspace = Workspace(now)
        self.token = token
        self.scopes = set(ALL_SCOPES)
        self.pace = pace
        self.faults: deque[SlackFault] = deque()
        self.script: Callable[[str, Arguments], SlackFault | None] | None = None
        self.calls: list[Call] = []
        self.base_url = ""
        self._now = now
        self._runner: web.AppRunner | None = None
        self._last_post: dict[str, float] = {}
        work = self.workspace
        self._methods: dict[str, Callable[[Arguments], Answer]] = {
            "auth.test": lambda _: work.identity(),
            "conversations.list": work.conversations_list,
            "conversations.info": work.conversations_info,
            "conversations.open": work.conversations_open,
            "conversations.history": work.conversations_history,
            "conversations.replies": work.conversations_replies,
            "users.lookupByEmail": work.users_lookup_by_email,
            "chat.postMessage": self._post,
            "chat.update": work.chat_update,
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/api/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def messages(self, channel: str) -> tuple[PostedMessage, ...]:
        """What a channel holds, by id or name, oldest first, replies included."""
        return tuple(self.workspace.conversation(channel).messages)

    def posts(self) -> list[Call]:
        return [call for call in self.calls if call.method == "chat.postMessage"]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        authorised = request.headers.get("Authorization") == f"Bearer {self.token}"
        fault = self._fault(method, arguments)
        answer: Answer = {"ok": True}
        if fault is None or fault.accepted:
            answer = self._perform(method, arguments, "Authorization" in request.headers, authorised)
        self.calls.append(Call(self._now(), method, arguments, authorised, bool(answer["ok"])))
        if fault is not None:
            return await _fail(request, fault)
        if answer.get("error") == "ratelimited":
            return web.json_response(answer, status=429, headers={"Retry-After": "1"})
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _fault(self, method: str, arguments: Arguments) -> SlackFault | None:
        fault = self.script(method, arguments) if self.script else None
        if fault is None and self.faults and fnmatchcase(method, self.faults[0].method):
            return self.faults.popleft()
        return fault

    def _perform(self, method: str, arguments: Arguments, has_token: bool, authorised: bool) -> Answer:
        try:
            if not authorised:
                raise BlockRefusal("invalid_auth" if has_token else "not_authed")
            if method not in self._methods:
                raise BlockRefusal("unknown_method")
            self._require_scope(method, arguments)
            return {"ok": True, **self._methods[method](arguments)}
        except BlockRefusal as refusal:
            return {"ok": False, "error": refusal.code, **refusal.details}

    def _require_scope(self, method: str, arguments: Arguments) -> None:
        needed = _SCOPES.get(method)
        if method in _HISTORY:
            needed = self.workspace.conversation(str(arguments.get("channel"))).history_scope
        if needed is not None and needed not in self.scopes:
            raise BlockRefusal("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))

    def _post(self, arguments: Arguments) -> Answer:
        channel = self.workspace.conversation(str(arguments.get("channel")))
        if not channel.is_member and not channel.is_im and "chat:write.public" not in self.scopes:
            raise BlockRefusal("not_in_channel")
        since = self._now() - self._last_post.get(channel.id, float("-inf"))
        if self.pace is not None and since < self.pace:
            raise BlockRefusal("ratelimited")
        answer = self.workspace.chat_post_message(arguments)
        self._last_post[channel.id] = self._now()
        return answer


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Slack reads the query, a form or a JSON object; JSON only for methods that write."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.method == "POST":
        sent = json.loads(await request.text() or "{}")
        return arguments | (sent if isinstance(sent, dict) else {})
    form = await request.post()
    arguments |= dict(form)
    for name in ("blocks", "metadata"):
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


async def _fail(request: web.Request, fault: SlackFault) -> web.StreamResponse:
    if fault.ending is SlackEnding.SILENCE:
        await asyncio.Event().wait()
    if fault.ending is SlackEnding.DROP and request.transport is not None:
        request.transport.abort()
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return web.Response(
        status=fault.status, text=fault.body, content_type=fault.content_type, headers=headers
    )
