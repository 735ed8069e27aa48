"""Untruths about numbers: one put in another's place, a share made a difference, a digit changed."""

from __future__ import annotations

import random
import re

from tests.benchmarks import alterations
from tests.benchmarks.truth_alterations import Kind, Pair, in_either

_PERCENT = re.compile(r"(?<![\d.,\w$^_{−-])\d+(?:\.\d+)?(?= ?\\?%(?!-?points?| points))")
_SHARE = re.compile(r"(?<=\d)( ?\\?%)(?! ?-?points?)")
_UNITS = (
    r"nm|mm|cm|km|μm|ms|ns|ps|fs|GHz|MHz|kHz|THz|meV|keV|MeV|GeV|TeV|eV|mK|K|GPa|MPa|mT|T|kpc|Mpc|pc|mW|kW|MW|W|mA|mV|V|"
    r"GB|MB|Gyr|Myr|yr|years|hours|h|seconds|s|mg|kg|dB|°C"
)
_MEASURE = re.compile(rf"(?<![\d.,\w$^_{{−-])(\d+(?:\.\d+)?)(?= ?({_UNITS})(?![\w^/⁻²³]))")
_COUNT = re.compile(r"(?<![\d.,\w$^_{−-])(\d+(?:,\d{3})*)(?= ([a-z]{4,}s)\b)")


_INVENTED = (
    "in 3D|for 2D data|of a 4D theory|in five dimensions|with three-dimensional inputs|in 2+1 dimensions|"
    "with an SU(3) symmetry|under a U(1) symmetry|with a Z_2 symmetry|for rank-4 tensors|with SO(10)"
).split("|")
_TELLING = re.compile(r"\d\w?|s[uo]\(\d*|z_2|three|five")
_NOUN = re.compile(r"\b(?:the|all|several|various|multiple) ([a-z]{4,}s)\b")


def _stated(number: str, unit: str, source: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(number)}\s*(?:\\,|\$|~|\\?\s)*{unit}", source) is not None


def swapped(text: str, pair: Pair, chance: random.Random) -> str | None:
    """A number exchanged with another of the abstract that has the same unit: 82% for the 91% of another thing."""
    options: list[tuple[re.Match[str], str]] = []
    for found in _PERCENT.finditer(text):
        others = {one[0] for one in _PERCENT.finditer(pair.source)}
        options += ((found, other) for other in sorted(others - {found[0]}))
    for found in _MEASURE.finditer(text):
        others = {one[1] for one in _MEASURE.finditer(pair.source) if one[2] == found[2]}
        options += ((found, other) for other in sorted(others - {found[1]}))
    for found in _COUNT.finditer(text):
        others = {one[1] for one in _COUNT.finditer(pair.source) if one[2] != found[2]}
        options += (
            (found, other)
            for other in sorted(others - {found[1]})
            if not _stated(other, found[2], pair.source)
        )
    if not options:
        return None
    found, other = chance.choice(options)
    return text[: found.start()] + other + text[found.end() :]


def exchanged(text: str, pair: Pair, chance: random.Random) -> str | None:
    """Two shares of the answer that change places."""
    stated = sorted({found[0] for found in _PERCENT.finditer(text)})
    if len(stated) < 2:
        return None
    one, other = chance.sample(stated, 2)
    return _PERCENT.sub(lambda found: {one: other, other: one}.get(found[0], found[0]), text)


def share_made_points(text: str, pair: Pair, chance: random.Random) -> str | None:
    """ "Improves by 12%" told as "by 12 percentage points", where the abstract has no points."""
    if re.search(r"points?\b|\bpp\b", pair.abstract):
        return None
    found = list(_SHARE.finditer(text))
    if not found:
        return None
    share = chance.choice(found)
    return text[: share.start()] + " percentage points" + text[share.end() :]


def invented(text: str, pair: Pair, chance: random.Random) -> str | None:
    """A dimension, a group, a rank that the abstract does not have, put behind the first noun with an article."""
    known = pair.source.lower()
    words = [
        words
        for words in _INVENTED
        if not any(token in known for token in _TELLING.findall(words.lower())) and "dimension" not in known
    ]
    place = re.search(
        r"\b(?:the|an?) (?:[a-z-]+ )?[a-z]{4,}(?= (?:is|are|in|of|for|on|with|that|by)\b)", text
    )
    if not words or place is None:
        return None
    return f"{text[: place.end()]} {chance.choice(words)}{text[place.end() :]}"


def all_of_another(text: str, pair: Pair, chance: random.Random) -> str | None:
    """ "All 12 tasks" where the abstract has 12 of another thing, and speaks of tasks."""
    counts = [(found[1], found[2]) for found in _COUNT.finditer(pair.abstract)]
    places = [
        (place, number)
        for place in _NOUN.finditer(text)
        for number, noun in counts
        if noun != place[1] and place[1] in pair.abstract and not _stated(number, place[1], pair.source)
    ]
    if not places:
        return None
    place, number = chance.choice(places)
    return f"{text[: place.start()]}all {number} {place[1]}{text[place.end() :]}"


def _single(name: str) -> Kind:
    change = alterations.ALTERATIONS[name]
    return Kind(
        f"{name} changed", in_either(lambda text, pair, chance: change(text, pair.source, chance)), _RULE
    )


_RULE = "a number"
KINDS = (
    _single("digit"),
    _single("decimal point"),
    _single("unit prefix"),
    _single("written-out"),
    Kind("number of the same unit", in_either(swapped), _RULE),
    Kind("two shares exchanged", in_either(exchanged), _RULE),
    Kind("% made percentage points", in_either(share_made_points), _RULE),
    Kind("dimension or symmetry invented", in_either(invented), _RULE),
    Kind("all of another thing", in_either(all_of_another), _RULE),
)
