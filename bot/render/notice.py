"""A word to the operator: something needs a human."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from markupsafe import Markup

from bot.channels.email import mime
from bot.channels.slack import blocks as slack_blocks
from bot.render import prose

_LINE_BYTES = 2_000
_LINES = 40
_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="color-scheme" content="light dark"><title>{}</title></head>\n'
    "<body style=\"margin:0;padding:24px 16px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    'font-size:15px;line-height:1.5">\n{}\n</body></html>\n'
)
_PARAGRAPH = Markup('<p style="margin:0 0 10px">{}</p>')


def slack(text: str) -> bytes:
    """The payload of chat.postMessage, but for its addressing; each line of ``text`` on its own."""
    lines = _lines(text)
    blocks = slack_blocks.rich(*([slack_blocks.words(line)] for line in lines))
    while slack_blocks.weight(blocks) > slack_blocks.MESSAGE_CHARACTERS:
        lines = [slack_blocks.fit(line, max(20, slack_blocks.characters(line) // 2)) for line in lines]
        blocks = slack_blocks.rich(*([slack_blocks.words(line)] for line in lines))
    return slack_blocks.message(lines[0], blocks)


def email(
    subject: str,
    text: str,
    *,
    sender: str,
    recipient: str,
    at: datetime,
    reply_to: str | None = None,
    contact: str | None = None,
) -> bytes:
    """A whole MIME message; the same arguments give the same bytes and the same Message-ID.

    ``contact`` is an address to write to for not being told any more, or a URL, which is not named.
    """
    lines = _lines(text)
    stop = parseaddr(contact or "")[1]
    own_id = mime.message_id("\n".join((subject, text, recipient, at.isoformat())), mime.domain(sender))
    headers = {
        "From": mime.mailbox(sender, "From"),
        "To": mime.mailbox(recipient),
        **({"Reply-To": mime.mailbox(reply_to, "Reply-To")} if reply_to else {}),
        "Subject": mime.words(prose.clip(prose.clean(subject), 200)),
        "Date": mime.date(at),
        "Message-ID": own_id,
        "List-Id": f"<notices.arxiv-digest.{mime.domain(sender)}>",
        **({"List-Unsubscribe": f"<{mime.mailto(stop, 'unsubscribe notices')}>"} if "@" in stop else {}),
        "Auto-Submitted": "auto-generated",
    }
    page = _PAGE.format(prose.clean(subject), Markup("\n").join(_PARAGRAPH.format(line) for line in lines))
    return mime.message(headers, "\n\n".join(lines) + "\n", page, boundary=mime.digest_of(own_id)[:24])


def _lines(text: str) -> list[str]:
    lines = [prose.clip(prose.clean(line), _LINE_BYTES) for line in text.splitlines()[:_LINES]]
    return [line for line in lines if line] or ["Something needs your attention."]
