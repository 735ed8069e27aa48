"""The sentences at a digest's foot: they claim what was seen and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.coverage.feeds import FeedDay, FeedState
from bot.history import PollStatus, TopicPoll

_ANSWERED = (PollStatus.COMPLETE, PollStatus.EMPTY)
_NOT_ASKED = "arXiv has not been asked yet."
_NAMED_DAYS = 5
"""So many days are named one by one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that happened between a subscriber's last digest and this one."""

    since: datetime | None
    """The last digest; None for the first."""
    since_name: str
    """``Monday's digest``, in the subscriber's time zone; empty for the first."""
    today: date
    """arXiv's day (US/Eastern), by which other days are named."""
    days: tuple[FeedDay, ...]
    """The days arXiv was due to announce in that time, by its calendar."""
    why_none: str
    """Why none was due (``weekend``, ``arXiv holiday (Thanksgiving)``); empty otherwise."""
    read: tuple[date, ...]
    """The days whose feed was read for the first time since then, due or not."""
    announced: int
    """Papers those feeds announced as new or cross-listed in the subscriber's categories."""
    matched: int
    """Papers of the digest that are among them."""
    found: int
    """Papers of the digest that only arXiv's search returned."""
    polls: tuple[TopicPoll, ...]
    """Outcomes of the subscriber's topics, oldest first."""
    by_category: bool
    """Whether the subscriber's topics name categories."""
    awaited: int = 0
    """Announced papers that may match and that arXiv does not give by id yet."""


def is_unanswered(seen: Seen) -> bool:
    """Whether arXiv was asked and did not answer at all: then nothing is known, not even that it is quiet."""
    latest = _latest(seen.polls).values()
    silent = all(poll.status is PollStatus.INCOMPLETE and not poll.found for poll in latest)
    return bool(latest) and silent and not seen.read and not seen.matched + seen.found


def completeness(seen: Seen) -> tuple[str, ...]:
    """What was checked, which feeds were not seen and who made up for them, which searches failed.

    One sentence where arXiv did not answer at all: each of the others would say it again.
    """
    if is_unanswered(seen):
        return (_silence(seen),)
    return tuple(filter(None, (_announced(seen), *_awaited(seen), *_unseen(seen), *_searches(seen))))


def _silence(seen: Seen) -> str:
    """Of several reasons the newest: the others are mostly the same in other words."""
    since = f" since {seen.since_name}" if seen.since_name else ""
    reason = seen.polls[-1].reason
    why = f" ({reason})" if reason else ""
    return (
        f"arXiv has not answered{since}{why}: whether there are new papers is not known yet. "
        "The next poll reaches back to before that."
    )


def _announced(seen: Seen) -> str:
    where = "in your categories" if seen.by_category else "in all its archives"
    when = f"since {seen.since_name}" if seen.since_name else _days_read(seen)
    if not seen.read:
        by_search = _by_search(seen)
        if not seen.why_none:
            return by_search
        # Without an answer the calendar alone speaks; on such days arXiv need not be asked.
        by_search = by_search if seen.polls else ""
        what = "arXiv announced nothing" if _has_answered(seen) else "No announcement was due"
        return f"{what} {when or 'meanwhile'}: {seen.why_none}. {by_search}".strip()
    if any(day.state is FeedState.CUT for day in seen.days):
        return (
            f"arXiv announced more papers {where} than its feed lists {when}; the {seen.announced} listed "
            f"were checked, the rest by arXiv's search. {_sentence(_count(seen.matched + seen.found))}"
        )
    if seen.announced == 0:
        quiet = "a quiet day" if len(seen.read) == 1 else "quiet days"
        # Nothing is no more than what was read says: of the other days it is not known.
        span = _days_read(seen) if _unseen_days(seen) else when
        return f"arXiv announced no papers {where} {span} ({seen.why_none or quiet}). {_by_search(seen)}"
    more = f" arXiv's search found {seen.found} more." if seen.found else ""
    if seen.announced == 1:
        return (
            f"arXiv announced 1 paper {where} {when}; it was checked. {_sentence(_count(seen.matched))}{more}"
        )
    return (
        f"arXiv announced {seen.announced} papers {where} {when}; all {seen.announced} were checked; "
        f"{_count(seen.matched)}.{more}"
    )


def _awaited(seen: Seen) -> list[str]:
    if not seen.awaited:
        return []
    verb = "follows" if seen.awaited == 1 else "follow"
    return [f"{seen.awaited} of them may match and {verb} once arXiv's search has the details."]


def _count(matched: int) -> str:
    return {0: "none matches", 1: "1 matches"}.get(matched, f"{matched} match")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _by_search(seen: Seen) -> str:
    """What the search returned, of the topics for which it has answered since."""
    total = seen.matched + seen.found
    if not seen.polls:
        return f"arXiv has not been asked since {seen.since_name}." if seen.since_name else _NOT_ASKED
    answered = [topic for topic, poll in _latest(seen.polls).items() if poll.status in _ANSWERED]
    if not total and not answered:
        return ""  # which search failed, and why, is said by itself
    if not total and len(answered) < len(_latest(seen.polls)):
        return f"arXiv's search returned no new paper for {_join(answered)}."
    found = {0: "no new paper", 1: "1 new paper"}.get(total, f"{total} new papers")
    return f"arXiv's search returned {found} for your topics."


def _days_read(seen: Seen) -> str:
    return "on " + _join([_name(day, seen.today) for day in seen.read]) if seen.read else ""


def _unseen(seen: Seen) -> list[str]:
    """The days whose feed was not seen, each group with its reason, and whether the search made up for it."""
    return [
        _unseen_alike(list(alike), seen)
        for _, alike in groupby(_unseen_days(seen), key=lambda day: (day.state, day.shown, day.error))
    ]


def _unseen_days(seen: Seen) -> list[FeedDay]:
    return [day for day in seen.days if day.state not in (FeedState.READ, FeedState.CUT)]


def _unseen_alike(alike: Sequence[FeedDay], seen: Seen) -> str:
    first, several = alike[0], len(alike) > 1
    days = [day.day for day in alike]
    if len(days) > _NAMED_DAYS:
        feeds = f"The feeds of {len(days)} days from {_date(days[0])} to {_date(days[-1])}"
    else:
        feeds = f"{_join([_possessive(day, seen.today) for day in days])} feed{'s' if several else ''}"
    was = "were" if several else "was"
    if first.state is FeedState.PENDING:
        return f"{feeds} {was} not read yet."
    fate = {
        FeedState.MISSED: f"{was} missed",
        FeedState.FAILED: f"could not be read ({first.error})",
        FeedState.STALE: f"{was} stale: it still showed {_possessive(first.shown, seen.today)} papers"
        if first.shown
        else "named no date",
    }[first.state]
    day = "those days" if several else "that day"
    if _is_searched(seen.polls):
        return f"{feeds} {fate}; arXiv's search covered {day}."
    return f"{feeds} {fate}; arXiv's search has not yet covered {day} completely."


def _is_searched(polls: Sequence[TopicPoll]) -> bool:
    latest = _latest(polls).values()
    return bool(latest) and all(poll.status in _ANSWERED for poll in latest)


def _has_answered(seen: Seen) -> bool:
    return any(poll.status in _ANSWERED for poll in _latest(seen.polls).values())


def _latest(polls: Iterable[TopicPoll]) -> dict[str, TopicPoll]:
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


def _name(day: date, today: date) -> str:
    """``Thursday`` while that is clear, then ``12 November``."""
    return f"{day:%A}" if today - day < timedelta(days=6) else _date(day)


def _possessive(day: date, today: date) -> str:
    return f"{_name(day, today)}'s"


def _date(day: date) -> str:
    return f"{day.day} {day:%B}"


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
