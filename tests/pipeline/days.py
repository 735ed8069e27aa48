"""Days passing around a pipeline: arXiv announces, somebody's digest is due, something goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot import calendar, digest
from bot.models import AnnouncedPaper, Announcement, AnnounceType, Digest, Paper
from bot.pipeline import hours
from tests.fakes import FakeClock, FakeFeed
from tests.pipeline.conftest import World


def announced(one: Paper, kind: AnnounceType = AnnounceType.NEW) -> AnnouncedPaper:
    """The paper as a feed shows it."""
    return AnnouncedPaper(
        one.arxiv_id, one.version, kind, one.title, one.abstract, "Ada Lovelace", one.categories
    )


class DailyFeed(FakeFeed):
    """arXiv's feeds as they turn over at midnight, US/Eastern; empty on days without a batch."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.batches: dict[date, Sequence[AnnouncedPaper]] = {}
        self.failing: dict[date, Exception] = {}
        self.stuck: dict[date, date] = {}
        """On this day the feed still shows that day's batch."""
        self.relabelled: set[date] = set()
        """Days on which a stuck feed has a fresh date all the same."""
        self._clock = clock

    async def batch(self, specs: Sequence[str]) -> Announcement:
        self.asked.append(tuple(specs))
        today = calendar.feed_date(self._clock.now())
        if today in self.failing:
            raise self.failing[today]
        shown = self.stuck.get(today, today)
        dated = today if today in self.relabelled else shown
        return Announcement(tuple(specs), dated, tuple(self.batches.get(shown, ())))


async def live(world: World, until: datetime) -> None:
    """What the daemon does, up to this moment."""
    while world.clock.now() < until:
        await world.step()
        left = hours.next_event(world.services, world.state) - world.clock.now()
        left = max(min(left, until - world.clock.now()), timedelta())
        world.clock.advance(left)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026, UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def digests(world: World, name: str = "ada") -> list[Digest]:
    """Every digest of the subscriber that reached somebody, in their order."""
    channels = (world.slack, world.email, world.file)
    ids = {
        one.digest_id
        for channel in channels
        for one in channel.accepted
        if one.subscriber == name and one.digest_id
    }
    return [digest.from_json(world.store.outbox.edition(number)) for number in sorted(ids)]
