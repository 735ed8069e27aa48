"""What is looked for, for whom, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True)
class Schedule:
    """When a subscriber's digests are due: ``cron`` is five fields, None means immediately."""

    text: str
    cron: str | None


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
    send_empty: bool = False
    revisions: bool = False
