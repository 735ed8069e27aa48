"""The languages that summaries may be asked in: one name and one tag for each, and our own words in some.

`table` holds what is known of each. It does not identify the language of a text. An unknown language
keeps the name it was given, has no tag, and reads our words in English.
"""

from bot.languages.catalogue import ENGLISH, Catalogue, catalogue, noop
from bot.languages.names import code, find, is_english, is_right_to_left, normalise
from bot.languages.table import LANGUAGES, Language, Script

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Catalogue",
    "Language",
    "Script",
    "catalogue",
    "code",
    "find",
    "is_english",
    "is_right_to_left",
    "noop",
    "normalise",
]
