"""Answers found in a model's text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.answers import Answer, read

ONE = {"arxiv_id": "2611.00001", "objective": "Grow films.", "finding": "They grow."}
TWO = {"arxiv_id": "cond-mat/0011267", "objective": "Image vortices.", "finding": "They move."}
FOUND = (
    Answer("2611.00001", "Grow films.", "They grow."),
    Answer("cond-mat/0011267", "Image vortices.", "They move."),
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ONE, TWO]),
        json.dumps({"papers": [ONE, TWO]}),
        json.dumps({TWO["arxiv_id"]: {}, "a": ONE, "b": TWO}),
        f"```json\n{json.dumps([ONE, TWO])}\n```",
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}",
        f"[{json.dumps(ONE)}, {{broken, {json.dumps(TWO)}",
        json.dumps([ONE | {"arxiv_id": "arXiv:2611.00001v3"}, TWO]),
        json.dumps([ONE | {"arxiv_id": "https://arxiv.org/abs/2611.00001v1"}, TWO]),
        json.dumps([ONE, TWO | {"arxiv_id": "http://export.arxiv.org/pdf/cond-mat/0011267"}]),
    ],
)
def test_whole_answers_are_found_in_any_wrapping(text: str) -> None:
    """Nothing is guessed: only objects with the three fields count, wherever they stand."""
    assert read(text) == FOUND


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", "[[[", '{"arxiv_id": "1", "objective": "x"}', '{"a": [1, null]}', "5"]
)
def test_what_is_no_answer_is_none(text: str) -> None:
    """Half an object is no answer."""
    assert read(text) == ()


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_taken(value: object) -> None:
    """Nesting of any kind is walked without failing."""
    assert read(json.dumps({"x": value})) == ()


def test_open_brackets_are_no_trap() -> None:
    """Hundreds of open brackets are passed over, not fallen into."""
    assert read("[{" * 900 + json.dumps(ONE)) == FOUND[:1]


def test_an_endless_nest_is_given_up() -> None:
    """A hundred thousand nested objects are malformed: no recursion error, no minute of work."""
    assert read('{"a":' * 100_000) == ()
