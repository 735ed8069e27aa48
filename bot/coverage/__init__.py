"""What the polls and feeds saw: the window to ask for, when a list is covered, what may be claimed.

Decides only; asking arXiv is the pipeline's, the calendar of announcements is an argument.
"""

from bot.coverage.claims import Seen, completeness
from bot.coverage.feeds import (
    Batch,
    FeedDay,
    FeedState,
    Reading,
    batches,
    covers,
    feed_day,
    feed_specs,
    must_ask_singly,
)
from bot.coverage.paging import (
    EMPTY_CONFIRMATIONS,
    MAX_OFFSET,
    MAX_PASSES,
    Again,
    Covered,
    NextPage,
    PageSeen,
    Split,
    Step,
    Unsettled,
    empty_is_false,
    next_step,
)
from bot.coverage.windows import halves, window

__all__ = [
    "EMPTY_CONFIRMATIONS",
    "MAX_OFFSET",
    "MAX_PASSES",
    "Again",
    "Batch",
    "Covered",
    "FeedDay",
    "FeedState",
    "NextPage",
    "PageSeen",
    "Reading",
    "Seen",
    "Split",
    "Step",
    "Unsettled",
    "batches",
    "completeness",
    "covers",
    "empty_is_false",
    "feed_day",
    "feed_specs",
    "halves",
    "must_ask_singly",
    "next_step",
    "window",
]
