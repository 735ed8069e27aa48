"""Where formulas are: the one answer for everybody who reads the prose around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tex import formula_spans, to_text, without_formulas

_PIECES = [
    "$x$",
    "$$y$$",
    r"\(a\)",
    r"\[b\]",
    r"\begin{align}c\end{align}",
    "{",
    "}",
    "$",
    r"\$",
    "5",
    " word ",
    "(",
]


@pytest.mark.parametrize(
    ("latex", "formulas"),
    [
        (r"a $x$ b $$y$$ c \(z\) d \[w\]", ["$x$", "$$y$$", r"\(z\)", r"\[w\]"]),
        (r"\begin{equation*}a = b\end{equation*} holds", [r"\begin{equation*}a = b\end{equation*}"]),
        (r"one within another: $a \text{ if $b$}$ and $c$", [r"$a \text{ if $b$}$", "$c$"]),
        (r"\textit{an $n$-type} crystal", ["$n$"]),
        ("from $5 to $10 a month", []),
        (r"a price of \$5, and \$6", []),
        (r"\begin{itemize}\item text\end{itemize}", []),
        ("no partner: $x", []),
        ("nothing at all", []),
    ],
)
def test_a_formula_is_found_whole_and_money_is_none(latex: str, formulas: list[str]) -> None:
    """Each formula once, with what delimits it; amounts, lists and lone dollar signs are prose."""
    assert [latex[span.start : span.end] for span in formula_spans(latex)] == formulas


def test_prose_is_what_is_left() -> None:
    """A space stands where a formula stood, so that words around it stay apart."""
    assert without_formulas("if$n>1$then $m$.") == "if then  ."


def test_every_element_stands_apart_from_its_stage() -> None:
    """An ion is written alike for all elements, the heavy ones too: Pu III as Fe III."""
    assert [to_text(rf"{element}\textsc{{iii}}") for element in ("Fe", "Pu", "Am")] == [
        "Fe III",
        "Pu III",
        "Am III",
    ]


@given(st.lists(st.sampled_from(_PIECES)).map("".join))
def test_spans_never_overlap_and_stand_in_order(latex: str) -> None:
    """Whatever the source, spans are within it, none is empty and each begins where the last ended or later."""
    end = 0
    for span in formula_spans(latex):
        assert end <= span.start < span.end <= len(latex)
        end = span.end
