"""The announcement feeds: which to read, whose day an answer shows, and what was seen of a day.

A feed lasts from midnight to midnight, US/Eastern. Which days were due one is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot import taxonomy
from bot.history import FeedRead
from bot.models import AnnouncedPaper, Announcement, AnnounceType, Topic


def feed_specs(topics: Iterable[Topic], archives: Collection[str]) -> tuple[str, ...]:
    """The feeds to read: the topics' categories; all archives when a topic names none.

    arXiv answers one unknown name with an error for the whole request, so a wildcard goes as its
    archive, and a code that was closed, which announces nothing, not at all.
    """
    wanted: dict[str, None] = {}
    for topic in topics:
        if not topic.categories:
            return tuple(archives)
        specs = (category.removesuffix(".*") for category in topic.categories)
        wanted.update((spec, None) for spec in specs if taxonomy.is_active(spec) or taxonomy.is_archive(spec))
    return tuple(wanted)


def parts_to_ask(announcement: Announcement) -> tuple[str, ...]:
    """What to ask for singly, since the feed was cut at arXiv's limit and its parts may not be."""
    return _parts(announcement.asked) if announcement.is_cut else ()


def _parts(asked: tuple[str, ...]) -> tuple[str, ...]:
    return asked if len(asked) > 1 else taxonomy.divisions(asked[0])


def shows(announcement: Announcement, specs: Iterable[str]) -> bool:
    """Whether a feed has a paper of one of these categories."""
    shown = {category for item in announcement.items for category in item.categories}
    return any(covers(spec, category) for spec in specs for category in shown)


def covers(spec: str, category: str) -> bool:
    """Whether the feed of ``spec`` shows everything that is announced in ``category``."""
    return spec == category or taxonomy.belongs(category, spec)


# --- one answer -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """What one answer shows of one day."""

    asked: tuple[str, ...]
    announced_on: date | None
    items: tuple[AnnouncedPaper, ...]


def batches(announcement: Announcement, announced_before: Mapping[str, date]) -> tuple[Batch, ...]:
    """The answer, told apart into what is of its date and what is an earlier day's batch.

    arXiv has been seen to serve a category's last batch under a fresh date. ``announced_before``
    gives the earlier day on which papers were announced as new: no paper is new twice, so where all
    new papers of an archive or category were, it is that day's batch.
    """
    stale = {
        spec: days
        for spec in announcement.asked
        if (days := _earlier_days(spec, announcement, announced_before))
    }
    if not stale:
        return (Batch(announcement.asked, announcement.announced_on, announcement.items),)
    fresh = tuple(spec for spec in announcement.asked if spec not in stale)
    todays = tuple(item for item in announcement.items if _is_of(item, fresh, announced_before))
    rest = tuple(item for item in announcement.items if item not in todays)
    old = Batch(tuple(stale), max(max(days) for days in stale.values()), rest)
    return (Batch(fresh, announcement.announced_on, todays), old) if fresh else (old,)


def _earlier_days(spec: str, announcement: Announcement, before: Mapping[str, date]) -> set[date]:
    """The days whose batch a spec shows again; empty when it shows its own."""
    new = [
        item
        for item in announcement.items
        if item.announce_type is AnnounceType.NEW and item.categories and covers(spec, item.categories[0])
    ]
    return {before[item.arxiv_id] for item in new} if all(item.arxiv_id in before for item in new) else set()


def _is_of(item: AnnouncedPaper, specs: Sequence[str], before: Mapping[str, date]) -> bool:
    if item.announce_type is AnnounceType.NEW and item.arxiv_id in before:
        return False
    return any(covers(spec, category) for spec in specs for category in item.categories)


# --- one day --------------------------------------------------------------------------------------


class FeedState(StrEnum):
    """What was seen of one day's feed."""

    READ = "read"
    CUT = "cut"
    """Read, but arXiv lists no more than 2,000 items."""
    PENDING = "pending"
    """Not asked for yet, and still there."""
    STALE = "stale"
    """It showed another day's batch, or named no day."""
    FAILED = "failed"
    """arXiv did not give it."""
    MISSED = "missed"
    """Nobody asked for it."""


@dataclass(frozen=True, slots=True)
class FeedReading:
    """One reading, and the day (US/Eastern) it was made on."""

    feed: FeedRead
    on: date

    @property
    def counts(self) -> bool:
        """Whether it shows all that can be seen of its feeds: instead of a cut answer its parts count."""
        return not self.feed.error and not (self.feed.cut and _parts(self.feed.asked))


@dataclass(frozen=True, slots=True)
class FeedDay:
    """What was seen of one day's feed, as far as some archives or categories go."""

    day: date
    state: FeedState
    shown: date | None = None
    """The batch that a stale feed showed."""
    error: str = ""


def feed_day(day: date, readings: Iterable[FeedReading], wanted: Sequence[str], *, over: bool) -> FeedDay:
    """What was seen of the feed of ``day`` in the ``wanted`` archives and categories.

    ``readings`` are in the order of their time; those of other feeds play no part. ``over`` says
    that the day has passed: what was not seen of it will not be.
    """
    mine = [reading for reading in readings if _touches(reading.feed, wanted)]
    good = [reading.feed for reading in mine if reading.counts and reading.feed.announced_on == day]
    specs = {spec for feed in good for spec in feed.asked}
    if all(_is_shown(one, specs) for one in wanted):
        return FeedDay(day, FeedState.CUT if any(feed.cut for feed in good) else FeedState.READ)
    tried = [reading.feed for reading in mine if reading.on == day]
    errors = [feed.error for feed in tried if feed.error]
    others = [feed.announced_on for feed in tried if not feed.error and feed.announced_on != day]
    if others:
        return FeedDay(day, FeedState.STALE, shown=others[-1])
    if errors:
        return FeedDay(day, FeedState.FAILED, error=errors[-1])
    return FeedDay(day, FeedState.MISSED if over else FeedState.PENDING)


def _is_shown(category: str, specs: Collection[str]) -> bool:
    """Whether these feeds show all of a category or archive, an archive also in all its parts."""
    if any(covers(spec, category) for spec in specs):
        return True
    parts = taxonomy.divisions(category)
    return bool(parts) and all(any(covers(spec, part) for spec in specs) for part in parts)


def _touches(feed: FeedRead, wanted: Sequence[str]) -> bool:
    return any(covers(spec, one) or covers(one, spec) for spec in feed.asked for one in wanted)
