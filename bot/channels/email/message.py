"""A digest as mail: text and HTML that say the same, in as few messages as Gmail shows unclipped.

Gmail clips at about 102 kB of HTML. Here the HTML stays below even in its quoted-printable form, so that nothing
depends on how it is counted. The text does not count; but where it costs no part more, the whole message stays below,
for whoever counts that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from markupsafe import Markup

from bot import remembered
from bot.channels.email import mime, page, text
from bot.channels.messages import Messages
from bot.models import Digest, Entry, Message, Target
from bot.render import parts, prose, wording
from bot.settings import EmailSettings, Settings

HTML_BYTES = 100_000
"""Of the HTML part, as it is sent; of the whole message but its headers, where papers can be dealt out so."""
_SPARE = 3_000
"""For section headings, and numbers that grow."""

_NOTICE = Markup(
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="color-scheme" content="light dark"><title>{}</title></head>\n'
    "<body style=\"margin:0;padding:24px 16px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    'font-size:15px;line-height:1.5">\n{}\n</body></html>\n'
)
_NOTICE_LINE = Markup('<p style="margin:0 0 10px">{}</p>')


@dataclass(frozen=True, slots=True)
class _Route:
    """From whom to whom, and whom to ask to be left alone."""

    sender: str
    recipient: str
    reply_to: str | None
    contact: str


def render(
    digest: Digest, *, sender: str, recipient: str, reply_to: str | None = None, contact: str
) -> tuple[Message, ...]:
    """The digest's mails to one recipient, each a whole MIME message of at most 100,000 bytes of HTML.

    ``sender``, ``recipient`` and ``reply_to`` are mailboxes, ``contact`` is an address or a URL.
    Parts after the first answer to it, so that they stand in one thread. The Message-ID follows
    from subscriber, number, time, recipient and part: another digest never has the same one. A copy
    has its own, and refers to that of the digest.
    """
    route = _Route(sender, recipient, reply_to, contact)
    foot = _foot(digest, contact)
    return tuple(
        Message(part.number, part.count, _bytes(part, sheet, foot, route), part.arxiv_ids)
        for part, sheet in _packed(digest, HTML_BYTES - _SPARE - foot.html_bytes, foot.text_bytes)
    )


def _packed(digest: Digest, room: int, text_below: int) -> Sequence[tuple[parts.Part, _Sheet]]:
    """The digest in parts that have at most ``room`` bytes of HTML above their foot: in one, if it fits.

    Else in parts that have room for their text, too, ``text_below`` bytes of it at the foot, unless that takes more.
    """
    whole = parts.whole(digest)
    sheet = _sheet(parts.for_all(whole))
    if sheet.html_bytes <= room:
        return [(whole, sheet)]
    frame = parts.Part(digest, 1, 2, 1, (), (), ())
    html, words = mime.size(page.above(frame)), mime.size(text.above(frame)) + text_below
    contents = len(digest.entries) > page.CONTENTS_ABOVE

    def of_html(section: parts.DigestSection, entry: Entry) -> int:
        return page.weight(digest, section, entry, contents=contents)

    def of_both(section: parts.DigestSection, entry: Entry) -> int:
        return of_html(section, entry) + text.weight(digest, section, entry)

    packed = min(
        parts.pack(digest, of_both, room - html - words, titles_together=True),
        parts.pack(digest, of_html, room - html, titles_together=True),
        key=len,
    )
    return [(part, _sheet(parts.for_all(part))) for part in packed]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Both bodies of a mail down to the foot, as they are sent: the same for all who are told the same."""

    subject: str
    text: str
    html: str
    html_bytes: int
    """At most."""


@remembered.in_a_round(remembered.DIGESTS)
def _sheet(part: parts.Part) -> _Sheet:
    html = page.above(part)
    return _Sheet(
        mime.words(_subject(part)), mime.quoted(text.above(part)), mime.quoted(html), mime.size(html)
    )


@dataclass(frozen=True, slots=True)
class _Foot:
    """The rest of both, which is the reader's own."""

    text: str
    html: str
    text_bytes: int
    html_bytes: int


def _foot(digest: Digest, contact: str) -> _Foot:
    stop, url = page.stop(digest, contact)
    # A full stop behind an address would become a part of it.
    said = stop.rstrip(".。").format(contact=digest.stop_url or contact) if url else stop
    plain, html = text.below(digest, said), page.below(digest, contact)
    return _Foot(mime.quoted(plain), mime.quoted(html), mime.size(plain), mime.size(html))


def _bytes(part: parts.Part, sheet: _Sheet, foot: _Foot, route: _Route) -> bytes:
    own_id = _message_id(part.digest, route, part.number)
    return mime.message(
        _headers(part, sheet.subject, own_id, route),
        sheet.text + foot.text,
        sheet.html + foot.html,
        boundary=mime.sha256_hex(own_id)[:24],
    )


def _headers(part: parts.Part, subject: str, own_id: str, route: _Route) -> dict[str, str]:
    digest, domain = part.digest, mime.domain(route.sender)
    asking = page.stop(replace(digest, stop_url=""), route.contact)[1]
    stops = [f"<{url}>" for url in (digest.stop_url, asking) if url]
    return {
        "From": mime.mailbox(route.sender, "From"),
        "To": mime.mailbox(route.recipient),
        **({"Reply-To": mime.mailbox(route.reply_to, "Reply-To")} if route.reply_to else {}),
        "Subject": subject,
        "Date": mime.date(digest.resent_at or digest.composed_at),
        "Message-ID": own_id,
        **_thread(part, route),
        "List-Id": f"<{mime.identifier(digest.subscriber)}.arxiv-digest.{domain}>",
        **({"List-Unsubscribe": ", ".join(stops)} if stops else {}),
        # RFC 8058: the mail reader's own button posts this, and the reader is rid of it.
        **({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if digest.stop_url else {}),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def _thread(part: parts.Part, route: _Route) -> dict[str, str]:
    """What the part answers to: the first of its digest, and for a copy what went out before (RFC 5322, 3.6.4)."""
    digest, before = part.digest, list[str]()
    if digest.resent_at is not None:
        original = replace(digest, resent_at=None)
        before = [_message_id(original, route, number) for number in (1, part.number)]
    if part.number > 1:
        before.append(_message_id(digest, route, 1))
    if not before:
        return {}
    return {"In-Reply-To": before[-1], "References": " ".join(dict.fromkeys(before))}


def _message_id(digest: Digest, route: _Route, part: int) -> str:
    # The time keeps two histories apart, should a database begin anew at number 1.
    key = [digest.subscriber, str(digest.number), digest.composed_at.isoformat(), route.recipient, str(part)]
    if digest.resent_at is not None:
        key.append(digest.resent_at.isoformat())
    return mime.message_id("\n".join(key), mime.domain(route.sender))


def _subject(part: parts.Part) -> str:
    if part.count == 1:
        return wording.subject(part.digest)
    numbered = f"{wording.headline(part.digest)} ({part.number}/{part.count})"
    return wording.with_teaser(part.digest, numbered, parts.teaser(part))


def notice(
    subject: str,
    said: str,
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
    lines = prose.lines(said)
    stop = parseaddr(contact or "")[1]
    own_id = mime.message_id("\n".join((subject, said, recipient, at.isoformat())), mime.domain(sender))
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
    html = _NOTICE.format(
        prose.clean(subject), Markup("\n").join(_NOTICE_LINE.format(line) for line in lines)
    )
    text_lines = mime.quoted("\n\n".join(lines) + "\n")
    return mime.message(headers, text_lines, mime.quoted(html), boundary=mime.sha256_hex(own_id)[:24])


class EmailMessages:
    """`bot.channels.messages.Messages` for mail."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
    ) -> Sequence[Message]:
        account = _account(settings, target)
        return render(
            digest,
            sender=account.sender,
            recipient=target.address,
            reply_to=account.reply_to,
            contact=settings.arxiv.contact,
        )

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        raise ValueError("a sent mail stays as it is")

    def simpler(self, payload: bytes) -> bytes | None:
        return None

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        account = _account(settings, target)
        return notice(
            subject,
            text,
            sender=account.sender,
            recipient=target.address,
            at=at,
            reply_to=account.reply_to,
            contact=settings.arxiv.contact,
        )


def _account(settings: Settings, target: Target) -> EmailSettings:
    if settings.email is None:
        raise ValueError(f"{target.address} is an e-mail target without an email section")
    return settings.email


MESSAGES: Messages = EmailMessages()
