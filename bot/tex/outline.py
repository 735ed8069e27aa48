"""What in a LaTeX source belongs together: braces, environments, ``\\(…\\)`` and ``\\[…\\]``.

One pass over the text. What has no partner is left out, so a reader of the outline never runs past the
end of anything; nothing is interpreted, and dollars are only collected (``dollars`` pairs them).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

_MARK = re.compile(
    r"\\begin\s*\{(?P<begin>[^{}\\$]{1,40})\}|\\end\s*\{(?P<end>[^{}\\$]{1,40})\}|\\(?:[A-Za-z]+|.)|[{}]|\$\$?",
    re.DOTALL,
)
_PARTNERS = {"}": "{", r"\)": r"\(", r"\]": r"\["}
_OPENERS = frozenset(_PARTNERS.values())

WHOLE = -1
"""The region that is the whole text."""


@dataclass(frozen=True, slots=True)
class Region:
    """Something with a beginning and an end: ``body_start``…``body_end`` is what is inside."""

    name: str
    """``{``, ``\\(``, ``\\[`` or the environment's name."""
    start: int
    body_start: int
    body_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Dollar:
    position: int
    width: int
    """2 for ``$$``."""


@dataclass(frozen=True, slots=True)
class Outline:
    regions: dict[int, Region]
    """By the position where each starts."""
    dollars: dict[int, list[Dollar]]
    """By the start of the innermost region around them (or ``WHOLE``), in order."""


def outline(source: str) -> Outline:
    """Find the regions of ``source``; properly nested, the unmatched ones left out."""
    regions: dict[int, Region] = {}
    dollars: list[Dollar] = []
    pending: list[tuple[str, int, int]] = []
    count: Counter[str] = Counter()
    for mark in _MARK.finditer(source):
        text, opened, closed = mark[0], mark["begin"], mark["end"]
        name = opened or (text if text in _OPENERS else None)
        partner = closed or _PARTNERS.get(text)
        if name:
            pending.append((name, mark.start(), mark.end()))
            count[name] += 1
        elif partner and count[partner]:
            while True:
                top, start, body_start = pending.pop()
                count[top] -= 1
                if top == partner:
                    break
            regions[start] = Region(top, start, body_start, mark.start(), mark.end())
        elif text[0] == "$":
            dollars.append(Dollar(mark.start(), len(text)))
    return Outline(regions, _by_region(regions, dollars))


def _by_region(regions: dict[int, Region], dollars: list[Dollar]) -> dict[int, list[Dollar]]:
    grouped: dict[int, list[Dollar]] = defaultdict(list)
    if not dollars:
        return grouped
    inside: list[Region] = []
    ahead = iter(sorted(regions.values(), key=lambda region: region.start))
    following = next(ahead, None)
    for dollar in dollars:
        while following and following.start < dollar.position:
            inside.append(following)
            following = next(ahead, None)
        while inside and inside[-1].end <= dollar.position:
            inside.pop()
        grouped[inside[-1].start if inside else WHOLE].append(dollar)
    return grouped
