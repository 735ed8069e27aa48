"""One subscriber's edition: ordered, capped, the rest as titles; and its JSON form.

Decides only the order and the cut. Which papers are owed, what may be claimed of completeness and
how anything looks are decided elsewhere; the summaries arrive inside the entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from bot import remembered
from bot.models import (
    Digest,
    Entry,
    Hit,
    Order,
    Paper,
    Place,
    Rank,
    Subscriber,
    Summary,
    SummarySource,
    Topic,
)

T = TypeVar("T")

_FIELDS = tuple(field.name for field in fields(Digest))
_RECORDS = frozenset(("topics", "entries", "titles", "revised"))


def split(entries: Iterable[Entry], subscriber: Subscriber) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new papers to be read in full and those named by title only, each in reading order.

    Those beyond ``max_papers`` are told by title, and those that the model scored below ``min_relevance``.
    Summaries play no part in it, so it says beforehand which papers need one. Revisions, known by
    ``revised_from``, are in neither.
    """
    new = ranked((entry for entry in entries if entry.revised_from is None), subscriber.order)
    good = [
        entry for entry in new if entry.rank.score is None or entry.rank.score >= subscriber.min_relevance
    ]
    full = frozenset(entry.paper.arxiv_id for entry in good[: subscriber.max_papers])
    if subscriber.order is Order.TOPIC:
        new = _grouped(new, subscriber.topics)
    return (
        tuple(entry for entry in new if entry.paper.arxiv_id in full),
        tuple(entry for entry in new if entry.paper.arxiv_id not in full),
    )


def ranked(entries: Iterable[Entry], order: Order = Order.RELEVANCE) -> tuple[Entry, ...]:
    """The papers of followed authors first, then by relevance, by strength of the match, the newest first.

    A paper without a score follows those with one, by how well the words of the interests fit. Equal
    papers stand by id, so that an order is always the same. With NEWEST only the date counts after the
    followed authors.
    """
    return tuple(sorted(entries, key=_newest if order is Order.NEWEST else _relevance, reverse=True))


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
    entries, rest = split(owed, subscriber)
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
        titles=tuple(
            replace(entry, summary=None, fallback=False) if entry.summary else entry for entry in rest
        ),
        revised=revised,
        completeness=tuple(completeness),
        notices=tuple(notices),
        models=_models(entries + revised),
    )


def pieces(digest: Digest) -> Iterator[Digest]:
    """The same digest with one paper each, in the form in which it has it."""
    bare = replace(digest, entries=(), titles=(), revised=())
    yield from (replace(bare, entries=(entry,)) for entry in digest.entries)
    yield from (replace(bare, titles=(entry,)) for entry in digest.titles)
    yield from (replace(bare, revised=(entry,)) for entry in digest.revised)


def to_json(digest: Digest) -> str:
    """ASCII JSON from which :func:`from_json` makes an equal digest."""
    written = (f'"{name}":{_field_json(name, getattr(digest, name))}' for name in _FIELDS)
    return f"{{{','.join(written)}}}"


def _field_json(name: str, value: Any) -> str:
    return _each_json(value) if name in _RECORDS else _dumps(value)


# What follows is the same for all readers who are told the same.


@remembered.in_a_round(remembered.DIGESTS)
def _each_json(records: tuple[Entry | Topic, ...]) -> str:
    return f"[{','.join(map(_record_json, records))}]"


@remembered.in_a_round(remembered.PAPERS)
def _record_json(record: Entry | Topic) -> str:
    return _dumps(asdict(record))


def _dumps(value: object) -> str:
    return json.dumps(value, default=_as_json, separators=(",", ":"))


def from_json(text: str) -> Digest:
    """The digest that :func:`to_json` wrote. Text from anywhere else is not checked."""
    read: dict[str, Any] = json.loads(text)
    return Digest(
        **read
        | _tuples(read, "queries", "completeness", "notices", "models")
        | {
            "composed_at": datetime.fromisoformat(read["composed_at"]),
            "topics": _each(_topic, read["topics"]),
            "entries": _each(_entry, read["entries"]),
            "titles": _each(_entry, read["titles"]),
            "revised": _each(_entry, read["revised"]),
        }
    )


def _relevance(entry: Entry) -> tuple[object, ...]:
    rank = entry.rank
    relevance = (-1, rank.fit) if rank.score is None else (rank.score, 0.0)
    strength = rank.hit.strength if rank.hit else -1
    return (bool(rank.followed), *relevance, strength, len(entry.topics), *_newest(entry)[1:])


def _newest(entry: Entry) -> tuple[object, ...]:
    return bool(entry.rank.followed), entry.paper.published, entry.paper.arxiv_id


def _grouped(entries: Iterable[Entry], topics: Sequence[str]) -> tuple[Entry, ...]:
    """By the first of the subscriber's topics that each matched; within one as they stood."""
    position = {name: index for index, name in enumerate(topics)}
    return tuple(
        sorted(entries, key=lambda entry: min(position.get(name, len(topics)) for name in entry.topics))
    )


def _in_order_of(names: Sequence[str], entry: Entry) -> Entry:
    position = {name: index for index, name in enumerate(names)}
    topics = tuple(sorted(entry.topics, key=lambda name: position.get(name, len(names))))
    return entry if topics == entry.topics else replace(entry, topics=topics)


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
        | {
            "paper": _paper(fields["paper"]),
            "summary": summary and _summary(summary),
            # Absent in what was written before papers were ranked.
            "rank": _rank(fields.get("rank") or {}),
        }
    )


def _rank(fields: dict[str, Any]) -> Rank:
    hit = fields.get("hit")
    return Rank(
        **fields
        | {
            "followed": tuple(fields.get("followed", ())),
            "words": tuple(fields.get("words", ())),
            "hit": hit and Hit(**hit | {"place": Place(hit["place"])}),
        }
    )


def _paper(fields: dict[str, Any]) -> Paper:
    dates = {name: datetime.fromisoformat(fields[name]) for name in ("published", "updated")}
    return Paper(**fields | _tuples(fields, "authors", "categories", "dois") | dates)


def _summary(fields: dict[str, Any]) -> Summary:
    return Summary(**fields | {"source": SummarySource(fields["source"])})
