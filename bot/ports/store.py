"""What the pipeline remembers between two moments, one Protocol a subject.

The store is synchronous and is called from the event loop, so that no other coroutine can come
between the statements of a transaction. Every method that writes is one transaction of its own,
or joins the one that ``Store.transaction`` has open. Every method may raise StoreError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from bot.history import (
    Alert,
    AnnouncedRecord,
    Candidate,
    DeliveryRecord,
    FeedRead,
    MatchSource,
    NewMessage,
    RequestRecord,
    Revision,
    ServiceWait,
    SubscriberRecord,
    TargetTally,
    TopicPoll,
    Upgrade,
)
from bot.models import (
    AnnouncedPaper,
    Envelope,
    Kind,
    ModelUse,
    Paper,
    Receipt,
    Subscriber,
    Summary,
    SummaryKey,
    Target,
    Verdict,
    Window,
)


class Papers(Protocol):
    """Papers, their versions, and the topics they match."""

    def add(self, papers: Iterable[Paper], now: datetime) -> int:
        """Record papers and versions not seen before; the number of new papers."""

    def add_matches(
        self, arxiv_ids: Iterable[str], topics: Sequence[str], source: MatchSource, clause: str, now: datetime
    ) -> int:
        """Record that the topics matched; what is recorded stays. The number of new matches."""

    def get(self, arxiv_id: str) -> Paper | None:
        """The newest version known."""

    def versions(self, arxiv_ids: Sequence[str]) -> Mapping[str, int]:
        """The newest version known of each of the papers that are known."""

    def want(self, arxiv_ids: Iterable[str], now: datetime) -> None:
        """Remember papers to be fetched by id: what is wanted stays until it is fetched."""

    def wanted(self) -> Sequence[str]: ...

    def unwant(self, arxiv_ids: Iterable[str], older_than: datetime) -> None:
        """These were fetched; those wanted since before ``older_than`` are given up."""

    def count_matched_in(self, topic: str, window: Window) -> int:
        """How many papers of the window arXiv's search returned for the topic before."""

    def candidates(
        self, topics: Sequence[str], subscriber: str, kind: Kind, since: datetime | None = None
    ) -> Sequence[Candidate]:
        """Papers the topics matched that went to none of the subscriber's targets of this kind.

        ``since`` may leave out those that were both matched and last announced before then.
        """

    def revisions(self, topics: Sequence[str], subscriber: str, kind: Kind) -> Sequence[Revision]:
        """Newer versions of papers that the subscriber was sent by this kind of channel."""

    def delivered_ids(self, subscribers: Sequence[str], arxiv_ids: Sequence[str]) -> frozenset[str]:
        """Which of the papers went to any of the subscribers."""

    def match_facts(self, arxiv_id: str) -> Sequence[tuple[str, MatchSource, str, datetime]]:
        """For `explain`: topic, source, clause and time of each match."""

    def counts(self) -> Mapping[str, int]:
        """For `status`: papers seen, and summarised."""


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

    def outcomes_since(self, since: datetime, topics: Sequence[str]) -> Sequence[TopicPoll]: ...

    def feeds_since(self, since: datetime) -> Sequence[FeedRead]: ...

    def announced_between(self, after: date, until: date) -> Sequence[AnnouncedRecord]:
        """Papers announced on days later than ``after``, up to ``until``."""

    def announced_before(self, arxiv_ids: Sequence[str], day: date) -> Mapping[str, date]:
        """Of these papers those announced as new before ``day``, and when last."""

    def announcements_of(self, arxiv_id: str) -> Sequence[AnnouncedRecord]: ...


class Subscriptions(Protocol):
    """Who subscribes to what since when."""

    def sync(self, subscribers: Sequence[Subscriber], now: datetime) -> None:
        """Bring the record in line with the configuration.

        New subscribers, topics and targets start now; a vanished subscriber's waiting messages
        end; those of a vanished target move to a new target of the same kind, or end.
        """

    def get(self, subscriber: str) -> SubscriberRecord | None: ...

    def vanished(self, names: Sequence[str]) -> Sequence[str]:
        """Subscribers the database knows that are not among the names."""

    def set_last_due(self, subscriber: str, due: datetime) -> None: ...

    def resolved(self, target: Target) -> str | None:
        """The service's own id of an address, where it was found out before."""

    def save_resolved(self, target: Target, resolved: str) -> None: ...


class Summaries(Protocol):
    """Summaries that were paid for, and what the paying cost."""

    def get(self, keys: Sequence[SummaryKey]) -> Mapping[SummaryKey, Summary]: ...

    def save(self, key: SummaryKey, summary: Summary, now: datetime) -> None: ...

    def of_paper(self, arxiv_id: str) -> Sequence[Summary]:
        """For `explain`: the summaries of a paper, oldest first."""

    def start_request(self, day: date, tokens: int, now: datetime) -> int:
        """Count a request before it is sent; ``tokens`` is the estimate."""

    def finish_request(
        self, request: int, model: str, prompt: int, output: int, day: date, now: datetime
    ) -> None:
        """The true figures, zero for a request without an answer (the estimate stands), and the day it ended on."""

    def recent_requests(self, since: datetime) -> Sequence[RequestRecord]:
        """Requests that were still under way after ``since``."""

    def close_open_requests(self, day: date, now: datetime) -> None:
        """Requests that a dead process left open ended, at the latest, when this one started."""

    def use_on(self, day: date) -> ModelUse: ...


class Outbox(Protocol):
    """Rendered messages, from composing to acceptance. This is the queue and the ledger."""

    def add_digest(
        self,
        subscriber: str,
        since: datetime | None,
        now: datetime,
        render: Callable[[int], tuple[str, Sequence[NewMessage]]],
        due: datetime,
    ) -> int:
        """Record a digest, its papers and its messages in one transaction.

        ``render`` is given the digest's number and returns its edition and its messages;
        ``due`` becomes the subscriber's last due moment. Returns the digest's number.
        """

    def add_notice(self, target: Target, payload: bytes, subscriber: str, now: datetime) -> None:
        """A message outside any digest, to the operator or to a subscriber."""

    def digest_numbers(self, subscriber: str) -> tuple[int, datetime | None]:
        """Number and time of the subscriber's newest digest."""

    def edition(self, digest_id: int) -> str: ...

    def reports(self, target: Target) -> Sequence[tuple[str, int, datetime, int, str]]:
        """Subscriber, number, time, paper count and time zone of each digest written to a folder."""

    def doubt_sending(self) -> int:
        """At start: what a dead process was sending is in doubt."""

    def due(
        self, now: datetime, *, ignore_backoff: bool, subscribers: Sequence[str] | None
    ) -> Sequence[Envelope]:
        """Messages to settle or send, in order of digest and part.

        ``ignore_backoff`` drops our own waiting times, never a service's Retry-After.
        """

    def unsettled(self, subscribers: Sequence[str] | None) -> Sequence[Envelope]:
        """Everything that is neither sent, failed nor ended."""

    def mark_sending(self, envelope: Envelope, now: datetime) -> Envelope: ...

    def mark_sent(self, envelope: Envelope, receipt: Receipt, now: datetime) -> None: ...

    def mark_waiting(
        self,
        envelope: Envelope,
        error: str,
        retry_at: datetime,
        service_wait_until: datetime | None,
        in_doubt: bool,
    ) -> None:
        """It was tried in vain, or could not even be tried: that counts as an attempt, too."""

    def postpone(self, envelope: Envelope, why: str, until: datetime) -> None:
        """It was not tried, and is not due before then."""

    def mark_failed(self, envelope: Envelope, error: str, verdict: Verdict, now: datetime) -> None: ...

    def refresh(self, envelope: Envelope) -> Envelope:
        """The row as it is now, with the receipt of its digest's first part."""

    def retry_failed(self, subscriber: str | None, now: datetime) -> int:
        """Put failed messages back in the queue; how many."""

    def upgrades(self, since: datetime) -> Sequence[Upgrade]:
        """Sent Slack messages since then with papers that still await their summary."""

    def save_upgrade(
        self, envelope: Envelope, payload: bytes, edition: str, settled: Sequence[SummaryKey]
    ) -> None:
        """The message was edited: its payload and its digest's edition, and what it awaits no longer."""

    def next_attempt_at(self) -> datetime | None: ...

    def tallies(self) -> Sequence[TargetTally]: ...

    def deliveries_of(self, arxiv_id: str, subscriber: str) -> Sequence[DeliveryRecord]: ...


class Notices(Protocol):
    """Service-wide waits, and what a person has been told."""

    def wait_until(self, service: str) -> ServiceWait | None: ...

    def set_wait(self, wait: ServiceWait) -> None: ...

    def open_alert(self, alert: Alert) -> bool:
        """True when this is news: not told since it was last mended."""

    def close_alert(self, key: str, now: datetime) -> bool:
        """True when it had been open."""

    def open_alerts(self) -> Sequence[Alert]: ...

    def untold(self, subscriber: str) -> Sequence[Alert]:
        """Open alerts that concern the subscriber and that no digest of theirs has told.

        The operator has the empty name; every alert concerns them.
        """

    def mark_told(self, subscriber: str, keys: Sequence[str], now: datetime) -> None: ...


class Store(Protocol):
    """Everything that outlives the process."""

    @property
    def papers(self) -> Papers: ...

    @property
    def polls(self) -> Polls: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def summaries(self) -> Summaries: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def notices(self) -> Notices: ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; nested transactions join the outer one."""

    def backup(self, target: str) -> None:
        """A consistent copy, also of a running database."""

    def close(self) -> None: ...
