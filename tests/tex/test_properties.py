"""What holds for every formula and every text, not only for those we thought of."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.tex import to_html, to_text

OWN_TAG = re.compile(r"</?(?:sub|sup|em|strong|code)>")

Formula = tuple[str, str]
"""A source, and the letters and digits that have to be seen in it."""


def join(parts: list[Formula], template: str) -> Formula:
    source = template
    for part, _ in parts:
        source = source.replace("#", part, 1)
    return source, "".join(letters for _, letters in parts)


ATOMS = st.one_of(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").map(lambda char: (char, char)),
    st.integers(0, 9999).map(lambda number: (str(number), str(number))),
    st.sampled_from(
        ["+", "-", "=", r"\alpha ", r"\le ", r"\times ", ",", " ", r"\,", "(", ")", "|", "'", r"\infty "]
    ).map(lambda sign: (sign, "")),
)
TEMPLATES = [
    "{#}", "#^{#}", "#_{#}", "#_{#}^{#}", r"\frac{#}{#}", r"\sqrt{#}", r"\sqrt[#]{#}", r"\hat{#}", r"\bar #",
    r"\overline{#}", r"\vec{#}", r"\mathbb{#}", r"\mathcal{#}", r"\mathrm{#}", r"\mathbf{#}", r"\text{#}",
    r"\operatorname{#}", r"\left(#\right)", r"\left|#\right.", r"\sum_{#}^{#}#", r"\binom{#}{#}",
    r"\overset{#}{#}", r"\underbrace{#}_{#}", r"\begin{pmatrix}#&#\\#&#\end{pmatrix}", r"{\rm #}", r"{#\over #}",
    r"\begin{cases}#&#\\#&#\end{cases}", r"\xrightarrow{#}", r"\not= #", r"#\pmod{#}", r"\ensuremath{#}",
    r"\begin{array}{ll}#&#\\#&#\end{array}", r"\norm{#}", r"\unknowncommand{#}", r"\emph{#}", r"\substack{#\\#}",
]  # fmt: skip


def grow(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    @st.composite
    def composite(draw: st.DrawFn) -> Formula:
        template = draw(st.sampled_from(TEMPLATES))
        return join([draw(inner) for _ in range(template.count("#"))], template)

    row = st.lists(inner, min_size=1, max_size=4).map(lambda parts: join(parts, "#" * len(parts)))
    return composite() | row


FORMULAS = st.recursive(ATOMS, grow, max_leaves=12)


def letters_of(text: str) -> Counter[str]:
    return Counter(char for char in unicodedata.normalize("NFKD", text) if char.isascii() and char.isalnum())


@given(FORMULAS)
def test_no_letter_or_digit_of_a_formula_disappears(formula: Formula) -> None:
    """Whatever is built from letters and digits, each of them is still there to be read, in both forms."""
    source, letters = formula
    expected = Counter(letters)
    for shown in (to_text(f"\\[{source}\\]"), html.unescape(OWN_TAG.sub("", to_html(f"\\[{source}\\]")))):
        assert expected <= letters_of(shown), (source, shown)


SIGNS = ["$", "$$", "{", "}", "\\", "^", "_", "&", "%", "~", "<", ">", "\n", "``", "''", "--", "`", "$5"]
MARKUP = ["<script>", "</p>", "&lt;", "&amp;", "&#60;", "https://x.y/", r"\unicode{x3c}"]
COMMANDS = [
    r"\(", r"\)", r"\[", r"\]", r"\frac", r"\emph{", r"\textbf{", r"\texttt{", r"\begin{cases}", r"\end{cases}",
    r"\left", r"\right", r"\href{", r"\url{", r"\cite[", r"\'", r"\v", r"\ce{", r"\SI{", r"\alpha", r"\mathbb",
    r"\text{", r"\over", r"\item", r"\rm", r"\bf",
]  # fmt: skip
PIECES = st.one_of(st.text(max_size=8), st.sampled_from([*SIGNS, *MARKUP, *COMMANDS]))
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS)
def test_html_holds_no_markup_but_our_own(source: str) -> None:
    """Stripped of our five tags, the HTML has no bracket left and no ampersand that is not an escape."""
    stripped = OWN_TAG.sub("", to_html(source))
    assert "<" not in stripped
    assert ">" not in stripped
    assert not re.search(r"&(?!(?:amp|lt|gt);)", stripped)


@given(TEXTS)
def test_html_tags_are_balanced(source: str) -> None:
    """Every tag that is opened is closed, in order."""
    pending: list[str] = []
    for slash, tag in re.findall(r"<(/?)(sub|sup|em|strong|code)>", to_html(source)):
        if not slash:
            pending.append(tag)
        else:
            assert pending.pop() == tag
    assert not pending


@given(TEXTS)
def test_white_space_is_single(source: str) -> None:
    """Never two spaces in a row, never one at the ends."""
    shown = to_text(source)
    assert "  " not in shown
    assert shown == shown.strip(" ")


WORDS = st.text(
    st.characters(exclude_characters="\\{}$^_~&`'-", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@given(st.lists(WORDS, max_size=10))
def test_plain_words_of_any_script_are_kept(words: list[str]) -> None:
    """A text without any sign of LaTeX comes out as it went in."""
    assert to_text(" ".join(words)) == " ".join(words)


@given(TEXTS)
def test_words_survive_any_neighbourhood(source: str) -> None:
    """A word before and behind anything is still there, though a command may have taken its first letter."""
    shown = to_text(f"before {source} after")
    letters = "".join(char for char in unicodedata.normalize("NFKD", shown) if char.isalpha())
    assert shown.startswith("before")
    assert "after" in letters
