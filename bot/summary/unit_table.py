"""The units that abstracts write, with their SI prefixes: symbol or name -> factor and dimension.

Years are not days here, and °C is not K: nothing is converted that needs more than a factor.
"""

from __future__ import annotations

from dataclasses import dataclass

Dimension = tuple[tuple[str, int], ...]
"""Base units with their exponents, sorted: ``(("m", 1), ("s", -1))``."""

PERCENT: Dimension = (("%", 1),)


@dataclass(frozen=True, slots=True)
class Unit:
    factor: float
    dimension: Dimension


NUMBER = Unit(1.0, ())
"""A bare number, or a multiple: "5 times", "5-fold", "three-dimensional"."""

_PREFIXES = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "K": 1e3, "h": 1e2,
    "": 1.0,
    "c": 1e-2, "m": 1e-3, "μ": 1e-6, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18,
}  # fmt: skip
_LARGE = "kKMGTPEZ"

_SI: tuple[tuple[str, float, str, str], ...] = (
    ("m", 1.0, "m", "kcmμunpfaM"), ("s", 1.0, "s", "mμunpfaM"), ("g", 1e-3, "kg", "kmμunp"),
    ("K", 1.0, "K", "kmμunM"),
    ("A", 1.0, "A", "kMmμunp"), ("V", 1.0, "V", "kMGmμun"), ("W", 1.0, "W", "kMGTPmμunpf"),
    ("J", 1.0, "J", "kMGmμunpf"),
    ("eV", 1.0, "eV", "kMGTPEmμun"), ("N", 1.0, "N", "kMGmμunpf"), ("Pa", 1.0, "Pa", "kMGTPhmμn"),
    ("bar", 1e5, "Pa", "kMm"),
    ("Hz", 1.0, "Hz", "kMGTPmμn"), ("C", 1.0, "C", "mμunpf"), ("F", 1.0, "F", "mμunpf"),
    ("Ω", 1.0, "Ω", "kMGTmμn"),
    ("Ohm", 1.0, "Ω", "kMGm"), ("ohm", 1.0, "Ω", "kMGm"), ("S", 1.0, "S", "kmμun"), ("T", 1.0, "T", "mμunp"),
    ("G", 1e-4, "T", "kMmμun"), ("H", 1.0, "H", "mμun"), ("mol", 1.0, "mol", "kmμun"), ("M", 1.0, "M", "mμunpf"),
    ("L", 1.0, "L", "mμunk"), ("l", 1.0, "L", "mμun"), ("B", 1.0, "B", _LARGE), ("b", 1.0, "b", _LARGE + "nμpf"),
    ("bit", 1.0, "b", _LARGE), ("bits", 1.0, "b", _LARGE), ("bps", 1.0, "bps", _LARGE),
    ("rad", 1.0, "rad", "mμun"),
    ("sr", 1.0, "sr", "m"), ("pc", 1.0, "pc", "kMGm"), ("yr", 1.0, "yr", "kMG"), ("yrs", 1.0, "yr", "kMG"),
    ("y", 1.0, "yr", ""),
    ("Jy", 1.0, "Jy", "kMmμn"), ("erg", 1.0, "erg", ""), ("as", 1.0, "arcsec", "mμu"),
    ("arcsec", 1.0, "arcsec", "mμ"),
    ("arcmin", 60.0, "arcsec", ""), ("deg", 1.0, "°", ""), ("cal", 1.0, "cal", "k"), ("Da", 1.0, "Da", "kM"),
    ("Wh", 3600.0, "J", "kMGT"), ("Ah", 1.0, "Ah", "m"), ("VA", 1.0, "VA", "kM"), ("Sv", 1.0, "Sv", "mμ"),
    ("Bq", 1.0, "Bq", "kMGmμ"), ("Gy", 1.0, "Gy", "mμk"), ("lm", 1.0, "lm", "k"), ("lx", 1.0, "lx", "k"),
    ("Oe", 1.0, "Oe", "km"), ("emu", 1.0, "emu", "mμ"), ("Torr", 1.0, "Torr", "mμ"), ("torr", 1.0, "Torr", "mμ"),
    ("cd", 1.0, "cd", "m"), ("FLOPs", 1.0, "FLOP", _LARGE), ("FLOPS", 1.0, "FLOP", _LARGE),
    ("FLOP", 1.0, "FLOP", _LARGE),
    ("t", 1e3, "kg", "kMG"), ("Vs", 1.0, "V s", ""),
)  # fmt: skip
_SINGLE: tuple[tuple[str, float, str], ...] = (
    ("min", 60.0, "s"), ("mins", 60.0, "s"), ("minute", 60.0, "s"), ("h", 3600.0, "s"), ("hr", 3600.0, "s"),
    ("hrs", 3600.0, "s"),
    ("hour", 3600.0, "s"), ("d", 86400.0, "s"), ("day", 86400.0, "s"), ("week", 604800.0, "s"),
    ("month", 1.0, "month"),
    ("decade", 10.0, "yr"), ("century", 100.0, "yr"), ("centuries", 100.0, "yr"), ("sec", 1.0, "s"),
    ("secs", 1.0, "s"),
    ("second", 1.0, "s"), ("ha", 1e4, "m²"), ("Ma", 1e6, "yr"), ("Ga", 1e9, "yr"), ("ka", 1e3, "yr"),
    ("Å", 1e-10, "m"),
    ("angstrom", 1e-10, "m"), ("ångström", 1e-10, "m"), ("micron", 1e-6, "m"), ("mile", 1609.344, "m"),
    ("inch", 0.0254, "m"),
    ("inches", 0.0254, "m"), ("AU", 1.0, "au"), ("au", 1.0, "au"), ("ly", 1.0, "ly"), ("°C", 1.0, "°C"),
    ("°F", 1.0, "°F"),
    ("°K", 1.0, "K"), ("°", 1.0, "°"), ("degree", 1.0, "°"), ("degC", 1.0, "°C"), ("'", 60.0, "arcsec"),
    ("dB", 1.0, "dB"), ("dBm", 1.0, "dBm"), ("dBi", 1.0, "dBi"), ("dBc", 1.0, "dBc"), ("dex", 1.0, "dex"),
    ("mag", 1.0, "mag"),
    ("atm", 1.0, "atm"), ("dyn", 1.0, "dyn"), ("ppm", 1e-6, "ratio"), ("ppb", 1e-9, "ratio"),
    ("ppt", 1e-12, "ratio"),
    ("px", 1.0, "px"), ("pixel", 1.0, "px"), ("fps", 1.0, "fps"), ("FPS", 1.0, "fps"), ("rpm", 1.0, "rpm"),
    ("σ", 1.0, "σ"),
    ("sigma", 1.0, "σ"), ("c", 1.0, "c"), ("M_(⊙)", 1.0, "M⊙"), ("M⊙", 1.0, "M⊙"), ("R_(⊙)", 1.0, "R⊙"),
    ("L_(⊙)", 1.0, "L⊙"),
    ("R⊙", 1.0, "R⊙"), ("L⊙", 1.0, "L⊙"), ("M_(sun)", 1.0, "M⊙"), ("Msun", 1.0, "M⊙"), ("μ_(B)", 1.0, "μB"),
    ("μB", 1.0, "μB"),
    ("M_(Jup)", 1.0, "MJup"), ("M_(J)", 1.0, "MJup"), ("M_(⊕)", 1.0, "M⊕"), ("R_(⊕)", 1.0, "R⊕"),
    ("M⊕", 1.0, "M⊕"),
    ("%", 1.0, "%"), ("percent", 1.0, "%"), ("per cent", 1.0, "%"), ("percentage points", 1.0, "%"),
    ("percentage point", 1.0, "%"),
    ("percentage", 1.0, "%"), ("pct", 1.0, "%"), ("pp", 1.0, "%"), ("p.p.", 1.0, "%"), ("points", 1.0, "%"),
    ("% points", 1.0, "%"),
    ("point", 1.0, "%"), ("pts", 1.0, "%"), ("Prozent", 1.0, "%"), ("wt%", 1.0, "%"), ("at%", 1.0, "%"),
    ("vol%", 1.0, "%"),
    ("mol%", 1.0, "%"), ("wt.%", 1.0, "%"), ("at.%", 1.0, "%"), ("at. %", 1.0, "%"), ("wt. %", 1.0, "%"),
    ("wt %", 1.0, "%"),
    ("at %", 1.0, "%"), ("vol. %", 1.0, "%"), ("atom %", 1.0, "%"), ("atomic %", 1.0, "%"),
    ("mol %", 1.0, "%"), ("‰", 0.1, "%"),
)  # fmt: skip
_NAMES = {
    "metre": "m", "meter": "m", "second": "s", "gram": "g", "gramme": "g", "kelvin": "K", "ampere": "A",
    "amp": "A", "volt": "V",
    "watt": "W", "joule": "J", "electronvolt": "eV", "electron volt": "eV", "electron-volt": "eV",
    "newton": "N", "pascal": "Pa",
    "hertz": "Hz", "coulomb": "C", "farad": "F", "tesla": "T", "gauss": "G", "mole": "mol", "molar": "M",
    "litre": "L", "liter": "L",
    "byte": "B", "radian": "rad", "parsec": "pc", "tonne": "t", "jansky": "Jy", "oersted": "Oe",
    "arcsecond": "arcsec",
    "arcminute": "arcmin", "year": "yr",
}  # fmt: skip
_LONG_PREFIXES = {
    "": "", "nano": "n", "micro": "μ", "milli": "m", "centi": "c", "kilo": "k", "mega": "M", "giga": "G",
    "tera": "T",
    "pico": "p", "femto": "f", "atto": "a", "peta": "P",
}  # fmt: skip
_SUNS = {
    "solar mass": "M⊙", "solar masses": "M⊙", "solar radius": "R⊙", "solar radii": "R⊙", "solar luminosity": "L⊙",
    "solar luminosities": "L⊙",
}  # fmt: skip
_SCALES = {
    "Celsius": "°C", "centigrade": "°C", "C": "°C", "Fahrenheit": "°F", "F": "°F", "Kelvin": "K", "K": "K",
}  # fmt: skip
MULTIPLES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "hundred": 1e2, "dozen": 12.0,
    "bn": 1e9, "mio": 1e6,
    "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "百万": 1e6, "만": 1e4, "억": 1e8,
    "тысяч": 1e3, "миллионов": 1e6, "миллиона": 1e6, "миллиардов": 1e9, "тыс.": 1e3, "млн": 1e6, "млрд": 1e9,
    "Tausend": 1e3, "tausend": 1e3, "Millionen": 1e6, "Million": 1e6, "Milliarden": 1e9, "Milliarde": 1e9,
    "mille": 1e3,
    "millions": 1e6, "milliards": 1e9, "milliard": 1e9, "mil": 1e3, "millones": 1e6, "milhões": 1e6,
    "milioni": 1e6,
    "miliardi": 1e9, "tys.": 1e3, "mln": 1e6, "mld": 1e9, "thousands": 1e3, "billions": 1e9,
}  # fmt: skip
SHORT_MULTIPLES = {"k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "T": 1e12, "G": 1e9}
"""``10k``, ``7B``: only where the letter touches the number or no unit is meant."""
MULTIPLICITY = frozenset(
    {"fold", "folds", "times", "×", "x", "X", "D", "d", "l", "dimensional", "dimensions", "dimension"}
)


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for symbol, factor, base, prefixes in _SI:
        for prefix in ["", *prefixes]:
            table[prefix + symbol] = Unit(factor * _PREFIXES[prefix], _dimension(base))
    for name, symbol in _NAMES.items():
        for long, short in _LONG_PREFIXES.items():
            if short + symbol in table:
                for ending in ("", "s"):
                    table[long + name + ending] = table[short + symbol]
    for symbol, factor, base in _SINGLE:
        unit = Unit(factor, _dimension(base))
        table[symbol] = unit
        if len(symbol) > 2 and symbol.isalpha() and not symbol.endswith("s"):
            table[symbol + "s"] = unit
    del table["as"]  # an English word far more often than an attosecond
    for name, symbol in _SCALES.items():
        table[f"degree {name}"] = table[f"degrees {name}"] = table[symbol]
    return table | {name: table[symbol] for name, symbol in _SUNS.items()}


def _dimension(base: str) -> Dimension:
    if base == "V s":
        return (("V", 1), ("s", 1))
    return (("m", 2),) if base == "m²" else ((base, 1),)


UNITS = _table()
"""Every symbol and name, prefixes and plurals included."""
