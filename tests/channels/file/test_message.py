"""The files of a digest: their names and what is in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.file import html, markdown
from bot.channels.file import message as files
from bot.models import Digest
from tests.render import samples


def written(digest: Digest) -> dict[str, str]:
    (message,) = files.render(digest)
    made = json.loads(message.payload)
    assert isinstance(made, dict)
    return made


def test_two_files() -> None:
    """One HTML and one Markdown report named by date, name and number."""
    made = written(samples.digest())
    assert list(made) == ["2026-11-23-ada-41.html", "2026-11-23-ada-41.md"]
    assert made["2026-11-23-ada-41.html"] == html.render(samples.digest())
    assert made["2026-11-23-ada-41.md"] == markdown.render(samples.digest())


def test_one_message_has_all_papers() -> None:
    """A file has no size to be split for."""
    (message,) = files.render(samples.morning())
    assert (message.part, message.parts, len(message.arxiv_ids)) == (1, 1, 12)


def test_date_is_the_readers() -> None:
    """A digest composed late on Sunday in London is Monday's in Tokyo."""
    late = replace(
        samples.digest(), composed_at=datetime(2026, 11, 22, 20, tzinfo=UTC), timezone="Asia/Tokyo"
    )
    assert "2026-11-23-ada-41.html" in written(late)


@pytest.mark.parametrize(
    ("name", "safe"), [("ada", "ada"), ("em-group.2_b", "em-group.2_b"), ("élan", "élan"), ("日本", "日本")]
)
def test_harmless_names_stay(name: str, safe: str) -> None:
    """A person finds their file by their name."""
    assert files.safe_name(name) == safe


@given(st.text())
def test_any_name_is_a_file_name(name: str) -> None:
    """No name leaves the folder, hides its file or is too long for it."""
    safe = files.safe_name(name)
    assert safe
    assert not set(safe) & set('/\\\0:*?"<>|\n ')
    assert not safe.startswith((".", "-"))
    assert len(safe.encode()) <= 110


@given(st.text(), st.text())
def test_two_names_never_share_a_file(one: str, other: str) -> None:
    """Names that look alike once made safe stay apart."""
    assert (files.safe_name(one) == files.safe_name(other)) == (one == other)
