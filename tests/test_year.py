"""Weeks of the simulated year: over both changes of the clocks, an outage, edits good and broken.

`tests/benchmarks/year.py` lives through all of it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.simulated.arxiv import Universe
from tests.simulated.life import ClockError, Delivered, Life, Outage, edits_between, live
from tests.simulated.verdict import judge

SPRING = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
WEEKS = timedelta(weeks=3)
OUTAGES = {
    SPRING: Outage(SPRING + timedelta(days=4, hours=1), SPRING + timedelta(days=5, hours=20)),
    AUTUMN: Outage(AUTUMN + timedelta(days=4), AUTUMN + timedelta(days=5, hours=9), asleep=True),
}


@pytest.fixture(scope="module", params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Three weeks around a change of the clocks."""
    start: datetime = request.param
    end, outages = start + WEEKS, [OUTAGES[start]]
    changes = edits_between(start, end, 5, 2, outages)
    universe = Universe((start - timedelta(days=30)).date(), end.date(), per_batch=5)
    return asyncio.run(live(tmp_path_factory.mktemp("life"), universe, start, end, outages, changes))


def test_every_digest_when_due_and_every_paper_once(life: Life) -> None:
    """Whatever the clocks, the machine and the editor of the YAML do."""
    verdict = judge(life)
    assert not verdict.wrong
    assert not life.faults
    assert life.refused == 2
    assert verdict.digests > 70
    assert verdict.caught_up >= 2
    assert verdict.papers > 50
    assert verdict.late >= 2


AHEAD_ONCE = "the database held times up to 20"
CLOCK_ERRORS = (
    ClockError(SPRING + timedelta(days=3), SPRING + timedelta(days=4, hours=6), timedelta(days=400), True),
    ClockError(SPRING + timedelta(days=8), SPRING + timedelta(days=8, hours=9), timedelta(days=3), False),
    ClockError(SPRING + timedelta(days=11), SPRING + timedelta(days=12), timedelta(days=-400), True),
    ClockError(
        SPRING + timedelta(days=15), SPRING + timedelta(days=15, hours=1), timedelta(minutes=4), False
    ),
)
"""Far ahead and found so at the next start; days ahead, and set right beside the process; far behind;
and as little as a time server corrects."""


def test_a_clock_that_jumps_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Ahead by 400 days, by three, behind by 400, each for hours and then right again: every paper
    reaches everybody once, every digest comes at its hour again, and each fault is named once."""
    end = SPRING + WEEKS
    universe = Universe((SPRING - timedelta(days=30)).date(), end.date(), per_batch=5)
    life = asyncio.run(live(tmp_path, universe, SPRING, end, clock_errors=CLOCK_ERRORS))
    verdict = judge(life)
    assert not verdict.wrong
    assert not life.faults
    assert verdict.digests > 60
    assert verdict.papers > 50
    assert [trouble[: len(AHEAD_ONCE)] for trouble in life.troubles[:2]] == [AHEAD_ONCE] * 2
    (behind,) = life.troubles[2:]
    assert behind.startswith("this machine's clock is behind")


def test_the_verdict_sees_what_is_wrong(life: Life) -> None:
    """Messages taken away, doubled, or sent at another hour: each is found."""
    kept = life.delivered
    theirs = [one for one in kept if one.envelope.subscriber == "london" and one.envelope.arxiv_ids]
    try:
        life.delivered = [one for one in kept if one not in theirs]
        assert any("never got" in line for line in judge(life).wrong)

        life.delivered = [*kept, Delivered(theirs[0].at, theirs[0].envelope)]
        wrong = judge(life).wrong
        assert any("was sent 2 times" in line for line in wrong)
        assert any("got" in line and "2 times" in line for line in wrong)
    finally:
        life.delivered = kept


def test_the_verdict_knows_the_hours(life: Life) -> None:
    """A schedule that nobody keeps to is noticed: too many digests there, none here."""
    due = life.outages
    try:
        life.outages = []
        assert any(" digests for " in line or "was not due" in line for line in judge(life).wrong)
    finally:
        life.outages = due
