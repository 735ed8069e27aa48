"""How strongly a paper answers a query: the clauses it answers, and the best place of each.

Every clause is looked at, where `match` stops at the first that decides. Nothing here says whether the
paper belongs to the topic: what arXiv's search returned does, even where no clause is seen here.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.matching.authors import wanted
from bot.matching.document import Document
from bot.matching.leaves import YES, examine
from bot.matching.passage import needle
from bot.models import Branch, DateRange, Hit, Operator, Place, QueryTree, Term

_BY_FIELD = {
    "ti": Place.TITLE,
    "au": Place.AUTHORS,
    "abs": Place.ABSTRACT,
    "co": Place.COMMENT,
    "jr": Place.JOURNAL_REF,
    "cat": Place.CATEGORY,
    "id": Place.IDENTIFIER,
    "doi": Place.IDENTIFIER,
}
_TELLING = {Place.TITLE: 3, Place.AUTHORS: 3, Place.IDENTIFIER: 3, Place.ABSTRACT: 2, Place.CATEGORY: 0}
"""Title before abstract before the rest; an author clause counts like a title. A category is no word of
the paper's: it says least."""


def hits(tree: QueryTree, document: Document) -> tuple[Hit, ...]:
    """The clauses that the paper answers and that count for it, the strongest first.

    A clause of an alternative that fails as a whole does not count, nor does what is excluded.
    """
    return _as_hits(_found(tree, document))


def near(tree: QueryTree, document: Document) -> tuple[Hit, ...]:
    """The clauses that the paper answers although the query may fail as a whole: what nearly matched."""
    found: list[tuple[Term, Place]] = []
    waiting: list[QueryTree] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Branch):
            waiting.append(node.left)
            if node.operator is not Operator.ANDNOT:
                waiting.append(node.right)
        else:
            found += _leaf(node, document) or ()
    return _as_hits(found)


def _as_hits(found: Iterable[tuple[Term, Place]]) -> tuple[Hit, ...]:
    # An archive's pattern reads as the archive.
    each = dict.fromkeys(
        Hit(term.text.removesuffix(".*"), place, _strength(term, place)) for term, place in found
    )
    return tuple(sorted(each, key=lambda hit: hit.strength, reverse=True))


def _strength(term: Term, place: Place) -> int:
    """The place decides; in one place a phrase is stronger than a single word. A name is no phrase."""
    return 2 * _TELLING.get(place, 1) + (place is not Place.AUTHORS and len(term.text.split()) > 1)


_Clauses = tuple[tuple[Term, Place], ...]


def _found(tree: QueryTree, document: Document) -> _Clauses:
    """Bottom up without recursion: a query may be a chain of thousands."""
    waiting: list[tuple[QueryTree, bool]] = [(tree, False)]
    done: list[_Clauses | None] = []
    while waiting:
        node, is_ready = waiting.pop()
        if not isinstance(node, Branch):
            done.append(_leaf(node, document))
        elif is_ready:
            right, left = done.pop(), done.pop()
            done.append(_joined(node.operator, left, right))
        else:
            waiting += [(node, True), (node.right, False), (node.left, False)]
    return done.pop() or ()


def _joined(operator: Operator, left: _Clauses | None, right: _Clauses | None) -> _Clauses | None:
    """What counts of two sides, of which None is one that does not hold."""
    if operator is Operator.ANDNOT:
        return None if right is not None else left
    if operator is Operator.AND:
        return None if left is None or right is None else left + right
    return right if left is None else left if right is None else left + right


def _leaf(leaf: Term | DateRange, document: Document) -> _Clauses | None:
    if isinstance(leaf, DateRange):
        return () if examine(leaf, document)[0] is YES else None
    if leaf.field == "all":
        place = _anywhere(leaf, document)
        return None if place is None else ((leaf, place),)
    if examine(leaf, document)[0] is not YES:
        return None
    return ((leaf, _BY_FIELD[leaf.field]),)


def _anywhere(term: Term, document: Document) -> Place | None:
    if place := document.place_of(needle(term.text, term.phrase)):
        return place
    if document.has_code(term.text):
        return Place.CATEGORY if term.text.lower() in document.categories else Place.IDENTIFIER
    return None


def followed(names: Iterable[str], document: Document) -> tuple[str, ...]:
    """The paper's authors, as they are printed, who bear one of the names: as ``au:"…"`` would find them."""
    found: dict[str, None] = {}
    for name in names:
        people = wanted(name, True)
        if not people.missing(document.words_of_names):
            found |= dict.fromkeys(document.printed_names[i] for i in people.found(document.names) or ())
    return tuple(found)
