"""A dead man's switch (healthchecks.io and the like): a service that misses us tells a person.

One GET, bounded in time, whose answer's text is nobody's concern. The address is as good as a key, since who has
it can beat in our stead: it is never told.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from yarl import URL

from bot.network import Unusable, proxy_for

_LIMIT = aiohttp.ClientTimeout(total=10)
_FAIL = "fail"
"""https://healthchecks.io/docs/http_api/: appended to a check's address it signals a failure."""


class HttpHeartbeat:
    """`bot.ports.Heartbeat` over HTTP."""

    def __init__(self, url: str, agent: str, environ: Mapping[str, str]) -> None:
        self._url = URL(url)
        self._agent = agent
        self._environ = environ

    async def beat(self, *, failed: bool = False) -> str:
        """See the port. A failure is told only to a service that has an address for it."""
        if failed and not _has_failures(self._url):
            return ""
        url = self._url / _FAIL if failed else self._url
        proxy = proxy_for(str(url), self._environ)
        if isinstance(proxy, Unusable):
            return proxy.fault
        try:
            async with (
                aiohttp.ClientSession(headers={"User-Agent": self._agent}, timeout=_LIMIT) as session,
                session.get(url, proxy=proxy.url if proxy else None, allow_redirects=False) as answer,
            ):
                return "" if answer.status < 300 else f"it answered with status {answer.status}"
        except TimeoutError:
            return "it did not answer within 10 seconds"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The text of these may hold the address.
            return f"no connection ({type(error).__name__})"


def _has_failures(url: URL) -> bool:
    return url.host == "hc-ping.com" or "ping" in url.parts
