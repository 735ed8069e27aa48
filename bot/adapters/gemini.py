"""Google's Gemini API through google-genai's async client: one prompt, one request, one answer."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

import aiohttp
from google import genai
from google.genai import types
from google.genai.errors import APIError
from google.genai.models import AsyncModels

from bot.adapters.gemini_faults import may_refuse_thinking, refuses_thinking, translate
from bot.adapters.http import proxy_trouble
from bot.adapters.session import MEGABYTE, MOST_CONTAINERS, bounded_session
from bot.errors import ModelError
from bot.models import Check, ModelReply, Prompt, Verdict, readable
from bot.network import CERTIFICATES, Unusable, proxy_for
from bot.settings import GeminiSettings, Secret, ServiceTier

_LONGEST_NAME = 100
_NOT_SERVED = (404, 405, 501)
_PROBE = "Answer with an empty JSON array."
_PROBE_CONFIGURATION = types.GenerateContentConfig(
    response_mime_type="application/json",
    response_json_schema={"type": "array", "items": {"type": "string"}},
    max_output_tokens=64,
    automatic_continuation=False,
)
LARGEST_ANSWER = 4 * MEGABYTE
"""Ten times what a model may say in one answer, with every character escaped."""
MOST_TOKENS = 10_000_000
"""Several times what any model reads or writes in one request."""
OFFICIAL_URL = "https://generativelanguage.googleapis.com/"

Answer = TypeVar("Answer")


class Gemini:
    """Keeps `ports.Summariser`; to be used inside one running loop, and closed.

    Does not retry (the SDK's own retries are off, its silent repeat of a dropped request too), judge
    the answer, count quota or limit concurrency.
    """

    def __init__(self, settings: GeminiSettings, environ: Mapping[str, str] = MappingProxyType({})) -> None:
        """``environ`` may name a proxy."""
        if settings.api_key is None or not settings.api_key.reveal().strip():
            raise ValueError("Gemini needs an API key; without one the SDK would look for another itself")
        self._key = settings.api_key
        self._model = settings.model
        self._ladder = thinking_ladder(settings.model)
        self._rung = 0
        self._answered_on: int | None = None
        """The rung on which the model last answered: it takes that level."""
        self._timeout = settings.answers_within
        self._tier = settings.service_tier
        self._settings = settings
        self._proxy = proxy_for(settings.base_url or OFFICIAL_URL, environ)
        self._session: aiohttp.ClientSession | None = None
        self._client: genai.Client | None = None

    async def aclose(self) -> None:
        """Close the connections; the object is of no use afterwards."""
        if self._client is not None:
            await self._client.aio.aclose()
            self._client.close()
        if self._session is not None:
            await self._session.close()

    async def ask(self, prompt: Prompt) -> ModelReply:
        """One request for one answer, which may be a refusal or cut short.

        ModelError otherwise. Where its verdict is service-wide, no other prompt will
        fare better. A model that refuses our level of thinking gives a passing error with a wait of
        zero: the next call, which is another request, uses the next level.
        """
        rung = self._rung
        response = await self._once(
            lambda models: models.generate_content(
                model=self._model,
                contents=prompt.user,
                config=_configuration(prompt, self._ladder[rung], self._tier),
            ),
            rung,
        )
        # What it answers on it takes, whatever another request was refused for.
        self._answered_on, self._rung = rung, min(self._rung, rung)
        return read_reply(response)

    async def probe(self) -> Check:
        """Whether key and model are good: the model's name, or what to do."""
        subject = f"Gemini {self._model}"
        try:
            return Check(subject, True, await self.model_name())
        except ModelError as error:
            return Check(subject, False, str(error), error.verdict.remedy)

    async def model_name(self) -> str:
        """Ask for the model's description: its name when key and model are good, ModelError otherwise.

        Spends no quota for generating, so says nothing about what is left of it; but a proxy that knows
        no descriptions is asked to generate.
        """
        return await self._once(self._name, None)

    async def _name(self, models: AsyncModels) -> str:
        try:
            model = await models.get(model=self._model)
        except APIError as error:
            if error.code not in _NOT_SERVED:
                raise
            await models.generate_content(model=self._model, contents=_PROBE, config=_PROBE_CONFIGURATION)
            return self._model
        return readable(model.display_name or model.name or self._model, _LONGEST_NAME)

    def _models(self) -> AsyncModels:
        """Made with the first request: what the SDK finds in the environment may be beyond it, and that
        is a failure like any other. ModelError."""
        if self._client is None:
            if isinstance(self._proxy, Unusable):
                verdict = Verdict(permanent=True, remedy=self._proxy.remedy)
                raise ModelError(f"Gemini can't be reached: {self._proxy.fault}", verdict)
            _silence_sdk()
            # Left to itself the SDK makes one that follows redirects with the key, and reads without an end.
            self._session = self._session or bounded_session(
                LARGEST_ANSWER,
                containers=MOST_CONTAINERS,
                connector=aiohttp.TCPConnector(limit=0),
                proxy=self._proxy.url if self._proxy else None,
            )
            try:
                self._client = _open_client(self._key, self._settings, self._session)
            except Exception as error:  # the SDK declares no set of exceptions
                # Its text may hold a variable's value: a proxy's password, say.
                remedy = f"check {', '.join(CERTIFICATES)} and what begins with GOOGLE_ in the environment"
                verdict = Verdict(permanent=True, remedy=remedy)
                text = f"Gemini's client can't be made ({type(error).__name__})"
                raise ModelError(text, verdict) from None
        return self._client.aio.models

    async def _once(self, call: Callable[[AsyncModels], Awaitable[Answer]], rung: int | None) -> Answer:
        """Await the SDK. The one place where its exceptions, and its transports', become ours.

        ``rung`` is the level of thinking that was asked for, if any.
        """
        models = self._models()
        try:
            return await call(models)
        except Exception as error:  # the SDK declares no set of exceptions, and lets aiohttp's through
            failure = self._failure(error, rung)
        # Outside the handler, so that no chained traceback can show a key that Google's text quotes.
        raise failure

    def _failure(self, error: Exception, rung: int | None) -> ModelError:
        if rung is not None and self._tries_another_level(error, rung):
            return ModelError(
                f"{self._model} refuses this level of thinking; the next request uses another",
                Verdict(retry_after=timedelta(0)),
            )
        if not isinstance(self._proxy, Unusable) and (trouble := proxy_trouble(error, self._proxy)):
            return ModelError(f"Gemini can't be reached: {trouble}")
        return translate(error, model=self._model, key=self._key, timeout=self._timeout)

    def _tries_another_level(self, error: Exception, rung: int) -> bool:
        """Step down after a refusal that names thinking, or names nothing where no answer shows it is not that."""
        nameless = may_refuse_thinking(error) and self._answered_on != rung
        if not (nameless or refuses_thinking(error)):
            return False
        if rung + 1 < len(self._ladder):
            # Requests under way at once all fail on the same rung: step down from it only once.
            self._rung = max(self._rung, rung + 1)
            return True
        if self._answered_on is None:
            self._rung = 0  # no level was at fault
        return False


def _open_client(key: Secret, settings: GeminiSettings, session: aiohttp.ClientSession) -> genai.Client:
    unused = {"trust_env": False}  # the clients of another library, which would refuse a SOCKS proxy
    return genai.Client(
        api_key=key.reveal(),
        enterprise=False,  # or GOOGLE_GENAI_USE_VERTEXAI would send the prompts elsewhere
        http_options=types.HttpOptions(
            base_url=settings.base_url or OFFICIAL_URL,
            api_version=settings.api_version,
            timeout=math.ceil(settings.answers_within / timedelta(milliseconds=1)),
            retry_options=types.HttpRetryOptions(attempts=1),
            aiohttp_client=session,
            client_args=unused,
            async_client_args=unused,
        ),
    )


def thinking_ladder(model: str) -> tuple[types.ThinkingConfig | None, ...]:
    """The least thinking first; None leaves it to the model.

    Gemini 3 takes levels, of which gemini-3.8-flash (now behind gemini-flash-latest) and the pro models
    refuse the lowest; Gemini 2.5 takes a budget, which only its flash models let be 0.
    """
    if model.startswith("gemini-2"):
        return (types.ThinkingConfig(thinking_budget=0), None)
    low = types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW)
    if model in ("gemini-flash-latest", "gemini-3.8-flash") or "-pro" in model:
        return (low, None)
    return (types.ThinkingConfig(thinking_level=types.ThinkingLevel.MINIMAL), low, None)


def _configuration(
    prompt: Prompt, thinking: types.ThinkingConfig | None, tier: ServiceTier
) -> types.GenerateContentConfig:
    """No temperature: Gemini 3.6 and later ignore it, and low ones can make a model repeat itself.

    Standard is what holds where no tier is named, and a proxy may know of none.
    """
    return types.GenerateContentConfig(
        system_instruction=prompt.system,
        response_mime_type="application/json",
        response_json_schema=dict(prompt.schema),
        max_output_tokens=prompt.max_output_tokens,
        thinking_config=thinking,
        service_tier=types.ServiceTier.FLEX if tier is ServiceTier.FLEX else None,
        automatic_continuation=False,  # otherwise one call may be several requests
    )


def read_reply(response: types.GenerateContentResponse) -> ModelReply:
    """The SDK's response in our words, unjudged. Thoughts are counted, but are no part of the text.

    ModelError when it has neither a candidate nor a reason for having none, as the SDK makes of any
    other JSON.
    """
    candidate = response.candidates[0] if response.candidates else types.Candidate()
    parts = (candidate.content and candidate.content.parts) or []
    text = "".join(part.text for part in parts if part.text and not part.thought)
    feedback = response.prompt_feedback
    if not response.candidates and not (feedback and feedback.block_reason):
        raise ModelError(
            "Gemini's answer holds neither a text nor a reason for having none", Verdict(malformed=True)
        )
    usage = response.usage_metadata or types.GenerateContentResponseUsageMetadata()
    return ModelReply(
        text=text or None,
        finish_reason=readable(candidate.finish_reason.value, _LONGEST_NAME)
        if candidate.finish_reason
        else "",
        block_reason=readable(feedback.block_reason.value, _LONGEST_NAME)
        if feedback and feedback.block_reason
        else "",
        model_version=readable(response.model_version or "", _LONGEST_NAME),
        prompt_tokens=_tokens(usage.prompt_token_count),
        output_tokens=_tokens(usage.candidates_token_count) + _tokens(usage.thoughts_token_count),
    )


def _tokens(count: int | None) -> int:
    """What can have been counted: the database takes no number of twenty digits, and a total never falls."""
    return min(max(count or 0, 0), MOST_TOKENS)


def _silence_sdk() -> None:
    """Nothing of the SDK's reaches the user's terminal.

    It warns of every finish reason younger than itself, and says that GOOGLE_API_KEY is used when it
    is set beside GEMINI_API_KEY, which is wrong for a key that was handed over.
    """
    warnings.filterwarnings("ignore", category=UserWarning, module=r"google\.genai\.")
    logging.getLogger("google_genai").setLevel(logging.ERROR)
