"""One subscriber's edition: ordered, capped, the rest as titles; and its JSON form.

Decides only the order and the cut. Which papers are owed, what may be claimed of completeness and
how anything looks are decided elsewhere; the summaries arrive inside the entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar

from bot.models import Digest, Entry, Paper, Subscriber, Summary, SummarySource, Topic

T = TypeVar("T")


def ranked(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The reading order: most topics matched first, then newest, then by id for a stable order."""
    return tuple(sorted(entries, key=_rank, reverse=True))


def split(entries: Iterable[Entry], max_papers: int) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new papers to be read in full and those named by title only, each in reading order.

    Summaries play no part in it, so it says beforehand which papers need one. Revisions, known by
    ``revised_from``, are in neither.
    """
    order = ranked(entry for entry in entries if entry.revised_from is None)
    return order[:max_papers], order[max_papers:]


def build(
    *,
    subscriber: Subscriber,
    number: int,
    composed_at: datetime,
    topics: Sequence[Topic],
    queries: Sequence[str],
    owed: Iterable[Entry],
    completeness: Sequence[str] = (),
    notices: Sequence[str] = (),
) -> Digest:
    """The edition ``number`` of ``subscriber``.

    ``topics`` are those of the subscriber in their order, ``queries`` the search expression of each.
    ``owed`` holds new papers and revisions alike, with their summaries. Papers beyond the
    subscriber's ``max_papers`` lose theirs. Revisions don't count towards it.
    """
    owed = tuple(_in_order_of(subscriber.topics, entry) for entry in owed)
    entries, rest = split(owed, subscriber.max_papers)
    revised = ranked(entry for entry in owed if entry.revised_from is not None)
    return Digest(
        subscriber=subscriber.name,
        number=number,
        composed_at=composed_at,
        timezone=subscriber.timezone,
        language=subscriber.language,
        topics=tuple(topics),
        queries=tuple(queries),
        entries=entries,
        titles=tuple(replace(entry, summary=None, fallback=False) for entry in rest),
        revised=revised,
        completeness=tuple(completeness),
        notices=tuple(notices),
        models=_models(entries + revised),
    )


def to_json(digest: Digest) -> str:
    """ASCII JSON from which :func:`from_json` makes an equal digest."""
    return json.dumps(asdict(digest), default=_as_json, separators=(",", ":"))


def from_json(text: str) -> Digest:
    """The digest that :func:`to_json` wrote. Text from anywhere else is not checked."""
    fields: dict[str, Any] = json.loads(text)
    return Digest(
        **fields
        | _tuples(fields, "queries", "completeness", "notices", "models")
        | {
            "composed_at": datetime.fromisoformat(fields["composed_at"]),
            "topics": _each(_topic, fields["topics"]),
            "entries": _each(_entry, fields["entries"]),
            "titles": _each(_entry, fields["titles"]),
            "revised": _each(_entry, fields["revised"]),
        }
    )


def _rank(entry: Entry) -> tuple[int, datetime, str]:
    return len(entry.topics), entry.paper.published, entry.paper.arxiv_id


def _in_order_of(names: Sequence[str], entry: Entry) -> Entry:
    position = {name: index for index, name in enumerate(names)}
    return replace(entry, topics=tuple(sorted(entry.topics, key=lambda name: position.get(name, len(names)))))


def _models(entries: Iterable[Entry]) -> tuple[str, ...]:
    written = (entry.summary for entry in entries if entry.summary is not None)
    return tuple(sorted({s.model for s in written if s.source is SummarySource.MODEL and s.model}))


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _each(make: Callable[[dict[str, Any]], T], values: Sequence[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(make(value) for value in values)


def _tuples(fields: Mapping[str, Any], *names: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(fields[name]) for name in names}


def _topic(fields: dict[str, Any]) -> Topic:
    return Topic(**fields | _tuples(fields, "keywords", "authors", "exclude", "categories"))


def _entry(fields: dict[str, Any]) -> Entry:
    summary = fields["summary"]
    return Entry(
        **fields
        | _tuples(fields, "topics", "changes")
        | {"paper": _paper(fields["paper"]), "summary": summary and _summary(summary)}
    )


def _paper(fields: dict[str, Any]) -> Paper:
    dates = {name: datetime.fromisoformat(fields[name]) for name in ("published", "updated")}
    return Paper(**fields | _tuples(fields, "authors", "categories", "dois") | dates)


def _summary(fields: dict[str, Any]) -> Summary:
    return Summary(**fields | {"source": SummarySource(fields["source"])})
