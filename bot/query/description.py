"""How arXiv reads a query, in words a person can check against what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.models import Branch, DateRange, QueryTree, Term
from bot.query.grammar import EVERYTHING

_SURNAME = re.compile(r'au:[^\s"()]*_')
"""At the very beginning this would become a phrase; where a tree has it as a word, it did not stand there."""


def describe(tree: QueryTree) -> str:
    """The query with every field and operator written out and every pair in parentheses.

    It is a query itself, and parses to the same tree.
    """
    parts: list[str] = []
    stack: list[QueryTree | str] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Branch):
            stack.extend(reversed(_opened(node, nested=node is not tree)))
        else:
            parts.append(node if isinstance(node, str) else _leaf(node))
    text = "".join(parts)
    return f"({text})" if _SURNAME.match(text) else text


def leaves(tree: QueryTree) -> Iterator[Term | DateRange]:
    """The terms and date ranges of a query in the order they were written."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Branch):
            stack += [node.right, node.left]
        elif node is not EVERYTHING:
            yield node


def _opened(branch: Branch, *, nested: bool) -> list[QueryTree | str]:
    pair: list[QueryTree | str] = [f"{branch.operator} ", branch.right]
    if branch.left is not EVERYTHING:
        pair = [branch.left, " ", *pair]
    return ["(", *pair, ")"] if nested else pair


def _leaf(leaf: Term | DateRange) -> str:
    if isinstance(leaf, DateRange):
        return f"submittedDate:[{leaf.start:%Y%m%d%H%M} TO {leaf.end:%Y%m%d%H%M}]"
    return f'{leaf.field}:"{leaf.text}"' if leaf.phrase else f"{leaf.field}:{leaf.text}"
