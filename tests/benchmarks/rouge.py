"""ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004): F1 over lower-cased word tokens, one reference.

ROUGE-L is the sentence-level one: longest common subsequence of the whole texts. With ``stem`` the
tokens are reduced by Porter's stemmer first, as the original scripts' ``-m`` does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import snowballstemmer

_PORTER = snowballstemmer.stemmer("porter")


def tokens(text: str, *, stem: bool = False) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return list(_PORTER.stemWords(words)) if stem else words


def rouge_n(candidate: Sequence[str], reference: Sequence[str], n: int) -> float:
    ours, theirs = _ngrams(candidate, n), _ngrams(reference, n)
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(candidate: Sequence[str], reference: Sequence[str]) -> float:
    return _f1(_common_subsequence(candidate, reference), len(candidate), len(reference))


def _ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + n]) for start in range(len(words) - n + 1))


def _common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    row = [0] * (len(right) + 1)
    for word in left:
        diagonal = 0
        for column, other in enumerate(right, start=1):
            above = row[column]
            row[column] = diagonal + 1 if word == other else max(above, row[column - 1])
            diagonal = above
    return row[-1]


def _f1(shared: int, ours: int, theirs: int) -> float:
    return 2 * shared / (ours + theirs) if shared else 0.0
