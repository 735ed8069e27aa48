"""A model that answers well, the ways in which one fails, and what its service counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.errors import ModelError
from bot.models import Limit, ModelReply, Prompt, Verdict

GOOD = {"objective": "Image a sample by ptychography.", "finding": "The sample has 12 layers."}
WRONG_NUMBER = {"objective": "Image a sample by ptychography.", "finding": "The sample has 13 layers."}


def asked(prompt: Prompt) -> list[str]:
    """The ids of the papers in a request, in its order."""
    return re.findall(r"^arxiv_id: (\S+)$", prompt.user, re.MULTILINE)


def objects(*answers: Any) -> ModelReply:
    return ModelReply(json.dumps(answers), "STOP", "", "gemini-test", 700, 90)


def good(prompt: Prompt) -> ModelReply:
    """Every paper asked for, well summarised."""
    return objects(*({"arxiv_id": arxiv_id, **GOOD} for arxiv_id in asked(prompt)))


def text(words: str, finish: str = "STOP") -> ModelReply:
    return ModelReply(words, finish, "", "gemini-test", 700, 90)


def recited() -> ModelReply:
    return ModelReply(None, "RECITATION", "", "gemini-test", 700, 0)


def blocked() -> ModelReply:
    """The prompt itself was refused: no candidate."""
    return ModelReply(None, "", "PROHIBITED_CONTENT", "gemini-test", 700, 0)


def overloaded() -> ModelError:
    return ModelError("Gemini refuses with status 503: high demand", Verdict())


def unreadable() -> ModelError:
    return ModelError("Gemini's answer can't be read (JSONDecodeError)", Verdict(malformed=True))


def too_many(limit: Limit, retry_after: timedelta | None = None) -> ModelError:
    return ModelError("Gemini refuses with status 429", Verdict(limit=limit, retry_after=retry_after))


def bad_key() -> ModelError:
    return ModelError(
        "Gemini refuses with status 400: API key not valid",
        Verdict(permanent=True, service_wide=True, remedy="make a key"),
    )


Answer = Callable[[Prompt], ModelReply | Exception]


def in_turn(*answers: ModelReply | Exception | Answer) -> Answer:
    """These, one after the other; then good ones."""
    left = list(answers)

    def answer(prompt: Prompt) -> ModelReply | Exception:
        following = left.pop(0) if left else good
        return following(prompt) if callable(following) else following

    return answer


def most_within(window: float, moments: Sequence[float]) -> int:
    """The largest number of events in any span of ``window`` seconds."""
    return max((sum(at <= one < at + window for one in moments) for at in moments), default=0)
