"""Two hundred conversions that were judged one by one, and the results that the contract fixes.

``golden/tex.tsv`` has a source, its text and its HTML per line; lines that begin with ``# `` are headings. A
line with the source alone is completed and fails the run: read what was written, then run again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.tex import to_html, to_text

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tex.tsv"
LINES = GOLDEN.read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if line and not line.startswith("# ")]


def test_golden_lines_are_complete() -> None:
    """Every source has a text and an HTML form that somebody has read."""
    if all(len(row) == 3 for row in ROWS):
        assert len(ROWS) >= 200
        return
    completed = [
        line if line.startswith("# ") or "\t" in line else "\t".join([line, to_text(line), to_html(line)])
        for line in LINES
    ]
    GOLDEN.write_text("\n".join(completed) + "\n", encoding="utf-8")
    pytest.fail(f"{GOLDEN} had sources without results; they have been written: read them")


def test_golden_conversions() -> None:
    """No conversion that was judged good changes unnoticed."""
    changed = [
        f"{source!r}\n  was {text!r} / {html!r}\n  is  {to_text(source)!r} / {to_html(source)!r}"
        for source, text, html in (row for row in ROWS if len(row) == 3)
        if (to_text(source), to_html(source)) != (text, html)
    ]
    assert not changed, "\n".join(changed)


@pytest.mark.parametrize(
    ("source", "text", "html"),
    [
        (r"$\text{PdTe}_{1-x}$", "PdTe₁₋ₓ", "PdTe<sub>1-x</sub>"),
        (r"$350^\circ\text{C}$", "350°C", "350°C"),
        (r"$K_{\rm u}$", "Kᵤ", "K<sub>u</sub>"),
        (
            r"$(\text{La},\text{Pr})_3\text{Ni}_2\text{O}_7$",
            "(La,Pr)₃Ni₂O₇",
            "(La,Pr)<sub>3</sub>Ni<sub>2</sub>O<sub>7</sub>",
        ),
        (r"Fe$_{4-x}$Ge$_x$N", "Fe₄₋ₓGeₓN", "Fe<sub>4-x</sub>Ge<sub>x</sub>N"),
        (r"$1.8 \times 10^5$", "1.8 × 10⁵", "1.8 × 10<sup>5</sup>"),
        (r"$\text{AB}'$", "AB'", "AB'"),
        (
            r"$\text{Pb}(\text{Sc}_{1/2}\text{Nb}_{1/2})\text{O}_3$",
            "Pb(Sc_(1/2)Nb_(1/2))O₃",
            "Pb(Sc<sub>1/2</sub>Nb<sub>1/2</sub>)O<sub>3</sub>",
        ),
        (r"$558 \text{ mA cm}^{-2}$", "558 mA cm⁻²", "558 mA cm<sup>-2</sup>"),
        (
            r"$\text{Bi}_2\text{Sr}_2\text{CaCu}_2\text{O}_{8+x}$",
            "Bi₂Sr₂CaCu₂O₈₊ₓ",
            "Bi<sub>2</sub>Sr<sub>2</sub>CaCu<sub>2</sub>O<sub>8+x</sub>",
        ),
        (r"$3z^2-r^2$", "3z²-r²", "3z<sup>2</sup>-r<sup>2</sup>"),
        (r"$x \ge 0.8$", "x ≥ 0.8", "x ≥ 0.8"),
        (r"Schr\"odinger", "Schrödinger", "Schrödinger"),
        (r"$10^{5}$", "10⁵", "10<sup>5</sup>"),
        (r"$\alpha$-Fe", "α-Fe", "α-Fe"),
        (r"$70\pm 2$", "70 ± 2", "70 ± 2"),
        (r"$n\log n$", "n log n", "n log n"),
        (r"$T_c$", "T_c", "T<sub>c</sub>"),
        (r"$\frac{1}{2}$", "1/2", "1/2"),
    ],
)
def test_required_results(source: str, text: str, html: str) -> None:
    """What the contract and the facts name as the right reading."""
    assert (to_text(source), to_html(source)) == (text, html)
