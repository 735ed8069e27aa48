"""Is every number of a summary in its abstract? Compared by value and unit, not by spelling.

``1.8 \\times 10^5`` is 180 000, 1500 nm is 1.5 μm, 25% is 0.25, "thirteen" is 13; "nearly 30%" may be 29.7%.
An abstract is read as written, as `bot.tex.to_text` shows it, and with the scripts that its publisher lost:
what any reading gives is there. A number that the abstract has with another unit, or for
another thing that it counts, is not found. Computed numbers (a difference, a ratio) are not found either: a
reader could not check them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.summary.ground import Ground
from bot.summary.markers import unmarked
from bot.summary.numbers import Figure, figures
from bot.summary.plain import plain
from bot.summary.spelling import restored
from bot.tex import to_text

_NEARBY = 60
_DECIMAL_POINT = frozenset({"en", "zh", "ja", "ko", "he", "th", "hi"})
_LOWERED = re.compile(
    r"decreas|reduc|declin|drop|lower|loss|fall|fell|below|negative|minus|deficit|shrink|slower",
    re.IGNORECASE,
)
_TORN = re.compile(r"(?<=\d)\. (?=\d+ ?%)")
"""``82. 5%``, as some abstracts have it."""
_TEX = re.compile(r"[\\$^_{]")


def unsupported(text: str, source: str, *, language: str = "en") -> tuple[str, ...]:
    """The numbers that ``text`` states and ``source`` does not contain, as written, each once.

    ``language`` is the BCP 47 tag of ``text`` ("" when unknown); ``source`` is English. In other languages
    written-out numbers are not read, a decimal comma is read as well as a point, and a number without a
    known unit is looked for with any: its unit may be a word of that language.
    """
    english = language.partition("-")[0] == "en"
    linear = unmarked(plain(text))
    missing = _missing(linear, source, decimal_comma=False, english=english)
    if missing and language.partition("-")[0] not in _DECIMAL_POINT:
        otherwise = _missing(linear, source, decimal_comma=True, english=english)
        missing = [
            one
            for one in otherwise
            if any(max(one.start, same.start) < min(one.end, same.end) for same in missing)
        ]
    return tuple(dict.fromkeys(figure.surface for figure in missing))


def _missing(linear: str, source: str, *, decimal_comma: bool, english: bool) -> list[Figure]:
    def is_supported(figure: Figure, ground: Ground) -> bool:
        return ground.supports(figure, linear, lowered=_is_lowered(figure, linear), any_unit=not english)

    def is_there(figure: Figure) -> bool:
        plainest = _as_written(source)
        if is_supported(figure, plainest) and plainest.has_heard_of(figure):
            return True  # the other readings cost more than the first, and hardly an answer needs them
        return is_supported(figure, _in_all_readings(source))

    stated = figures(linear, decimal_comma=decimal_comma)
    return [figure for figure in stated if (english or figure.digits) and not is_there(figure)]


def _is_lowered(figure: Figure, linear: str) -> bool:
    """ "Falls by 5%" says what −5% says; ``ρ = 0.5`` does not say ρ = −0.5."""
    nearby = linear[max(0, figure.start - _NEARBY) : figure.end + _NEARBY]
    return not figure.before.endswith("=") and _LOWERED.search(nearby) is not None


@lru_cache(maxsize=64)
def _as_written(source: str) -> Ground:
    """The numbers of ``source`` in its plainest reading, which most answers need no other than."""
    linear = plain(source)
    return Ground([(linear, figures(linear))])


@lru_cache(maxsize=64)
def _in_all_readings(source: str) -> Ground:
    linear = plain(source)
    readings = dict.fromkeys(
        (linear, _TORN.sub(".", linear), plain(restored(linear)), plain(_readable(source)))
    )
    return Ground([(reading, figures(reading)) for reading in readings])


def _readable(source: str) -> str:
    return to_text(source) if _TEX.search(source) else source
