"""A model's text -> the answers in it. Fences, prose around the JSON and a cut-off end are tolerated.

Only whole objects with the three fields count; nothing is guessed or completed. Which paper an answer
belongs to, and whether it is any good, is decided elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from bot.summary.latex_repair import repair


@dataclass(frozen=True, slots=True)
class Answer:
    arxiv_id: str
    """Without version, and without the ``arXiv:`` or the address before it."""
    objective: str
    finding: str


_VERSION = re.compile(r"v\d+$")
_PREFIX = re.compile(
    r"^\s*(?:arxiv\s*:\s*|(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html)/)", re.IGNORECASE
)
_MOST_TIMES = 30
"""So often a text is read that is cut off within objects in objects: an answer has them three deep."""


def read(text: str, commands: Container[str] = frozenset()) -> tuple[Answer, ...]:
    """Every whole answer in ``text``, in order; empty when there is none.

    ``commands`` are LaTeX commands that the abstracts use, without backslash.
    """
    start = min((at for at in (text.find("["), text.find("{")) if at >= 0), default=-1)
    if start < 0:
        return ()
    return tuple(_answers(repair(text[start:], commands)))


def _answers(text: str) -> Iterator[Answer]:
    decoder = json.JSONDecoder(strict=False)
    at, patience = 0, _MOST_TIMES * len(text)
    while (at := text.find("{", at)) >= 0 and patience >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            patience -= error.pos - at + len(text) // 100  # it counts the lines before
            at += 1
            continue
        except RecursionError:
            return
        found = list(_within(value))
        yield from found
        at = end if found else at + 1


def _within(value: object) -> Iterator[Answer]:
    """The answer that an object is, or those in its values: ``{"summaries": […]}``, ``{"2501.01234": {…}}``."""
    if not isinstance(value, dict):
        return
    answer = _answer(value)
    if answer:
        yield answer
        return
    for key, inner in value.items():
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict) and (nested := _answer({"arxiv_id": key, **one})):
                yield nested


def _answer(value: dict[str, object]) -> Answer | None:
    arxiv_id, objective, finding = (value.get(key) for key in ("arxiv_id", "objective", "finding"))
    if isinstance(arxiv_id, str) and isinstance(objective, str) and isinstance(finding, str):
        return Answer(plain_id(arxiv_id), objective, finding)
    return None


def plain_id(arxiv_id: str) -> str:
    return _VERSION.sub("", _PREFIX.sub("", arxiv_id).strip())
