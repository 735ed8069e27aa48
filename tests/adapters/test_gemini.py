"""The real google-genai client against Gemini on loopback: answers, refusals, and every fault."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.genai.errors import APIError

from bot.adapters.gemini import Gemini
from bot.adapters.gemini_faults import translate
from bot.demo.gemini import GeminiFault, GeminiService, PaperAnswer
from bot.errors import ModelError
from bot.models import Check, Limit, Prompt, Verdict
from bot.settings import GeminiSettings, Secret, ServiceTier

KEY = "AIza-not-a-real-key"
WORDS = {"2611.99001": PaperAnswer(r"To see $\beta$.", r"It is \nabla, \textit{there}.")}
PROMPT = Prompt(
    system="Summarise.",
    user="Paper 2611.99001\nTitle: A title\nAbstract: We look. We see it.",
    schema={
        "type": "object",
        "properties": {
            "arxiv_id": {"type": "string"},
            "objective": {"type": "string"},
            "finding": {"type": "string"},
        },
        "required": ["arxiv_id", "objective", "finding"],
    },
    max_output_tokens=4096,
)


@dataclass
class Line:
    """Both ends of the connection."""

    service: GeminiService
    gemini: Gemini


def settings_for(service: GeminiService, **changes: object) -> GeminiSettings:
    settings = GeminiSettings(
        api_key=Secret(KEY),
        model="gemini-3.8-flash",
        base_url=service.base_url,
        timeout=timedelta(seconds=10),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with GeminiService(words=WORDS) as service:
        gemini = Gemini(settings_for(service))
        yield Line(service, gemini)
        await gemini.aclose()


async def verdict_of(line: Line, fault: GeminiFault) -> tuple[Verdict, str]:
    """What the client makes of a fault, in one request and without showing the key."""
    asked = len(line.service.log)
    line.service.faults.append(fault)
    with pytest.raises(ModelError) as caught:
        await line.gemini.ask(PROMPT)
    error = caught.value
    assert len(line.service.log) == asked + 1
    assert KEY not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "\n" not in str(error)
    return error.verdict, str(error)


# --- answers ----------------------------------------------------------------------------------


async def test_an_answer_comes_back_unjudged_with_its_cost(line: Line) -> None:
    """The model's text as it is, its version, and tokens with thoughts among them; thoughts are no text."""
    reply = await line.gemini.ask(PROMPT)
    assert json.loads(reply.text or "") == {
        "arxiv_id": "2611.99001",
        "objective": r"To see $\beta$.",
        "finding": r"It is \nabla, \textit{there}.",
    }
    assert (reply.finish_reason, reply.block_reason, reply.model_version) == ("STOP", "", "gemini-3.8-flash")
    ask = line.service.log[0]
    assert (reply.prompt_tokens, reply.output_tokens) == (ask.prompt_tokens, ask.output_tokens)
    assert reply.output_tokens > 50


async def test_a_request_holds_the_prompt_and_nothing_else(line: Line) -> None:
    """Schema, limit and least thinking; no temperature, no tools."""
    await line.gemini.ask(PROMPT)
    body = line.service.log[0].body
    assert line.service.log[0].prompt == PROMPT.user
    assert body["systemInstruction"]["parts"] == [{"text": "Summarise."}]
    configuration = dict(body["generationConfig"])
    thinking = configuration.pop("thinkingConfig")
    assert list(thinking.values()) == ["LOW"]
    assert configuration == {
        "maxOutputTokens": 4096,
        "responseMimeType": "application/json",
        "responseJsonSchema": PROMPT.schema,
    }
    assert set(body) == {"contents", "systemInstruction", "generationConfig"}


async def test_refusals_by_the_model_are_answers(line: Line) -> None:
    """No text, the reason in Google's word, known to the SDK or not, and what it cost."""
    for fault, finish_reason, block_reason in (
        (GeminiFault.MAX_TOKENS, "MAX_TOKENS", ""),
        (GeminiFault.SAFETY, "SAFETY", ""),
        (GeminiFault.RECITATION, "RECITATION", ""),
        (GeminiFault.NEW_FINISH_REASON, "SOLAR_FLARE", ""),
        (GeminiFault.BLOCKED_PROMPT, "", "PROHIBITED_CONTENT"),
    ):
        line.service.faults.append(fault)
        reply = await line.gemini.ask(PROMPT)
        assert reply.text is None
        assert (reply.finish_reason, reply.block_reason) == (finish_reason, block_reason)
        assert reply.prompt_tokens > 0


async def test_spoilt_answers_are_handed_on(line: Line) -> None:
    """To judge an answer is not the adapter's business."""
    for fault in (
        GeminiFault.MALFORMED_JSON,
        GeminiFault.FENCED_JSON,
        GeminiFault.BARE_LATEX,
        GeminiFault.WRONG_ID,
        GeminiFault.SWAPPED_IDS,
        GeminiFault.WRONG_NUMBER,
        GeminiFault.WRONG_LANGUAGE,
        GeminiFault.EMPTY_FIELDS,
    ):
        line.service.faults.append(fault)
        reply = await line.gemini.ask(PROMPT)
        assert reply.text, fault
        assert reply.finish_reason == "STOP"


# --- failures ---------------------------------------------------------------------------------


async def test_passing_failures(line: Line) -> None:
    """Overload and a lost connection, whatever stands in the body: to be tried again, by somebody else."""
    for fault in (
        GeminiFault.SPENDING_LIMIT,
        GeminiFault.OVERLOADED,
        GeminiFault.INTERNAL,
        GeminiFault.DEADLINE,
        GeminiFault.PROXY_ERROR,
        GeminiFault.MISLABELLED_ERROR,
        GeminiFault.DROPPED,
    ):
        verdict, _ = await verdict_of(line, fault)
        assert verdict == Verdict(), fault


async def test_an_answer_that_is_none(line: Line) -> None:
    """Of status 200, and not of Gemini's form: asking again helps less than after an overload."""
    for fault in (GeminiFault.HTML, GeminiFault.NULL, GeminiFault.ARRAY, GeminiFault.WRONG_SHAPE):
        verdict, _ = await verdict_of(line, fault)
        assert verdict == Verdict(malformed=True), fault


@pytest.mark.parametrize(
    ("fault", "limit"), [(GeminiFault.PER_MINUTE, Limit.PER_MINUTE), (GeminiFault.PER_DAY, Limit.PER_DAY)]
)
async def test_quota_refusals_name_the_limit_and_the_wait(
    line: Line, fault: GeminiFault, limit: Limit
) -> None:
    """Told apart by the quota's id; the wait is the one in the body, to the fraction of a second."""
    line.service.retry_delay_s = 20.5
    verdict, _ = await verdict_of(line, fault)
    assert verdict == Verdict(limit=limit, retry_after=timedelta(seconds=20.5))


async def test_a_quota_of_zero_is_permanent(line: Line) -> None:
    """A model that the account does not have: waiting does not help, another model or billing does."""
    verdict, _ = await verdict_of(line, GeminiFault.NOT_OFFERED)
    assert verdict.permanent
    assert verdict.limit is Limit.NOT_OFFERED
    assert "gemini.model" in verdict.remedy


@pytest.mark.parametrize("fault", [GeminiFault.INVALID_KEY, GeminiFault.FORBIDDEN])
async def test_a_bad_key_is_permanent_and_names_the_variable(line: Line, fault: GeminiFault) -> None:
    """Google's own text may quote the key; ours does not."""
    verdict, _ = await verdict_of(line, fault)
    assert verdict.permanent
    assert "GEMINI_API_KEY" in verdict.remedy


async def test_an_unknown_model_is_permanent_and_named(line: Line) -> None:
    """With the setting to change."""
    verdict, message = await verdict_of(line, GeminiFault.NOT_FOUND)
    assert verdict.permanent
    assert "gemini.model" in verdict.remedy
    assert "gemini-3.8-flash" in message


async def test_a_country_without_gemini_is_permanent(line: Line) -> None:
    """The remedy is another place, or no key: no bill would help."""
    verdict, _ = await verdict_of(line, GeminiFault.COUNTRY)
    assert verdict.permanent
    assert "countries" in verdict.remedy
    assert "billing" not in verdict.remedy


RESTRICTED = [
    (403, "API_KEY_HTTP_REFERRER_BLOCKED", "Requests from referer <empty> are blocked.", "HTTP referrers"),
    (
        403,
        "API_KEY_IP_ADDRESS_BLOCKED",
        "The provided API key has an IP address restriction.",
        "IP addresses",
    ),
    (
        403,
        "API_KEY_SERVICE_BLOCKED",
        "Requests to this API … method … are blocked.",
        "Generative Language API",
    ),
    (403, "API_KEY_ANDROID_APP_BLOCKED", "Requests from this Android client … are blocked.", "an app"),
    (403, "SERVICE_DISABLED", "Generative Language API has not been used in project 1 before", "enable it"),
    (403, "CONSUMER_SUSPENDED", "Permission denied: Consumer 'projects/1' has been suspended.", "suspended"),
    (403, "", "Your API key was reported as leaked. Please use another API key.", "make a key"),
    (400, "API_KEY_INVALID", "API key not valid. Please pass a valid API key.", "make a key"),
    (400, "", "User location is not supported for the API use.", "countries"),
    (400, "", "Please enable billing on your project.", "billing"),
]


@pytest.mark.parametrize("with_reason", [True, False])
@pytest.mark.parametrize(("code", "reason", "message", "part"), RESTRICTED)
def test_each_refused_key_has_its_own_remedy(
    code: int, reason: str, message: str, part: str, with_reason: bool
) -> None:
    """By Google's reason, and by its words where an endpoint leaves the reason out; for every prompt alike."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] * with_reason
    body = {"error": {"code": code, "message": message, "status": "FAILED_PRECONDITION", "details": details}}
    told = translate(APIError(code, body), model="m", key=Secret(KEY), timeout=timedelta(seconds=1))
    assert part in told.verdict.remedy
    assert told.verdict.permanent
    assert told.verdict.service_wide


async def test_a_bad_request_is_permanent_for_this_prompt_only(line: Line) -> None:
    """No remedy: another prompt may fare better, as an earlier one did."""
    await line.gemini.ask(PROMPT)
    verdict, _ = await verdict_of(line, GeminiFault.BAD_REQUEST)
    assert verdict == Verdict(permanent=True)


async def test_a_time_out_says_how_long_was_waited() -> None:
    """The transport's own exception is translated too."""
    async with GeminiService() as service:
        service.faults.append(GeminiFault.STALL)
        gemini = Gemini(settings_for(service, timeout=timedelta(milliseconds=80)))
        with pytest.raises(ModelError, match=r"within 0\.08 s") as caught:
            await gemini.ask(PROMPT)
        await gemini.aclose()
    assert caught.value.verdict == Verdict()


async def test_nobody_there() -> None:
    """A refused connection."""
    async with GeminiService() as service:
        settings = settings_for(service)
    gemini = Gemini(settings)
    with pytest.raises(ModelError, match="no connection to Gemini"):
        await gemini.ask(PROMPT)
    await gemini.aclose()


async def test_no_fault_of_the_service_escapes_translation() -> None:
    """Every fault there is gives an answer or a ModelError, in one request: none is missed."""
    async with GeminiService(words=WORDS) as service:
        gemini = Gemini(settings_for(service, timeout=timedelta(seconds=0.2)))
        for number, fault in enumerate(GeminiFault, start=1):
            service.faults.append(fault)
            with suppress(ModelError):
                await gemini.ask(PROMPT)
            assert len(service.log) == number
        await gemini.aclose()


# --- thinking ---------------------------------------------------------------------------------


def levels(service: GeminiService) -> list[object]:
    configurations = [ask.body["generationConfig"].get("thinkingConfig", {}) for ask in service.log]
    return [next(iter(configuration.values()), None) for configuration in configurations]


async def test_thinking_steps_down_when_the_model_refuses_a_level() -> None:
    """One refused request for each step; the level that was taken is remembered."""
    async with GeminiService(words=WORDS) as service:
        service.refused_thinking = {"MINIMAL", "LOW"}
        gemini = Gemini(settings_for(service, model="gemini-3.5-flash-lite"))
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                await gemini.ask(PROMPT)
            assert caught.value.verdict == Verdict(retry_after=timedelta(0))
        assert (await gemini.ask(PROMPT)).text
        assert (await gemini.ask(PROMPT)).text
        await gemini.aclose()
        assert levels(service) == ["MINIMAL", "LOW", None, None]


BARE = {
    "error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Request contains an invalid argument."}
}
GOOD = {"candidates": [{"content": {"parts": [{"text": "[]"}]}, "finishReason": "STOP"}]}


@asynccontextmanager
async def terse(refused: Container[object], bad: str = "bad") -> AsyncIterator[tuple[Gemini, list[object]]]:
    """A model that says no more than "invalid argument", for a level in ``refused`` as for a bad prompt."""
    asked: list[object] = []

    async def generate(request: web.Request) -> web.Response:
        body = await request.json()
        level = next(iter(body["generationConfig"].get("thinkingConfig", {}).values()), None)
        asked.append(level)
        wrong = level in refused or bad in body["contents"][0]["parts"][0]["text"]
        return web.json_response(BARE if wrong else GOOD, status=400 if wrong else 200)

    app = web.Application()
    app.router.add_post("/{path:.*}", generate)
    async with TestServer(app) as server:
        gemini = Gemini(GeminiSettings(api_key=Secret(KEY), model="lite", base_url=str(server.make_url("/"))))
        yield gemini, asked
        await gemini.aclose()


async def test_a_refusal_that_names_nothing_may_be_meant_for_the_level() -> None:
    """Gemini's "invalid argument" says not which; where no answer shows otherwise the next level is tried."""
    async with terse({"MINIMAL"}) as (gemini, asked):
        with pytest.raises(ModelError) as caught:
            await gemini.ask(PROMPT)
        assert caught.value.verdict == Verdict(retry_after=timedelta(0))
        assert (await gemini.ask(PROMPT)).text == "[]"
        assert asked == ["MINIMAL", "LOW"]


async def test_a_bad_prompt_costs_no_thinking() -> None:
    """Once a level was answered on, "invalid argument" is the prompt's fault; nor does a first bad one stay."""
    wrong = replace(PROMPT, user="bad")
    async with terse(()) as (gemini, asked):
        verdicts = []
        for _ in range(3):
            with pytest.raises(ModelError) as caught:
                await gemini.ask(wrong)
            verdicts.append(caught.value.verdict.permanent)
        assert verdicts == [False, False, True]
        assert (await gemini.ask(PROMPT)).text == "[]"
        with pytest.raises(ModelError) as caught:
            await gemini.ask(wrong)
        assert caught.value.verdict.permanent
        assert asked == ["MINIMAL", "LOW", None, "MINIMAL", "MINIMAL"]


async def test_models_start_at_the_least_they_are_known_to_take() -> None:
    """The default model refuses MINIMAL, lite ones take it, 2.5 counts tokens instead of levels."""
    models = ["gemini-flash-latest", "gemini-3.5-flash-lite", "gemini-2.5-flash", "gemini-3.1-pro-preview"]
    async with GeminiService(words=WORDS, models=models) as service:
        for model in models:
            gemini = Gemini(settings_for(service, model=model))
            await gemini.ask(PROMPT)
            await gemini.aclose()
        assert levels(service) == ["LOW", "MINIMAL", 0, "LOW"]


# --- surroundings -----------------------------------------------------------------------------


async def test_the_environment_changes_neither_key_nor_service(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An inherited GOOGLE_API_KEY, Vertex switches and another base URL are all ignored, silently."""
    for name, value in {
        "GOOGLE_API_KEY": "a-maps-key",
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_USE_ENTERPRISE": "false",
        "GOOGLE_CLOUD_PROJECT": "somebody-elses",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9/",
        "GOOGLE_GENAI_API_VERSION": "v1",
    }.items():
        monkeypatch.setenv(name, value)
    with caplog.at_level(logging.INFO):
        async with GeminiService(words=WORDS) as service:
            gemini = Gemini(settings_for(service, model="gemini-flash-latest"))
            service.faults.append(GeminiFault.FORBIDDEN)
            with pytest.raises(ModelError, match=r"api_key:\(your key\)"):
                await gemini.ask(PROMPT)
            assert (await gemini.ask(PROMPT)).text
            await gemini.aclose()
    assert [record for record in caplog.records if record.name.startswith("google")] == []


async def test_a_client_without_a_key_is_not_made() -> None:
    """The SDK would look for one in the environment."""
    for key in (None, Secret(" ")):
        with pytest.raises(ValueError, match="API key"):
            Gemini(GeminiSettings(api_key=key))


async def test_probe_names_the_model(line: Line) -> None:
    """Key and model are good; nothing was generated."""
    assert await line.gemini.probe() == Check("Gemini gemini-3.8-flash", True, "Gemini 3.8 Flash")
    assert line.service.log == []


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [(GeminiFault.INVALID_KEY, "GEMINI_API_KEY"), (GeminiFault.NOT_FOUND, "gemini.model")],
)
async def test_probe_tells_the_remedy(line: Line, fault: GeminiFault, remedy: str) -> None:
    """As asking does."""
    line.service.faults.extend([fault] * 4)
    check = await line.gemini.probe()
    assert not check.ok
    assert remedy in check.remedy
    with pytest.raises(ModelError) as caught:
        await line.gemini.model_name()
    assert caught.value.verdict.permanent


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_proxy_that_only_generates_is_asked_to_generate(status: int) -> None:
    """Not every endpoint that `base_url` may name describes its models; key and model can be tried all the same."""
    generated: list[str] = []

    async def describe(request: web.Request) -> web.Response:
        return web.Response(status=status, text="not here")

    async def generate(request: web.Request) -> web.Response:
        generated.append(request.path)
        part = {"content": {"parts": [{"text": "ready"}]}, "finishReason": "STOP"}
        return web.json_response({"candidates": [part]})

    app = web.Application()
    app.router.add_get("/{path:.*}", describe)
    app.router.add_post("/{path:.*}", generate)
    async with TestServer(app) as server:
        settings = GeminiSettings(api_key=Secret(KEY), model="gemini-x", base_url=str(server.make_url("/")))
        gemini = Gemini(settings)
        assert await gemini.model_name() == "gemini-x"
        await gemini.aclose()
    assert generated == ["/v1beta/models/gemini-x:generateContent"]


async def test_the_flex_tier_is_asked_for_and_waited_for() -> None:
    """At the top level of the request, where Google reads it; an answer may take a quarter of an hour."""
    async with GeminiService(words=WORDS) as service:
        settings = settings_for(service, service_tier=ServiceTier.FLEX)
        gemini = Gemini(settings)
        await gemini.ask(PROMPT)
        await gemini.aclose()
    assert service.log[0].body["serviceTier"] == "flex"
    assert settings.answers_within == timedelta(minutes=15)


async def test_the_standard_tier_is_not_named(line: Line) -> None:
    """A proxy may know of no tiers."""
    await line.gemini.ask(PROMPT)
    assert "serviceTier" not in line.service.log[0].body
