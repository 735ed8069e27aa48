"""What went wrong at Gemini, and what that means for the next attempt.

The meanings are those of https://ai.google.dev/gemini-api/docs/troubleshooting and of google.rpc's
error details (QuotaFailure, RetryInfo, ErrorInfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientError
from google.genai.errors import APIError

from bot.adapters.http import retry_after
from bot.adapters.session import AnswerTooLarge, NotJson, Redirected
from bot.errors import ModelError
from bot.models import Limit, Verdict, readable
from bot.settings import Secret

_KEY_REMEDY = "make a key at https://aistudio.google.com/apikey and put it in GEMINI_API_KEY"
_MODEL_REMEDY = "set gemini.model to a model that your account has"
_BILLING_REMEDY = (
    "set up billing for the project of GEMINI_API_KEY, or leave the key out to do without Gemini"
)
_ENDPOINT = "check gemini.base_url, and what stands between this machine and it"
_RESTRICTIONS = "in https://console.cloud.google.com/apis/credentials"


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A refusal that every request would meet, until a person does what ``remedy`` says."""

    remedy: str
    reasons: tuple[str, ...] = ()
    """google.rpc.ErrorInfo's."""
    words: str = ""
    """A regular expression for the message, in lower case."""


_KEY = FaultRule(_KEY_REMEDY, ("API_KEY_INVALID",), r"api key")
_MODEL = FaultRule(_MODEL_REMEDY)
_BILLING = FaultRule(_BILLING_REMEDY, ("BILLING_DISABLED",), r"billing")
RULES = (
    FaultRule(
        "Google offers Gemini only in some countries, and this machine's address is in none of them: see "
        "https://ai.google.dev/gemini-api/docs/available-regions, or leave GEMINI_API_KEY out",
        ("UNSUPPORTED_USER_LOCATION",),
        r"user location is not supported",
    ),
    FaultRule(
        "GEMINI_API_KEY is restricted to websites (HTTP referrers), which a program has none of: set its "
        f"application restrictions to none, or to this machine's IP address, {_RESTRICTIONS}",
        ("API_KEY_HTTP_REFERRER_BLOCKED",),
        r"requests from referr?er|http referr?er",
    ),
    FaultRule(
        "GEMINI_API_KEY is restricted to other IP addresses: add this machine's to its application "
        f"restrictions {_RESTRICTIONS}",
        ("API_KEY_IP_ADDRESS_BLOCKED",),
        r"ip address restriction",
    ),
    FaultRule(
        f"GEMINI_API_KEY is restricted to an app: set its application restrictions to none {_RESTRICTIONS}",
        ("API_KEY_ANDROID_APP_BLOCKED", "API_KEY_IOS_APP_BLOCKED"),
        r"requests from this (?:android|ios) client",
    ),
    FaultRule(
        f"GEMINI_API_KEY is restricted to other APIs: add the Generative Language API to them {_RESTRICTIONS}",
        ("API_KEY_SERVICE_BLOCKED",),
        r"requests to this api .*blocked",
    ),
    FaultRule(
        "the Generative Language API is off in the key's project: enable it at "
        "https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com",
        ("SERVICE_DISABLED",),
        r"has not been used in project|it is disabled",
    ),
    FaultRule(
        "Google has suspended the key's project: see its e-mails, or make a key in another project at "
        "https://aistudio.google.com/apikey and put it in GEMINI_API_KEY",
        ("CONSUMER_SUSPENDED",),
        r"has been suspended|project has been denied access",
    ),
    _BILLING,
    _KEY,
)
"""The first that fits counts."""

_BY_STATUS = {"FAILED_PRECONDITION": _BILLING}
_BY_CODE = {401: _KEY, 403: _KEY, 404: _MODEL, 402: _BILLING}
"""Where neither reason nor words tell."""
_TRANSIENT_CODES = (408, 429, 499)
_LONGEST_MESSAGE = 300
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]+)?)s")
_NO_QUOTA_AT_ALL = re.compile(r"\blimit: 0\b(?!\.[0-9])")


def translate(error: Exception, *, model: str, key: Secret, timeout: timedelta) -> ModelError:
    """Any exception of the SDK or its transport as a ModelError, without the key in its text."""
    if isinstance(error, APIError):
        return _refusal(error, model, key)
    if isinstance(error, TimeoutError):
        return ModelError(f"Gemini did not answer within {timeout.total_seconds():g} s")
    if isinstance(error, AnswerTooLarge):
        return ModelError(
            f"Gemini's answer {error}", Verdict(malformed=error.status == 200, remedy=_ENDPOINT)
        )
    if isinstance(error, NotJson) and error.status != 200:
        return ModelError(f"Gemini refuses with status {error.status}, and in no words that can be read")
    if isinstance(error, Redirected):
        return ModelError(f"Gemini {error}, as the key must not be", Verdict(remedy=_ENDPOINT))
    if isinstance(error, (ClientError, OSError)):
        return ModelError(f"no connection to Gemini, or it was lost: {_clean(_words(error), key)}")
    # A body that is not the JSON it should be, or not of the shape it should have. The SDK's text may
    # hold all of it.
    return ModelError(f"Gemini's answer can't be read ({type(error).__name__})", Verdict(malformed=True))


def refuses_thinking(error: Exception) -> bool:
    """Whether the model was asked for a level of thinking, or a budget, that it does not take."""
    return isinstance(error, APIError) and error.code == 400 and "thinking" in str(error.message).lower()


def may_refuse_thinking(error: Exception) -> bool:
    """Whether it may be meant by "Request contains an invalid argument.", which names none."""
    return isinstance(error, APIError) and error.code == 400 and _rule(error) is None


def _refusal(error: APIError, model: str, key: Secret) -> ModelError:
    message = _clean(str(error.message or error.status or "no reason given"), key)
    verdict = _verdict(error)
    if error.code == 404:
        return ModelError(f"Gemini has no model {model!r}: {message}", verdict)
    return ModelError(f"Gemini refuses with status {error.code}: {message}", verdict)


def _verdict(error: APIError) -> Verdict:
    code = error.code
    if code == 429:
        return _quota_verdict(error)
    if code >= 500 or code in _TRANSIENT_CODES:
        return Verdict(retry_after=_wait(error))
    if code < 400:
        return Verdict(
            malformed=True
        )  # no refusal of Gemini's has it: whatever answers, it is not about the prompt
    rule = _rule(error)
    return Verdict(permanent=True, remedy=rule.remedy if rule else "", service_wide=rule is not None)


def _rule(error: APIError) -> FaultRule | None:
    """None when only this prompt is at fault."""
    reasons = {str(detail.get("reason")) for detail in _details(error, "ErrorInfo")}
    message = str(error.message).casefold()
    for rule in RULES:
        # Some endpoints leave the reason out.
        if reasons & set(rule.reasons) or (rule.words and re.search(rule.words, message)):
            return rule
    return _BY_STATUS.get(str(error.status)) or _BY_CODE.get(error.code)


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
            permanent=True,
            service_wide=True,
            limit=Limit.NOT_OFFERED,
            remedy=f"{_MODEL_REMEDY}, or {_BILLING_REMEDY}",
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
    return readable(text.replace(key.reveal().strip(), "(your key)"), _LONGEST_MESSAGE)
