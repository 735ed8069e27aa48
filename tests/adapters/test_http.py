"""What arXiv's two adapters share: the name they give themselves, and the wait they are asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.http import retry_after, user_agent


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


def test_an_absurd_wait_is_still_a_wait() -> None:
    """A number too large for a timedelta does not raise."""
    wait = retry_after({"Retry-After": "9" * 40})
    assert wait is not None
    assert wait > timedelta(days=365)
