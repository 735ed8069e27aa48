"""What went wrong at Gemini, and what that means for the next attempt.

The meanings are those of https://ai.google.dev/gemini-api/docs/troubleshooting and of google.rpc's
error details (QuotaFailure, RetryInfo, ErrorInfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import ClientError
from google.genai.errors import APIError

from bot.adapters.http import retry_after
from bot.errors import GeminiError
from bot.models import Limit, Verdict
from bot.settings import Secret

_KEY_REMEDY = "make a key at https://aistudio.google.com/apikey and put it in GEMINI_API_KEY"
_MODEL_REMEDY = "set gemini.model to a model that your account has"
_BILLING_REMEDY = (
    "set up billing for the project of GEMINI_API_KEY, or leave the key out to do without Gemini"
)
_LONGEST_MESSAGE = 300
_TRANSIENT_CODES = (408, 429, 499)
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]+)?)s")
_NO_QUOTA_AT_ALL = re.compile(r"\blimit: 0\b(?!\.[0-9])")


def translate(error: Exception, *, model: str, key: Secret, timeout: timedelta) -> GeminiError:
    """Any exception of the SDK or its transport as a GeminiError, without the key in its text."""
    if isinstance(error, APIError):
        return _refusal(error, model, key)
    if isinstance(error, TimeoutError):
        return GeminiError(f"Gemini did not answer within {timeout.total_seconds():g} s")
    if isinstance(error, (ClientError, OSError)):
        return GeminiError(f"no connection to Gemini, or it was lost: {_clean(_words(error), key)}")
    # A body that is not the JSON it should be, or not of the shape it should have. The SDK's text may
    # hold all of it.
    return GeminiError(f"Gemini's answer can't be read ({type(error).__name__})")


def refuses_thinking(error: Exception) -> bool:
    """Whether the model was asked for a level of thinking, or a budget, that it does not take."""
    return isinstance(error, APIError) and error.code == 400 and "thinking" in str(error.message).lower()


def may_refuse_thinking(error: Exception) -> bool:
    """Whether it may be meant by "Request contains an invalid argument.", which names none."""
    return isinstance(error, APIError) and error.code == 400 and not _remedy(error)


def _refusal(error: APIError, model: str, key: Secret) -> GeminiError:
    message = _clean(str(error.message or error.status or "no reason given"), key)
    verdict = _verdict(error)
    if error.code == 404:
        return GeminiError(f"Gemini has no model {model!r}: {message}", verdict)
    return GeminiError(f"Gemini refuses with status {error.code}: {message}", verdict)


def _verdict(error: APIError) -> Verdict:
    code = error.code
    if code == 429:
        return _quota_verdict(error)
    if code >= 500 or code in _TRANSIENT_CODES:
        return Verdict(retry_after=_wait(error))
    return Verdict(permanent=True, remedy=_remedy(error))


def _remedy(error: APIError) -> str:
    """Empty when only this prompt is at fault."""
    reasons = {detail.get("reason") for detail in _details(error, "ErrorInfo")}
    # Google answers a mistyped key with 400; some endpoints leave the reason out.
    bad_key = "API_KEY_INVALID" in reasons or "api key" in str(error.message).lower()
    if error.code in (401, 403) or bad_key:
        return _KEY_REMEDY
    if error.code == 404:
        return _MODEL_REMEDY
    if error.code == 402 or error.status == "FAILED_PRECONDITION":
        return _BILLING_REMEDY
    return ""


def _quota_verdict(error: APIError) -> Verdict:
    """A spending limit, or a 429 without details, names no limit: then only waiting remains."""
    violations = [
        violation
        for failure in _details(error, "QuotaFailure")
        for violation in _mappings(failure.get("violations"))
    ]
    quota_ids = [str(violation.get("quotaId")) for violation in violations]
    nothing_offered = any(str(violation.get("quotaValue")) == "0" for violation in violations)
    if nothing_offered or _NO_QUOTA_AT_ALL.search(str(error.message)):
        return Verdict(
            permanent=True, limit=Limit.NOT_OFFERED, remedy=f"{_MODEL_REMEDY}, or {_BILLING_REMEDY}"
        )
    limit = None
    if any("PerDay" in quota_id for quota_id in quota_ids):
        limit = Limit.PER_DAY
    elif any("PerMinute" in quota_id for quota_id in quota_ids):
        limit = Limit.PER_MINUTE
    return Verdict(retry_after=_wait(error), limit=limit)


def _wait(error: APIError) -> timedelta | None:
    """What the answer asks for: RetryInfo in its body before a Retry-After in its head."""
    for detail in _details(error, "RetryInfo"):
        duration = _DURATION.fullmatch(str(detail.get("retryDelay")))
        if duration:
            return timedelta(seconds=float(duration[1]))
    headers = getattr(error.response, "headers", None)
    return retry_after(headers) if isinstance(headers, Mapping) else None


def _details(error: APIError, name: str) -> Iterator[Mapping[str, Any]]:
    """The error details of type ``google.rpc.<name>``."""
    body = error.details if isinstance(error.details, Mapping) else {}
    inner = body.get("error")
    for detail in _mappings(inner.get("details") if isinstance(inner, Mapping) else None):
        if str(detail.get("@type")).endswith(f"google.rpc.{name}"):
            yield detail


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _clean(text: str, key: Secret) -> str:
    """One line of bounded length without the key, which Google quotes when it suspends one."""
    line = " ".join(text.split()).replace(key.reveal().strip(), "(your key)")
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"
