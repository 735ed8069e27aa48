"""The unit behind a number -> every meaning it may have, so that 1500 nm equals 1.5 μm and not 1.5 mm.

``K`` is kelvin or thousand, ``M`` molar or million: all meanings are given, and the comparison takes
any. Nouns ("layers", "samples") are no units. It reads `bot.summary.plain` notation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.summary.unit_table import MULTIPLES, MULTIPLICITY, NUMBER, SHORT_MULTIPLES, UNITS, Unit


@dataclass(frozen=True, slots=True)
class Meaning:
    unit: Unit
    end: int
    """Where the text goes on behind the unit."""


_MULTIPLE = re.compile(
    r"\s?-?("
    + "|".join(re.escape(word) for word in sorted(MULTIPLES, key=len, reverse=True))
    + r")(?![A-Za-z])"
)
_SYMBOL = re.compile(
    r"percentage points?\b|% points?\b|per cent\b|p\.p\.|(?:wt|at|vol|mol|atom|atomic)\.? ?%"
    r"|degrees? (?:Celsius|centigrade|Fahrenheit|Kelvin|[CFK])\b|electron[ -]volts?\b"
    r"|solar (?:mass(?:es)?|radi(?:us|i)|luminosit(?:y|ies))\b"
    r"|°(?: ?[CFK](?![A-Za-z]))?|[%‰×⊙]|(?<=\d)'(?![A-Za-z])"
    r"|[A-Za-zμΩÅσöäåéА-я]+(?:_\((?:⊙|sun|Sun|Jup|J|B|⊕)\)|⊙|⊕)?"
)
_EXPONENT = re.compile(r"\^\(([+-]?\d)\)|\^([+-]?\d)|(-[1-4]|[2-4])(?![\w-]|[.,]\d)")
_GAP = re.compile(r" ?[)\]]? ?-?")
_COMPOUND_WORD = re.compile(r"-[A-Za-z]|/(?![μΩ])[α-ωΑ-Ω]")
"""After a letter that is no unit then: ``C-C``, ``J/ψ``."""
_JOINT = re.compile(r" ?/ ?\(?| ?· ?| per (?:an? )?| ")


def meanings(text: str, start: int) -> tuple[Meaning, ...]:
    """The units that may stand at ``start``, right behind a number; empty when none does.

    A multiple ("million", "k") counts as part of the unit: its factor multiplies.
    """
    multiple = _MULTIPLE.match(text, start)
    if multiple is None:
        return _units(text, start)
    times = MULTIPLES[multiple[1]]
    measured = _units(text, multiple.end())
    found = [Meaning(Unit(times * one.unit.factor, one.unit.dimension), one.end) for one in measured]
    return (*found, Meaning(Unit(times, ()), multiple.end()))


def _units(text: str, start: int) -> tuple[Meaning, ...]:
    gap = _GAP.match(text, start)
    begin = gap.end() if gap else start
    symbol = _SYMBOL.match(text, begin)
    if symbol is None:
        return ()
    word = _spelling(symbol[0])
    found: list[Meaning] = []
    if word in SHORT_MULTIPLES and begin - start <= word.isupper():
        found.append(Meaning(Unit(SHORT_MULTIPLES[word], ()), symbol.end()))
    if _is_multiplicity(text, symbol, begin == start):
        found.append(Meaning(NUMBER, symbol.end()))
    if symbol[0] == "C":  # far more often a temperature than a charge
        found.append(Meaning(UNITS["°C"], symbol.end()))
    measured = _measure(text, symbol, word)
    return (*found, measured) if measured else tuple(found)


def _spelling(symbol: str) -> str:
    if symbol.endswith("%"):  # of weight, volume, atoms: "vol %"
        return "%"
    word = symbol.replace("° ", "°").replace("Sun", "sun")
    if word in UNITS:
        return word
    return word.lower() if word.lower() in UNITS and len(word) > 3 else word


def _is_multiplicity(text: str, symbol: re.Match[str], attached: bool) -> bool:
    word = symbol[0]
    if word not in MULTIPLICITY:
        return False
    follows = text[symbol.end() : symbol.end() + 2].strip()
    if word in ("×", "x", "X"):
        return not follows[:1].isdigit()
    return len(word) > 1 or attached


def _measure(text: str, symbol: re.Match[str], word: str) -> Meaning | None:
    unit = UNITS.get(word)
    if text.startswith("_(", symbol.end()):  # a symbol: F_(0.5)
        return None
    if unit is None or (len(word) == 1 and word.isalpha() and _COMPOUND_WORD.match(text, symbol.end())):
        return None
    if text[symbol.end() : symbol.end() + 1].isdigit() and not _EXPONENT.match(text, symbol.end()):
        return None
    powers, factor, end = _raise({}, 1.0, unit, text, symbol.end(), 1)
    return _extend(text, end, powers, factor)


def _extend(text: str, end: int, powers: dict[str, int], factor: float) -> Meaning:
    """The rest of a compound unit: ``mA cm^(-2)``, ``km/s``, ``W/(m K)``, ``frames per second``."""
    below = open_bracket = False
    while joint := _JOINT.match(text, end):
        below = below or "/" in joint[0] or "per" in joint[0]
        symbol = _SYMBOL.match(text, joint.end())
        unit = UNITS.get(_spelling(symbol[0])) if symbol else None
        if symbol is None or unit is None:
            break
        open_bracket = open_bracket or "(" in joint[0]
        if joint[0] == " " and not open_bracket and not _EXPONENT.match(text, symbol.end()):
            break
        powers, factor, end = _raise(powers, factor, unit, text, symbol.end(), -1 if below else 1)
    if open_bracket and text[end : end + 1] == ")":
        end += 1
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    return Meaning(Unit(factor, dimension), end)


def _raise(
    powers: dict[str, int], factor: float, unit: Unit, text: str, end: int, sign: int
) -> tuple[dict[str, int], float, int]:
    exponent = _EXPONENT.match(text, end)
    power = sign * int(next(group for group in exponent.groups() if group)) if exponent else sign
    raised = dict(powers)
    for base, own in unit.dimension:
        raised[base] = raised.get(base, 0) + own * power
    return raised, factor * unit.factor**power, exponent.end() if exponent else end
