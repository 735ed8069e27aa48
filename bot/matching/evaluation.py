"""The walk over a query's tree with one paper in hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bot import taxonomy
from bot.matching.document import Document
from bot.matching.leaves import NO, UNKNOWN, YES, Leaf, MatchVerdict, examine, reads_alike
from bot.models import AnnouncedPaper, Branch, DateRange, Operator, Paper, QueryTree, Topic

_OR, _ANDNOT = Operator.OR, Operator.ANDNOT

_Found = tuple[MatchVerdict, tuple[tuple[Leaf, str], ...]]
"""The contents of a `Match`."""

_NAMED = 4
"""As many leaves are named in a clause."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a paper answers a query, and what decided it."""

    verdict: MatchVerdict
    decisive: tuple[tuple[Leaf, str], ...]
    """The terms that were found, or failed, or can't be told, each with its finding in words."""

    @property
    def clause(self) -> str:
        """By which clause: ``all:"ptychography" found in the abstract; cat:cs.* found in …``."""
        if not self.decisive:
            return "nothing excludes it"
        groups = groupby(self.decisive[:_NAMED], key=lambda decided: decided[1])
        named = [f"{', '.join(_written(leaf) for leaf, _ in group)} {note}" for note, group in groups]
        return "; ".join([*named, "and so on"] if len(self.decisive) > _NAMED else named)


def match(tree: QueryTree, paper: Paper | AnnouncedPaper | Document) -> Match:
    """Whether the paper answers the query. Never UNKNOWN for a `Paper`.

    An announced paper is searched in what its feed shows: a word that is looked for in all fields and
    stands in the comment alone isn't found, since else every paper would have to be fetched. So ask
    again with the paper itself, whatever the verdict on its announcement was. Report numbers (``rn``)
    are in neither and are never found. Other than arXiv's search it doesn't know a paper's submitter,
    nor its category by name.
    """
    document = paper if isinstance(paper, Document) else _document(paper)
    waiting: list[tuple[Branch, _Found | None]] = []
    node = tree
    while True:  # no recursion: a query may be a chain of thousands
        while isinstance(node, Branch):
            waiting.append((node, None))
            node = node.left
        verdict, note = examine(node, document)
        found: _Found = (verdict, ((node, note),))
        while waiting:
            branch, left = waiting.pop()
            if left is not None:
                found = _combine(branch.operator, left, found)
            elif found[0] is not (YES if branch.operator is _OR else NO):
                waiting.append((branch, found))
                node = branch.right
                break
        else:
            return Match(*found)


def reads_as_arxiv(tree: QueryTree) -> bool:
    """Whether a query has nothing but what is read here as by arXiv's search, as far as is known.

    What arXiv's ``all`` finds in more than the texts (a submitter, a category's name) is not seen in a query.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Branch):
            waiting += [node.left, node.right]
        elif not reads_alike(node):
            return False
    return True


def admits(topic: Topic, paper: Paper | AnnouncedPaper) -> bool:
    """Whether the topic takes the paper as far as cross-lists go.

    With ``cross_lists: false`` the paper's primary category has to be among the topic's categories,
    by whichever alias. A topic without categories takes any.
    """
    if topic.cross_lists or not topic.categories:
        return True
    return any(
        taxonomy.belongs(primary, code) for primary in paper.categories[:1] for code in topic.categories
    )


@lru_cache(maxsize=16)
def _document(paper: Paper | AnnouncedPaper) -> Document:
    """The last papers asked for, since one paper is mostly asked for with query after query."""
    return Document(paper)


def _combine(operator: Operator, left: _Found, right: _Found) -> _Found:
    """Kleene's three-valued logic, where the left side alone did not decide."""
    if operator is _ANDNOT:
        right = _negated(right)
    if right[0] is (YES if operator is _OR else NO):
        return right
    if left[0] is right[0]:
        return left[0], (left[1] + right[1])[: _NAMED + 1]
    return left if left[0] is UNKNOWN else right


def _negated(found: _Found) -> _Found:
    verdict, decisive = found
    if verdict is YES:
        return NO, tuple((leaf, f"{note} and excluded") for leaf, note in decisive)
    return (YES, ()) if verdict is NO else found


def _written(leaf: Leaf) -> str:
    if isinstance(leaf, DateRange):
        return f"submittedDate:[{leaf.start:%Y%m%d%H%M} TO {leaf.end:%Y%m%d%H%M}]"
    return f'{leaf.field}:"{leaf.text}"' if leaf.phrase else f"{leaf.field}:{leaf.text}"
