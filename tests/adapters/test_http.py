"""What arXiv's two adapters share: the name they give themselves, and the wait they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.adapters.http import ArxivLine, open_session, retry_after, user_agent
from bot.errors import ArxivError


def test_user_agent_names_program_version_and_contact() -> None:
    """The form that arXiv's terms ask for."""
    assert user_agent("0.1.0", "ada@example.org") == "arxiv-digest-bot/0.1.0 (mailto:ada@example.org)"
    assert (
        user_agent("0.1.0", "https://example.org/bot ada@example.org")
        == "arxiv-digest-bot/0.1.0 (+https://example.org/bot; mailto:ada@example.org)"
    )


def test_user_agent_can_not_inject_a_header() -> None:
    """A contact with line breaks, brackets or other characters stays inside its comment."""
    agent = user_agent("1.0\r\nX-Evil: 1", "a@b.org)\r\nX-Evil: 1 (é")
    assert agent.isascii()
    assert agent.isprintable()
    assert agent.count("(") == agent.count(")") == 1
    assert agent.endswith(")")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "20"}, 20),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:02:00 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, 120),
        ({"Retry-After": "Sun, 22 Nov 2026 11:00:00 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, 0),
        ({"Retry-After": "Sun, 22 Nov 2026 12:02:00 GMT"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:02:00 GMT", "Date": "yesterday"}, None),
    ],
)
def test_retry_after_in_both_forms(headers: dict[str, str], seconds: int | None) -> None:
    """Seconds or a date, which counts from the answer's own date; zero stays zero, nonsense is nothing."""
    assert retry_after(headers) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("digits", [40, 8000])
def test_an_absurd_wait_is_still_a_wait(digits: int) -> None:
    """A number too large for a timedelta, or for Python to read, does not raise."""
    wait = retry_after({"Retry-After": "9" * digits})
    assert wait is not None
    assert wait > timedelta(days=365)
    assert retry_after({"Retry-After": "0" * digits + "7"}) == timedelta(seconds=7)


# --- redirects ----------------------------------------------------------------------------------


@pytest.fixture
async def moved() -> AsyncIterator[tuple[ArxivLine, URL, list[str]]]:
    """A way to a service whose ``/old`` addresses point to ``/new``, and what the service was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path_qs}")
        if request.path.startswith("/old"):
            return web.Response(status=301, headers={"Location": "/new/query"})
        if request.path == "/for-good":
            return web.Response(status=308, headers={"Location": "/feed"})
        if request.path == "/feed":
            return web.Response(text="<feed/>", content_type="application/atom+xml")
        if request.path == "/astray":
            return web.Response(status=302, headers={"Location": "http://[nowhere"})
        return web.Response(text="here")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app) as server, open_session("test") as session:
        yield ArxivLine(session, timedelta(seconds=5), {}), server.make_url("/"), asked


@pytest.mark.parametrize("form", [None, {"id_list": "2611.00001"}])
async def test_a_redirect_is_a_refusal_and_the_next_request_follows_it(
    moved: tuple[ArxivLine, URL, list[str]], form: dict[str, str] | None
) -> None:
    """arXiv's terms ask for three seconds between requests: none is made in secret after another."""
    line, root, asked = moved
    url = (root / "old").with_query({"search_query": "a +b"})
    with pytest.raises(ArxivError, match="has moved") as caught:
        await line.exchange(url, form)
    assert not caught.value.verdict.permanent
    assert len(asked) == 1
    assert (await line.exchange(url, form)).body == b"here"
    with pytest.raises(ArxivError, match="has moved"):
        await line.exchange(url, form)
    method = "GET" if form is None else "POST"
    old, new = (f"{method} {path}?search_query=a+%2Bb" for path in ("/old", "/new/query"))
    assert asked == [old, new, old]


async def test_what_has_moved_for_good_is_looked_for_in_its_new_place(
    moved: tuple[ArxivLine, URL, list[str]],
) -> None:
    """Else every page of a long list would cost a refusal's pause."""
    line, root, asked = moved
    with pytest.raises(ArxivError, match="has moved"):
        await line.exchange(root / "for-good")
    for start in "01":
        assert (await line.exchange((root / "for-good").with_query(start=start))).status == 200
    assert asked == ["GET /for-good", "GET /feed?start=0", "GET /feed?start=1"]


async def test_a_redirect_to_nowhere_is_a_refusal_too(moved: tuple[ArxivLine, URL, list[str]]) -> None:
    """And the address stays what it was."""
    line, root, asked = moved
    for _ in range(2):
        with pytest.raises(ArxivError):
            await line.exchange(root / "astray")
    assert asked == ["GET /astray"] * 2
