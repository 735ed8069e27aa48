"""A simulated arXiv: papers over months, its announcements, its search that lags behind them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from bot import calendar, taxonomy
from bot.models import AnnouncedPaper, Announcement, AnnounceType, Paper, SearchPage
from tests.fakes import FakeClock

WORDS = {
    "ptychography": "cond-mat.mtrl-sci",
    "nickelate": "cond-mat.supr-con",
    "skyrmion": "cond-mat.str-el",
}
"""What topics look for, and the category of the papers that have it."""

_OTHER = ("cond-mat.mtrl-sci", "cond-mat.supr-con", "cond-mat.str-el", "physics.optics")
_DAY = timedelta(days=1)
_WINDOW = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")


@dataclass(frozen=True)
class Publication:
    """One paper, and when the world hears of it."""

    paper: Paper
    word: str | None
    announced_at: datetime
    visible_at: datetime
    """When arXiv's search begins to show it."""
    revised: Paper | None
    revised_at: datetime | None

    @property
    def feed_date(self) -> date:
        return calendar.feed_date(self.announced_at) + _DAY


class Universe:
    """Every paper between two days; the same seed gives the same."""

    def __init__(self, start: date, end: date, seed: int = 1, per_batch: int = 20) -> None:
        self._chance = Random(seed)
        self.publications: list[Publication] = []
        evenings = (start + n * _DAY for n in range((end - start).days + 1))
        for evening in filter(calendar.announces_on, evenings):
            for number in range(self._chance.randint(per_batch // 2, per_batch * 3 // 2)):
                self.publications.append(self._publication(evening, number))
        self.by_id = {one.paper.arxiv_id: one for one in self.publications}
        self.by_feed: dict[date, list[Publication]] = defaultdict(list)
        self.revised_by_feed: dict[date, list[Publication]] = defaultdict(list)
        for one in self.publications:
            self.by_feed[one.feed_date].append(one)
            if one.revised_at is not None:
                self.revised_by_feed[calendar.feed_date(one.revised_at)].append(one)

    def _publication(self, evening: date, number: int) -> Publication:
        chance = self._chance
        word = chance.choice([*WORDS, None])
        category = WORDS[word] if word else chance.choice(_OTHER)
        announced_at = datetime.combine(evening, time(20, 0), calendar.EASTERN).astimezone(UTC)
        held = chance.random() < 0.08
        published = announced_at - _DAY * (chance.uniform(5, 40) if held else chance.uniform(0.3, 3))
        lag = chance.uniform(20, 70) if chance.random() < 0.08 else chance.uniform(1, 5)
        crossed = [chance.choice(_OTHER)] if chance.random() < 0.2 else []
        paper = Paper(
            arxiv_id=f"{evening:%y%m}.{evening.day:02}{number:03}",
            version=1,
            title=f"On {word or 'strings'} and sample {number}",
            abstract=f"We study samples by {word or 'strings'}. We find that there are {number} of them.",
            authors=("Ada Lovelace", "Zoë Sample"),
            categories=tuple(dict.fromkeys([category, *crossed])),
            published=published.replace(microsecond=0),
            updated=published.replace(microsecond=0),
        )
        revised_at = announced_at + _DAY * chance.uniform(2, 30) if chance.random() < 0.05 else None
        revised = None
        if revised_at is not None:
            revised = replace(paper, version=2, title=f"{paper.title}, revised", updated=revised_at)
        return Publication(
            paper, word, announced_at, announced_at + timedelta(hours=lag), revised, revised_at
        )


class SimulatedSearch:
    """arXiv's query API over a universe, by the words in the query and its window."""

    def __init__(self, universe: Universe, clock: FakeClock) -> None:
        self._universe = universe
        self._clock = clock
        self._by_word: dict[str, list[Publication]] = defaultdict(list)
        for one in sorted(universe.publications, key=lambda one: one.paper.published):
            if one.word:
                self._by_word[one.word].append(one)
        self._published = {
            word: [one.paper.published for one in group] for word, group in self._by_word.items()
        }
        self.requests = 0
        self.asked_at: list[datetime] = []

    async def search(self, query: str, *, start: int, size: int) -> SearchPage:
        self.requests += 1
        self.asked_at.append(self._clock.true())
        window = _WINDOW.search(query)
        assert window is not None
        first, last = (datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC) for text in window.groups())
        found = [
            paper
            for word, dates in self._published.items()
            if word in query
            for one in self._by_word[word][bisect_left(dates, first) : bisect_right(dates, last)]
            if (paper := self._shown(one)) is not None
        ]
        found.sort(key=lambda paper: paper.published, reverse=True)
        return SearchPage(tuple(found[start : start + size]), len(found), start, query)

    async def fetch(self, arxiv_ids: Sequence[str]) -> SearchPage:
        self.requests += 1
        known = (self._universe.by_id[one] for one in arxiv_ids)
        found = tuple(paper for one in known if (paper := self._shown(one)) is not None)
        return SearchPage(found, len(found), 0, "")

    def _shown(self, one: Publication) -> Paper | None:
        now = self._clock.true()
        if one.revised is not None and one.revised_at is not None and one.revised_at <= now:
            return one.revised
        return one.paper if one.visible_at <= now else None


class SimulatedFeed:
    """arXiv's announcement feeds: today's batch and nothing else."""

    def __init__(self, universe: Universe, clock: FakeClock) -> None:
        self._universe = universe
        self._clock = clock
        self.read_on: set[date] = set()

    async def read(self, specs: Sequence[str]) -> Announcement:
        today = calendar.feed_date(self._clock.true())
        self.read_on.add(today)
        items = [
            _item(one.paper, AnnounceType.NEW if _in(one.paper.categories[:1], specs) else AnnounceType.CROSS)
            for one in self._universe.by_feed.get(today, ())
            if _in(one.paper.categories, specs)
        ]
        items += [
            _item(one.revised, AnnounceType.REPLACE)
            for one in self._universe.revised_by_feed.get(today, ())
            if one.revised is not None and _in(one.revised.categories, specs)
        ]
        return Announcement(tuple(specs), today, tuple(items))


def _in(categories: Sequence[str], specs: Sequence[str]) -> bool:
    return any(taxonomy.belongs(category, spec) for category in categories for spec in specs)


def _item(paper: Paper, kind: AnnounceType) -> AnnouncedPaper:
    return AnnouncedPaper(
        paper.arxiv_id, paper.version, kind, paper.title, paper.abstract, "A. Lovelace", paper.categories
    )
