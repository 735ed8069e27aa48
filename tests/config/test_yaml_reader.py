"""YAML text to values with places, whatever the text is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.config import parse, starter
from bot.config.report import FaultReport, Mark
from bot.config.tree import Scalar, find, plain
from bot.config.yaml_reader import read, resolve
from bot.errors import ConfigError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda values: (
        st.lists(values, max_size=4)
        | st.dictionaries(st.text("abc é:#-'\"\\", max_size=6), values, max_size=4)
    ),
    max_leaves=20,
)


def value_of(text: str) -> Any:
    report = FaultReport("f.yaml")
    node = read(text, report)
    assert report.faults == ()
    return plain(node)


@given(JSON.filter(lambda value: isinstance(value, dict | list)))
@hypothesis_settings(max_examples=60)
def test_json_is_yaml(value: Any) -> None:
    """Every JSON document within the bounds is read as what it says."""
    assert value_of(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1.0", 1),
        ("1e3", 1000),
        ("2.5", 2.5),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-11-22", "2026-11-22"),
        ("9" * 400, float("inf")),
        ("1.2.3", "1.2.3"),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    """A plain scalar means what YAML 1.2's core schema says, and nothing of YAML 1.1."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x85\u2028\u2029"), min_size=1, max_size=20),
    st.data(),
)
@hypothesis_settings(max_examples=50)
def test_places_inside_quotes(text: str, data: st.DataObject) -> None:
    """Each character of a quoted text is found where it is written, escapes or not."""
    offset = data.draw(st.integers(0, len(text) - 1))
    single = "key: '" + text.replace("'", "''") + "'"
    double = "key: " + json.dumps(text)
    for line in (single, double):
        report = FaultReport("f.yaml")
        node, _ = find(read(line, report), ("key",))
        if report.faults:  # a control character, which single quotes can't hold
            continue
        assert isinstance(node, Scalar)
        mark = node.locate(offset)
        assert mark.line == 1
        written = line[mark.column - 1 :]
        assert written[0] in (text[offset], "\\")
        head = node.locate(0).column - 1
        assert len(line[head : mark.column - 1]) >= offset


@pytest.mark.parametrize(
    ("line", "offset", "column"),
    [
        ("key: abcdef", 3, 9),
        ("key: 'it''s x'", 5, 13),
        (r'key: "a\"b\\c\u0041d"', 6, 20),
        ("key: &anchor abc", 1, 15),
    ],
)
def test_places_of_characters(line: str, offset: int, column: int) -> None:
    """The column inside a scalar counts what is written, not what it means."""
    node, _ = find(read(line, FaultReport("f.yaml")), ("key",))
    assert isinstance(node, Scalar)
    assert node.locate(offset) == Mark(1, column)


VALID = starter() + Path(__file__).parents[2].joinpath("subscribers.example.yaml").read_text(encoding="utf-8")
PIECES = [
    "\t",
    "---\n",
    "&a ",
    "*a",
    "!t ",
    "{",
    "]",
    "'",
    '"',
    ": ",
    "- ",
    "\n",
    "#",
    "\\",
    "<<: ",
    "|",
    ">",
    "%",
    "\x00",
    "é",
    "? ",
    "@",
    ",",
    "~",
    "0x",
    "\u2028",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid file with a few cuts, doublings and insertions."""
    text = draw(st.sampled_from([starter(), VALID[len(starter()) :]]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        piece = draw(st.sampled_from([*PIECES, "", text[start:end] * 2]))
        text = text[:start] + piece + text[end:]
    return text


@given(mutated() | st.text(max_size=60))
@hypothesis_settings(max_examples=80)
def test_no_text_makes_it_fall_over(text: str) -> None:
    """Whatever the file says, it is read or answered with faults, each on one line with its place."""
    try:
        parse(
            text, Path("/nonexistent/subscribers.yaml"), {"SLACK_BOT_TOKEN": "xoxb-x", "SMTP_PASSWORD": "x"}
        )
    except ConfigError as error:
        lines = (
            text.count("\n")
            + text.count("\r")
            + text.count("\x85")
            + text.count("\u2028")
            + text.count("\u2029")
        )
        for fault in error.faults:
            assert 1 <= fault.line <= lines + 2
            assert fault.column >= 1
            assert str(fault).isprintable()
