"""Bytes from arXiv to an XML tree, or an ArxivError that says what came instead."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.errors import ArxivError

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"

_CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_FORBIDDEN = re.compile("\ufffe|\uffff".encode())
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:0*(?P<decimal>[0-9]+)|[xX]0*(?P<hexadecimal>[0-9a-fA-F]+));")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def repaired(body: bytes) -> bytes:
    """``body`` without the characters that XML 1.0 forbids (2.2, "Characters"), raw or as references.

    One of them in one comment would make the whole page unreadable, every time it is asked for. What
    is no UTF-8 becomes U+FFFD: a reader sees that something is missing, and an identifier that lost
    a character is not taken for another.
    """
    if not _OTHER_ENCODING.match(body):
        body = _FORBIDDEN.sub(b"", body.decode("utf-8", "replace").encode())
    return _REFERENCE.sub(_allowed, body.translate(None, _CONTROL_BYTES))


def _allowed(reference: re.Match[bytes]) -> bytes:
    """The reference as it stands, or nothing where it names a character that XML forbids."""
    digits, base = (reference["decimal"], 10) if reference["decimal"] else (reference["hexadecimal"], 16)
    code = int(digits, base) if len(digits) <= 7 else 0  # no character has more digits
    is_allowed = code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return reference[0] if is_allowed or 0x10000 <= code <= 0x10FFFF else b""


def parse(body: bytes) -> Element:
    """The root of one whole document; ArxivError for anything else.

    Truncated, empty, plain text, HTML, two documents in a row, a document type with entities: all
    of them fail here. No entity is expanded and nothing is fetched.
    """
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ArxivError(f"arXiv's answer is not a whole feed ({error}): {glimpse(body)}") from error
    return root


def glimpse(body: bytes, length: int = 60) -> str:
    """How ``body`` begins, in one line, for an error message."""
    if not body.strip():
        return "it is empty"
    text = one_line(body[: 4 * length].decode("utf-8", "replace"))
    return f"it begins {text[:length]!r}"


def one_line(text: str) -> str:
    """``text`` with white space collapsed and control characters dropped."""
    line = " ".join(text.split())
    return line if line.isprintable() else _CONTROL_CHARACTER.sub("", line)
