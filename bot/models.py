"""The vocabulary: frozen values that every room understands.

Nothing here decides, parses or performs I/O. Datetimes are aware UTC unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

ARXIV_SITE = "https://arxiv.org"


# --- papers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of one arXiv paper, as arXiv's metadata give it.

    ``title``, ``abstract``, ``authors`` and ``comment`` are arXiv's own text with white space
    collapsed: LaTeX is left as written, no markup has been interpreted.
    """

    arxiv_id: str
    """Identifier without version: ``2501.01234``, or the old style ``cond-mat/0011267``."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """arXiv category codes, the primary one first."""
    published: datetime
    """Submission of version 1."""
    updated: datetime
    """Submission of this version."""
    comment: str = ""
    journal_ref: str = ""
    dois: tuple[str, ...] = ()

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def abs_url(self) -> str:
        return f"{ARXIV_SITE}/abs/{self.arxiv_id}"

    @property
    def pdf_url(self) -> str:
        return f"{ARXIV_SITE}/pdf/{self.arxiv_id}"

    @property
    def html_url(self) -> str:
        return f"{ARXIV_SITE}/html/{self.arxiv_id}"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One answer of arXiv's query API."""

    papers: tuple[Paper, ...]
    total: int
    """``opensearch:totalResults``: how many papers the whole query has."""
    start: int
    """``opensearch:startIndex``: offset of the first paper of this page."""
    executed_query: str
    """The query as arXiv rewrote and ran it (the feed's title)."""


class AnnounceType(StrEnum):
    """How arXiv's daily feed announces a paper in one category."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def is_new(self) -> bool:
        """New to the readers of the category; a replacement never is."""
        return self in (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class AnnouncedPaper:
    """One item of a daily announcement feed. It has no submission dates and no comment."""

    arxiv_id: str
    version: int
    announce_type: AnnounceType
    title: str
    abstract: str
    authors: str
    """One string: the feed joins names and affiliations by commas, which can't be split safely."""
    categories: tuple[str, ...]
    journal_ref: str = ""
    dois: tuple[str, ...] = ()


FEED_LIMIT = 2000
"""Items after which arXiv cuts an announcement feed."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One answer of an announcement feed: one day's batch for the archives or categories asked."""

    asked: tuple[str, ...]
    """The archives or categories the feed was asked for."""
    announced_on: date | None
    """arXiv's own (US/Eastern) date of the batch, None when the feed names none."""
    built_at: datetime | None
    items: tuple[AnnouncedPaper, ...]

    @property
    def is_cut(self) -> bool:
        return len(self.items) >= FEED_LIMIT


# --- queries ----------------------------------------------------------------------------------


class Operator(StrEnum):
    AND = "AND"
    OR = "OR"
    ANDNOT = "ANDNOT"


@dataclass(frozen=True, slots=True)
class Term:
    """``field:words``; a phrase when it was quoted."""

    field: str
    """One of ti au abs co jr cat rn id doi all."""
    text: str
    phrase: bool
    position: int
    """Offset of the term in the query text, for messages."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """``submittedDate:[start TO end]``: both ends belong to it, and it means version 1."""

    start: datetime
    end: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Branch:
    operator: Operator
    left: QueryTree
    right: QueryTree


QueryTree = Term | DateRange | Branch


@dataclass(frozen=True, slots=True)
class Window:
    """A span of submission time that a poll asks for."""

    start: datetime
    end: datetime


# --- subscriptions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
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


class Kind(StrEnum):
    """The kinds of channel a digest travels by."""

    SLACK = "slack"
    EMAIL = "email"
    FILE = "file"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Where a digest goes: a channel name or id or a person's address (slack), a mailbox
    ``Ada Lovelace <ada@example.org>`` (email), the absolute path of a folder (file)."""

    kind: Kind
    address: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscriber's digests are due: ``cron`` is five fields, None means immediately."""

    text: str
    cron: str | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    name: str
    topics: tuple[str, ...]
    targets: tuple[Target, ...]
    schedule: Schedule
    timezone: str = "UTC"
    """An IANA zone."""
    language: str = "English"
    max_papers: int = 30
    send_empty: bool = False
    revisions: bool = False


# --- summaries --------------------------------------------------------------------------------


class SummarySource(StrEnum):
    GEMINI = "gemini"
    EXTRACTIVE = "extractive"
    """The abstract's own sentences, chosen by us."""


@dataclass(frozen=True, slots=True)
class SummaryKey:
    """What makes a summary reusable: the same key is never asked of the model twice."""

    arxiv_id: str
    version: int
    language: str
    focus: str
    prompt_version: int


@dataclass(frozen=True, slots=True)
class Summary:
    """One to three sentences on a paper. LaTeX allowed."""

    objective: str
    finding: str
    source: SummarySource
    model: str = ""
    """The ``modelVersion`` that answered; empty for an extract."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to the model, complete: the adapter adds nothing of its own."""

    system: str
    user: str
    schema: Mapping[str, object]
    """JSON Schema of the answer, flat (facts: bounds and enums can make Gemini refuse it)."""
    max_output_tokens: int
    """Includes thinking."""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What the model answered, unjudged."""

    text: str | None
    finish_reason: str
    """``STOP``, ``MAX_TOKENS``, ``SAFETY``, ``RECITATION``, ...; empty when there was no candidate."""
    block_reason: str
    """Why the prompt itself was blocked; empty when it was not."""
    model_version: str
    prompt_tokens: int
    output_tokens: int
    """Candidates and thoughts together."""


# --- digests ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper as one subscriber reads it."""

    paper: Paper
    topics: tuple[str, ...]
    """Names of the subscriber's topics that matched, in the subscriber's order."""
    summary: Summary | None = None
    """None for a paper listed by its title only."""
    fallback: bool = False
    """The abstract's own sentences stand in for a summary the model could not give."""
    withdrawn: bool = False
    revised_from: int | None = None
    """The version delivered before, when this is a revision."""
    changes: tuple[str, ...] = ()
    """What a revision changed: title, abstract, authors, comment."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One subscriber's edition: everything a renderer needs, in reading order."""

    subscriber: str
    number: int
    composed_at: datetime
    timezone: str
    language: str
    topics: tuple[Topic, ...]
    queries: tuple[str, ...]
    """The search expression of each topic, in the same order."""
    entries: tuple[Entry, ...]
    """Papers with a summary."""
    titles: tuple[Entry, ...] = ()
    """Papers beyond ``max_papers``: linked one-line titles."""
    revised: tuple[Entry, ...] = ()
    completeness: tuple[str, ...] = ()
    """Sentences on what was checked, and what was not."""
    notices: tuple[str, ...] = ()
    """Faults a reader must know: one line each."""
    models: tuple[str, ...] = ()
    """The models that wrote the summaries; empty when none did."""

    @property
    def paper_count(self) -> int:
        return len(self.entries) + len(self.titles)


# --- messages and the outbox ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message, complete: sending it needs nothing but its target.

    ``payload`` is what the channel sends byte for byte: for slack the JSON object of
    ``chat.postMessage`` without ``channel``, ``thread_ts`` and ``metadata``; for email the whole
    MIME message; for file a JSON object of file name to text.
    """

    part: int
    """1 for the first part of a digest."""
    parts: int
    payload: bytes
    arxiv_ids: tuple[str, ...]
    """The papers in this part; the parts of a digest hold each paper exactly once."""


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    IN_DOUBT = "in doubt"
    SENT = "sent"
    FAILED = "failed"
    ENDED = "ended"
    """Given up on purpose: its target left the configuration."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service said of an accepted message: Slack's channel id and ``ts``, a path, a reply."""

    channel: str
    reference: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way to one target: one row of the outbox."""

    id: int
    digest_id: int
    subscriber: str
    target: Target
    part: int
    parts: int
    payload: bytes
    arxiv_ids: tuple[str, ...]
    created_at: datetime
    state: OutboxState
    attempts: int = 0
    next_attempt_at: datetime | None = None
    wait_until: datetime | None = None
    """A Retry-After of the service."""
    first_attempt_at: datetime | None = None
    """Start of the oldest attempt whose outcome is open, for looking in a channel's history."""
    receipt: Receipt | None = None
    thread: Receipt | None = None
    """The receipt of part 1, for the parts that follow in its thread."""
    error: str = ""

    @property
    def key(self) -> str:
        """The mark by which this message is found again in a channel's history.

        The payload's hash tells it from a message of the same number in another database.
        """
        return f"outbox-{self.id}-{sha256(self.payload).hexdigest()[:16]}"


# --- failures and time ------------------------------------------------------------------------


class Limit(StrEnum):
    """The limit that a quota refusal names."""

    PER_MINUTE = "per minute"
    PER_DAY = "per day"
    NOT_OFFERED = "not offered"
    """The model has no quota at all on this account."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means for the next attempt."""

    permanent: bool = False
    """Trying again unchanged can't succeed."""
    in_doubt: bool = False
    """The service may have accepted what was sent."""
    retry_after: timedelta | None = None
    """How long the service itself asked us to wait."""
    limit: Limit | None = None
    remedy: str = ""
    """What a person can do, in words; empty when waiting is all there is to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `check --live`: what a service said when it was asked."""

    subject: str
    """``Slack #em-papers``"""
    ok: bool
    detail: str = ""
    remedy: str = ""
    """What a person can do, in words; empty when all is well or waiting is all there is to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a configuration file, where a person will look for it (1-based)."""

    file: str
    line: int
    column: int
    path: str
    """``subscribers[2].topics[0]``; empty for the file as a whole."""
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return where + (f"{self.path}: " if self.path else "") + self.message


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Requests and tokens spent on one Pacific-time day."""

    day: date
    requests: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    by_model: Mapping[str, int] = field(default_factory=dict)
