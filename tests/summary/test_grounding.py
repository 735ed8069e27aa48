"""Numbers of a summary, looked for in its abstract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.grounding import unsupported

FILMS = (
    "Films of LaNiO$_3$, 29 nm thick, raise the critical temperature from 9 K to 12.5 K "
    "at $1.8\\times10^{5}$ A/cm$^2$. "
    "A gap of $-0.3$ eV opens in 87.58\\% of 4,160 samples after 2 h at $350^\\circ$C; three annealed films, "
    "1.5 $\\mu$m wide, show a two-fold gain within $360\\pm40$ s, and $n\\geq3$ layers of SU(2) symmetry are checked "
    "by GPT-4 in 2+1 dimensions. We compare 12 layers with 5 heads, in 2019."
)


@pytest.mark.parametrize(
    "text",
    [
        "29 nm", "29-nm", "0.029 μm", "29 nanometres", "290 Å", "from 9 to 12.5 K", "9–12.5 K", "12.5 kelvin",
        "180 000 A/cm²", "180,000 A cm⁻²", "1.8e5 A/cm2", "1.8×10⁵ A/cm²", r"$1.8 \times 10^{5}$ A/cm$^2$",
        "0.18 MA/cm²",
        "−0.3 eV", "-300 meV", "87.58 %", "87.58 percent", "87.58 percentage points", "0.8758", "4160 samples",
        "4 160 samples",
        "120 min", "2 hours", "350 °C", "350 degrees Celsius", "3 annealed films", "three films", "1500 nm",
        "1.5 microns",
        "doubled", "twofold", "2×", "2 times", "360 ± 40 s", "6 minutes", "n ≥ 3", "SU(2)", "GPT-4", "GPT4",
        "LaNiO₃",
        "(2+1)-dimensional", "12 layers", "twelve layers", "5 heads", "2019", "about 88%", "nearly 88 %",
        "over 87%", "~90 %",
        "more than 4,100 samples", "half of them", "the first", "for the second time", "a single film",
    ],
)  # fmt: skip
def test_another_writing_of_a_number_is_found(text: str) -> None:
    """Spelling, unit prefix, percent or fraction, words, and rounding that is said do not matter."""
    assert unsupported(text, FILMS) == ()


@pytest.mark.parametrize(
    "text",
    [
        "28 nm", "29 μm", "29 mm", "2.9 nm", "290 nm", "29 K", "12.5 nm", "1.8×10⁶ A/cm²", "1.8×10⁻⁵ A/cm²",
        "1.8×10⁵ A/m²",
        "0.3 eV", "-0.3 meV", "87.57 %", "8.758 %", "88 %", "about 80 %", "4,161 samples", "416 samples",
        "87.58 samples",
        "4160 %", "2 min", "350 K", "thirteen films", "1.6 μm", "fourfold", "360 ± 41 s", "SU(3)", "GPT-5",
        "LaNiO₄", "(3+1)-dimensional",
        "5 layers", "12 heads", "2018", "ResNet-50", "nine films", "more than 5,000 samples",
    ],
)  # fmt: skip
def test_a_falsified_number_is_not_found(text: str) -> None:
    """A digit, a point, an exponent, a sign, a prefix, a unit or the thing counted: each is noticed."""
    assert unsupported(text, FILMS)


SURVEY = (
    "We measure 1,000 samples at 350 $^\\circ$C, with $0.5 \\pm 0.1$ nm and $p < 0.01$, 5% better than before. Doses "
    "fell from 3.2e4 to 180 000 electrons; 2.5 million galaxies have $(1.2^{+0.3}_{-0.2})\\times10^{12} M_\\odot$, "
    "seen by a 1024$\\times$768 detector, which is a 2x gain in speed on three benchmarks."
)


@pytest.mark.parametrize(
    "text",
    [
        "one thousand samples", "a thousand samples", "1000 samples", "10³ samples", "thousands of samples",
        "several hundred samples", "350 degrees C", "350 C", "350℃", "0.5 plus or minus 0.1 nm", "p<.01",
        "five per cent", "a factor of two", "twice as fast", "twofold", "32,000 electrons", "3.2×10⁴ electrons",
        "180 thousand electrons", "two and a half million galaxies", "2.5M galaxies", "1.2 × 10^12 solar masses",
        "1.2×10¹² M⊙", "1024x768", "1024-by-768",
    ],
)  # fmt: skip
def test_harmless_writings_are_not_refused(text: str) -> None:
    """What a model may write for a number of the abstract, in letters, on a typewriter or rounded in words."""
    assert unsupported(f"The study found {text} in this work.", SURVEY) == ()


@pytest.mark.parametrize(
    "text",
    [
        "two thousand samples", "one million samples", "a million samples", "a hundred samples", "350 degrees F",
        "ten thousand samples", "0.5 plus or minus 0.2 nm", "p < 0.05", "six per cent", "a factor of three",
        "threefold", "3x", "33,000 electrons", "32 electrons", "two million galaxies", "250,000 galaxies",
        "1.2 × 10^11 solar masses", "1.3×10¹² M⊙", "1024x769",
    ],
)  # fmt: skip
def test_false_numbers_are_noticed_in_any_writing(text: str) -> None:
    """Letters and typewriter forms hide no number; a multiple is no count of something else."""
    assert unsupported(f"The study found {text} in this work.", SURVEY)


def test_what_is_missing_is_named_as_written_and_once() -> None:
    """The complaint can quote the number with its unit."""
    assert unsupported("It is 28 nm wide, 28 nm high and 10^7 K hot.", FILMS) == ("28 nm", "10^7 K")


def test_a_formula_may_stand_for_the_name_of_the_compound() -> None:
    """An abstract on tin dioxide may be summarised with SnO₂; one on SnO₂ not with SnO₃."""
    assert unsupported("SnO₂ particles", "Particles of tin dioxide degrade the dye.") == ()
    assert unsupported("SnO₃ particles", "Particles of SnO$_2$ degrade the dye.") == ("SnO3",)


def test_a_list_may_be_counted() -> None:
    """ "Three substrates" is no invention where three are named."""
    source = "We grow films on SrTiO, LaAlO, and sapphire; (i) growth, (ii) annealing, (iii) imaging, (iv) transport."
    assert unsupported("Films on three substrates in four steps.", source) == ()
    assert unsupported("Films on seven substrates.", source) == ("seven",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In 87,58 % von 4.160 Proben, nach 2 Stunden bei 350 °C", "de"),
        ("dans 87,58 % des 4 160 échantillons, après 2 heures", "fr"),
        ("4160个样品中有87.58%", "zh"),
        ("ten raz one once sex", "pl"),
    ],
)
def test_other_languages_write_numbers_their_way(text: str, language: str) -> None:
    """A decimal comma and units in words are understood, and foreign words are not taken for numbers."""
    assert unsupported(text, FILMS, language=language) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [("In 86,58 % der Proben", "de"), ("4170个样品", "zh"), ("28 nm", "fr"), ("29 μm", "de")],
)
def test_falsified_numbers_are_noticed_in_other_languages(text: str, language: str) -> None:
    """Leniency with units does not extend to values."""
    assert unsupported(text, FILMS, language=language)


def test_a_percentage_torn_by_a_space_is_mended() -> None:
    """Some abstracts have "82. 5%"."""
    assert unsupported("selected by 82.5% of readers", r"with a rate of 82. 5\% by readers") == ()


@given(
    st.decimals(min_value="0.01", max_value="99999", places=2),
    st.sampled_from(["nm", "K", "eV", "GHz", "%", "kg", "Mpc"]),
)
def test_a_quantity_is_found_in_its_own_text(value: object, unit: str) -> None:
    """Whatever is stated is supported by the same statement."""
    assert unsupported(f"It is {value} {unit}.", f"We measure {value} {unit} at best.") == ()


@given(st.integers(10, 9999), st.integers(1, 9998))
def test_another_integer_is_never_found(value: int, step: int) -> None:
    """A count changed by any amount is noticed."""
    assert unsupported(f"We study {value + step} patients.", f"We study {value} patients.")


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_pair_of_texts_is_taken(text: str, source: str) -> None:
    """It never fails, and a text never contradicts itself."""
    unsupported(text, source)
    assert unsupported(source, source) == ()


@pytest.mark.parametrize(
    "number",
    [
        "9" * 400,
        "about " + "9" * 400,
        "10^" + "9" * 5000,
        "1e99999",
        "5^-9999",
        "1/0",
        "1." + "0" * 400 + "1(4)",
    ],
)
def test_absurd_numbers_are_taken(number: str) -> None:
    """A hostile abstract can't make the comparison fail."""
    assert unsupported(f"It has {number} layers.", f"It has {number} layers, over {number} nm.") == ()
    assert unsupported(f"It has {number} layers, about 5 nm.", "It has 12 layers.")


def test_a_part_of_what_was_named_may_be_named_again() -> None:
    """ "Six of them" are readers when readers were spoken of, whatever other number stands beside the noun."""
    source = "We submit titles to nine popular feed readers. Six of them lose text after the first bracket."
    assert not unsupported("Six readers lose text after the first bracket.", source)
    assert unsupported("Seven readers lose text after the first bracket.", source)
