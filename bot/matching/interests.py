"""How well a paper fits what a reader wrote of their interests, by words alone.

BM25F (Robertson, Zaragoza 2009) over title and abstract, with two additions: words that stand together in
the interests count once more where they stand together in the paper, and what the reader does not want
counts against it. How rare a word is comes from outside, from the papers known so far.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import pairwise

from bot.lexicon import STOP_WORDS
from bot.matching.words import stem, words
from bot.models import AnnouncedPaper, Paper
from bot.tex import to_text

_TITLE = 2.5
"""A word of the title counts like so many of the abstract's."""
_SATURATION = 1.2
_LENGTH = 0.4
"""How far a long text is held against a paper; 0 not at all, 1 in proportion."""
_USUAL_LENGTH = 170.0
"""Of a title and an abstract, in weighted words."""
_TOGETHER = 0.6
"""What two words that stand together add, of what they count singly."""
_AGAINST = 1.5
"""How much more a word counts that is not wanted."""
_NEIGHBOURS = 3
"""So many liked papers, the nearest, speak together: a library has several subjects, and their mean is none of them."""
_FEW, _LOOKED_AT = 50, 20
"""Of more liked papers than that, only so many are compared in full: those that share most by single words."""
_COMMON = 0.05
"""A stem that more of them hold does not help to find these."""
_DECIDING = 3
"""As many words are named as the reason."""
_LEAST_SHARE = 0.1
"""A word that gave less of the whole is no reason."""

_FRAME = frozenset(
    "about also all any each such than these those which while where when who how what can could may might should "
    "would must do does did done has have had been being were our we us you your i my me they them its from "
    "new novel paper papers work works study studies result results show shows shown propose proposed present "
    "presented approach approaches method methods based using use used via both between among into over under more "
    "most less least well however thus therefore here there interest interests interested like likes especially "
    "particularly anything everything something topics topic research".split()
)
"""Words that frame a text rather than name its subject."""

_CLAUSE = re.compile(r"[.!?]+(?=\s|$)|[;\n]")
_UNWANTED = re.compile(
    r"(?:^\s*|[,(–—]\s*|\bbut\s+)(?:not|no|never|without|excluding|nothing\s+(?:on|about)|less|"
    r"nicht|keine?|ohne|sauf|sans|salvo)\b\s*:?|\b(?:except(?:\s+for)?|außer|excepto)\b\s*:?",
    re.IGNORECASE,
)
"""Where a clause begins, or a part of it: within a sentence, as abstracts have them, a "not" denies something else."""
_WANTED_AGAIN = re.compile(r"\b(?:but|however|yet)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Subject:
    """One text of interests: its words by stem, and what each can give."""

    wanted: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]
    unwanted: Mapping[str, float]
    written: Mapping[str, str]
    """A stem's word as it was written first."""
    scale: float
    """So that a long text and a short one can be compared."""

    def gained(self, paper: Vocabulary) -> dict[str, float]:
        """What each of the shared words gives."""
        weights = paper.weights
        return {one: self.wanted[one] * weights[one] for one in self.wanted.keys() & weights.keys()}

    def fit(self, paper: Vocabulary) -> float:
        total = _total(self.gained(paper), self.pairs & paper.pairs)
        for one in self.unwanted.keys() & paper.weights.keys():
            total -= self.unwanted[one] * paper.weights[one]
        return total * self.scale


class Vocabulary:
    """A paper's words, weighed once for as many interests as there are."""

    def __init__(self, paper: Paper | AnnouncedPaper) -> None:
        self._title, self._abstract = _stems(paper.title), _stems(paper.abstract)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """By stem: saturated and set against the length of the text, 0 to 1."""
        counts: dict[str, float] = dict(Counter(self._abstract))
        for one in self._title:
            counts[one] = counts.get(one, 0.0) + _TITLE
        length = 1 - _LENGTH + _LENGTH * (len(self._abstract) + _TITLE * len(self._title)) / _USUAL_LENGTH
        return {one: count / (count + _SATURATION * length) for one, count in counts.items()}

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand beside each other."""
        return frozenset((*pairwise(self._title), *pairwise(self._abstract)))


class Profile:
    """What a reader is interested in, of one or several subjects.

    ``interests`` is the reader's own text, ``liked`` the texts of papers. Each of these is a subject of its own;
    to what a paper shares with the interests is added what it shares with the liked papers nearest to it.
    ``rareness`` gives the weight of a stem.
    """

    def __init__(self, interests: str, liked: Iterable[str], rareness: Callable[[str], float]) -> None:
        self._own = _subject(*unwanted(interests), rareness)
        self._liked = [_subject(text, "", rareness) for text in liked]
        self._by_stem = _by_stem(self._liked) if len(self._liked) > _FEW else None
        scales = [subject.scale for subject in self._liked]
        self._scale = sum(scales) / len(scales) if scales else 0.0

    @property
    def is_empty(self) -> bool:
        """Whether there is no word to go by: nothing but stop words, or a script that no paper is written in."""
        return not any(one.wanted or one.unwanted for one in (self._own, *self._liked))

    def fit(self, paper: Vocabulary) -> float:
        """How well the paper fits: 0 where no word is shared, below where what is not wanted outweighs."""
        fit = self._own.fit(paper)
        if not self._liked:
            return fit
        near = nlargest(
            _NEIGHBOURS, (self._liked[at] for at in self._near(paper)), lambda one: one.fit(paper)
        )
        return fit + _together(near, paper) * self._scale

    def nearest(self, papers: Iterable[Vocabulary], count: int) -> tuple[int, ...]:
        """Which of the liked, by their place, fit any of these papers best; fewer where few share a word."""
        best: dict[int, float] = {}
        for paper in papers:
            for at in self._near(paper):
                best[at] = max(self._liked[at].fit(paper), best.get(at, 0.0))
        return tuple(sorted(best, key=lambda at: (-best[at], at))[:count])

    def _near(self, paper: Vocabulary) -> Iterable[int]:
        """The liked that may fit the paper best, by their place: of many those that share most with it."""
        if self._by_stem is None:
            return range(len(self._liked))
        shared: dict[int, float] = defaultdict(float)
        for one in self._by_stem.keys() & paper.weights.keys():
            weight = paper.weights[one]
            for at, given in self._by_stem[one]:
                shared[at] += weight * given
        return nlargest(_LOOKED_AT, shared, key=lambda at: (shared[at], -at))

    def deciding(self, paper: Vocabulary) -> tuple[str, ...]:
        """The two or three words that gave most, as the reader wrote them; two that stand together as one."""
        near = (self._own, *(self._liked[at] for at in self._near(paper)))
        subject = max(near, key=lambda subject: subject.fit(paper))
        gained = subject.gained(paper)
        least, together = _LEAST_SHARE * sum(gained.values()), sorted(subject.pairs & paper.pairs)
        named: list[str] = []
        told: set[str] = set()
        for one in sorted(gained, key=lambda one: (-gained[one], one)):
            if gained[one] < least or len(named) == _DECIDING:
                break
            if one in told:
                continue
            pair = next((pair for pair in together if one in pair and not told & set(pair)), (one,))
            told.update(pair)
            named.append(" ".join(subject.written[part] for part in pair))
        return tuple(named)


def _together(subjects: Sequence[_Subject], paper: Vocabulary) -> float:
    """What the subjects share with the paper: a word that several of them hold counts more, but not for each anew."""
    each = [subject.gained(paper) for subject in subjects]
    holding = Counter(one for gained in each for one in gained)
    joint = {one: max(gained.get(one, 0.0) for gained in each) * math.sqrt(holding[one]) for one in holding}
    pairs = frozenset[tuple[str, str]]().union(*(subject.pairs & paper.pairs for subject in subjects))
    return _total(joint, pairs)


def _total(gained: Mapping[str, float], pairs: Iterable[tuple[str, str]]) -> float:
    """Of the words singly, and once more of those that stand together."""
    total = sum(gained.values())
    for first, second in pairs:
        total += _TOGETHER * (gained.get(first, 0.0) + gained.get(second, 0.0)) / 2
    return total


def unwanted(text: str) -> tuple[str, str]:
    """What the text asks for, and what it does not want: ``Not: …``, ``no …``, ``except …`` to the clause's end."""
    wanted, against = [], []
    for clause in _CLAUSE.split(text):
        while clause:
            if (start := _UNWANTED.search(clause)) is None:
                wanted.append(clause)
                break
            wanted.append(clause[: start.start()])
            rest = clause[start.end() :]
            end = _WANTED_AGAIN.search(rest)
            against.append(rest[: end.start()] if end else rest)
            clause = rest[end.end() :] if end else ""
    return "\n".join(wanted), "\n".join(against)


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """Every stem that a profile of these texts will ask the rareness of."""
    return frozenset(one for text in texts for one in _stems(text))


def rareness(papers: int, holding: int) -> float:
    """The weight of a word that ``holding`` of ``papers`` papers hold (Robertson's idf, never negative)."""
    return math.log(1 + (papers - holding + 0.5) / (holding + 0.5))


def _by_stem(subjects: Sequence[_Subject]) -> Mapping[str, Sequence[tuple[int, float]]]:
    """Where each stem stands, and what it gives there."""
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, subject in enumerate(subjects):
        for one, weight in subject.wanted.items():
            found[one].append((at, weight * subject.scale))
    return {one: places for one, places in found.items() if len(places) <= _COMMON * len(subjects)}


def _subject(wanted: str, against: str, rareness: Callable[[str], float]) -> _Subject:
    runs = [_content(run) for run in wanted.split("\n")]
    counts = Counter(stem(word) for run in runs for word in run)
    written: dict[str, str] = {}
    for word in (word for run in runs for word in run):
        written.setdefault(stem(word), word)
    # A word's repetition adds little.
    weights = {one: rareness(one) * (1 + math.log(count)) for one, count in counts.items()}
    return _Subject(
        weights,
        frozenset((stem(a), stem(b)) for run in runs for a, b in pairwise(run)),
        {one: _AGAINST * rareness(one) for one in _stems(against) if one not in counts},
        written,
        1 / math.sqrt(sum(weights.values()) or 1.0),
    )


def _stems(text: str) -> list[str]:
    return [stem(word) for word in _content(text)]


def _content(text: str) -> Sequence[str]:
    readable = to_text(text) if "\\" in text or "$" in text else text
    return [
        word for word in words(readable) if word not in STOP_WORDS and word not in _FRAME and len(word) > 1
    ]
