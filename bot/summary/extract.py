"""The summariser that needs no model: the abstract's own sentences that state its objective and its finding.

The objective is the sentence that states the aim, after the one that names the gap it fills; the finding
is the strongest result. Background and promises are left out. Nothing is rephrased, so nothing can be
invented: a sentence is quoted as written, or its beginning, marked with an ellipsis. It does not translate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Paper, Summary, SummarySource
from bot.summary.clauses import shorten
from bot.summary.cues import Move
from bot.summary.rhetoric import Reading, last_cue, read
from bot.summary.sentences import Sentence, split

EMPTY_ABSTRACT = "The abstract is empty."
NO_FINDING = "The abstract states no separate finding."

_LONGEST_SENTENCE = 45
"""Words after which a sentence is cut, when it has a clause boundary to cut at."""
_LONGEST_GAP = 40
_LONGEST_AIM_WITH_GAP = 24
"""The same for an aim that follows a gap."""
_ROOM_FOR_SECOND_FINDING = 45
"""Words of both findings together, up to which a second one is shown."""

_PERHAPS = 1.0
_CLEAR = 2.0
"""Strength from which a sentence is taken to make a move."""
_STRONG = 3.0
_PROMISES_ONLY = 7.0

_LEANS_ON_ANOTHER = re.compile(
    r"(?:Additional|Moreover|Further|Also|Finally|Second|Third|Lastly|Importantly|Notably|In particular|This|These|"
    r"It\b|They|Such|Both|Then\b|Afterwards|(?:Together|Overall|Collectively|Taken together|In summary),? |"
    r"We (?:also|further|finally)\b)"
)
_POINTS_BACK = re.compile(
    r"\b(?:this|these|the|such|those) (?:\w+ )?(?:limitation|challenge|issue|gap|problem|shortcoming|drawback|"
    r"difficult|concern|question|need)|\bto (?:address|tackle|overcome|solve|resolve) (?:this|these|it)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"\d\s?\\?(?:%|x\b|\\times|×|percent|per cent|-?fold)|\d\.\d")
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP_WORDS = frozenset({
    "the", "and", "for", "with", "are", "was", "were", "how", "what", "which", "that", "this", "from",
    "using", "used", "use", "has", "have", "been", "its", "into", "via", "our", "their", "about",
    "through", "between", "under", "over", "can", "may", "not", "all", "any", "new", "based", "toward",
    "towards",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Sentence
    reading: Reading
    place: float
    """0 for the first sentence of the abstract, 1 for the last."""
    title_share: float
    """How much of the title it takes up, 0 to 1."""
    focus_share: float
    """How much of the focus it takes up, 0 to 1."""

    @property
    def leans(self) -> bool:
        """Continues an earlier sentence, so it reads less well alone."""
        return _LEANS_ON_ANOTHER.match(self.sentence.text) is not None


def summarise(paper: Paper, *, focus: str = "") -> Summary:
    """The abstract's own objective and finding; ``focus`` draws the choice to sentences that speak of it.

    Never fails. Where there is nothing to quote, neutral English sentences stand in: EMPTY_ABSTRACT as the
    objective of an empty abstract, NO_FINDING as the finding of one that says a single thing.
    """
    sentences = split(paper.abstract)
    candidates = _worth_quoting(_candidates(sentences, paper.title, focus))
    if not candidates:
        return _extract(EMPTY_ABSTRACT if not sentences else sentences[0].text, NO_FINDING)
    if len(candidates) == 1:
        return _from_one(candidates[0].sentence.text)
    aim, result = _choose(candidates)
    objective = _with_gap([other for other in candidates if other.place < result.place], aim)
    others = [other for other in candidates if other not in objective]
    return _extract(_objective(objective, aim), _finding(others, result))


def _candidates(sentences: Sequence[Sentence], title: str, focus: str) -> list[_Candidate]:
    title_words, focus_words = _content(title), _content(focus)
    last = max(1, len(sentences) - 1)
    return [
        _Candidate(
            sentence,
            read(sentence),
            sentence.position / last,
            _share(title_words, sentence.text, enough=len(title_words)),
            _share(focus_words, sentence.text, enough=2),
        )
        for sentence in sentences
    ]


def _content(text: str) -> frozenset[str]:
    """Content words by their first six letters, which is stem enough to compare by."""
    return frozenset(word[:6] for word in _WORD.findall(text.casefold()) if word not in _STOP_WORDS)


def _share(wanted: frozenset[str], text: str, *, enough: int) -> float:
    found = len(wanted & _content(text)) if wanted else 0
    return min(1.0, found / max(1, min(enough, len(wanted))))


def _worth_quoting(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """All but those that only promise."""
    return [
        candidate
        for candidate in candidates
        if candidate.reading.promise < _PROMISES_ONLY
        or max(candidate.reading.aim, candidate.reading.result) > 2.5
    ]


def _from_one(sentence: str) -> Summary:
    return _extract(shorten(sentence, words=2 * _LONGEST_SENTENCE), NO_FINDING)


def _choose(candidates: Sequence[_Candidate]) -> tuple[_Candidate, _Candidate]:
    """The best aim and result together, two different sentences, preferably in this order."""
    aims = [(candidate, _as_aim(candidate)) for candidate in candidates]
    results = [(candidate, _as_result(candidate)) for candidate in candidates]
    _, aim, result = max(
        (
            (as_aim + as_result + (aim.place < result.place), aim, result)
            for aim, as_aim in aims
            for result, as_result in results
            if aim is not result
        ),
        key=lambda choice: choice[0],
    )
    return aim, result


def _as_aim(candidate: _Candidate) -> float:
    reading = candidate.reading
    return (
        reading.aim
        - 0.35 * reading.result
        - 0.5 * reading.promise
        + 1.2 * candidate.title_share
        + 0.4 * candidate.focus_share * min(1.0, reading.aim / _CLEAR)
        - 1.6 * candidate.place
        - 1.0 * candidate.leans
    )


def _as_result(candidate: _Candidate) -> float:
    reading = candidate.reading
    quantified = _QUANTITY.search(candidate.sentence.text) is not None
    return (
        reading.result
        - 0.35 * reading.aim
        - 0.5 * reading.promise
        + 1.5 * candidate.focus_share * min(1.0, reading.result / _CLEAR)
        + 0.7 * quantified
        + 0.6 * candidate.place
        - 0.8 * candidate.leans
    )


def _as_gap(candidate: _Candidate, aim: _Candidate) -> float:
    distance = abs(candidate.sentence.position - aim.sentence.position)
    late = candidate.place > aim.place
    meant = distance == 1 and not late and _POINTS_BACK.search(aim.sentence.text) is not None
    return candidate.reading.gap - 0.3 * candidate.reading.aim - 0.1 * distance - 1.0 * late + 1.5 * meant


def _with_gap(earlier: Sequence[_Candidate], aim: _Candidate) -> tuple[_Candidate, ...]:
    """The gap and the aim in reading order; either alone where the abstract doesn't state the other."""
    gaps = [other for other in earlier if other is not aim and _as_gap(other, aim) >= _CLEAR]
    if not gaps:
        return (aim,)
    gap = max(gaps, key=lambda other: _as_gap(other, aim))
    if aim.reading.aim < _PERHAPS:
        return (gap,)
    return (gap, aim) if gap.place < aim.place else (aim, gap)


def _objective(chosen: Sequence[_Candidate], aim: _Candidate) -> str:
    if len(chosen) == 1:
        return _quoted(chosen[0], Move.AIM if chosen[0] is aim else Move.GAP, words=_LONGEST_SENTENCE)
    return " ".join(
        _quoted(candidate, Move.AIM, words=_LONGEST_AIM_WITH_GAP)
        if candidate is aim
        else _quoted(candidate, Move.GAP, words=_LONGEST_GAP)
        for candidate in chosen
    )


def _finding(candidates: Sequence[_Candidate], result: _Candidate) -> str:
    second = _second_finding([other for other in candidates if other is not result], result)
    shown = sorted([result, *second], key=lambda candidate: candidate.place)
    return " ".join(_quoted(candidate, Move.RESULT, words=_LONGEST_SENTENCE) for candidate in shown)


def _second_finding(others: Sequence[_Candidate], result: _Candidate) -> list[_Candidate]:
    """The next best result when both are short, or what bears on the focus when the best result does not."""
    focused = [other for other in others if other.focus_share > result.focus_share and _is_work(other)]
    if focused:
        return [max(focused, key=lambda other: (other.focus_share, _as_result(other)))]
    strong = [other for other in others if _as_result(other) >= _STRONG and _fits(other, result)]
    return [max(strong, key=_as_result)] if strong else []


def _is_work(candidate: _Candidate) -> bool:
    """Tells what was done or found, rather than why."""
    reading = candidate.reading
    return max(reading.method, reading.result) >= _CLEAR and max(reading.promise, reading.gap) < _CLEAR


def _fits(candidate: _Candidate, result: _Candidate) -> bool:
    words = len(candidate.sentence.text.split()) + len(result.sentence.text.split())
    return words <= _ROOM_FOR_SECOND_FINDING


def _quoted(candidate: _Candidate, move: Move, *, words: int) -> str:
    text = candidate.sentence.text
    return shorten(text, words=words, keep=last_cue(text, move))


def _extract(objective: str, finding: str) -> Summary:
    return Summary(objective, finding, SummarySource.EXTRACTIVE)
