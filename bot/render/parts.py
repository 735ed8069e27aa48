"""A digest in parts, each small enough for its channel: every paper in exactly one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.models import Digest, Entry


class Section(StrEnum):
    """Where in a digest an entry stands; the sections follow one another in this order."""

    PAPERS = "papers"
    TITLES = "titles"
    REVISED = "revised"


@dataclass(frozen=True, slots=True)
class Part:
    """One message's share of a digest."""

    digest: Digest
    """The whole of it: counts, topics and completeness are the same in every part."""
    number: int
    count: int
    first: int
    """The number that the first of ``papers`` bears."""
    papers: tuple[Entry, ...]
    titles: tuple[Entry, ...]
    revised: tuple[Entry, ...]

    @property
    def arxiv_ids(self) -> tuple[str, ...]:
        return tuple(entry.paper.arxiv_id for entry in (*self.papers, *self.titles, *self.revised))


Item = tuple[Section, Entry]


def items(digest: Digest) -> tuple[Item, ...]:
    """Every entry with its section, in reading order."""
    return (
        *((Section.PAPERS, entry) for entry in digest.entries),
        *((Section.TITLES, entry) for entry in digest.titles),
        *((Section.REVISED, entry) for entry in digest.revised),
    )


def whole(digest: Digest) -> Part:
    """The digest as its only part."""
    return Part(digest, 1, 1, 1, digest.entries, digest.titles, digest.revised)


def pack(
    digest: Digest, weigh: Callable[[Section, Entry], int], limit: int, first_limit: int | None = None
) -> tuple[Part, ...]:
    """Parts whose entries weigh at most ``limit`` together, as few as the order allows.

    An entry heavier than that gets a part of its own. ``first_limit`` is for a first part that has
    less room; that part alone may be without any entry.
    """
    runs: list[list[Item]] = [[]]
    room = limit if first_limit is None else first_limit
    for section, entry in items(digest):
        weight = weigh(section, entry)
        if weight > room and (runs[-1] or (len(runs) == 1 and room < limit)):
            runs.append([])
            room = limit
        runs[-1].append((section, entry))
        room -= weight
    return _numbered(digest, runs)


def _numbered(digest: Digest, runs: Sequence[Sequence[Item]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    first = 1
    for number, run in enumerate(runs, start=1):
        chosen = {section: tuple(entry for kind, entry in run if kind is section) for section in Section}
        parts.append(
            Part(
                digest,
                number,
                len(runs),
                first,
                chosen[Section.PAPERS],
                chosen[Section.TITLES],
                chosen[Section.REVISED],
            )
        )
        first += len(chosen[Section.PAPERS])
    return tuple(parts)
