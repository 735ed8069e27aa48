"""Pictures of mail, report, Slack message and the page of a reader's link in headless Chromium, to be looked at.

    python -m tests.benchmarks.pictures OUT [--only NAME]...

Writes PNG files for a phone (360 px) and a desk (1200 px), light and dark, and prints their names. Those of the
README are reduced to 64 colours, a third of their size: `Image.quantize(64, Quantize.MAXCOVERAGE)` of Pillow.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.channels.email import page
from bot.channels.file import html
from bot.channels.slack import message as slack
from bot.demo.slack import PostedMessage, render_as_html
from bot.history import OptOut
from bot.http import pages as pages_of_links
from bot.models import Digest, Entry, Message
from bot.render import parts
from tests.browser import opened
from tests.render import samples
from tests.samples import NOON, subscriber

WIDTHS = (360, 1200)
SCHEMES = ("light", "dark")
PAUSED = OptOut("ada", None, NOON, NOON + timedelta(weeks=2), unsubscribed=False)
_WORDS = ("electron microscopy", "ptychography", "nickelate", "nickelates")
_COMMENTS = {
    "2611.14207": "14 pages, 5 figures. Accepted at Physical Review X. Code: https://github.com/example/ptycho",
    "2611.13764": "9 pages, 4 figures",
}
_PANE = '<!DOCTYPE html><style>{style}</style><body style="margin:0;background:{pane}"><div>{body}</div>'


def pages() -> dict[str, tuple[str, int]]:
    """Every page worth a look and how much of it, in pixels, by the name of its picture."""
    morning, many = _with_all(samples.morning()), _with_all(samples.thirty_six())
    mail = page.html(parts.whole(morning), "help@example.org")
    return {
        "mail": (mail, 1400),
        "mail-whole": (mail, 3500),
        "mail-in-white": (_in_pane(mail, "#ffffff"), 1400),
        "mail-in-black": (_in_pane(mail, "#121212"), 1400),
        "mail-contents": (page.html(parts.whole(many), "help@example.org"), 2200),
        "mail-empty": (page.html(parts.whole(samples.empty()), "help@example.org"), 420),
        "report": (html.render(morning), 1400),
        "index": (html.index(samples.reports()), 560),
        "page": (pages_of_links.stop(subscriber(topics=("electron-microscopy", "nickelates")), ()), 560),
        "page-german": (pages_of_links.stop(subscriber(language="German"), (PAUSED,)), 560),
        "slack": (_channel(many), 900),
        "slack-whole": (_channel(many), 9000),
        "slack-short": (_channel(_with_all(samples.digest(samples.papers()[:3]))), 900),
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


def _with_all(digest: Digest) -> Digest:
    """With what papers may have besides: words that matched, their length, where they appear and their code."""

    def shown(entries: Sequence[Entry]) -> tuple[Entry, ...]:
        return tuple(
            replace(
                entry,
                paper=replace(entry.paper, comment=_COMMENTS.get(entry.paper.arxiv_id, entry.paper.comment)),
                rank=replace(entry.rank, words=_WORDS),
            )
            for entry in entries
        )

    return replace(digest, entries=shown(digest.entries), titles=shown(digest.titles))


def _in_pane(mail: str, pane: str) -> str:
    """The mail as a webmail shows it in a pane of its own colour: the body a part of it, the head's styles kept."""
    found = re.search(r"<style>(.*?)</style>.*?<body.*?>(.*)</body>", mail, re.DOTALL)
    assert found
    return _PANE.format(style=found[1], pane=pane, body=found[2])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", action="append", choices=tuple(pages()))
    given = parser.parse_args()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as browser:
        for name, (source, height) in pages().items():
            if given.only and name not in given.only:
                continue
            path = Path(folder) / f"{name}.html"
            path.write_text(source, encoding="utf-8")
            for width in WIDTHS:
                for scheme in SCHEMES:
                    browser.look(width, scheme)
                    browser.show(path)
                    picture = out / f"{name}-{width}-{scheme}.png"
                    picture.write_bytes(browser.picture(height))
                    print(picture)


if __name__ == "__main__":
    main()
