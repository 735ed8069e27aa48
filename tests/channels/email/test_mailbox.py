"""Mailboxes as people write them, and addresses as SMTP takes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.email import mime
from bot.channels.email.mailbox import envelope_address, needs_smtputf8
from bot.errors import DeliveryError


@pytest.mark.parametrize(
    ("mailbox", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        ("Ada Lovelace <ada@example.org>", "ada@example.org"),
        ('"Lovelace, Ada" <ada@example.org>', "ada@example.org"),
        ("ada+arxiv@example.org", "ada+arxiv@example.org"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("Zoë <zoë@example.org>", "zoë@example.org"),
        ("ada@[127.0.0.1]", "ada@[127.0.0.1]"),
        ("ada@localhost", "ada@localhost"),
    ],
)
def test_the_bare_address(mailbox: str, address: str) -> None:
    """The name goes, the domain becomes ASCII (IDNA 2008), the local part stays as it is."""
    assert envelope_address(mailbox) == address


@pytest.mark.parametrize(
    "mailbox",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org, grace@example.org",
        "Ada Lovelace",
        "Ada Lovelace ada@example.org",
        "Lovelace, Ada <ada@example.org>",
        "ada@example.org\r\nRCPT TO:<eve@example.org>",
        "ada@exa mple.org",
        "ada@-example-.org",
        "ada@" + "x" * 64 + ".org",
        "group: ada@example.org, grace@example.org;",
    ],
)
def test_what_is_no_single_address(mailbox: str) -> None:
    """It is refused for good, with an example of a good one."""
    with pytest.raises(DeliveryError) as caught:
        envelope_address(mailbox)
    assert caught.value.verdict.permanent
    assert "ada@example.org" in caught.value.verdict.remedy


@given(
    st.text(max_size=40)
    | st.from_regex(r"[\w.\" <>@\\,:;()\[\]\r\n-]{0,30}@[\w.\r\n <>-]{1,20}", fullmatch=True)
)
def test_no_text_smuggles_a_command(text: str) -> None:
    """Whatever is written, what comes out fits on one line between angle brackets, or nothing does."""
    try:
        address = envelope_address(text)
    except DeliveryError:
        return
    local, _, domain = address.rpartition("@")
    assert local
    assert domain.isascii()
    assert address.isprintable()
    assert local.startswith('"') or not set(address) & set(' <>"')


def test_brackets_too_deep_for_the_parser() -> None:
    """Two thousand of them are no address, and no end of the program."""
    for text in ("(" * 2_000, f"{'(' * 2_000}ada@example.org", "<" * 2_000, '"' + "(" * 2_000):
        with pytest.raises(DeliveryError):
            envelope_address(text)
        assert "\n" not in mime.mailbox(text)
        assert mime.domain(text)


def test_smtputf8_is_needed_beyond_ascii_only() -> None:
    """Few servers have it."""
    assert needs_smtputf8("bot@example.org", "zoë@example.org")
    assert not needs_smtputf8("bot@example.org", "ada@example.org")
