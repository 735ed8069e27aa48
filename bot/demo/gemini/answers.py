"""What the stand-in for the model says: an objective and a finding for each paper in the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.models import Paper

_IDENTIFIER = re.compile(r"(?<![\w./-])(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?![0-9])")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)$%][.?!])\s+(?=[A-Z$])")

_LONG_WORD = re.compile(r"[a-z]{6,}")
_PAPER = re.compile(
    r"^arxiv_id: (?P<id>\S+)\ntitle: (?P<title>.*)\nabstract: (?P<abstract>.*)$", re.MULTILINE
)

Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PaperAnswer:
    """The answer for one paper."""

    objective: str
    finding: str
    score: int = 0
    reason: str = ""


def words_of(paper: Paper) -> PaperAnswer:
    """The first and the last sentence of the abstract."""
    return _first_and_last(paper.abstract)


def _first_and_last(text: str) -> PaperAnswer:
    sentences = _SENTENCE_END.split(" ".join(text.split()))
    return PaperAnswer(sentences[0], sentences[-1])


def asked_for(text: str, known: Mapping[str, PaperAnswer]) -> dict[str, PaperAnswer]:
    """Answers for the papers whose ids occur in the prompt's text, in the order they occur.

    When none of them is known, each id's answer comes from the longest line between it and the next.
    """
    matches = list(_IDENTIFIER.finditer(text))
    found = {match[0]: known[match[0]] for match in matches if match[0] in known}
    if found:
        return found
    ends = [match.start() for match in matches[1:]] + [len(text)]
    return {
        match[0]: _first_and_last(max(text[match.end() : end].splitlines(), key=len, default=""))
        for match, end in zip(matches, ends, strict=True)
    }


def scored(text: str) -> dict[str, PaperAnswer]:
    """Scores for the papers in a prompt: by the words that a paper shares with what the reader wrote."""
    wanted = set(_LONG_WORD.findall(text.partition("END READER")[0].lower()))
    found = {}
    for match in _PAPER.finditer(text):
        title, abstract = (
            list(dict.fromkeys(_LONG_WORD.findall(match[name].lower()))) for name in ("title", "abstract")
        )
        shared = [word for word in dict.fromkeys([*title, *abstract]) if word in wanted]
        points = 3 * sum(word in title for word in shared) + 2 * sum(word not in title for word in shared)
        found[match["id"]] = PaperAnswer("", "", min(10, points), _reason(title + abstract, shared))
    return found


def _reason(words: Sequence[str], shared: Sequence[str]) -> str:
    """One or two of the shared words; two that stand together as a phrase."""
    pair = next((pair for pair in pairwise(words) if pair[0] in shared and pair[1] in shared), None)
    return " ".join(pair) if pair else ", ".join(shared[:2]) or "another subject"


def wants_scores(schema: Schema) -> bool:
    """Whether the answer that is asked for has a score."""
    return "score" in _part(_part(schema, "items"), "properties")


def shaped(answers: Mapping[str, PaperAnswer], schema: Schema) -> object:
    """The answers in the form that the schema asks for: an array of objects, the same inside an object,
    or one object. Properties it does not know how to fill are empty text or empty arrays."""
    if _kind(schema) == "array":
        return [_record(arxiv_id, words, _part(schema, "items")) for arxiv_id, words in answers.items()]
    properties = _part(schema, "properties")
    for name in properties:
        inner = _part(properties, name)
        if _kind(inner) == "array" and _kind(_part(inner, "items")) == "object":
            return {name: shaped(answers, inner)}
    for arxiv_id, words in answers.items():
        return _record(arxiv_id, words, schema)
    return {}


def _record(arxiv_id: str, words: PaperAnswer, schema: Schema) -> dict[str, object]:
    return dict(_fields(arxiv_id, words, schema))


def _fields(arxiv_id: str, words: PaperAnswer, schema: Schema) -> Iterator[tuple[str, object]]:
    properties = _part(schema, "properties")
    for name in properties:
        if name == "id" or name.endswith("_id"):
            yield name, arxiv_id
        elif name in ("objective", "finding"):
            yield name, words.objective if name == "objective" else words.finding
        elif name in ("score", "reason"):
            yield name, words.score if name == "score" else words.reason
        else:
            yield name, [] if _kind(_part(properties, name)) == "array" else ""


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "")).lower()


def _part(schema: Schema, name: str) -> Schema:
    part = schema.get(name)
    return part if isinstance(part, Mapping) else {}
