"""What an edit of the configuration changed, for the log. Never a secret's value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from bot.models import Subscriber, Topic
from bot.settings import Settings

_SECTIONS = ("arxiv", "gemini", "slack", "email")


def differences(before: Settings, after: Settings) -> Iterator[str]:
    """In the order of the file, a phrase each: ``subscriber ada: schedule, topics changed``."""
    for section in _SECTIONS:
        old, new = getattr(before, section), getattr(after, section)
        if old is None or new is None:
            yield from _presence(section, old, new)
        elif changed := _changed(old, new):
            yield f"{section}: {', '.join(changed)} changed"
    if before.operator != after.operator:
        yield "operator changed"
    yield from _entries("topic", before.topics, after.topics)
    yield from _entries("subscriber", before.subscribers, after.subscribers)


def rescheduled(before: Settings, after: Settings) -> tuple[Subscriber, ...]:
    """Whose next digest comes at another time, or who is new."""
    hours = {one.name: (one.schedule, one.timezone) for one in before.subscribers}
    return tuple(one for one in after.subscribers if hours.get(one.name) != (one.schedule, one.timezone))


def _presence(section: str, old: object, new: object) -> Iterator[str]:
    if old is not new:
        yield f"{section} {'removed' if new is None else 'added'}"


def _entries(
    what: str, before: Sequence[Topic] | Sequence[Subscriber], after: Sequence[Topic] | Sequence[Subscriber]
) -> Iterator[str]:
    old, new = ({entry.name: entry for entry in entries} for entries in (before, after))
    for name in old:
        if name not in new:
            yield f"{what} {name} removed"
    for name, entry in new.items():
        if name not in old:
            yield f"{what} {name} added"
        elif changed := _changed(old[name], entry):
            yield f"{what} {name}: {', '.join(changed)} changed"


def _changed(old: object, new: object) -> list[str]:
    """The names of the fields that differ, as the YAML has them where it can."""
    names = [field.name for field in fields(new)]  # type: ignore[arg-type]
    return [name for name in names if getattr(old, name) != getattr(new, name)]
