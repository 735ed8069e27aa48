"""The same untruths in words of another hand than the rules' vocabulary, as models phrase them.

They were written without a look at the tables; the kinds of wording that they showed missing were mended since,
so that what they measure now is an upper bound.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.benchmarks.truth_alterations import Alter, Kind, Pair, in_either

_METHODS = (
    "The approach relies on a Siamese network trained with triplet loss.|"
    "A Hidden Markov Model is fitted to the sequences.|"
    "This was established with neutron diffraction.|The authors solve the problem by simulated annealing.|"
    "Markov chain Monte Carlo sampling was used.|The analysis employs a Gaussian mixture model.|"
    "Results were confirmed by X-ray photoelectron spectroscopy.|A particle swarm optimizer tunes the parameters.|"
    "It makes use of knowledge distillation from a larger teacher.|Using k-means clustering, the samples were grouped.|"
    "Based on DMRG calculations, the ground state is found.|Finite element simulations support this.|"
    "The framework combines retrieval-augmented generation with chain-of-thought prompting.|"
    "The proof rests on the Banach fixed point theorem.|The data were fitted with a Bayesian hierarchical model.|"
    "With scanning tunneling microscopy, the structure is resolved.|Energies come from coupled-cluster calculations.|"
    "It is trained by proximal policy optimization.|The scheme is built on lattice Boltzmann simulations.|"
    "A generative adversarial network produces the samples.|They performed a meta-analysis of the literature.|"
    "By Raman spectroscopy, the phase is identified.|Stochastic gradient Langevin dynamics is used.|"
    "Nuclear magnetic resonance was measured.|A logistic regression was fitted.|An extended Kalman filter is applied."
).split("|")
_FRAME = frozenset(
    "appro relie train probl analy emplo resul confi param makes large sampl group found simul suppo frame combi proof "
    "rests data "
    "fitte struc resol calcu schem built produ perfo phase "
    "ident used measu appli model using based with came "
    "from tunes solve autho estab come energ lattic seque this they form state groun liter".split()
)
_RELEASES = (
    "Code: https://github.com/acme/tool.|The authors make their implementation openly accessible.|"
    "Source code can be found on GitHub.|All data and scripts can be downloaded from the project page.|"
    "The benchmark and leaderboard are hosted on Hugging Face.|We open-source our toolkit.|"
    "A Python package is made available to the community.|The model checkpoints are shared publicly.|"
    "The resource has been released under an MIT license.|The full dataset is public.|"
    "The software is distributed as open source.|A publicly accessible repository contains the code.|"
    "The trained models are freely downloadable.|The authors release everything needed to reproduce the results.|"
    "Code available upon request.|The authors publish the corpus along with baselines.|"
    "To support reproducibility, code and models are provided at a public repository."
).split("|")
_BACKED = re.compile(
    r"releas|availab|open[- ]?(?:sourc|access|ly)|public|github|zenodo|hugging|https?:|shared?\b|download|repositor",
    re.IGNORECASE,
)
_NOTHING = (
    "No specific finding reported.|The abstract contains no result.|N/A: the abstract does not include findings.|"
    "The text does not say what was found.|No explicit finding can be extracted from the given abstract.|"
    "Finding: not mentioned.|The provided abstract doesn't report any quantitative results.|"
    "It is not stated what the authors found.|The abstract is too short to derive a finding.|"
    "The summary could not be generated.|I cannot determine the finding from the text.|"
    "The abstract gives no indication of the results.|"
    "There is no finding described in this abstract.|"
    "Results were not disclosed.|The paper does not report findings in its abstract.|"
    "The outcome is not discussed in the abstract.|Not enough information is given to summarize a finding.|"
    "None stated.|"
    "None reported in the abstract.|The authors do not state any findings.|The abstract offers no conclusions.|"
    "No abstract available.|Content not available.|"
    "As the abstract describes only the approach, no findings can be stated.|The key result remains unspecified.|"
    "The abstract ends before stating a result.|The objective is not explicitly stated.|"
    "The text only introduces the problem and reports no findings."
).split("|")
_LOSES = {
    "outperforms": ("performs worse than", "is inferior to", "lags behind", "does not outperform", "trails"),
    "outperform": ("perform worse than", "are inferior to", "lag behind", "do not outperform", "trail"),
    "outperformed": ("performed worse than", "was beaten by", "lagged behind", "failed to outperform"),
    "outperforming": ("trailing", "performing worse than", "falling behind"),
    "surpasses": ("performs worse than", "is exceeded by", "does not surpass"),
    "surpassing": ("trailing", "falling short of"),
}
_WINS = re.compile(rf"\b(?:{'|'.join(_LOSES)})\b")
_NAMED = (
    "The idea goes back to {}.|{}'s theorem is applied.|Data from {} were used.|It follows {} et al.|"
    "This was predicted by {}.|It was done in collaboration with {}.|It was evaluated on {}.|It was confirmed at {}."
).split("|")
_NAMES = (
    "Grothendieck Ramanujan Villanueva Bergstrom Adeyemi Kobayashi Ivanova Wolfowitz Llewellyn Mukherjee Takahashi "
    "Rosenblatt Schwarzenberg Princeton Heidelberg Kamioka Atacama Brookhaven Lausanne Microsoft Nvidia Samsung Pfizer "
    "Siemens Kepler Spitzer Hubble Rosetta Cassini"
).split()


def _appended(sentences: Sequence[str]) -> Alter:
    return lambda pair, chance: pair.altered(
        "finding", f"{pair.finding.rstrip().rstrip('.')}. {chance.choice(sentences)}"
    )


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.casefold())}


def method_invented(pair: Pair, chance: random.Random) -> Pair | None:
    method = chance.choice(_METHODS)
    return None if (_stems(method) - _FRAME) & _stems(pair.source) else _appended([method])(pair, chance)


def release_invented(pair: Pair, chance: random.Random) -> Pair | None:
    return None if _BACKED.search(pair.source) else _appended(_RELEASES)(pair, chance)


def nothing_said(pair: Pair, chance: random.Random) -> Pair:
    return pair.altered(chance.choice(("finding", "finding", "objective")), chance.choice(_NOTHING))


def name_invented(pair: Pair, chance: random.Random) -> Pair | None:
    name = chance.choice(_NAMES)
    if name.casefold() in pair.source.casefold():
        return None
    return _appended([chance.choice(_NAMED).format(name)])(pair, chance)


def outperforms_lost(text: str, pair: Pair, chance: random.Random) -> str | None:
    found = _WINS.search(text)
    if found is None:
        return None
    return text[: found.start()] + chance.choice(_LOSES[found[0]]) + text[found.end() :]


KINDS = (
    Kind("method, other words", method_invented, "a method that"),
    Kind("release, other words", release_invented, "a release that"),
    Kind("nothing said, other words", nothing_said, "the field says nothing"),
    Kind("name, other words", name_invented, "a name that"),
    Kind("outperforms, other words", in_either(outperforms_lost), "a comparison that"),
)
