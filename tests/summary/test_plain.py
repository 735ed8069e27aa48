"""One notation for TeX and Unicode."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.plain import plain


@pytest.mark.parametrize(
    ("written", "linear"),
    [
        (r"$1.8\times10^{5}$", "1.8×10^(5)"),
        ("1.8×10⁵", "1.8×10^(5)"),
        (r"1.8 \times 10^5", "1.8×10^(5)"),
        ("1.8 ⋅ 10⁻⁵", "1.8 · 10^(-5)"),
        ("MoS$_2$", "MoS_(2)"),
        (r"$\text{MoS}_2$", "MoS_(2)"),
        ("MoS₂", "MoS_(2)"),
        (r"$350^\circ\text{C}$", "350°C"),
        ("350℃", "350°C"),
        (r"$\mu$m", "μm"),
        ("\u00b5m", "μm"),
        (r"10{,}000", "10,000"),
        (r"10\,000", "10 000"),
        (r"$558 \text{ mA cm}^{-2}$", "558 mA cm^(-2)"),
        (r"$\sim 63$ K", "≈63 K"),
        ("~63 K", "≈63 K"),
        ("63~K", "63 K"),
        (r"$\frac{1}{2}$", "1/2"),
        (r"$\frac12$", "1/2"),
        (r"$5.1^{+0.3}_{-0.2}$ Gyr", "5.1^(+0.3)_(-0.2) Gyr"),
        ("ℤ₂", "Z_(2)"),
        (r"$\mathbb{Z}_2$", "Z_(2)"),
        (r"\SI{5}{\nano\metre}", "5 nm"),
        ("٣٥٪", "35%"),
        (r"$10^{12}\,M_\odot$", "10^(12) M_(⊙)"),
        (r"$8\pi$ such", "8π such"),
        (r"$(1.2\pm0.3)\times10^{-5}$", "1.2×10^(-5) ± 0.3×10^(-5)"),
        (r"$1.2^{+0.3}_{-0.2}\times 10^{12}\,M_\odot$", "1.2×10^(12) ± 0.3×10^(12) ± 0.2×10^(12) M_(⊙)"),
        ("10^12 M_sun", "10^(12) M_(⊙)"),
        ("1.8 X 10**5", "1.8×10^(5)"),
        ("1024x768", "1024×768"),
        ("0.5 plus or minus 0.1 +/- 0.2", "0.5 ± 0.1 ± 0.2"),
        ("US$3,500", "3,500"),
    ],
)
def test_spellings_of_one_thing_become_one(written: str, linear: str) -> None:
    """TeX, Unicode and typewriter forms of a number, a formula or a unit end as the same text."""
    assert plain(written) == linear


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    """Nothing that can stand in an abstract makes it fail, and the result is one line."""
    assert "\n" not in plain(text)


@given(st.from_regex(r"[A-Za-z0-9 .,;%()]{0,80}", fullmatch=True))
def test_plain_words_are_left_alone(text: str) -> None:
    """A text without formulas keeps every word."""
    assert plain(text).split() == text.split()


def test_no_dollar_is_left_in_real_abstracts(shared: Path) -> None:
    """Formulas of real abstracts lose their delimiters and their braces."""
    with gzip.open(shared / "arxiv/papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [plain(json.loads(line)["abstract"]) for line in islice(lines, 300)]
    assert sum("$" in text or "{" in text for text in texts) < 6
