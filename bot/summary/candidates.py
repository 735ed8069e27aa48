"""The sentences of an abstract as an extract may quote them: what each does, and how much of the title it takes up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.lexicon import STOP_WORDS
from bot.summary.rhetoric import Moves, read
from bot.summary.sentences import Sentence

_PERHAPS = 1.0
CLEAR = 2.0
"""Strength from which a sentence is taken to make a move."""
SURELY = 2.5
"""What is stronger tells no more."""

_TELLING_LENGTH = 8
"""Words; a shorter sentence tells only what everybody knows, unless it makes a move."""
_OF_THE_TITLE = 0.15
_LEANS_ON_ANOTHER = re.compile(
    r"(?:Additional|Moreover|Further|Also|Finally|Second|Third|Lastly|Importantly|Notably|In particular|This|These|"
    r"It\b|They|Such|Both|Then\b|Afterwards|(?:Together|Overall|Collectively|Taken together|In summary),? |"
    r"We (?:also|further|finally)\b)"
)
_COMMONPLACE = re.compile(
    r"\bha(?:s|ve) (?:\w+ly )?(?:drawn|attracted|gained|received|garnered|become|emerged)\b|\bin recent years\b"
    r"|\b(?:is|are) (?:\w+ly )?(?:common|ubiquitous|essential|crucial|important|fundamental|widespread)\b"
    r"|\bplays? an? (?:\w+ )?role\b|\b(?:is|are|been) (?:widely|extensively|increasingly)\b",
    re.IGNORECASE,
)
"""What opens any abstract."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_IDLE = STOP_WORDS | frozenset(
    "were how what which from using used use has have been its via our about through between under over can may "
    "all any new based toward towards".split()
)


@dataclass(frozen=True, slots=True)
class CandidateSentence:
    sentence: Sentence
    reading: Moves
    place: float
    """0 for the first sentence of the abstract, 1 for the last."""
    content: frozenset[str]
    """Its content words, as `content_of` gives them."""
    title_share: float
    """How much of the title it takes up, 0 to 1."""
    focus_share: float
    """How much of the focus it takes up, 0 to 1."""

    @property
    def leans(self) -> bool:
        """Continues an earlier sentence, so it reads less well alone."""
        return _LEANS_ON_ANOTHER.match(self.sentence.text) is not None

    @property
    def is_commonplace(self) -> bool:
        """Says how things are in the field, in no word of the title."""
        opens = self.title_share < _OF_THE_TITLE and not self._makes_a_move
        return opens and _COMMONPLACE.search(self.sentence.text) is not None

    @property
    def is_aside(self) -> bool:
        """Says neither what is missing nor what was undertaken, but what everybody knows, was used or is promised."""
        reading = self.reading
        if reading.promise > max(SURELY, reading.gap, reading.aim):
            return True
        brief = len(self.sentence.text.split()) < _TELLING_LENGTH
        return not self._makes_a_move and (brief or (reading.method >= CLEAR and self.place > 0))

    @property
    def _makes_a_move(self) -> bool:
        return max(self.reading.gap, self.reading.aim) >= _PERHAPS


def read_candidates(sentences: Sequence[Sentence], title: str, focus: str) -> list[CandidateSentence]:
    """Every sentence, beside the title and what the reader asked for."""
    title_words, focus_words = content_of(title), content_of(focus)
    last = max(1, len(sentences) - 1)
    return [
        CandidateSentence(
            sentence,
            read(sentence),
            sentence.position / last,
            content,
            share(title_words, content, enough=len(title_words)),
            share(focus_words, content, enough=2),
        )
        for sentence, content in ((one, content_of(one.text)) for one in sentences)
    ]


def content_of(text: str) -> frozenset[str]:
    """Content words by their first six letters, which is stem enough to compare by."""
    return frozenset(word[:6] for word in _WORD.findall(text.casefold()) if word not in _IDLE)


def share(wanted: frozenset[str], content: frozenset[str], *, enough: int) -> float:
    """How much of ``wanted`` is in ``content``, 0 to 1; ``enough`` words of it are all."""
    return min(1.0, len(wanted & content) / max(1, min(enough, len(wanted))))
