"""A Slack message without blocks, for a workspace that refuses the blocks.

Made from the stored message, so that delivering still needs an outbox row and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack.blocks import Block, Element
from bot.models.papers import ARXIV_SITE

PLAIN_CHARACTERS = 4_000
"""A longer `text` is split by Slack into several messages, of which only one bears our mark."""


class _Role(Enum):
    FRAME = "counts, completeness and the like"
    WORDS = "what is said of a paper"
    TITLE = "a paper's title, with its address"


@dataclass(frozen=True, slots=True)
class _Run:
    role: _Role
    text: str
    url: str = ""


_Line = Sequence[_Run]


def _limits(words: int, title: int, frame: int = slack_blocks.TEXT_CHARACTERS) -> dict[_Role, int]:
    return {_Role.WORDS: words, _Role.TITLE: title, _Role.FRAME: frame}


_LIMITS = (
    _limits(2_000, 1_000),
    _limits(1_000, 600),
    _limits(600, 300),
    _limits(400, 300),
    _limits(300, 200),
    _limits(200, 200),
    _limits(150, 150),
    _limits(120, 150),
    _limits(90, 150),
    _limits(60, 100),
    _limits(30, 100),
    _limits(0, 60),
    _limits(0, 20),
    _limits(0, 0, 300),
)
"""How long a run of each role may be, tried in turn until the message fits: addresses are never cut."""


def plain_text(payload: bytes) -> bytes | None:
    """The payload with all of its papers in `text` and no blocks; None when it has no blocks already.

    Nothing in it is markup but the addresses, between ``<`` and ``>``. What is said of the papers is
    shortened where it does not fit into one message.
    """
    message = json.loads(payload)
    blocks: Sequence[Block] | None = message.pop("blocks", None)
    if blocks is None:
        return None
    lines = [line for block in blocks for line in _lines(block)]
    texts = (_text(lines, limits) for limits in _LIMITS)
    text = next((text for text in texts if slack_blocks.units(text) <= PLAIN_CHARACTERS), None)
    message["text"] = text or _text(lines, _LIMITS[-1])
    return json.dumps(message, ensure_ascii=False).encode()


def like(sent: bytes, payload: bytes) -> bytes:
    """``payload`` in the form in which the message was ``sent``: an edit must not bring back its blocks."""
    return payload if "blocks" in json.loads(sent) else plain_text(payload) or payload


def _lines(block: Block) -> Iterator[_Line]:
    """A block as lines; an empty one separates papers."""
    if block["type"] == "header":
        yield [_Run(_Role.FRAME, block["text"]["text"])]
    elif block["type"] == "context":
        yield from ([_Run(_Role.FRAME, element["text"])] for element in block["elements"])
    elif block["type"] == "divider":
        yield []
    else:
        for element in block["elements"]:
            yield from _rich_lines(element)


def _rich_lines(element: Element) -> Iterator[_Line]:
    if element["type"] == "rich_text_list":
        bullet = _Run(_Role.FRAME, "• ")
        yield from ([bullet, *line] for item in element["elements"] for line in _section(item))
    else:
        yield []
        yield from _section(element)


def _section(section: Element) -> Iterator[_Line]:
    """The lines of one section. What stands before a title, its number above all, is never shortened.

    Of another link only the name is left: it must neither be cut nor take the room of the papers.
    """
    line: list[_Run] = []
    for run in section["elements"]:
        if run["type"] == "link" and run["url"].startswith(ARXIV_SITE):
            line = _with_title(line, run)
            continue
        ended, *begun = run["text"].split("\n")
        line = _longer(line, ended)
        for text in begun:
            yield line
            line = [_Run(_Role.WORDS, text)]
    yield line


def _with_title(line: list[_Run], link: Element) -> list[_Run]:
    """The line with a title, or more of it: of one, too, some words may be bold."""
    if line and line[-1].role is _Role.TITLE and line[-1].url == link["url"]:
        return [*line[:-1], replace(line[-1], text=line[-1].text + link["text"])]
    return [
        *(replace(before, role=_Role.FRAME) for before in line),
        _Run(_Role.TITLE, link["text"], link["url"]),
    ]


def _longer(line: list[_Run], text: str) -> list[_Run]:
    """The line with more words: of a sentence some may be bold, and yet it is shortened as one."""
    if line and line[-1].role is _Role.WORDS:
        return [*line[:-1], _Run(_Role.WORDS, line[-1].text + text)]
    return [*line, _Run(_Role.WORDS, text)]


def _text(lines: Sequence[_Line], limits: dict[_Role, int]) -> str:
    written: list[str] = []
    for line in lines:
        text = "".join(_run(run, limits[run.role]) for run in line).strip()
        if text or (not line and written and written[-1]):
            written.append(text)
    return "\n".join(written).strip()


def _run(run: _Run, limit: int) -> str:
    text = slack_blocks.mrkdwn(slack_blocks.fit(run.text, limit)) if limit else ""
    return f"{text} <{run.url}>" if run.url else text
