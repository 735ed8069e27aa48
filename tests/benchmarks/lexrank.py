"""LexRank (Erkan and Radev 2004), continuous: which sentence is most like all the others.

Cosine of tf-idf over stemmed words, the idf taken from the abstract's own sentences, and the stationary
distribution of a walk over them, damped as in the paper.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from tests.benchmarks.rouge import tokens

_DAMPING = 0.15
_ROUNDS = 60


def scores(sentences: Sequence[str]) -> list[float]:
    """The centrality of each; they add up to 1."""
    counts = [Counter(tokens(sentence, stem=True)) for sentence in sentences]
    found_in = Counter(word for count in counts for word in count)
    idf = {word: math.log(1 + len(sentences) / found) for word, found in found_in.items()}
    vectors = [{word: number * idf[word] for word, number in count.items()} for count in counts]
    rows = [_normed([_cosine(one, other) for other in vectors]) for one in vectors]
    size = len(sentences)
    rank = [1 / size] * size
    for _ in range(_ROUNDS):
        rank = [
            _DAMPING / size + (1 - _DAMPING) * sum(rank[i] * rows[i][j] for i in range(size))
            for j in range(size)
        ]
    return rank


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    product = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    return product / (_length(one) * _length(other)) if product else 0.0


def _length(vector: dict[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))


def _normed(row: Sequence[float]) -> list[float]:
    total = sum(row)
    return [value / total for value in row] if total else [1 / len(row)] * len(row)
