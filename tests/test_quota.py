"""May a request go out, and whose goes first."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Limit, SummaryKey, Verdict
from bot.quota import (
    MOST_TOGETHER,
    WINDOW,
    Admission,
    Block,
    Costs,
    Limits,
    Pace,
    Permit,
    Spent,
    SummaryRequest,
    blocked,
    day_began_at,
    day_resets_at,
    decide,
    dollars,
    learnt,
    order,
    paced,
    pacific_day,
    papers_together,
    recovered,
    reserve,
    slowed,
)

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LIMITS = Limits(requests_per_minute=3, tokens_per_minute=1000, requests_per_day=250, concurrency=2)


def ended(seconds_ago: float, tokens: int = 10) -> Spent:
    end = NOW - timedelta(seconds=seconds_ago)
    return Spent(end - 2 * SECOND, end, tokens)


def running(seconds_ago: float, tokens: int = 10) -> Spent:
    return Spent(NOW - timedelta(seconds=seconds_ago), None, tokens)


# --- limits -----------------------------------------------------------------------------------


def test_with_nothing_spent_it_goes() -> None:
    """The first request waits for nothing."""
    assert decide(LIMITS, [], 0, 100, NOW) == Permit(Admission.GO)


def test_a_request_counts_until_a_minute_after_its_end() -> None:
    """The place of the oldest request is free a window after its end, not after its start."""
    recent = [ended(30), ended(20), ended(10)]
    permit = decide(LIMITS, recent, 3, 100, NOW)
    assert permit == Permit(Admission.WAIT, NOW - 30 * SECOND + WINDOW)
    assert permit.until is not None
    assert decide(LIMITS, recent, 3, 100, permit.until).answer is Admission.GO
    assert decide(LIMITS, recent, 3, 100, permit.until - timedelta(microseconds=1)).answer is Admission.WAIT


def test_a_request_under_way_counts_however_old() -> None:
    """What has not ended may arrive at any moment; no time can be named for it."""
    limits = Limits(1, 1000, 250, 8)
    assert decide(limits, [running(600)], 1, 100, NOW) == Permit(Admission.WAIT, None)


def test_concurrency() -> None:
    """No more requests at once than allowed; only the end of one helps."""
    assert decide(LIMITS, [running(1), running(2)], 2, 1, NOW) == Permit(Admission.WAIT, None)


def test_tokens_of_the_minute() -> None:
    """Tokens are waited for until enough of them have left the window."""
    recent = [ended(50, 300), ended(5, 600)]
    assert decide(LIMITS, recent, 2, 100, NOW).answer is Admission.GO
    assert decide(LIMITS, recent, 2, 101, NOW) == Permit(Admission.WAIT, NOW - 50 * SECOND + WINDOW)
    assert decide(LIMITS, recent, 2, 401, NOW) == Permit(Admission.WAIT, NOW - 5 * SECOND + WINDOW)


def test_an_oversized_request_goes_alone() -> None:
    """A request larger than the minute's tokens is not held for ever: it goes when the window is empty."""
    assert decide(LIMITS, [], 0, 5000, NOW).answer is Admission.GO
    assert decide(LIMITS, [ended(5)], 1, 5000, NOW) == Permit(Admission.WAIT, NOW - 5 * SECOND + WINDOW)
    assert decide(LIMITS, [ended(30, 5000)], 1, 1, NOW).answer is Admission.WAIT


def test_the_days_requests() -> None:
    """A spent day ends at the reset, whatever the minute allows."""
    assert decide(LIMITS, [], 250, 1, NOW) == Permit(Admission.DAY_SPENT, day_resets_at(NOW))
    assert decide(LIMITS, [], 249, 1, NOW).answer is Admission.GO


def test_a_request_under_way_over_midnight_counts_today() -> None:
    """What started yesterday and has not ended may arrive today."""
    midnight = day_resets_at(NOW)
    late = [Spent(midnight - SECOND, None, 10)]
    assert decide(LIMITS, late, 249, 1, midnight + SECOND).answer is Admission.DAY_SPENT
    assert decide(LIMITS, [], 249, 1, midnight + SECOND).answer is Admission.GO


@dataclass(frozen=True)
class Arrival:
    at: float
    tokens: int


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0.01, 90), st.integers(1, 400), st.floats(0, 20)),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_the_server_never_counts_more_than_the_limit(
    requests: list[tuple[float, float, int, float]], per_minute: int, concurrency: int
) -> None:
    """Whenever within its latency each request arrives, no 60 s hold more requests or tokens than allowed."""
    limits = Limits(per_minute, 1000, 10_000, concurrency)
    arrivals = simulate(limits, requests)
    assert len(arrivals) == len(requests)
    for last in arrivals:
        window = [arrival for arrival in arrivals if last.at - 60 <= arrival.at <= last.at]
        assert len(window) <= per_minute
        assert sum(arrival.tokens for arrival in window) <= 1000


def simulate(limits: Limits, requests: list[tuple[float, float, int, float]]) -> list[Arrival]:
    """Ask for each request as soon as ``decide`` lets it go; (share of latency before arrival, latency, tokens,
    pause before asking)."""
    now, spent, ends, arrivals = 0.0, list[Spent](), list[tuple[float, int]](), list[Arrival]()
    for share, latency, tokens, pause in requests:
        now += pause
        while True:
            now = finish(spent, ends, now)
            permit = decide(limits, spent, 0, tokens, clock(now))
            if permit.answer is Admission.GO:
                break
            until = (permit.until - NOW).total_seconds() if permit.until else float("inf")
            now = max(now, min(until, ends[0][0] if ends else until))
        arrivals.append(Arrival(now + share * latency, tokens))
        spent.append(Spent(clock(now), None, tokens))
        heapq.heappush(ends, (now + latency, len(spent) - 1))
    return arrivals


def finish(spent: list[Spent], ends: list[tuple[float, int]], now: float) -> float:
    while ends and ends[0][0] <= now:
        end, index = heapq.heappop(ends)
        spent[index] = Spent(spent[index].started_at, clock(end), spent[index].tokens)
    return now


def clock(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- days -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "day", "resets_at"),
    [
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), date(2026, 6, 30), datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), date(2026, 7, 1), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 7, 59, tzinfo=UTC), date(2026, 11, 30), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), date(2026, 11, 1), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 3, 8, 8, 30, tzinfo=UTC), date(2026, 3, 8), datetime(2026, 3, 9, 7, tzinfo=UTC)),
    ],
)
def test_the_day_is_californias(now: datetime, day: date, resets_at: datetime) -> None:
    """Summer time, winter time, and the days of 25 and 23 hours between them."""
    assert pacific_day(now) == day
    assert day_resets_at(now) == resets_at


@given(
    st.integers(0, 17 * 365 * 24 * 3600).map(
        lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + seconds * SECOND
    )
)
def test_the_reset_is_the_first_moment_of_the_next_day(now: datetime) -> None:
    """At the reset it is the next day, a moment before it is not."""
    resets_at = day_resets_at(now)
    assert now < resets_at <= now + timedelta(hours=25)
    assert day_began_at(now) <= now
    assert day_resets_at(day_began_at(now)) == resets_at
    assert pacific_day(resets_at) == pacific_day(now) + timedelta(days=1)
    assert pacific_day(resets_at - timedelta(microseconds=1)) == pacific_day(now)


# --- refusals ---------------------------------------------------------------------------------


def test_a_per_minute_refusal_is_waited_out_as_told() -> None:
    """The answer's own delay counts; without one, a window."""
    told = blocked(Verdict(limit=Limit.PER_MINUTE, retry_after=20 * SECOND), NOW)
    assert told == Block(Limit.PER_MINUTE, NOW + 20 * SECOND)
    assert blocked(Verdict(limit=Limit.PER_MINUTE), NOW) == Block(Limit.PER_MINUTE, NOW + WINDOW)
    assert decide(LIMITS, [], 0, 1, NOW, told) == Permit(Admission.WAIT, NOW + 20 * SECOND)
    assert decide(LIMITS, [], 0, 1, NOW + 20 * SECOND, told).answer is Admission.GO


def test_a_per_day_refusal_ends_the_day() -> None:
    """Even when the answer names a few seconds, as Gemini's do."""
    block = blocked(Verdict(limit=Limit.PER_DAY, retry_after=20 * SECOND), NOW)
    assert block == Block(Limit.PER_DAY, day_resets_at(NOW))
    assert decide(LIMITS, [], 0, 1, NOW, block) == Permit(Admission.DAY_SPENT, day_resets_at(NOW))
    assert decide(LIMITS, [], 0, 1, day_resets_at(NOW), block).answer is Admission.GO


def test_a_model_that_is_not_ours_stays_so() -> None:
    """A quota of zero is no matter of time."""
    block = blocked(Verdict(limit=Limit.NOT_OFFERED, retry_after=SECOND), NOW)
    assert decide(LIMITS, [], 0, 1, NOW + timedelta(days=9), block) == Permit(Admission.NOT_OFFERED)


def test_a_wait_that_is_asked_for_holds_for_every_request() -> None:
    """A 503 or a 429 that names no limit, but a time: the service wants no other paper before it either."""
    block = blocked(Verdict(retry_after=20 * SECOND), NOW)
    assert block == Block(None, NOW + 20 * SECOND)
    assert decide(LIMITS, [], 0, 1, NOW, block) == Permit(Admission.WAIT, NOW + 20 * SECOND)


@pytest.mark.parametrize("verdict", [Verdict(), Verdict(retry_after=timedelta(0)), Verdict(permanent=True)])
def test_a_failure_that_asks_for_nothing_blocks_nothing(verdict: Verdict) -> None:
    """An overload without a time is the paper's own wait."""
    assert blocked(verdict, NOW) is None


def test_a_block_is_never_shortened() -> None:
    """Of two requests refused at once the one that was told the longer wait counts."""
    long = blocked(Verdict(retry_after=40 * SECOND), NOW)
    later = NOW + SECOND
    assert blocked(Verdict(limit=Limit.PER_MINUTE, retry_after=2 * SECOND), later, long) == long
    assert blocked(Verdict(), later, long) == long
    assert blocked(Verdict(retry_after=MINUTE), later, long) == Block(None, later + MINUTE)
    gone = blocked(Verdict(limit=Limit.NOT_OFFERED), later, long)
    assert gone == Block(Limit.NOT_OFFERED, None)
    assert blocked(Verdict(retry_after=MINUTE), later, gone) == gone


# --- tokens that are set aside ------------------------------------------------------------------


def test_until_an_answer_shows_better_all_its_output_counts() -> None:
    """What a model may still write is part of the minute's tokens."""
    assert reserve(Costs(), 900, 4096) == 4996


def test_answers_teach_what_they_take() -> None:
    """The dearest so far, and a little more, but never above what was allowed."""
    costs = learnt(learnt(Costs(), 1000, 1500), 1000, 1200)
    assert 1600 < reserve(costs, 1000, 4096) < 1700
    assert reserve(learnt(costs, 1000, 9000), 1000, 4096) == 5096


def test_cheap_answers_leave_the_estimate() -> None:
    """What is reported below the prompt's own estimate does not lower it."""
    assert reserve(learnt(Costs(), 1000, 100), 1000, 4096) == 1000


def test_the_pace_halves_and_recovers() -> None:
    """A refusal halves the pace once per burst; quiet windows bring it back by tenths."""
    pace = slowed(Pace(), NOW)
    assert pace.share == 0.5
    assert slowed(pace, NOW + SECOND) == pace
    assert slowed(pace, NOW + WINDOW).share == 0.25
    assert recovered(pace, NOW + SECOND) == pace
    assert recovered(pace, NOW + 2 * WINDOW).share == pytest.approx(0.7)
    assert recovered(pace, NOW + 9 * WINDOW).share == 1.0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 300)), max_size=60))
def test_a_paced_limit_is_never_zero_nor_more_than_the_limit(events: list[tuple[bool, int]]) -> None:
    """Whatever the refusals, requests go on, within the configured limits."""
    pace, now = Pace(), NOW
    for refused, seconds in events:
        now += seconds * SECOND
        pace = slowed(pace, now) if refused else recovered(pace, now)
        limits = paced(LIMITS, pace)
        assert 1 <= limits.requests_per_minute <= LIMITS.requests_per_minute
        assert 1 <= limits.tokens_per_minute <= LIMITS.tokens_per_minute
        assert (limits.requests_per_day, limits.concurrency) == (LIMITS.requests_per_day, LIMITS.concurrency)


# --- who goes first ---------------------------------------------------------------------------


def want(number: int, subscribers: str, hours: int = 1) -> SummaryRequest:
    """``subscribers``: one letter each."""
    key = SummaryKey(f"2611.{number:05}", 1, "English", "", 1)
    return SummaryRequest(key, frozenset(subscribers), NOW + timedelta(hours=hours))


def test_most_wanted_then_soonest() -> None:
    """What most wait for goes first; among equals, what is due soonest."""
    many, soon, late = want(1, "abc", 9), want(2, "a", 1), want(3, "a", 2)
    assert order([late, soon, many]) == (many, soon, late)


def test_no_one_is_left_without() -> None:
    """A subscriber with few papers is not drowned by one with many, however popular those are."""
    flood = [want(number, "abcd") for number in range(50)]
    alone = want(99, "z", hours=20)
    assert order([*flood, alone]).index(alone) == 1


def test_what_can_wait_for_new_quota_waits() -> None:
    """A digest that is due after the reset takes nothing from one that is due before it."""
    now_due, later = [want(number, "a", 1) for number in range(5)], want(9, "bcd", 30)
    assert order([later, *now_due], renewed_at=NOW + timedelta(hours=14))[-1] == later
    assert order([later, *now_due])[0] == later


def test_what_was_had_before_counts() -> None:
    """Who had their share of the day's quota earlier goes after who had none."""
    first, second = want(1, "a", 1), want(2, "b", 2)
    assert order([first, second]) == (first, second)
    assert order([first, second], served={"a": 3}) == (second, first)


wants_lists = st.lists(
    st.tuples(st.frozensets(st.sampled_from("abcdefgh"), max_size=5), st.integers(0, 48)), max_size=40
).map(lambda rows: [want(number, "".join(names), hours) for number, (names, hours) in enumerate(rows)])


@given(wants_lists)
def test_wherever_quota_ends_it_was_shared_fairly(wants: list[SummaryRequest]) -> None:
    """After k papers each of n subscribers has at least min(what it wants, k // n) of its own."""
    ordered = order(wants)
    names = {name for each in wants for name in each.subscribers}
    demand = {name: sum(name in each.subscribers for each in wants) for name in names}
    for count in range(len(ordered) + 1):
        for name in names:
            had = sum(name in each.subscribers for each in ordered[:count])
            assert had >= min(demand[name], count // len(names))


@given(wants_lists)
def test_each_paper_chosen_serves_one_who_has_least(wants: list[SummaryRequest]) -> None:
    """No paper is taken that only serves subscribers who are ahead of one still waiting."""
    left = list(order(wants))
    had: dict[str, int] = {}
    while left:
        waiting = {name for each in left for name in each.subscribers}
        least = min((had.get(name, 0) for name in waiting), default=0)
        chosen = left.pop(0)
        assert not waiting or any(had.get(name, 0) == least for name in chosen.subscribers)
        for name in chosen.subscribers:
            had[name] = had.get(name, 0) + 1


@given(wants_lists)
def test_the_order_is_complete_and_does_not_depend_on_the_input_order(wants: list[SummaryRequest]) -> None:
    """Every want appears once, and the same wants give the same order."""
    ordered = order(wants)
    assert sorted(ordered, key=lambda each: each.key.arxiv_id) == wants
    assert order(reversed(wants)) == ordered


def test_prices_change_with_the_day_and_are_not_made_up() -> None:
    """A hundred papers of 600 tokens in and 300 out, before and after the prices of January 2027."""
    before, after = date(2026, 11, 26), date(2027, 1, 1)
    assert dollars("gemini-flash-latest", 60_000, 30_000, before) == pytest.approx(0.1575)
    assert dollars("gemini-flash-latest", 60_000, 30_000, after) == pytest.approx(0.315)
    assert dollars("gemini-flash-lite-latest", 60_000, 30_000, after) == pytest.approx(0.093)
    assert dollars("gemini-flash-latest", 60_000, 30_000, before, flex=True) == pytest.approx(0.1575 / 2)
    assert dollars("gemini-of-tomorrow", 60_000, 30_000, before) is None


# --- papers of one request ---


def test_three_hundred_papers_a_day_fit_the_free_tier() -> None:
    """Together only as far as the day demands, with room to ask again for what went wrong."""
    assert papers_together([250], 250) == 1
    assert papers_together([300], 250) == 2
    assert papers_together([300], 100) == 4
    assert papers_together([300], 0) == MOST_TOGETHER


@given(st.lists(st.integers(1, 400), max_size=6), st.integers(0, 300))
def test_as_few_together_as_fit(groups: list[int], left: int) -> None:
    """Where any number fits, the one chosen does, and one paper fewer would leave no room."""
    size = papers_together(groups, left)
    assert 1 <= size <= MOST_TOGETHER

    def needed(size: int) -> int:
        return sum(-(-group // size) for group in groups)

    assert needed(size) <= left or size == MOST_TOGETHER
    assert size == 1 or needed(size - 1) + 0.05 * sum(groups) + 1 > left
