"""Whether an answer speaks of its paper."""

from __future__ import annotations

import pytest

from bot.summary.relevance import has_other_names, is_about_another, is_foreign

FILMS = "ScN buffer layers raise the critical temperature of thin NbN films on silicon substrates."
ROBOTS = "Robots sort transparent parcels with a grasp planner that learns from polarised images."


@pytest.mark.parametrize(
    ("fields", "wary", "foreign"),
    [
        (["Raise the temperature of films.", "Buffer layers help."], False, False),
        (["Study the topic.", "It works as wanted."], True, False),
        (["Fake things.", "Certified safe."], False, False),
        (["Fake things.", "Certified safe."], True, True),
        (["Grow films.", "Robots grasp parcels better in warehouses of any size."], False, True),
        (
            ["Sort parcels by robots and cameras.", "Grasps of films succeed in most warehouses."],
            False,
            False,
        ),
    ],
)
def test_only_words_of_another_subject_count(fields: list[str], wary: bool, foreign: bool) -> None:
    """Vague fields pass, unless an abstract gave orders; one that is wholly about something else does not."""
    assert is_foreign(fields, FILMS, wary=wary) is foreign


def test_a_long_answer_needs_words_of_its_paper() -> None:
    """One word in common by chance is not enough for many."""
    fields = [
        "Robots sort transparent parcels in warehouses.",
        "A planner learns grasps from polarised silicon images.",
    ]
    assert is_foreign(fields, FILMS, wary=False)


def test_a_free_retelling_is_of_its_paper() -> None:
    """An essay's abstract is told in other words; a few that are its own are enough, but for a wary reader."""
    essay = (
        "A Life in Language\nIn this personal story I relate forty years around artificial intelligence, how curiosity "
        "led me to work in industry and academia, and the anecdotes that form its backdrop."
    )
    fields = [
        "Share insights from a long career in artificial intelligence, shaped by curiosity and circumstance.",
        "The writer highlights pivotal moments, choices and anecdotes, illustrating their professional journey.",
    ]
    assert not is_foreign(fields, essay, wary=False)
    assert is_foreign(fields, FILMS, wary=False)


def test_another_paper_s_answer_is_noticed() -> None:
    """In a request with several papers each answer is nearest to its own."""
    fields = ["Sort transparent parcels.", "The grasp planner learns from images."]
    assert is_about_another(fields, FILMS, [ROBOTS], wary=False)
    assert not is_about_another(fields, ROBOTS, [FILMS], wary=False)
    assert not is_about_another(["Study the topic.", "It works."], FILMS, [ROBOTS], wary=False)


def test_names_are_compared_in_any_language() -> None:
    """Three names, none of them the paper's."""
    assert has_other_names("SnO₂ und TiO₂ im STEM", FILMS)
    assert not has_other_names("SnO₂ und NbN im STEM", FILMS)
    assert not has_other_names("Filme im STEM", FILMS)
