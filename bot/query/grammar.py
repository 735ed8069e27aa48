"""arXiv's query grammar: text to a tree, or the place where arXiv would give up.

What arXiv does, and people do not expect: operators have no precedence and group to the right
(``a AND b OR c`` is ``a AND (b OR c)``); where an operator is missing, it is OR; where a field is
missing, it is ``all``; of several operators in a row the last one counts; ``NOT`` is ``ANDNOT``;
``ti:(a AND b)`` gives its field to each word inside that has none, and a field before an inner
parenthesis is lost; ``au:del_maestro`` is a phrase only where it begins the query.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.models import Branch, DateRange, Operator, QueryTree, Term
from bot.query.lexer import DATES, Token, TokenKind, tokens


class QueryError(Exception):
    """arXiv can't parse the query; ``position`` is the 0-based offset of the fault in its text."""

    def __init__(self, message: str, position: int) -> None:
        self.message = message
        self.position = position
        super().__init__(message)


EVERYTHING = Term("all", "*", phrase=False, position=0)
"""What a leading NOT takes away from: every paper. Typed into a query, ``all:*`` is an error."""


def parse(query: str) -> QueryTree:
    """The query as arXiv reads it.

    QueryError where arXiv answers HTTP 400, and for a date range or a leading wildcard that it does
    not understand (it would search for junk or answer 500). It does not check that categories exist.
    Long queries and deep parentheses are fine here; walk the tree without recursion too.
    """
    parser = _Parser()
    for token in tokens(query):
        parser.take(token)
    return parser.finish()


@dataclass(slots=True)
class _Group:
    """What stands between one pair of parentheses, or the whole query."""

    opened: int
    inherited: str | None = None
    """The field that the parenthesis hands to the words inside."""
    operands: list[QueryTree] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    pending: Token | None = None
    negated: bool = False

    def add(self, operand: QueryTree) -> None:
        operator = _operator(self.pending)
        if self.operands:
            self.operators.append(operator or Operator.OR)
        elif operator is Operator.ANDNOT:
            self.negated = True
        elif self.pending:
            raise QueryError(f"{self.pending.text} has nothing before it", self.pending.position)
        self.operands.append(operand)
        self.pending = None

    def fold(self) -> QueryTree:
        if self.pending:
            raise QueryError(f"{self.pending.text} has nothing after it", self.pending.position)
        tree = self.operands[-1]
        for operator, operand in zip(reversed(self.operators), reversed(self.operands[:-1]), strict=True):
            tree = Branch(operator, operand, tree)
        return Branch(Operator.ANDNOT, EVERYTHING, tree) if self.negated else tree


class _Parser:
    def __init__(self) -> None:
        self._groups = [_Group(opened=0)]
        self._prefix: Token | None = None
        self._taken = 0

    def take(self, token: Token) -> None:
        if self._prefix and token.kind not in (TokenKind.WORD, TokenKind.PHRASE, TokenKind.OPEN):
            raise self._dangling(self._prefix)
        match token.kind:
            case TokenKind.PREFIX:
                self._prefix = token
            case TokenKind.OPERATOR:
                self._groups[-1].pending = token
            case TokenKind.OPEN:
                self._open(token)
            case TokenKind.CLOSE:
                self._close(token)
            case _:
                self._groups[-1].add(self._term(token))
        self._taken += 1

    def finish(self) -> QueryTree:
        if self._prefix:
            raise self._dangling(self._prefix)
        group = self._groups[-1]
        if len(self._groups) > 1:
            raise QueryError("this parenthesis is never closed", group.opened)
        if not group.operands and not group.pending:
            raise QueryError("the query is empty", 0)
        return group.fold()

    def _open(self, token: Token) -> None:
        own = self._prefix.text if self._prefix else None
        self._groups.append(_Group(token.position, self._groups[-1].inherited or own))
        self._prefix = None

    def _close(self, token: Token) -> None:
        if len(self._groups) == 1:
            raise QueryError("this parenthesis was never opened", token.position)
        group = self._groups.pop()
        if not group.operands and not group.pending:
            raise QueryError("nothing between these parentheses", group.opened)
        self._groups[-1].add(group.fold())

    def _term(self, token: Token) -> Term | DateRange:
        prefix, self._prefix = self._prefix, None
        name = prefix.text if prefix else self._groups[-1].inherited or "all"
        position = prefix.position if prefix else token.position
        if name == DATES:
            return _date_range(token.text, position)
        text, phrase = " ".join(token.text.split()), token.kind is TokenKind.PHRASE
        if not phrase and text.startswith(("*", "?")):
            raise QueryError("a word can't begin with a wildcard", token.position)
        if name == "au" and self._taken == 1 and "_" in text:
            text, phrase = text.replace("_", " "), True
        return Term(name, text, phrase, position)

    def _dangling(self, prefix: Token) -> QueryError:
        return QueryError(f"{prefix.text}: has nothing after it", prefix.position)


def _operator(token: Token | None) -> Operator | None:
    if token is None:
        return None
    return Operator.ANDNOT if token.text == "NOT" else Operator(token.text)


# --- dates --------------------------------------------------------------------------------------

_RANGE = re.compile(r"(\d+)[ \r\n]TO[ \r\n](\d+)")


def _date_range(text: str, position: int) -> DateRange:
    bounds = _RANGE.fullmatch(text)
    if not bounds:
        raise QueryError(f"{DATES}: needs a range of GMT times, [YYYYMMDDHHMM TO YYYYMMDDHHMM]", position)
    return DateRange(
        _moment(bounds[1], position, latest=False), _moment(bounds[2], position, latest=True), position
    )


def _moment(digits: str, position: int, *, latest: bool) -> datetime:
    """The earliest or latest minute that the digits can mean; arXiv cuts off seconds."""
    padded = digits[:12]
    if len(padded) == 4:
        padded += "12" if latest else "01"
    try:
        if len(padded) == 6:
            padded += f"{monthrange(int(padded[:4]), int(padded[4:]))[1]}" if latest else "01"
        if len(padded) == 8:
            padded += "2359" if latest else "0000"
        if len(padded) != 12 or len(digits) > 14:
            raise ValueError(digits)
        return datetime.strptime(padded, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise QueryError(f"{DATES}: {digits} is no GMT time of the form YYYYMMDDHHMM", position) from None
