"""The span of submission times that a poll asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.models import Window

_SLACK_AT_END = timedelta(days=1)


def window(anchor: datetime | None, wanted_since: datetime, lookback: timedelta, now: datetime) -> Window:
    """The submission times to ask for.

    It starts ``lookback`` before ``anchor``, the topic's last complete poll, so that it overlaps the
    last one: a paper shows in the search hours or days after it was submitted. Without one, and at
    most, it reaches ``lookback`` behind the first subscription to the topic (``wanted_since``). The
    end lies ahead, so that nothing is cut off by the minutes a poll takes.
    """
    reached = max(anchor or wanted_since, wanted_since)
    # It never runs backwards, not even on a machine whose clock is behind.
    end = max(now, reached) + _SLACK_AT_END
    return Window((reached - lookback).replace(second=0, microsecond=0), end)


def halves(whole: Window) -> tuple[Window, Window]:
    """Two windows that together are the whole: arXiv's bounds belong to both sides."""
    middle = (whole.start + (whole.end - whole.start) / 2).replace(second=0, microsecond=0)
    return Window(middle, whole.end), Window(whole.start, middle)
