"""The vocabulary: frozen values that every room understands.

Nothing here decides, parses or performs I/O. Datetimes are aware UTC unless a field says otherwise.
The classes have no slots: Python would make each of them twice, which every command would wait for.
Nor is a file read before one of its names is asked for (as in SPEC 1 of scientific Python): `check`
needs a third of these classes. `__init__.pyi` says the same to type checkers, and a test compares the two.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "digests": ("Digest", "Entry", "Hit", "Place", "Rank"),
    "failures": ("LONGEST_WAIT", "Check", "Fault", "Limit", "Verdict"),
    "foreign": ("readable",),
    "messages": ("Envelope", "Message", "OutboxState", "Receipt"),
    "papers": (
        "ARXIV_SITE",
        "FEED_LIMIT",
        "AnnouncedPaper",
        "Announcement",
        "AnnounceType",
        "Paper",
        "SearchPage",
    ),
    "queries": ("Branch", "DateRange", "Operator", "QueryTree", "Term", "Window"),
    "subscriptions": ("Liked", "Order", "Schedule", "Subscriber", "Target", "Topic"),
    "summaries": (
        "ModelReply",
        "ModelUse",
        "Prompt",
        "Purpose",
        "Score",
        "ScoreKey",
        "Summary",
        "SummaryKey",
        "SummarySource",
    ),
}
_FILE_OF = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILE_OF)


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = value
    return value
