"""Methods that an answer has and its paper has not: "using a graph neural network" where there is none.

The table ``methods.tsv`` has one method a row, and the beginnings of words or phrases by which a text may
show it. What the table lacks is looked at only where an answer says that it was used, and counts as
strange only when none of its words is the source's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.summary.plain import plain

_ROWS = Path(__file__).with_name("methods.tsv").read_text(encoding="utf-8").splitlines()[1:]
_SHOWN_BY = {method: tuple(cues.split("|")) for method, cues in (row.split("\t") for row in _ROWS)}
_EXACT = 3
"""Letters; a cue no longer than this is an acronym and must be the whole word, or its plural."""
_KNOWN = re.compile(rf" ({'|'.join(sorted(map(re.escape, _SHOWN_BY), key=len, reverse=True))})s?(?= )")
_USED = re.compile(
    r"\b(?:using|via|with|through|by means of|employing|leveraging|utili[sz]ing|applying|based on|combining|"
    r"uses?|used|"
    r"employs?|trains?|trained|builds? on|relies on|introduces?|integrat(?:es|ing)) "
    r"(?:(?:an?|the|its|their|new|novel|both) )*"
    r"(?P<own>(?:[\w-]+ ){1,4})"
    r"(?P<head>networks?|learning|transformers?|algorithms?|simulations?|regressions?|classifiers?|"
    r"autoencoders?|clustering|"
    r"spectroscop(?:y|ies)|microscop(?:y|ies)|tomography|diffraction|chromatography|interferometry|"
    r"spectrometry|"
    r"voltammetry|crystallography|calorimetry|lithography|epitaxy|forests?|filters?|filtering|annealing|"
    r"sampling|"
    r"optimi[sz]ation|programming|transforms?|renormali[sz]ation|ansatz|approximations?|expansions?|"
    r"perturbation theory|"
    r"theor(?:y|ies)|bootstrap|scattering|formalism|diffusion|decomposition|search|distillation|calculations?|"
    r"spectra|imaging|"
    r"integration|inference|kernels?|embeddings?|prompting|augmentation|quantization)\b"
)
_VAGUE = frozenset(
    "a additional advanced also an analytical and approximate are as aware based best better between both by "
    "combined computational conventional current custom data dedicated detailed different direct driven "
    "effective efficient even exact existing experimental explicit extensive fast for four from full further "
    "general guided high human hybrid improved in innovative into is its joint large limited low model models "
    "modern more most multiple new no novel numerical of on only optimal or other our over previous prior "
    "proposed real rigorous robust several simple single small specialized specific standard strong such "
    "systematic tailored task tasks than that the their theoretical these this those three through to "
    "traditional two under using various was weak were which with without".split()
)
_STEM = 5


def strange_methods(text: str, source: str) -> tuple[str, ...]:
    """The methods in ``text`` that ``source`` does not show, in lower case, each once. English only."""
    ground, spaced = _spaced(source), _spaced(text)
    known = [found[1] for found in _KNOWN.finditer(spaced) if not _shows(ground, found[1])]
    return tuple(dict.fromkeys([*known, *_unheard_of(text, ground)]))


def _shows(ground: str, method: str) -> bool:
    words = method.split()
    return (
        f" {method}" in ground
        or all(f" {word[:_STEM]}" in ground for word in words if word not in _VAGUE)
        or any(_has(ground, cue) for cue in _SHOWN_BY[method])
    )


def _has(ground: str, cue: str) -> bool:
    if len(cue) > _EXACT or " " in cue:
        return f" {cue}" in ground
    return f" {cue} " in ground or f" {cue}s " in ground


def _unheard_of(text: str, ground: str) -> list[str]:
    found = []
    for use in _USED.finditer(plain(text).casefold()):
        own = [part for word in use["own"].split() for part in word.split("-") if part]
        telling = [word for word in own if word not in _VAGUE and len(word) > 2]
        if _KNOWN.search(f" {' '.join(own)} {use['head']} "):
            continue
        if telling and not any(word[:_STEM] in ground for word in telling):
            found.append(f"{' '.join(own)} {use['head']}".removeprefix("of "))
    return found


@lru_cache(maxsize=64)
def _spaced(text: str) -> str:
    """Its words in lower case between spaces, hyphens resolved."""
    words = re.findall(r"[^\W_]+", plain(text).casefold())
    return f" {' '.join(words)} "
