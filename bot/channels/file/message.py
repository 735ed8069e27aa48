"""A digest as files: the HTML and the Markdown report."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.file import html, markdown
from bot.channels.messages import Messages
from bot.models import Digest, Message, Target
from bot.render import prose, wording
from bot.settings import Settings

_UNSAFE = re.compile(r"[^\w.-]+")
_NAME_BYTES = 100


def render(digest: Digest) -> tuple[Message, ...]:
    """One message: a JSON object of file name to text. The folder's index and feed are not in it: they
    follow from the reports that are there when it is written."""
    stem = f"{wording.local_date(digest):%Y-%m-%d}-{safe_name(digest.subscriber)}-{digest.number}"
    written = {f"{stem}.html": html.render(digest), f"{stem}.md": markdown.render(digest)}
    entries = (*digest.entries, *digest.titles, *digest.revised)
    payload = json.dumps(written, ensure_ascii=False).encode()
    return (Message(1, 1, payload, tuple(entry.paper.arxiv_id for entry in entries)),)


def safe_name(name: str) -> str:
    """``name`` as part of a file name: letters, digits, ``. _ -``.

    A name that had to be changed gets a mark of its own, so that two never share a file.
    """
    safe = prose.clip(_UNSAFE.sub("-", prose.clean(name)).strip("-."), _NAME_BYTES).rstrip(prose.ELLIPSIS)
    if safe and safe == name:
        return safe
    return "-".join(filter(None, (safe, hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:6])))


class FileMessages:
    """`bot.channels.messages.Messages` for a folder."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
    ) -> Sequence[Message]:
        # A copy takes the place of the report, and is the same.
        return render(replace(digest, resent_at=None))

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        raise ValueError("a report stays as its reader found it")

    def simpler(self, payload: bytes) -> bytes | None:
        return None

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        lines = (f"# {subject}", *prose.lines(text))
        return json.dumps({f"{at:%Y-%m-%d-%H%M%S}-notice.md": "\n\n".join(lines) + "\n"}).encode()


MESSAGES: Messages = FileMessages()
