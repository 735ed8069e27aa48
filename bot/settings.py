"""The configuration as values: what `config` builds from YAML and environment, and `app` hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from bot.models import Subscriber, Target, Topic


class Secret:
    """A key or password that never shows itself in a repr, a log line or an error."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class Security(StrEnum):
    """How an SMTP connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class ArxivSettings:
    contact: str
    api_url: str = "https://export.arxiv.org/api/query"
    rss_url: str = "https://rss.arxiv.org"
    poll_every: timedelta | None = None
    """None: after each of arXiv's announcements."""
    lookback: timedelta = timedelta(days=7)
    page_size: int = 200
    min_interval: timedelta = timedelta(seconds=3)


class ServiceTier(StrEnum):
    STANDARD = "standard"
    FLEX = "flex"
    """Half the price; answers take a minute to a quarter of an hour, and may be refused when others are served."""


_SLOWEST_FLEX = timedelta(minutes=15)


@dataclass(frozen=True)
class GeminiSettings:
    api_key: Secret | None = None
    """None: the extractive summariser is used instead."""
    model: str = "gemini-flash-latest"
    base_url: str | None = None
    api_version: str = "v1beta"
    concurrency: int = 8
    requests_per_minute: int = 10
    tokens_per_minute: int = 250_000
    requests_per_day: int = 250
    papers_per_request: int | None = None
    """None: as few as let the day's queue fit into what is left of the day's requests."""
    service_tier: ServiceTier = ServiceTier.STANDARD
    timeout: timedelta = timedelta(seconds=60)

    @property
    def answers_within(self) -> timedelta:
        """How long to wait for an answer: ``timeout``, but no less than the flex tier may take."""
        return max(self.timeout, _SLOWEST_FLEX) if self.service_tier is ServiceTier.FLEX else self.timeout


@dataclass(frozen=True)
class SlackSettings:
    token: Secret | None = None
    base_url: str = "https://slack.com/api/"


@dataclass(frozen=True)
class EmailSettings:
    host: str
    sender: str
    """``arXiv digest <bot@example.org>``"""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str | None = None
    password: Secret | None = None
    reply_to: str | None = None
    messages_per_minute: int | None = None
    connections: int = 3
    """At most so many at once."""
    ca_file: Path | None = None


@dataclass(frozen=True)
class HttpSettings:
    host: str = "127.0.0.1"
    port: int = 8025
    public_url: str | None = None
    """Where readers reach it, through a reverse proxy; without it mails have no link."""


@dataclass(frozen=True)
class Settings:
    path: Path
    """The YAML file itself, absolute."""
    database: Path
    arxiv: ArxivSettings
    gemini: GeminiSettings
    slack: SlackSettings
    email: EmailSettings | None
    """None when the YAML has no ``email`` section; then no subscriber has an address."""
    operator: Target | None
    topics: tuple[Topic, ...]
    subscribers: tuple[Subscriber, ...]
    heartbeat_url: Secret | None = None
    """Asked after every good round."""
    http: HttpSettings | None = None
    warnings: tuple[str, ...] = ()
    """What is odd but no fault, located like one: an inactive category, an unused topic."""

    def topic(self, name: str) -> Topic:
        """The topic called ``name``; KeyError when there is none."""
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise KeyError(name)
