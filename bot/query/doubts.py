"""What arXiv accepts and very likely reads otherwise than its writer meant.

Each doubt stands at an offset of the text, says how arXiv takes it and what to write instead. Nothing
here is an error, and nothing is repaired: the writer may mean it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import parse_qs, unquote_plus, urlsplit

from bot.query.lexer import DATES, FIELDS, Token, TokenKind, tokens


class Doubt(NamedTuple):
    position: int
    message: str


_WEB = re.compile(r"\s*(?:https?://\S+|(?:\S*[?&])?search_query=\S*)", re.I)
_ENCODED = re.compile(r"%(?:2[0-9A-F]|3[ABD]|5[BD])|\+(?:AND|OR|ANDNOT|NOT)\+", re.I)

_QUOTES = "“”„‟«»‹›「」『』＂"
_SINGLE = "'‘’‚`´′"
_WIDE = {"，": ",", "、": ",", "；": ";", "：": ":", "（": "(", "）": ")"}
_SIGNS = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "ANDNOT", "-": "ANDNOT", "+": "AND"}
_FIELD = re.compile(r"([A-Za-z][A-Za-z_-]*):(?=.|$)")
_OPERATORS = ("AND", "OR", "ANDNOT", "NOT")
_MEANT = {
    **dict.fromkeys(("title", "titles", "t"), "ti"),
    **dict.fromkeys(("author", "authors", "a", "name"), "au"),
    **dict.fromkeys(("abstract", "abstracts", "ab", "summary"), "abs"),
    **dict.fromkeys(("category", "categories", "subject", "primary", "class", "archive"), "cat"),
    **dict.fromkeys(("comment", "comments"), "co"),
    **dict.fromkeys(("journal", "journal_ref", "ref"), "jr"),
    **dict.fromkeys(("arxiv", "arxiv_id", "identifier", "eprint"), "id"),
    **dict.fromkeys(("any", "text", "keyword", "keywords", "everything", "full"), "all"),
    **dict.fromkeys(("date", "submitted", "published", "year", "updated"), DATES),
    "report": "rn",
}


def query_doubts(query: str) -> Iterator[Doubt]:
    """The doubts of a query in arXiv's own syntax. Never fails, also where arXiv can't parse it."""
    if copied := web_copy(query):
        yield copied
        return
    found = list(tokens(query))
    said: set[str] = set()  # a closing quotation mark needs no second warning
    for token in found:
        if (doubt := _of_token(token)) and doubt.message not in said:
            said.add(doubt.message)
            yield doubt
    if not said:  # of words that are wrong already it needs no saying that they are no phrase
        yield from _missing_operators(found)


def keyword_doubts(keyword: str) -> Iterator[Doubt]:
    """The doubts of a keyword, which is one phrase: what looks like syntax in it is searched for."""
    if copied := web_copy(keyword):
        yield copied
    for match in re.finditer(r"(?<!\S)(?:AND|OR|ANDNOT|NOT|&&|\|\||\|)(?!\S)", keyword):
        yield Doubt(
            match.start(),
            f"{match[0]!r} joins nothing inside a keyword, it is a word of the phrase: "
            "list the keywords apart, or write a query",
        )
    if wild := re.search(r"(?<=\w\w)\*|[*?](?=\w\w)", keyword):
        yield Doubt(
            wild.start(),
            f"a wildcard means nothing in a keyword, arXiv is asked for {_without(keyword)!r}: other endings "
            "of a word are mostly found anyway, else write a query",
        )
    if comma := re.search(r"[，、；;]|,(?=\s)", keyword):
        parts = [part.strip() for part in re.split("[，、；;,]", keyword) if part.strip()]
        wide = "a full-width comma" if comma[0] in _WIDE else f"{comma[0]!r}"
        yield Doubt(
            comma.start(),
            f"{wide} does not separate keywords, this is one phrase: write {_listed(parts)}",
        )
    if field := re.match(rf"(?:{'|'.join(FIELDS)}):(?=\S)", keyword):
        yield Doubt(0, f"{field[0]!r} is text in a keyword, which is sought in every field: write a query")


def author_doubts(author: str) -> Iterator[Doubt]:
    """The doubts of one author's name."""
    for match in re.finditer(r"(?<!\S)(?:AND|OR|ANDNOT|NOT|and|&)(?!\S)|[;，、；]", author):
        parts = [part.strip() for part in re.split(re.escape(match[0]), author) if part.strip()]
        yield Doubt(
            match.start(), f"{match[0]!r} is read as part of one author's name: write {_listed(parts)}"
        )
        return
    if wild := re.search(r"[*?]", author):
        yield Doubt(wild.start(), "a wildcard means nothing in an author's name: write the surname alone")


def web_copy(text: str) -> Doubt | None:
    """Whether this was copied out of a web address, and the query that it holds."""
    address, encoded = _WEB.match(text), _ENCODED.search(text)
    if not address and not encoded:
        return None
    inner = text.strip()
    if address:
        fields = parse_qs(urlsplit(inner).query or inner)
        inner = next((fields[name][0] for name in ("search_query", "query") if name in fields), "")
    else:
        inner = unquote_plus(inner)
    instead = f"write {inner}" if inner else "write the query itself"
    position = 0 if address else encoded.start() if encoded else 0
    what = "this is a web address" if address else "this is percent-encoded, as in a web address"
    return Doubt(position, f"{what}: arXiv would search for its signs as text; {instead}")


def _of_token(token: Token) -> Doubt | None:
    text, position = token.text, token.position
    if token.kind is TokenKind.PHRASE:
        wild = re.search(r"(?<=\w)[*?]|[*?](?=\w)", text)
        if wild:
            return Doubt(position, f'a wildcard means nothing inside quotation marks: "{text}"')
        if comma := re.search("[，、；]", text):
            place = position + 1 + comma.start()
            return Doubt(place, f'a full-width comma separates nothing, this is one phrase: "{text}"')
        return None
    if token.kind is not TokenKind.WORD:
        return None
    if text.upper() in _OPERATORS:
        meant = "ANDNOT" if text.upper() == "NOT" else text.upper()
        return Doubt(position, f"{text!r} is a word to search for here, joined by OR: write {meant}")
    return _sign(text, position) or _mark(text, position) or _unknown_field(text, position)


def _sign(text: str, position: int) -> Doubt | None:
    for sign in ("&&", "||", "|"):
        if sign in text:
            place = position + text.index(sign)
            return Doubt(
                place, f"{sign!r} is no operator to arXiv, and terms side by side are OR: {_write(sign)}"
            )
    if text in _SIGNS:
        return Doubt(
            position, f"{text!r} is no operator to arXiv, and terms side by side are OR: {_write(text)}"
        )
    if re.match(r"[-+!][A-Za-z]", text):
        return Doubt(position, f"{text[0]!r} before a word is no operator to arXiv: {_write(text[0])}")
    return None


def _write(sign: str) -> str:
    return f"write {_SIGNS[sign]}"


def _mark(text: str, position: int) -> Doubt | None:
    for offset, character in enumerate(text):
        if character in _QUOTES:
            name = "typographic quotation marks make"
        elif character in _SINGLE and (offset == 0 or not text[offset - 1].isalnum()):
            name = "single quotation marks make" if character == "'" else "typographic quotation marks make"
        elif character in _WIDE:
            kind = "comma" if _WIDE[character] == "," else _WIDE[character]
            return Doubt(
                position + offset, f"a full-width {kind} is text to arXiv: write AND, OR or the plain sign"
            )
        else:
            continue
        return Doubt(position + offset, f'{name} no phrase, arXiv reads single words joined by OR: write "…"')
    return None


def _unknown_field(text: str, position: int) -> Doubt | None:
    field = _FIELD.match(text)
    if not field:
        return None
    name = field[1]
    near = name.lower() if name.lower() in FIELDS else _MEANT.get(name.lower())
    if name.lower() == DATES.lower():
        near = DATES
    instead = f"write {near}:" if near else f"there are {', '.join(FIELDS)} and {DATES}"
    return Doubt(position, f"arXiv knows no field {name!r} and searches for it as text: {instead}")


def _missing_operators(found: list[Token]) -> Iterator[Doubt]:
    """Once for each run of terms side by side."""
    inside = False
    for before, after in pairwise(found):
        begins = after.kind in (TokenKind.WORD, TokenKind.PHRASE, TokenKind.OPEN, TokenKind.PREFIX)
        if before.kind in (TokenKind.WORD, TokenKind.PHRASE, TokenKind.CLOSE) and begins:
            if not inside:
                yield _side_by_side(before, after)
            inside = True
        elif after.kind in (TokenKind.OPERATOR, TokenKind.OPEN, TokenKind.CLOSE):
            inside = False


def _side_by_side(before: Token, after: Token) -> Doubt:
    if before.kind is after.kind is TokenKind.WORD:
        return Doubt(
            before.position,
            f"no phrase without quotation marks: arXiv reads {before.text} OR {after.text}; "
            f'write "{before.text} {after.text}", or put the operator between them',
        )
    return Doubt(after.position, "no operator before this term: arXiv reads OR; write AND or OR")


def _without(keyword: str) -> str:
    return " ".join(re.sub(r"[*?]", " ", keyword).split())


def _listed(parts: list[str]) -> str:
    return f"[{', '.join(parts)}]"
