"""What an answer names or claims must be its paper's; what it says in other forms must pass."""

from __future__ import annotations

import json

import pytest

from bot.models import ModelReply, Paper, Summary
from bot.summary import reply
from bot.summary.claims import reversed_comparison, unbacked
from bot.summary.methods import strange_methods
from bot.summary.names import strange_names
from bot.summary.reply import RefusedAnswer
from bot.summary.silence import says_nothing
from tests.samples import paper

SOURCE = (
    "FooNet: Faster Segmentation of Cells\n"
    "We present FooNet, a convolutional model that segments cells on the BBBC dataset. "
    "Thin films of $\\mathrm{Sr}_{2}\\mathrm{RuO}_4$ and tin dioxide are imaged by the Hubble space telescope. "
    'Large language models (LLMs) and quasi-normal modes are discussed. The Schr\\"odinger equation is solved. '
    "Our method outperforms existing baselines such as U-Net. The results suggest a common origin."
)


@pytest.mark.parametrize(
    "said",
    [
        "FooNet segments cells on BBBC, with Sr₂RuO₄ films and SnO₂.",
        "Noise of √s_NN and Ω_DM is low for FooNet.",
        "FOONET-based masks of $\\text{Sr}_2\\text{RuO}_4$ agree.",
        "Large Language Models and QNMs are discussed; an LLM is used.",
        "The CNN beats U-Net, seen with Hubble's camera.",
        "Solve the Schrödinger equation for Italian and Chinese texts.",
        "A Gaussian prior and the Lagrangian agree with ΛCDM-free tests of SU(3).",
    ],
)
def test_a_name_is_present_in_whatever_form_the_paper_has_it(said: str) -> None:
    """Plural, hyphen, case, TeX, expansion, and knowledge that every reader of the field has."""
    assert strange_names(said, SOURCE) == ()


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("FooNet segments cells on ImageNet.", "ImageNet"),
        ("Films of BaTiO3 are imaged.", "BaTiO3"),
        ("BarNet segments cells.", "BarNet"),
        ("The films are imaged by the Herschel telescope.", "Herschel"),
        ("It follows the method of Kowalski.", "Kowalski"),
        ("Kowalski's method is used.", "Kowalski"),
        ("The result was checked by the Planck collaboration.", "Planck"),
        ("It was funded by DARPA.", "DARPA"),
        ("The idea goes back to Ramanujan.", "Ramanujan"),
        ("It was done in collaboration with Microsoft.", "Microsoft"),
        ("The model was evaluated on Kepler.", "Kepler"),
    ],
)
def test_a_name_of_something_else_is_found(said: str, strange: str) -> None:
    """A data set, a material, a person, a telescope that the paper does not name."""
    assert strange_names(said, SOURCE) == (strange,)


def test_the_first_word_of_a_sentence_is_no_name() -> None:
    """Its capital says nothing."""
    assert strange_names("Segment cells. Surprisingly fast. There's no loss: Quick masks.", SOURCE) == ()


@pytest.mark.parametrize(
    ("said", "strange"),
    [
        ("Cells are segmented using a graph neural network.", ("graph neural network",)),
        ("Cells are found by means of density functional theory.", ("density functional theory",)),
        ("Cells are segmented using unbalanced optimal transport theory.", ("optimal transport",)),
        ("Cells are segmented using moonlight lithography.", ("moonlight lithography",)),
        ("Cells are segmented using a CNN with convolutional neural networks.", ()),
        ("Deep learning segments cells with a neural network.", ()),
        ("Cells are segmented using a faster convolutional model.", ()),
    ],
)
def test_a_method_of_another_paper_is_found(said: str, strange: tuple[str, ...]) -> None:
    """By the table, and, where it says that it was used, by having no word of the paper."""
    assert strange_methods(said, SOURCE) == strange


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("FooNet outperforms existing baselines.", False),
        ("The proposed method surpasses U-Net on all data.", False),
        ("U-Net is outperformed by FooNet.", False),
        ("Existing baselines outperform FooNet.", True),
        ("FooNet underperforms existing baselines.", True),
        ("FooNet is outperformed by U-Net.", True),
        ("FooNet trails existing baselines.", True),
        ("FooNet performs worse than existing baselines.", True),
        ("FooNet segments cells, falling behind U-Net.", True),
        ("FooNet segments cells.", False),
    ],
)
def test_a_comparison_turned_round_is_found(said: str, wrong: bool) -> None:
    """Whatever the verb: what counts is who is said to be better."""
    assert bool(reversed_comparison(said, "FooNet: Faster Segmentation of Cells", SOURCE)) is wrong


def test_the_passive_names_who_is_worse() -> None:
    """ "The limit is exceeded" says what "exceeding the limit" does."""
    source = "We outperform older membranes. The Robeson limit is exceeded at 2 bar."
    assert (
        reversed_comparison("The membrane works at 2 bar, exceeding the Robeson bound.", "Membranes", source)
        == ""
    )


def test_a_formula_is_present_when_its_digits_stand_apart() -> None:
    """As publishers print it."""
    source = "Ta-doped Li 7 La 3 Zr 2 O 12 pellets with a turnover number."
    assert strange_names("Li₇La₃Zr₂O₁₂ has a TON.", source) == ()
    assert strange_names("Li₇La₃Hf₂O₁₂ has a TON.", source) == ("Li7La3Hf2O12",)


def test_a_release_needs_the_paper_s_word() -> None:
    """Code and data are said to be available only where title, abstract or comment say so."""
    said = "Cells are segmented. The code is publicly available."
    assert unbacked("release", said, SOURCE)
    assert not unbacked("release", said, SOURCE + " Code: https://example.org/foonet")
    assert not unbacked("release", said, SOURCE + " We release our models.")
    assert not unbacked("release", "Energy is released when open-source models are compared.", SOURCE)


@pytest.mark.parametrize(
    "said",
    [
        "All data and scripts can be downloaded from the project page.",
        "The full data set is public.",
        "The software is distributed as open source.",
        "We open-source our toolkit.",
        "The authors release everything needed to reproduce the results.",
        "The benchmark is hosted online under an MIT license.",
    ],
)
def test_a_release_is_one_however_it_is_worded(said: str) -> None:
    """Downloads, licences and hosts say the same as "the code is available"."""
    assert unbacked("release", said, SOURCE)


def test_praise_and_proof_need_the_paper_s_word() -> None:
    """A hedge is no proof, and a result without comparison no record."""
    assert unbacked("proof", "This proves that the origin is common.", SOURCE)
    assert not unbacked("proof", "This proves that the origin is common.", SOURCE + " We prove a theorem.")
    assert unbacked("rank", "It segments cells, achieving state-of-the-art results.", "We segment cells.")
    assert not unbacked("rank", "It achieves state-of-the-art results.", SOURCE)


@pytest.mark.parametrize(
    "said",
    [
        "Analysis unavailable.",
        "The abstract does not state a finding.",
        "No finding is given.",
        "Not specified in the abstract.",
        "Findings: not provided",
        "Unable to determine the result from the abstract.",
        "The main result cannot be inferred from the abstract.",
        "The paper does not report any results.",
        "Cells are discussed. The abstract provides no explicit results.",
        "The abstract is too short to derive a finding.",
        "As the abstract describes only the approach, no findings can be stated.",
        "None reported in the abstract.",
        "The paper does not report findings in its abstract.",
        "The abstract gives no indication of the results.",
        "The abstract ends before stating a result.",
        "The text only introduces the problem and reports no findings.",
        "The summary could not be generated.",
        "It is not stated what the authors found.",
    ],
)
def test_a_field_that_says_nothing_is_found(said: str) -> None:
    """An answer that stands in for a summary."""
    assert says_nothing(said)


@pytest.mark.parametrize(
    "said",
    [
        "No evidence for a gap is found.",
        "The method works where labels are unavailable and demographic information is unavailable.",
        "Models are unable to identify biased judgments.",
        "No result of this kind holds in three dimensions.",
        "The result does not support a phase transition.",
        "The distance cannot be determined from the light curve alone.",
        "Models are brittle where the text is too short or truncated input is given.",
        "It is not clear whether the phase is stable.",
        "Nothing beyond the Standard Model is seen, and no conclusion of this kind holds in general.",
    ],
)
def test_what_a_paper_says_of_missing_things_is_something(said: str) -> None:
    """Negative results are results."""
    assert not says_nothing(said)


def judged(of: Paper, finding: str) -> Summary | RefusedAnswer:
    words = {
        "arxiv_id": of.arxiv_id,
        "objective": "Segment cells in microscope pictures.",
        "finding": finding,
    }
    answer = ModelReply(json.dumps([words]), "STOP", "", "gemini-test", 700, 200)
    return reply.read(answer, [of], language="English")[of.arxiv_id]


CELLS = paper(
    title="Faster segmentation of cells",
    abstract="We segment cells in microscope pictures. Our model finds nearly all borders of cells.",
    comment="5 pages; code at https://github.com/x/FooNet",
)


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        ("It finds nearly all borders on ImageNet.", "a name that the abstract has not: ImageNet"),
        (
            "It finds nearly all borders using a graph neural network.",
            "a method that the abstract has not: graph neural network",
        ),
        ("The abstract does not state a finding.", "the finding says nothing: abstract does not state"),
    ],
)
def test_the_reason_says_in_words_what_was_invented(finding: str, reason: str) -> None:
    """For the log, `status` and `explain`; the model is told the same words."""
    result = judged(CELLS, finding)
    assert isinstance(result, RefusedAnswer)
    assert result.reason == reason
    assert result.complaint


def test_what_the_authors_comment_says_may_be_said() -> None:
    """The comment is no part of the prompt, but what it says is true."""
    assert isinstance(
        judged(CELLS, "FooNet finds nearly all borders. Its code is available on GitHub."), Summary
    )
