"""When to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import (
    ARXIV_BUDGET,
    DELIVERY_LIMIT,
    SUMMARY_ATTEMPTS,
    SUMMARY_BUDGET,
    SUMMARY_REFUSALS,
    arxiv_pause,
    arxiv_retry,
    delivery_pauses,
    delivery_retry,
    service_wait,
    summary_budget,
    summary_pause,
    summary_retry,
)
from bot.models import Limit, Verdict

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

failures = st.integers(1, 5000)
jitters = st.floats(0, 1)
waits = st.none() | st.timedeltas(timedelta(0), timedelta(days=3))


def seconds(pauses: list[timedelta]) -> list[float]:
    return [pause.total_seconds() for pause in pauses]


# --- arXiv ------------------------------------------------------------------------------------


def test_arxiv_pauses_double_up_to_a_minute() -> None:
    """With three seconds between requests: 6, 12, 24, 48, 60, 60."""
    pauses = [arxiv_pause(count, 3 * SECOND, None) for count in range(1, 7)]
    assert seconds(pauses) == [6, 12, 24, 48, 60, 60]


def test_arxiv_pauses_begin_at_a_second() -> None:
    """However short the interval, the first pause is a second."""
    assert arxiv_pause(1, timedelta(milliseconds=5), None) == SECOND


@given(failures, st.timedeltas(timedelta(0), timedelta(minutes=10)), waits)
def test_arxiv_is_never_asked_sooner_than_it_says(
    count: int, interval: timedelta, told: timedelta | None
) -> None:
    """A pause is at least the first one and what arXiv asked for, so Retry-After: 0 does not mean now; and no
    longer than the longest of these and a minute."""
    pause = arxiv_pause(count, interval, told)
    first = max(SECOND, 2 * interval)
    assert pause >= max(first, told or timedelta(0))
    assert pause <= max(first, told or timedelta(0), MINUTE)


@given(waits, st.timedeltas(timedelta(0), 3 * SECOND))
def test_arxiv_gets_five_minutes_a_cycle(told: timedelta | None, interval: timedelta) -> None:
    """Pauses one after the other stay within the budget and then end."""
    spent, count = timedelta(0), 1
    while (pause := arxiv_retry(count, interval, told, spent)) is not None:
        spent, count = spent + pause, count + 1
        assert spent <= ARXIV_BUDGET
    assert count < 400


def test_five_minutes_are_waited_for_arxiv_and_no_second_more() -> None:
    """Those that it asks for, and those that are left."""
    whole = 5 * MINUTE
    assert arxiv_retry(1, 3 * SECOND, whole, timedelta(0)) == whole
    assert arxiv_retry(1, 3 * SECOND, whole + SECOND, timedelta(0)) is None
    assert arxiv_retry(1, 3 * SECOND, None, whole - 6 * SECOND) == 6 * SECOND
    assert arxiv_retry(1, 3 * SECOND, None, whole - 5 * SECOND) is None


# --- Gemini -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("answers_within", "budget"), [(1, 5), (2, 5), (3, 6), (15, 30)])
def test_a_paper_has_time_for_a_second_answer(answers_within: int, budget: int) -> None:
    """Five minutes, or twice what an answer may take, in minutes: the flex tier may take a quarter of an hour."""
    assert summary_budget(answers_within * MINUTE) == budget * MINUTE


def test_summary_pauses_double_up_to_a_minute() -> None:
    """1, 2, 4 ... 60 seconds without jitter."""
    pauses = [summary_pause(count, Verdict(), 0) for count in range(1, 9)]
    assert seconds(pauses) == [1, 2, 4, 8, 16, 32, 60, 60]


@given(failures, waits, jitters)
def test_gemini_is_never_asked_sooner_than_it_says(count: int, told: timedelta | None, jitter: float) -> None:
    """What the answer says is a lower bound; our own pause lies between half a second and a minute."""
    pause = summary_pause(count, Verdict(retry_after=told), jitter)
    assert pause >= max(SECOND / 2, told or timedelta(0))
    assert pause <= max(MINUTE, (told or timedelta(0)) + SECOND)


def test_papers_refused_together_return_apart() -> None:
    """Chance spreads the returns, also when all were told the same wait."""
    told = Verdict(retry_after=20 * SECOND)
    assert summary_pause(1, told, 0.1) != summary_pause(1, told, 0.9)
    assert summary_pause(3, Verdict(), 0.1) != summary_pause(3, Verdict(), 0.9)


@given(waits, jitters, st.timedeltas(timedelta(0), timedelta(minutes=2)))
def test_a_paper_is_given_up_in_bounds(told: timedelta | None, jitter: float, latency: timedelta) -> None:
    """However it fails, a paper takes a bounded number of requests and at most five minutes of pauses."""
    spent, requests = latency, 1
    while (pause := summary_retry(requests, Verdict(retry_after=told), jitter, spent)) is not None:
        assert spent + pause <= SUMMARY_BUDGET
        spent, requests = spent + pause + latency, requests + 1
    assert requests <= SUMMARY_ATTEMPTS


@pytest.mark.parametrize(
    "verdict",
    [Verdict(permanent=True), Verdict(limit=Limit.PER_DAY), Verdict(limit=Limit.NOT_OFFERED)],
)
def test_what_waiting_cannot_mend_is_not_waited_for(verdict: Verdict) -> None:
    """A bad key, a spent day and a model that is not ours end the paper's turn at once."""
    assert summary_retry(1, verdict, 0.5, timedelta(0)) is None
    assert summary_retry(1, Verdict(limit=Limit.PER_MINUTE), 0.5, timedelta(0)) is not None


def test_what_can_t_be_read_is_asked_for_thrice() -> None:
    """It came at once and cost a request: three of them, with short pauses, and no five minutes of waiting."""
    malformed = Verdict(malformed=True)
    pauses = [summary_retry(count, malformed, 0, timedelta(0)) for count in range(1, SUMMARY_REFUSALS + 1)]
    assert pauses == [SECOND, 2 * SECOND, None]


# --- deliveries -------------------------------------------------------------------------------


def test_delivery_pauses() -> None:
    """5 minutes, 15 minutes, an hour, then four hours each."""
    pauses = []
    for attempts in range(1, 6):
        again = delivery_retry(attempts, Verdict(), NOW, NOW, 0)
        assert again is not None
        pauses.append(again - NOW)
    assert seconds(pauses) == [300, 900, 3600, 14400, 14400]


@given(jitters)
def test_a_delivery_is_tried_for_a_day_and_then_failed(jitter: float) -> None:
    """Left alone, a failing delivery has a last attempt just a day after its first failure."""
    now, attempts = NOW, 1
    while (again := delivery_retry(attempts, Verdict(), NOW, now, jitter)) is not None:
        assert again > now
        now, attempts = again, attempts + 1
    assert now == NOW + DELIVERY_LIMIT
    assert 8 <= attempts <= 10


@given(failures, st.timedeltas(timedelta(0), timedelta(hours=23)), waits, jitters)
def test_a_service_is_never_sent_to_sooner_than_it_says(
    attempts: int, age: timedelta, told: timedelta | None, jitter: float
) -> None:
    """Retry-After is obeyed even when it is longer than our own patience."""
    now = NOW + age
    again = delivery_retry(attempts, Verdict(retry_after=told), NOW, now, jitter)
    assert again is not None
    assert again >= now + (told or timedelta(0))
    assert again > now


@given(failures, jitters)
def test_greylisting_gets_its_five_minutes(attempts: int, jitter: float) -> None:
    """No pause is shorter than five minutes, whatever chance says."""
    again = delivery_retry(attempts, Verdict(), NOW, NOW, jitter)
    assert again is not None
    assert again - NOW >= 5 * MINUTE


@given(failures, jitters, waits)
def test_permanent_is_never(attempts: int, jitter: float, told: timedelta | None) -> None:
    """A permanent refusal, or a failure a day after the first, is not tried again."""
    assert delivery_retry(attempts, Verdict(permanent=True, retry_after=told), NOW, NOW, jitter) is None
    assert delivery_retry(attempts, Verdict(retry_after=told), NOW, NOW + DELIVERY_LIMIT, jitter) is None


@given(failures, jitters)
def test_what_a_person_mends_is_never_given_up(attempts: int, jitter: float) -> None:
    """An unwritable folder over a long holiday: tried every few hours until it is mended."""
    verdict = Verdict(until_mended=True)
    for age in (timedelta(0), DELIVERY_LIMIT, timedelta(days=40)):
        again = delivery_retry(attempts, verdict, NOW, NOW + age, jitter)
        assert again is not None
        assert timedelta(0) < again - NOW - age <= timedelta(hours=5)


def test_the_services_wait_is_kept_apart() -> None:
    """The service's own wait is known apart from ours."""
    assert service_wait(Verdict(retry_after=MINUTE), NOW) == NOW + MINUTE
    assert service_wait(Verdict(), NOW) is None


LATER, EARLIER = NOW + MINUTE, NOW - MINUTE


@pytest.mark.parametrize("attempts", range(9))
def test_so_many_attempts_take_the_pauses_between_them(attempts: int) -> None:
    """Each as long as chance makes it: how long a message can have been failing at most, the machine always on."""
    mended = Verdict(until_mended=True)
    moments = [delivery_retry(made, mended, NOW, NOW, jitter=1) for made in range(1, attempts)]
    longest = sum((at - NOW for at in moments if at is not None), timedelta())
    assert delivery_pauses(attempts) == longest
