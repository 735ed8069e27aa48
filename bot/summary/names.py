"""Names that an answer has and its paper has not: acronyms, materials, data sets, people, telescopes.

A name is a word with two capitals (``LoRA``, ``SrTiO3``) or a capitalised word within a sentence. It counts as
present in whatever form the source has it: plural, hyphen, case, TeX, part of a longer name, its initials
for the words or the words for their initials. Outside knowledge that says nothing new passes by the
table ``names.tsv``: a name and the words beside which it may stand (``*``: anywhere). English only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from bot.summary.elements import spelt_out
from bot.summary.plain import plain

_ROWS = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()[1:]
_MAY_STAND_BESIDE = {name: cues.split("|") for name, cues in (row.split("\t") for row in _ROWS)}

_TOKEN = re.compile(r"[^\W_]+(?:['’´][^\W\d_]+)?")
_ENDING = re.compile(r"['’´]\w*$")
_SUBSCRIPT = re.compile(r"_\((\d{1,3})\)")
_SYMBOL = re.compile(r"[a-z][A-Z]{1,2}|[A-Z]{0,3}I{2,3}|.*[^\x00-\x7f].*")
"""``sNN``, class ``DIII``, ``Tμν``: notation, no names."""
_INDEX = re.compile(r"(?<![^\W\d_])[^\W\d_]_\($")
"""Before the ``NN`` of ``√s_(NN)`` and the ``DM`` of ``Ω_(DM)``: a symbol's index, no name."""
_LATIN = re.compile(r"[A-Za-z\u00c0-\u017e]+")
_GROUP = re.compile(r"[A-Z]{1,4}\(\w")
"""``SU(3)``, ``ISO(1,3)``: groups. Their numbers are looked at elsewhere."""
_ENDS = re.compile(r"(?:^|[.!?:;|•]|\d\)|\([ivx]+\))[\s\"“‘'(\[]*$")
"""What stands before the first word of a sentence or an item, whose capital says nothing."""
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_NEARBY = 160
"""Characters before and behind a name that tell how it is used."""
_LONGEST_RUN = 6
_LONGEST_ACRONYM = 5
"""Letters; what is longer and ends like a word may be one in capitals."""
_LABEL = re.compile(r"-(?!\w)")
"""After ``OBJ`` in ``OBJ-2611.04201``, of which the paper's own id was taken away."""
_PREFIXED = re.compile(
    r"(quasi|super|ultra|multi|photo|electro|micro|nano|hyper|semi|anti|non|trans|inter|intra|auto|pre|post|"
    "meta|mono|poly|bi|tri|magneto|thermo|spectro|cyber|cross|self|sub|de|co|un|bio|geo|neuro|hydro|radio|"
    "chromo|vector|back)(.{4,})"
)
_SMALL = frozenset("a an and as at by for from in into of on or over the to via with".split())
_BODY = re.compile(
    r"^(?:[-–/ ]?[A-Z]\w++){0,3}(?:['’]s)? (?:space )?(?:telescopes?|collaborations?|programmes?|program|"
    r"surveys?|satellites?|observator(?:y|ies)|missions?|"
    r"consortium|project|initiative|laborator(?:y|ies)|institute|university|foundation|algorithms?|"
    r"team|spacecraft|and (?:coworkers|colleagues|collaborators)|et al)\b",
    re.IGNORECASE,
)
_BY_WHOM = re.compile(
    r"\b(?:method|algorithm|approach|procedure|scheme|recipe|technique|work|proposal|proposed|introduced|"
    r"developed) (?:of|by|due to) $"
    r"|\b(?:(?:goes|dates|traced|going) back to|(?:predicted|conjectured|formulated|suggested) by|data (?:from|of|by)|"
    r"(?:collaborat\w+|partnership|together|cooperation) with|"
    r"(?:evaluated|tested|confirmed|measured|performed|conducted|validated|benchmarked) (?:on|at|by|with)|"
    r"following|after) (?:the )?$",
    re.IGNORECASE,
)
"""What shows that a name is somebody's or a body's: no outside knowledge excuses it."""
_ORDINARY = re.compile(
    r"(?:tion|sion|ment|ness|ity|ing|ed|ly|ous|ive|able|ible|ical|ance|ence|ology|ism|ists?|ions|ments|ics|ers|"
    r"ors|al|ful)$"
)
"""Endings of words that an answer may write with a capital without naming anybody."""
_WORDS = frozenset(
    "able abstract accuracy agent agents algorithm also and answer approach based benchmark beyond black body "
    "both but can certain challenge code computer data dataset datasets deep degree density design early "
    "energy equation error exact example experts fake field finding findings first flow for force framework "
    "free from full generalized graph group has here high hole image it its key language large layer let "
    "level light logic long low machine many marker mass matrix matter may memory method methods mode model "
    "models more most multi network networks neural new node non nor not novel objective objectives one only "
    "open order our over paper path phase point policy power problem programs prompt proof pure quantum "
    "question rate real result results reward robot root rule safe sample scale score search second self semi "
    "short show shows single small smart space speech standard star state step strong structure study summary "
    "system systems task tasks tensor test text that their theorem theory there these this three thus time "
    "title token tool tools top towards transfer tree trust two type under use user uses value vector via "
    "video vision visual wave weak web what when while wide with word world yes yet zero".split()
)
_FEWEST = 3
"""Letters of a capitalised word that is looked at, and of an acronym whose letters may be initials anywhere."""


def strange_names(text: str, source: str) -> tuple[str, ...]:
    """The names in ``text`` that nothing in ``source`` explains, as written, each once."""
    ground = _ground(source)
    linear = _linear(_ADDRESS.sub(" ", text))
    strange = (
        name
        for name, is_body in dict.fromkeys(_names(linear))
        if not ground.knows(name, linear, is_body=is_body)
    )
    return tuple(dict.fromkeys(strange))


def _linear(text: str) -> str:
    """``text`` in linear notation; accents are left out, as TeX and keyboards write them in many ways."""
    linear = _SUBSCRIPT.sub(r"\1", plain(text))
    if linear.isascii():
        return linear
    return "".join(c for c in unicodedata.normalize("NFD", linear) if not unicodedata.combining(c))


def _names(linear: str) -> Iterator[tuple[str, bool]]:
    """Each name, and whether it is used as that of a person or a body."""
    for token in _TOKEN.finditer(linear):
        if token[0].islower():
            continue
        word = _ENDING.sub("", token[0])
        if _LABEL.match(linear, token.end()) or (word.isupper() and _is_ordinary(word)):
            continue
        before = linear[max(0, token.start() - _NEARBY) : token.start()]
        behind = linear[token.end() : token.end() + _NEARBY]
        if _INDEX.search(before):
            continue
        is_body = bool(_BODY.match(behind) or _BY_WHOM.search(before))
        capitals = sum(letter.isupper() for letter in word)
        if capitals >= 2 and not _SYMBOL.fullmatch(word) and not _GROUP.match(linear, token.start()):
            yield word, is_body
        elif capitals == 1 and word[0].isupper() and len(word) >= _FEWEST and _LATIN.fullmatch(word):
            if _is_ordinary(word):
                continue
            begins = _ENDS.search(before) is not None
            if not begins or token[0] != word or behind.startswith(" et al."):
                yield word, is_body


def _is_ordinary(word: str) -> bool:
    lower = word.casefold()
    return lower in _WORDS or (len(lower) > _LONGEST_ACRONYM and _ORDINARY.search(lower) is not None)


class _Ground:
    """The words of a source, by all the ways in which a name may be one of them."""

    def __init__(self, source: str) -> None:
        linear = re.sub(r"['’´]s\b", "", _linear(source))
        tokens = re.findall(r"[^\W_]+", linear)
        words = [token.casefold() for token in tokens]
        self.spaced = f" {' '.join(words)} "
        self._words = words
        self.words = frozenset(words)
        parts = [part for word in words for part in _parts(word)]
        full = "".join(part[0] for part in parts)
        content = "".join(part[0] for part in parts if part not in _SMALL)
        plain_initials = "".join(word[0] for word in words if word not in _SMALL)
        self.initials = f"{full} {content} {plain_initials}"
        self.acronyms = {
            token.rstrip("s").casefold() for token in tokens if sum(map(str.isupper, token)) >= 2
        }

    @cached_property
    def runs(self) -> frozenset[str]:
        """Neighbouring words written together."""
        words = self._words
        return frozenset(
            "".join(words[at : at + length])
            for at in range(len(words))
            for length in range(2, min(_LONGEST_RUN, len(words) - at) + 1)
        )

    def knows(self, name: str, text: str, *, is_body: bool) -> bool:
        forms = _forms(name)
        return (
            any(map(self._has, forms))
            or any(self._has_beside(form, is_body=is_body) for form in forms)
            or spelt_out(name, self.spaced)
            or self._abbreviates(name, text)
        )

    def _has(self, form: str) -> bool:
        key = form.casefold()
        if key in self.words or key in self.runs:
            return True
        if sum(map(str.isupper, form)) >= 2:
            return (
                (len(key) >= 2 and key.isalpha() and key in self.initials)
                or (len(key) >= _FEWEST and any(word.startswith(key) for word in self.words))
                or (len(key) > _FEWEST and any(key in word for word in self.words))
            )
        stem = key[:5] if len(key) > 5 else key[:4]
        return len(key) >= _FEWEST and any(
            word.startswith(stem) or (len(key) > 4 and key in word) for word in self.words
        )

    def _has_beside(self, form: str, *, is_body: bool) -> bool:
        """By outside knowledge that the table allows here; a person or a body must be named by the source."""
        cues = _MAY_STAND_BESIDE.get(form, ())
        return any((cue == "*" and not is_body) or f" {cue}" in self.spaced for cue in cues)

    def _abbreviates(self, name: str, text: str) -> bool:
        """``Large Language Models`` where the source has LLMs only."""
        words = re.findall(r"[^\W_]+", text)
        for at in (index for index, word in enumerate(words) if word == name):
            for start in range(max(0, at - 4), at + 1):
                for end in range(max(at + 1, start + 2), min(len(words), at + 5) + 1):
                    if "".join(word[0] for word in words[start:end]).casefold() in self.acronyms:
                        return True
        return False


@lru_cache(maxsize=64)
def _ground(source: str) -> _Ground:
    return _Ground(source)


def _forms(name: str) -> tuple[str, ...]:
    """As written, singular, without digits, and without what a field puts before it: ``pQCD``, ``tSNE``."""
    forms = [name]
    if name.endswith("s") and len(name) > 2:
        forms.append(name[:-1])
    bare = re.sub(r"\d+$|^\d+", "", forms[-1])
    lower = re.sub(r"^[a-zα-ω](?=[A-Z]{2})", "", bare)
    forms += [form for form in (bare, lower) if len(form) >= 2]
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[str, ...]:
    """``quasinormal`` -> quasi, normal: acronyms count both."""
    prefixed = _PREFIXED.fullmatch(word)
    return prefixed.groups() if prefixed else (word,)
