r"""LaTeX in a model's JSON survives the parse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.latex_repair import repair

AMBIGUOUS = {r"\"", r"\\", r"\/", r"\n", r"\r", r"\t"}
"""Commands that are JSON escapes for something a text may well hold: the escape is taken."""


def parsed(body: str) -> str:
    """What a string holds whose text between the quotation marks is ``body``."""
    found = json.loads(repair(f'{{"finding": "{body}"}}'))["finding"]
    assert isinstance(found, str)
    return found


def commands(shared: Path) -> list[str]:
    lines = (shared / "arxiv/latex_commands.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t")[0] for line in lines]


@pytest.mark.parametrize(
    "frame",
    [
        "value {} here", "so $x {} y$ holds", "so ${}$ holds", "so ${}_0$ holds", "{}", "a {}{{x}} b", "we use {}",
        "({} x)", "$a={}^2$",
    ],
)  # fmt: skip
def test_every_command_survives_unescaped(shared: Path, frame: str) -> None:
    r"""Each of arXiv's 1,843 commands, put unescaped into a JSON string, comes out as ``\command``."""
    lost = [
        command
        for command in commands(shared)
        if command not in AMBIGUOUS and parsed(frame.format(command)) != frame.format(command)
    ]
    assert lost == []


@pytest.mark.parametrize("frame", ["value {} here", "so $x {} y$ holds", "{}{{x}}"])
def test_every_command_survives_when_it_was_escaped(shared: Path, frame: str) -> None:
    """JSON that was right already is left as it was."""
    texts = [frame.format(command) for command in commands(shared)]
    assert [text for text in texts if json.loads(repair(json.dumps({"a": text})))["a"] != text] == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\beta", r"\beta"),
        (r"\frac{1}{2}", r"\frac{1}{2}"),
        (r"$\nu$ and $\rho$, $\tau$, $\times$", r"$\nu$ and $\rho$, $\tau$, $\times$"),
        (r"\textit{x} \nabla \forall \bar{x}", r"\textit{x} \nabla \forall \bar{x}"),
        (r"\alpha \l \, \% \{ \$", r"\alpha \l \, \% \{ \$"),
        (r"\upsilon \uparrow \underline{x} \u00e9", r"\upsilon \uparrow \underline{x} é"),
        (r"\\beta \\\\ \\n", r"\beta \\ \n"),
        (r"$10^{5}$\nUsing this", "$10^{5}$\nUsing this"),
        (r"Schr\"odinger said \"yes\"", 'Schr\\"odinger said "yes"'),
        (r"\u03b2 \ud83d\ude00", "β 😀"),
        (r"a\/b", "a/b"),
    ],
)
def test_each_backslash_is_judged(body: str, text: str) -> None:
    """Commands, escapes, accents and code points, each for what it is."""
    assert parsed(body) == text


@pytest.mark.parametrize(
    "text",
    [
        "one\ntwo", "First.\nThe next", "a\tb", "x\n\ny", "Line one.\n- item", "at 5 K\nand then", "Results:\n1. foo",
        "end\r\nnext", "col\tnext", "(a)\nbased", "as found.\n", "\n", "\t", "$x$\nUsing it", "Found. \nThen",
    ],
)  # fmt: skip
def test_a_legal_line_break_or_tab_stays(text: str) -> None:
    """White space between words is no command."""
    assert json.loads(repair(json.dumps(text))) == text


@pytest.mark.parametrize(
    ("raw", "text"), [("\beta", r"\beta"), ("\frac12", r"\frac12"), ("x\ny", "x\ny"), ("$\nu$", r"$\nu$")]
)
def test_raw_control_characters_are_judged_like_escapes(raw: str, text: str) -> None:
    """A control character as such, which JSON forbids, is the same ruin of a command."""
    assert parsed(raw) == text


@pytest.mark.parametrize(
    "written", [r"\u0003b3-PO, {\u0014delta}-Unlearning", "\x03b3-PO, {\x14delta}-Unlearning"]
)
def test_what_became_of_a_letter_or_a_command_is_read_back(written: str) -> None:
    """Models write U+0003 and "b3" for gamma, and a control character for the backslash of an abstract's command."""
    found = json.loads(repair(f'{{"finding": "{written}"}}', {"delta"}))["finding"]
    assert found == r"γ-PO, {\delta}-Unlearning"
    assert json.loads(repair(f'"{written}"')) == "γ-PO, {\x14delta}-Unlearning"


def test_the_authors_own_macros_are_known() -> None:
    r"""A ``\nR`` of the abstract is no line break where the model repeats it after a word."""
    body = r"over\nMod holds"
    assert parsed(body) == "over\nMod holds"
    assert json.loads(repair(f'"{body}"', frozenset({"nMod"}))) == r"over\nMod holds"


_CONTROLS = re.compile(r"[\b\f]|[\n\r\t](?=[A-Za-z{])|[A-Za-z]\"[aeiou]")


@given(st.text().filter(lambda text: not _CONTROLS.search(text)))
def test_escaped_json_of_any_text_round_trips(text: str) -> None:
    """What is right stays right: only the combinations of the table in the module are in doubt."""
    assert json.loads(repair(json.dumps({"a": text})))["a"] == text
    assert json.loads(repair(json.dumps({"a": text}, ensure_ascii=False)))["a"] == text


@given(
    st.lists(
        st.sampled_from(["words", "The", "at 5 K", r"\beta", r"$\nu_e$", "é", '"x"', "100%"]), min_size=1
    )
)
def test_lines_of_prose_round_trip(lines: list[str]) -> None:
    """Prose with escaped commands and line breaks comes out as it went in."""
    text = ".\n".join(lines)
    assert json.loads(repair(json.dumps(text))) == text


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    """Text that is no JSON at all comes out as text."""
    assert isinstance(repair(text), str)
