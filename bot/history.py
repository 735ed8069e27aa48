"""What the program saw and did before, as values: polls, announcements, matches, deliveries.

The store reads and writes them; the pure rooms decide by them. Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.models import AnnounceType, Envelope, OutboxState, Paper, SummaryKey, Target, Window

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a clock may be set back without a word: time servers do that."""


class MatchSource(StrEnum):
    SEARCH = "search"
    """arXiv's own search returned the paper for the topic."""
    JOINT = "joint"
    """arXiv's search returned it for topics asked together; for this one our matcher accepted it."""
    FEED = "feed"
    """An announcement feed showed it and our matcher accepted it."""


class PollStatus(StrEnum):
    COMPLETE = "complete"
    EMPTY = "empty"
    """arXiv said, repeatedly, that nothing matches: believed, but it moves no watermark."""
    INCOMPLETE = "incomplete"
    REJECTED = "rejected"
    """arXiv can't run the topic's query."""


@dataclass(frozen=True)
class TopicPoll:
    """What one poll learned of one topic from arXiv's search."""

    topic: str
    expression: str
    window: Window
    status: PollStatus
    found: int
    finished_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class FeedRead:
    """What one reading of an announcement feed gave."""

    asked: tuple[str, ...]
    read_at: datetime
    announced_on: date | None
    items: int
    cut: bool
    error: str = ""
    """Why it could not be read; empty when it was."""


@dataclass(frozen=True)
class AnnouncedRecord:
    """One paper of one day's announcement, as remembered."""

    announced_on: date
    arxiv_id: str
    announce_type: AnnounceType
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A paper that topics matched, before it is decided who is owed it."""

    paper: Paper
    topics: tuple[str, ...]
    matched_at: datetime
    """When the first of the topics matched it."""
    announced_on: date | None
    """The last day arXiv announced it as new or cross-listed, where a feed showed it."""


@dataclass(frozen=True)
class Revision:
    """A new version of a paper that was delivered in an older one."""

    before: Paper
    now: Paper
    topics: tuple[str, ...]


@dataclass(frozen=True)
class RequestRecord:
    """One request to Gemini, as counted against its limits."""

    started_at: datetime
    finished_at: datetime | None
    tokens: int


@dataclass(frozen=True)
class RefusalRecord:
    """How often the model's answers for one summary were refused on the last day on which one was."""

    key: SummaryKey
    day: date
    """Pacific time."""
    times: int
    reason: str
    """Of the last of them."""


@dataclass(frozen=True)
class Placement:
    """One paper's place in one message: becomes a row of the deliveries."""

    arxiv_id: str
    version: int
    form: str
    """full, title or revised."""
    part: int
    awaits: SummaryKey | None = None
    """The summary that was not there when the message was written."""


@dataclass(frozen=True)
class NewMessage:
    """A rendered message to be put in the outbox."""

    target: Target
    part: int
    parts: int
    payload: bytes
    placements: tuple[Placement, ...]


@dataclass(frozen=True)
class MatchRecord:
    """That a topic matched a paper; for `explain`."""

    topic: str
    source: MatchSource
    clause: str
    matched_at: datetime


@dataclass(frozen=True)
class WordCounts:
    """How common words are among the papers known."""

    papers: int
    holding: Mapping[str, int]
    """In how many of them each stem stands."""


@dataclass(frozen=True)
class Found:
    """A paper that a search found among those stored."""

    arxiv_id: str
    title: str
    published: datetime
    topics: tuple[str, ...]
    """Those that matched it, of any subscriber."""
    subscribers: tuple[str, ...]
    """Those who received it."""


@dataclass(frozen=True)
class StoreFigures:
    """The database in numbers, for who watches from outside. What is counted since its beginning never falls."""

    papers: int
    polls: dict[str, int]
    """By complete or incomplete."""
    summaries: dict[str, int]
    """By written or refused."""
    tokens: dict[str, int]
    """By prompt or output."""
    deliveries: dict[tuple[str, ...], int]
    """By kind of channel and sent, failed or ended; one that failed, was put back and was sent is in both."""


@dataclass(frozen=True)
class Backlog:
    """The messages that are not settled for good."""

    by_state: dict[str, int]
    """By pending, sending, in doubt or failed."""
    oldest: datetime | None
    """When the oldest of those was made that somebody waits for."""


@dataclass(frozen=True)
class OptOut:
    """A reader who wants nothing, for a time or for good."""

    subscriber: str
    target: Target | None
    """None: all targets of the subscriber."""
    since: datetime
    until: datetime | None
    """None: until it is taken back."""
    unsubscribed: bool
    """By the reader, for good; else it is a pause."""


@dataclass(frozen=True)
class LastPoll:
    """The newest poll that came to its end."""

    finished_at: datetime
    complete: bool


@dataclass(frozen=True)
class LastDigest:
    """A subscriber's newest digest."""

    number: int
    composed_at: datetime


@dataclass(frozen=True)
class TargetOutcome:
    """What became of one digest, or of one copy of it, at one target."""

    target: Target
    copy: int
    """0 for the digest itself, n for the n-th time that it was sent again."""
    state: OutboxState
    """Of the part that came least far."""
    sent: int
    """Parts that were accepted."""
    parts: int
    settled_at: datetime | None
    """Of the last part; None while one waits."""
    error: str


@dataclass(frozen=True)
class DigestRecord:
    """One digest as it was written, and what became of it."""

    id: int
    number: int
    composed_at: datetime
    papers: int
    outcomes: tuple[TargetOutcome, ...]


@dataclass(frozen=True)
class DeliveryRecord:
    """One paper on its way to, or at, one target; for `explain` and `status`."""

    subscriber: str
    target: Target
    arxiv_id: str
    version: int
    form: str
    digest_number: int
    composed_at: datetime
    state: OutboxState
    attempts: int
    sent_at: datetime | None
    next_attempt_at: datetime | None
    error: str


@dataclass(frozen=True)
class Upgrade:
    """A sent message with fallbacks whose summaries may exist by now."""

    envelope: Envelope
    awaited: tuple[SummaryKey, ...]


@dataclass(frozen=True)
class TargetTally:
    """The outbox of one target in numbers."""

    subscriber: str
    kind: str
    address: str
    pending: int
    in_doubt: int
    failed: int
    sent: int
    last_sent_at: datetime | None
    error: str


@dataclass(frozen=True)
class Refusals:
    """What a target has refused for good, one digest after the other."""

    digests: int
    attempts: int


@dataclass(frozen=True)
class ClockFault:
    """The record holds times that lie in the future: the machine's clock was wrong, or is."""

    latest: datetime
    newest_paper: datetime | None
    """When a paper of the record was submitted, by arXiv's clock, if that lies in the future too:
    then it is the present time that is wrong."""


@dataclass(frozen=True)
class ServiceWait:
    """A service asked to be left alone until then."""

    service: str
    until: datetime
    reason: str


@dataclass(frozen=True)
class Alert:
    """Something a person has to mend. Told once; closed when it is mended."""

    key: str
    text: str
    opened_at: datetime
    subscriber: str | None = None
    """Whom it concerns; None for everybody."""
    cause: str = ""
    """What it has in common with others (a revoked token stops every channel); empty if nothing."""
