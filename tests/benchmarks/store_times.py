"""How long each method of the store takes, measured from outside while something else runs."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.store.notices import Notices
from bot.store.outbox import Outbox
from bot.store.papers import Papers
from bot.store.polls import Polls
from bot.store.subscriptions import Subscriptions
from bot.store.summaries import Summaries

_TABLES = (Papers, Polls, Subscriptions, Summaries, Outbox, Notices)


@dataclass
class Times:
    """By method: calls, seconds in all, the longest in milliseconds."""

    calls: dict[str, int] = field(default_factory=dict)
    total_s: dict[str, float] = field(default_factory=dict)
    longest_ms: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, seconds: float) -> None:
        self.calls[name] = self.calls.get(name, 0) + 1
        self.total_s[name] = self.total_s.get(name, 0.0) + seconds
        self.longest_ms[name] = max(self.longest_ms.get(name, 0.0), seconds * 1000)

    def slowest(self, count: int) -> list[tuple[str, float]]:
        return sorted(self.longest_ms.items(), key=lambda item: -item[1])[:count]


@contextmanager
def timed_store() -> Iterator[Times]:
    """Every public method of every table is timed within the block."""
    times = Times()
    originals = [
        (table, name, method)
        for table in _TABLES
        for name, method in inspect.getmembers(table, inspect.isfunction)
        if not name.startswith("_")
    ]
    for table, name, method in originals:
        setattr(table, name, _timed(f"{table.__name__}.{name}", method, times))
    try:
        yield times
    finally:
        for table, name, method in originals:
            setattr(table, name, method)


def _timed(name: str, method: Callable[..., Any], times: Times) -> Callable[..., Any]:
    """The method, timed without what it calls back: a digest is rendered within `add_digest`."""

    @functools.wraps(method)
    def measured(*args: Any, **kwargs: Any) -> Any:
        elsewhere = _Stopwatch()
        timed = [elsewhere.on(value) if inspect.isroutine(value) else value for value in args]
        began = time.perf_counter()
        try:
            return method(*timed, **kwargs)
        finally:
            times.note(name, time.perf_counter() - began - elsewhere.seconds)

    return measured


class _Stopwatch:
    """Adds up the time spent in functions."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def on(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*args: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args)
            finally:
                self.seconds += time.perf_counter() - began

        return measured
