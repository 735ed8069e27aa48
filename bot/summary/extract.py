"""The summariser that needs no model: the abstract's own sentences that state its objective and its finding.

The objective is the sentence that says best what the paper is about, beside what was undertaken where both
are short; the finding is the strongest result. A withdrawal goes before all else, and promises are left out.
Nothing is rephrased, so nothing can be invented: a sentence is quoted as written, or its beginning, marked
with an ellipsis. It does not translate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.lexicon import STOP_WORDS
from bot.models import Paper, Summary, SummarySource
from bot.summary.clauses import shorten
from bot.summary.cues import Move
from bot.summary.prompt import LONGEST_ABSTRACT
from bot.summary.rhetoric import Reading, last_cue, read
from bot.summary.sentences import Section, Sentence, split

EMPTY_ABSTRACT = "The abstract is empty."
NO_OBJECTIVE = "The abstract states no separate objective."
NO_FINDING = "The abstract states no separate finding."

_LONGEST_SENTENCE = 45
"""Words after which a sentence is cut, when it has a clause boundary to cut at."""
_LONGEST_SUBJECT = 60
"""The same for the sentence that says what the paper is about, which is seldom cut well."""
_LONGEST_AIM = 24
"""The same for an aim that stands beside another sentence."""
_ROOM_FOR_AIM = 35
"""Words of both together, up to which it does."""
_LONGEST_COUNTED = 60
_MOST_SENTENCES = 100
"""Of an abstract that are looked at. arXiv's own bound of 1,920 characters leaves room for fewer."""
_OPENING = {0: 13.0, 1: 6.0}
"""What the first and the second sentence have before the others, by position, if they have so many words:"""
_TELLING_WORDS = 8
_PERHAPS = 1.0
_ROOM_FOR_SECOND_FINDING = 45
"""Words of both findings together, up to which a second one is shown."""

_CLEAR = 2.0
"""Strength from which a sentence is taken to make a move."""
_STRONG = 3.0
_UNDERTAKEN = 2.5
"""The same for an aim that says by itself what was undertaken."""
_PROMISES_ONLY = 7.0

_LEANS_ON_ANOTHER = re.compile(
    r"(?:Additional|Moreover|Further|Also|Finally|Second|Third|Lastly|Importantly|Notably|In particular|This|These|"
    r"It\b|They|Such|Both|Then\b|Afterwards|(?:Together|Overall|Collectively|Taken together|In summary),? |"
    r"We (?:also|further|finally)\b)"
)
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
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP_WORDS = STOP_WORDS | frozenset(
    "were how what which from using used use has have been its via our about through between under over can may "
    "all any new based toward towards".split()
)


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
    objective of an empty abstract; NO_FINDING or NO_OBJECTIVE beside the sentence of one that says a single thing.
    A withdrawn paper has its notice as the objective, and no finding.
    """
    sentences = split(paper.abstract[:LONGEST_ABSTRACT])[:_MOST_SENTENCES]
    comments = split(paper.comment[:LONGEST_ABSTRACT])
    withdrawn = next((one.text for one in (*sentences, *comments) if _WITHDRAWAL.search(one.text)), "")
    if withdrawn:
        return _extract(shorten(withdrawn, words=_LONGEST_SENTENCE), NO_FINDING)
    candidates = _worth_quoting(_candidates(sentences, paper.title, focus))
    if not candidates:
        return _extract(EMPTY_ABSTRACT if not sentences else sentences[0].text, NO_FINDING)
    if len(candidates) == 1:
        return _from_one(candidates[0])
    aim, result = _choose(candidates)
    objective = _objective([other for other in candidates if other is not result], aim)
    shown = [candidate for candidate, _ in objective]
    others = [other for other in candidates if other not in shown]
    return _extract(" ".join(text for _, text in objective), _finding(others, result))


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
        if not _SAYS_NOTHING.fullmatch(candidate.sentence.text)
        and (
            candidate.reading.promise < _PROMISES_ONLY
            or max(candidate.reading.aim, candidate.reading.result) > 2.5
        )
    ]


def _from_one(only: _Candidate) -> Summary:
    """ "We prove" says what came of it."""
    text = shorten(only.sentence.text, words=2 * _LONGEST_SENTENCE)
    if only.reading.result >= _CLEAR and only.reading.result > only.reading.aim:
        return _extract(NO_OBJECTIVE, text)
    return _extract(text, NO_FINDING)


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


def _as_subject(candidate: _Candidate) -> float:
    """How well it says what the paper is about: what people put into an objective is the problem, in the words of
    the title, rather than "we propose" and a name. Weights fitted to summaries that models wrote."""
    reading, sentence = candidate.reading, candidate.sentence
    words = min(len(sentence.text.split()), _LONGEST_COUNTED)
    opening = _OPENING.get(sentence.position, 0.0) * min(1.0, words / _TELLING_WORDS)
    background = words < _TELLING_WORDS and reading.aim < _PERHAPS and reading.gap < _PERHAPS
    return (
        opening
        + 10.0 * candidate.title_share
        + 3.0 * candidate.focus_share
        + 3.0 * reading.gap
        + 0.5 * reading.aim
        - 1.0 * reading.promise
        - 1.0 * candidate.place
        - 3.0 * background
        + 20.0 * (sentence.section is Section.AIM)
        + words * (0.85 - 0.012 * words)
    )


def _objective(others: Sequence[_Candidate], aim: _Candidate) -> list[tuple[_Candidate, str]]:
    """What the paper is about and, where both are short and that is not said yet, what was undertaken."""
    subject = max(others, key=_as_subject)
    move = Move.GAP if subject.reading.gap > subject.reading.aim else Move.AIM
    quoted = [(subject, _quoted(subject, move, words=_LONGEST_SUBJECT))]
    if subject is aim or subject.reading.aim >= _UNDERTAKEN or aim.reading.aim < _UNDERTAKEN:
        return quoted
    quoted.append((aim, _quoted(aim, Move.AIM, words=_LONGEST_AIM)))
    if sum(len(text.split()) for _, text in quoted) > _ROOM_FOR_AIM:
        return quoted[:1]
    return sorted(quoted, key=lambda one: one[0].place)


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
