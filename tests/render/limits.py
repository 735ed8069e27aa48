"""What Slack and mail servers accept: any payload of ours is held against this."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_URL = re.compile(r"^(https://arxiv\.org/(abs|pdf|html)/[\w./-]+|#p[\w.-]+|mailto:[^\s\"<>]+)$")


def slack_blocks(payload: bytes) -> list[dict[str, Any]]:
    """The blocks of a Slack message that keeps every limit of Block Kit and chat.postMessage."""
    message = json.loads(payload)
    assert set(message) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert message["unfurl_links"] is False and message["unfurl_media"] is False  # noqa: PT018
    assert 0 < len(message["text"]) < 4000
    assert not re.search(r"[<>]", message["text"]) and not _ENTITY.search(message["text"])  # noqa: PT018
    blocks: list[dict[str, Any]] = message["blocks"]
    assert 0 < len(blocks) <= 50
    assert len(json.dumps(blocks)) <= 10_000, "counted as high as anybody might"
    for block in blocks:
        _check_block(block)
    return blocks


def _check_block(block: dict[str, Any]) -> None:
    kind = block["type"]
    assert kind in {"header", "context", "rich_text", "divider"}, "a section would need expand and escaping"
    if kind == "header":
        assert block["text"]["type"] == "plain_text"
        assert 0 < _utf16(block["text"]["text"]) <= 150
        assert block["text"]["emoji"] is False
    if kind == "context":
        assert 0 < len(block["elements"]) <= 10
        assert all(element["type"] == "plain_text" and not element["emoji"] for element in block["elements"])
    for text in strings(block):
        assert 0 < _utf16(text) <= 3000
        assert not re.search(r"<[!@#]", text)


def strings(value: object) -> Iterator[str]:
    """Every text and address in blocks."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("text", "url") and isinstance(item, str):
                yield item
            else:
                yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def mail(payload: bytes) -> EmailMessage:
    """A mail that any server takes and Gmail does not clip."""
    assert payload.isascii()
    lines = payload.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines), "a bare line feed"
    assert max(map(len, lines)) <= 998
    parsed = message_from_bytes(payload, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not list(parsed.defects)
    assert parsed.get_content_type() == "multipart/alternative"
    plain, html = parsed.iter_parts()
    assert [part.get_content_type() for part in (plain, html)] == ["text/plain", "text/html"]
    assert len(html.as_bytes()) < 102_000, "Gmail clips the HTML part"
    return parsed


def body(message: EmailMessage, kind: str) -> str:
    """The decoded text or HTML of a mail."""
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


class Page(HTMLParser):
    """A page that is well nested, runs no strange script and links only where it may."""

    _VOID = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert tag not in {"img", "iframe", "object", "svg", "link", "base"}
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        anchors = [attributes for tag, attributes in self.tags if tag == "a"]
        return [attributes["href"] or "" for attributes in anchors if "href" in attributes]

    def links_only_to_arxiv(self) -> bool:
        return all(_URL.match(link) for link in self.links)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours ``#rrggbb``, as WCAG 2.2 defines it: 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
