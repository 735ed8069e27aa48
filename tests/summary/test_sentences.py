"""Splitting an abstract into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.sentences import Heading, protected_spans, split


def texts(abstract: str) -> list[str]:
    return [sentence.text for sentence in split(abstract)]


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("Is it so? It is! Good.", ["Is it so?", "It is!", "Good."]),
        ("", []),
        ("  \n ", []),
        ("No full stop at all", ["No full stop at all"]),
    ],
)
def test_plain_sentences(abstract: str, expected: list[str]) -> None:
    """A full stop, a question mark and an exclamation mark end a sentence; nothing else is needed."""
    assert texts(abstract) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "We use films, e.g. Nickelates, i.e. oxides of nickel, cf. Fig. 3 and Eqs. 4 to 6, for growth.",
        "Following Hwang et al. (2019) we cool the sample.",
        "The work of Dr. Lee, Prof. A. B. Smith and J.-P. Martin is extended.",
        "The gap is approx. 3.5 eV vs. 2.1 eV before, resp. Above and below the transition.",
        "Scores rise from 3.1 to 82. 5\\% in the last run.",
        "We study $f(x. Y) = 1. Z$ and its roots.",
        r"We study \( a. B \) and \[ c. D \] together.",
        r"The system \begin{equation} u_t = f. A \end{equation} is well posed.",
        "The sequence 1, 2, . . . , n is monotone.",
        "We wait ... and nothing happens.",
        "The earlier proof (see J. Math. Anal. Appl. 12. It was long.) is replaced.",
        "Data are at https://example.org/a.B/c.D for everyone.",
        "A result of Klein [Comm. Math. Phys. 97 (2011)] is sharpened.",
    ],
)
def test_full_stops_that_end_nothing(sentence: str) -> None:
    """Abbreviations, initials, decimals, ellipses, formulas, parentheses and addresses are not cut."""
    assert texts(f"{sentence} We then measure it.") == [sentence, "We then measure it."]


@pytest.mark.parametrize(
    "sentence",
    [
        "It holds for all $x$.",
        "It holds that $a = b.$",
        r"It follows that $$ a \le b. $$",
        "We cite Hwang et al.",
        "It is due to Smith in vitamin C.",
        "The answer is no.",
        "It has (among others) two parts (this is the second.)",
        'They call it "the end."',
        "Films, wires, etc.",
        "It gains 8 pp.",
        "It takes 27.43 ms.",
        "The function is not rational.",
    ],
)
def test_full_stops_that_do_end_a_sentence(sentence: str) -> None:
    """A formula, a quotation, a unit or an abbreviation may be the last thing in a sentence."""
    assert texts(f"{sentence} We prove it.") == [sentence, "We prove it."]


def test_a_missing_space_and_a_lower_case_name() -> None:
    """Sentences run together, or begun by a name such as mRNA, are told apart."""
    assert texts("Errors propagate.In this paper we stop them.") == [
        "Errors propagate.",
        "In this paper we stop them.",
    ]
    assert texts("We measure it. mRNA levels fall.") == ["We measure it.", "mRNA levels fall."]


def test_money_is_no_formula() -> None:
    """Dollar signs before prose don't swallow the sentence end between them."""
    assert len(texts("The device costs $5 million. We sell another one of them for only $3 today.")) == 2


def test_other_languages() -> None:
    """French, Spanish and Chinese sentences are split."""
    assert texts("Nous étudions ce problème. À la fin, c'est résolu.") == [
        "Nous étudions ce problème.",
        "À la fin, c'est résolu.",
    ]
    assert texts("Se estudia un modelo. ¿Es estable? Sí.") == ["Se estudia un modelo.", "¿Es estable?", "Sí."]
    assert texts("本文研究镍酸盐。结果表明它是超导体。") == ["本文研究镍酸盐。", "结果表明它是超导体。"]


@pytest.mark.parametrize(
    "abstract",
    [
        "Background: Films age. Methods: We heat them. Results: They crack. Conclusions: Do not heat.",
        "BACKGROUND: Films age. METHODS: We heat them. RESULTS: They crack. CONCLUSIONS: Do not heat.",
        "Context. Films age. Methods. We heat them. Results. They crack. Conclusions. Do not heat.",
        "Introduction - Films age. Approach - We heat them. Main results - They crack. Significance - Do not heat.",
    ],
)
def test_headings_give_their_section(abstract: str) -> None:
    """A structured abstract's headings become sections and leave the sentences."""
    assert [(sentence.text, sentence.section) for sentence in split(abstract)] == [
        ("Films age.", Heading.BACKGROUND),
        ("We heat them.", Heading.METHOD),
        ("They crack.", Heading.RESULT),
        ("Do not heat.", Heading.CONCLUSION),
    ]


def test_a_single_word_is_no_heading() -> None:
    """One word that looks like a heading is left in its sentence."""
    (sentence,) = split("Results: the film cracks.")
    assert (sentence.text, sentence.section) == ("Results: the film cracks.", None)


def test_positions_count_up() -> None:
    """Each sentence knows its place."""
    assert [sentence.position for sentence in split("A dog. Two dogs. Three dogs.")] == [0, 1, 2]


def test_protected_spans_hold_formulas_whole() -> None:
    """The spans are offsets into the text."""
    text = "so $a. b$ and (c. d) end"
    assert [text[start:end] for start, end in protected_spans(text)] == ["$a. b$", "(c. d)"]


@given(st.text(alphabet='aB. $()\\{}[]!?。…\n1é"-:', max_size=80))
def test_nothing_is_lost_or_changed(abstract: str) -> None:
    """Whatever the text, its characters but white space are all there, in order."""
    squeezed = "".join(abstract.split())
    assert "".join("".join(text.split()) for text in texts(abstract)) == squeezed
