"""The cue phrases by which an abstract shows what it does: a weight and a pattern each.

The moves are those of Swales' account of research writing (establish a territory, show the niche, occupy
it), extended by the result and the promise. A weight says how surely a cue tells its move: 3 surely,
2 probably, 1 perhaps; from 7 on, a promise that says nothing else. Only their order matters.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.summary.cues.gap import GAP
from bot.summary.cues.outcome import PROMISE, RESULT
from bot.summary.cues.undertaking import AIM, METHOD


class Move(StrEnum):
    """What a sentence of an abstract does."""

    GAP = "gap"
    """Says what is missing or wrong so far."""
    AIM = "aim"
    METHOD = "method"
    RESULT = "result"
    PROMISE = "promise"
    """Availability of code, hopes, outlook, significance: nothing that was done or found."""


CUES: dict[Move, tuple[tuple[float, re.Pattern[str]], ...]] = {
    move: tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in cues)
    for move, cues in (
        (Move.GAP, GAP),
        (Move.AIM, AIM),
        (Move.METHOD, METHOD),
        (Move.RESULT, RESULT),
        (Move.PROMISE, PROMISE),
    )
}
