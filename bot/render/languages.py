"""The language of the summaries, as HTML wants to know it."""

from __future__ import annotations

_CODES = {
    "arabic": "ar",
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "farsi": "fa",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "norwegian": "no",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "simplified chinese": "zh-Hans",
    "spanish": "es",
    "swedish": "sv",
    "thai": "th",
    "traditional chinese": "zh-Hant",
    "turkish": "tr",
    "ukrainian": "uk",
    "urdu": "ur",
    "vietnamese": "vi",
}
_OWN_NAMES = {
    "deutsch": "de",
    "español": "es",
    "français": "fr",
    "italiano": "it",
    "português": "pt",
    "русский": "ru",
    "中文": "zh",
    "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant",
    "日本語": "ja",
    "한국어": "ko",
    "العربية": "ar",
    "עברית": "he",
    "فارسی": "fa",
    "اردو": "ur",
}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def code(language: str) -> str:
    """The BCP 47 tag of a language named in English or by itself; empty when we don't know it."""
    name = language.strip().casefold()
    return _CODES.get(name) or _OWN_NAMES.get(name, "")


def is_right_to_left(language: str) -> bool:
    return code(language) in _RIGHT_TO_LEFT
