"""The words that say what a text is about, and how much of one text's subject another shares.

Content words are compared by their first letters, so that "superconducting" meets "superconductivity".
Words that any paper may use ("method", "results", "propose") are none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.summary.plain import plain

_STEM = 6
_WORD = re.compile(r"[^\W\d_]{4,}|[A-Z]{2,}[a-z]?|[A-Z][a-z]?[A-Z]\w*")
_ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z][a-z]?[A-Z][A-Za-z]*")
_COMMON = frozenset(
    word[:_STEM]
    for word in (
        "about above across after against allow allows along also although among analyse analysis analyze "
        "application applications applied "
        "apply approach approaches aspect based because become been before being better between both case "
        "cases certain "
        "characterise characterize compare compared comparison compute computed consider considered "
        "contribute current data "
        "demonstrate demonstrated derive derived describe described determine develop developed different "
        "discuss discussed "
        "does during each effect effective efficient enable enables enhance especially establish establishes "
        "evaluate evaluation even "
        "evidence example examine exist existing experiment experimental experiments explain explore find "
        "finding findings first "
        "following framework from further furthermore general given good great have having hence here high "
        "higher highly however "
        "identify impact important improve improved improvement include including increase increased indicate "
        "influence into "
        "introduce introduced investigate investigated investigation known large larger lead leads less "
        "limited local low lower main major "
        "make making many measure measured method methods more moreover most much namely need needed novel "
        "observe observed "
        "obtain obtained often only order other over overall paper parameter parameters particular "
        "performance perform present "
        "presented previous problem problems process produce property properties propose proposed prove "
        "proved proven provide "
        "provided provides quantify rather recent reduce reduced related relative report reported research "
        "respect result results "
        "reveal revealed review role same second set several show showed shown shows significant "
        "significantly similar simple "
        "since some specific state still strong studied studies study such suggest suggesting system systems "
        "task tasks technique "
        "techniques test than that their them then theoretical theory there these they this those through "
        "thus time together "
        "towards type types under understand understanding until upon used useful using value values various "
        "very well were what "
        "outperform outperforms when where whether which while whose will with within without work would yield yields "
        # of any text, and of a summary itself
        "abstract answer article arxiv author authors brief clearly concise described expected goal language model "
        "manuscript objective objectives outcome plausible preprint purpose question questions sentence short stated "
        "subject summarise summary text title topic want wanted written"
    ).split()
)


@lru_cache(maxsize=128)
def content_words(text: str) -> frozenset[str]:
    """The stems of the words of ``text`` that are about its subject; names and acronyms included."""
    return frozenset(_stems(plain(text)))


def shared(text: str, source: frozenset[str]) -> float:
    """The part of ``text``'s content words that ``source`` has too; 1.0 for a text without any."""
    words = content_words(text)
    return len(words & source) / len(words) if words else 1.0


def acronyms(text: str) -> frozenset[str]:
    """Names that keep their letters in any language: ``STEM``, ``NbN``, ``SnO``."""
    return frozenset(_ACRONYM.findall(plain(text)))


def _stems(text: str) -> list[str]:
    stems = (word[0].lower()[:_STEM] for word in _WORD.finditer(text))
    return [stem for stem in stems if stem not in _COMMON]
