"""A digest as files: the HTML and the Markdown report, and the index of their folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.channels.file import html, markdown
from bot.channels.messages import Messages
from bot.models import Digest, Message, Target
from bot.models.digests import EarlierDigest
from bot.render import prose, wording
from bot.settings import Settings

_UNSAFE = re.compile(r"[^\w.-]+")
_NAME_BYTES = 100


def render(digest: Digest, *, reports: Sequence[html.ReportRef] = ()) -> tuple[Message, ...]:
    """One message: a JSON object of file name to text.

    ``reports`` are the other digests of the same folder. This one is added to the index, in place of
    an earlier entry of its name.
    """
    own = reference(digest)
    others = [report for report in reports if report.file_name != own.file_name]
    stem = own.file_name.removesuffix(".html")
    written = {
        own.file_name: html.render(digest),
        f"{stem}.md": markdown.render(digest),
        "index.html": html.index([own, *others]),
    }
    entries = (*digest.entries, *digest.titles, *digest.revised)
    payload = json.dumps(written, ensure_ascii=False).encode()
    return (Message(1, 1, payload, tuple(entry.paper.arxiv_id for entry in entries)),)


def reference(digest: Digest) -> html.ReportRef:
    """How the index names this digest."""
    return named(digest.subscriber, digest.number, wording.local_date(digest), digest.paper_count)


def named(subscriber: str, number: int, day: date, papers: int) -> html.ReportRef:
    """How the index names a digest written before: ``day`` is its date in the subscriber's zone."""
    stem = f"{day:%Y-%m-%d}-{safe_name(subscriber)}-{number}"
    return html.ReportRef(f"{stem}.html", subscriber, number, day, papers)


def safe_name(name: str) -> str:
    """``name`` as part of a file name: letters, digits, ``. _ -``.

    A name that had to be changed gets a mark of its own, so that two never share a file.
    """
    safe = prose.clip(_UNSAFE.sub("-", prose.clean(name)).strip("-."), _NAME_BYTES).rstrip(prose.ELLIPSIS)
    if safe and safe == name:
        return safe
    return "-".join(filter(None, (safe, hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:6])))


def _named(earlier: EarlierDigest) -> html.ReportRef:
    day = earlier.composed_at.astimezone(ZoneInfo(earlier.timezone)).date()
    return named(earlier.subscriber, earlier.number, day, earlier.papers)


class FileMessages:
    """`bot.channels.messages.Messages` for a folder."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
        earlier: Callable[[], Sequence[EarlierDigest]],
    ) -> Sequence[Message]:
        return render(digest, reports=[_named(one) for one in earlier()])

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        raise ValueError("a report stays as its reader found it")

    def simpler(self, payload: bytes) -> bytes | None:
        return None

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        lines = (f"# {subject}", *prose.lines(text))
        return json.dumps({f"{at:%Y-%m-%d-%H%M%S}-notice.md": "\n\n".join(lines) + "\n"}).encode()


MESSAGES: Messages = FileMessages()
