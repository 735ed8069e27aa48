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
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.IGNORECASE
)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def without_control_characters(body: bytes) -> bytes:
    """``body`` without the characters that XML 1.0 forbids (2.2, "Characters").

    One of them in one comment would make the whole page unreadable, every time it is asked for.
    """
    return _CONTROL_REFERENCE.sub(b"", body.translate(None, _CONTROL_BYTES))


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
