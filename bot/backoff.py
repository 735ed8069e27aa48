"""This failure, the nth time: again when, or never.

Chance is an argument (``jitter``, 0 to 1, drawn by the caller), and so is the time. What a failure means is
not judged here: its Verdict says whether it is permanent and how long the service asked us to wait, which
is always obeyed. Whether Gemini's quota has room is decided in `quota`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.models import Limit, Verdict

LONG_WAIT = timedelta(seconds=10)
"""Longer waits are announced: what is waited for, and how long."""

ARXIV_BUDGET = timedelta(minutes=5)
"""Time spent on failed requests and the pauses after them, per cycle and for all requests together."""
SUMMARY_BUDGET = timedelta(minutes=5)
"""The same for one paper and cycle; waiting for quota before the first request is no part of it."""
SUMMARY_ATTEMPTS = 8
"""Requests for one paper in a cycle, answered or not."""
SUMMARY_REFUSALS = 3
"""Answers for one paper in a cycle that may be refused (malformed, untrue, about itself) before the abstract's
own sentences stand in: each costs quota, and a model that fails thrice on a text fails again."""
MALFORMED_ANSWERS = 10
"""Answers running, whichever paper they were for, that can't be read before the model is left alone for the round:
then it is not the model that answers, and every request is one of the day's."""
DELIVERY_LIMIT = timedelta(days=1)
"""Age of a first failure after which a delivery counts as failed."""
MAILBOX_REFUSALS = 3
"""Digests running that a mailbox may refuse for good before it is set aside: a provider counts who goes on."""

_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(minutes=1)
_DELIVERY_PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
_DELIVERY_SPREAD = 0.2
"""The share by which chance lengthens a pause, so that what failed together is not sent together again."""


def arxiv_pause(failures: int, min_interval: timedelta, retry_after: timedelta | None) -> timedelta:
    """How long all requests to arXiv rest after the ``failures``-th failure in a row (1 for the first).

    Begins at max(1 s, 2 x ``min_interval``) and doubles up to a minute. Retry-After lengthens it and never
    shortens it: arXiv's cache sends ``Retry-After: 0`` with a 503.
    """
    first = max(_SECOND, 2 * min_interval)
    return max(first, _doubled(first, failures), retry_after or timedelta(0))


def arxiv_retry(
    failures: int, min_interval: timedelta, retry_after: timedelta | None, spent: timedelta
) -> timedelta | None:
    """The pause, or None when it would exceed ARXIV_BUDGET, of which ``spent`` is gone: the poll is incomplete."""
    pause = arxiv_pause(failures, min_interval, retry_after)
    return pause if spent + pause <= ARXIV_BUDGET else None


def summary_pause(failures: int, verdict: Verdict, jitter: float) -> timedelta:
    """How long one paper rests after its ``failures``-th failed request: 1 s doubling to a minute, or as told.

    Chance takes up to half of our own pause away, and adds up to a second to the one we were told, so that
    papers refused together don't return together.
    """
    own = _doubled(_SECOND, failures) * (1 - jitter / 2)
    return own if verdict.retry_after is None else max(own, verdict.retry_after + jitter * _SECOND)


def summary_budget(answers_within: timedelta) -> timedelta:
    """SUMMARY_BUDGET, or longer where that leaves no time for a second answer, as in the flex tier."""
    return max(SUMMARY_BUDGET, 2 * answers_within)


def summary_retry(
    failures: int, verdict: Verdict, jitter: float, spent: timedelta, budget: timedelta = SUMMARY_BUDGET
) -> timedelta | None:
    """The pause before the next request for this paper, or None: not in this cycle.

    None after a permanent failure, after one that ends the day or the model, after SUMMARY_ATTEMPTS, or
    SUMMARY_REFUSALS where what came can't be read, and when the pause would exceed ``budget``, of which
    ``spent`` is gone since the paper's first request.
    """
    most = SUMMARY_REFUSALS if verdict.malformed else SUMMARY_ATTEMPTS
    if verdict.permanent or verdict.limit in (Limit.PER_DAY, Limit.NOT_OFFERED) or failures >= most:
        return None
    pause = summary_pause(failures, verdict, jitter)
    return pause if spent + pause <= budget else None


def delivery_retry(
    attempts: int, verdict: Verdict, first_failed_at: datetime, now: datetime, jitter: float
) -> datetime | None:
    """When to send a message again after its ``attempts``-th failure; None: never, it has failed.

    5 minutes, 15 minutes, an hour, then every four hours, a little longer by chance and never shorter (a
    greylisting server wants at least five minutes), with a last attempt a day after the first failure. A
    longer wait that the service asked for is kept even beyond that day; what waits until a person mends it is
    tried every four hours for as long as that takes.
    """
    last = first_failed_at + DELIVERY_LIMIT
    if verdict.permanent or (now >= last and not verdict.until_mended):
        return None
    pause = _DELIVERY_PAUSES[min(max(attempts, 1), len(_DELIVERY_PAUSES)) - 1]
    own = now + max(pause, verdict.rest or pause) * (1 + _DELIVERY_SPREAD * jitter)
    if not verdict.until_mended:
        own = min(own, last)
    return max(own, service_wait(verdict, now) or own)


def delivery_pauses(attempts: int) -> timedelta:
    """The longest that ``attempts`` attempts take when each follows its pause."""
    made = max(attempts - 1, 0)
    pauses = (*_DELIVERY_PAUSES[:made], *(_DELIVERY_PAUSES[-1:] * (made - len(_DELIVERY_PAUSES))))
    return sum(pauses, timedelta()) * (1 + _DELIVERY_SPREAD)


def service_wait(verdict: Verdict, now: datetime) -> datetime | None:
    """Until when the service itself asked us to wait; None when it did not."""
    return None if verdict.retry_after is None else now + verdict.retry_after


def _doubled(first: timedelta, failures: int) -> timedelta:
    """``first`` doubled for every failure but the first, a minute at most."""
    doublings = min(max(failures, 1) - 1, 16)
    return min(first * (1 << doublings), _LONGEST)
