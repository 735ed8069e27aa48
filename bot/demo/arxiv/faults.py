"""How arXiv fails, as seen in the wild: each trouble is one answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web


class Trouble(StrEnum):
    FORBIDDEN = "403"
    NOT_ACCEPTABLE = "406"
    THROTTLED = "429 with the text Rate exceeded."
    INTERNAL = "500"
    OVERLOADED = "503 with Varnish's HTML"
    THROTTLED_WITH_200 = "200 with the text Rate exceeded."
    HTML_WITH_200 = "200 with an HTML page"
    TRUNCATED = "the first half of the page"
    NOTHING = "a page without papers and a total of 0"
    HOLLOW = "a page without papers and the true total"
    FIRST_PAGE_AGAIN = "the first page, whichever was asked for"
    RESET = "the connection reset"
    STALL = "a pause, then the right answer"


@dataclass(frozen=True, slots=True)
class ArxivFault:
    """What goes wrong with one request."""

    trouble: Trouble
    retry_after: str | None = None
    """The value of a Retry-After header: seconds or an HTTP date."""
    seconds: float = 0.0
    """How long the service waits before it answers, or fails to."""

    def refusal(self) -> web.Response | None:
        """The answer that has nothing to do with the question; None when the trouble is another."""
        if self.trouble not in _REFUSALS:
            return None
        status, body, content_type = _REFUSALS[self.trouble]
        headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
        return web.Response(status=status, text=body, content_type=content_type, headers=headers)


_RATE_EXCEEDED = "Rate exceeded."
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_VARNISH = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html><head><title>503 first byte timeout</title></head>
<body><h1>Error 503 first byte timeout</h1><p>first byte timeout</p><hr><p>Varnish cache server</p></body></html>
"""

_REFUSALS: dict[Trouble, tuple[int, str, str]] = {
    Trouble.FORBIDDEN: (403, _PAGE.format("403 Forbidden"), "text/html"),
    Trouble.NOT_ACCEPTABLE: (406, _PAGE.format("406 Not Acceptable"), "text/html"),
    Trouble.THROTTLED: (429, _RATE_EXCEEDED, "text/plain"),
    Trouble.INTERNAL: (500, _PAGE.format("500 Internal Server Error"), "text/html"),
    Trouble.OVERLOADED: (503, _VARNISH, "text/html"),
    Trouble.THROTTLED_WITH_200: (200, _RATE_EXCEEDED, "text/plain"),
    Trouble.HTML_WITH_200: (200, _PAGE.format("arXiv.org is under maintenance"), "text/html"),
}
