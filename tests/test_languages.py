"""The languages that summaries may be asked in."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES, catalogue, code, is_english, is_right_to_left, normalise


@pytest.mark.parametrize("written", ["de", "German", "german", " Deutsch ", "DE", "de-AT", "de_CH", "deu"])
def test_one_language_has_one_name(written: str) -> None:
    """A code, a name or the language's own name ask the model the same."""
    assert (normalise(written), code(written)) == ("German", "de")


@pytest.mark.parametrize(
    ("written", "name", "tag"),
    [
        ("pt-BR", "Brazilian Portuguese", "pt-BR"),
        ("zh-TW", "Traditional Chinese", "zh-Hant"),
        ("日本語", "Japanese", "ja"),
        ("Español", "Spanish", "es"),
        ("", "English", "en"),
        ("Plain   English for school children", "Plain English for school children", ""),
    ],
)
def test_names_codes_and_the_unknown(written: str, name: str, tag: str) -> None:
    """Regions are kept where they matter; what we don't know goes to the model as written."""
    assert (normalise(written), code(written)) == (name, tag)


def test_a_name_stays_itself() -> None:
    """Normalising twice changes nothing, so a key made of it is stable."""
    assert all(normalise(language.name) == language.name for language in LANGUAGES)
    assert all(normalise(language.code) == language.name for language in LANGUAGES)


def test_no_spelling_stands_for_two_languages() -> None:
    """Every name and tag of the table leads to its own language."""
    for language in LANGUAGES:
        assert {normalise(name) for name in language.also} <= {language.name}


def test_english_is_english_everywhere() -> None:
    """HTML marks no English as foreign, whichever country's it is."""
    assert all(map(is_english, ("English", "en", "British English", "en-US", "")))
    assert not any(map(is_english, ("German", "Klingon")))


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("German, informal", "de"),
        ("español (México)", "es"),
        ("Swiss German", "de"),
        ("Hebrew (no niqqud)", "he"),
        ("plain English", "en"),
        ("German and English", ""),
        ("Klingon, formal", ""),
        ("()", ""),
    ],
)
def test_what_more_is_said_of_a_language_is_the_model_s_to_read(written: str, tag: str) -> None:
    """Frame and direction are those of the language; the model is told all of it."""
    assert code(written) == tag
    assert normalise(written) == written
    assert catalogue(written).code == (tag if tag in ("de", "es") else "en")
    assert is_right_to_left(written) == (tag == "he")


def test_right_to_left_is_known() -> None:
    """HTML needs a direction for Arabic, Persian, Urdu and Hebrew."""
    assert [is_right_to_left(name) for name in ("ar", "Farsi", "he", "ur", "en", "Klingon")] == [
        *(True, True, True, True),
        *(False, False),
    ]
