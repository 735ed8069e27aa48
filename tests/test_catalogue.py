"""The frame text in other languages: complete, in step with the source, and with the dates of CLDR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale, dates, numbers
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from bot import languages
from bot.languages.catalogue import TRANSLATED

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "bot" / "languages" / "catalogues"
MARKERS = {"noop": None, "pnoop": ((1, "c"), 2)}
Key = tuple[str | None, str]


def source() -> dict[Key, tuple[str, ...]]:
    """The forms of every message marked in the source."""
    found = extract_from_dir(ROOT / "bot", [("**.py", "python")], keywords={**DEFAULT_KEYWORDS, **MARKERS})
    made = [(context, forms(message)) for _, _, message, _, context in found]
    return {(context, ids[0]): ids for context, ids in made}


def forms(said: str | Sequence[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def catalogue(code: str) -> Catalog:
    return read_po(BytesIO((CATALOGUES / f"{code}.po").read_bytes()), locale=code)


def messages(of: Catalog) -> Iterator[Message]:
    yield from (message for message in of if message.id)


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_in_every_catalogue_and_no_other(code: str) -> None:
    """What is new or gone in the source is new or gone in each language; none is a guess of a tool's."""
    known = {(message.context, forms(message.id)[0]): message for message in messages(catalogue(code))}
    assert known.keys() == source().keys()
    assert {key: forms(message.id) for key, message in known.items()} == source()
    assert not [message.id for message in known.values() if message.fuzzy or not all(forms(message.string))]


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_agree_and_plural_forms_are_complete(code: str) -> None:
    """A translation lacks no value and asks for none, but for a singular that says "one" in words."""
    made = catalogue(code)
    for message in messages(made):
        ids, said = forms(message.id), forms(message.string)
        assert len(said) == (made.num_plurals if len(ids) > 1 else 1), message.id
        wanted = fields(ids[-1])
        assert fields(said[-1]) == wanted, message.id
        assert all(wanted - {"num"} <= fields(text) <= wanted for text in said), message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_compiled_catalogue_says_what_the_readable_one_says(code: str) -> None:
    """The .mo is made of the .po. (On failure: compile, as CONTRIBUTING.md says.)"""
    compiled = read_mo(BytesIO((CATALOGUES / f"{code}.mo").read_bytes()))
    assert {(m.context, forms(m.id), forms(m.string)) for m in messages(compiled)} == {
        (m.context, forms(m.id), forms(m.string)) for m in messages(catalogue(code))
    }


@pytest.mark.parametrize("code", TRANSLATED)
def test_dates_and_numbers_are_those_of_cldr(code: str) -> None:
    """Every day of a week and every month, as Babel writes them for that language."""
    words, locale = languages.catalogue(code), Locale.parse(code)
    for day in [date(2026, 11, n) for n in range(22, 29)] + [date(2026, n, 1) for n in range(1, 13)]:
        assert words.long_date(day) == dates.format_date(day, "full", locale)
        assert words.weekday(day) == dates.format_date(day, "EEEE", locale)
        assert words.short_date(day) == dates.format_skeleton("yMMMd", day, locale=locale)
        assert words.short_day(day) == dates.format_skeleton("MMMd", day, locale=locale)
        assert words.day(day) == dates.format_skeleton("MMMMd", day, locale=locale)
        assert words.month(day) == dates.format_skeleton("yMMMM", day, locale=locale)
    for number in (0, 7, 999, 1_000, 1_234, 9_999, 10_000, 1_234_567):
        assert words.number(number) == numbers.format_decimal(number, locale=locale)


def test_a_language_goes_by_any_of_its_names_and_others_read_english() -> None:
    """As in the YAML; a regional form reads what its language has."""
    asked = ["Deutsch", "de-AT", "français", "es", "中文", "zh-Hant", "日本語", "Hebrew", "Klingon", ""]
    assert [languages.catalogue(name).code for name in asked] == [
        *("de", "de", "fr", "es", "zh", "zh", "ja", "en", "en", "en")
    ]


def test_values_are_not_taken_for_placeholders() -> None:
    """A title or a topic may have braces."""
    assert languages.ENGLISH.gettext("{label}:", label="{x}") == "{x}:"
