"""Is a name with digits a chemical formula? An abstract may say "tin dioxide" where the summary says SnO₂."""

from __future__ import annotations

import re

ELEMENTS = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Sc|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Kr|Rb|Sr|Zr|Nb|Mo|Tc|Ru|Rh|Pd|Ag|Cd|In|Sn|"
    "Sb|Te|Xe|Cs|Ba|La|Ce|Pr|Nd|Pm|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Hf|Ta|Re|Os|Ir|Pt|Au|Hg|Tl|Pb|Bi|Po|At|Rn|Fr|Ra|Ac|Th|Pa|"
    "Np|Pu|Am|H|B|C|N|O|F|P|S|K|V|Y|I|W|U"
)
_FORMULA = re.compile(rf"(?:{ELEMENTS})+\d{{1,2}}(?:\.\d+)?")


def is_chemical(name: str) -> bool:
    """``SnO2``, ``NH3``: element symbols and a small subscript. ``GPT-4`` and ``x2`` are not."""
    return _FORMULA.fullmatch(name) is not None
