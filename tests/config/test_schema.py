"""The JSON Schema says what the loader does, as far as a schema can tell."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from bot.config import parse, schema, starter
from bot.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"SLACK_BOT_TOKEN": "slack-hush-hush", "SMTP_PASSWORD": "smtp-hush-hush"}


def ecma_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """``pattern`` as ECMA-262 has it, whose ``$`` is the very end and whose ``\\s`` hardly matters here."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


VALIDATOR = extend(Draft202012Validator, {"pattern": ecma_pattern})(schema())


def loads(document: Any) -> bool:
    """Whether the loader takes the document; JSON is YAML."""
    try:
        parse(json.dumps(document), Path("/nonexistent/subscribers.yaml"), SECRETS)
    except ConfigError:
        return False
    return True


# --- documents that hold what a schema can't see: known topics, no doubles, services set up -------

DURATIONS = st.sampled_from(["0.5s", "30s", "15m", "6h", "2d", "1w", "3.25s", "9999d"])
ADDRESSES = st.sampled_from(
    ["ada@example.org", "Ada Lovelace <ada@example.org>", '"L., Ada" <a.b+c@ex-ample.org>', "me@localhost"]
)
PHRASES = st.lists(
    st.sampled_from(["nickelate", "infinite-layer", "Hwang, Harold", "T_c"]), min_size=1, max_size=3
)
FLAGS = st.booleans()
SCHEDULES = st.sampled_from(
    [
        "immediately",
        "daily 9:00",
        "Weekdays 23:59",
        "weekly mon 08:30",
        "weekly Sunday 8:30",
        "*/5 8-18 * * mon-fri",
    ]
)
TOPICS = ["first", "second topic", "third.three"]


def keys(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


SHARED = {
    "topics": st.lists(st.sampled_from(TOPICS), min_size=1, max_size=3, unique=True),
    "schedule": SCHEDULES,
    "timezone": st.sampled_from(["UTC", "Europe/London", "America/Argentina/Buenos_Aires"]),
    "language": st.sampled_from(["English", "de", "日本語"]),
    "max_papers": st.integers(1, 10_000),
    "send_empty": FLAGS,
    "revisions": FLAGS,
}
TOPIC = keys(
    query=st.sampled_from(['all:"x y" AND cat:cs.AI', "ti:x"]),
    keywords=PHRASES,
    authors=PHRASES,
    exclude=PHRASES,
    categories=st.lists(
        st.sampled_from(["cs.AI", "cond-mat", "quant-ph", "physics.*"]), min_size=1, max_size=2
    ),
    cross_lists=FLAGS,
    focus=st.sampled_from(["how it was done", "two\nlines"]),
).map(lambda topic: {"keywords": ["x"], **topic})
TARGETS = keys(
    slack=st.sampled_from(["#papers", "papers", "C0123AB", "U0123AB", ["#a", "ada@example.org"]]),
    email=ADDRESSES | ADDRESSES.map(lambda address: [address]),
    file=st.sampled_from(["digests/", ["one", "two"]]),
).map(lambda targets: targets or {"file": "digests/"})
ARXIV = keys(
    api_url=st.sampled_from(["http://127.0.0.1:8080/api/query", "https://example.org"]),
    poll_every=DURATIONS | st.just("auto"),
    lookback=DURATIONS,
    page_size=st.integers(1, 2000),
    min_interval=st.sampled_from(["3s", "1m", "3.5s"]),
).map(lambda arxiv: {"contact": "ada@example.org", **arxiv})
GEMINI = keys(
    model=st.sampled_from(["gemini-flash-latest", "models/x.1"]),
    base_url=st.sampled_from([None, "http://[::1]:9/x"]),
    api_version=st.sampled_from(["v1", "v1beta"]),
    concurrency=st.integers(1, 1000),
    requests_per_minute=st.integers(1, 10**9),
    papers_per_request=st.integers(1, 50) | st.just("auto"),
    service_tier=st.sampled_from(["standard", "flex"]),
    timeout=DURATIONS,
)
EMAIL = keys(
    port=st.integers(1, 65535),
    security=st.sampled_from(["starttls", "tls", "none"]),
    username=st.sampled_from([None, "bot@example.org"]),
    reply_to=st.none() | ADDRESSES,
    messages_per_minute=st.none() | st.integers(1, 100),
    connections=st.integers(1, 10),
    ca_file=st.none(),
).map(lambda email: {"host": "localhost", "sender": "bot@example.org", **email})


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"subscriber {n}" for n in range(draw(st.integers(1, 3)))]
    document: dict[str, Any] = {
        "arxiv": draw(ARXIV),
        "email": draw(EMAIL),
        "topics": {name: draw(TOPIC) for name in TOPICS},
        "subscribers": [{"name": name, **draw(TARGETS), **draw(keys(**SHARED))} for name in names],
    }
    document |= draw(
        keys(
            database=st.sampled_from(["papers.db", "/tmp/x y/papers.db"]),
            gemini=st.none() | GEMINI,
            slack=st.none() | keys(base_url=st.just("https://slack.com/api/")),
            operator=st.sampled_from([None, "#alerts", "ada@example.org", "Me <ada@example.org>"]),
            defaults=st.none() | keys(**SHARED),
        )
    )
    if "topics" not in (document.get("defaults") or {}):
        for subscriber in document["subscribers"]:
            subscriber.setdefault("topics", TOPICS[:1])
    return document


WRONG = st.sampled_from(
    [None, True, False, 0, -1, 1, 2.5, 70_000, 10**12, "", " ", "x", "7", "0s", "0d", "yes", "auto", "a b@c",
     "#Papers", "#", "C1", "daily 25:00", "weekly 9:00", "* * * *", "60 * * * *", "Mars/Base", "http://", "ftp://x.org",
     "x\x07", 'say "x"', ".hidden", "a/b", "Ada, B <ada@example.org>", "ada@example.org ", [], [""], ["x", "x"], [None],
     [["x"]], {}, {"x": 1}, "x" * 2000]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a document but the document."""
    if path:
        yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*path, key))


def refers_elsewhere(path: tuple[Any, ...]) -> bool:
    """Whether what stands here is judged by more than its form: a table, the file's other keys, the disk."""
    return (path[0] == "topics" and len(path) == 2) or bool(
        {"topics", "categories", "query", "name"} & set(path[1:])
    )


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document with something taken out, put in, or replaced."""
    document = copy.deepcopy(draw(documents()))
    *above, last = draw(st.sampled_from([path for path in places(document) if not refers_elsewhere(path)]))
    holder = document
    for step in above:
        holder = holder[step]
    change = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
    if change == "replace":
        holder[last] = draw(WRONG)
    elif change == "remove":
        del holder[last]
    elif isinstance(holder, dict):
        holder[draw(st.sampled_from(["colour", "contct", "token", "<", "schedule"]))] = draw(WRONG)
    return document


def is_beyond_a_schema(document: Any) -> bool:
    """A few faults that mutations make and no schema can see."""
    try:
        parse(json.dumps(document), Path("/nonexistent/subscribers.yaml"), SECRETS)
    except ConfigError as error:
        return all(BEYOND.search(fault.message) for fault in error.faults)
    return False


BEYOND = re.compile(
    r"unknown topic|listed twice|needs an SMTP server|needs an email section|arXiv's terms|travel unencrypted"
    r"|never comes|no letter or digit|there is no file|is a folder"
)


@given(documents())
@hypothesis_settings(max_examples=30)
def test_valid_documents(document: dict[str, Any]) -> None:
    """What is valid by the manual is taken by the loader and admitted by the schema."""
    VALIDATOR.validate(document)
    assert loads(document)


@given(mutations())
@hypothesis_settings(max_examples=80)
def test_mutated_documents(document: dict[str, Any]) -> None:
    """The schema refuses exactly what the loader refuses, but for what refers to something else."""
    assert VALIDATOR.is_valid(document) == (loads(document) or is_beyond_a_schema(document))


@pytest.mark.parametrize("text", [starter(), (ROOT / "subscribers.example.yaml").read_text(encoding="utf-8")])
def test_the_files_point_to_the_schema(text: str) -> None:
    """The starter and the example begin with the line by which editors find the schema."""
    assert text.splitlines()[0] == "# yaml-language-server: $schema=subscribers.schema.json"
    assert "arxiv-digest schema > subscribers.schema.json" in text


def test_the_schema_is_one() -> None:
    """It is a valid schema of its own draft, JSON, and says of every key what it is for."""
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()
    for section in sections(schema()):
        assert all(key["description"] and key["title"] for key in section["properties"].values())
        assert section["additionalProperties"] is False


def test_its_patterns_are_ecma_262() -> None:
    """Each pattern keeps to the escapes that JavaScript knows under its ``u`` flag, which editors use."""
    patterns = set(re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(schema())))
    assert len(patterns) > 15
    for pattern in map(json.loads, patterns):
        escapes = set(re.findall(r"\\(u[0-9a-f]{4}|.)", pattern))
        assert {escape for escape in escapes if len(escape) == 1} <= set("^$\\\\.*+?()[]{}|/sS"), pattern


def sections(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "properties" in node and "description" in node:
            yield node
        for value in node.values():
            yield from sections(value)
    elif isinstance(node, list):
        for value in node:
            yield from sections(value)


def test_its_defaults_are_the_loader_s() -> None:
    """Written out, the defaults of the schema change nothing."""
    minimal = {
        "arxiv": {"contact": "ada@example.org"},
        "email": {"host": "localhost", "sender": "a@example.org"},
        "topics": {"t": {"keywords": ["x"]}},
        "subscribers": [{"name": "n", "topics": ["t"], "file": "d"}],
    }
    written = {
        **minimal,
        "database": default_of("database"),
        "arxiv": {**defaults_of("arxiv"), **minimal["arxiv"]},  # type: ignore[dict-item]
        "gemini": defaults_of("gemini"),
        "slack": defaults_of("slack"),
        "email": {**defaults_of("email"), **minimal["email"]},  # type: ignore[dict-item]
        "operator": default_of("operator"),
        "topics": {
            "t": {**defaults_in(schema()["properties"]["topics"]["additionalProperties"]), "keywords": ["x"]}
        },
        "defaults": defaults_of("defaults"),
    }
    path = Path("/nonexistent/subscribers.yaml")
    assert parse(json.dumps(written), path, SECRETS) == parse(json.dumps(minimal), path, SECRETS)


def default_of(key: str) -> Any:
    return schema()["properties"][key]["default"]


def defaults_of(section: str) -> dict[str, Any]:
    described = schema()["properties"][section]
    return defaults_in(described["anyOf"][0] if "anyOf" in described else described)


def defaults_in(section: dict[str, Any]) -> dict[str, Any]:
    return {name: key["default"] for name, key in section["properties"].items() if "default" in key}
