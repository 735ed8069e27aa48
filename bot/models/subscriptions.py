"""What is looked for, for whom, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.models.addresses import bare_address


@dataclass(frozen=True)
class Topic:
    """What to look for: either ``query`` in arXiv's syntax or the friendly keywords and authors."""

    name: str
    query: str | None = None
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    cross_lists: bool = True
    focus: str = ""


@dataclass(frozen=True, order=True)
class Target:
    """Where a digest goes: a channel name or id or a person's address (slack), a mailbox
    ``Ada Lovelace <ada@example.org>`` (email), the absolute path of a folder (file)."""

    kind: str
    """The name of a channel, of those that `bot.channels` lists."""
    address: str

    @property
    def bare(self) -> Target:
        """The same without what may be edited while it leads to the same person: the name beside a mailbox, and
        capitals. Equal to itself where it is no person's."""
        return Target(self.kind, bare_address(self.address).lower()) if "@" in self.address else self


@dataclass(frozen=True)
class Schedule:
    """When a subscriber's digests are due: ``cron`` is five fields, None means immediately."""

    text: str
    cron: str | None


class Order(StrEnum):
    """How the papers of a digest follow one another."""

    RELEVANCE = "relevance"
    """Followed authors, relevance, strength of the match, date."""
    NEWEST = "newest"
    TOPIC = "topic"
    """Grouped by topic, each group by relevance."""


@dataclass(frozen=True)
class Liked:
    """A paper that a reader likes, as far as it counts."""

    title: str
    abstract: str


@dataclass(frozen=True)
class Subscriber:
    name: str
    topics: tuple[str, ...]
    targets: tuple[Target, ...]
    schedule: Schedule
    timezone: str = "UTC"
    """An IANA zone."""
    language: str = "English"
    max_papers: int = 30
    interests: str = ""
    """What counts for this reader, and what does not, in free text."""
    like: tuple[str, ...] = ()
    """arXiv ids and absolute paths of .bib files: papers like these count."""
    library: tuple[Liked, ...] = ()
    """What the .bib files hold."""
    min_relevance: int = 0
    """0 to 10: what the model scored lower is told by its title."""
    order: Order = Order.RELEVANCE
    follow: tuple[str, ...] = ()
    """Authors whose papers come first."""
    send_empty: bool = False
    revisions: bool = False


@dataclass(frozen=True)
class SubscriberRecord:
    """What the database knows of a subscriber."""

    name: str
    since: datetime
    """First seen in the configuration, or seen again after an absence."""
    topics_since: dict[str, datetime]
    last_due_at: datetime | None
    """The newest due moment that was composed for (or found empty)."""
    removed_at: datetime | None = None
    kinds_since: Mapping[str, datetime] = field(default_factory=dict)
    """Since when the subscriber has had a target of each kind, whichever targets they were."""
    schedule: str = ""
    """The text of the schedule in force, empty where it was not recorded."""
    timezone: str = "UTC"
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Hours:
    """When a subscriber is written to, as it is recorded."""

    schedule: str
    """The text of the schedule in force, empty where it was not recorded."""
    timezone: str
    last: datetime
    """The newest due moment that was composed for, or found empty; before the first, when it began."""


@dataclass(frozen=True)
class Kept:
    """What is kept of one subscriber, for a person to read before it is deleted."""

    targets: tuple[Target, ...]
    """Every address their messages ever had."""
    digests: int
    papers: int
    """Different papers that were written to them."""


@dataclass(frozen=True)
class Changes:
    """How the subscribers of a configuration differ from those in the record."""

    vanished: tuple[SubscriberRecord, ...]
    """Recorded, and no longer configured."""
    arrived: tuple[Subscriber, ...]
    """Configured, and never recorded."""
