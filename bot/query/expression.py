"""From a topic to the expression that arXiv's search is asked.

arXiv's operators have no precedence, so nothing is left to it: every word is a quoted phrase of a
named field, every mixture of operators stands in parentheses, and nothing that was typed into a
keyword can become syntax.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from bot import taxonomy
from bot.models import Topic, Window
from bot.query.grammar import QueryError, parse
from bot.query.lexer import TokenKind, tokens

_SYNTAX = re.compile(r'["()\\:*?;$]')
"""Characters that mean something to arXiv's grammar or its index even inside quotes (``$`` switches
its search to formulas as typed, ``;`` separates authors); as text none of them is searched for."""

_CATEGORY = re.compile(r"[A-Za-z][A-Za-z.*-]*")


def expression(topic: Topic) -> str:
    """What arXiv is asked for this topic: one term, or one pair of parentheses around it all.

    QueryError when there is nothing to ask: no clause but ``exclude``, a keyword without a letter or
    a digit, or a ``query`` that arXiv can't parse. Equal topics give equal text.
    """
    clauses = [
        *([_verbatim(topic.query)] if topic.query is not None else []),
        *_any(f'all:"{_phrase(keyword)}"' for keyword in topic.keywords),
        *_any(f'au:"{_phrase(author).replace("_", " ")}"' for author in topic.authors),
        *_any(dict.fromkeys(f"cat:{pattern}" for code in topic.categories for pattern in _patterns(code))),
    ]
    if not clauses:
        raise QueryError("there is nothing to search for", 0)
    wanted = _join(clauses, "AND")
    unwanted = _any(f'all:"{_phrase(word)}"' for word in topic.exclude)
    return _join([wanted, *unwanted], "ANDNOT")


def search_query(expressions: Sequence[str], window: Window) -> str:
    """Any of the expressions, for papers first submitted in the window, to the minute, both ends in it.

    Each is what `expression` made: one term or one group, which says beside others what it says alone.
    """
    end = window.end + timedelta(minutes=1) - timedelta.resolution
    return f"{_join(expressions, 'OR')} AND submittedDate:[{_minute(window.start)} TO {_minute(end)}]"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M}"


def _verbatim(query: str) -> str:
    """The query in parentheses, saying there what it says on its own.

    Two things would change their meaning: a stray quote would find a partner in what follows, and
    ``au:del_maestro`` is a phrase only while it begins the query.
    """
    parse(query)
    if query.count('"') % 2:
        stray = query.rindex('"')
        query = f"{query[:stray]} {query[stray + 1 :]}"
    text = " ".join(_spelt_out(query).splitlines()).strip()
    return text if _is_group(text) else f"({text})"


def _spelt_out(query: str) -> str:
    begin = list(islice(tokens(query), 2))
    if (
        len(begin) < 2
        or (begin[0].kind, begin[0].text) != (TokenKind.PREFIX, "au")
        or "_" not in begin[1].text
    ):
        return query
    second = begin[1]
    end = second.position + len(second.text) + (2 if second.kind is TokenKind.PHRASE else 0)
    return f'{query[: second.position]}"{second.text.replace("_", " ")}"{query[end:]}'


def _is_group(query: str) -> bool:
    """Whether the first parenthesis closes with the last character."""
    depth = 0
    for token in tokens(query):
        depth += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
        if not depth:
            return token.position == len(query) - 1 and token.kind is TokenKind.CLOSE
    return False


def _any(terms: Iterable[str]) -> list[str]:
    """The alternatives as one clause; none at all is no clause."""
    alternatives = list(terms)
    return [_join(alternatives, "OR")] if alternatives else []


def _join(clauses: Sequence[str], operator: str) -> str:
    return clauses[0] if len(clauses) == 1 else f"({f' {operator} '.join(clauses)})"


def _phrase(text: str) -> str:
    """The text as it may stand between quotes: what is not searched for is white space."""
    kept = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in text
        if unicodedata.category(character) != "Cf"
    )
    phrase = " ".join(_SYNTAX.sub(" ", kept).split())
    if not any(character.isalnum() for character in phrase):
        raise QueryError(f"{text!r} has no letter or digit to search for", 0)
    return phrase


def _patterns(code: str) -> tuple[str, ...]:
    if not _CATEGORY.fullmatch(code.strip()):
        raise QueryError(f"{code!r} is no category", 0)
    return taxonomy.patterns(code)
