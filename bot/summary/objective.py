"""Which one or two sentences of an abstract say what the paper is about, for a reader who sees no more.

People put the problem into an objective, in the words of the title, rather than "we propose" and a name. What is
commonplace, a method or a promise is left out where anything else is there. It does not shorten: `extract` does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from bot.summary.candidates import CLEAR, SURELY, CandidateSentence, share
from bot.summary.sentences import Heading

_OPENING_SENTENCES = 6
"""Those that may say so, beside the aim."""
_TELLING_WORDS = 20
"""Up to so many, each makes an objective say more; further ones make it longer."""
_OPENING = {0: 6.4, 1: 2.6, 2: 0.9}
"""What the first sentences have before the others, by position."""
_WE = re.compile(r"\b(?:we|our|this (?:paper|work))\b", re.IGNORECASE)


def choose(
    others: Sequence[CandidateSentence], aim: CandidateSentence, title: frozenset[str]
) -> tuple[CandidateSentence, ...]:
    """The one or two sentences that say best what the paper is about, in their order."""
    known = Counter(word for other in others for word in other.content)
    opening = [other for at, other in enumerate(others) if at < _OPENING_SENTENCES or other is aim]
    pool = [other for other in opening if not other.is_aside] or opening
    choices = [*((one,) for one in pool), *combinations(pool, 2)]
    return max(choices, key=lambda shown: _as_objective(shown, title, known))


def _as_objective(shown: Sequence[CandidateSentence], title: frozenset[str], known: Counter[str]) -> float:
    """How well sentences say together what the paper is about: the problem, in the words of the title and of the
    abstract, rather than "we propose" and a name. Weights in points of ROUGE-1, fitted to what models wrote."""
    first = shown[0]
    opens = first.sentence.position == 0
    content = frozenset[str]().union(*(one.content for one in shown))
    words = sum(len(one.sentence.text.split()) for one in shown)
    gap = min(SURELY, max(one.reading.gap for one in shown))
    method = min(SURELY, max(one.reading.method for one in shown))
    filled = gap >= CLEAR and max(one.reading.aim for one in shown) >= CLEAR
    return (
        0.5 * min(words, _TELLING_WORDS)
        - 0.22 * max(0, words - _TELLING_WORDS)
        + 8.0 * share(title, content, enough=len(title))
        + 16.0 * sum(known[word] for word in content) / max(1, known.total())
        + sum(_OPENING.get(one.sentence.position, 0.0) for one in shown)
        + 2.6 * gap
        - 0.8 * method
        - 1.0 * filled
        + 4.7 * (opens and first.reading.gap >= CLEAR)
        + 2.8 * (opens and first.reading.aim >= CLEAR and len(shown) == 1)
        - 3.8 * shown[-1].place
        - 1.5 * any(_WE.search(one.sentence.text) for one in shown)
        + 3.0 * max(one.focus_share * (max(one.reading.gap, one.reading.aim) >= CLEAR) for one in shown)
        + 20.0 * any(one.sentence.section is Heading.AIM for one in shown)
        - 3.0 * first.leans
    )
