"""Pictures of mail, report, Slack message and the page of a reader's link in headless Chromium, to be looked at.

    python -m tests.benchmarks.pictures OUT [--chromium PATH] [--only NAME]...

Writes PNG files for a phone (360 px) and a desk (1200 px), light and dark, and prints their names.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import tempfile
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.channels.email import page
from bot.channels.file import html
from bot.channels.slack import message as slack
from bot.demo.slack import PostedMessage, render_as_html
from bot.history import OptOut
from bot.http import pages as pages_of_links
from bot.models import Digest, Message
from bot.render import parts
from tests.render import samples
from tests.samples import NOON, subscriber

WIDTHS = (360, 1200)
SCHEMES = {"light": ("1", "#ffffff"), "dark": ("0", "#121212")}
"""Chromium's number of each, and what a page without a background of its own stands on."""
SCALE = 2
NARROWEST = 500
"""Chromium makes no narrower window: the page stands in a frame, and the rest is cut off."""
BAR = 200
"""More than the part of a window that Chromium keeps for itself."""
PAUSED = OptOut("ada", None, NOON, NOON + timedelta(weeks=2), unsubscribed=False)
_FRAME = (
    '<!DOCTYPE html><body style="margin:0;background:{background}">'
    '<iframe src="{page}" style="border:0;width:{width}px;height:{height}px"></iframe>'
)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def pages() -> dict[str, tuple[str, int]]:
    """Every page worth a look and how much of it, in pixels, by the name of its picture."""
    morning = samples.morning()
    return {
        "mail": (page.html(parts.whole(morning), "help@example.org"), 1400),
        "mail-whole": (page.html(parts.whole(morning), "help@example.org"), 3500),
        "mail-contents": (page.html(parts.whole(samples.digest()), "help@example.org"), 1000),
        "mail-empty": (page.html(parts.whole(samples.empty()), "help@example.org"), 420),
        "report": (html.render(morning), 1400),
        "index": (html.index(samples.reports()), 560),
        "page": (pages_of_links.stop(subscriber(topics=("electron-microscopy", "nickelates")), ()), 560),
        "page-german": (pages_of_links.stop(subscriber(language="German"), (PAUSED,)), 560),
        "slack": (_channel(samples.thirty_six()), 900),
        "slack-whole": (_channel(samples.thirty_six()), 9000),
        "slack-short": (_channel(samples.digest(samples.papers()[:3])), 900),
    }


def _channel(digest: Digest) -> str:
    """A channel with the messages of one digest, those after the first in its thread."""
    first = digest.composed_at.timestamp()
    messages = [
        PostedMessage(
            "C1",
            f"{first + message.part:.6f}",
            thread_ts=f"{first + 1:.6f}" if message.part > 1 else None,
            **_content(message),
        )
        for message in slack.render(digest)
    ]
    return render_as_html(messages, {"C1": "#em-papers"})


def _content(message: Message) -> dict[str, Any]:
    payload = json.loads(message.payload)
    return {"text": payload["text"], "blocks": payload["blocks"]}


def take(chromium: str, page: Path, picture: Path, *, width: int, height: int, scheme: str) -> None:
    """One picture of ``page`` as a window of this size shows it."""
    number, background = SCHEMES[scheme]
    frame = page.with_name("frame.html")
    frame.write_text(_FRAME.format(page=page.name, width=width, height=height, background=background))
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
                *(
                    "--disable-background-networking",
                    "--hide-scrollbars",
                    f"--force-device-scale-factor={SCALE}",
                ),
                f"--blink-settings=preferredColorScheme={number}",
                f"--user-data-dir={profile}",
                f"--window-size={max(width, NARROWEST)},{height + BAR}",
                f"--screenshot={picture}",
                frame.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    picture.write_bytes(cropped(picture.read_bytes(), width * SCALE, height * SCALE))


def cropped(png: bytes, width: int, height: int) -> bytes:
    """The upper left ``width`` x ``height`` pixels of an 8-bit RGB or RGBA picture.

    A pixel is coded relative to those above and left of it, so the rest can be left off undecoded.
    """
    chunks, position = [], len(_SIGNATURE)
    while position < len(png):
        (length,) = struct.unpack_from(">I", png, position)
        chunks.append((png[position + 4 : position + 8], png[position + 8 : position + 8 + length]))
        position += 12 + length
    full_width, _, depth, colour = struct.unpack_from(">IIBB", chunks[0][1])
    pixel = {(8, 2): 3, (8, 6): 4}[depth, colour]
    rows = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    stride = 1 + full_width * pixel
    kept = b"".join(rows[row * stride : row * stride + 1 + width * pixel] for row in range(height))
    header = struct.pack(">II", width, height) + chunks[0][1][8:]
    made = ((b"IHDR", header), (b"IDAT", zlib.compress(kept, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in made
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--only", action="append", choices=tuple(pages()))
    given = parser.parse_args()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, (source, height) in pages().items():
            if given.only and name not in given.only:
                continue
            page = Path(folder) / f"{name}.html"
            page.write_text(source, encoding="utf-8")
            for width in WIDTHS:
                for scheme in SCHEMES:
                    picture = out / f"{name}-{width}-{scheme}.png"
                    take(given.chromium, page, picture, width=width, height=height, scheme=scheme)
                    print(picture)


if __name__ == "__main__":
    main()
