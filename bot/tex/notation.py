"""The two ways a tree is written down: Unicode text, and HTML.

A notation knows how to write characters, scripts and faces; where spaces and parentheses go is decided in
``layout``, the same for both.
"""

from __future__ import annotations

import html
from typing import Protocol

from bot.tex.scripts import lowered, raised, written_exponent, written_index
from bot.tex.tree import Face

PRIMES = "'"
_TAGS = {Face.EMPHASIS: "em", Face.STRONG: "strong", Face.CODE: "code"}


class Notation(Protocol):
    def characters(self, text: str) -> str:
        """Characters of the reader's text."""

    def face(self, face: Face, body: str) -> str:
        """A body, written already, in a face."""

    def scripts(self, sub: str, sup: str) -> tuple[str, bool]:
        """Both scripts, written already; and whether a letter or digit behind would run into them."""


class PlainText:
    """Unicode text: no markup, scripts by ``scripts``."""

    def characters(self, text: str) -> str:
        return text

    def face(self, face: Face, body: str) -> str:
        del face
        return body

    def scripts(self, sub: str, sup: str) -> tuple[str, bool]:
        """What has characters of its own comes first: ``L¹_loc``, ``W₀^(1,p)``.

        Two bounds look alike: ``0.81_(-0.02)^(+0.03)``, though ``₀.₈`` by itself is written.
        """
        rest = sup.lstrip(PRIMES)
        high = raised(rest)
        low = None if high is None and "." in sub else lowered(sub)
        parts = [sup[: len(sup) - len(rest)], low or "", high or ""]
        if low is None:
            parts.append(written_index(sub))
        if high is None:
            parts.append(written_exponent(rest))
        return "".join(parts), (low is None or high is None) and parts[-1][-1].isalnum()


class Html:
    """HTML of ``sub``, ``sup``, ``em``, ``strong`` and ``code``; every other character is escaped."""

    def characters(self, text: str) -> str:
        return html.escape(text, quote=False)

    def face(self, face: Face, body: str) -> str:
        tag = _TAGS.get(face)
        return f"<{tag}>{body}</{tag}>" if tag and body else body

    def scripts(self, sub: str, sup: str) -> tuple[str, bool]:
        rest = sup.lstrip(PRIMES)
        low = f"<sub>{sub}</sub>" if sub else ""
        high = f"<sup>{rest}</sup>" if rest else ""
        return sup[: len(sup) - len(rest)] + low + high, False
