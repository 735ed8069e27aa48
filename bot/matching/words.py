"""Text to the words that are compared: as arXiv's ``english`` analyser makes them, and folded further.

Lower case, possessive ``'s`` and stop words dropped, Porter stems (Elasticsearch's ``english`` analyser);
beyond it accents and ligatures are folded, so that ``Schrödinger`` and ``Schrodinger`` are one word.
Formulas are left as they stand: whoever has LaTeX turns it into text first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import snowballstemmer

from bot import remembered
from bot.lexicon import STOP_WORDS

_PORTER = snowballstemmer.stemmer("porter")

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
"""Letters that Unicode does not decompose; capitals are gone before they are looked up."""

_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_WILDCARD = re.compile(r"(?:[^\W_]|[*?])+")


def fold(text: str) -> str:
    """The text in lower case, without accents and ligatures."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def words(text: str, *, wild: bool = False) -> list[str]:
    """The words in order, folded; with ``wild``, ``*`` and ``?`` count as letters."""
    pattern = _WORD_OR_WILDCARD if wild else _WORD
    return pattern.findall(_POSSESSIVE.sub("", fold(text)))


def without_stop_words(found: Iterable[str]) -> list[str]:
    return [word for word in found if word not in STOP_WORDS]


@remembered.in_a_round(65_536)
def stem(word: str) -> str:
    """The Porter stem of a folded word; one of two letters is left alone (Porter 1980).

    Kept, since a day's papers share most of their words.
    """
    return str(_PORTER.stemWord(word)) if len(word) > 2 else word


def joined(found: Iterable[str]) -> str:
    """The words as one string in which a phrase is found by ``in``: a space around every word."""
    return f" {' '.join(found)} "


def is_wild(text: str) -> bool:
    return "*" in text or "?" in text


@remembered.in_a_round(4096)
def wildcards(text: str, letter: str = "[^ ]") -> re.Pattern[str]:
    """``*`` for any letters and ``?`` for one, the rest as it stands. By default a space is no letter."""
    return re.compile(re.escape(text).replace(r"\*", f"{letter}*").replace(r"\?", letter))
