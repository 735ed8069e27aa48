"""What somebody else's program says, made fit to be stored, logged and printed: the one place for it.

A mail server may answer in any encoding, Slack and Gemini may send half of a surrogate pair, and any of
them megabytes, line breaks or a terminal's control sequences. What is readable stays as it is; what is not
is shown escaped, so that a person sees what was there and a terminal or a log does not act on it.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 400
"""Characters: what a service has to say of one failure fits a few lines."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_BREAKS = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co"})
_FORMATS_SEEN = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Joiners, which emoji and Persian need, and the format characters that have a shape of their own."""


def readable(text: str | bytes, limit: int = LONGEST) -> str:
    """One line of valid Unicode, at most ``limit`` characters and an ellipsis. Never fails.

    Bytes, and the lone surrogates that stand for bytes (PEP 383), are read as UTF-8, GB2312 or Latin-1,
    whichever fits first.
    """
    raw = text if isinstance(text, bytes) else None
    words = _decoded(raw[: 4 * limit]) if raw is not None else str(text)[: 4 * limit]
    if raw is None and any("\udc80" <= character <= "\udcff" for character in words):
        words = _recoded(words)
    shown = inert(" ".join(words.split()))
    longer = len(shown) > limit or len(text) > 4 * limit
    return f"{shown[:limit]}…" if longer else shown


def inert(text: str) -> str:
    """``text`` on one line of valid Unicode in which a terminal and a log find nothing to do. Blanks stay."""
    if text.isascii() and text.isprintable():
        return text
    line = _BREAKS.sub(" ", text)
    return "".join(character if _is_harmless(character) else _escaped(character) for character in line)


def is_unseen(character: str) -> bool:
    """Whether it takes no place in a line and yet does something there: controls of writing direction, which
    turn round what stands beside them, blanks without width, tags; or is no character at all.
    """
    code = ord(character)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    return unicodedata.category(character) == "Cf" and character not in _FORMATS_SEEN


def _recoded(text: str) -> str:
    try:
        return _decoded(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # halves of a pair, too, which stand for nothing
        return text


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    runs = _BEYOND_ASCII.findall(raw)
    # Chinese mail servers answer in GBK. Two bytes alone may be the accents of "créée", though, and a
    # Chinese word has two characters or more.
    if all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs) and max(map(len, runs)) >= 4:
        return raw.decode("gbk", "backslashreplace")
    was_utf8 = not raw.decode(errors="ignore").isascii()  # and was cut, or spoilt
    return raw.decode(errors="backslashreplace") if was_utf8 else raw.decode("latin-1")


def _is_harmless(character: str) -> bool:
    if character < "\x7f":
        return character >= " "
    return not is_unseen(character) and unicodedata.category(character) not in _ESCAPED_CATEGORIES


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
