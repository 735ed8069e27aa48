"""Names as arXiv's author search takes them, and a little more freely.

arXiv takes what stands before a comma for the surname and the rest for given names, of which a
beginning or an initial is enough; without a comma all words have to be in one author's name. Here
the order may also be surname first (``hwang_h``), a middle name may be missing in the query, a middle
initial in print too, and ``Müller`` is ``Mueller``. A full given name is not satisfied by a mere initial: a
large collaboration signs with initials only, and would have every ``X. Wang`` in it. Nor may one be missing
in print: ``Peter W. Staar`` read surname first would be every Peter whose other name begins with W.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from bot import remembered
from bot.matching.words import fold, is_wild, wildcards, words
from bot.tex import to_text

Name = tuple[str, ...]
"""The words of a name in the order they are printed."""

_DIGRAPHS = re.compile(r"ae|oe|(?<![aeiouq])ue")


def name_words(text: str, *, wild: bool = False) -> Name:
    """The words of a name, with the German ways to spell an umlaut made one."""
    return tuple(words(_DIGRAPHS.sub(lambda m: m[0][0], fold(text)), wild=wild))


def names_of(printed: Iterable[str]) -> tuple[Name, ...]:
    """The words of each of many names, at one go: a large collaboration has thousands."""
    lines = fold("\n".join(author.replace("\n", " ") for author in printed))
    return tuple(tuple(words(line)) for line in _DIGRAPHS.sub(lambda m: m[0][0], lines).split("\n"))


def readings(author: str) -> list[str]:
    """One printed author as typed, and as read where it has LaTeX."""
    return [author, to_text(author)] if "\\" in author or "$" in author else [author]


def split_authors(line: str) -> list[str]:
    """The single authors of a line that joins names and affiliations by commas, as well as it can be done.

    An affiliation in parentheses is dropped. A comma inside a name splits it wrongly.
    """
    while (shorter := _PARENTHESES.sub(" ", line)) != line:
        line = shorter
    return [author for author in _SEPARATOR.split(line) if author.strip()]


_PARENTHESES = re.compile(r"\([^()]*\)")
_SEPARATOR = re.compile(r",|;|\band\b")


@dataclass(frozen=True, slots=True)
class _Person:
    surname: Name
    given: Name
    beginnings: bool
    """Whether the beginning of a given name is enough; an initial always is."""

    def is_named(self, name: Name) -> bool:
        return any(
            self._is_given(name[:start] + name[start + len(self.surname) :])
            for start in range(len(name) - len(self.surname) + 1)
            if all(map(_equal, self.surname, name[start:]))
        )

    def _is_given(self, others: Name) -> bool:
        if not self.given:
            return True
        rest = iter(others)
        if all(any(self._abbreviates(word, other) for other in rest) for word in self.given):
            return True
        pairs = list(zip(self.given[1:], others[1:], strict=False))
        return (
            bool(others)
            and self._abbreviates(self.given[0], others[0])
            and all(word.startswith(other) or other.startswith(word) for word, other in pairs)
            and all(len(word) == 1 for word in self.given[len(others) :])
        )

    def _abbreviates(self, word: str, other: str) -> bool:
        if len(word) == 1 or self.beginnings:
            return other.startswith(word)
        return _equal(word, other)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one ``au:`` term asks for: authors that all have to be there, each in several readings."""

    authors: tuple[tuple[_Person, ...], ...]

    def missing(self, present: Set[str]) -> bool:
        """Whether not even the words are there among those of all names, so that nobody need look closer."""
        return not all(any(_present(person, present) for person in author) for author in self.authors)

    def found(self, names: Sequence[Name]) -> list[int] | None:
        """Which of the names are meant, one for each author asked for; None when one isn't there."""
        places = [
            next((i for i, name in enumerate(names) if any(person.is_named(name) for person in author)), None)
            for author in self.authors
        ]
        return None if None in places or not places else [place for place in places if place is not None]


@remembered.in_a_round(1024)
def wanted(text: str, phrase: bool) -> Wanted:
    """What an ``au:`` term asks for; several authors are separated by semicolons."""
    parts = [_persons(part, wild=not phrase) for part in text.split(";")]
    return Wanted(tuple(part for part in parts if part))


def _persons(text: str, *, wild: bool) -> tuple[_Person, ...]:
    if "," in text:
        surname, _, given = text.partition(",")
        last = name_words(surname, wild=wild)
        return (_Person(last, name_words(given, wild=wild), beginnings=True),) if last else ()
    name = name_words(text, wild=wild)
    if not name:
        return ()
    cuts = range(1, len(name))
    splits = [(name[i:], name[:i]) for i in cuts] + [(name[:i], name[i:]) for i in cuts]
    whole = _Person(name, (), beginnings=False)
    return (
        whole,
        *(_Person(*split, beginnings=False) for split in splits if len(max(split[0], key=len)) > 1),
    )


def _equal(word: str, other: str) -> bool:
    return bool(wildcards(word).fullmatch(other)) if is_wild(word) else word == other


def _present(person: _Person, present: Set[str]) -> bool:
    return all(is_wild(word) or word in present for word in person.surname)
