"""What the polls and feeds saw: the window to ask for, when a list is covered, what may be claimed.

Decides only; asking arXiv is the pipeline's, the calendar of announcements is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.history import FeedRead, PollStatus, TopicPoll
from bot.models import Announcement, Topic, Window

MAX_OFFSET = 10_000
"""arXiv answers no further into a list than this (facts of its search service)."""

MAX_PASSES = 4
"""How often one list is read from its head before it is called unsettled."""

EMPTY_CONFIRMATIONS = 3
"""How many times arXiv has to say "nothing" before that is believed (it errs so under load)."""

_SLACK_AT_END = timedelta(days=1)


# --- the window ---------------------------------------------------------------------------------


def window(anchor: datetime | None, wanted_since: datetime, lookback: timedelta, now: datetime) -> Window:
    """The submission times to ask for.

    It starts ``lookback`` before ``anchor``, the topic's last complete poll, so that it overlaps the
    last one: a paper shows in the search hours or days after it was submitted. Without one, and at
    most, it reaches ``lookback`` behind the first subscription to the topic (``wanted_since``). The
    end lies ahead, so that nothing is cut off by the minutes a poll takes.
    """
    start = max(anchor or wanted_since, wanted_since) - lookback
    return Window(start.replace(second=0, microsecond=0), now + _SLACK_AT_END)


def halves(whole: Window) -> tuple[Window, Window]:
    """Two windows that together are the whole: arXiv's bounds belong to both sides."""
    middle = (whole.start + (whole.end - whole.start) / 2).replace(second=0, microsecond=0)
    return Window(middle, whole.end), Window(whole.start, middle)


# --- paging over a list that moves ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageSeen:
    """The size of one page of a pass over a list."""

    start: int
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class NextPage:
    start: int


@dataclass(frozen=True, slots=True)
class Again:
    """The list moved while it was read: papers may have slipped between two pages."""


@dataclass(frozen=True, slots=True)
class Split:
    """The list is longer than arXiv lets anybody page."""


@dataclass(frozen=True, slots=True)
class Covered:
    total: int


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The list would not keep still; what was read may have gaps."""

    missing: int


Step = NextPage | Again | Split | Covered | Unsettled


def next_step(pages: Sequence[PageSeen], distinct: int, passes: int, past_window: bool) -> Step:
    """What to do after the pages of the present pass.

    ``distinct`` is the number of different papers seen in this pass; ``passes`` counts this one;
    ``past_window`` says that the newest-first list has left the window. Entries that enter or leave
    the list shift the rest from page to page: a pass counts only when every page told the same
    total and that many different papers were seen.
    """
    if not pages:
        return NextPage(0)
    last = pages[-1]
    if last.total > MAX_OFFSET and not past_window:
        return Split()
    end = last.start + last.count
    if end < last.total and not past_window:
        return NextPage(end)
    steady = len({page.total for page in pages}) == 1
    if past_window or (steady and distinct >= last.total):
        return Covered(distinct)
    if passes >= MAX_PASSES:
        return Unsettled(max(last.total - distinct, 1))
    return Again()


def empty_is_false(known_in_window: int) -> bool:
    """Whether "nothing matches" contradicts what the same search returned before."""
    return known_in_window > 0


# --- the announcement feeds -----------------------------------------------------------------------


def feed_specs(topics: Iterable[Topic], archives: Collection[str]) -> tuple[str, ...]:
    """The feeds to read: the topics' categories; all archives when a topic names none."""
    wanted: dict[str, None] = {}
    for topic in topics:
        if not topic.categories:
            return tuple(archives)
        wanted.update(dict.fromkeys(topic.categories))
    return tuple(wanted)


def must_ask_singly(announcement: Announcement) -> bool:
    """A feed at arXiv's limit was cut; its parts may not be."""
    return announcement.is_cut and len(announcement.asked) > 1


# --- what may be claimed --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """All that happened between a subscriber's last digest and this one."""

    since: datetime | None
    """The last digest; None for the first."""
    since_name: str
    """``Monday's digest``, in the subscriber's time zone; empty for the first."""
    expected: tuple[date, ...]
    """The days arXiv was due to announce in that time, by its calendar."""
    why_none: str
    """Why none was due (``weekend``, ``arXiv holiday (Thanksgiving)``); empty otherwise."""
    feeds: tuple[FeedRead, ...]
    """The readings since then, failed ones included."""
    read: frozenset[date]
    """The days whose feed was read for the first time since then."""
    announced: int
    """Papers the feeds announced as new or cross-listed in the subscriber's categories."""
    polls: tuple[TopicPoll, ...]
    """Outcomes of the subscriber's topics, oldest first."""
    by_category: bool
    """Whether the subscriber's topics name categories."""
    matched: int


def completeness(seen: Seen) -> tuple[str, ...]:
    """The sentences at a digest's foot. They claim what was seen and nothing else."""
    sentences = [_announced(seen), *_feeds(seen), *_searches(seen)]
    return tuple(sentence for sentence in sentences if sentence)


def _announced(seen: Seen) -> str:
    where = "in your categories" if seen.by_category else "in all its archives"
    when = f"since {seen.since_name}" if seen.since_name else _days_read(seen)
    if not seen.read:
        if seen.why_none:
            return f"arXiv announced nothing {when or 'meanwhile'}: {seen.why_none}. {_match(seen.matched, 'search')}"
        return _match(seen.matched, "search")
    cut = any(feed.cut and len(feed.asked) == 1 for feed in seen.feeds)
    if cut:
        return (
            f"arXiv announced more papers {where} than its feed lists {when}; "
            f"the {seen.announced} listed were checked, the rest by arXiv's search. {_match(seen.matched, '')}"
        )
    if seen.announced == 0:
        quiet = seen.why_none or "a quiet day"
        return f"arXiv announced no papers {where} {when} ({quiet}). {_match(seen.matched, 'search')}"
    if seen.announced == 1:
        return f"arXiv announced 1 paper {where} {when}; it was checked. {_match(seen.matched, '')}"
    return (
        f"arXiv announced {seen.announced} papers {where} {when}; all {seen.announced} were checked; "
        f"{_count(seen.matched)}."
    )


def _count(matched: int) -> str:
    return {0: "none matches", 1: "1 matches"}.get(matched, f"{matched} match")


def _match(matched: int, by: str) -> str:
    if by == "search":
        found = {0: "no new paper", 1: "1 new paper"}.get(matched, f"{matched} new papers")
        return f"arXiv's search returned {found} for your topics."
    text = _count(matched)
    return text[0].upper() + text[1:] + "."


def _days_read(seen: Seen) -> str:
    days = sorted(seen.read)
    return "on " + _join([f"{day:%A}" for day in days]) if days else ""


def _feeds(seen: Seen) -> list[str]:
    """The days whose feed was not seen, and whether the search made up for it."""
    missed = [day for day in seen.expected if day not in seen.read]
    if not missed or seen.since is None:
        return []
    names = _join([f"{day:%A}'s" for day in missed[-5:]])
    noun = "feed was" if len(missed) == 1 else "feeds were"
    covered = _search_is_complete(seen.polls)
    day = "that day" if len(missed) == 1 else "those days"
    rest = (
        f"arXiv's search covered {day}" if covered else f"arXiv's search has not yet covered {day} completely"
    )
    errors = [feed.error for feed in seen.feeds if feed.error]
    why = f" ({errors[-1]})" if errors else ""
    return [f"{names} {noun} missed{why}; {rest}."]


def _search_is_complete(polls: Sequence[TopicPoll]) -> bool:
    latest = _latest(polls)
    return bool(latest) and all(
        poll.status in (PollStatus.COMPLETE, PollStatus.EMPTY) for poll in latest.values()
    )


def _latest(polls: Sequence[TopicPoll]) -> dict[str, TopicPoll]:
    return {poll.topic: poll for poll in polls}


def _searches(seen: Seen) -> list[str]:
    sentences = []
    for topic, poll in _latest(seen.polls).items():
        if poll.status is PollStatus.INCOMPLETE:
            sentences.append(
                f"arXiv's search for {topic} was not answered completely ({poll.reason}); the next poll takes it up."
            )
        elif poll.status is PollStatus.REJECTED:
            sentences.append(f"arXiv rejected the query of {topic}: {poll.reason}")
    return sentences


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
