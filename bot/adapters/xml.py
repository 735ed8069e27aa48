"""Bytes from arXiv to an XML tree, or an ArxivError that says what came instead."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from bot.errors import ArxivError

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"

IDENTIFIER = r"(?:[0-9]{4}\.[0-9]{4,5}|[a-zA-Z-]{2,20}(?:\.[a-zA-Z-]{2,10})?/[0-9]{7})"
"""Both forms that arXiv's identifiers have had (https://info.arxiv.org/help/arxiv_identifier.html). Nothing else
becomes one: it stands in addresses, in Markdown and in what arXiv is asked for."""

FIRST_YEAR, LAST_YEAR = 1980, 2999
"""arXiv began in 1991, and took in papers of some years before. A year beyond these is a damaged date, which no zone
of the world need be able to show."""

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


LONGEST_TEXT = 10_000
"""Characters of one text. arXiv itself takes abstracts of up to 1,920."""
_LONGEST_NAMES = 500_000
"""Of a collaboration's names, which a feed gives in one text."""
_MOST_ELEMENTS = 300_000
"""Of a document: 2,000 papers have about 40,000, and a collaboration of 5,000 has 15,000 more."""
_MOST_ATTRIBUTES = 64
_DEEPEST = 32
_PORTION = 2**14
_LONGEST_TAG = 2**16
"""Bytes, about: the parser takes time with the square of a tag's attributes."""


class _BoundedTree(TreeBuilder):
    """A tree that has at most so many elements, so deep, with so many attributes; ValueError beyond."""

    def __init__(self) -> None:
        super().__init__()
        self.events = 0
        self._elements = self._depth = self._namespaces = 0

    def start_ns(self, prefix: str, _uri: str) -> None:
        self._namespaces += 1
        if self._namespaces > _MOST_ATTRIBUTES:
            raise ValueError("an element declares too many namespaces")

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.events += 1
        self._elements += 1
        self._depth += 1
        self._namespaces = 0
        if self._elements > _MOST_ELEMENTS:
            raise ValueError(f"more than {_MOST_ELEMENTS} elements")
        if self._depth > _DEEPEST:
            raise ValueError(f"elements more than {_DEEPEST} deep")
        if len(attrs) > _MOST_ATTRIBUTES or sum(map(len, attrs.values())) > LONGEST_TEXT:
            raise ValueError("an element has too many attributes, or too long ones")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.events += 1
        self._depth -= 1
        return super().end(tag)

    def data(self, data: str, /) -> None:
        self.events += 1
        super().data(data)


def parse(body: bytes) -> Element:
    """The root of one whole document; ArxivError for anything else.

    Truncated, empty, plain text, HTML, two documents in a row, a document type with entities, more or deeper
    elements than any feed has: all of them fail here. No entity is expanded and nothing is fetched.
    """
    try:
        return _tree(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ArxivError(f"arXiv's answer is not a whole feed ({error}): {glimpse(body)}") from error


def _tree(body: bytes) -> Element:
    tree = _BoundedTree()
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    progress = last = 0
    for start in range(0, len(body), _PORTION):
        parser.feed(body[start : start + _PORTION])
        if tree.events > last:
            progress, last = start, tree.events
        elif start - progress > _LONGEST_TAG:
            raise ValueError("a tag without an end")
    root: Element = parser.close()
    return root


def clip(root: Element) -> bool:
    """Cut what is too long for a text of a paper, at a blank and with an ellipsis; whether there was any.

    What follows reads a text more than once, and not all of it in a time that grows with the length alone.
    """
    clipped = False
    for element in root.iter():
        limit = _LONGEST_NAMES if element.tag == f"{DUBLIN_CORE}creator" else LONGEST_TEXT
        if element.text is not None and len(element.text) > limit:
            element.text, clipped = _cut(element.text, limit), True
        if element.tail is not None and len(element.tail) > limit:
            element.tail, clipped = None, True
    return clipped


def _cut(text: str, limit: int) -> str:
    """Whole words of it: half a number would be another one."""
    whole, blank, _ = text[:limit].rpartition(" ")
    return f"{whole} …" if blank else "…"


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
