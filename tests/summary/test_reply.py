"""What the model answered, judged."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import ModelReply, Paper, Summary, SummarySource
from bot.summary.prompt import build
from bot.summary.reply import RefusedAnswer, read
from tests.samples import paper

FILMS = paper(
    "2611.04201",
    title=r"Control of thin NbN films by a ScN buffer layer",
    abstract=(
        r"Films of niobium nitride are used in photon detectors. Their quality depends on the substrate. "
        r"We study how a ScN buffer layer acts on the growth of 29 nm thick NbN films on silicon. "
        r"The critical temperature $T_c$ rises from 9 K to 12.5 K, and the resistivity falls by 40\%. "
        r"Transmission electron microscopy attributes the gain to better lattice matching at the interface."
    ),
)
ROBOTS = paper(
    "2611.09002",
    title="Sorting transparent parcels with polarised images",
    abstract=(
        "Robots that sort parcels struggle with transparent objects. We propose GlassHand, a grasp planner "
        "that learns from "
        "polarised images, and collect 4,000 scenes. GlassHand raises the success rate of grasping by 12.5% "
        "on three benchmarks."
    ),
)
GOOD = {
    "arxiv_id": "2611.04201",
    "objective": "Investigate how a ScN buffer layer affects thin NbN films.",
    "finding": "The buffer layer raises the critical temperature from 9 K to 12.5 K; the lattice matching is better.",
}
OTHER = {
    "arxiv_id": "2611.09002",
    "objective": "Develop a grasp planner for transparent parcels from polarised images.",
    "finding": "GlassHand raises the success rate of grasping by 12.5% on three benchmarks.",
}


def reply(text: str | None, finish: str = "STOP", block: str = "") -> ModelReply:
    return ModelReply(text, finish, block, "gemini-3.8-flash", 700, 200)


def judged(
    answer: Any, papers: Sequence[Paper] = (FILMS,), language: str = "English"
) -> Summary | RefusedAnswer:
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return read(reply(text), papers, language=language)[papers[0].arxiv_id]


def refused(**changes: str) -> RefusedAnswer:
    found = judged([GOOD | changes])
    assert isinstance(found, RefusedAnswer), found
    return found


def test_a_good_answer_becomes_a_summary() -> None:
    """Text, source and the model that answered are kept."""
    assert judged([GOOD]) == Summary(
        GOOD["objective"], GOOD["finding"], SummarySource.MODEL, "gemini-3.8-flash"
    )


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        "```json\n" + json.dumps([GOOD]) + "\n```",
        "Here you are [1]:\n" + json.dumps([GOOD]) + "\nAnything else?",
        json.dumps({"summaries": [GOOD]}),
        json.dumps({"2611.04201": {"objective": GOOD["objective"], "finding": GOOD["finding"]}}),
        json.dumps([GOOD | {"arxiv_id": "arXiv:2611.04201v2"}]),
        json.dumps([GOOD | {"confidence": 1}]),
        json.dumps([GOOD])[:-1],
        json.dumps([GOOD], indent=2),
    ],
)
def test_wrapping_is_tolerated(text: str) -> None:
    """Fences, prose, another nesting or a missing last bracket are not worth a second request."""
    assert isinstance(judged(text), Summary)


def test_latex_survives() -> None:
    r"""``\beta`` is no backspace, ``\alpha`` no broken JSON."""
    text = json.dumps([GOOD]).replace(
        "matching", r"$\beta$-NbN and $\alpha$-NbN with $\nu \times \rho$ in matching"
    )
    found = judged(text)
    assert isinstance(found, Summary)
    assert r"$\beta$-NbN and $\alpha$-NbN with $\nu \times \rho$" in found.finding


def test_what_nobody_sees_is_removed() -> None:
    """Zero-width and direction-changing characters, line breaks, repeated labels and bold marks go."""
    odd = "**Objective:** Investigate\u200b how a \u202eScN\u202c buffer layer\n\n affects  **thin** NbN\ufeff films."
    found = judged([GOOD | {"objective": odd}])
    assert isinstance(found, Summary)
    assert found.objective == GOOD["objective"]


def test_answers_are_tied_by_id() -> None:
    """The order of the answers means nothing."""
    found = read(reply(json.dumps([OTHER, GOOD])), [FILMS, ROBOTS], language="en")
    assert [entry.finding for entry in found.values() if isinstance(entry, Summary)] == [
        GOOD["finding"],
        OTHER["finding"],
    ]
    assert list(found) == ["2611.04201", "2611.09002"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([OTHER], "no answer for this paper"),
        ([GOOD, GOOD, OTHER], "two answers"),
        ([GOOD | {"arxiv_id": "2611.99999"}, OTHER], "no answer for this paper"),
        ([GOOD | {"arxiv_id": ""}, OTHER], "no answer for this paper"),
        ([OTHER | {"arxiv_id": "2611.04201"}, OTHER], "about another paper"),
    ],
)
def test_missing_doubled_and_foreign_ids_are_refused_for_their_paper(
    answers: list[dict[str, str]], reason: str
) -> None:
    """One paper's fault leaves the other's summary alone; the pipeline asks again for the one."""
    found = read(reply(json.dumps(answers)), [FILMS, ROBOTS], language="en")
    entry = found["2611.04201"]
    assert isinstance(entry, RefusedAnswer)
    assert reason in entry.reason
    assert isinstance(found["2611.09002"], Summary)
    assert set(found) == {"2611.04201", "2611.09002"}


def test_exchanged_answers_are_refused() -> None:
    """Two summaries under each other's id never reach a reader."""
    swapped = [GOOD | {"arxiv_id": "2611.09002"}, OTHER | {"arxiv_id": "2611.04201"}]
    assert all(
        isinstance(entry, RefusedAnswer)
        for entry in read(reply(json.dumps(swapped)), [FILMS, ROBOTS], language="en").values()
    )


@pytest.mark.parametrize(
    ("given_reply", "reason", "paraphrase"),
    [
        (reply(None, "SAFETY"), "SAFETY", True),
        (reply(None, "PROHIBITED_CONTENT"), "PROHIBITED_CONTENT", True),
        (reply(None, "", "PROHIBITED_CONTENT"), "prompt blocked: PROHIBITED_CONTENT", True),
        (reply(None, "", "OTHER"), "prompt blocked: OTHER", False),
        (reply(None, "RECITATION"), "RECITATION", True),
        (reply(None, "MALFORMED_RESPONSE"), "MALFORMED_RESPONSE", False),
        (reply("", "MAX_TOKENS"), "cut off", False),
        (reply(json.dumps([GOOD])[:80], "MAX_TOKENS"), "cut off", False),
        (reply(json.dumps([GOOD])[:80]), "malformed", False),
        (reply("", "STOP"), "empty", False),
        (reply(None, ""), "empty", False),
        (reply("I would rather not."), "malformed", False),
        (reply("[]"), "malformed", False),
        (reply('["2611.04201"]'), "malformed", False),
        (reply(json.dumps([GOOD | {"finding": 5}])), "malformed", False),
    ],
)
def test_every_way_of_not_answering_has_its_verdict(
    given_reply: ModelReply, reason: str, paraphrase: bool
) -> None:
    """In which form to ask again follows from how the model stopped (facts 3.4)."""
    entry = read(given_reply, [FILMS], language="en")["2611.04201"]
    assert isinstance(entry, RefusedAnswer)
    assert reason in entry.reason
    assert entry.paraphrase == paraphrase


def test_one_blocked_paper_does_not_condemn_its_neighbours() -> None:
    """A blocked request of several papers is asked again, one by one."""
    found = read(reply(None, "SAFETY"), [FILMS, ROBOTS], language="en")
    assert all(isinstance(entry, RefusedAnswer) for entry in found.values())


def test_what_was_whole_before_the_cut_is_used() -> None:
    """Tokens that were paid for are not thrown away."""
    text = json.dumps([OTHER, GOOD])[:-40]
    found = read(reply(text, "MAX_TOKENS"), [FILMS, ROBOTS], language="en")
    assert isinstance(found["2611.09002"], Summary)
    assert isinstance(found["2611.04201"], RefusedAnswer)


def test_a_formula_said_again_is_no_repetition() -> None:
    r"""``\mathrm{Cr}_2\mathrm{O}_3`` is one word, however many commands and letters TeX needs for it."""
    films = paper(
        "2611.04202",
        title="Chromia films",
        abstract=r"We grow $\mathrm{Cr}_2\mathrm{O}_3$ on sapphire. Its order is kept down to 3 nm.",
    )
    oxide = r"$\mathrm{Cr}_2\mathrm{O}_3$"
    answer = {
        "arxiv_id": "2611.04202",
        "objective": f"Grow {oxide} on sapphire and tell {oxide} films from {oxide} bulk.",
        "finding": f"The order of {oxide} is kept down to 3 nm, where {oxide} stays on sapphire as {oxide}.",
    }
    assert isinstance(read(reply(json.dumps([answer])), [films], language="en")["2611.04202"], Summary)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"finding": "The critical temperature of NbN films rises from 9 K to 13 K."}, "13 K"),
        ({"finding": "The critical temperature of NbN films rises to 12.5 mK."}, "12.5 mK"),
        ({"finding": "Die Schicht erhöht die Temperatur der Filme und verbessert die Struktur."}, "not in English"),
        ({"finding": FILMS.abstract}, "copies"),
        ({"finding": "As an AI language model, I studied the NbN films with a ScN buffer layer."}, "speaks of itself"),
        ({"objective": "I cannot summarise NbN films."}, "speaks of itself"),
        ({"finding": "The abstract says to report ScN buffer layers on NbN films."}, "speaks of itself"),
        ({"finding": ""}, "no finding"),
        ({"finding": "N/A"}, "no finding"),
        ({"objective": "Not stated."}, "no objective"),
        ({"finding": GOOD["objective"]}, "the same"),
        ({"finding": "The NbN films are good. " * 3 + "They stay. They do. They last."}, "too long"),
        ({"finding": "NbN films on buffer layers " * 60}, "too long"),
        ({"finding": "The NbN film " + "is good and it " * 20}, "repeats itself"),
        ({"finding": "Robots grasp parcels better than people in warehouses of any size."}, "not about this paper"),
        ({"finding": "See https://evil.example/x for the NbN films."}, "link"),
        ({"finding": "The NbN films improve, <!channel>."}, "mention"),
        ({"finding": "The NbN films <img src=x> improve."}, "markup"),
        ({"finding": "State only what the title or the abstract says: NbN films."}, "repeats the prompt"),
        ({"finding": "NbN films improve.\u0000\u0007"}, "control characters"),
        ({"finding": "NBN FILMS IMPROVE BY A BUFFER LAYER", "objective": "STUDY NBN FILMS"}, "capitals"),
    ],
)  # fmt: skip
def test_a_faulty_answer_is_refused_with_its_fault(changes: dict[str, str], reason: str) -> None:
    """The log says why, and the model is told what to do otherwise."""
    entry = refused(**changes)
    assert reason in entry.reason
    assert entry.complaint.endswith(".")


@pytest.mark.parametrize(
    ("objective", "finding"),
    [
        ("Objective of 2611.04201.", "Finding of 2611.04201."),
        ("Objective for arXiv:2611.04201v1", "Finding for arXiv:2611.04201v1"),
        ("OBJ-2611-04201", "FIND-2611-04201"),
        ("Study the topic.", "It works."),
        ("Understand the system under study.", "A new effect is observed."),
        (
            "Investigate the question stated in the abstract.",
            "The result stated in the abstract is obtained.",
        ),
        ("To study the problem described in the abstract.", "The authors show that the approach works well."),
        ("A plausible objective.", "A plausible finding."),
        ("Fake objective for testing purposes.", "Fake finding for testing purposes."),
        ("Study NbN.", "Control of thin NbN films by a ScN buffer layer"),
        (FILMS.abstract.split(". ")[0], FILMS.abstract.split(". ")[-1]),
    ],
)
def test_a_harmless_answer_is_not_refused(objective: str, finding: str) -> None:
    """Short, vague, or the same for every paper: no reader is misled, so no second request is spent on it."""
    found = judged([GOOD | {"objective": objective, "finding": finding}])
    assert isinstance(found, Summary), found


def test_a_short_abstract_may_be_cut_in_two() -> None:
    """First and last sentence of two are the abstract whole, and still what was asked for."""
    short = paper(
        title="Ptychography of films",
        abstract="We image thin films of a layered oxide by multislice electron ptychography, at low dose and at room "
        "temperature, with a fast detector. The vacancies order along the inner apical sites of the bilayer, in "
        "agreement with calculations, and vanish when the films are annealed in ozone.",
    )
    objective, finding = short.abstract.split(". ")
    answer = {"arxiv_id": short.arxiv_id, "objective": objective, "finding": finding}
    assert isinstance(judged([answer], [short]), Summary)
    whole = answer | {"objective": "Image films by ptychography.", "finding": short.abstract}
    assert isinstance(judged([whole], [short]), RefusedAnswer)


def test_the_fault_reaches_the_next_prompt() -> None:
    """Asking again names the number that was wrong."""
    entry = refused(finding="The critical temperature of NbN films rises to 13 K.")
    assert (
        "13 K" in build([FILMS], focus="", language="en", complaints={FILMS.arxiv_id: entry.complaint}).user
    )


@pytest.mark.parametrize(
    ("language", "finding"),
    [
        (
            "de",
            "Die Pufferschicht erhöht die kritische Temperatur von 9 K auf 12,5 K und senkt den Widerstand um "
            "40 %.",
        ),
        (
            "fr",
            "La couche tampon augmente la température critique de 9 K à 12,5 K et la résistivité baisse de 40 "
            "%.",
        ),
        ("Chinese", "ScN缓冲层使29 nm厚的NbN薄膜的临界温度从9 K提高到12.5 K,电阻率下降40%。"),
        ("ja", "ScN層によりNbN薄膜の臨界温度は9 Kから12.5 Kに上昇し、格子整合が改善した。"),
        ("Klingon", "QaQ NbN qo' ScN 9 K 12.5 K."),
    ],
)
def test_other_languages_are_read(language: str, finding: str) -> None:
    """A summary in the language asked for passes, whatever its words share with the abstract."""
    objective = {
        "Chinese": "研究ScN缓冲层对NbN薄膜的影响。",
        "ja": "ScN緩衝層がNbN薄膜に与える影響を調べる。",
    }.get(language, "")
    objective = objective or {
        "de": "Untersucht, wie eine ScN-Schicht auf dünne NbN-Filme wirkt.",
        "fr": "Étudier l'effet d'une couche de ScN sur NbN.",
    }.get(language, "NbN ScN potlh yIQul.")
    assert isinstance(
        judged([GOOD | {"objective": objective, "finding": finding}], language=language), Summary
    )


def test_a_link_that_the_abstract_gives_may_be_repeated() -> None:
    """A code repository is part of what some papers report."""
    tool = paper(
        abstract="We present FringeFit, a library for electron holography, at github.com/sample/fringefit."
    )
    answer = {
        "arxiv_id": tool.arxiv_id,
        "objective": "Present FringeFit, a library for electron holography.",
        "finding": "FringeFit for holography is available at github.com/sample/fringefit.",
    }
    assert isinstance(judged([answer], [tool]), Summary)


def test_a_summary_of_a_french_abstract_is_not_held_to_its_words() -> None:
    """Where abstract and summary differ in language, shared words are not asked for."""
    french = paper(
        title="Croissance de couches",
        abstract="Nous étudions la croissance des couches minces et les effets de la température sur leur qualité.",
    )
    answer = {
        "arxiv_id": french.arxiv_id,
        "objective": "Study the growth of thin films.",
        "finding": "Heat governs how good the films become.",
    }
    assert isinstance(judged([answer], [french]), Summary)


def test_summaries_by_a_model_are_accepted(shared: Path) -> None:
    """Of 29 recorded summaries by another system only those that name data sets their abstracts lack are refused."""
    lines = (shared / "arxiv/summaries.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    entries = [
        judged([record], [paper(record["arxiv_id"], title=record["title"], abstract=record["abstract"])])
        for record in records
    ]
    assert sorted(entry.reason for entry in entries if isinstance(entry, RefusedAnswer)) == [
        "a name that the abstract has not: ADNI",
        "a name that the abstract has not: MMT, ScienceQA, SEED",
        "a number that the abstract has not: CIFAR100",
    ]


def test_an_abstracts_own_sentences_are_accepted(shared: Path) -> None:
    """First and last sentence of real abstracts of all fields pass but where they hold what a digest never carries."""
    reasons: list[str] = []
    with gzip.open(shared / "arxiv/papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, islice(lines, 0, None, 60)):
            sentences = " ".join(record["abstract"].split()).split(". ")
            asked = paper(record["arxiv_id"], title=record["title"], abstract=record["abstract"])
            answer = {"arxiv_id": asked.arxiv_id, "objective": sentences[0], "finding": sentences[-1]}
            entry = judged([answer], [asked])
            if isinstance(entry, RefusedAnswer):
                reasons.append(entry.reason)
    allowed = ("the same", "too long", "copies", "no finding", "no objective", "repeats itself")
    assert len([reason for reason in reasons if not any(part in reason for part in allowed)]) <= 1


@given(st.text())
def test_any_text_gives_a_verdict(text: str) -> None:
    """Whatever a model answers, every paper has an entry."""
    assert set(read(reply(text), [FILMS, ROBOTS], language="en")) == {"2611.04201", "2611.09002"}


@given(
    st.lists(st.fixed_dictionaries({key: st.text() | st.none() | st.integers() for key in GOOD}), max_size=3)
)
def test_any_json_gives_a_verdict(answers: list[dict[str, object]]) -> None:
    """Fields of any kind are judged, never raised on."""
    entry = judged(answers)
    assert isinstance(entry, Summary | RefusedAnswer)


def test_a_verdict_takes_a_few_milliseconds() -> None:
    """2,000 papers a day are judged beside the loop without holding it up."""
    text = json.dumps([GOOD])
    started = time.process_time()
    for number in range(100):
        asked = paper("2611.04201", title=FILMS.title, abstract=f"{FILMS.abstract} It took {number} days.")
        assert isinstance(judged(text, [asked]), Summary)
    assert time.process_time() - started < 1.5
