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
        "−0.3 eV", "-300 meV", "87.58 %", "87.58 percent", "0.8758", "4160 samples",
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
        "87.58 samples", "87.58 percentage points", "87.58 pp",
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


@pytest.mark.parametrize(
    ("text", "source"),
    [
        # notation
        ("decay of ⁷⁶Ge", "Searching for $0\\nu\\beta\\beta$ decay in$^{76}$Ge with detectors."),
        ("(1.2 ± 0.3 ± 0.1) GeV", "a mass of $(1.2 \\pm 0.3_{\\rm stat} \\pm 0.1_{\\rm syst})$ GeV"),
        ("(1.83 ± 0.15_stat ± 0.09_syst)×10⁻³", "a rate $(1.83\\pm0.15\\pm0.09)\\times10^{-3}$"),
        ("a current in 2+1D", "In 2 + 1 dimensions, a current arises."),
        ("D = 3 and D = 4", "It holds for $D=3$ and 4."),
        ("n^{-1/2}", "a rate of order $n^{-\\frac12}$"),
        ("98.6⁺¹·⁴₋₉.₄%", "the boundary of the $98.6^{+1.4}_{-9.4}\\%$ region"),
        ("F₀.₅ of 50.99", "It reaches 50.99 $F_{0.5}$."),
        ("(2.04 ± 0.02)%", "We find $(2.04 \\pm 0.02_{\\rm stat.})\\%$."),
        ("[883(22) - i 20(13)] MeV", "a pole at $[883(22) -i20(13)]$ MeV"),
        ("masses in [10⁻²⁴, 10⁻¹²] eV", "for $m \\sim 10^{-24}$--$10^{-12}$ eV"),
        ("10¹⁰–10³⁰", "a number of $10^{10-30}$"),
        ("u^(-4/3)", "the equation $u_t = (u^{- 4/3} u_x)_x$"),
        ("a coupling of about 10⁻²⁶", "couplings $\\alpha\\sim\\mathcal{O}(10^{-26})$"),
        # what a formula says in signs
        ("θ₁₃ ≠ 0 at order 1/N", "a nonzero reactor angle beyond the planar limit"),
        ("over the whole q² range", "over the whole kinematic range"),
        ("4D gravity at 6PN", "four-dimensional gravity at sixth post-Newtonian order"),
        ("improved 100×", "improved by two orders of magnitude"),
        # shares and counts
        ("11 out of 15 cases", "in 11/15 cases"),
        ("23 out of 28 models", "It converted 23/28 models (textures)."),
        ("20 models differ", "Across 26 models, 20 out of 26 models differ."),
        ("20 models of 26 LLMs", "with 20 out of 26 models exhibiting a difference"),
        ("two lessons", "In seven lessons, two out of seven lessons showed gains."),
        ("five topics", "Of 166 topics, five were associated with it."),
        ("eight models", "experiments on eights models"),
        ("(1) a method; (2) a proof; 3) a test", "a method, a proof and a test"),
        ("3rd place", "Ranked 2nd place in one and 3rd in another."),
        # units in words and in one's own order
        ("a 5.6 point gain", "improves MMLU by 5.6 over DCLM"),
        ("18.0 points in accuracy", "improves accuracy by 18.0"),
        ("10-20 points", "boosts performance by 10-20 performance points"),
        ("up to 1500x", "ratios up to x1500 exist"),
        ("6 to 300 times", "speedups of 6~300x"),
        ("over 900 million nodes", "with 900+ million nodes"),
        ("1.7 million captions", "1.7m creative captions"),
        ("by 49.5%", "improving by49.5% over models"),
        ("7-22%", "lower by7-22% for data"),
        ("18.3 letters/min", "speeds were 18.3+-5.31 letters/min"),
        ("82.3%", "accuracies of 82.3+7.1% on DEAP"),
        ("50,000 papers", "on 50.000 research papers"),
        ("1,475 participants", "a study with 1.475 participants"),
        ("1.3 million subtitles", "accompanied by 1,3~M subtitles"),
        ("BLEU-4 of 23.5 and 73.2% accuracy", "a BLEU-4 score of 23.5 and achieves 73.2% accuracy"),
        ("an F1 of 73.8 on boundaries", "73.8% F1 on boundaries"),
        ("from 31.49% to 49.83%", "from 31.49 to 49.83"),
        ("83.3% success", "Findings include: -83.3% success in problems."),
        ("±0.5°C", "small (+-0.5 deg C)"),
        ("about 8-9%", "by 7.84% and 9.12%"),
        # names
        ("GPT-4o beats Llama-3", "gpt-4o beats llama-3"),
        ("GPT-4.1's pass@1", "GPT-4.1 increases its pass@1"),
        ("ISO 30401", "an ISO30401-compliant system"),
        ("larger 70B models", "a 7B model outperforms prior 70B-class systems; our 7B models"),
        ("deviations ≤ 0.1%", "effects at the permille level"),
        ("corrections of 1%", "percent-level effects"),
        ("H → 4ℓ", "the Higgs decay into four leptons"),
        ("phantom regimes (w < −1)", "allowing for phantom regimes"),
        ("rank-2 Killing tensors and 1-forms", "Killing tensors and forms are found"),
        ("Delta(3n²)", "a flavour symmetry, Delta (3 n^2)"),
        # what a field says in a word
        (
            "in 1+1D and in 2+1D",
            "gauge theories in $d+1$ dimensions. For $d = 1$ it flows; for $d=2$ it confines.",
        ),
        ("discovery-level sensitivity (5σ)", "discovery-level sensitivity can be achieved"),
        ("an SU(3) flavour symmetry", "decays of three flavours"),
        ("effective 4D gravity", "the external spacetime"),
        ("a U(1) symmetry", "critical phenomena in the $O(2)$ model"),
        ("an index T_3 and a_2", "an index and a coefficient"),
        ("a 3D bulk", "dual to strings on $AdS_3 \\times S^3\\times T^4$"),
        ("3D Gaussian splatting", "We speed up 3DGS."),
        ("3D physics", "in $2+1$ dimensions"),
        ("all three tasks", "We compare three kinds of tasks."),
        ("all three amplitudes", "Amplitudes from lattices: three of these agree at one spacing."),
        ("a gain of 200%", "a twofold gain"),
        ("all 91 events", "the 91 signals, henceforth called events; these include 42 events from O4a"),
        ("all three experiments", "The agreement between all three J/\\ensuremath\u03c8 data sets is good."),
        (
            "four ratios",
            "\\begin{align} &a &&= 0.578 &&\\pm 0.007, &b &&= 0.13, &c &&= 0.269, &d &&= -0.0303 \\end{align}",
        ),
        # publishers' abstracts
        ("10⁻⁶ S cm⁻¹", "a conductivity of 10 −6 S cm −1"),
        ("558 mA cm⁻² over 3 cm²", "558 mA cm −2 over 3 cm 2"),
        ("an age of 46.2 ± 11.3 years", "mean age 46.2 ± 11.3 y"),
        ("67.4 km/s/Mpc", "$H_0 = 73.04$ km s$^{-1}$ Mpc$^{-1}$, in tension with 67.4"),
        ("3.2 km/s", "at 3.2 km s-1, with slip"),
        ("15 vol% of filler", "containing 15 vol % filler"),
        ("190 cm³(STP)/cm³", "a capacity of 190 cm 3 (STP) cm −3 at 298 K"),
        (
            "(1.00 ± 0.05) × 10⁻¹⁰ cm³ molecule⁻¹ s⁻¹",
            "k(298 K) = (1.00 ± 0.05) × 10 −10 cm 3 molecule −1 s −1 .",
        ),
        ("1200 m² g⁻¹", "a surface of 1200 m 2 g −1"),
        ("3.5 × 10⁴ cycles of SnO₂", "SnO 2 lasts 3.5 × 10 4 cycles"),
    ],
)
def test_a_true_number_is_found_however_the_abstract_has_it(text: str, source: str) -> None:
    """Notation, shares, units in words, names, and the scripts that a publisher lost refuse no true answer."""
    assert unsupported(f"The study gives {text}.", source) == ()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("12 percentage points", "improves by 12%"),
        (
            "12 pp",
            "It rose by 12 percent; 40 data points were used in a wholly different and later analysis of errors.",
        ),
        ("11 out of 16 cases", "in 11/15 cases"),
        ("t^(1/2)", "a scale factor that grows in time"),
        ("10⁻⁶ S cm⁻¹", "a conductivity of 10 −5 S cm −1"),
        ("n^{-1/3}", "a rate of order $n^{-\\frac12}$"),
        ("SnO₃", "SnO 2 lasts"),
        ("deviations ≤ 0.1%", "percent-level effects"),
        ("w < −1", "we find w < -2"),
        ("rank-2 tensors", "rank-3 tensors are found"),
        ("gpt-5", "gpt-4o beats llama-3"),
        ("in 3+1D", "gauge theories in $d+1$ dimensions. For $d = 2$ it confines."),
        ("a discovery (5σ)", "evidence at 3σ"),
        ("an SU(3) symmetry", "an SU(5) symmetry"),
        ("4D gravity", "three-dimensional gravity"),
        ("4D gravity", "gravity on four data sets"),
        ("all 6D models", "3D models on six benchmarks for 3D data"),
        ("3D scenes", "We reconstruct scenes."),
        ("in five dimensions", "We reconstruct scenes from five images."),
        ("in 2+1 dimensions", "a theory of gravity"),
        ("an SU(3) symmetry", "decays of heavy particles"),
        ("a U(1) symmetry", "a gauge theory"),
        ("a Z_2 symmetry", "a gauge theory"),
        ("the ℤ₃ orbifold", "a gauge theory"),
        ("rank-2 adapters", "adapters of low rank"),
        ("1-forms", "in the form of a series"),
        ("all 42 signals", "the 91 signals include 42 events"),
        ("all 12 tasks", "We compare 12 models on several tasks."),
        ("each of the 12 tasks", "We compare 12 models on several tasks."),
        ("a gain of 700%", "a gain on 7 tasks"),
        ("a ≪ -1", "metrics with a << 1"),
        ("arXiv:1806.08723", "shown in arXiv:1806.08720"),
        ("0.43 ms", "within 25ms a turn (d=0.43)"),
        ("31.6 GB", "FID falls from 62.7 to 31.6, memory from 84 GB to 38 GB"),
        ("67.4 eV", "$H_0 = 73.04$ km s$^{-1}$ Mpc$^{-1}$, in tension with 67.4"),
        ("3 J", "three J/ψ data sets"),
        ("p < 0.05", "p < 0.01 for 5% of them"),
        ("50 papers", "on 5.000 research papers"),
        ("(2.97 ± 0.23)×10⁻³", "B = $(2.97\\pm0.23)$"),
    ],
)
def test_a_kind_of_writing_lets_no_false_number_pass(text: str, source: str) -> None:
    """What each of those kinds reads otherwise, it still reads."""
    assert unsupported(f"The study gives {text}.", source)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Drops by 5%.", True),
        ("By 5% the yield drops.", True),
        (
            "It drops by 5% in oxygen, as it does in all of the other gases that were put into the chamber.",
            True,
        ),
        (
            "In oxygen, and in all of the other gases that were ever put into the chamber, by 5% it drops.",
            True,
        ),
        ("It changes by 5%.", False),
        ("It drops in all of the other gases that were ever put into the chamber; here it is 5%.", False),
        ("A lower yield, y = 5%, is seen.", False),
    ],
)
def test_a_fall_is_a_negative_number_where_it_is_said_nearby(text: str, found: bool) -> None:
    """ "Falls by 5%" says what −5% says; an equation has a sign of its own."""
    assert (unsupported(text, r"a change of $-5\%$ is seen") == ()) is found


def test_only_what_no_reading_of_a_comma_supports_is_refused() -> None:
    """In German it is a decimal comma, but who writes as in English is not refused for that."""
    found = unsupported("Bei 12,500 K, 28 nm und 31 nm", "At 12,500 K.", language="de")
    assert found == ("28 nm", "31 nm")


@pytest.mark.parametrize(
    ("language", "found"),
    [("en", False), ("en-GB", False), ("zh", False), ("ja-JP", False), ("de", True), ("de-AT", True)],
)
def test_a_comma_is_a_decimal_point_only_where_the_language_has_it_so(language: str, found: bool) -> None:
    """In English 12,500 K is a thousand times the 12.5 K of the abstract."""
    assert (unsupported("12,500 K", "At 12.5 K.", language=language) == ()) is found
