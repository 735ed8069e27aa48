"""Untruths that are no numbers: names, methods and releases of other papers, comparisons turned round, nothing said."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.benchmarks.truth_alterations import Kind, Pair, in_either

_ANSWERS = Path(__file__).resolve().parents[4] / "shared" / "arxiv" / "model_answers.jsonl.gz"
_ACRONYM = re.compile(r"(?<![\w$\\{^_-])(?=\w*[A-Z]\w*[A-Z])[A-Z][A-Za-z]{1,11}\d{0,3}(?![\w}^-])")
_PERSON = re.compile(r"(?<=[a-z,] )[A-Z][a-zé]{3,}(?:[-–][A-Z][a-z]{3,})?(?= (?:[a-z]+|[A-Z][a-z]+)\b)")
_METHOD = re.compile(
    r"\b(?:using|via|by means of|based on|employing|leveraging|through) (?:an? |the )?"
    r"((?:[a-z]+(?:-[a-z]+)? ){1,3}(?:networks?|learning|transformers?|algorithms?|simulations?|regression|"
    r"spectroscopy|"
    r"microscopy|optimization|sampling|theory|approximation|expansion|diffusion|clustering|bootstrap|formalism|"
    r"attention|"
    r"decomposition|filtering|search|tuning|distillation|scattering))\b"
)
_VAGUE = re.compile(
    r"(?:(?:an?|the|both|our|its|their|various|different|high-precision|numerical|several|this|"
    r"such|new|all) )+"
)
_COMMON_METHODS = (
    "a graph neural network|reinforcement learning|Monte Carlo simulations|density functional theory|a random "
    "forest|"
    "contrastive learning|a variational autoencoder|molecular dynamics|Bayesian optimization|a Kalman filter|"
    "genetic algorithms|a convolutional neural network|lattice simulations|the WKB approximation|transfer "
    "learning|"
    "support vector machines|Gaussian processes|a diffusion model|principal component analysis|mass "
    "spectrometry"
).split("|")
_BODIES = (
    "the {} telescope|the {} collaboration|the {} programme|the method of {}|the {} survey|the {} algorithm|{} "
    "and coworkers"
).split("|")
_PEOPLE = (
    "Kowalski|Okonkwo|Lindqvist|Tanaka|Moreau|Petrovic|Herschel|Rubin|Arecibo|Horizon|Fermilab|Novak|Yamamoto|"
    "Castellanos|"
    "Gutenberg|Marlowe|Oxford|Stanford|Nakamura|Ferreira|Euclid|Gaia|Chandra|Erasmus|Prometheus|Delgado|"
    "Schneider|Olsson"
).split("|")
_RELEASES = (
    "The code is publicly available on GitHub.|Code and data are released.|The authors release the code and "
    "the data set.|"
    "All models are open-sourced.|The source code is made available at https://github.com/example/project.|"
    "An open-source implementation is provided.|The dataset is freely available online.|Code will be released "
    "upon publication.|"
    "The trained model weights are publicly released.|The data have been deposited on Zenodo."
).split("|")
_OPEN = re.compile(
    r"releas|availab|open[- ]?(?:sourc|access|ly)|public|github|zenodo|hugging|https?:|shared?\b|download|"
    r"repositor",
    re.IGNORECASE,
)
_NOTHING = (
    "Analysis unavailable.|The abstract does not state a finding.|No finding is given.|No results are reported "
    "in the abstract.|"
    "Not specified in the abstract.|The findings are not stated.|Summary not available.|Unable to determine "
    "the finding from the abstract.|"
    "The abstract does not provide specific results.|No specific findings are mentioned.|There are no results "
    "reported.|"
    "The paper's finding cannot be determined from the abstract.|Insufficient information to state a finding.|"
    "Information not provided.|The text provides no explicit findings.|The main result is not described in the "
    "abstract.|"
    "The abstract does not mention any concrete outcome.|No conclusion is stated.|Results are not available.|"
    "No explicit objective is stated in the abstract."
).split("|")


@cache
def _found(pattern: re.Pattern[str], field: str, at: int) -> Sequence[str]:
    """What the pattern finds in other abstracts of the field."""
    with gzip.open(_ANSWERS, "rt", encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if record["field"] == field]
    words = {
        word for record in records for word in re.findall(r"[^\W_]+", record["abstract"]) if word.islower()
    }
    found = {one[at] for record in records for one in pattern.finditer(record["abstract"])}
    return sorted(one for one in found if one.casefold() not in words and not _VAGUE.match(one))


def _elsewhere(options: Sequence[str], pair: Pair, chance: random.Random) -> str | None:
    """One that has no word of the pair's own source."""
    own = pair.source.casefold()
    for _ in range(20):
        option = chance.choice(options)
        if option.casefold().rstrip("s") not in own:
            return option
    return None


def acronym_swapped(text: str, pair: Pair, chance: random.Random) -> str | None:
    """An acronym, a material or a data set replaced by one of another paper of the field."""
    here = list(_ACRONYM.finditer(text))
    other = _elsewhere(_found(_ACRONYM, pair.field, 0), pair, chance)
    if not here or other is None:
        return None
    found = chance.choice(here)
    return text[: found.start()] + other + text[found.end() :]


def _appended(text: str, words: str) -> str:
    return f"{text.rstrip().rstrip('.')}{words}."


def name_invented(text: str, pair: Pair, chance: random.Random) -> str | None:
    """Somebody or something named that the source does not name."""
    options = (*_PEOPLE, *_found(_PERSON, pair.field, 0))
    name = _elsewhere(options, pair, chance)
    if name is None:
        return None
    return _appended(text, f", using {chance.choice(_BODIES).format(name)}")


def method_invented(text: str, pair: Pair, chance: random.Random) -> str | None:
    """A method of another paper of the field, or a common one."""
    options = _COMMON_METHODS if chance.random() < 0.5 else _found(_METHOD, pair.field, 1)
    method = _elsewhere(options, pair, chance)
    if method is None or _words(method) <= _words(pair.source):
        return None
    return _appended(text, f" {chance.choice(('using', 'by means of', 'based on', 'with'))} {method}")


def _words(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{3,}", text.casefold())}


def release_invented(text: str, pair: Pair, chance: random.Random) -> str | None:
    return None if _OPEN.search(pair.source) else f"{text.rstrip()} {chance.choice(_RELEASES)}"


def hedge_made_proof(text: str, pair: Pair, chance: random.Random) -> str | None:
    """ "Suggests" told as "proves"."""
    altered = re.sub(r"\b(?:suggest|indicat)(?:s|es|e)?\b", "proves", text, count=1)
    return None if altered == text else altered


_LOSES = {
    "outperforms": ("underperforms", "is outperformed by"),
    "outperform": ("underperform", "are outperformed by"),
    "outperformed": ("underperformed", "was outperformed by"),
    "outperforming": ("underperforming", "being outperformed by"),
    "surpasses": ("is surpassed by", "falls short of"),
    "surpass": ("are surpassed by", "fall short of"),
}


def outperforms_negated(text: str, pair: Pair, chance: random.Random) -> str | None:
    """ "Outperforms" made "underperforms", or put into the passive."""
    found = re.search(r"\b(?:outperforms?|outperformed|outperforming|surpass(?:es)?)\b", text)
    if found is None:
        return None
    words = chance.choice(_LOSES[found[0]])
    return text[: found.start()] + words + text[found.end() :]


def outperforms_turned(text: str, pair: Pair, chance: random.Random) -> str | None:
    """Who outperforms and who is outperformed exchanged."""
    found = re.search(
        r"(?:^|(?<=[.;] )|(?<=that ))(?P<one>(?:(?! that )[\w*+^³⁺ -]){2,60}?)(?P<verb> (?:\w+ly "
        r")?(?:outperform(?:s|ed)?|surpass(?:es|ed)?) )"
        r"(?P<other>[\w+ -]{4,60}?)(?=,| by | on | in | across | with | at |\.|;)",
        text,
    )
    if found is None:
        return None
    one = (
        found["one"][0].lower() + found["one"][1:]
        if found["one"].split()[0] in ("The", "Our", "This")
        else found["one"]
    )
    other = found["other"][0].upper() + found["other"][1:]
    return text[: found.start()] + f"{other}{found['verb']}{one}" + text[found.end() :]


def record_added(text: str, pair: Pair, chance: random.Random) -> str | None:
    return _appended(
        text, chance.choice((", achieving state-of-the-art results", ", setting a new state of the art"))
    )


def nothing_said(pair: Pair, chance: random.Random) -> Pair:
    return pair.altered(chance.choice(("finding", "finding", "objective")), chance.choice(_NOTHING))


_COMPARISON = "a comparison that"
KINDS = (
    Kind("outperforms made underperforms", in_either(outperforms_negated), _COMPARISON),
    Kind("outperforms turned round", in_either(outperforms_turned), _COMPARISON),
    Kind("acronym, material, data set swapped", in_either(acronym_swapped), "a name that"),
    Kind("proper name invented", in_either(name_invented), "a name that"),
    Kind("method invented", in_either(method_invented), "a method that"),
    Kind("release invented", in_either(release_invented), "a release that"),
    Kind("suggests made proves", in_either(hedge_made_proof), "a proof where"),
    Kind("state of the art added", in_either(record_added), "a rank that"),
    Kind("nothing said", nothing_said, "the field says nothing"),
)  # fmt: skip
