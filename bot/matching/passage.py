"""One text of a paper, ready for many searches, and what is searched for in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot import remembered
from bot.lexicon import STOP_WORDS
from bot.matching.words import fold, is_wild, joined, stem, wildcards, without_stop_words, words
from bot.tex import to_text


@dataclass(frozen=True, slots=True)
class Needle:
    """The words of one term. Words stand in order, next to each other but for stop words."""

    stems: str
    plain: str
    """The same unstemmed, for texts that arXiv does not stem: names."""
    pattern: re.Pattern[str] | None
    """For a word with wildcards, which is compared with words stemmed and unstemmed."""
    beginnings: tuple[str, ...]
    """How any word with one of these stems begins, as far as it is in Latin letters."""
    is_empty: bool
    """Nothing but punctuation and stop words: arXiv finds nothing by it."""

    def may_be_in(self, letters: str) -> bool:
        """Whether the beginnings are there at all: spares most texts to be taken apart."""
        return all(map(letters.__contains__, self.beginnings))


@remembered.in_a_round(4096)
def needle(text: str, phrase: bool) -> Needle:
    """What to look for. Wildcards count only outside quotes, and beside letters; else they are punctuation."""
    found = without_stop_words(word for word in words(text, wild=not phrase) if word.strip("*?"))
    stems = [stem(word) for word in found]
    return Needle(
        stems=joined(stems),
        plain=joined(found),
        pattern=wildcards(joined(found)) if any(map(is_wild, found)) else None,
        beginnings=tuple(_NOT_LATIN.sub("", stemmed[:-1]) for stemmed in stems),
        is_empty=not found,
    )


_NOT_LATIN = re.compile("[^a-z].*")
"""A stem's last letter may be another one in the word (``microscopi``), those before it never are."""

_TEX = re.compile(r"[\\$]")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_LETTER_COMMANDS = frozenset({"o", "O", "l", "L", "ss", "ae", "AE", "oe", "OE", "aa", "AA", "i", "j"})
_NO_LETTER = re.compile(r"[^a-z]+")


class Passage:
    """A title, an abstract, a comment: searched as it was typed, and as it reads without LaTeX."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.has_tex = _TEX.search(text) is not None
        self.folded = fold(text)

    def has(self, wanted: Needle) -> bool:
        if wanted.is_empty:
            return False
        if wanted.pattern:
            return self._has_pattern(wanted.pattern)
        return self._has_typed(wanted) or (self.has_tex and self._has_read(wanted))

    def _has_typed(self, wanted: Needle) -> bool:
        return wanted.may_be_in(self.folded) and wanted.stems in self._typed_stems

    def _has_read(self, wanted: Needle) -> bool:
        return wanted.may_be_in(self._letters) and wanted.stems in self._read_stems

    def _has_pattern(self, pattern: re.Pattern[str]) -> bool:
        texts = [joined(self._typed), self._typed_stems]
        if self.has_tex:
            texts += [joined(self._read), self._read_stems]
        return any(pattern.search(text) for text in texts)

    @cached_property
    def _typed(self) -> list[str]:
        return without_stop_words(words(self._text))

    @cached_property
    def _typed_stems(self) -> str:
        return joined(map(stem, self._typed))

    @cached_property
    def _letters(self) -> str:
        """The bare letters with LaTeX commands and without: what is read can't begin otherwise."""
        bare = _COMMAND.sub(lambda m: m[1] if m[1] in _LETTER_COMMANDS else "", self._text)
        return " ".join(_NO_LETTER.sub("", text) for text in (self.folded, fold(bare)))

    @cached_property
    def _read(self) -> list[str]:
        return without_stop_words(words(to_text(self._text)))

    @cached_property
    def _read_stems(self) -> str:
        return joined(map(stem, self._read))


_PRINTED = 12
_PRINTED_WORD = re.compile(r"[^\W_]+")


def printed(terms: Iterable[str], latex: str) -> tuple[str, ...]:
    """The terms as the text prints them, once LaTeX is read: ``nickelates`` for ``nickelate``. A dozen at most.

    A term with wildcards is not among them.
    """
    text = to_text(latex)
    words_of = [
        (found.start(), found.end(), joined(map(stem, words(found[0]))))
        for found in _PRINTED_WORD.finditer(text)
    ]
    telling = [each for each in words_of if each[2].strip() not in STOP_WORDS]
    seen: dict[str, str] = {}
    for term in terms:
        stems = [f" {each} " for each in needle(term, True).stems.split()]
        if not stems or is_wild(term):
            continue
        for first in range(len(telling) - len(stems) + 1):
            run = telling[first : first + len(stems)]
            if [each[2] for each in run] == stems:
                found = text[run[0][0] : run[-1][1]]
                seen.setdefault(found.casefold(), found)
    return tuple(seen.values())[:_PRINTED]
