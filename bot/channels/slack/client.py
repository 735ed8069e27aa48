"""Calls of Slack's Web API, one request each.

Nothing here retries, waits or paces, and neither does what is underneath: slack_sdk's retry handlers
are off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.http import proxy_trouble
from bot.adapters.session import MEGABYTE, MOST_CONTAINERS, bounded_session
from bot.channels.slack.answers import object_at
from bot.channels.slack.verdicts import translate
from bot.errors import DeliveryError
from bot.models import Verdict
from bot.network import Proxy, Unusable, proxy_for
from bot.settings import Secret

FOREIGN = (
    SlackClientError,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    RecursionError,
)
"""All that one request through slack_sdk can raise, but for cancellation."""

LARGEST_ANSWER = 8 * MEGABYTE
"""A thousand channels take about two."""

MOST_PAGES = 200
"""Of a list, a thousand entries each where Slack has so many."""

_CONNECT_SHARE = 3
"""A connection may take this fraction of the whole time, so that its failing is told from an answer's."""


class SlackClient:
    """One workspace, one token. Raises DeliveryError and nothing else; never shows the token."""

    def __init__(self, token: Secret, base_url: str, timeout: timedelta, environ: Mapping[str, str]) -> None:
        self.bot = "@arxiv-digest"
        """What people type to invite the bot; the name in the app manifest until Slack tells its own."""
        self._token = token
        self._base_url = base_url
        self._timeout = timeout
        self._proxy = proxy_for(base_url, environ)
        self._session: aiohttp.ClientSession | None = None
        self._sdk: AsyncWebClient | None = None

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
        self._session = self._sdk = None

    async def read(
        self, method: str, about: str, params: Mapping[str, object], *, http_verb: str = "GET"
    ) -> AsyncSlackResponse:
        """A call that may be repeated at will: its failure is never in doubt."""
        try:
            return await self._call(method, about, http_verb=http_verb, params=dict(params))
        except DeliveryError as error:
            raise DeliveryError(str(error), replace(error.verdict, in_doubt=False)) from error

    async def write(self, method: str, about: str, body: Mapping[str, object]) -> AsyncSlackResponse:
        """A call that changes something: in doubt when Slack may have done it all the same."""
        return await self._call(method, about, json=dict(body))

    async def pages(
        self, method: str, about: str, params: Mapping[str, object]
    ) -> AsyncIterator[AsyncSlackResponse]:
        """Every page of a list, by its cursors; a page may be short, or empty, before the last."""
        cursor: dict[str, object] = {}
        for _ in range(MOST_PAGES):
            page = await self.read(method, about, {**params, **cursor})
            yield page
            following = {"cursor": object_at(page, "response_metadata").get("next_cursor")}
            if not following["cursor"] or following == cursor:
                return
            cursor = following
        raise DeliveryError(f"Slack's list has no end: {MOST_PAGES} pages of {method} ({about})")

    async def _call(self, method: str, about: str, **request: Any) -> AsyncSlackResponse:
        if isinstance(self._proxy, Unusable):
            verdict = Verdict(until_mended=True, remedy=self._proxy.remedy)
            raise DeliveryError(f"Slack can't be reached: {self._proxy.fault}", verdict)
        try:
            return await self._web_client(self._proxy).api_call(method, **request)
        except FOREIGN as foreign:
            if trouble := proxy_trouble(foreign, self._proxy):
                raise DeliveryError(f"Slack can't be reached: {trouble}") from None
            self._blot_token(foreign)
            error = translate(foreign, about, self.bot)
            text = str(error).replace(self._token.reveal(), "…")
            # Not from the foreign one, whose text is all of the answer.
            raise DeliveryError(text, error.verdict) from None

    def _blot_token(self, error: Exception) -> None:
        """An answer may repeat what was sent: taken out before a part is cut off, which might halve it."""
        response = getattr(error, "response", None)
        if isinstance(response, AsyncSlackResponse) and isinstance(response.data, dict):
            response.data = json.loads(json.dumps(response.data).replace(self._token.reveal(), "…"))

    def _web_client(self, proxy: Proxy | None) -> AsyncWebClient:
        """Opened with the first call, as a session belongs to the running loop."""
        if self._sdk is None:
            self._session = _open_session(self._timeout)
            address = proxy.url if proxy else None
            self._sdk = AsyncWebClient(
                token=self._token.reveal(),
                base_url=self._base_url,
                session=self._session,
                proxy=address,
                retry_handlers=[],
                logger=_quiet_logger(),
            )
            # The SDK looks for a proxy on its own when given none, and disregards NO_PROXY. Nor would
            # aiohttp's ``trust_env`` do: an entry for the host in ~/.netrc can't be combined with Slack's
            # Authorization header.
            self._sdk.proxy = address
        return self._sdk


def _open_session(timeout: timedelta) -> aiohttp.ClientSession:
    """Each call gets a connection of its own: on a kept one that Slack has closed meanwhile, a post
    would be in doubt for nothing."""
    seconds = timeout.total_seconds()
    return bounded_session(
        LARGEST_ANSWER,
        containers=MOST_CONTAINERS,
        connector=aiohttp.TCPConnector(force_close=True),
        timeout=aiohttp.ClientTimeout(total=seconds, connect=seconds / _CONNECT_SHARE),
    )


def _quiet_logger() -> logging.Logger:
    """The SDK's debug lines show whole messages, and the proxy's URL with its password."""
    logger = logging.getLogger("bot.channels.slack.channel.sdk")
    logger.setLevel(logging.WARNING)
    return logger
