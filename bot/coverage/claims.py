"""The sentences at a digest's foot: they claim what was seen and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.coverage.feeds import FeedDay, FeedState
from bot.history import PollStatus, TopicPoll
from bot.languages import ENGLISH, Catalogue

_ANSWERED = (PollStatus.COMPLETE, PollStatus.EMPTY)
_NAMED_DAYS = 5
"""So many days are named one by one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that happened between a subscriber's last digest and this one."""

    since: datetime | None
    """The last digest; None for the first."""
    since_name: str
    """``Monday's digest``, in the subscriber's time zone and language; empty for the first."""
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
    words: Catalogue = ENGLISH
    """What it is told in."""


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
    words, reason = seen.words, seen.polls[-1].reason
    if seen.since_name:
        said = words.gettext("arXiv has not answered since {digest}", digest=seen.since_name)
    else:
        said = words.gettext("arXiv has not answered")
    said = f"{said} ({reason})" if reason else said
    return words.gettext(
        "{silence}: whether there are new papers is not known yet. The next poll reaches back to before that.",
        silence=said,
    )


def _announced(seen: Seen) -> str:
    words = seen.words
    where = words.gettext("in your categories") if seen.by_category else words.gettext("in all its archives")
    when = words.gettext("since {digest}", digest=seen.since_name) if seen.since_name else _days_read(seen)
    if not seen.read:
        return _nothing_read(seen, when)
    if any(day.state is FeedState.CUT for day in seen.days):
        cut = words.gettext(
            "arXiv announced more papers {where} than its feed lists {when}; the {num} listed were checked, "
            "the rest by arXiv's search.",
            where=where,
            when=when,
            num=words.number(seen.announced),
        )
        return f"{cut} {_sentence(words, _count(words, seen.matched + seen.found))}"
    return _checked(seen, where, when) if seen.announced else _quiet(seen, where, when)


def _nothing_read(seen: Seen, when: str) -> str:
    words, by_search = seen.words, _by_search(seen)
    if not seen.why_none:
        return by_search
    # Without an answer the calendar alone speaks; on such days arXiv need not be asked.
    by_search = by_search if seen.polls else ""
    when = when or words.gettext("meanwhile")
    if _has_answered(seen):
        said = words.gettext("arXiv announced nothing {when}: {why}.", when=when, why=seen.why_none)
    else:
        said = words.gettext("No announcement was due {when}: {why}.", when=when, why=seen.why_none)
    return f"{said} {by_search}".strip()


def _quiet(seen: Seen, where: str, when: str) -> str:
    words = seen.words
    quiet = words.ngettext("a quiet day", "quiet days", len(seen.read))
    none = words.gettext(
        "arXiv announced no papers {where} {when} ({why}).",
        where=where,
        # Nothing is no more than what was read says: of the other days it is not known.
        when=_days_read(seen) if _unseen_days(seen) else when,
        why=seen.why_none or quiet,
    )
    return f"{none} {_by_search(seen)}"


def _checked(seen: Seen, where: str, when: str) -> str:
    words, matched = seen.words, _count(seen.words, seen.matched)
    if seen.announced == 1:
        one = words.gettext("arXiv announced 1 paper {where} {when}; it was checked.", where=where, when=when)
        said = f"{one} {_sentence(words, matched)}"
    else:
        said = words.ngettext(
            "arXiv announced {num} paper {where} {when}; all {num} were checked; {matched}.",
            "arXiv announced {num} papers {where} {when}; all {num} were checked; {matched}.",
            seen.announced,
            where=where,
            when=when,
            matched=matched,
        )
    found = words.ngettext("arXiv's search found {num} more.", "arXiv's search found {num} more.", seen.found)
    return f"{said} {found}" if seen.found else said


def _awaited(seen: Seen) -> list[str]:
    if not seen.awaited:
        return []
    return [
        seen.words.ngettext(
            "{num} of them may match and follows once arXiv's search has the details.",
            "{num} of them may match and follow once arXiv's search has the details.",
            seen.awaited,
        )
    ]


def _count(words: Catalogue, matched: int) -> str:
    return (
        words.ngettext("{num} matches", "{num} match", matched) if matched else words.gettext("none matches")
    )


def _sentence(words: Catalogue, text: str) -> str:
    return words.gettext("{sentence}.", sentence=text[0].upper() + text[1:])


def _by_search(seen: Seen) -> str:
    """What the search returned, of the topics for which it has answered since."""
    words, total = seen.words, seen.matched + seen.found
    if not seen.polls:
        if seen.since_name:
            return words.gettext("arXiv has not been asked since {digest}.", digest=seen.since_name)
        return words.gettext("arXiv has not been asked yet.")
    answered = [topic for topic, poll in _latest(seen.polls).items() if poll.status in _ANSWERED]
    if not total and not answered:
        return ""  # which search failed, and why, is said by itself
    if not total and len(answered) < len(_latest(seen.polls)):
        return words.gettext(
            "arXiv's search returned no new paper for {topics}.", topics=words.joined(answered)
        )
    if not total:
        return words.gettext("arXiv's search returned no new paper for your topics.")
    return words.ngettext(
        "arXiv's search returned {num} new paper for your topics.",
        "arXiv's search returned {num} new papers for your topics.",
        total,
    )


def _days_read(seen: Seen) -> str:
    days = [_name(day, seen) for day in seen.read]
    return seen.words.gettext("on {days}", days=seen.words.joined(days)) if days else ""


def _unseen(seen: Seen) -> list[str]:
    """The days whose feed was not seen, each group with its reason, and whether the search made up for it."""
    return [
        _unseen_alike(list(alike), seen)
        for _, alike in groupby(_unseen_days(seen), key=lambda day: (day.state, day.shown, day.error))
    ]


def _unseen_days(seen: Seen) -> list[FeedDay]:
    return [day for day in seen.days if day.state not in (FeedState.READ, FeedState.CUT)]


def _unseen_alike(alike: Sequence[FeedDay], seen: Seen) -> str:
    words, num = seen.words, len(alike)
    days = [day.day for day in alike]
    if num > _NAMED_DAYS:
        feeds = words.ngettext(
            "The feeds of {num} day from {first} to {last}",
            "The feeds of {num} days from {first} to {last}",
            num,
            first=words.day(days[0]),
            last=words.day(days[-1]),
        )
    else:
        named = words.joined([_possessive(day, seen) for day in days])
        feeds = words.ngettext("{days} feed", "{days} feeds", num, days=named)
    if alike[0].state is FeedState.PENDING:
        return words.ngettext("{feeds} was not read yet.", "{feeds} were not read yet.", num, feeds=feeds)
    if _is_searched(seen.polls):
        search = words.ngettext("arXiv's search covered that day.", "arXiv's search covered those days.", num)
    else:
        search = words.ngettext(
            "arXiv's search has not yet covered that day completely.",
            "arXiv's search has not yet covered those days completely.",
            num,
        )
    return words.gettext("{fate}; {search}", fate=_fate(alike[0], feeds, num, seen), search=search)


def _fate(day: FeedDay, feeds: str, num: int, seen: Seen) -> str:
    words = seen.words
    if day.state is FeedState.FAILED:
        return words.ngettext(
            "{feeds} could not be read ({error})",
            "{feeds} could not be read ({error})",
            num,
            feeds=feeds,
            error=day.error,
        )
    if day.state is FeedState.MISSED:
        return words.ngettext("{feeds} was missed", "{feeds} were missed", num, feeds=feeds)
    if not day.shown:
        return words.ngettext("{feeds} named no date", "{feeds} named no date", num, feeds=feeds)
    return words.ngettext(
        "{feeds} was stale: it still showed {day} papers",
        "{feeds} were stale: it still showed {day} papers",
        num,
        feeds=feeds,
        day=_possessive(day.shown, seen),
    )


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
                seen.words.gettext(
                    "arXiv's search for {topic} was not answered completely ({reason}); the next poll takes it up.",
                    topic=topic,
                    reason=poll.reason,
                )
            )
        elif poll.status is PollStatus.REJECTED:
            sentences.append(
                seen.words.gettext(
                    "arXiv rejected the query of {topic}: {reason}", topic=topic, reason=poll.reason
                )
            )
    return sentences


def _name(day: date, seen: Seen) -> str:
    """``Thursday`` while that is clear, then ``12 November``."""
    words = seen.words
    if seen.today - day < timedelta(days=6):
        return words.pgettext("on a day", "{weekday}", weekday=words.weekday(day))
    return words.pgettext("on a day", "{date}", date=words.day(day))


def _possessive(day: date, seen: Seen) -> str:
    words = seen.words
    if seen.today - day < timedelta(days=6):
        return words.pgettext("of a day", "{weekday}'s", weekday=words.weekday(day))
    return words.pgettext("of a day", "{date}'s", date=words.day(day))
