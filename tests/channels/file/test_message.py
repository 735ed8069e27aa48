"""The files of a digest: their names and what is in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.file import html, markdown
from bot.channels.file import message as files
from bot.models import Digest
from tests.render import samples

EARLIER = html.ReportRef("2026-11-20-ada-40.html", "ada", 40, date(2026, 11, 20), 5)


def written(digest: Digest, *reports: html.ReportRef) -> dict[str, str]:
    (message,) = files.render(digest, reports=reports)
    made = json.loads(message.payload)
    assert isinstance(made, dict)
    return made


def test_three_files() -> None:
    """One HTML and one Markdown report named by date, name and number, and the index."""
    made = written(samples.digest())
    assert list(made) == ["2026-11-23-ada-41.html", "2026-11-23-ada-41.md", "index.html"]
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
    assert files.reference(late).file_name == "2026-11-23-ada-41.html"


def test_index_keeps_the_others_and_takes_this_one_once() -> None:
    """A repeated digest overwrites its own line in the index."""
    own = files.reference(samples.digest())
    index = written(samples.digest(), EARLIER, replace(own, count=99))["index.html"]
    assert index == html.index([own, EARLIER])


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
