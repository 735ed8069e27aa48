"""Invented papers without end: the same seed and number always give the same paper.

Each carries a name that no other has, in its title, its abstract and what a model says of it, so that a
summary can be told to be its own paper's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.gemini import PaperAnswer
from bot.models import Paper


@dataclass(frozen=True, slots=True)
class Invented:
    paper: Paper
    topic: str | None
    """The topic of `world.TOPICS` that it was written to match; None: no topic should match it."""
    name: str
    words: PaperAnswer
    """What a good model says of it."""


@dataclass(frozen=True, slots=True)
class _Subject:
    topic: str | None
    categories: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    abstract: tuple[str, ...]
    objective: str
    finding: str


_MICROSCOPY = _Subject(
    topic="microscopy",
    categories=(
        ("cond-mat.mtrl-sci",),
        ("physics.optics", "eess.IV"),
        ("physics.app-ph", "cond-mat.mtrl-sci"),
    ),
    titles=(
        "Electron ptychography of {name} at {angstrom} Å resolution",
        r"Strain in {name}$_{{1-x}}$O$_2$ films seen by electron microscopy",
        "Oxygen vacancies at {name} interfaces: a multislice electron ptychography study",
    ),
    abstract=(
        "The structure of {name} has been debated for {years} years.",
        r"Here we record {frames} diffraction patterns of a film {thickness} nm thick at $350^\circ\text{{C}}$ "
        "and reconstruct them by electron ptychography.",
        r"The resolution of {angstrom} Å shows {percent}\% of the oxygen sites empty, "
        r"with a displacement $\delta < {picometres}$ pm & no sign of ordering.",
        "We find that the {name} lattice relaxes within {layers} layers of the interface.",
    ),
    objective="Determine where oxygen is missing in {name} films by electron ptychography.",
    finding="At {angstrom} Å resolution {percent} % of the oxygen sites of {name} are empty; its lattice relaxes "
    "within {layers} layers of the interface.",
)
_NICKELATES = _Subject(
    topic="nickelates",
    categories=(("cond-mat.supr-con",), ("cond-mat.str-el", "cond-mat.supr-con")),
    titles=(
        r"Superconductivity of the infinite-layer nickelate {name}NiO$_2$ at {kelvin} K",
        r"Pairing in the nickelate {name}$_3$Ni$_2$O$_7$ under {gigapascal} GPa",
    ),
    abstract=(
        "Whether the nickelate {name}NiO$_2$ pairs like other oxides is open.",
        r"We measure the upper critical field of {name}$_{{0.8}}$Sr$_{{0.2}}$NiO$_2$ up to {tesla} T "
        r"and the gap $2\Delta/k_B T_c$ by tunnelling at {gigapascal} GPa.",
        "Superconductivity sets in at {kelvin} K and survives {tesla} T along the planes.",
        r"The ratio $2\Delta/k_B T_c \approx {ratio}$ of {name} exceeds that of weak coupling by {percent}\%.",
    ),
    objective="Find out how the nickelate {name}NiO₂ pairs, from its critical field and its gap.",
    finding="Superconductivity of {name} sets in at {kelvin} K and survives {tesla} T along the planes, with a gap "
    "ratio of {ratio}.",
)
_OTHERS = (
    _Subject(
        topic=None,
        categories=(("cond-mat.mtrl-sci",), ("cond-mat.supr-con", "cond-mat.mtrl-sci")),
        titles=(r"Thermal transport in {name}$_2$Te$_3$ below {kelvin} K",),
        abstract=(
            "Heat in {name} is carried by phonons and by electrons alike.",
            r"We measure the conductivity $\kappa$ between {kelvin} K and 300 K in samples {thickness} nm thick.",
            "Phonons carry {percent}\\% of the heat at {kelvin} K.",
        ),
        objective="Separate the carriers of heat in {name}.",
        finding="Phonons carry {percent} % of the heat in {name} at {kelvin} K.",
    ),
    _Subject(
        topic=None,
        categories=(("cs.LG", "stat.ML"), ("cs.CL",)),
        titles=("{name}: a language model that is right {percent}% of the time",),
        abstract=(
            "Language models are often wrong.",
            r"We train {name} on {frames} documents with the loss $\mathcal{{L}} = -\log p$ for {years} epochs.",
            "It answers {percent}\\% of the questions of a new benchmark, <b>{layers} points</b> more than others.",
        ),
        objective="Train {name}, a language model that errs less.",
        finding="{name} answers {percent} % of the questions of a new benchmark.",
    ),
    _Subject(
        topic=None,
        categories=(("math.NT",), ("hep-th", "math-ph")),
        titles=(r"On the {name} conjecture for $p \le {layers}$",),
        abstract=(
            r"We prove the {name} conjecture for all primes $p \le {layers}$.",
            r"The proof bounds $\sum_{{n<N}} \mu(n)$ by $N^{{1/2+\epsilon}}$ in {years} steps.",
        ),
        objective="Prove the {name} conjecture for small primes.",
        finding="The {name} conjecture holds for the primes up to {layers}.",
    ),
)
_AUTHORS = (
    "Ada Sample,Zoë Brontë,Jiří Novák,Mei Lin,José Ángel Paz,Olufemi Ade,Søren Kjær,Ana-Maria O'Neil".split(
        ","
    )
)
_COMMENTS = ("", "", "12 pages, 5 figures", "accepted in Phys. Rev. B; 8 pages + supplement")
_ONSETS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_FIRST_NUMBER = 50_000
"""arXiv gives out fewer than half as many numbers a month: no link leads to somebody's paper."""


def invent(seed: int, number: int, submitted: datetime, share: float = 0.6, month: str = "2611") -> Invented:
    """Paper ``number`` of the sequence ``seed``, submitted then; with ``share`` as its chance of a topic."""
    random = Random(f"{seed}/{number}")
    matches = random.random() < share
    subject = random.choice((_MICROSCOPY, _NICKELATES)) if matches else random.choice(_OTHERS)
    values = {"name": name_of(number), **_figures(random)}
    submitted = submitted.replace(microsecond=0)
    paper = Paper(
        arxiv_id=f"{month}.{_FIRST_NUMBER + number:05}",
        version=1,
        title=random.choice(subject.titles).format(**values),
        abstract=" ".join(sentence.format(**values) for sentence in subject.abstract),
        authors=tuple(random.sample(_AUTHORS, random.randint(1, 6))),
        categories=random.choice(subject.categories),
        published=submitted,
        updated=submitted,
        comment=random.choice(_COMMENTS),
    )
    words = PaperAnswer(subject.objective.format(**values), subject.finding.format(**values))
    return Invented(paper, subject.topic, values["name"], words)


def window(
    seed: int, count: int, now: datetime, *, days: float = 6.5, share: float = 0.6
) -> Iterator[Invented]:
    """``count`` papers submitted evenly over the last ``days``, the oldest first."""
    for number in range(count):
        age = timedelta(days=days) * (count - number) / count
        yield invent(seed, number, now - age, share)


def name_of(number: int) -> str:
    """A word of letters, different for every number below 24,010,000."""
    syllables = []
    for _ in range(4):
        number, rest = divmod(number, len(_ONSETS) * len(_VOWELS))
        syllables.append(_ONSETS[rest // len(_VOWELS)] + _VOWELS[rest % len(_VOWELS)])
    return "".join(syllables).capitalize()


def _figures(random: Random) -> dict[str, str]:
    return {
        "angstrom": f"0.{random.randint(21, 99)}",
        "years": str(random.randint(11, 40)),
        "frames": str(random.randint(1_001, 99_999)),
        "thickness": str(random.randint(5, 90)),
        "percent": str(random.randint(3, 88)),
        "picometres": str(random.randint(2, 60)),
        "layers": str(random.randint(5, 19)),
        "kelvin": str(random.randint(4, 96)),
        "gigapascal": str(random.randint(2, 42)),
        "tesla": str(random.randint(3, 45)),
        "ratio": f"{random.randint(3, 7)}.{random.randint(1, 9)}",
    }
