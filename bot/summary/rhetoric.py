"""What a sentence of an abstract does, and how surely: read from its cue phrases and its section.

It does not choose sentences: `extract` does. The phrases themselves are in `cues`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.summary.cues import CUES, Move
from bot.summary.sentences import Heading, Sentence

_HEADED = 1.5
"""What a heading adds to the move it announces."""
_FURTHER_CUE = 0.2
_FURTHER_CUES_COUNTED = 2

_SECTION_MOVES = {
    Heading.BACKGROUND: Move.GAP,
    Heading.AIM: Move.AIM,
    Heading.METHOD: Move.METHOD,
    Heading.RESULT: Move.RESULT,
}


@dataclass(frozen=True, slots=True)
class Moves:
    """How surely a sentence makes each move: 0 not at all, from 2 probably; from 7 a promise and nothing else."""

    gap: float
    aim: float
    method: float
    result: float
    promise: float


def read(sentence: Sentence) -> Moves:
    return Moves(
        gap=_strength(sentence, Move.GAP),
        aim=_strength(sentence, Move.AIM),
        method=_strength(sentence, Move.METHOD),
        result=_strength(sentence, Move.RESULT),
        promise=_strength(sentence, Move.PROMISE),
    )


def last_cue(text: str, move: Move) -> int:
    """The offset after the last words by which ``text`` makes ``move``, which a cut must keep; 0 when it does not."""
    return max((match.end() for _, cue in CUES[move] for match in cue.finditer(text)), default=0)


def _strength(sentence: Sentence, move: Move) -> float:
    """The strongest cue counts; further ones add a little, so that many weak ones don't beat a strong one."""
    weights = sorted((weight for weight, cue in CUES[move] if cue.search(sentence.text)), reverse=True)
    further = weights[1 : 1 + _FURTHER_CUES_COUNTED]
    headed = sentence.section is not None and _SECTION_MOVES.get(sentence.section) is move
    return sum(weights[:1]) + _FURTHER_CUE * len(further) + _HEADED * headed
