"""Tables of words that several rooms go by, each in one place. Data and nothing else."""

from __future__ import annotations

ELEMENTS = dict(
    line.split()
    for line in """
    H  hydrogen|hydr|proton|water|acid
    He helium
    Li lithium|lithiat
    Be beryllium
    B  boron|bor
    C  carbon|organic|graph|diamond|carbid
    N  nitrogen|nitr|ammon
    O  oxygen|oxid|oxo|peroxid|water|hydroxid
    F  fluor
    Ne neon
    Na sodium
    Mg magnesium
    Al alumin
    Si silic|siloxan
    P  phosph
    S  sulfur|sulph|sulf|thio
    Cl chlor
    Ar argon
    K  potassium
    Ca calcium
    Sc scandium
    Ti titan
    V  vanad
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
    Y  yttri
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
    I  iod
    Xe xenon
    Cs cesium|caesium
    Ba barium
    La lanthan
    Ce ceri
    Pr praseodym
    Nd neodym
    Pm prometh
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
    W  tungst
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
    At astat
    Rn radon
    Fr francium
    Ra radium
    Ac actin
    Th thorium
    Pa protactin
    U  uranium|uran
    Np neptun
    Pu plutonium
    Am americ
    """.strip().splitlines()
)
"""A chemical element's symbol -> how the words begin that name it or its compounds, hydrogen to americium."""

ELEMENT = "|".join(sorted(ELEMENTS, key=len, reverse=True))
"""Any symbol, as a part of a regular expression: Co before C."""

STOP_WORDS = frozenset(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their then there these
    they this to was will with
    """.split()
)
"""Lucene's English stop words."""

GREEK = dict(
    entry.split()
    for entry in """
    alpha α, beta β, gamma γ, delta δ, epsilon ε, varepsilon ε, zeta ζ, eta η, theta θ, vartheta ϑ, iota ι, kappa κ,
    varkappa ϰ, lambda λ, mu μ, nu ν, xi ξ, omicron ο, pi π, varpi ϖ, rho ρ, varrho ϱ, sigma σ, varsigma ς, tau τ,
    upsilon υ, phi φ, varphi φ, chi χ, psi ψ, omega ω, digamma ϝ,
    Alpha Α, Beta Β, Gamma Γ, Delta Δ, Epsilon Ε, Zeta Ζ, Eta Η, Theta Θ, Iota Ι, Kappa Κ, Lambda Λ, Mu Μ, Nu Ν, Xi Ξ,
    Pi Π, Rho Ρ, Sigma Σ, Tau Τ, Upsilon Υ, Phi Φ, Chi Χ, Psi Ψ, Omega Ω
    """.split(",")
)
"""LaTeX's name of a letter, without the backslash -> the letter."""

SUBSCRIPTS = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
SUPERSCRIPTS = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
"""A character -> Unicode's lowered, or raised, one; there is none for any other."""
