"""The request to the model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Prompt
from bot.summary.prompt import PROMPT_VERSION, build, estimate_tokens, fence, leaks
from tests.samples import paper

GOLDEN = Path(__file__).parent / "golden"

FILMS = paper(
    "2611.04201",
    title=r"Control of thin NbN films by a ScN buffer layer",
    abstract=r"We study how a ScN buffer layer acts on 29 nm thick NbN films. $T_c$ rises from 9 K to 12.5 K.",
)
OLD = paper(
    "cond-mat/0011267", title="Vortices in layered films", abstract="Vortices are imaged by holography."
)


def shown(prompt: Prompt) -> str:
    limits = f"at most {prompt.max_output_tokens} tokens of output"
    return "\n\n".join(
        (
            f"prompt version {PROMPT_VERSION}",
            prompt.system,
            prompt.user,
            json.dumps(prompt.schema, indent=1),
            limits,
            "",
        )
    )


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("one", build([FILMS], focus="how electron microscopy was used", language="en")),
        (
            "again",
            build(
                [FILMS, OLD],
                focus="",
                language="Deutsch",
                complaints={"2611.04201": "it stated 13 K."},
                paraphrase=True,
            ),
        ),
    ],
)
def test_the_prompt_is_the_one_that_was_agreed(name: str, prompt: Prompt) -> None:
    """Summaries are kept by PROMPT_VERSION: a changed wording must change it, and shows here."""
    golden = GOLDEN / f"prompt-{name}.txt"
    if not golden.exists():
        golden.write_text(shown(prompt), encoding="utf-8")
        pytest.fail(f"{golden} was missing and has been written: read it")
    assert shown(prompt) == golden.read_text(encoding="utf-8")


def test_the_same_papers_give_the_same_bytes() -> None:
    """A stored prompt version means one text, whatever the run."""
    assert build([FILMS], focus="x", language="de") == build([FILMS], focus="x", language="German")


def test_the_focus_and_the_language_steer_the_instructions() -> None:
    """Both come from the operator and stand in the system part, not beside the abstracts."""
    prompt = build([FILMS], focus="how holography\nwas used.", language="fr")
    assert "how holography was used." in prompt.system
    assert "Write in French." in prompt.system
    assert "holography" not in prompt.user


def test_a_fault_is_named_only_where_it_was_found() -> None:
    """The model reads what was wrong with its last answer on that paper."""
    user = build(
        [FILMS, OLD], focus="", language="en", complaints={"2611.04201": "it stated 13 K.", "9999.99999": "x"}
    ).user
    assert "Your last answer for 2611.04201 was refused: it stated 13 K." in user
    assert user.count("was refused") == 1


def test_the_schema_is_flat() -> None:
    """Bounds, enums and nesting can make Gemini refuse a request (facts 3.4)."""
    text = json.dumps(build([FILMS], focus="", language="en").schema)
    assert not any(word in text for word in ("enum", "maxItems", "minItems", "maxLength", "$ref", "anyOf"))
    assert json.loads(text)["items"]["required"] == ["arxiv_id", "objective", "finding"]


def test_the_output_budget_includes_thinking_and_grows() -> None:
    """A small cap is used up by thinking and leaves an empty answer (facts 3.4)."""
    one, many = (build([FILMS] * n, focus="", language="en").max_output_tokens for n in (1, 20))
    assert 4096 <= one < many <= 65_536


def test_tokens_are_estimated_on_the_high_side() -> None:
    """The quota counts on it: a word is never less than a token, a digit or a Chinese character is one."""
    prompt = build([FILMS], focus="", language="en")
    words = len((prompt.system + prompt.user).split())
    assert words * 1.3 < estimate_tokens(prompt) < words * 3
    longer = build([paper(abstract="临界温度提高了很多" * 20)], focus="", language="en")
    assert (
        estimate_tokens(longer) - estimate_tokens(build([paper(abstract="")], focus="", language="en")) >= 160
    )


@given(st.text(), st.text())
def test_no_text_holds_its_own_mark(title: str, abstract: str) -> None:
    """The mark around a paper occurs in the request only where we put it."""
    asked = paper(title=title, abstract=abstract)
    mark = fence([asked])
    assert mark not in title + abstract
    assert build([asked], focus="", language="en").user.count(mark) == 2


def test_a_mark_that_an_abstract_has_guessed_is_not_used() -> None:
    """Even who knows the rule can't write the mark that the rule then gives."""
    first = fence([paper(abstract="x")])
    assert fence([paper(abstract=first)]) != first


def test_an_endless_abstract_is_cut() -> None:
    """One paper can't use up the minute's tokens."""
    assert estimate_tokens(build([paper(abstract="ha " * 100_000)], focus="", language="en")) < 10_000


def test_an_answer_that_repeats_the_instructions_is_noticed() -> None:
    """The prompt is nothing that readers should get."""
    assert leaks("A number may appear only if it stands there, with the same unit: do not compute.")
    assert not leaks("Investigate the cause of early resistive transitions in nested coils.")
