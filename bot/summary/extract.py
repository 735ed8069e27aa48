"""The summariser that needs no model: the abstract's own sentences that state its objective and its finding.

The objective is the one or two sentences that say best what the paper is about; the finding is the strongest
result. A withdrawal goes before all else; promises and commonplaces are left out.
Nothing is rephrased, so nothing can be invented: a sentence is quoted as written, or its beginning, marked
with an ellipsis. It does not translate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.models import Paper, Summary, SummarySource
from bot.summary.candidates import CLEAR, SURELY, CandidateSentence, content_of, read_candidates
from bot.summary.clauses import shorten
from bot.summary.cues import Move
from bot.summary.objective import choose
from bot.summary.prompt import LONGEST_ABSTRACT
from bot.summary.rhetoric import last_cue
from bot.summary.sentences import split

EMPTY_ABSTRACT = "The abstract is empty."
NO_OBJECTIVE = "The abstract states no separate objective."
NO_FINDING = "The abstract states no separate finding."

_LONGEST_SENTENCE = 45
"""Words after which a sentence is cut, when it has a clause boundary to cut at."""
_LONGEST_SUBJECT = 60
"""The same for the sentences that say what the paper is about, which are seldom cut well."""
_MOST_SENTENCES = 100
"""Of an abstract that are looked at. arXiv's own bound of 1,920 characters leaves room for fewer."""
_ROOM_FOR_SECOND_FINDING = 45
"""Words of both findings together, up to which a second one is shown."""

_STRONG = 3.0
_PROMISES_ONLY = 7.0

_PAPER = r"(?:paper|article|manuscript|submission|preprint|e-?print|work|version|note|letter|study|document)"
_WITHDRAWAL = re.compile(
    rf"\b(?:this|the|our|present) (?:\w+ )?{_PAPER}\b.{{0,40}}?\b(?:withdrawn|retracted|withdraw)\b"
    rf"|\b(?:withdraw|retract)(?:s|ing|al|ion)? (?:of )?(?:this|the|our) (?:\w+ )?{_PAPER}\b"
    rf"|^\W*(?:{_PAPER} |has been |is |was |temporarily )*(?:withdrawn|retracted)\b"
    r"|\bwithdrawn by (?:the )?(?:authors?|arxiv|submitter)",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:the|our) proofs?\b.{0,40}?\b(?:us(?:es?|ing)|rel(?:y|ies)|is|are|combines?|goes|proceeds?|follows?|makes?)\b.*"
    r"|(?:here |in this \w+,? )?(?:we|i) (?:\w+ )?(?:report|present|give|obtain|announce|prove|discuss) "
    r"(?:some |several |a few |our )?(?:new|recent|novel|preliminary|further|latest) results(?: \w+){0,4}\W*",
    re.IGNORECASE,
)
"""How it was proved, or that there are results: neither an objective nor a finding."""
_QUANTITY = re.compile(r"\d\s?\\?(?:%|x\b|\\times|×|percent|per cent|-?fold)|\d\.\d")


def summarise(paper: Paper, *, focus: str = "") -> Summary:
    """The abstract's own objective and finding; ``focus`` draws the choice to sentences that speak of it.

    Never fails. Where there is nothing to quote, neutral English sentences stand in: EMPTY_ABSTRACT as the
    objective of an empty abstract; NO_FINDING or NO_OBJECTIVE beside the sentence of one that says a single thing.
    A withdrawn paper has its notice as the objective, and no finding.
    """
    sentences = split(paper.abstract[:LONGEST_ABSTRACT])[:_MOST_SENTENCES]
    comments = split(paper.comment[:LONGEST_ABSTRACT])
    withdrawn = next((one.text for one in (*sentences, *comments) if _WITHDRAWAL.search(one.text)), "")
    if withdrawn:
        return _extract(shorten(withdrawn, words=_LONGEST_SENTENCE), NO_FINDING)
    candidates = _worth_quoting(read_candidates(sentences, paper.title, focus))
    if not candidates:
        return _extract(EMPTY_ABSTRACT if not sentences else sentences[0].text, NO_FINDING)
    if len(candidates) == 1:
        return _from_one(candidates[0])
    aim, result = _choose(candidates)
    objective = choose([other for other in candidates if other is not result], aim, content_of(paper.title))
    others = [other for other in candidates if other not in objective]
    return _extract(" ".join(map(_about, objective)), _finding(others, result))


def _worth_quoting(candidates: Sequence[CandidateSentence]) -> list[CandidateSentence]:
    """All but those that only promise, or say what everybody knows."""
    return [
        candidate
        for candidate in candidates
        if not (candidate.is_commonplace or _SAYS_NOTHING.fullmatch(candidate.sentence.text))
        and (
            candidate.reading.promise < _PROMISES_ONLY
            or max(candidate.reading.aim, candidate.reading.result) > SURELY
        )
    ]


def _from_one(only: CandidateSentence) -> Summary:
    """ "We prove" says what came of it."""
    text = shorten(only.sentence.text, words=2 * _LONGEST_SENTENCE)
    if only.reading.result >= CLEAR and only.reading.result > only.reading.aim:
        return _extract(NO_OBJECTIVE, text)
    return _extract(text, NO_FINDING)


def _choose(candidates: Sequence[CandidateSentence]) -> tuple[CandidateSentence, CandidateSentence]:
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


def _as_aim(candidate: CandidateSentence) -> float:
    reading = candidate.reading
    return (
        reading.aim
        - 0.35 * reading.result
        - 0.5 * reading.promise
        + 1.2 * candidate.title_share
        + 0.4 * candidate.focus_share * min(1.0, reading.aim / CLEAR)
        - 1.6 * candidate.place
        - 1.0 * candidate.leans
    )


def _as_result(candidate: CandidateSentence) -> float:
    reading = candidate.reading
    quantified = _QUANTITY.search(candidate.sentence.text) is not None
    return (
        reading.result
        - 0.35 * reading.aim
        - 0.5 * reading.promise
        + 1.5 * candidate.focus_share * min(1.0, reading.result / CLEAR)
        + 0.7 * quantified
        + 0.6 * candidate.place
        - 0.8 * candidate.leans
    )


def _about(candidate: CandidateSentence) -> str:
    move = Move.GAP if candidate.reading.gap > candidate.reading.aim else Move.AIM
    return _quoted(candidate, move, words=_LONGEST_SUBJECT)


def _finding(candidates: Sequence[CandidateSentence], result: CandidateSentence) -> str:
    second = _second_finding([other for other in candidates if other is not result], result)
    shown = sorted([result, *second], key=lambda candidate: candidate.place)
    return " ".join(_quoted(candidate, Move.RESULT, words=_LONGEST_SENTENCE) for candidate in shown)


def _second_finding(
    others: Sequence[CandidateSentence], result: CandidateSentence
) -> list[CandidateSentence]:
    """The next best result when both are short, or what bears on the focus when the best result does not."""
    focused = [other for other in others if other.focus_share > result.focus_share and _is_work(other)]
    if focused:
        return [max(focused, key=lambda other: (other.focus_share, _as_result(other)))]
    strong = [other for other in others if _as_result(other) >= _STRONG and _fits(other, result)]
    return [max(strong, key=_as_result)] if strong else []


def _is_work(candidate: CandidateSentence) -> bool:
    """Tells what was done or found, rather than why."""
    reading = candidate.reading
    return max(reading.method, reading.result) >= CLEAR and max(reading.promise, reading.gap) < CLEAR


def _fits(candidate: CandidateSentence, result: CandidateSentence) -> bool:
    words = len(candidate.sentence.text.split()) + len(result.sentence.text.split())
    return words <= _ROOM_FOR_SECOND_FINDING


def _quoted(candidate: CandidateSentence, move: Move, *, words: int) -> str:
    text = candidate.sentence.text
    return shorten(text, words=words, keep=last_cue(text, move))


def _extract(objective: str, finding: str) -> Summary:
    return Summary(objective, finding, SummarySource.EXTRACTIVE)
