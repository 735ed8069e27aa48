"""How Gemini fails: refusals with Google's error bodies, and answers that are not what was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from bot.demo.gemini.answers import PaperAnswer


class GeminiFault(Enum):
    """What goes wrong with one request; the value says how it looks to the client."""

    PER_MINUTE = "429: requests per minute"
    PER_DAY = "429: requests per day"
    NOT_OFFERED = "429: a quota of 0 for this model"
    SPENDING_LIMIT = "429 without details"
    OVERLOADED = "503"
    INTERNAL = "500"
    DEADLINE = "504"
    INVALID_KEY = "400: the key is not valid"
    FORBIDDEN = "403: the key was blocked"
    NOT_FOUND = "404: no such model"
    BAD_REQUEST = "400: the request itself"
    THINKING_REFUSED = "400: a level of thinking that the model does not take"
    COUNTRY = "400: not offered in this country"
    PROXY_ERROR = "502 with an HTML page"
    MISLABELLED_ERROR = "503 with an HTML page that is labelled as JSON"
    STALL = "no answer"
    DROPPED = "the connection closed without an answer"
    HTML = "200 with an HTML page"
    NULL = "200 with the JSON value null"
    ARRAY = "200 with a JSON array"
    WRONG_SHAPE = "200 with fields of other types"
    MALFORMED_JSON = "JSON cut short"
    FENCED_JSON = "JSON in a Markdown fence"
    BARE_LATEX = "LaTeX whose backslashes JSON has not escaped"
    MAX_TOKENS = "nothing left for the answer after thinking"
    SAFETY = "refused for safety"
    RECITATION = "refused as recitation"
    NEW_FINISH_REASON = "a finish reason that no client knows yet"
    BLOCKED_PROMPT = "the prompt blocked"
    WRONG_ID = "an id that was not asked for"
    SWAPPED_IDS = "each answer under the next paper's id"
    WRONG_NUMBER = "a number that the abstract does not have"
    WRONG_LANGUAGE = "French"
    EMPTY_FIELDS = "empty fields"


Refusal = tuple[int, str, str]
"""Status, body and content type."""

PAGE = "<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>"
_GOOGLE = "type.googleapis.com/google.rpc"


def refusal(fault: GeminiFault, *, model: str, delay_s: float, key: str) -> Refusal | None:
    """The HTTP answer that is not a reply of the model's; None when the fault is of another kind."""
    if fault in _PLAIN:
        return _PLAIN[fault]
    if fault in _QUOTA_IDS:
        return _json(429, "RESOURCE_EXHAUSTED", *_quota(fault, model, delay_s))
    if fault not in _ERRORS:
        return None
    status, name, message, reason = _ERRORS[fault]
    details = [{"@type": f"{_GOOGLE}.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    return _json(status, name, message.format(model=model, key=key), details if reason else [])


def _json(status: int, name: str, message: str, details: list[dict[str, Any]]) -> Refusal:
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = details
    return status, json.dumps({"error": error}), "application/json"


def _quota(fault: GeminiFault, model: str, delay_s: float) -> tuple[str, list[dict[str, Any]]]:
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    limit = 0 if fault is GeminiFault.NOT_OFFERED else 10
    violation: dict[str, Any] = {
        "quotaMetric": metric,
        "quotaId": _QUOTA_IDS[fault],
        "quotaDimensions": {"location": "global", "model": model},
    }
    if limit:  # protobuf's JSON leaves zeros out
        violation["quotaValue"] = str(limit)
    message = (
        "You exceeded your current quota, please check your plan and billing details. "
        f"* Quota exceeded for metric: {metric}, limit: {limit}, model: {model} "
        f"Please retry in {delay_s:g}s."
    )
    return message, [
        {"@type": f"{_GOOGLE}.QuotaFailure", "violations": [violation]},
        {"@type": f"{_GOOGLE}.Help", "links": [{"url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type": f"{_GOOGLE}.RetryInfo", "retryDelay": f"{delay_s:g}s"},
    ]


_QUOTA_IDS = {
    GeminiFault.PER_MINUTE: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    GeminiFault.PER_DAY: "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    GeminiFault.NOT_OFFERED: "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
}

_ERRORS = {
    GeminiFault.SPENDING_LIMIT: (
        429,
        "RESOURCE_EXHAUSTED",
        "Your project has exceeded its spending cap.",
        "",
    ),
    GeminiFault.OVERLOADED: (503, "UNAVAILABLE", "This model is currently experiencing high demand.", ""),
    GeminiFault.INTERNAL: (500, "INTERNAL", "An internal error has occurred.", ""),
    GeminiFault.DEADLINE: (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", ""),
    GeminiFault.INVALID_KEY: (
        400,
        "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key.",
        "API_KEY_INVALID",
    ),
    GeminiFault.FORBIDDEN: (
        403,
        "PERMISSION_DENIED",
        "Permission denied: Consumer 'api_key:{key}' has been suspended.",
        "CONSUMER_SUSPENDED",
    ),
    GeminiFault.NOT_FOUND: (404, "NOT_FOUND", "models/{model} is not found for API version v1beta.", ""),
    GeminiFault.BAD_REQUEST: (400, "INVALID_ARGUMENT", "Request contains an invalid argument.", ""),
    GeminiFault.THINKING_REFUSED: (
        400,
        "INVALID_ARGUMENT",
        "Thinking level MINIMAL is not supported for this model.",
        "",
    ),
    GeminiFault.COUNTRY: (400, "FAILED_PRECONDITION", "User location is not supported for the API use.", ""),
}

_PLAIN: dict[GeminiFault, Refusal] = {
    GeminiFault.PROXY_ERROR: (502, PAGE, "text/html"),
    GeminiFault.MISLABELLED_ERROR: (503, PAGE, "application/json"),
    GeminiFault.HTML: (200, PAGE, "text/html"),
    GeminiFault.NULL: (200, "null", "application/json"),
    GeminiFault.ARRAY: (200, "[1, 2]", "application/json"),
    GeminiFault.WRONG_SHAPE: (200, '{"candidates": {"content": 3}, "usageMetadata": []}', "application/json"),
}


# --- replies that are not what was asked for --------------------------------------------------


def _swap(answers: Mapping[str, PaperAnswer]) -> dict[str, PaperAnswer]:
    ids = list(answers)
    return dict(zip(ids[1:] + ids[:1], answers.values(), strict=True))


SPOILT: Mapping[GeminiFault | None, Callable[[Mapping[str, PaperAnswer]], dict[str, PaperAnswer]]] = {
    GeminiFault.WRONG_ID: lambda answers: {
        f"0000.0000{n}": words for n, words in enumerate(answers.values())
    },
    GeminiFault.SWAPPED_IDS: _swap,
    GeminiFault.WRONG_NUMBER: lambda answers: {
        key: replace(words, finding=f"The gain is 98.7654 %. {words.finding}")
        for key, words in answers.items()
    },
    GeminiFault.WRONG_LANGUAGE: lambda answers: {
        key: PaperAnswer(
            "Les auteurs étudient la question avec une nouvelle méthode.",
            "Ils montrent que les résultats sont meilleurs que ceux des méthodes connues.",
        )
        for key in answers
    },
    GeminiFault.EMPTY_FIELDS: lambda answers: dict.fromkeys(answers, PaperAnswer("", "")),
}
"""What becomes of the answers before they are written down."""

REWRITTEN: Mapping[GeminiFault | None, Callable[[str], str]] = {
    GeminiFault.MALFORMED_JSON: lambda text: text[: 2 * len(text) // 3],
    GeminiFault.FENCED_JSON: lambda text: f"```json\n{text}\n```",
    GeminiFault.BARE_LATEX: lambda text: text.replace("\\\\", "\\"),
}
"""What becomes of the JSON text."""

FINISH_REASONS: Mapping[GeminiFault | None, str] = {
    GeminiFault.MAX_TOKENS: "MAX_TOKENS",
    GeminiFault.SAFETY: "SAFETY",
    GeminiFault.RECITATION: "RECITATION",
    GeminiFault.NEW_FINISH_REASON: "SOLAR_FLARE",
}
"""Why there is no text at all."""
