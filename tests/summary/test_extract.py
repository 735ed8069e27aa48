"""The summariser without a model."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Paper, Summary, SummarySource
from bot.summary.extract import EMPTY_ABSTRACT, NO_FINDING, NO_OBJECTIVE, summarise
from bot.summary.sentences import split

MOMENT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

FILMS = (
    "Infinite-layer nickelates have drawn wide attention since their discovery. "
    "However, the growth of clean films remains difficult, and existing recipes fail above 20 nm. "
    "Here we investigate how the substrate governs the strain of Nd$_{0.8}$Sr$_{0.2}$NiO$_2$ films. "
    "Films were grown by pulsed laser deposition and imaged by scanning transmission electron microscopy. "
    "We find that the critical temperature rises from 9.5 K to 15.2 K on the tighter substrate. "
    "The implications for devices are discussed. "
    "Code is available at https://example.org/films."
)
LEARNING = (
    "Robots that sort parcels are common in warehouses. "
    "Yet current grasp planners struggle with transparent objects. "
    "To address this gap, we propose GlassHand, a planner that learns from polarised images. "
    "Additionally, we collect a dataset of 4,000 scenes. "
    "Experiments on three benchmarks show that GlassHand raises the success rate by 12.5% over the best baseline. "
    "We hope that our work inspires further study of polarised vision."
)
BRIEF_THEOREM = (
    "We consider the wave equation on a compact manifold. "
    "We prove that solutions decay at the rate $t^{-1/2}. $ "
    "We also comment on the case of a boundary."
)


def paper(abstract: str, title: str = "A paper") -> Paper:
    return Paper("2601.00001", 1, title, abstract, ("A. Author",), ("cs.LG",), MOMENT, MOMENT)


def extract(abstract: str, *, title: str = "A paper", focus: str = "") -> Summary:
    return summarise(paper(abstract, title), focus=focus)


def test_the_aim_follows_the_gap_it_fills() -> None:
    """The objective is the sentence of the gap and the sentence of the aim, word for word."""
    assert extract(LEARNING).objective == (
        "Yet current grasp planners struggle with transparent objects. "
        "To address this gap, we propose GlassHand, a planner that learns from polarised images."
    )


def test_the_finding_is_the_result() -> None:
    """The finding is what was found, with its numbers as written."""
    assert extract(LEARNING).finding == (
        "Experiments on three benchmarks show that GlassHand raises the success rate by 12.5% over the best baseline."
    )
    assert extract(FILMS).finding == (
        "We find that the critical temperature rises from 9.5 K to 15.2 K on the tighter substrate."
    )


def test_latex_is_left_as_written() -> None:
    """Formulas in a chosen sentence are those of the abstract."""
    assert "Nd$_{0.8}$Sr$_{0.2}$NiO$_2$ films." in extract(FILMS).objective


@pytest.mark.parametrize("abstract", [FILMS, LEARNING])
def test_background_and_promises_are_left_out(abstract: str) -> None:
    """Neither the opening commonplace nor code, hopes and announced discussions are quoted."""
    summary = extract(abstract)
    for unwanted in ("wide attention", "common in warehouses", "available", "discussed", "hope"):
        assert unwanted not in summary.objective + summary.finding


def test_a_theorem_is_a_finding() -> None:
    """In mathematics the problem is the objective and what is proved the finding."""
    summary = extract(BRIEF_THEOREM)
    assert summary.objective == "We consider the wave equation on a compact manifold."
    assert summary.finding == "We prove that solutions decay at the rate $t^{-1/2}. $"


def test_the_source_says_where_it_comes_from() -> None:
    """An extract is never taken for a model's summary."""
    summary = extract(FILMS)
    assert (summary.source, summary.model) == (SummarySource.EXTRACTIVE, "")


def test_the_focus_brings_in_what_bears_on_it() -> None:
    """A focus adds the sentence on it beside the result, in the order of the abstract."""
    assert extract(FILMS, focus="how electron microscopy was used").finding == (
        "Films were grown by pulsed laser deposition and imaged by scanning transmission electron microscopy. "
        "We find that the critical temperature rises from 9.5 K to 15.2 K on the tighter substrate."
    )


def test_the_focus_decides_between_results() -> None:
    """Of two results the one that speaks of the focus is the finding."""
    abstract = (
        "We study a solar cell. "
        "We find that its thermal conductivity doubles under a strong magnetic field applied along the long axis of "
        "every single sample that was measured in the cold. "
        "We find that its optical absorption vanishes altogether in the far infrared after the samples were annealed "
        "in a vacuum chamber for several days."
    )
    assert extract(abstract, focus="thermal conductivity").finding.startswith("We find that its thermal")
    assert extract(abstract, focus="optical absorption").finding.startswith("We find that its optical")


@pytest.mark.parametrize("abstract", ["", "   \n "])
def test_an_empty_abstract(abstract: str) -> None:
    """An empty abstract is said to be empty rather than shown as a blank line."""
    summary = extract(abstract)
    assert (summary.objective, summary.finding) == (EMPTY_ABSTRACT, NO_FINDING)


def test_a_single_sentence() -> None:
    """It is the objective or, where it says what came of it, the finding; never both."""
    summary = extract("We study how films crack.")
    assert (summary.objective, summary.finding) == ("We study how films crack.", NO_FINDING)
    summary = extract("We prove that every film cracks.")
    assert (summary.objective, summary.finding) == (NO_OBJECTIVE, "We prove that every film cracks.")


@pytest.mark.parametrize(
    "notice",
    [
        "This paper has been withdrawn by the author due to a crucial error in Lemma 3.",
        "Withdrawn by the authors: Lemma 3 is false.",
        "We withdraw this paper because Lemma 3 is false.",
        "The article was retracted, as Lemma 3 is false.",
    ],
)
def test_a_withdrawal_goes_before_all_else(notice: str) -> None:
    """Wherever it stands, and in the comment too; what is withdrawn is no finding."""
    theorem = "We study films. We prove that every film cracks."
    for made in (
        extract(f"{theorem} {notice}"),
        extract(f"{notice} {theorem}"),
        summarise(replace(paper(theorem), comment=f"12 pages. {notice}")),
    ):
        assert (made.objective, made.finding) == (notice, NO_FINDING)


@pytest.mark.parametrize(
    "sentence",
    [
        "The method was withdrawn from use.",
        "Each space deformation retracts to a point.",
        "Drug withdrawal is hard.",
    ],
)
def test_other_withdrawals_are_none(sentence: str) -> None:
    """Of drugs, methods and spaces."""
    made = extract(f"{sentence} We study films in air. We prove that every film cracks.")
    assert made.finding == "We prove that every film cracks."


@pytest.mark.parametrize(
    "sentence",
    [
        "Superconductors have attracted wide attention of physicists and engineers alike for many years.",
        "In recent years, the growth of superconductors has been pursued by a number of groups all over the world.",
        "Superconductors play a key role in magnets, medicine, transport and the search for new particles.",
    ],
)
def test_what_everybody_knows_is_neither(sentence: str) -> None:
    """An opening commonplace, beside a finding alone too; unless it speaks of what the title does."""
    result = "We find that the critical temperature of thin films rises on a tighter substrate."
    made = extract(f"{sentence} {result}")
    assert (made.objective, made.finding) == (NO_OBJECTIVE, result)
    made = extract(f"{sentence} {result}", title="Superconductors on a substrate")
    assert made.objective == sentence


def test_the_method_is_no_objective() -> None:
    """Nor does it stand beside the aim."""
    made = extract(
        "We investigate how the substrate governs the strain of nickelate films. "
        "Films were grown by pulsed laser deposition and imaged by electron microscopy in a vacuum. "
        "We find that the critical temperature rises from 9.5 K to 15.2 K.",
        title="Films grown and imaged by pulsed laser deposition and electron microscopy",
    )
    assert made.objective == "We investigate how the substrate governs the strain of nickelate films."


@pytest.mark.parametrize("sentence", ["The proof uses a covering argument.", "We report new results."])
def test_what_says_nothing_is_neither(sentence: str) -> None:
    """How it was proved, or that there are results."""
    made = extract(f"We study how films crack. {sentence}")
    assert (made.objective, made.finding) == ("We study how films crack.", NO_FINDING)


def test_a_single_sentence_and_a_promise() -> None:
    """A promise does not become a finding for want of a better one."""
    summary = extract("We introduce a solver for stiff equations. Code is available at https://example.org.")
    assert (summary.objective, summary.finding) == ("We introduce a solver for stiff equations.", NO_FINDING)


def test_an_abstract_that_only_promises() -> None:
    """Something is shown all the same."""
    assert extract("The data are available on request.").objective == "The data are available on request."


def test_a_structured_abstract() -> None:
    """Headings tell what a sentence does, and are not quoted."""
    summary = extract(
        "Background: Hips wear out. Objective: To measure the wear of ceramic hips in vivo. "
        "Methods: Forty patients walked daily. Results: Wear was 0.3 mm per decade. "
        "Conclusions: Ceramic could be better."
    )
    assert summary.objective.endswith("To measure the wear of ceramic hips in vivo.")
    assert summary.finding == "Wear was 0.3 mm per decade."


@pytest.mark.parametrize(
    ("abstract", "objective", "finding"),
    [
        (
            "Les verres sont anciens. Nous étudions leur vieillissement. Nous montrons qu'il dépend de l'eau.",
            "Nous étudions leur vieillissement.",
            "Nous montrons qu'il dépend de l'eau.",
        ),
        (
            "Los vidrios son antiguos. En este trabajo se estudia su vejez. Los resultados muestran que importa.",
            "En este trabajo se estudia su vejez.",
            "Los resultados muestran que importa.",
        ),
        (
            "玻璃很古老。本文研究玻璃的老化。结果表明水起决定作用。",
            "本文研究玻璃的老化。",
            "结果表明水起决定作用。",
        ),
    ],
)
def test_other_languages(abstract: str, objective: str, finding: str) -> None:
    """The commonest cues of French, Spanish and Chinese are known."""
    summary = extract(abstract)
    assert (summary.objective, summary.finding) == (objective, finding)


def test_a_long_sentence_says_that_it_was_cut() -> None:
    """A sentence cut at a clause ends in an ellipsis."""
    result = (
        "We find that the resistance of the film falls by 40% within a minute of exposure to moist air, "
        + "while the optical response of the very same sample does not change at all over several weeks of storage "
        "in the laboratory under the most ordinary conditions that anybody could think of on a rainy day"
    )
    finding = extract(f"We study films in air. {result}.").finding
    assert finding == (
        "We find that the resistance of the film falls by 40% within a minute of exposure to moist air …"
    )


SENTENCES = st.sampled_from(
    [
        "However, existing methods fail on wet glass.",
        "We propose a new furnace for glass.",
        "In this paper we study the ageing of glass.",
        "Our results show that water decides, e.g. in Fig. 3.",
        "We prove that $x. Y$ holds for all $n > 1.$",
        "Glass is old.",
        "It was heated to 900 K using a laser.",
        "Code will be released.",
        "We hope that it helps.",
        "These findings highlight the promise of furnaces.",
        "It improves accuracy by 3.4\\% over the baseline, paving the way for better windows.",
    ]
)


@given(
    st.lists(SENTENCES, min_size=1, max_size=9, unique=True),
    st.sampled_from(["", "water", "how lasers were used"]),
)
def test_only_the_abstracts_own_words_and_never_one_sentence_twice(sentences: list[str], focus: str) -> None:
    """Whatever the abstract: both parts are filled and quoted from it, and they share no sentence."""
    summary = extract(" ".join(sentences), focus=focus)
    assert is_quoted(summary.objective, sentences)
    assert is_quoted(summary.finding, sentences)
    assert not any(sentence in summary.objective and sentence in summary.finding for sentence in sentences)


def is_quoted(part: str, sentences: list[str]) -> bool:
    """Made of whole sentences and of beginnings that end in an ellipsis; or the neutral text."""
    for sentence in sorted(sentences, key=len, reverse=True):
        part = part.replace(sentence, "")
    left = [piece.strip() for piece in part.replace(NO_FINDING, "").replace(NO_OBJECTIVE, "").split(" …")]
    return left[-1] == "" and all(any(s.startswith(piece) for s in sentences) for piece in left)


def test_real_abstracts_are_quoted_word_for_word(shared: Path) -> None:
    """On abstracts as people write them, nothing is shown that does not stand there."""
    with gzip.open(shared / "arxiv/papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, 150)]
    for record in records:
        abstract = " ".join(record["abstract"].split())
        summary = extract(abstract, title=record["title"])
        sentences = [sentence.text for sentence in split(abstract)]
        assert is_quoted(summary.objective, sentences), record["arxiv_id"]
        assert is_quoted(summary.finding, sentences), record["arxiv_id"]
        assert summary.objective != summary.finding


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_gives_a_summary(abstract: str, focus: str) -> None:
    """No input, however odd, makes it fail or leaves a part blank."""
    summary = extract(abstract, title=abstract[:40], focus=focus)
    assert summary.objective.strip()
    assert summary.finding.strip()
