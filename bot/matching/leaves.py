"""One term or date range of a query against one paper: where each field looks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from enum import StrEnum

from bot.matching.authors import wanted
from bot.matching.document import Document
from bot.matching.passage import needle
from bot.matching.words import is_wild, wildcards
from bot.models import DateRange, Term

Leaf = Term | DateRange


class MatchVerdict(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It depends on what an announcement doesn't tell: fetch the paper by id and ask again."""


YES, NO, UNKNOWN = MatchVerdict

_ALIKE = frozenset({"all", "ti", "abs", "cat"})


def reads_alike(leaf: Leaf) -> bool:
    """Whether a leaf is of a kind that is looked for here as arXiv does: words of the texts, or categories.

    Names, wildcards within words, comments and numbers are read more or less generously.
    """
    if isinstance(leaf, DateRange):
        return True
    return leaf.field in _ALIKE and (leaf.phrase or leaf.field == "cat" or not is_wild(leaf.text))


Finding = tuple[MatchVerdict, str]
"""The verdict, and what follows the term in a sentence that explains it."""


def examine(leaf: Leaf, document: Document) -> Finding:
    """Whether one leaf holds for the paper."""
    return _date(leaf, document) if isinstance(leaf, DateRange) else _FIELDS[leaf.field](leaf, document)


def _found_in(where: str, *, found: bool = True) -> Finding:
    return (YES, f"found in {where}") if found else (NO, f"not found in {where}")


def _date(dates: DateRange, document: Document) -> Finding:
    if document.published is None:
        return UNKNOWN, "can't be told: the announcement has no submission date"
    inside = dates.start <= document.published < dates.end + timedelta(minutes=1)
    note = f"{'holds' if inside else 'fails'}: it was submitted on {document.published:%Y-%m-%d %H:%M} UTC"
    return (YES if inside else NO), note


def _title(term: Term, document: Document) -> Finding:
    return _found_in("the title", found=document.title.has(needle(term.text, term.phrase)))


def _abstract(term: Term, document: Document) -> Finding:
    return _found_in("the abstract", found=document.abstract.has(needle(term.text, term.phrase)))


def _journal_ref(term: Term, document: Document) -> Finding:
    return _found_in("the journal reference", found=document.journal_ref.has(needle(term.text, term.phrase)))


def _comment(term: Term, document: Document) -> Finding:
    if document.comment is None:
        return UNKNOWN, "can't be told: the announcement has no comment"
    return _found_in("the comment", found=document.comment.has(needle(term.text, term.phrase)))


def _authors(term: Term, document: Document) -> Finding:
    people = wanted(term.text, term.phrase)
    if people.missing(document.words_of_names):
        return _found_in("the authors", found=False)
    if found := people.found(document.names):
        return _found_in(f"the authors ({', '.join(document.printed_names[i] for i in found)})")
    if document.authors_are_certain:
        return _found_in("the authors", found=False)
    return UNKNOWN, "can't be told: the announcement joins the authors' names"


def _categories(term: Term, document: Document) -> Finding:
    return _found_in(
        f"its categories ({', '.join(document.paper.categories)})",
        found=_stands_among(document.categories, term),
    )


def _dois(term: Term, document: Document) -> Finding:
    return _found_in("its DOIs", found=_stands_among(document.dois, term))


def _stands_among(codes: Collection[str], term: Term) -> bool:
    code = term.text.lower()
    return any(map(wildcards(code, letter=".").fullmatch, codes)) if is_wild(code) else code in codes


def _identifier(term: Term, document: Document) -> Finding:
    return (YES, "is its id") if document.has_id(term.text) else (NO, "is not its id")


def _report_number(_term: Term, _document: Document) -> Finding:
    return NO, "can only be found by arXiv's search, which alone knows report numbers"


def _anywhere(term: Term, document: Document) -> Finding:
    """Texts and names are searched for the words; id, DOIs and categories are compared as a whole."""
    if term.text == "*" and not term.phrase:
        return YES, "is every paper"
    if place := document.place_of(needle(term.text, term.phrase)):
        return _found_in(f"the {place}")
    if document.has_code(term.text):
        return _found_in("its id, DOIs or categories")
    return NO, "not found"


_FIELDS: Mapping[str, Callable[[Term, Document], Finding]] = {
    "all": _anywhere,
    "ti": _title,
    "abs": _abstract,
    "au": _authors,
    "co": _comment,
    "jr": _journal_ref,
    "cat": _categories,
    "rn": _report_number,
    "id": _identifier,
    "doi": _dois,
}
