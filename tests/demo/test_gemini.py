"""Gemini on loopback answers for the papers it is asked about, in the form it is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from bot.demo.gemini import GeminiFault, GeminiService, PaperAnswer, words_of
from bot.demo.samples import samples

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAPERS = tuple(sample.paper for sample in samples(NOW))
TEXT = {"type": "string"}
RECORD = {
    "type": "object",
    "properties": {"arxiv_id": TEXT, "objective": TEXT, "finding": TEXT},
    "required": ["arxiv_id", "objective", "finding"],
}


@pytest.fixture
async def service() -> AsyncIterator[GeminiService]:
    async with GeminiService(PAPERS, {"2611.99001": PaperAnswer("We ask.", "We find.")}) as running:
        yield running


async def post(
    service: GeminiService, body: dict[str, Any], path: str = "v1beta/models/gemini-flash-latest"
) -> Any:
    url = f"{service.base_url}{path}:generateContent"
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return await response.json()


def asking(text: str, schema: object) -> dict[str, Any]:
    return {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {"responseJsonSchema": schema},
    }


async def answer(service: GeminiService, body: dict[str, Any]) -> Any:
    reply = await post(service, body)
    return json.loads(reply["candidates"][0]["content"]["parts"][-1]["text"])


async def test_answers_follow_the_schema(service: GeminiService) -> None:
    """One object, an array, or an array inside an object; in capitals and in snake case too."""
    expected = {"arxiv_id": "2611.99001", "objective": "We ask.", "finding": "We find."}
    listed = {"type": "object", "properties": {"summaries": {"type": "array", "items": RECORD}}}
    text = "arXiv:2611.99001v1 Seeing missing oxygen"
    assert await answer(service, asking(text, RECORD)) == expected
    assert await answer(service, asking(text, {"type": "ARRAY", "items": RECORD})) == [expected]
    assert await answer(service, asking(text, listed)) == {"summaries": [expected]}
    snake = asking(text, RECORD)
    snake["generation_config"] = {"response_schema": snake.pop("generationConfig")["responseJsonSchema"]}
    assert await answer(service, snake) == expected


async def test_every_known_paper_of_a_prompt_is_answered(service: GeminiService) -> None:
    """With the words given for it, or its abstract's first and last sentence; in the prompt's order."""
    text = "cond-mat/9912999 and 2611.99004, also (2611.99001), but not 2611.990011"
    records = await answer(service, asking(text, {"type": "array", "items": RECORD}))
    assert [record["arxiv_id"] for record in records] == ["cond-mat/9912999", "2611.99004", "2611.99001"]
    exoplanet = words_of(PAPERS[3])
    assert records[1]["objective"] == exoplanet.objective
    assert exoplanet.objective.startswith("We present the transmission spectrum")
    assert exoplanet.finding == "Sub-Neptunes of this size thus need not be water worlds."


async def test_unknown_papers_are_answered_from_the_prompt(service: GeminiService) -> None:
    """The longest line after an id stands for its abstract."""
    text = (
        "id: 2501.00001\ntitle: One\nFirst we look at something. Then we see it at last.\n"
        "id: 2501.00002\ntitle: Two\nWe ask another question here. It has no answer, we find.\n"
    )
    records = await answer(service, asking(text, {"type": "array", "items": RECORD}))
    assert records == [
        {
            "arxiv_id": "2501.00001",
            "objective": "First we look at something.",
            "finding": "Then we see it at last.",
        },
        {
            "arxiv_id": "2501.00002",
            "objective": "We ask another question here.",
            "finding": "It has no answer, we find.",
        },
    ]


async def test_spoilt_answers_are_spoilt_as_announced(service: GeminiService) -> None:
    """Wrong ids, swapped ids, empty fields, fences, broken JSON and bare LaTeX look as they do in life."""
    schema = {"type": "array", "items": RECORD}
    two = asking("2611.99001 2611.99004", schema)
    service.faults.append(GeminiFault.SWAPPED_IDS)
    swapped = {record["arxiv_id"]: record["objective"] for record in await answer(service, two)}
    assert swapped["2611.99004"] == "We ask."
    service.faults.append(GeminiFault.WRONG_ID)
    assert {record["arxiv_id"] for record in await answer(service, two)} == {"0000.00000", "0000.00001"}
    service.faults.append(GeminiFault.EMPTY_FIELDS)
    assert {record["finding"] for record in await answer(service, two)} == {""}
    service.words["2611.99001"] = PaperAnswer(r"$\beta$", r"\alpha")
    for fault in (GeminiFault.FENCED_JSON, GeminiFault.MALFORMED_JSON, GeminiFault.BARE_LATEX):
        service.faults.append(fault)
        with pytest.raises(json.JSONDecodeError):
            await answer(service, asking("2611.99001", schema))


async def test_aliases_exist_in_v1beta_only(service: GeminiService) -> None:
    """As the real service has it since version 3 of the SDK made v1 its default."""
    reply = await post(service, asking("2611.99001", RECORD), "v1/models/gemini-flash-latest")
    assert reply["error"]["code"] == 404
    reply = await post(service, asking("2611.99001", RECORD), "v1/models/gemini-3.8-flash")
    assert reply["modelVersion"] == "gemini-3.8-flash"


async def test_the_log_counts_what_quotas_count(service: GeminiService) -> None:
    """Requests and tokens of the busiest minute, and how many were under way at once."""
    service.latency_s = lambda _: 0.02
    body = asking("2611.99001" + "x" * 390, RECORD)
    await asyncio.gather(*(post(service, body) for _ in range(3)))
    await post(service, body)
    assert service.busiest_minute() == (4, 400)
    assert service.most_at_once() == 3
    service.log[0].arrived -= 61
    assert service.busiest_minute() == (3, 300)
