"""A paper with its words taken apart once, for as many queries as there are."""

from __future__ import annotations

import re
from functools import cached_property

from bot import taxonomy
from bot.matching.authors import Name, names_of, readings, split_authors
from bot.matching.passage import Needle, Passage
from bot.matching.words import fold, joined, without_stop_words, words
from bot.models import AnnouncedPaper, Paper, Place

_VERSION = re.compile(r"v\d+$")


class Document:
    """What can be asked of a paper, computed when it is first asked.

    Make one per paper and hand it to every `match`. Of an announced paper ``comment`` and
    ``published`` are unknown, and ``authors_are_certain`` is False.
    """

    def __init__(self, paper: Paper | AnnouncedPaper) -> None:
        self.paper = paper
        self.authors_are_certain = isinstance(paper, Paper)
        self.published = paper.published if isinstance(paper, Paper) else None
        self.identifier = paper.arxiv_id.lower()
        self.dois = tuple(doi.lower() for doi in paper.dois)

    @cached_property
    def title(self) -> Passage:
        return Passage(self.paper.title)

    @cached_property
    def abstract(self) -> Passage:
        return Passage(self.paper.abstract)

    @cached_property
    def comment(self) -> Passage | None:
        return Passage(self.paper.comment) if isinstance(self.paper, Paper) else None

    @cached_property
    def journal_ref(self) -> Passage:
        return Passage(self.paper.journal_ref)

    def place_of(self, sought: Needle) -> Place | None:
        """The first text or name in which the words stand; None when they stand nowhere."""
        stands = sought.pattern or sought.may_be_in(self._folded)
        for place, passage in self._passages if stands else self._passages_with_tex:
            if passage.has(sought):
                return place
        return Place.AUTHORS if self._names_have(sought) else None

    @cached_property
    def _passages(self) -> list[tuple[Place, Passage]]:
        places = {
            Place.TITLE: self.title,
            Place.ABSTRACT: self.abstract,
            Place.COMMENT: self.comment,
            Place.JOURNAL_REF: self.journal_ref,
        }
        return [(place, passage) for place, passage in places.items() if passage and passage.folded]

    @cached_property
    def _passages_with_tex(self) -> list[tuple[Place, Passage]]:
        return [(place, passage) for place, passage in self._passages if passage.has_tex]

    @cached_property
    def _folded(self) -> str:
        return "|".join(passage.folded for _, passage in self._passages)

    @cached_property
    def printed_names(self) -> list[str]:
        """The authors as typed, and where one has LaTeX, as it reads too."""
        authors = self.paper.authors
        single = split_authors(authors) if isinstance(authors, str) else authors
        return [reading for author in single for reading in readings(author)]

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The words of `printed_names`, one by one."""
        return names_of(self.printed_names)

    @cached_property
    def words_of_names(self) -> frozenset[str]:
        return frozenset(word for name in self.names for word in name)

    def _names_have(self, sought: Needle) -> bool:
        """Whether the words stand in one name. Names are not stemmed."""
        if sought.is_empty or not sought.may_be_in(self._folded_names):
            return False
        name_texts = (joined(without_stop_words(words(name))) for name in self._folded_names.split("|"))
        return any(
            sought.pattern.search(text) if sought.pattern else sought.plain in text for text in name_texts
        )

    @cached_property
    def _folded_names(self) -> str:
        return fold("|".join(self.printed_names))

    @cached_property
    def categories(self) -> frozenset[str]:
        """The codes in lower case, with their aliases."""
        codes = [taxonomy.canonical(code) for code in self.paper.categories]
        return frozenset(c.lower() for code in codes for c in (code, *taxonomy.aliases(code)))

    @cached_property
    def _codes(self) -> frozenset[str]:
        return self.categories | {self.identifier, *self.dois}

    def has_code(self, text: str) -> bool:
        """Whether ``text`` is the paper's id, one of its DOIs or of its categories."""
        return text.lower() in self._codes

    def has_id(self, text: str) -> bool:
        """Whether ``text`` is the paper's id, of any version, or an old id's number alone."""
        wanted = _VERSION.sub("", text.lower().removeprefix("arxiv:"))
        return wanted == self.identifier or self.identifier.endswith(f"/{wanted}")
