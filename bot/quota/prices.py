"""What Gemini charges, as far as it is known: Google changes it, so every figure made of this is an estimate.

Source: ai.google.dev/gemini-api/docs/pricing, read in November 2026; thoughts are charged as output, and the
flex tier costs half of the standard one. Of the free tier nothing is charged.
"""

from __future__ import annotations

from datetime import date

KNOWN_IN = "November 2026"

_FLASH = ((date.min, 0.75, 3.75), (date(2027, 1, 1), 1.50, 7.50))
_LITE = ((date.min, 0.30, 2.50),)
_PRICES: dict[str, tuple[tuple[date, float, float], ...]] = {
    "gemini-flash-latest": _FLASH,
    "gemini-3.8-flash": _FLASH,
    "gemini-3.7-flash": _FLASH,
    "gemini-3.6-flash": _FLASH,
    "gemini-3.5-flash": ((date.min, 1.50, 9.00),),
    "gemini-flash-lite-latest": _LITE,
    "gemini-3.5-flash-lite": _LITE,
    "gemini-3.1-flash-lite": ((date.min, 0.25, 1.50),),
    "gemini-2.5-flash-lite": ((date.min, 0.10, 0.40),),
}
"""From when on, US dollars for a million tokens of prompts, and of answers; oldest first. The standard tier."""

_FLEX = 0.5


def dollars(
    model: str, prompt_tokens: int, output_tokens: int, day: date, *, flex: bool = False
) -> float | None:
    """What so many tokens cost on that day; None for a model whose price is not known here."""
    prices = [price for price in _PRICES.get(model, ()) if price[0] <= day]
    if not prices:
        return None
    _, prompt, output = prices[-1]
    share = _FLEX if flex else 1.0
    return share * (prompt_tokens * prompt + output_tokens * output) / 1_000_000
