"""Slack's blocks, each inside Slack's limits whatever text goes in.

Everything that a stranger wrote goes into `rich_text` or plain text, which Slack doesn't parse: no
asterisk or backtick of a title formats anything, no ``<!channel>`` calls anybody. Only the fallback
`text` of a message is mrkdwn, and there :func:`mrkdwn` takes the meaning out of it.
Limits: docs.slack.dev, Block Kit reference and chat.postMessage.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from bot.render import prose

Block = dict[str, Any]
Element = dict[str, Any]

MESSAGE_CHARACTERS = 10_000
"""For all blocks of a message. Slack's own limit is unwritten; messages of 11,341 have been refused."""
MESSAGE_BLOCKS = 50
TEXT_CHARACTERS = 3_000
HEADER_CHARACTERS = 150
FALLBACK_CHARACTERS = 300

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ZERO_WIDTH_SPACE = "\u200b"
_WORD_JOINER = "\u2060"
_RIGHT_TO_LEFT = "\u2067{}\u2069"
_EITHER_WAY = "\u2068{}\u2069"
_MENTION_OPENS = re.compile(r"<(?=[!@#])")
_FORMATTING = re.compile(r"[*_~`]|:(?=[^\s:]+:)")


def characters(text: str) -> int:
    """The length of ``text`` counted as high as Slack might: UTF-16 units, after escaping."""
    return units(text.translate(_ESCAPES))


def units(text: str) -> int:
    """The length of ``text``, escaped already, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def weight(blocks: Sequence[Block]) -> int:
    """What blocks take of a message's 10,000 characters and 50 blocks together.

    Counted are all characters of their JSON as it goes out, addresses, structure and the six of a
    ``\\u00b7`` too: more than Slack counts, however it does. Each block takes at least a fiftieth of the
    message on average. The weights of parts are never less than that of the whole.
    """
    counted = sum(characters(json.dumps(block)) + len(", ") for block in blocks)
    return max(counted, len(blocks) * MESSAGE_CHARACTERS // MESSAGE_BLOCKS)


def weight_together(elements: Sequence[Element]) -> int:
    """What elements of one block add to its weight."""
    return sum(characters(json.dumps(element)) + len(", ") for element in elements)


def fit(text: str, limit: int) -> str:
    """``text``, shortened until Slack counts at most ``limit`` characters of it."""
    while characters(text) > limit:
        share = limit / characters(text)
        text = prose.clip(text, max(4, min(int(len(text.encode()) * share), len(text.encode()) - 1)))
    return text


def apart(text: str) -> str:
    """``text``, kept from turning round what stands beside it where something in it runs from the right."""
    runs_left = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return _EITHER_WAY.format(text) if runs_left else text


def mrkdwn(text: str) -> str:
    """``text`` without any meaning in Slack's markup: no link or mention, no formatting, no ``:emoji:``."""
    return _FORMATTING.sub(lambda found: found[0] + _ZERO_WIDTH_SPACE, text.translate(_ESCAPES))


def header(text: str) -> Block:
    return {"type": "header", "text": _plain(fit(text, HEADER_CHARACTERS))}


def context(texts: Iterable[str]) -> list[Block]:
    """Small grey lines, one block for each, so that they stand below one another."""
    lines = [fit(text, TEXT_CHARACTERS) for text in texts if text]
    return [{"type": "context", "elements": [_plain(line)]} for line in lines]


def divider() -> Block:
    return {"type": "divider"}


def rich(*lines: Sequence[Element]) -> list[Block]:
    """One block of lines; nothing when there are none."""
    elements: list[Element] = []
    for line in filter(None, lines):
        elements += [*([{"type": "text", "text": "\n"}] if elements else []), *line]
    if not elements:
        return []
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def bullets(items: Sequence[Sequence[Element]]) -> list[Block]:
    """One block with a list."""
    lines = [{"type": "rich_text_section", "elements": list(item)} for item in items]
    return [
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": lines}]}
    ]


def words(text: str, *, bold: bool = False, italic: bool = False, right_to_left: bool = False) -> Element:
    """A run of text for a rich line."""
    text = fit(_harmless(text), TEXT_CHARACTERS)
    element: Element = {
        "type": "text",
        "text": _RIGHT_TO_LEFT.format(prose.isolated(text)) if right_to_left else text,
    }
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return {**element, "style": style} if style else element


def marked(text: str, bold: Sequence[str], *, right_to_left: bool = False) -> list[Element]:
    """``text`` with some words bold, as runs: an asterisk would not be one beside punctuation or in Chinese.

    Text from the right stays one run: its order would not survive a cut.
    """
    if right_to_left:
        return [words(text, right_to_left=True)]
    return [words(piece, bold=is_bold) for piece, is_bold in prose.marked(text, bold)]


def link(text: str, url: str, *, bold: bool = False) -> Element:
    element: Element = {"type": "link", "url": url, "text": fit(_harmless(text), TEXT_CHARACTERS)}
    return {**element, "style": {"bold": True}} if bold else element


def links(text: str, url: str, bold: Sequence[str]) -> list[Element]:
    """``text`` as a link with some words bold: one for each run, which stand together as one."""
    return [link(piece, url, bold=is_bold) for piece, is_bold in prose.marked(text, bold)]


def message(text: str, blocks: Sequence[Block]) -> bytes:
    """The JSON of chat.postMessage but for its addressing; ``text`` is what a notification shows."""
    payload = {
        "text": mrkdwn(fit(text, FALLBACK_CHARACTERS)),
        "blocks": list(blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return json.dumps(payload, ensure_ascii=False).encode()


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": _harmless(text), "emoji": False}


def _harmless(text: str) -> str:
    """Not parsed where it stands; this is for a client that shows or forwards it as mrkdwn."""
    return _MENTION_OPENS.sub("<" + _WORD_JOINER, text)
