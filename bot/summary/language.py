"""Whether a text is clearly in another language than the one asked for.

It does not identify languages: a text is judged only against the language asked for, and only where the
evidence is plain. An unknown language is never judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from bot.languages import LANGUAGES, Language, Script, find
from bot.tex import without_formulas


def _telling() -> dict[str, set[str]]:
    words: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for word in language.words:
            if len(word) > 1 or not word.isascii():
                words.setdefault(word, set()).add(language.family)
    return words


_TELLING = _telling()
"""Function word -> the languages that use it. Single letters are left out: they are symbols in formulas."""
_FEWEST_LETTERS = 20
"""Below, a text is too short to be judged."""
_FEWEST_HITS = 3
_RATIO = 3
"""Another language must show this many times the function words of the one asked for."""
_LONG, _FULL_LIST = 18, 15
"""So many words without a single function word of a language whose list is this long are another language's."""
_FEWEST_TELLING = 3
"""Letters; shorter "words" are symbols, unless they are function words."""
_ENGLISH_ENDING = re.compile(
    r"(?:ing|ed|tions?|ly|ity|ments?|ness|ance|ence|ive|ous|ful|less|ers|ors|ic|als?|ble|[^aeiou]s|ies)$"
)
_ENGLISH_SHARE = 0.4
_OWN_SCRIPT = 0.1
"""The least part of the letters that a language not in Latin letters needs of its own."""
_FOREIGN_SCRIPT = 0.5
_WORDS = re.compile(r"[^\W\d_]+")
_COMMAND = re.compile(r"\\[A-Za-z]+")


def joins_letters(text: str) -> bool:
    """Whether the language's script needs zero-width joiners."""
    known = find(text)
    return known is None or bool({Script.ARABIC, Script.DEVANAGARI} & set(known.scripts))


@lru_cache(maxsize=256)
def is_clearly_not(text: str, language: str) -> bool:
    """Whether ``text`` is plainly in another language than ``language``. Formulas don't count."""
    asked = find(language)
    words = _WORDS.findall(_COMMAND.sub(" ", without_formulas(text)))
    letters = _letters_by_script(words)
    total = letters.total()
    if asked is None or total < _FEWEST_LETTERS:
        return False
    if asked.scripts == (Script.LATIN,):
        foreign = total - letters[Script.LATIN] - letters[Script.GREEK]
        return foreign > _FOREIGN_SCRIPT * total or _reads_as_another(words, asked)
    own = sum(letters[script] for script in asked.scripts)
    if own < _OWN_SCRIPT * total:
        return True
    return _is_other_asian(asked, letters)


def _is_other_asian(asked: Language, letters: Counter[str]) -> bool:
    """Japanese is never without kana, Chinese and Korean never with many."""
    if asked.code == "ja":
        return letters[Script.KANA] == 0
    if asked.scripts == (Script.HAN,):
        return letters[Script.KANA] + letters[Script.HANGUL] > letters[Script.HAN] / 2
    return False


def _letters_by_script(words: Sequence[str]) -> Counter[str]:
    letters: Counter[str] = Counter()
    for word in words:
        if word.isascii():
            letters[Script.LATIN] += len(word)
        else:
            letters.update(map(_script, word))
    return letters


def _script(character: str) -> str:
    name = unicodedata.name(character, "").partition(" ")[0]
    return {
        "CJK": Script.HAN,
        "HIRAGANA": Script.KANA,
        "KATAKANA": Script.KANA,
        "KATAKANA-HIRAGANA": Script.KANA,
    }.get(name, name.title())


def _has_english_endings(words: Sequence[str]) -> bool:
    """Nouns in a row, as terse English has them: "Speech-based classifiers showed reduced bias"."""
    return sum(_ENGLISH_ENDING.search(word) is not None for word in words) >= _ENGLISH_SHARE * len(words)


def _reads_as_another(words: Sequence[str], asked: Language) -> bool:
    if not asked.words:
        return False
    own = 0
    hits: Counter[str] = Counter()
    different: Counter[str] = Counter()
    for word, count in Counter(word.lower() for word in words).items():
        if word in asked.words:
            own += count
        elif families := _TELLING.get(word):
            hits.update(dict.fromkeys(families, count))
            different.update(families)
    telling = [word for word in words if len(word) >= _FEWEST_TELLING]
    if own == 0 and len(asked.words) >= _FULL_LIST and len(telling) >= _LONG:
        return not (asked.family == "en" and _has_english_endings(telling))
    return any(
        count >= max(_FEWEST_HITS, _RATIO * own) and different[family] > 1 and family != asked.family
        for family, count in hits.items()
    )
