"""A mail message as bytes.

The standard library's older, `compat32` side is used on purpose: the newer one writes headers in
encoded words that RFC 2047 finds too long or, folded at 78 columns, turns a long List-Unsubscribe or
References into such words, which breaks both; and its output changes between Python versions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email import quoprimime
from email.header import Header
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import quote

import idna

from bot import remembered
from bot.render import prose

_LINE = 998
_POLICY = compat32.clone(linesep="\r\n", max_line_length=_LINE, mangle_from_=False)
_ENCODED_LINE = 75
"""RFC 2047, section 2: no encoded word may be longer."""
_NAME_BYTES = 200
_PRINTABLE = bytes(set(range(0x20, 0x7F)) - {0x3D})
"""What quoted-printable leaves as it is."""
_HEADERS = 1024
"""Of what the mails of a round have in common: sender, subject, domains."""
_PLAIN, _HTML = (
    f'Content-Type: text/{kind}; charset="utf-8"\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n'
    for kind in ("plain", "html")
)
_UNSAFE_IN_NAME = re.compile(r"[^a-z0-9]+")


def message(headers: Mapping[str, str], text: str, html: str, *, boundary: str) -> bytes:
    """multipart/alternative of ``text`` and ``html``, both :func:`quoted`; lines ended by CRLF and at most 998 long.

    ``headers`` are as :func:`words`, :func:`mailbox` and the others here make them;
    ``boundary`` is any hash: quoted-printable text can't contain what is made of it.
    """
    # Of the library only the folding of headers: its generator takes longer than all the rest.
    own = {"Content-Type": f'multipart/alternative; boundary="=_{boundary}"', "MIME-Version": "1.0"}
    head = b"".join(header(name, value) for name, value in (own | dict(headers)).items())
    mark = f"--=_{boundary}"
    body = f"\n{mark}\n{_PLAIN}{text}\n{mark}\n{_HTML}{html}\n{mark}--\n"
    return head + body.replace("\n", "\r\n").encode()


def header(name: str, value: str) -> bytes:
    """One header with its CRLF, folded where it is too long for a line."""
    line = f"{name}: {value}\r\n"
    if value.isascii() and value.isprintable() and len(line) <= _LINE:
        return line.encode()
    return _POLICY.fold_binary(name, value)


def quoted(text: str) -> str:
    """Quoted-printable UTF-8. Of a text in two pieces each can be encoded by itself, where the first ends a line."""
    return "\n".join(map(_quoted_line, text.split("\n")))


def _quoted_line(line: str) -> str:
    return quoprimime.body_encode(line.encode().decode("latin-1"))


def size(text: str) -> int:
    """At most how many bytes ``text`` takes in a message."""
    encoded = text.encode()
    quoted = len(encoded.translate(None, _PRINTABLE))
    return (len(encoded) + 2 * quoted) * 76 // 72 + 8


@remembered.in_a_round(_HEADERS)
def words(text: str, name: str = "Subject") -> str:
    """Any text as the value of the header ``name``: a line break can't leave it."""
    cleaned = prose.clean(text)
    if cleaned.isascii() and "=?" not in cleaned:
        return cleaned
    return Header(cleaned, "utf-8", header_name=name).encode(maxlinelen=_ENCODED_LINE)


@remembered.in_a_round(_HEADERS)
def mailbox(address: str, name: str = "To") -> str:
    """``Ada Lovelace <ada@example.org>`` as a header value; a domain outside ASCII in its IDNA form.

    A local part outside ASCII stands there as UTF-8 (RFC 6532, 3.2), its bytes as surrogates, which
    :func:`message` writes as they are: no encoded word may be part of an address.
    """
    label, bare = _parsed(address)
    local, _, domain = bare.rpartition("@")
    bare = f"{local}@{_ascii_domain(domain)}".encode().decode("ascii", "surrogateescape")
    label = prose.clip(label, _NAME_BYTES)
    encoded = words(label, name)
    if encoded == label:
        encoded = formataddr((label, "")).removesuffix(" <>")
    return f"{encoded} <{bare}>" if encoded else bare


def mailto(address: str, about: str) -> str:
    """The URL of a mail to ``address`` with the subject ``about``."""
    return f"mailto:{quote(address, safe='@+')}?subject={quote(about, safe='')}"


@remembered.in_a_round(_HEADERS)
def domain(address: str) -> str:
    """The domain of an address, in ASCII; ``localhost`` where there is none."""
    return _ascii_domain(_parsed(address)[1].rpartition("@")[2]) or "localhost"


def identifier(text: str) -> str:
    """A name as one label of a List-Id: ASCII letters, digits and hyphens.

    A name that had to be changed gets a mark of its own: two lists whose names differ in case, in
    another script or far behind are two lists.
    """
    slug = _UNSAFE_IN_NAME.sub("-", text.lower()).strip("-")[:40].strip("-")
    return slug if slug == text else "-".join(filter(None, (slug, sha256_hex(text)[:12])))


def message_id(key: str, domain: str) -> str:
    """A Message-ID that is the same for the same ``key``; a colon in it would be refused by Gmail."""
    return f"<{sha256_hex(key)[:32]}@{domain}>"


def date(moment: datetime) -> str:
    return format_datetime(moment)


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def idna_domain(domain: str) -> str:
    """IDNA 2008, by UTS 46: Python's own codec would make strasse of straße. UnicodeError for what is no domain."""
    return idna.encode(domain, uts46=True).decode("ascii")


def _parsed(mailbox: str) -> tuple[str, str]:
    """Name and address; both empty where brackets are too deep for the parser."""
    try:
        return parseaddr(prose.clean(mailbox))
    except RecursionError:
        return "", ""


@remembered.in_a_round(_HEADERS)
def _ascii_domain(domain: str) -> str:
    """As the envelope has it; what is no domain without the rest."""
    try:
        return idna_domain(domain)
    except UnicodeError:
        return domain.encode("ascii", errors="ignore").decode()
