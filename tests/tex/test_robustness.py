"""Input nobody meant: broken, hostile, huge, or no LaTeX at all."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from bot.tex import to_html, to_text

LEFT_RAW = re.compile(r"\\|\$(?!\s?\.?\d)")


@pytest.mark.parametrize(
    "text",
    [
        "深度学习在材料科学中的应用：综述",
        "ニューラルネットワークによる物性予測",
        "التعلم العميق للصور الطبية",
        "Глубокое обучение",
        "e\u0301tude 👩‍🔬 🇫🇷 naïve",
        "C++ and C# and F*",
        "a_b, my_file_name.txt, __init__ and snake_case_",
        "50% of the time, 3.5%-5%",
        "R&D at AT&T; Q&A",
        "first_last@uni-x.example.org",
        "https://example.org/~user/a_b%20c?x=1&y_2={z}#top".replace("{z}", "z"),
        "www.example.org/~a_b",
        "x < y > z, a->b, <tag>",
        "**bold** and *italics* with `code_here` and ```fence```",
        "costs $5 to $10, or $0.50",
        "run --verbose <!-- comment -->",
        "it's Alice's 'quoted' \"text\"",
        "^_^ and 2 ^ 3 and # 5 @ home",
        "~20 nm, about ~$5, /~home",
        "Paper №5 §3 ½ ²",
    ],
)
def test_what_is_no_latex_passes_unharmed(text: str) -> None:
    """A text without LaTeX reads as it was written."""
    assert to_text(text) == text


def test_white_space_is_collapsed() -> None:
    """Line breaks and runs of spaces of a feed become single spaces; none stays at the ends."""
    assert to_text("  A title\n  in two\t lines\u00a0 \r\n") == "A title in two lines"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("the cost is $5 and we prove $x = 1$ for $n$", "the cost is $5 and we prove x = 1 for n"),
        ("from $2 million to $3 million", "from $2 million to $3 million"),
        ("between \\$5 and \\$10", "between $5 and $10"),
        ("$5$ to $10$ layers", "5 to 10 layers"),
        ("$5 nm$ films", "5 nm films"),
        ("on $H^1 we show that $u$ exists and $v$ does not", "on H¹ we show that u exists and v does not"),
        ("we bound u in $L^2", "we bound u in L²"),
        ("2$\\times$10 grids", "2×10 grids"),
        ("$a$$b$", "ab"),
        ("$$x$ is mismatched", "x is mismatched"),
    ],
)
def test_dollars_are_told_apart(source: str, text: str) -> None:
    """Money stays money, a missing dollar doesn't turn the rest inside out."""
    assert to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{unbalanced", "unbalanced"),
        ("un}balanced", "unbalanced"),
        (r"\frac{1}", "1/"),
        (r"$\frac{a}{b", "a/b"),
        (r"\emph{x", "x"),
        (r"$\left( x$", "(x"),
        (r"\begin{equation} x = 1", "x = 1"),
        (r"\end{itemize} x", "x"),
        (r"trailing \\", "trailing"),
        ("trailing " + "\\", "trailing"),
        (r"\(x", "x"),
        (r"x\]", "x"),
        (r"$x^$ and $_$", "x and"),
        (r"\unknown{word} and \other", "word and other"),
        (r"$\unknown{x}$", "unknown(x)"),
        (r"\unknown{} is $\other{}$", "unknown is other"),
        (r"$\\beta + \\frac{1}{2}$", "β + 1/2"),
        ("50% and $5%$", "50% and 5%"),
    ],
)
def test_what_is_broken_is_shown_all_the_same(source: str, text: str) -> None:
    """Broken LaTeX loses its signs, not its words."""
    assert to_text(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert('x')</script>",
        r"$<script>$ and \emph{<b onclick=x>}",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        r"\texttt{</code><img src=x>}",
        r"\href{javascript:alert(1)}{<i>x</i>}",
        r"\unicode{x3C}script\unicode{x3E}",
        r"$a_{<b>}^{</b>}$",
    ],
)
def test_markup_in_the_input_stays_text(source: str) -> None:
    """No tag but our own ever reaches a reader's browser."""
    html = to_html(source)
    assert "<" not in re.sub(r"</?(?:sub|sup|em|strong|code)>", "", html)
    assert "&lt;" in html


def test_control_characters_never_come_out() -> None:
    """Control characters, lone surrogates and entities of either are dropped."""
    shown = to_text("a\x00b\x08\x1b[0m\x9e\ud800 &#0;&#27; $\x07\\unicode{x1b}$")
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    assert shown.startswith("ab")


NESTED = {
    "braces": ("{", "x", "}"),
    "groups in a formula": ("${", "x", "}$"),
    "emphasis": (r"\emph{", "x", "}"),
    "exponents": ("x^{", "x", "}"),
    "fractions": (r"\frac{", "x", "}{y}"),
    "roots": (r"\sqrt{", "x", "}"),
    "accents": (r"\hat{", "x", "}"),
    "text in formulas": (r"$\text{", "x", "}$"),
    "environments": (r"\begin{cases}", "x", r"\end{cases}"),
    "parentheses": (r"\(", "x", r"\)"),
    "lists": (r"\begin{itemize}\item ", "x", r"\end{itemize}"),
    "unknown commands": (r"\foo{", "x", "}"),
    "a mixture": (r"$\hat{\frac{\sqrt{x^{\mathrm{\left|\text{", "x", r"}\right|}}}}{y}}$"),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_no_danger(name: str) -> None:
    """Ten thousand levels of anything neither crash nor lose what is in the middle."""
    opening, middle, closing = NESTED[name]
    source = opening * 10_000 + middle + closing * 10_000
    assert "x" in to_text(source)
    assert "x" in to_html(source)


REPEATED = [
    "{", "}", "$", "$a", "$5 and ", "^", "_{", "$x^x", r"\frac", r"\sqrt ", r"\hat", r"\not", r"\bf x", r"\over ",
    r"\left(", r"\begin{cases}", r"\'", "\\", "'", "`a ", "``a ", r"\cite[", r"\href{", "https://", "&#", r"\(",
    r"\ce{", r"\ce{A->[", r"\SI{1e", r"\item[", r"\\[", "--", "~", "|a", "a:b", "$|", "\u0301", "x_1_2", r"\deg ", "x'",
    "<", "<x>", r"\\mu", r"\la 5", r"\foo{}", "5~", r"\text{if }",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_repetition_is_no_danger(piece: str) -> None:
    """A long run of any sign is read to its end, alone and within a formula; so are the words behind it."""
    many, behind = piece * (2_000 // len(piece)), " word" * 600
    for source in (many, f"${many}$"):
        assert to_text(source + behind).endswith(" word")
        assert re.sub(r"(</\w+>)+$", "", to_html(source + behind)).endswith(" word")


@pytest.mark.parametrize(
    "source", [r"\ce{H" + "_2" * 9_999 + "}", r"\si{m" + "^2" * 9_999 + "}", "$x" + "_1^2" * 9_999 + "$"]
)
def test_many_scripts_on_one_letter_are_no_danger(source: str) -> None:
    """Scripts on scripts on scripts stand in a row instead of nesting."""
    assert to_text(source).endswith(("₂", "²"))


def test_real_texts_are_readable(shared: Path) -> None:
    """Of real titles, abstracts and summaries at most 0.5 % keep a backslash or a formula's dollar."""
    with gzip.open(shared / "arxiv" / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for index, line in enumerate(lines) if index % 25 == 0]
    texts = [text for paper in papers for text in (paper["title"], paper["abstract"], *paper["authors"][:3])]
    for name, fields in (("latex_snippets", ("snippet", "context")), ("summaries", ("objective", "finding"))):
        for line in (shared / "arxiv" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            texts += [record[field] for field in fields if record.get(field)]
    raw = [text for text in texts if LEFT_RAW.search(to_text(text))]
    assert len(raw) <= 0.005 * len(texts), raw
