"""Quantities as siunitx takes them: numbers, units, angles (its manual, sections 3 and 4).

Reciprocal units get a negative power, siunitx's own default; numbers lose nothing but their markup.
"""

from __future__ import annotations

import re

from bot.tex.tree import Node, Row, Scripts, Space, Symbol, Text

_PREFIXES = {
    "quecto": "q", "ronto": "r", "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p",
    "nano": "n", "micro": "μ", "mu": "μ", "milli": "m", "centi": "c", "deci": "d", "deca": "da", "deka": "da",
    "hecto": "h", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "zetta": "Z",
    "yotta": "Y", "ronna": "R", "quetta": "Q", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti",
}  # fmt: skip
_ABBREVIATIONS = (
    "fs ps ns ms s nm mm cm dm m km pm eV meV keV MeV GeV TeV Hz kHz MHz GHz THz K mK A"
    " mA nA V mV kV W mW kW MW GW J kJ mol mmol g mg kg N Pa kPa MPa GPa dB T F L mL"
)
_UNITS = {
    **{name: name for name in _ABBREVIATIONS.split()},
    "ampere": "A", "candela": "cd", "kelvin": "K", "kilogram": "kg", "gram": "g", "metre": "m", "meter": "m",
    "mole": "mol", "second": "s", "becquerel": "Bq", "celsius": "°C", "degreeCelsius": "°C", "degC": "°C",
    "coulomb": "C", "farad": "F", "gray": "Gy", "hertz": "Hz", "henry": "H", "joule": "J", "katal": "kat",
    "lumen": "lm", "lux": "lx", "newton": "N", "ohm": "Ω", "pascal": "Pa", "radian": "rad", "siemens": "S",
    "sievert": "Sv", "steradian": "sr", "tesla": "T", "volt": "V", "watt": "W", "weber": "Wb",
    "astronomicalunit": "au", "bel": "B", "dalton": "Da", "day": "d", "decibel": "dB", "degree": "°",
    "electronvolt": "eV", "hectare": "ha", "hour": "h", "litre": "L", "liter": "L", "arcminute": "′",
    "minute": "min", "arcsecond": "″", "neper": "Np", "tonne": "t", "angstrom": "Å", "barn": "b", "bar": "bar",
    "percent": "%", "Omega": "Ω", "circ": "°", "parsec": "pc", "bit": "bit", "byte": "B", "clight": "c",
    "atomicmassunit": "u", "planckbar": "ħ", "elementarycharge": "e", "bohr": "a₀", "hartree": "Eₕ",
    "mmHg": "mmHg", "knot": "kn",
    "us": "μs", "um": "μm", "uA": "μA", "uW": "μW", "ug": "μg", "l": "L",
}  # fmt: skip
_SUFFIX_POWERS = {"squared": "2", "cubed": "3"}
_PREFIX_POWERS = {"square": "2", "cubic": "3"}
_TOKEN = re.compile(
    r"\\(?:tothe|raiseto)\s*\{\s*(?P<argument>-?\d+)\s*\}|\\(?P<name>[A-Za-z]+)"
    r"|\^\{?(?P<power>-?\d+)\}?|(?P<other>[^\\\s])|\s+"
)
_IGNORED = frozenset(["mathrm", "text", "rm", "textrm", "mbox", "si", "unit"])
_UNSPACED = ("°", "′", "″", "%")

_EXPONENT = re.compile(r"^(?P<mantissa>.*?)(?<!\s)\s*+[eEdD](?P<power>[+-]?\d+)$")
_ERROR = re.compile(r"(?:(?<!\s)\s++)?(?:\+-|\\pm|±)\s*")


def unit(source: str) -> Row:
    """``\\kilo\\metre\\per\\second`` or ``km.s^{-1}`` as km s⁻¹."""
    nodes: list[Node] = []
    prefix, sign, power = "", "", ""
    for match in _TOKEN.finditer(source):
        name = match["name"]
        if name == "per":
            sign = "-"
        elif name in _PREFIXES:
            prefix += _PREFIXES[name]
        elif name in _PREFIX_POWERS:
            power = _PREFIX_POWERS[name]
        elif raised := match["power"] or match["argument"] or _SUFFIX_POWERS.get(name or ""):
            _raise(nodes, raised)
        elif name and name not in _IGNORED:
            _append(nodes, prefix + _UNITS.get(name, name), sign + (power or "1" if sign else power))
            prefix, sign, power = "", "", ""
        elif match["other"] in (".", "~"):
            nodes.append(Space())
        elif match["other"] and match["other"] not in "{}$":
            nodes.append(Text(prefix + match["other"]))
            prefix = ""
    return (*nodes, Text(prefix)) if prefix else tuple(nodes)


def _append(nodes: list[Node], text: str, power: str) -> None:
    if nodes and not isinstance(nodes[-1], Space):
        nodes.append(Space())
    nodes.append(Scripts(Text(text), sup=(Text(power),)) if power else Text(text))


def _raise(nodes: list[Node], power: str) -> None:
    last = nodes[-1] if nodes else None
    if isinstance(last, Scripts) and last.sup == (Text("-1"),):
        nodes[-1] = Scripts(last.base, sup=(Text(f"-{power}"),))
    elif last is None or isinstance(last, Space | Scripts):
        nodes.append(Scripts(None, sup=(Text(power),)))
    else:
        nodes[-1] = Scripts(last, sup=(Text(power),))


def number(source: str) -> Row:
    """``1.5e-3``, ``2 \\pm 0.1``: the number with its power of ten."""
    text = _ERROR.sub(" ± ", re.sub(r"[{}$\\,~]", "", source.replace("\\pm", "±"))).strip()
    match = _EXPONENT.match(text)
    if match is None:
        return (Text(text),)
    power = Scripts(Text("10"), sup=(Text(match["power"].lstrip("+")),))
    return (Text(f"{match['mantissa']} × "), power) if match["mantissa"] else (power,)


def quantity(amount: str, units: str) -> Row:
    """A number and its unit, a space between them but before a sign such as ° or %."""
    of_unit = unit(units)
    first = of_unit[0] if of_unit else None
    close = isinstance(first, Text) and first.text.startswith(_UNSPACED) and first.text != "°C"
    return (*number(amount), *(() if close else (Space(),)), *of_unit)


def angle(source: str) -> Row:
    """``\\ang{12;30;}`` as 12°30′."""
    parts = source.split(";")
    marked = [part.strip() + mark for part, mark in zip(parts, "°′″", strict=False) if part.strip()]
    return (Symbol("".join(marked)),)
