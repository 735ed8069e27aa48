"""``python -m tests.bombs``: every bomb, one after the other, in a process whose memory is measured.

Prints one line of JSON a bomb: its name, what was said of it, and the megabytes that the process had ever held by then.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from bot.demo.arxiv.pages import page
from bot.errors import ServiceError
from tests import samples
from tests.hostile import (
    MEGABYTE,
    SERVICES,
    Ask,
    Hostile,
    ask_feed,
    ask_search,
    bomb,
    serving,
)

JSON, XML = "application/json", "application/xml"


def head(kind: str, more: str = "Connection: close") -> str:
    return f"HTTP/1.1 200 OK\nContent-Type: {kind}\n{more}"


def entities() -> bytes:
    """A billion laughs."""
    levels = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{"".join(levels)}]><feed>&a9;</feed>'.encode()


def entry(**changes: Any) -> bytes:
    """A true page of arXiv's with one paper."""
    papers = [samples.paper(**changes)]
    return page(papers, total=1, start=0, size=1, query={}, now=samples.NOON).encode()


def feed_items(count: int) -> Iterator[bytes]:
    yield b'<rss version="2.0"><channel><title>x</title>'
    yield from repeat(
        b"<item><title>t</title><link>https://arxiv.org/abs/2611.00001</link></item>" * 100, count // 100
    )
    yield b"</channel></rss>"


def entries(count: int) -> Iterator[bytes]:
    whole = entry()
    at, end = whole.index(b"  <entry>"), whole.index(b"</feed>")
    yield whole[:at]
    yield from repeat(whole[at:end], count)
    yield whole[end:]


def bombs() -> Iterator[tuple[str, Ask, Hostile]]:
    packed = head(JSON, "Content-Encoding: gzip\nConnection: close")
    smileys = repeat("😀".encode() * 10_000, 90)
    for name, (_, ask) in SERVICES.items():
        yield f"{name}: gzip", ask, Hostile(packed, bomb("gzip"))
        yield f"{name}: 200 MB", ask, Hostile(head(JSON), repeat(MEGABYTE, 200))
        yield f"{name}: lists", ask, Hostile(head(JSON), chain([b"["], repeat(b"[]," * 10_000, 100), [b"0]"]))
        yield f"{name}: one text", ask, Hostile(head(JSON), chain([b'{"a": "'], smileys, [b'"}']))
    abstract = [entry(abstract="word " * 2_000_000)]
    nothing = repeat("<a/>".encode("utf-16-le") * 2**16, 20)
    yield "search: entities", ask_search, Hostile(head(XML), [entities()])
    yield "search: 1,000 papers", ask_search, Hostile(head(XML), entries(1_000))
    yield "search: an abstract of 10 MB", ask_search, Hostile(head(XML), abstract)
    yield "feed: entities", ask_feed, Hostile(head(XML), [entities()])
    yield "feed: 100,000 items", ask_feed, Hostile(head(XML), feed_items(100_000))
    yield "feed: UTF-16", ask_feed, Hostile(head(XML), chain(["<rss>".encode("utf-16")], nothing))


async def main() -> None:
    for name, ask, hostile in bombs():
        said = ""
        async with serving(hostile):
            try:
                await ask(hostile.root)
            except ServiceError as error:
                said = str(error)
        print(json.dumps([name, said[:200], _most_held_mb()]), flush=True)


def _most_held_mb() -> int:
    """Of this process alone: Linux' ``ru_maxrss`` begins with what the one that started it had."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    asyncio.run(main())
