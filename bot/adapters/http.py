"""One HTTP exchange with arXiv: what its API and its feeds have in common.

Nothing here retries, waits or decides whether to try again.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp
from yarl import URL

from bot.adapters.session import MEGABYTE, AnswerTooLarge, Redirected, bounded_session
from bot.errors import ArxivError
from bot.models import Check, Verdict
from bot.network import Proxy, Unusable, proxy_for

PROJECT = "arxiv-digest-bot"

ACCEPT = "application/atom+xml, application/rss+xml;q=0.9, application/xml;q=0.8"

DEFAULT_TIMEOUT = timedelta(seconds=90)
"""An overloaded arXiv stalls for 15 s before its 429, and longer before a 503."""


LARGEST_ANSWER = 16 * MEGABYTE
"""A page of 2,000 papers, and a feed of as many, has 4 to 8 MB."""


def user_agent(version: str, contact: str) -> str:
    """``arxiv-digest-bot/0.1.0 (+https://…; mailto:ada@example.org)``, fit for a header.

    ``contact`` is an address, a URL, or both separated by white space. arXiv throttles
    anonymous clients hard, and a descriptive name with a contact much less.
    """
    marks = [_contact_mark(word) for word in _header_text(contact).split()]
    return f"{PROJECT}/{_header_text(version)} ({'; '.join(marks)})"


def _contact_mark(word: str) -> str:
    if "://" in word:
        return f"+{word}"
    return f"mailto:{word}" if "@" in word else word


def _header_text(text: str) -> str:
    """Printable ASCII without the brackets that delimit a comment in a User-Agent."""
    return "".join(c if c.isascii() and c.isprintable() and c not in "()<>\\" else " " for c in text).strip()


def open_session(agent: str) -> aiohttp.ClientSession:
    """A session for arXiv, to be closed by the caller; a proxy is named with each request.

    It holds one connection, whatever the host: arXiv's terms count its API and its feeds together.
    """
    return bounded_session(
        LARGEST_ANSWER,
        headers={"User-Agent": agent, "Accept": ACCEPT},
        connector=aiohttp.TCPConnector(limit=1),
    )


def proxy_trouble(error: BaseException, proxy: Proxy | None) -> str | None:
    """What to say where it was the proxy that failed, without its address; None where it was not."""
    match error:
        case _ if proxy is None:
            return None
        # The only name that is looked up is the proxy's.
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientConnectorDNSError() | aiohttp.InvalidURL():
            return f"no connection to the proxy that {proxy.variable} names"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy that {proxy.variable} names refuses with status {error.status}"
    return None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whatever its status."""

    status: int
    body: bytes
    retry_after: timedelta | None
    """None when the service named no time; zero stays zero."""

    def refusal(self, reason: str) -> ArxivError:
        """The error that this answer amounts to; ``reason`` completes "arXiv …"."""
        return ArxivError(f"arXiv {reason}", Verdict(retry_after=self.retry_after))


_PERMANENT = frozenset({301, 308})


class _Move(NamedTuple):
    to: URL
    for_good: bool


class ArxivLine:
    """The way to arXiv over one session: one request a call.

    A redirect is not followed at once, as arXiv's terms ask for three seconds between requests. It counts
    as a refusal, and the next request for that address goes where it points, if that is arXiv's own or the
    same service (`is_ours`). So do all after it once a permanent one (RFC 9110, 15.4.2 and 15.4.9) has led to
    XML: a page of excuses must not become the address.
    """

    def __init__(
        self, session: aiohttp.ClientSession, timeout: timedelta, environ: Mapping[str, str]
    ) -> None:
        self._session = session
        self._environ = environ
        self._limit = aiohttp.ClientTimeout(total=timeout.total_seconds())
        self._moved: dict[URL, _Move] = {}

    async def exchange(self, url: URL, form: dict[str, str] | None = None) -> HttpAnswer:
        """GET ``url``, or POST ``form`` to it. ArxivError when no complete answer came back.

        One that stands until a person mends it where the environment names a proxy that can't be used.
        """
        address = url.with_query(None)
        followed = self._moved.pop(address, None)
        target = followed.to.with_query(url.query) if followed else url
        proxy = proxy_for(str(target), self._environ)
        if isinstance(proxy, Unusable):
            raise ArxivError(
                f"arXiv can't be reached: {proxy.fault}", Verdict(until_mended=True, remedy=proxy.remedy)
            )
        try:
            async with self._session.request(
                "GET" if form is None else "POST",
                target,
                data=form,
                proxy=proxy.url if proxy else None,
                timeout=self._limit,
            ) as response:
                body = await response.read()
        except TimeoutError as error:
            raise ArxivError(f"arXiv did not answer within {self._limit.total:g} s ({url.host})") from error
        except Redirected as redirect:
            raise self._redirected(address, target, redirect) from None
        except AnswerTooLarge as error:
            raise ArxivError(f"arXiv's answer {error} ({url.host})") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if trouble := proxy_trouble(error, proxy):
                raise ArxivError(f"arXiv can't be reached: {trouble}") from None
            raise _no_answer(error, url.host) from error
        if followed is not None and _is_kept(followed, response.status, response.content_type):
            self._moved[address] = followed
        return HttpAnswer(response.status, body, retry_after(response.headers))

    def _redirected(self, address: URL, target: URL, redirect: Redirected) -> ArxivError:
        """The refusal that a redirect is; the next request goes where it points, if it may."""
        moved = _pointed_to(target, redirect)
        if moved is None:
            return ArxivError(f"arXiv {redirect} ({address.host})", Verdict(remedy=_NETWORK))
        self._moved[address] = moved
        return ArxivError(f"arXiv has moved {address} to {moved.to}")


def _pointed_to(target: URL, redirect: Redirected) -> _Move | None:
    """Where an answer sends the next request; None where that is no URL, or somebody else's."""
    try:
        to = target.join(URL(redirect.location)).with_query(None).with_user(None)
    except ValueError:
        return None
    return _Move(to, redirect.status in _PERMANENT) if is_ours(target, to) else None


def is_ours(asked: URL, to: URL) -> bool:
    """Whether a redirect may be followed: to arXiv's own hosts over TLS, or within the same service."""
    host = to.host or ""
    if to.scheme == "https" and (host == _ARXIV or host.endswith(f".{_ARXIV}")):
        return True
    return (to.scheme, host, to.port) == (asked.scheme, asked.host, asked.port)


def _is_kept(followed: _Move, status: int, content_type: str) -> bool:
    """Whether an address that was moved for good stays the new one, of what was found there."""
    return followed.for_good and status == 200 and "xml" in content_type


async def checked(subject: str, question: Awaitable[object]) -> Check:
    """What arXiv made of a question that only wants to know whether it answers."""
    try:
        await question
    except ArxivError as error:
        remedy = error.verdict.remedy or "try again later; look at https://status.arxiv.org"
        return Check(subject, False, str(error), remedy)
    return Check(subject, True)


def _no_answer(error: Exception, host: str | None) -> ArxivError:
    """That there was no answer, in the words of the system and not of a library."""
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, OSError) and (cause.strerror or cause.errno)):
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    inner = getattr(cause, "os_error", cause)
    if isinstance(inner, socket.gaierror) or isinstance(cause, aiohttp.ClientConnectorDNSError):
        return ArxivError(f"the name {host} can't be resolved", Verdict(unreachable=True, remedy=_NETWORK))
    if isinstance(inner, OSError) and inner.errno in _NO_NETWORK:
        return ArxivError(f"there is no network here ({host})", Verdict(unreachable=True, remedy=_NETWORK))
    reason = os.strerror(inner.errno).lower() if isinstance(inner, OSError) and inner.errno else ""
    return ArxivError(f"arXiv does not answer ({reason or 'the connection was lost'}, {host})")


_ARXIV = "arxiv.org"
_NETWORK = "check this machine's network, and arxiv.api_url and rss_url if they are your own"
_NO_NETWORK = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait that ``Retry-After`` asks for (RFC 9110, 10.2.3), None when it asks for none.

    A date counts from the answer's own ``Date``: neither clock needs to be right.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        # Python refuses to read a number of more than 4,300 digits.
        longest = str(_LONGEST_WAIT_SECONDS)
        digits = value.lstrip("0") or "0"
        return timedelta(seconds=int(digits if len(digits) < len(longest) else longest))
    try:
        until = _http_date(value)
        sent = _http_date(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return max(timedelta(0), until - sent)


_LONGEST_WAIT_SECONDS = 10**9


def _http_date(text: str) -> datetime:
    """An aware date; ValueError when ``text`` is none."""
    moment = parsedate_to_datetime(text)
    if moment.tzinfo is None:
        raise ValueError("a date without a zone")
    return moment
