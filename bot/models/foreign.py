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
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co"})
_ESCAPED = frozenset(
    "\u200e\u200f\u061c\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""Controls of writing direction and line breaks: a stray one turns round or forges the line it is in."""


def readable(text: str | bytes, limit: int = LONGEST) -> str:
    """One line of valid Unicode, at most ``limit`` characters and an ellipsis. Never fails.

    Bytes, and the lone surrogates that stand for bytes (PEP 383), are read as UTF-8, GB2312 or Latin-1,
    whichever fits first.
    """
    raw = text if isinstance(text, bytes) else None
    words = _decoded(raw[: 4 * limit]) if raw is not None else str(text)[: 4 * limit]
    if raw is None and any("\udc80" <= character <= "\udcff" for character in words):
        words = _recoded(words)
    line = " ".join(words.split())
    shown = "".join(character if _is_harmless(character) else _escaped(character) for character in line)
    longer = len(shown) > limit or len(text) > 4 * limit
    return f"{shown[:limit]}…" if longer else shown


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
    return character not in _ESCAPED and unicodedata.category(character) not in _ESCAPED_CATEGORIES


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
