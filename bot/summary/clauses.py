"""A long sentence -> its beginning, up to a clause boundary, marked with an ellipsis.

Words are never changed, and a formula, an address or a parenthesis is never cut through. A sentence
without a boundary in reach is left whole, half a clause being worse than a long one, unless it is so long
that any end is better.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from bot.summary.sentences import protected_spans

ELLIPSIS = " …"

_FEWEST_WORDS = 8
"""A shorter beginning says too little to stand alone."""
_REACH = 1.5
"""How far beyond the limit a boundary is still taken, as a multiple of it."""

_CLAUSE = re.compile(
    r";\s|:\s(?=\(|[A-Z1\[])|\s(?:--+|[–—]|-)\s"
    r"|,\s(?=(?:which|while|whilst|whereas|where|whose|although|though|because|since|so that|such that|but|"
    r"with|without|thus|thereby|hence|therefore|and thus|and hence|and thereby|including|such as|e\.g\.|i\.e\.|"
    r"as well as|despite|especially|particularly|in contrast|even|rather than|unlike|compared|based on|"
    r"and (?:that|we|it|they|this|these|then|show|demonstrate|find|prove|discuss|provide|propose|also|is|are|can|"
    r"has|have)|"
    r"ce qui|tandis que|lo que|mientras|wobei|während)\b"
    r"|(?!during|according|following)[a-z]{3,}ing\b)"
    r"|\s(?=(?:while|whereas|although|because|thereby)\s)"
    r"|[，；](?=\S)"
)
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"\S+")
_DANGLING = frozenset("and or but that which where such with of the a an to for in by as is are".split())
_PROMISE = re.compile(
    r"(?:,|(?<![\s,]))\s++(?:and )?(?:thereby |thus |hence |further )?(?:"
    r"paving|opening (?:up )?(?:new|the|a)|laying the|contributing to|underscoring|underlining|"
    r"(?:offering|providing|giving) (?:\w+ ){0,3}?"
    r"(?:insights?|foundations?|perspectives?|pathways?|avenues?|guidance|basis|directions?)|"
    r"highlighting (?:its|their|the) (?:\w+ )?(?:potential|importance|promise|applicab\w+|need|value)|"
    r"with (?:\w+ )?(?:implications|potential applications))\b.*$",
    re.DOTALL,
)


def shorten(sentence: str, *, words: int, keep: int = 0) -> str:
    """``sentence`` in about ``words`` words at most, ending in ``…`` when it was cut.

    The first ``keep`` characters stay, unless that leaves more than twice ``words``. A promise hung on at
    the end ("paving the way for …") goes whatever the length.
    """
    kept = _without_promise(sentence, keep)
    if _count(kept) <= words:
        return kept
    clauses = _outside_formulas(_CLAUSE, kept)
    cut = _best(kept, [at for at in clauses if at >= keep], words)
    if cut is None and _count(kept) > 2 * words:
        cut = _best(kept, clauses, words) or _best(kept, _outside_formulas(_SPACE, kept), words)
    return kept if cut is None else _cut(kept, cut)


def _count(text: str) -> int:
    return len(text.split())


def _best(sentence: str, cuts: Sequence[int], words: int) -> int | None:
    """The last cut within ``words``, else the first one in reach."""
    beginnings = [word.start() for word in _WORD.finditer(sentence)]
    counted = [(at, bisect_left(beginnings, at)) for at in cuts]
    within = [at for at, count in counted if _FEWEST_WORDS <= count <= words]
    beyond = [at for at, count in counted if words < count <= words * _REACH]
    return within[-1] if within else beyond[0] if beyond else None


def _without_promise(sentence: str, keep: int) -> str:
    promise = _PROMISE.search(sentence, keep)
    if promise is None or _count(sentence[: promise.start()]) < _FEWEST_WORDS:
        return sentence
    return _cut(sentence, promise.start())


def _outside_formulas(boundary: re.Pattern[str], sentence: str) -> list[int]:
    spans = protected_spans(sentence)
    starts = [start for start, _ in spans]

    def is_outside(at: int) -> bool:
        nearest = bisect_left(starts, at) - 1
        return nearest < 0 or at >= spans[nearest][1]

    return [match.start() for match in boundary.finditer(sentence) if is_outside(match.start())]


def _cut(sentence: str, at: int) -> str:
    return _without_dangling(sentence[:at].rstrip(" ,;:–—-")) + ELLIPSIS


def _without_dangling(beginning: str) -> str:
    """Without the words at its end that only lead to what was cut off: ``of the``, ``, and``."""
    end = len(beginning)
    for space in reversed([match.start() for match in _SPACE.finditer(beginning)]):
        if beginning[space + 1 : end] not in _DANGLING:
            break
        end = space - (beginning[space - 1 : space] == ",")
    return beginning[:end]
