"""Ways of falsifying one number of a sentence, and ways of writing it otherwise. Used by `grounding`.

Written against raw text, without the project's own reading of numbers, so that a blind spot of that
reading shows up as a miss.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

NUMBER = re.compile(r"(?<![\d.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\d])")
_EXPONENT = re.compile(r"(10\s*\^\s*\{?\s*[-+]?)(\d+)(\}?)")
_UNIT = (
    r"(?P<gap>\s*(?:\\[,;: ]|~|\$|\\mathrm\{|\\text\{|\\rm\s|\{)*\s*)(?P<unit>nm|mm|cm|km|ms|ns|ps|fs|GHz|MHz"
    r"|kHz|THz|meV|keV|MeV|GeV|"
    r"TeV|mK|GPa|MPa|mT|kpc|Mpc|Gpc|mW|kW|MW|mA|mV|kV|GB|MB|Gyr|Myr|mg|kg|μm|\\mu\s*m)(?![A-Za-z])"
)
_WITH_UNIT = re.compile(NUMBER.pattern + _UNIT)
_PREFIXED = {
    "nm": "μm", "mm": "nm", "cm": "mm", "km": "m", "ms": "μs", "ns": "ms", "ps": "ns", "fs": "ps",
    "GHz": "MHz", "MHz": "kHz",
    "kHz": "GHz", "THz": "GHz", "meV": "eV", "keV": "MeV", "MeV": "GeV", "GeV": "TeV", "TeV": "GeV", "mK": "K",
    "GPa": "MPa",
    "MPa": "GPa", "mT": "T", "kpc": "Mpc", "Mpc": "kpc", "Gpc": "Mpc", "mW": "W", "kW": "W", "MW": "kW",
    "mA": "A", "mV": "V",
    "kV": "V", "GB": "MB", "MB": "GB", "Gyr": "Myr", "Myr": "Gyr", "mg": "g", "kg": "g", "μm": "nm",
}  # fmt: skip
_FACTORS = {
    "nm": ("μm", 1e-3),
    "GHz": ("MHz", 1e3),
    "meV": ("eV", 1e-3),
    "ms": ("s", 1e-3),
    "GPa": ("MPa", 1e3),
    "Mpc": ("kpc", 1e3),
}
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)

Change = Callable[[str, str, random.Random], str | None]
"""Sentence, whole source, chance -> the sentence with one number changed; None where the kind doesn't apply."""


def _pick(pattern: re.Pattern[str], sentence: str, chance: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(sentence))
    return chance.choice(found) if found else None


def _put(sentence: str, match: re.Match[str], text: str) -> str:
    return sentence[: match.start()] + text + sentence[match.end() :]


def _stated(number: str, source: str) -> bool:
    """The falsified number is in the source by chance, so that it is no falsification."""
    return (
        re.search(
            rf"(?<![\d.]){re.escape(number.replace(',', ''))}(?!\.?\d)",
            source.replace(",", "").replace("{", ""),
        )
        is not None
    )


def digit(sentence: str, source: str, chance: random.Random) -> str | None:
    """One digit replaced by another."""
    match = _pick(NUMBER, sentence, chance)
    if match is None:
        return None
    number = match[0]
    place = chance.choice([index for index, character in enumerate(number) if character.isdigit()])
    others = [d for d in "123456789" if d != number[place]]
    changed = number[:place] + chance.choice(others) + number[place + 1 :]
    return None if _stated(changed, source) else _put(sentence, match, changed)


def point(sentence: str, source: str, chance: random.Random) -> str | None:
    """The decimal point moved by one place, or a nought added."""
    match = _pick(NUMBER, sentence, chance)
    if match is None or float(match[0].replace(",", "")) == 0:
        return None
    value = float(match[0].replace(",", "")) * chance.choice([10, 0.1])
    changed = f"{value:.10g}"
    return None if "e" in changed or _stated(changed, source) else _put(sentence, match, changed)


def exponent(sentence: str, source: str, chance: random.Random) -> str | None:
    """A power of ten raised or lowered by one."""
    match = _pick(_EXPONENT, sentence, chance)
    if match is None:
        return None
    changed = str(int(match[2]) + chance.choice([1, -1]))
    if changed == "0" or re.search(rf"10\s*\^\s*\{{?\s*[-+]?{changed}(?!\d)", source):
        return None
    return _put(sentence, match, match[1] + changed + match[3])


def sign(sentence: str, source: str, chance: random.Random) -> str | None:
    """A minus put before a free-standing number, or taken from one."""
    match = _pick(re.compile(r"(?<=[\s=(])(?<![-–\w] )(-?)(\d+(?:\.\d+)?)(?![\d,])"), sentence, chance)
    if match is None:
        return None
    changed = match[2] if match[1] else "-" + match[2]
    return (
        None
        if re.search(rf"(?<![\d.\w]){re.escape(changed)}(?![\d.])", source)
        else _put(sentence, match, changed)
    )


def prefix(sentence: str, source: str, chance: random.Random) -> str | None:
    """The unit's prefix changed: nm to μm."""
    match = _pick(_WITH_UNIT, sentence, chance)
    if match is None:
        return None
    unit = _PREFIXED["μm" if match["unit"].startswith("\\mu") else match["unit"]]
    number = match[0][: match.start("gap") - match.start()]
    return _put(sentence, match, number + match["gap"] + unit)


def swap(sentence: str, source: str, chance: random.Random) -> str | None:
    """A number from elsewhere in the abstract, that there has another unit."""
    here = _pick(_WITH_UNIT, sentence, chance)
    if here is None:
        return None
    number = here[0][: here.start("gap") - here.start()]
    there = [
        match[0]
        for match in NUMBER.finditer(source)
        if len(match[0]) > 1
        and match[0] != number
        and not re.match(r"[\s\\,~${}a-z]*" + re.escape(here["unit"]), source[match.end() :])
    ]
    there = [
        other
        for other in there
        if not re.search(rf"(?<![\d.]){re.escape(other)}[^.\d]{{0,25}}{re.escape(here['unit'])}", source)
    ]
    if not there:
        return None
    return _put(sentence, here, chance.choice(there) + here[0][len(number) :])


def word(sentence: str, source: str, chance: random.Random) -> str | None:
    """A written-out number replaced by another."""
    match = _pick(_WORD, sentence, chance)
    if match is None:
        return None
    others = [
        w
        for w in _WORDS
        if not re.search(rf"\b{w}\b", source, re.IGNORECASE) and not _stated(str(_WORDS.index(w) + 2), source)
    ]
    return _put(sentence, match, chance.choice(others)) if others else None


def misplaced(sentence: str, source: str, chance: random.Random) -> str | None:
    """A count replaced by another count of the same abstract: "5 layers" for its 12 layers."""
    count = re.compile(r"(?<![\d.,\w$^_{-])(\d{1,5})(?= [a-z]{4,}s\b)")
    here = _pick(count, sentence, chance)
    others = {match[0] for match in count.finditer(source)} - {here[0] if here else ""}
    if here is None or not others:
        return None
    noun = sentence[here.end() :].split()[0]
    others = {other for other in others if f"{other} {noun}" not in source}
    return _put(sentence, here, chance.choice(sorted(others))) if others else None


ALTERATIONS: dict[str, Change] = {
    "digit": digit, "decimal point": point, "exponent": exponent, "sign": sign, "unit prefix": prefix,
    "number of another unit": swap, "written-out": word, "number of another count": misplaced,
}  # fmt: skip

_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def unicode_maths(sentence: str) -> str:
    text = re.sub(r"\\(?:mathrm|text|rm|mathbf|mathit)\b\s*", "", sentence)
    for tex, character in {
        "times": "×",
        "pm": "±",
        "sim": "∼",
        "approx": "≈",
        "mu": "μ",
        "circ": "°",
        "leq": "≤",
        "geq": "≥",
    }.items():
        text = re.sub(rf"\\{tex}\b\s*", character, text)
    text = re.sub(r"\\([,;: ])", "\u2009", text).replace("\\%", "%").replace("~", "\u00a0")
    text = re.sub(r"\^(?:\{([-+]?\d+)\}|(\d))", lambda m: (m[1] or m[2]).translate(_SUPERSCRIPT), text)
    text = re.sub(r"_(?:\{(\d+)\}|(\d))", lambda m: (m[1] or m[2]).translate(_SUBSCRIPT), text)
    return text.replace("$", "").replace("^°", "°").replace("^{°}", "°")


def _in_every(pattern: str, change: Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    return lambda sentence: re.sub(pattern, change, sentence)


def _prefixed(match: re.Match[str]) -> str:
    unit, factor = _FACTORS[match[2]]
    return f"{float(match[1]) * factor:.10g} {unit}"


_MEASURE = r"(?<![\d.,–-])(?<!to )(?<!and )(\d+(?:\.\d+)?) (nm|GHz|meV|ms|GPa|Mpc)(?![A-Za-z^])(?! and| to)"
_PERCENT = r"(?<![\d.,–$-])(?<!to )(?<!and )(\d+(?:\.\d+)?)\\?%(?! to| and|[-–])"
_EXACT_PERCENT = r"(?<![\d.,$~–+-])(?<!to )(\d{2}\.\d+)(?=\\?%)"
PARAPHRASES: dict[str, Callable[[str], str]] = {
    "TeX to Unicode": unicode_maths,
    "thousands with comma": _in_every(r"(?<![\d.,$^{_\w/-])\d{5,7}(?![\d.,/-]|\w)", lambda m: f"{int(m[0]):,}"),
    "thousands with space": _in_every(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: m[0].replace(",", "\u202f")),
    "thousands without": _in_every(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: m[0].replace(",", "")),
    "scientific": _in_every(r"(?<![\d.,$^{_\w/-])\d{3,7}(?= [a-z])", lambda m: f"{float(m[0]):.6e}"),
    "power as e": _in_every(r"(\d(?:\.\d+)?)\s*\\times\s*10\^\{(-?\d+)\}", lambda m: f"{m[1]}e{m[2]}"),
    "unit prefix": _in_every(_MEASURE, _prefixed),
    "per cent": _in_every(r"(?<=\d)\s?\\?%", lambda m: " per cent"),
    "fraction": _in_every(_PERCENT, lambda m: f"{float(m[1]) / 100:.8g}"),
    "written out": _in_every(r"(?<![\d.,$^{_\w(/+-])([2-9])(?= [a-z]{4,})", lambda m: _WORDS[int(m[1]) - 2]),
    "in digits": _in_every(r"(?<!-)" + _WORD.pattern + "(?!-)", lambda m: str(_WORDS.index(m[1].lower()) + 2)),
    "range": _in_every(r"(?<![\w.$-])(\d+(?:\.\d+)?)(?:--?|–)(\d+(?:\.\d+)?)(?![\w.-])", lambda m: f"{m[1]} to {m[2]}"),
    "rounded, said": _in_every(_EXACT_PERCENT, lambda m: f"about {round(float(m[1]))}"),
}  # fmt: skip


def paraphrases(sentence: str) -> Iterator[tuple[str, str]]:
    for kind, change in PARAPHRASES.items():
        if (changed := change(sentence)) != sentence:
            yield kind, changed
