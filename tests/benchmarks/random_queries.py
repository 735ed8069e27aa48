"""Queries as people might type them, well and badly, with words of given papers so that some of them hold."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

from bot.models import Paper
from bot.tex import to_text

FIELDS = ["all:", "ti:", "abs:", "au:", "cat:", "co:", "jr:", "id:", "doi:", "rn:", "title:", ""]
WEIGHTS = [8, 5, 5, 5, 4, 2, 1, 1, 1, 1, 1, 6]
OPERATORS = [" AND ", " OR ", " ANDNOT ", " ", " NOT ", " AND NOT ", "\nAND\n", " OR OR ", " and "]
OPERATOR_WEIGHTS = [10, 10, 6, 4, 2, 1, 1, 1, 1]
FAULTS = [
    "(",
    ")",
    " AND",
    "OR ",
    "()",
    " ti:",
    '"',
    "*",
    "submittedDate:[2026 TO *]",
    " AND NOT",
    'au:""',
    " all:au:x",
]


class QueryMaker:
    """Makes queries about the papers given, the same ones for the same seed."""

    def __init__(self, papers: Sequence[Paper], seed: int) -> None:
        self._papers = papers
        self._random = random.Random(seed)

    def query(self) -> tuple[str, list[Paper]]:
        """A query and the papers whose words went into it. One in twelve has something broken in."""
        chance = self._random
        about = chance.sample(self._papers, 2)
        text = self._chain(about, depth=chance.choice([0, 1, 1, 2, 3]))
        if chance.random() < 1 / 12:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(FAULTS) + text[at:]
        return text, about

    def _chain(self, about: Sequence[Paper], depth: int) -> str:
        count = self._random.choice([1, 2, 2, 3, 4]) if depth else 1
        text = self._random.choice(["NOT ", *[""] * 30]) + self._operand(about, depth)
        for _ in range(count - 1):
            text += self._random.choices(OPERATORS, OPERATOR_WEIGHTS)[0] + self._operand(about, depth)
        return text

    def _operand(self, about: Sequence[Paper], depth: int) -> str:
        chance = self._random
        if depth and chance.random() < 0.35:
            field = chance.choice(["", "", "", "ti:", "abs:", "all:", "au:", "sc:"])
            return f"{field}({self._chain(about, depth - 1)})"
        paper = chance.choice(about)
        if chance.random() < 0.06:
            return self._dates(paper)
        field = chance.choices(FIELDS, WEIGHTS)[0]
        if chance.random() < 0.03:
            field = chance.choice(["sc:", "grp:", "TI:", "abstract:"])
        return field + " " * (chance.random() < 0.05) + self._text(field, paper)

    def _text(self, field: str, paper: Paper) -> str:
        chance = self._random
        match field:
            case "au:":
                return self._author(paper)
            case "cat:":
                return self._category(paper)
            case "id:":
                return chance.choice(
                    [paper.arxiv_id, f"{paper.arxiv_id}v2", paper.arxiv_id.split("/")[-1], "2601.99999"]
                )
            case "doi:" | "jr:" | "rn:":
                known = (*paper.dois, "10.1/y")[0] if field == "doi:" else paper.journal_ref or "Nature"
                return chance.choice([known, known.upper(), f'"{known}"', known[:9] + "*", "10.1/x"])
            case "co:":
                return self._words(paper.comment or "12 pages", paper)
            case "ti:" | "title:":
                return self._words(paper.title, paper)
            case "abs:":
                return self._words(paper.abstract, paper)
            case _:
                texts = [
                    paper.title,
                    paper.abstract,
                    paper.comment or "pages",
                    *paper.authors[:5],
                    paper.arxiv_id,
                ]
                return self._words(chance.choice(texts), paper)

    def _words(self, text: str, paper: Paper) -> str:
        """One word, or a phrase of some, sometimes bent, sometimes of another paper."""
        chance = self._random
        if chance.random() < 0.2:
            text = chance.choice(self._papers).abstract
        if chance.random() < 0.4:
            text = to_text(text)
        words = text.replace('"', " ").split() or ["pages"]
        if chance.random() < 0.5:
            start = chance.randrange(len(words))
            return '"' + " ".join(map(self._bent, words[start : start + chance.randint(1, 4)])) + '"'
        word = re.sub(r"[()*?]", "", chance.choice(words)) or "x"
        if chance.random() < 0.12 and word[:3].isalpha():
            return chance.choice(
                [word[:3] + "*", word[:2] + "?" + word[3:], word[: len(word) // 2 + 1] + "*"]
            )
        return self._bent(word)

    def _bent(self, word: str) -> str:
        chance = self._random
        if chance.random() < 0.75 or not word.isalpha():
            return word
        plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        return chance.choice(
            [word.upper(), word.lower(), plain, word + "s", word + "ing", word + "'s", word.rstrip("s")]
        )

    def _author(self, paper: Paper) -> str:
        chance = self._random
        author = chance.choice(paper.authors)
        words = (
            (to_text(author) if chance.random() < 0.5 else author).replace('"', "").replace(",", " ").split()
        )
        if len(words) < 2:
            return f'"{" ".join(words)}"'
        first, last = words[0], words[-1]
        word = re.sub(r"[()*?,;]", "", last) or "x"
        return chance.choice(
            [
                word,
                word.lower(),
                word[:3] + "*" if word[:3].isalpha() else word,
                f'"{" ".join(words)}"',
                f'"{first} {last}"',
                f'"{last} {first}"',
                f'"{last}, {first}"',
                f'"{last}, {first[0]}."',
                f'"{last}, {first[:3]}"',
                f'"{last}, {" ".join(words[:-1])}"',
                f'"{last}, {first} X. Y."',
                f'"{last}, Xaver"',
                f'"{first[0]} {last}"',
                f"{word}_{first[0]}".lower(),
                f'"{last.replace("ü", "ue").replace("ö", "oe")}"',
                f'"{last}; {words[0]}"',
            ]
        )

    def _category(self, paper: Paper) -> str:
        chance = self._random
        code = chance.choice([*paper.categories, *chance.choice(self._papers).categories])
        archive = code.split(".")[0]
        aliases = [
            "math.MP",
            "math-ph",
            "cs.SY",
            "eess.SY",
            "math.IT",
            "cs.IT",
            "stat.TH",
            "cs.NA",
            "math.NA",
        ]
        return chance.choice(
            [
                code,
                code.lower(),
                f'"{code}"',
                archive,
                f"{archive}.*",
                f"{archive[:2]}*",
                chance.choice(aliases),
            ]
        )

    def _dates(self, paper: Paper) -> str:
        chance = self._random
        day = paper.published
        start = chance.choice(
            [f"{day:%Y}", f"{day:%Y%m}", f"{day:%Y%m%d}", f"{day:%Y%m%d%H%M}", f"{day:%Y%m%d%H%M}59", "2031"]
        )
        end = chance.choice(
            [f"{day:%Y}", f"{day:%Y%m}", f"{day:%Y%m%d}", f"{day:%Y%m%d%H%M}", f"{day:%Y%m%d%H%M%S}", "1999"]
        )
        name = chance.choice(["submittedDate", "lastUpdatedDate"])
        return chance.choice([f"{name}:[{start} TO {end}]", f'{name}:"{start} TO {end}"'])
