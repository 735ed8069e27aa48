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


class Purpose(StrEnum):
    """What a request to the model is for."""

    SUMMARY = "summary"
    SCORE = "score"


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
class ScoreKey:
    """What makes a score reusable: the same key is never asked of the model twice."""

    arxiv_id: str
    version: int
    interests: str
    """A hash of what the reader wrote and likes: equal interests share their scores."""
    prompt_version: int


@dataclass(frozen=True)
class Score:
    """How relevant a paper is to somebody, by the model."""

    value: int
    """0 to 10."""
    reason: str
    """At most twelve words; empty where what the model gave could not be shown."""
    model: str = ""


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
