"""What the polls and feeds saw: the window to ask for, when a list is covered, what may be claimed.

Decides only; asking arXiv is the pipeline's, the calendar of announcements is an argument.
"""

from bot.coverage.claims import Seen, completeness, is_unanswered
from bot.coverage.feeds import (
    Batch,
    FeedDay,
    FeedReading,
    FeedState,
    batches,
    covers,
    feed_day,
    feed_specs,
    parts_to_ask,
    shows,
)
from bot.coverage.joint import AskAgain, Joint, Question, Settled, confirming, judge, plan
from bot.coverage.joint import halves as joint_halves
from bot.coverage.paging import (
    MAX_OFFSET,
    MAX_PASSES,
    Again,
    Covered,
    NextPage,
    PageSeen,
    Split,
    Step,
    Unsettled,
    doubt_of_empty,
    halves,
    next_step,
    window,
)

__all__ = [
    "MAX_OFFSET",
    "MAX_PASSES",
    "Again",
    "AskAgain",
    "Batch",
    "Covered",
    "FeedDay",
    "FeedReading",
    "FeedState",
    "Joint",
    "NextPage",
    "PageSeen",
    "Question",
    "Seen",
    "Settled",
    "Split",
    "Step",
    "Unsettled",
    "batches",
    "completeness",
    "confirming",
    "covers",
    "doubt_of_empty",
    "feed_day",
    "feed_specs",
    "halves",
    "is_unanswered",
    "joint_halves",
    "judge",
    "next_step",
    "parts_to_ask",
    "plan",
    "shows",
    "window",
]
