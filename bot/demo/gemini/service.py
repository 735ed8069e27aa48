"""The loopback service itself: routes, its log, and the faults it is told to have."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.demo.gemini.answers import PaperAnswer, asked_for, scored, shaped, wants_scores, words_of
from bot.demo.gemini.faults import FINISH_REASONS, REWRITTEN, SPOILT, GeminiFault, refusal
from bot.demo.loopback import Loopback
from bot.models import Paper

_VERSIONS = ("v1", "v1beta")
_ALIAS_SUFFIX = "-latest"
_CURRENT_FLASH = "gemini-3.8-flash"
"""What gemini-flash-latest stands for; answers name it as their modelVersion."""
_TIERS = ("standard", "flex", "priority")
_CHARACTERS_PER_TOKEN = 4
_THINKING_TOKENS = 50
_MINUTE_S = 60.0


@dataclass(slots=True)
class GeminiRequest:
    """One request for an answer. Times are the event loop's, in seconds."""

    number: int
    model: str
    arrived: float
    prompt: str
    """The user's text."""
    body: Mapping[str, Any]
    """The whole request as it came."""
    prompt_tokens: int
    tier: str = "standard"
    """The service tier that was asked for."""
    ended: float | None = None
    output_tokens: int = 0


class GeminiService(Loopback):
    """Answers for the papers that a prompt names: in ``words`` when they are there, otherwise with the
    first and the last sentence of the abstract, of ``papers`` or of the prompt itself.

    ``faults`` is consumed one item a request (None: nothing goes wrong); when it is empty, ``fault_for``
    is asked with the number of the request. ``latency_s`` is asked with it too.

    Does not enforce quotas: what a client asked for is read from ``log``.
    """

    def __init__(
        self,
        papers: Iterable[Paper] = (),
        words: Mapping[str, PaperAnswer] | None = None,
        *,
        models: Iterable[str] = ("gemini-flash-latest", "gemini-3.8-flash", "gemini-3.5-flash-lite"),
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.words = {paper.arxiv_id: words_of(paper) for paper in papers} | dict(words or {})
        self.models = set(models)
        self.refused_thinking: set[str] = set()
        """Levels, in capitals, that the models reject."""
        self.faults: deque[GeminiFault | None] = deque()
        self.fault_for: Callable[[int], GeminiFault | None] = lambda _: None
        self.latency_s: Callable[[int], float] = lambda _: 0.0
        self.retry_delay_s = 20.0
        """What a refusal for quota asks the client to wait."""
        self.log: list[GeminiRequest] = []
        self.probes = 0
        self.app.router.add_route("POST", "/{version}/models/{model}:generateContent", self._generate)
        self.app.router.add_route("GET", "/{version}/models/{model}", self._describe)

    @property
    def base_url(self) -> str:
        return f"{self.url}/"

    # --- what the log says --------------------------------------------------------------------

    def busiest_minute(self) -> tuple[int, int]:
        """The most requests, and the most prompt tokens, that arrived within any 60 s."""
        windows = [[ask for ask in self.log if 0 <= ask.arrived - a.arrived < _MINUTE_S] for a in self.log]
        requests = max((len(window) for window in windows), default=0)
        tokens = max((sum(ask.prompt_tokens for ask in window) for window in windows), default=0)
        return requests, tokens

    def most_at_once(self) -> int:
        """The most requests that were under way at the same time."""
        return max(
            (sum(b.arrived <= a.arrived < (b.ended or float("inf")) for b in self.log) for a in self.log),
            default=0,
        )

    # --- routes -------------------------------------------------------------------------------

    async def _describe(self, request: web.Request) -> web.Response:
        self.probes += 1
        fault = self._next_fault(self.probes)
        model = request.match_info["model"]
        if fault is None and not self._serves(request):
            fault = GeminiFault.NOT_FOUND
        if fault is not None and (answer := self._refusal(fault, request)) is not None:
            return answer
        return web.json_response(
            {
                "name": f"models/{model}",
                "displayName": model.replace("-", " ").title(),
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
        )

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        time = asyncio.get_running_loop().time
        ask = self._log(request.match_info["model"], await request.json(), time())
        try:
            await asyncio.sleep(self.latency_s(ask.number))
            fault = self._next_fault(ask.number) or self._fault_of(request, ask)
            if fault is GeminiFault.STALL:
                await asyncio.Event().wait()
            if fault is GeminiFault.DROPPED:
                if request.transport is not None:
                    request.transport.close()
                raise web.HTTPInternalServerError
            if fault is not None and (answer := self._refusal(fault, request)) is not None:
                return answer
            reply = _reply(ask, self.words, fault)
            ask.output_tokens = reply["usageMetadata"]["candidatesTokenCount"] + _THINKING_TOKENS
            return web.json_response(reply)
        finally:
            ask.ended = time()

    def _log(self, model: str, body: Mapping[str, Any], now: float) -> GeminiRequest:
        prompt = _texts(body.get("contents", []))
        system = _texts([_either(body, "systemInstruction", "system_instruction") or {}])
        tokens = _tokens(prompt) + _tokens(system)
        ask = GeminiRequest(len(self.log) + 1, model, now, prompt, body, tokens, _tier(body))
        self.log.append(ask)
        return ask

    def _next_fault(self, number: int) -> GeminiFault | None:
        return self.faults.popleft() if self.faults else self.fault_for(number)

    def _fault_of(self, request: web.Request, ask: GeminiRequest) -> GeminiFault | None:
        """What is wrong with the request itself."""
        if not self._serves(request):
            return GeminiFault.NOT_FOUND
        if ask.tier not in _TIERS:
            return GeminiFault.BAD_REQUEST
        thinking = _either(_configuration(ask.body), "thinkingConfig", "thinking_config") or {}
        level = str(_either(thinking, "thinkingLevel", "thinking_level") or "").upper()
        return GeminiFault.THINKING_REFUSED if level in self.refused_thinking else None

    def _serves(self, request: web.Request) -> bool:
        """The aliases exist in v1beta only."""
        version, model = request.match_info["version"], request.match_info["model"]
        if model.endswith(_ALIAS_SUFFIX) and version != "v1beta":
            return False
        return version in _VERSIONS and model in self.models

    def _refusal(self, fault: GeminiFault, request: web.Request) -> web.Response | None:
        key = request.headers.get("x-goog-api-key", "")
        answer = refusal(fault, model=request.match_info["model"], delay_s=self.retry_delay_s, key=key)
        if answer is None:
            return None
        status, body, content_type = answer
        return web.Response(status=status, text=body, content_type=content_type)


def _reply(ask: GeminiRequest, known: Mapping[str, PaperAnswer], fault: GeminiFault | None) -> dict[str, Any]:
    silent = fault is GeminiFault.BLOCKED_PROMPT or fault in FINISH_REASONS
    text = "" if silent else _text(ask, known, fault)
    outcome: dict[str, Any]
    if fault is GeminiFault.BLOCKED_PROMPT:
        outcome = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    else:
        parts = [{"text": "Let me see.", "thought": True}, *([{"text": text}] if text else [])]
        content = {"role": "model", "parts": parts}
        reason = FINISH_REASONS.get(fault, "STOP")
        outcome = {"candidates": [{"content": content, "finishReason": reason, "index": 0}]}
    usage = {
        "promptTokenCount": ask.prompt_tokens,
        "candidatesTokenCount": _tokens(text),
        "thoughtsTokenCount": _THINKING_TOKENS,
        "serviceTier": ask.tier,
        "totalTokenCount": ask.prompt_tokens + _tokens(text) + _THINKING_TOKENS,
    }
    model = ask.model.replace("gemini-flash-latest", _CURRENT_FLASH)
    return outcome | {"usageMetadata": usage, "modelVersion": model}


def _text(ask: GeminiRequest, known: Mapping[str, PaperAnswer], fault: GeminiFault | None) -> str:
    configuration = _configuration(ask.body)
    schema = (
        _either(configuration, "responseJsonSchema", "response_json_schema")
        or _either(configuration, "responseSchema", "response_schema")
        or {}
    )
    answers = scored(ask.prompt) if wants_scores(schema) else asked_for(ask.prompt, known)
    answers = SPOILT.get(fault, dict)(answers)
    text = json.dumps(shaped(answers, schema), ensure_ascii=False)
    return REWRITTEN.get(fault, str)(text)


def _configuration(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _either(body, "generationConfig", "generation_config") or {}
    return found


def _tier(body: Mapping[str, Any]) -> str:
    """In either case, as the SDK's own enumeration is read; none, or unspecified, is the standard one."""
    tier = str(_either(body, "serviceTier", "service_tier") or "standard").lower()
    return "standard" if tier == "unspecified" else tier


def _either(mapping: Mapping[str, Any], camel: str, snake: str) -> Any:
    """The SDK mixes both spellings, and protobuf's JSON takes both."""
    return mapping.get(camel, mapping.get(snake))


def _texts(contents: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(str(part.get("text", "")) for content in contents for part in content.get("parts", []))


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
