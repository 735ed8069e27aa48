"""One name and one tag for the many spellings of each language; `table` holds what is known of each."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.languages.table import LANGUAGES, RIGHT_TO_LEFT, Language


def _by_name() -> dict[str, Language]:
    names: dict[str, Language] = {}
    for language in LANGUAGES:
        for name in (language.code.lower(), language.name.lower(), *language.also):
            names.setdefault(name, language)
    return names


_BY_NAME = _by_name()
_MORE = re.compile(r"[(,;].*", re.DOTALL)
_TAG = re.compile(r"[a-z]{2,3}(-\w{2,8})+")


@lru_cache(maxsize=256)
def find(text: str) -> Language | None:
    """The language of this name or code; None when it is unknown. Blank is English."""
    name = " ".join(unicodedata.normalize("NFC", text).casefold().split()).replace("_", "-") or "english"
    return _BY_NAME.get(name) or (_BY_NAME.get(name.partition("-")[0]) if _TAG.fullmatch(name) else None)


@lru_cache(maxsize=256)
def nearest(text: str) -> Language | None:
    """The language that is meant where more is said: ``German, informal``, ``Swiss German``, ``español (México)``.

    Frame, ``lang`` and ``dir`` go by it; the model is told all that was written.
    """
    named = _MORE.sub("", text).rstrip() or text
    first, _, last = named.rpartition(" ")
    return find(text) or find(named) or (find(last) if first and " " not in first else None)


def normalise(text: str) -> str:
    """The name of a language, as the model is told: ``de``, ``Deutsch`` and ``german`` are ``German``.

    An unknown one as written, white space collapsed; blank is English.
    """
    known = find(text)
    return known.name if known else " ".join(text.split()) or "English"


def code(text: str) -> str:
    """The BCP 47 tag of a language by name or code, for ``lang`` in HTML; empty when unknown."""
    known = nearest(text)
    return known.code if known else ""


def is_english(text: str) -> bool:
    """Whether it is English, of whatever country."""
    return _family(text) == "en"


def is_right_to_left(text: str) -> bool:
    """Whether the language is written from the right, for ``dir`` in HTML; an unknown one is not."""
    return _family(text) in RIGHT_TO_LEFT


def _family(text: str) -> str:
    known = nearest(text)
    return known.family if known else ""
