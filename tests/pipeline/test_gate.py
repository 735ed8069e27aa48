"""The one gate to arXiv: polite, patient, and honest about giving up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import ArxivError, QueryRejected
from bot.models import Verdict
from bot.pipeline.gate import ArxivGate
from bot.store.opening import open_store
from tests.fakes import FakeClock, SilentProgress, overloaded

THREE = timedelta(seconds=3)


Gates = Callable[..., ArxivGate]


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Gates]:
    """Makes gates on one database."""
    store = open_store(tmp_path / "state.db")
    yield lambda clock, progress=None: ArxivGate(clock, store.notices, progress or SilentProgress())
    store.close()


def attempts(
    clock: FakeClock, *outcomes: Exception | str, taking: float = 1.0
) -> tuple[Callable[[], Awaitable[str]], list[tuple[float, float]]]:
    """A request that ends as told each time, and the times each began and ended."""
    log: list[tuple[float, float]] = []
    left = list(outcomes)

    async def attempt() -> str:
        began = clock.monotonic()
        await clock.sleep(taking)
        log.append((began, clock.monotonic()))
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return attempt, log


async def test_requests_are_spaced_from_the_end_of_the_last(gates: Gates) -> None:
    """arXiv's terms: three seconds apart, a process's first request included."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, log = attempts(clock, "a", "b", "c", taking=2.0)
    for _ in range(3):
        await gate.ask(attempt, THREE)
    assert log == [(3.0, 5.0), (8.0, 10.0), (13.0, 15.0)]
    clock.advance(timedelta(seconds=2.5))
    late, log = attempts(clock, "d", taking=0.0)
    await gate.ask(late, THREE)
    assert log == [(18.0, 18.0)]


async def test_refusals_are_waited_out_with_pauses_that_double(gates: Gates) -> None:
    """Pauses begin at max(1 s, 2 x min_interval) and double up to a minute."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, log = attempts(clock, *[overloaded()] * 4, "at last", taking=0.0)
    assert await gate.ask(attempt, THREE) == "at last"
    starts = [began for began, _ in log]
    assert [later - earlier for earlier, later in pairwise(starts)] == [6, 12, 24, 48]


async def test_a_retry_after_is_obeyed(gates: Gates) -> None:
    """Longer than our own pause: what arXiv asks for counts."""
    clock = FakeClock()
    attempt, log = attempts(clock, overloaded(timedelta(seconds=90)), "fine", taking=0.0)
    await gates(clock).ask(attempt, THREE)
    assert log[1][0] - log[0][0] == 90


async def test_after_five_minutes_of_trying_the_cycle_gives_up(gates: Gates) -> None:
    """Five minutes in all, not for each request; the next cycle has the whole patience again."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, _ = attempts(clock, *[overloaded()] * 40)
    with pytest.raises(ArxivError, match="gave up after five minutes"):
        await gate.ask(attempt, THREE)
    assert timedelta(minutes=3) < timedelta(seconds=clock.monotonic()) < timedelta(minutes=5, seconds=30)

    second, log = attempts(clock, overloaded(), "too late")
    with pytest.raises(ArxivError):
        await gate.ask(second, THREE)
    assert len(log) == 1

    gate.begin_cycle()
    third, _ = attempts(clock, overloaded(), "fine")
    assert await gate.ask(third, THREE) == "fine"


def not_believed(*answers: str) -> Callable[[str], str]:
    return lambda answer: "that can't be" if answer in answers else ""


async def test_an_answer_that_is_not_believed_counts_as_a_refusal(gates: Gates) -> None:
    """Asked again with pauses that double, as after a refusal, which may come between."""
    clock = FakeClock()
    attempt, log = attempts(clock, "odd", "odd", overloaded(), "odd", "fine", taking=0.0)
    assert await gates(clock).ask(attempt, THREE, not_believed("odd")) == "fine"
    starts = [began for began, _ in log]
    assert [later - earlier for earlier, later in pairwise(starts)] == [6, 12, 24, 48]


async def test_an_answer_that_is_never_believed_uses_up_the_patience(gates: Gates) -> None:
    """Five minutes, and the reason is told."""
    clock = FakeClock()
    attempt, log = attempts(clock, *["odd"] * 60)
    with pytest.raises(ArxivError, match="that can't be; gave up after five minutes"):
        await gates(clock).ask(attempt, THREE, not_believed("odd"))
    assert len(log) < 10


async def test_doubts_that_were_settled_leave_the_patience_to_refusals(gates: Gates) -> None:
    """Forty topics without news are no reason to give up on the next one at its first refusal."""
    clock = FakeClock()
    gate = gates(clock)
    for _ in range(40):
        attempt, _ = attempts(clock, "odd", "odd", "nothing")
        await gate.ask(attempt, THREE, not_believed("odd"))
    attempt, _ = attempts(clock, *[overloaded()] * 4, "fine")
    assert await gate.ask(attempt, THREE) == "fine"


async def test_a_rejected_query_is_not_asked_again(gates: Gates) -> None:
    """Permanent: raised at once, and no pause for the others."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, log = attempts(clock, QueryRejected("unbalanced parentheses"), taking=0.0)
    with pytest.raises(QueryRejected):
        await gate.ask(attempt, THREE)
    assert len(log) == 1
    assert clock.slept[:1] == [3.0]


async def test_a_retry_after_holds_across_a_restart(gates: Gates) -> None:
    """`once` ignores the waiting times of earlier failures, not a service's own Retry-After."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, _ = attempts(clock, overloaded(timedelta(hours=1)))
    with pytest.raises(ArxivError, match="it asks to be left alone for 1:00:00"):
        await gate.ask(attempt, THREE)

    again, log = attempts(clock, "not yet")
    gate.begin_cycle()
    with pytest.raises(ArxivError, match="asked not to be asked again before"):
        await gate.ask(again, THREE)
    assert not log

    clock.advance(timedelta(hours=1))
    assert await gate.ask(again, THREE) == "not yet"


async def test_a_retry_after_that_is_over_lends_no_patience(gates: Gates) -> None:
    """Five minutes, however long ago arXiv asked to be left alone."""
    clock = FakeClock()
    gate = gates(clock)
    attempt, _ = attempts(clock, overloaded(timedelta(hours=1)), *[overloaded()] * 40)
    with pytest.raises(ArxivError):
        await gate.ask(attempt, THREE)
    clock.advance(timedelta(hours=2))
    gate.begin_cycle()
    began = clock.monotonic()
    with pytest.raises(ArxivError, match="gave up after five minutes"):
        await gate.ask(attempt, THREE)
    assert clock.monotonic() - began <= 330


@pytest.mark.parametrize(("seconds", "within"), [(300, True), (301, False)])
async def test_five_minutes_are_waited_out_and_no_second_more(
    gates: Gates, seconds: int, within: bool
) -> None:
    """Whether arXiv asks for them now, or asked a process before this one."""
    clock = FakeClock()
    now, earlier = gates(clock), gates(clock)
    asked, log = attempts(clock, overloaded(timedelta(seconds=seconds)), "fine", taking=0.0)
    with contextlib.nullcontext() if within else pytest.raises(ArxivError, match="left alone for 0:05:01"):
        assert await now.ask(asked, THREE) == "fine"
    assert len(log) == 1 + within
    clock.advance(timedelta(hours=1))
    hour, _ = attempts(clock, overloaded(timedelta(hours=1)), taking=0.0)
    with pytest.raises(ArxivError, match="left alone for 1:00:00"):
        await earlier.ask(hour, THREE)
    clock.advance(timedelta(hours=1, seconds=-seconds))
    later, log = attempts(clock, "fine", taking=0.0)
    with contextlib.nullcontext() if within else pytest.raises(ArxivError, match="not to be asked again"):
        assert await gates(clock).ask(later, THREE) == "fine"
    assert len(log) == within


async def test_a_long_wait_says_what_is_waited_for(gates: Gates) -> None:
    """Whoever watches is told before more than ten seconds pass, and for how long it may go on."""
    clock, progress = FakeClock(), SilentProgress()
    refused = ArxivError("arXiv does not answer (connection refused)", Verdict(unreachable=True))
    gate = gates(clock, progress)
    attempt, _ = attempts(clock, *[refused] * 3, "a")
    await gate.ask(attempt, THREE)
    assert progress.waits == [
        "arXiv does not answer (connection refused); asking again in 12 s, for at most 5 more minutes",
        "arXiv does not answer (connection refused); asking again in 24 s, for at most 5 more minutes",
    ]
    assert [text for level, text, _ in progress.notes if level == "debug"] == [
        "arXiv does not answer (connection refused); asking again in 6 s, for at most 5 more minutes"
    ]


async def test_nobody_waits_for_a_name_that_is_unknown(gates: Gates) -> None:
    """Somebody at a terminal is told after three tries, and of every further question at once."""
    clock = FakeClock()
    gate = gates(clock)
    unknown = ArxivError("the name nothing.invalid can't be resolved", Verdict(unreachable=True))
    attempt, log = attempts(clock, *[unknown] * 20)
    gate.begin_cycle(patient=False)
    for _ in range(5):
        with pytest.raises(ArxivError, match="can't be resolved"):
            await gate.ask(attempt, THREE)
    assert len(log) == 3
    assert clock.monotonic() < 30
    gate.begin_cycle()
    with pytest.raises(ArxivError, match="five minutes"):
        await gate.ask(attempt, THREE)
    assert len(log) > 6


async def test_a_request_that_stalls_is_said(gates: Gates) -> None:
    """An overloaded arXiv holds a request for a minute and more: nobody is to wonder why nothing moves."""
    clock, progress = FakeClock(), SilentProgress()
    gate = gates(clock, progress)
    attempt, _ = attempts(clock, "a", taking=80.0)
    assert await gate.ask(attempt, THREE) == "a"
    assert progress.waits == ["waiting for arXiv's answer, which has not come for 10 s"]
    quick, _ = attempts(clock, "b", taking=9.0)
    await gate.ask(quick, THREE)
    assert len(progress.waits) == 1


async def test_a_long_interval_is_said(gates: Gates) -> None:
    """A person who asked for it may have forgotten."""
    clock, progress = FakeClock(), SilentProgress()
    clock.advance(timedelta(minutes=5))
    gate = gates(clock, progress)
    attempt, _ = attempts(clock, "a")
    await gate.ask(attempt, timedelta(seconds=30))
    assert progress.waits == ["keeping 30 s between requests to arXiv (arxiv.min_interval)"]


async def test_the_last_try_is_called_so(gates: Gates) -> None:
    """Without a way to arXiv a run that somebody waits for does not go on for minutes, and does not say so."""
    clock, progress = FakeClock(), SilentProgress()
    gate = gates(clock, progress)
    gate.begin_cycle(patient=False)
    attempt, _ = attempts(clock, *[ArxivError("unknown name", Verdict(unreachable=True))] * 3)
    with pytest.raises(ArxivError):
        await gate.ask(attempt, THREE)
    assert progress.waits == ["unknown name; asking again in 12 s, once more"]


@pytest.mark.parametrize("after", [8.0, 20.0])
async def test_the_next_request_is_spaced_from_the_end_of_one_that_was_cancelled(
    gates: Gates, after: float
) -> None:
    """It goes with the round, and takes a moment to be closed: one at a time, and three seconds after that."""
    clock = FakeClock()
    gate = gates(clock)

    async def attempt() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            await clock.sleep(2)
        return "never"

    asking = asyncio.ensure_future(gate.ask(attempt, THREE))
    await clock.sleep(after)
    asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled()
    attempt_again, log = attempts(clock, "fine", taking=0.0)
    await gate.ask(attempt_again, THREE)
    assert [began for began, _ in log] == [after + 2 + 3]


async def test_a_pause_is_kept_by_whoever_asks_next(gates: Gates) -> None:
    """The one who was refused may be gone: arXiv is left alone all the same."""
    clock = FakeClock()
    gate = gates(clock)
    refused, log = attempts(clock, *[overloaded()] * 4, taking=0.0)
    asking = asyncio.ensure_future(gate.ask(refused, THREE))
    await clock.sleep(50)
    asking.cancel()
    await asyncio.wait({asking})
    attempt, later = attempts(clock, "fine", taking=0.0)
    assert await gate.ask(attempt, THREE) == "fine"
    assert later[0][0] - log[3][0] == 48


async def test_the_rest_of_a_retry_after_is_waited_out_and_counts(gates: Gates) -> None:
    """Another process waits until the very time, says so, and has so much less patience left."""
    clock, progress = FakeClock(), SilentProgress()
    attempt, log = attempts(clock, overloaded(timedelta(seconds=200)), taking=0.0)
    asking = asyncio.ensure_future(gates(clock).ask(attempt, THREE))
    await clock.sleep(53)
    asking.cancel()
    await asyncio.wait({asking})
    began = clock.monotonic()
    again, later = attempts(clock, *[overloaded()] * 20, taking=0.0)
    with pytest.raises(ArxivError, match="gave up after five minutes"):
        await gates(clock, progress).ask(again, THREE)
    assert progress.waits[0] == "arXiv asked to be left alone for another 150 s"
    assert later[0][0] - log[0][0] == 200
    assert 150 < clock.monotonic() - began <= 300


async def test_the_pauses_begin_anew_after_an_answer(gates: Gates) -> None:
    """An answer, a rejected query and a new cycle each end a row of refusals."""
    clock = FakeClock()
    gate = gates(clock)
    for end in ("fine", QueryRejected("unbalanced parentheses"), "fine"):
        attempt, log = attempts(clock, overloaded(), overloaded(), end, taking=0.0)
        with contextlib.suppress(QueryRejected):
            await gate.ask(attempt, THREE)
        starts = [began for began, _ in log]
        assert [later - earlier for earlier, later in pairwise(starts)] == [6, 12]
    last, _ = attempts(clock, *[overloaded()] * 40)
    with pytest.raises(ArxivError):
        await gate.ask(last, THREE)
    gate.begin_cycle()
    attempt, log = attempts(clock, overloaded(), "fine", taking=0.0)
    await gate.ask(attempt, THREE)
    assert log[1][0] - log[0][0] == 6


async def test_what_a_refusal_takes_uses_up_the_patience(gates: Gates) -> None:
    """Five minutes in all, whether arXiv refuses at once or lets us wait. What it answered took none of them."""
    clock = FakeClock()
    gate = gates(clock)
    answered, _ = attempts(clock, "late", QueryRejected("unbalanced parentheses"), taking=400.0)
    await gate.ask(answered, THREE)
    with pytest.raises(QueryRejected):
        await gate.ask(answered, THREE)
    states = [gate.has_given_up]
    slow, log = attempts(clock, *[overloaded()] * 10, taking=70.0)
    with pytest.raises(ArxivError, match="gave up after five minutes"):
        await gate.ask(slow, THREE)
    assert len(log) == 4
    states.append(gate.has_given_up)
    gate.begin_cycle()
    assert [*states, gate.has_given_up] == [False, True, False]


@pytest.mark.parametrize("outcome", [overloaded(), "odd"])
async def test_after_so_many_tries_the_caller_decides(gates: Gates, outcome: Exception | str) -> None:
    """When the pause is over, so that what is asked instead may be asked at once."""
    clock = FakeClock()
    attempt, log = attempts(clock, *[outcome] * 9, taking=0.0)
    with pytest.raises(ArxivError, match=r"HTTP 503|that can't be"):
        await gates(clock).ask(attempt, THREE, not_believed("odd"), tries=2)
    assert [began for began, _ in log] == [3, 9]
    assert clock.monotonic() == 9 + 12


async def test_what_nobody_foresaw_counts_as_a_refusal(gates: Gates) -> None:
    """One failure stays one: it is named, and arXiv asked again."""
    clock, progress = FakeClock(), SilentProgress()
    attempt, _ = attempts(clock, ValueError("no such codec"), ValueError("no such codec"), "fine")
    assert await gates(clock, progress).ask(attempt, THREE) == "fine"
    assert "unforeseen ValueError" in progress.waits[0]


@pytest.mark.parametrize(("seconds", "said"), [(10, 0), (11, 3)])
async def test_a_wait_of_ten_seconds_is_not_said(gates: Gates, seconds: int, said: int) -> None:
    """Only longer ones are: a pause, the space between two requests, what an earlier process was asked for."""
    clock, progress = FakeClock(), SilentProgress()
    attempt, _ = attempts(clock, overloaded(timedelta(seconds=seconds)), "fine")
    await gates(clock, progress).ask(attempt, THREE)
    again, _ = attempts(clock, "fine")
    await gates(clock, progress).ask(again, timedelta(seconds=seconds))
    earlier, _ = attempts(clock, overloaded(timedelta(hours=1)))
    with pytest.raises(ArxivError):
        await gates(clock).ask(earlier, THREE)
    clock.advance(timedelta(hours=1, seconds=-seconds))
    later, _ = attempts(clock, "fine")
    await gates(clock, progress).ask(later, THREE)
    assert len(progress.waits) == said


async def test_it_is_said_how_long_the_asking_may_go_on(gates: Gates) -> None:
    """Less with every pause."""
    clock, progress = FakeClock(), SilentProgress()
    long = overloaded(timedelta(seconds=125))
    attempt, _ = attempts(clock, long, long, overloaded(), "fine", taking=0.0)
    await gates(clock, progress).ask(attempt, THREE)
    told = [text.rpartition("for at most ")[2] for text in progress.waits]
    assert told == ["5 more minutes", "3 more minutes", "one more minute"]


async def test_a_pause_ends_when_told_to_stop(tmp_path: Path) -> None:
    """What was recorded stays, nothing more is asked, and who looks is told so."""
    clock, stopping = FakeClock(), asyncio.Event()
    store = open_store(tmp_path / "state.db")
    gate = ArxivGate(clock, store.notices, SilentProgress(), stopping)
    attempt, log = attempts(clock, overloaded(timedelta(seconds=60)), "too late", taking=0.0)
    asking = asyncio.ensure_future(gate.ask(attempt, THREE))
    await clock.sleep(20)
    assert not gate.is_stopping
    stopping.set()
    with pytest.raises(ArxivError, match="stopped before arXiv answered"):
        await asking
    assert (len(log), gate.is_stopping, gate.has_given_up) == (1, True, True)
    assert clock.monotonic() < 30
    store.close()
