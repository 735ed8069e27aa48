"""A digest in parts, each small enough for its channel: every paper in exactly one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.models import Digest, Entry
from bot.render import wording


class DigestSection(StrEnum):
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


Item = tuple[DigestSection, Entry]


def items(digest: Digest) -> tuple[Item, ...]:
    """Every entry with its section, in reading order."""
    return (
        *((DigestSection.PAPERS, entry) for entry in digest.entries),
        *((DigestSection.TITLES, entry) for entry in digest.titles),
        *((DigestSection.REVISED, entry) for entry in digest.revised),
    )


def whole(digest: Digest) -> Part:
    """The digest as its only part."""
    return Part(digest, 1, 1, 1, digest.entries, digest.titles, digest.revised)


def for_all(part: Part) -> Part:
    """The part as all have it who are told the same on that day: without what tells one reader from another."""
    digest = part.digest
    midnight = datetime.combine(wording.local_date(digest), time(), ZoneInfo(digest.timezone))
    shared = replace(
        digest, subscriber="", number=0, composed_at=midnight, stop_url="", queries=(), resent_at=None
    )
    return replace(part, digest=shared)


def heading(part: Part) -> str:
    """``36 papers`` over a digest's first part; over each further one what it has: ``Papers 31–36 of 36``."""
    return wording.count(part.digest) if part.number == 1 else _held(part)


def _held(part: Part) -> str:
    words = wording.frame(part.digest)
    held = []
    if part.papers:
        last = part.first + len(part.papers) - 1
        held.append(wording.span(part.first, last, part.digest.paper_count, words))
    if part.titles:
        held.append(words.ngettext("{num} paper by title", "{num} papers by title", len(part.titles)))
    if part.revised:
        held.append(words.ngettext("{num} revised", "{num} revised", len(part.revised)))
    return words.joined(held)


def place(part: Part) -> str:
    """``part 2 of 3``; of the first, whose heading counts them all, what it has, too. Empty where there is one."""
    if part.count == 1:
        return ""
    words = wording.frame(part.digest)
    said = words.gettext("part {number} of {count}", number=part.number, count=part.count)
    return " · ".join(filter(None, (said, _held(part)))) if part.number == 1 else said


def teaser(part: Part) -> str:
    """The first paper of the digest, or of a further part, and how many follow there; may be empty."""
    if part.number == 1:
        return wording.teaser(part.digest)
    return wording.opening((*part.papers, *part.titles) or part.revised, wording.frame(part.digest))


def pack(
    digest: Digest,
    weigh: Callable[[DigestSection, Entry], int],
    limit: int,
    first_limit: int | None = None,
    *,
    titles_together: bool = False,
) -> tuple[Part, ...]:
    """Parts whose entries weigh at most ``limit`` together, as few as the order allows.

    An entry heavier than that gets a part of its own. ``first_limit`` is for a first part that has
    less room; that part alone may be without any entry. ``titles_together`` begins a part for the
    papers told by title where they fit that one and not what is left of the one before.
    """
    kept = sum(weigh(DigestSection.TITLES, entry) for entry in digest.titles) if titles_together else 0
    runs: list[list[Item]] = [[]]
    room = limit if first_limit is None else first_limit
    for section, entry in items(digest):
        weight = weigh(section, entry)
        leading = section is DigestSection.TITLES and entry is digest.titles[0]
        needed = kept if leading and weight <= kept <= limit else weight
        if needed > room and (runs[-1] or (len(runs) == 1 and room < limit)):
            runs.append([])
            room = limit
        runs[-1].append((section, entry))
        room -= weight
    return _numbered(digest, runs)


def _numbered(digest: Digest, runs: Sequence[Sequence[Item]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    first = 1
    for number, run in enumerate(runs, start=1):
        chosen = {
            section: tuple(entry for kind, entry in run if kind is section) for section in DigestSection
        }
        parts.append(
            Part(
                digest,
                number,
                len(runs),
                first,
                chosen[DigestSection.PAPERS],
                chosen[DigestSection.TITLES],
                chosen[DigestSection.REVISED],
            )
        )
        first += len(chosen[DigestSection.PAPERS])
    return tuple(parts)
