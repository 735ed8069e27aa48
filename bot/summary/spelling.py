"""Habits of writing numbers -> one spelling: what a keyboard lacks, what sticks together, what a publisher lost.

``by49.5%``, ``x1500``, ``900+ million``, ``18.3+-5.31`` and ``(1.2 ± 0.3_stat)`` become what they mean.
`restored` gives back the raised and lowered digits that a publisher's abstract lost (``10 -6 S cm -1``,
``SnO 2``), reads ``1.475`` as elsewhere in Europe and takes the dashes of lists away; since that is a guess,
its result is one more reading, never the only one. It works on `bot.summary.plain` notation.
"""

from __future__ import annotations

import re

from bot.lexicon import ELEMENT

_ERROR_LABELS = "stat|syst|sys|lumi|theo|theory|th|exp|model|ext|norm|BR|total|tot"
_HABITS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (mark, re.compile(pattern), meant)
    for mark, pattern, meant in (
        ("plus", r"\bplus(?: or |/| )minus\b", "±"),
        ("+", r"\+ ?/ ?-|(?<=\d) ?\+-(?= ?\d)", "±"),
        ("<<", r"<<", "<"),
        (">>", r">>", ">"),
        ("", r"[xX](?<=\d.)(?=\d)", "×"),
        (" X ", r"(?<=\d) X (?=10\b)", "×"),
        ("**", r"(?<=\d)\*\*([+-]?\d+)", r"^(\1)"),
        # 82.3+7.1%: a sign was lost
        ("+", r"(\d\.\d+)\+(?=\d+\.\d)", r"\1±"),
        # by49.5%, in^(76)Ge
        (
            "",
            r"\b(by|of|to|than|from|with|at|over|about|in|and|for|nearly|only)"
            r"(?=\d[\d.]*(?:%|[-–]\d| |,|$)|\^\(\d+\)[A-Z])",
            r"\1 ",
        ),
        ("^(", r"(?<=[a-z]{3})\^(?=\(\d+\)[A-Z])", " ^"),
        # up to x1500
        ("", r"[x×](?:(?<=[a-z] .)|(?<=\(.)) ?(\d{2,}(?:\.\d+)?|\d\.\d+)(?![\w^(×]|\.\d)", r"\1×"),
        # 900+ million
        ("+", r"(?<=\d)\+(?= [a-z]|[,;)]|\.?$)", ""),
        (" + ", r"(?<=\b\d) \+ (?=\d\b)", "+"),
        # 10^(10-30)
        ("10^(", r"\b10\^\((\d+) ?[-–] ?(\d+)\)", r"10^(\1)–10^(\2)"),
        # the labels of errors: 0.3_(stat), 0.3 (syst)
        ("_(", r"(?<=\d) ?_\([A-Za-z][A-Za-z.,+& ]*\)", ""),
        ("(", rf"(?<=[\d)]) ?\((?:{_ERROR_LABELS})\.?\)", ""),
        ("i", r"(?<=[-+±]) ?i ?(?=\d)", " i "),
        ("Δ", r"Δ(?=\d)", "Δ "),
        ("deg", r"(?<=\d) ?deg\.? ?C\b", "°C"),
        # gas volumes (STP), and what is counted below the line: cm^(3) molecule^(-1)
        ("TP)", r" ?\((?:STP|NTP)\)(?=[ /]?c?m)", ""),
        ("^(-1)", r" (?:molecule|molec|atom|photon|ion|electron)\^\(-1\)", ""),
        # 50.000 papers
        (".000", r"(?<![\d.])([1-9]\d{0,2})\.000(?= [a-z]{4})", r"\1,000"),
    )
)
"""What has to be in a text for a habit to be, the habit, and what is meant."""
_DIGIT = re.compile(r"\d")
_UNIT = "cm|mm|nm|μm|km|m|s|g|kg|mg|h|min|mol|L|mL|K|V|A|mA|μA|W|mW|J|kJ|Hz|eV|Pa|C|yr|M|mM|N|F|S|Ω|d|day|dec|bar|cycle"
_LOST: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        # 1.475 participants, 1,3 million: points and commas as elsewhere in Europe
        (r"(?<![\d.])([1-9]\d{0,2})\.(\d{3})(?= [a-z]{3,}s\b)", r"\1,\2"),
        (r"(?<![\d,])(\d{1,3}),(\d{1,2})(?= ?(?:[MBk%]|million|billion)(?![A-Za-z]))", r"\1.\2"),
        # 600 (8 h a day)-1000 (4 h a day) hours
        (r"(?<=\d) \([^()]{1,24}\)(?=[-–]| [a-z])", ""),
        # Delta (3 n^(2)), SU (3)
        (r"\b((?:Delta|Sigma|Gamma)|S?[OU]|Sp|SL|GL|PSL) \((?=\d)", r"\1("),
        # a dash that opens an item: "include: -83.3%"
        (r"(?<=[:;.] )-(?=\d)", ""),
        (r" (?:molecule|molec|atom|photon|ion|electron) -1(?![\d.,]?\d)", ""),
        (r"([×·] ?10) ([+-]?\d{1,2})(?![\d.,]?\d)", r"\1^(\2)"),
        (r"(?<![\d.,])(10) (-\d{1,2})(?![\d.,]?\d)", r"\1^(\2)"),
        (rf"(?<![A-Za-z])({_UNIT}) (-[1-4])(?![\d.,]?\d)", r"\1^(\2)"),
        (r"(?<![A-Za-z])([cmnμk]?m) ([23])(?![\d.,]?\d|[\w%])", r"\1^(\2)"),
        (
            rf"(?<![A-Za-z])((?:(?:{ELEMENT})(?:_\([\d.]+\))?){{1,12}}) (\d{{1,2}}(?:\.\d+)?)(?![\d%])",
            r"\1_(\2)",
        ),
        (rf"(_\([\d.]+\)) (?=(?:{ELEMENT})+(?![a-z]))", r"\1"),
    )
)
_MOST_PARTS = 6
"""Elements in a formula whose digits stand apart: ``Li 7 La 3 Zr 2 O 12``."""


def spelt(linear: str) -> str:
    """``linear`` with numbers written in one way. It changes no value."""
    if _DIGIT.search(linear) is None:
        return linear
    for mark, pattern, meant in _HABITS:
        if mark in linear:
            linear = pattern.sub(meant, linear)
    return linear


def restored(linear: str) -> str:
    """``linear`` with the scripts put back that its spaces suggest; unchanged where they suggest none."""
    for pattern, meant in _LOST[:-2]:
        linear = pattern.sub(meant, linear)
    for _ in range(_MOST_PARTS):
        before = linear
        for pattern, meant in _LOST[-2:]:
            linear = pattern.sub(meant, linear)
        if linear == before:
            break
    return linear
