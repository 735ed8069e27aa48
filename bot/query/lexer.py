"""The words of arXiv's query language, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

FIELDS = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "doi", "all")
"""The fields that a term can name. Anything else before a colon is text like any other."""

DATES = "submittedDate"
"""The one prefix that is followed by a range instead of text."""

_ALIASES = {"title": "ti", "lastUpdatedDate": DATES}
"""``lastUpdatedDate`` does not search by update: arXiv takes it for the other."""

_OPERATORS = frozenset({"AND", "OR", "ANDNOT", "NOT"})
"""Upper case only: ``and`` and ``or`` are words to search for."""


class TokenKind(Enum):
    PREFIX = "prefix"
    WORD = "word"
    PHRASE = "phrase"
    OPERATOR = "operator"
    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    """A field's own name, a word, a phrase without its quotes, an operator."""
    position: int


_TOKEN = re.compile(
    rf"""
      (?P<prefix> {"|".join((*FIELDS, DATES, *_ALIASES))} ) :
    | "(?P<phrase> [^"]* )"
    | (?P<open> \( )
    | (?P<close> \) )
    | (?P<word> [^"()\s]+ )
    """,
    re.VERBOSE,
)

_RANGE = re.compile(r'\[([^]"()]*)\]')


def tokens(query: str) -> Iterator[Token]:
    """The tokens of a query. Never fails: a quote without a partner is dropped, as arXiv drops it."""
    end = 0
    while match := _TOKEN.search(query, end):
        end = match.end()
        kind, text = TokenKind(match.lastgroup), match[match.lastgroup or 0]
        if kind is TokenKind.PREFIX:
            text = _ALIASES.get(text, text)
        elif kind is TokenKind.WORD and text in _OPERATORS:
            kind = TokenKind.OPERATOR
        yield Token(kind, text, match.start())
        if text == DATES and (bounds := _RANGE.match(query, end)):
            yield Token(TokenKind.PHRASE, bounds[1], end)
            end = bounds.end()
