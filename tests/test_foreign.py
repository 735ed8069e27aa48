"""Foreign text: whatever a service sends can be stored, logged and printed."""

from __future__ import annotations

import sqlite3
import unicodedata
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DeliveryError
from bot.models import Receipt, Verdict
from bot.models.foreign import LONGEST, readable

surrogates = st.text(
    st.characters(min_codepoint=0, max_codepoint=0x10FFFF, exclude_categories=()), max_size=300
)


@given(surrogates | st.binary(max_size=300))
def test_any_text_becomes_one_harmless_line(text: str | bytes) -> None:
    """It is valid UTF-8, has no control character, and SQLite takes it."""
    line = readable(text)
    assert line.encode().decode() == line
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs"}
    assert "\n" not in line
    assert "\x1b" not in line
    with closing(sqlite3.connect(":memory:")) as db:
        assert db.execute("SELECT ?", (line,)).fetchone() == (line,)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"250 message accept\xe9", "250 message accepté"),  # Latin-1
        (b"535 Error: \xc7\xeb\xca\xb9\xd3\xc3", "535 Error: 请使用"),  # GBK, as QQ Mail answers
        ("refusé".encode(), "refusé"),
        ("für".encode("latin-1"), "für"),
        (b"adresse rejet\xe9e, cr\xe9\xe9e", "adresse rejetée, créée"),
        ("déjà vu é".encode()[:-1], "déjà vu \\xc3"),
    ],
)
def test_a_reply_is_read_in_its_own_encoding(raw: bytes, read: str) -> None:
    """A reader of Chinese or French sees words, as bytes or as Python's stand-ins for them."""
    assert readable(raw) == read
    assert readable(raw.decode("ascii", "surrogateescape")) == read


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no\r\n::error::forged", "no ::error::forged"),
        ("\x1b[2Jcleared", "\\x1b[2Jcleared"),
        ("half \ud83d", "half \\ud83d"),
        ("\u202eevil", "\\u202eevil"),
        ("\ufffe", "\\ufffe"),
        ("a\u200bb\U000e0041", "a\\u200bb\\U000e0041"),
        ("fa\u200cr", "fa\u200cr"),
        ("👩‍🔬 Zoë 量子", "👩‍🔬 Zoë 量子"),
    ],
)
def test_what_would_act_is_shown_escaped(text: str, shown: str) -> None:
    """A terminal and a log show what was there and do nothing about it."""
    assert readable(text) == shown


def test_megabytes_are_cut() -> None:
    """A failure is told in a few lines, however much the service says."""
    assert len(readable("words " * 1_000_000)) == LONGEST + 1


def test_errors_and_receipts_are_fit_to_store() -> None:
    """Whoever raises one need not think of it."""
    assert str(DeliveryError("no \udce9", Verdict(remedy="ask \udce9"))) == "no é"
    assert DeliveryError("no", Verdict(remedy="ask \udce9")).verdict.remedy == "ask é"
    assert Receipt("ada@example.org", "250 accept\udce9") == Receipt("ada@example.org", "250 accepté")
