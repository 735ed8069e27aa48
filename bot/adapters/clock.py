"""The only place that reads the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, keeping `ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """At least one turn of the loop, however small or negative ``seconds`` is."""
        import asyncio  # who only reads the clock, as `check` does, need not load it

        await asyncio.sleep(max(0.0, seconds))
