"""What was asked of arXiv, and how completely it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.history import AnnouncedRecord, FeedRead, TopicPoll
from bot.models import AnnouncedPaper


class Polls(Protocol):
    """What was asked of arXiv, and how completely it answered."""

    def anchor(self, topic: str) -> datetime | None:
        """Start of the topic's last complete poll (an empty one moves nothing)."""

    def last_expression(self, topic: str) -> str | None:
        """What the topic's last complete poll asked."""

    def last_asked(self, topics: Sequence[str]) -> Mapping[str, str]:
        """The expression that was last asked for each topic, whatever came of it."""

    def begin(self, now: datetime) -> int: ...

    def record_topic(self, poll: int, outcome: TopicPoll) -> None: ...

    def record_feed(self, poll: int, outcome: FeedRead, items: Sequence[AnnouncedPaper]) -> None:
        """The reading, and what was announced on its day (kept for coverage and `explain`)."""

    def finish(self, poll: int, now: datetime, complete: bool) -> None: ...

    def last_finished(self) -> tuple[datetime | None, bool]:
        """When the last poll ended, and whether it was complete."""

    def outcomes_since(self, since: datetime, topics: Sequence[str]) -> Sequence[TopicPoll]:
        """The newest outcome of each topic, where it ended since then; oldest first."""

    def feeds_since(self, since: datetime) -> Sequence[FeedRead]: ...

    def announced_between(self, after: date, until: date) -> Sequence[AnnouncedRecord]:
        """Papers announced on days later than ``after``, up to ``until``."""

    def announced_before(self, arxiv_ids: Sequence[str], day: date) -> Mapping[str, date]:
        """Of these papers those announced as new before ``day``, and when last."""

    def announcements_of(self, arxiv_id: str) -> Sequence[AnnouncedRecord]: ...

    def record_unmatched(self, day: date, clauses: Mapping[str, Mapping[str, str]]) -> None:
        """Papers announced as new that no topic takes: by id, the clause of each topic that failed."""

    def unmatched(self, arxiv_id: str) -> Mapping[str, str]:
        """The same for one paper; empty where it is not kept, or no longer."""
