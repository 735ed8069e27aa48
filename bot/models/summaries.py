"""What is asked of the model, what it answers, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class SummarySource(StrEnum):
    MODEL = "gemini"
    EXTRACTIVE = "extractive"
    """The abstract's own sentences, chosen by us."""


@dataclass(frozen=True)
class SummaryKey:
    """What makes a summary reusable: the same key is never asked of the model twice."""

    arxiv_id: str
    version: int
    language: str
    focus: str
    prompt_version: int


@dataclass(frozen=True)
class Summary:
    """One to three sentences on a paper. LaTeX allowed."""

    objective: str
    finding: str
    source: SummarySource
    model: str = ""
    """The ``modelVersion`` that answered; empty for an extract."""


@dataclass(frozen=True)
class Prompt:
    """One request to the model, complete: the adapter adds nothing of its own."""

    system: str
    user: str
    schema: Mapping[str, object]
    """JSON Schema of the answer, flat (facts: bounds and enums can make Gemini refuse it)."""
    max_output_tokens: int
    """Includes thinking."""


@dataclass(frozen=True)
class ModelReply:
    """What the model answered, unjudged."""

    text: str | None
    finish_reason: str
    """``STOP``, ``MAX_TOKENS``, ``SAFETY``, ``RECITATION``, ...; empty when there was no candidate."""
    block_reason: str
    """Why the prompt itself was blocked; empty when it was not."""
    model_version: str
    prompt_tokens: int
    output_tokens: int
    """Candidates and thoughts together."""


@dataclass(frozen=True)
class ModelUse:
    """Requests and tokens spent on one Pacific-time day."""

    day: date
    requests: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    by_model: Mapping[str, int] = field(default_factory=dict)
