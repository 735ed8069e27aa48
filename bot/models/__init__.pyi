"""What `bot.models` offers, for type checkers; `__init__.py` finds the same names when they are asked for."""

from bot.models.digests import Digest, Entry, Hit, Place, Rank
from bot.models.failures import LONGEST_WAIT, Check, Fault, Limit, Verdict
from bot.models.foreign import readable
from bot.models.messages import Envelope, Message, OutboxState, Receipt
from bot.models.papers import (
    ARXIV_SITE,
    FEED_LIMIT,
    AnnouncedPaper,
    Announcement,
    AnnounceType,
    Paper,
    SearchPage,
)
from bot.models.queries import Branch, DateRange, Operator, QueryTree, Term, Window
from bot.models.subscriptions import Liked, Order, Schedule, Subscriber, Target, Topic
from bot.models.summaries import (
    ModelReply,
    ModelUse,
    Prompt,
    Purpose,
    Score,
    ScoreKey,
    Summary,
    SummaryKey,
    SummarySource,
)

__all__ = [
    "ARXIV_SITE",
    "FEED_LIMIT",
    "LONGEST_WAIT",
    "AnnounceType",
    "AnnouncedPaper",
    "Announcement",
    "Branch",
    "Check",
    "DateRange",
    "Digest",
    "Entry",
    "Envelope",
    "Fault",
    "Hit",
    "Liked",
    "Limit",
    "Message",
    "ModelReply",
    "ModelUse",
    "Operator",
    "Order",
    "OutboxState",
    "Paper",
    "Place",
    "Prompt",
    "Purpose",
    "QueryTree",
    "Rank",
    "Receipt",
    "Schedule",
    "Score",
    "ScoreKey",
    "SearchPage",
    "Subscriber",
    "Summary",
    "SummaryKey",
    "SummarySource",
    "Target",
    "Term",
    "Topic",
    "Verdict",
    "Window",
    "readable",
]
