"""The machine's clock."""

from __future__ import annotations

from datetime import UTC

from bot.adapters.clock import SystemClock


async def test_now_is_aware_utc_and_monotonic_does_not_go_back() -> None:
    """The two readings that everything else takes as arguments."""
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(-1)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= before
