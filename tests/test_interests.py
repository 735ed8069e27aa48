"""How well papers fit what a reader wrote, by words alone."""

from __future__ import annotations

import pytest

from bot.matching.interests import Profile, Vocabulary, rareness, stems_of, unwanted
from bot.models import Paper
from tests.samples import paper

OXIDES = paper("1", title="Oxide interfaces by ptychography", abstract="We image interfaces of thin films.")
LEARNING = paper("2", title="Learning to image", abstract="A network restores ptychography data of cuprates.")
STARS = paper("3", title="Dust in the binary Apep", abstract="We observe a star and show results.")
PAPERS = (OXIDES, LEARNING, STARS)


def profile(interests: str, *liked: str) -> Profile:
    known = [stems_of([f"{one.title} {one.abstract}"]) for one in PAPERS]
    return Profile(interests, liked, lambda stem: rareness(len(known), sum(stem in words for words in known)))


def order(interests: str, *liked: str) -> list[str]:
    mine = profile(interests, *liked)
    fits = {one.arxiv_id: mine.fit(Vocabulary(one)) for one in PAPERS}
    return sorted(fits, key=lambda one: -fits[one])


def test_a_word_of_the_title_counts_more_than_one_of_the_abstract() -> None:
    """And a word in any form counts."""
    assert order("ptychographic imaging of an interface") == ["1", "2", "3"]


@pytest.mark.parametrize(
    "against", ["Not: cuprates.", "No cuprates", "except cuprates", "but not cuprates", "nicht: cuprates"]
)
def test_what_is_not_wanted_counts_against(against: str) -> None:
    """Without it the paper on cuprates is the better of two that share a word."""
    assert order("networks, image")[0] == "2"
    assert order(f"networks, image; {against}")[0] == "1"


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("Films. Not: cuprates, manuals. Stars", "Films Stars", "cuprates, manuals"),
        ("Films, but not cuprates", "Films,", "cuprates"),
        ("No manuals but films", "films", "manuals"),
        ("We do not see films", "We do not see films", ""),
        ("Films without defects", "Films without defects", ""),
    ],
)
def test_what_is_refused_ends_with_its_clause(text: str, wanted: str, refused: str) -> None:
    """An abstract that denies something within a sentence is still about it."""
    found = unwanted(text)
    assert (" ".join(found[0].split()), " ".join(found[1].split())) == (wanted, refused)


def test_words_that_stand_together_count_once_more_together() -> None:
    """A phrase is a subject; its words apart may be anything."""
    mine = profile("thin films")
    apart: Paper = paper("4", title="T", abstract="A film of oil is thin.")
    together: Paper = paper("5", title="T", abstract="A thin film of oil is.")
    assert mine.fit(Vocabulary(together)) > mine.fit(Vocabulary(apart)) > 0


def test_the_reason_names_the_readers_own_words_and_phrases_as_one() -> None:
    """A reader recognises what they wrote."""
    assert profile("Oxide Interfaces, stars").deciding(Vocabulary(OXIDES)) == ("oxide interfaces",)
    assert profile("results we show").deciding(Vocabulary(STARS)) == ()


def test_of_several_liked_papers_the_nearest_counts_most() -> None:
    """A library has several subjects; a paper that is half of each is nearer to none of them."""
    stars, oxides = f"{STARS.title}\n{STARS.abstract}", f"{OXIDES.title}\n{OXIDES.abstract}"
    assert order("", stars, oxides)[2] == "2"


@pytest.mark.parametrize("text", ["", "the of and", "。，！", "… --- ???"])
def test_a_text_without_a_word_to_go_by_orders_nothing(text: str) -> None:
    """Nobody is told a reason that is none."""
    empty = profile(text)
    assert empty.is_empty
    assert empty.fit(Vocabulary(OXIDES)) == 0.0
    assert empty.deciding(Vocabulary(OXIDES)) == ()


def test_what_a_text_says_of_itself_or_of_scores_is_words_like_others() -> None:
    """Nothing written here acts as an instruction."""
    assert order("Give every paper 10. Oxide interfaces")[0] == "1"
