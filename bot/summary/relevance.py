"""Does an answer speak of its paper? By the content words it shares with the title and the abstract.

What is short and vague misleads nobody, so it stands: only words of quite another subject count against an
answer. Where an abstract gave orders (``wary``) fewer of them do, for the answer may follow those. It
works in English only, but for `has_other_names`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.summary.vocabulary import acronyms, content_words, shared

_FEWEST_TELLING, _FEWEST_TELLING_WARY = 5, 2
"""Content words of which none is the paper's: so many show that a text is about something else."""
_FEWEST_WORDS, _FEWEST_WORDS_WARY = 10, 5
"""Content words of an answer of which hardly any is the paper's."""
_OWN = 0.25
"""The least part of so many content words that its paper must share; own summaries share 0.4 and more."""
_MANY, _HARDLY = 4, 0.15
"""So many words in common show a free retelling, unless they are lost among others."""
_CLOSER = 0.25
_FEWEST_ACRONYMS = 3


def is_foreign(fields: Sequence[str], source: str, *, wary: bool) -> bool:
    """Whether a field, or all of them together, speak of another subject than ``source``."""
    own, text = content_words(source), "\n".join(fields)
    fewest = _FEWEST_TELLING_WARY if wary else _FEWEST_TELLING
    if any(len(words) >= fewest and not words & own for words in map(content_words, (*fields, text))):
        return True
    enough = len(content_words(text)) >= (_FEWEST_WORDS_WARY if wary else _FEWEST_WORDS)
    common = len(content_words(text) & own)
    return enough and shared(text, own) < _OWN and (wary or common < _MANY or shared(text, own) < _HARDLY)


def is_about_another(fields: Sequence[str], source: str, others: Sequence[str], *, wary: bool) -> bool:
    """Whether it is clearly closer to one of ``others`` than to ``source``."""
    text = "\n".join(fields)
    if len(content_words(text)) < (_FEWEST_TELLING_WARY if wary else _FEWEST_TELLING):
        return False
    own = shared(text, content_words(source))
    return any(shared(text, content_words(other)) > own + _CLOSER for other in others)


def has_other_names(text: str, source: str) -> bool:
    """Whether its names and acronyms, which no translation changes, are all strange to ``source``."""
    names = acronyms(text)
    return len(names) >= _FEWEST_ACRONYMS and not names & acronyms(source)
