"""What authors' private commands mean when their definition stayed in the paper.

An abstract on arXiv has no preamble: ``\\R`` or ``\\eps`` has to be understood from custom. Listed are the
names that nearly everybody uses for the same thing; any other command is shown by its name.
"""

from __future__ import annotations

import re

from bot.tex.symbols import SYMBOLS
from bot.tex.tree import AtomKind, Symbol

_CUSTOMS = """
ε: e eps veps vep ve vare vareps varep vepsi vepsilon ep epsi epsln espilon epss Ge
α: al alp alf apha a
β: be b teta
γ: ga g
δ: de dl Gd
Δ: De Del lap Lap Laplace Laplacian Lapl slaplace
λ: la lam lm l lbd Gl
Λ: La Lam Lambd
ω: om w Gw
Ω: Om Omg Omeg Ombar
Γ: Ga Gam
σ: sig sg si Gs
Σ: Si Sig
θ: th vth vt tht
ζ: ze
κ: ka
φ: vp ph vphi
ϱ: vr
∂: p pa prt ptl pd del patial
∇: na nab nb
∞: iy oo infinity infity infi
ℝ: R RR real reals Real Reals Rset bbr bbR BBR BR IR rr Rbb mathbbR erre
ℂ: C CC Cset bbC BBC BC IC bbc
ℕ: N NN Nset bbN BBN BN IN nat bbn
ℤ: Z ZZ Zset bbZ BBZ BZ IZ bbz Zz
ℚ: Q QQ Qset bbQ BQ IQ
𝔽: FF bbF
𝔼: EE bbE
ℙ: PP bbP
𝕋: TT bbT
ℍ: HH bbH
𝔻: DD bbD
𝕊: SS bbS
𝕂: KK bbK
𝔸: AAA bbA
𝟙: one ind indicator
O: OO bigO BigO
d: dd dif odif di
‖: Arrowvert
½: half
M⊙: Msun msun
L⊙: Lsun lsun
R⊙: Rsun rsun
Z⊙: Zsun zsun
km s⁻¹: kms
Lyα: Lya lya
Hα: Halpha halpha
"""

_OPERATORS = """
div: dive divv divg diver divt diiv divo mydiv
Div: Divv
supp: spt
Ric: ricci
poly: poly
"""

_RELATIONS = """
→: ra rar To todown lra
⇒: Ra imp
⇀: weakto weakly wto rh
↔: lrar
∈: inn isin
≲: les lesim
≤: leqs
←: larrow
:=: eqdefa co
"""

POWERS = {
    name: (Symbol("ℝ"), Symbol(power))
    for power, names in {"n": "Rn rn", "N": "RN ren", "d": "Rd", "m": "Rm"}.items()
    for name in names.split()
}
"""Private commands for the spaces ℝⁿ: the set and its exponent."""

_LIKE = {
    "f": "frac", "dis": "displaystyle", "disp": "displaystyle", "ds": "displaystyle", "dsize": "displaystyle",
    "wt": "widetilde", "wit": "widetilde", "ti": "tilde", "td": "tilde", "til": "tilde", "wh": "widehat",
    "wht": "widehat", "ov": "overline", "ol": "overline", "ovl": "overline", "wbar": "overline",
    "mc": "mathcal", "mcal": "mathcal", "Cal": "mathcal", "Scal": "mathcal", "ncal": "mathcal",
    "mf": "mathfrak", "fr": "mathfrak", "fk": "mathfrak", "mr": "mathrm", "rmb": "mathrm",
    "mb": "mathbf", "mbf": "mathbf", "bs": "boldsymbol", "bb": "mathbb", "mbb": "mathbb", "matbb": "mathbb",
    "mathhbb": "mathbb", "mahbb": "mathbb", "op": "operatorname", "Norm": "norm", "Abs": "abs",
    "bigabs": "abs", "absv": "abs", "pabs": "abs", "Set": "set", "farc": "frac", "myfrac": "frac",
    "texit": "textit", "tit": "textit", "tb": "textbf",
}  # fmt: skip

_LETTER_OF_A_FONT = re.compile(
    r"(?:mathcal|mathscr|mathfrak|mathbf|bcal|cal|scr|frak|sf|rm|mf|mc|mb|bf|bs|bb|b|c|s|m)([A-Z])$"
    r"|(?:mathbf|bf|bs|bm|b|v)([a-z])$"
)
_LETTER_AND_FONT = re.compile(r"([A-Z])(?:cal|scr|bar|bb|sf|c|b)$")
_SHORT_COMMANDS = frozenset(["in", "to"])


def _table() -> dict[str, Symbol]:
    table: dict[str, Symbol] = {}
    for customs, kind in (
        (_CUSTOMS, AtomKind.ORDINARY), (_OPERATORS, AtomKind.OPERATOR), (_RELATIONS, AtomKind.RELATION)
    ):  # fmt: skip
        for line in customs.strip().splitlines():
            text, _, names = line.rpartition(": ")
            table.update((name, Symbol(text, kind)) for name in names.split())
    return table


MACROS = _table()
"""Private commands that stand for one atom of a formula."""

BEFORE_NUMBERS = {"la": Symbol("≲", AtomKind.RELATION), "ga": Symbol("≳", AtomKind.RELATION)}
"""What the astronomers' journals define, where others have a Greek letter: ``z \\la 2``."""

SYNONYMS = _LIKE
"""Private commands that do what a command of LaTeX does."""


def guessed(name: str) -> tuple[str, Symbol] | None:
    """A letter of some font (``\\cA``, ``\\bfu``), or a command and letters that lost the space between.

    Returned is the text that follows the symbol, and the symbol.
    """
    if match := _LETTER_OF_A_FONT.match(name) or _LETTER_AND_FONT.match(name):
        return "", Symbol(match[match.lastindex or 0])
    for letters in (1, 2):
        head, tail = name[:-letters], name[-letters:]
        if head in SYMBOLS and (len(head) > 3 or (head in _SHORT_COMMANDS and tail.isupper())):
            return tail, SYMBOLS[head]
    return None
