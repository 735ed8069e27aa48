"""Chemical formulas beside the names of their elements: ``SnO2`` where the abstract says "tin dioxide"."""

from __future__ import annotations

import re

_NAMES = dict(
    line.split()
    for line in """
    H hydrogen|hydr|proton|water|acid
    He helium
    Li lithium|lithiat
    Be beryllium
    B boron|bor
    C carbon|organic|graph|diamond|carbid
    N nitrogen|nitr|ammon
    O oxygen|oxid|oxo|peroxid|water|hydroxid
    F fluor
    Ne neon
    Na sodium
    Mg magnesium
    Al alumin
    Si silic|siloxan
    P phosph
    S sulfur|sulph|sulf|thio
    Cl chlor
    Ar argon
    K potassium
    Ca calcium
    Sc scandium
    Ti titan
    V vanad
    Cr chrom
    Mn mangan
    Fe iron|ferr
    Co cobalt
    Ni nickel
    Cu copper|cupr
    Zn zinc
    Ga gallium|gallat
    Ge german
    As arsen
    Se selen
    Br brom
    Kr krypton
    Rb rubidium
    Sr strontium
    Y yttri
    Zr zircon
    Nb niob
    Mo molybd
    Tc technet
    Ru ruthen
    Rh rhod
    Pd pallad
    Ag silver|argent
    Cd cadm
    In indium
    Sn tin|stann
    Sb antimon
    Te tellur
    I iod
    Xe xenon
    Cs cesium|caesium
    Ba barium
    La lanthan
    Ce ceri
    Pr praseodym
    Nd neodym
    Sm samar
    Eu europium
    Gd gadolin
    Tb terbium
    Dy dyspros
    Ho holmium
    Er erbium
    Tm thulium
    Yb ytterb
    Lu lutet
    Hf hafn
    Ta tantal
    W tungst
    Re rhen
    Os osmium
    Ir iridium|iridat
    Pt platin
    Au gold
    Hg mercury
    Tl thallium
    Pb lead|plumb
    Bi bismuth
    Po polonium
    Th thorium
    U uranium|uran
    Pu plutonium
    """.strip().splitlines()
)
"""Symbol -> how the words begin that name the element or its compounds."""
_MULTIPLES = ("", "mono", "di", "tri", "tetra", "pent", "per", "hydro")
_ELEMENT = "|".join(sorted(_NAMES, key=len, reverse=True))
_FORMULA = re.compile(rf"(?:(?:{_ELEMENT})(?:\d{{0,3}}|[xyz]))+")


def spelt_out(name: str, words: str) -> bool:
    """Whether ``name`` is a formula whose elements ``words`` (lower case, between spaces) name each."""
    if _FORMULA.fullmatch(name) is None:
        return False
    symbols = set(re.findall(_ELEMENT, name))
    return all(_is_named(_NAMES[symbol].split("|"), words) for symbol in symbols)


def _is_named(starts: list[str], words: str) -> bool:
    return any(f" {prefix}{start}" in words for start in starts for prefix in _MULTIPLES)
