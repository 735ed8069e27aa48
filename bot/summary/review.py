"""One answer beside its paper -> what is wrong with it. The rules of taste and truth, one function each.

Each rule answers with a `Objection` or None and errs on the side of the answer: a wrong refusal costs a request
and then the model's summary, a missed fault costs a reader's trust. It does not repair.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.languages import code, is_english, normalise
from bot.models import Paper
from bot.summary.binding import misplaced
from bot.summary.claims import reversed_comparison, unbacked
from bot.summary.cleaning import visible
from bot.summary.grounding import unsupported
from bot.summary.injection import echoes_address, foreign_matter, gives_orders, honest, speaks_of_itself
from bot.summary.language import is_clearly_not
from bot.summary.methods import strange_methods
from bot.summary.names import strange_names
from bot.summary.plain import plain
from bot.summary.prompt import LONGEST_ABSTRACT, leaks
from bot.summary.relevance import has_other_names, is_about_another, is_foreign
from bot.summary.sentences import split
from bot.summary.silence import says_nothing


@dataclass(frozen=True, slots=True)
class Objection:
    reason: str
    """For logs: ``a number that the abstract has not: 12.7 K``."""
    complaint: str
    """For the model, a sentence: what to do otherwise."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer under review."""

    objective: str
    finding: str
    paper: Paper
    language: str
    source: str
    """Title and abstract, without sentences that address the model."""
    others: tuple[str, ...] = ()
    """Title and abstract of the other papers of the same request."""
    wary: bool = False
    """Whether a paper of the request gives orders, so that the answer may follow them."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return (("objective", self.objective), ("finding", self.finding))

    @property
    def record(self) -> str:
        """The source and the authors' comment: what may be named."""
        comment = honest(visible(self.paper.comment))
        return f"{self.source}\n{comment}" if comment else self.source

    @property
    def text(self) -> str:
        return f"{self.objective}\n{self.finding}"


_MOST_SENTENCES = 4
"""Three were asked for; the fourth is let pass."""
_MOST_CHARACTERS = 1200
_ENDLESS = 5000
_FEWEST_LETTERS, _FEWEST_LETTERS_WARY = 3, 10
_CAPITALS_TELL = 30
"""Letters; a shorter text may consist of acronyms."""
_MOST_REPEATS = 3
_MOST_QUOTED = 80
"""Characters of an answer that a reason repeats."""
_COPIED = 0.8
_SHORT_ABSTRACT = 40
"""Words; a shorter abstract can hardly be summarised in one field without repeating it."""
_BRIEF_ABSTRACT = 100
"""Words; the same for both fields together."""
_SHINGLE = 6
_BEGINNING = 400
"""Characters of an abstract that show its language."""
_PLACEHOLDERS = frozenset(
    "n/a|none|null|unknown|string|not applicable|not stated|not specified|not available|see abstract|objective|finding|"
    "no objective|no finding|todo|tbd".split("|")
)
_WORD = re.compile(r"[^\W_]+")
_STOP = re.compile(r"[.!?。！？]")
_CAPITALS = 0.8


def source_of(paper: Paper) -> str:
    """What an answer may draw on: what the model was shown, without orders."""
    return f"{visible(paper.title)}\n{honest(visible(paper.abstract[:LONGEST_ABSTRACT]))}"


def is_hostile(paper: Paper) -> bool:
    """Whether title or abstract speak to the model."""
    return gives_orders(visible(paper.title)) or gives_orders(visible(paper.abstract[:LONGEST_ABSTRACT]))


def first_fault(draft: Draft) -> Objection | None:
    """The first thing wrong with an answer, None when it may be read by people."""
    return next((fault for rule in _RULES if (fault := rule(draft)) is not None), None)


def _empty(draft: Draft) -> Objection | None:
    fewest = _FEWEST_LETTERS_WARY if draft.wary else _FEWEST_LETTERS
    for name, text in draft.fields:
        letters = sum(map(str.isalpha, text))
        wide = sum(1 for character in text if character > "\u2e80")
        if letters + 2 * wide < fewest or text.strip(" .").lower() in _PLACEHOLDERS:
            return Objection(f"no {name}", f"the field {name} was empty or said nothing.")
    if draft.objective.casefold() == draft.finding.casefold():
        return Objection("objective and finding are the same", "both fields said the same.")
    return None


def _endless(draft: Draft) -> Objection | None:
    """Before the rules that read every word."""
    if len(draft.text) > _ENDLESS:
        return Objection(
            f"too long: {len(draft.text)} characters", "it was far too long; three sentences a field at most."
        )
    return None


def _itself(draft: Draft) -> Objection | None:
    for name, text in draft.fields:
        if speaks_of_itself(text, draft.source) or echoes_address(text):
            return Objection(
                f"the {name} speaks of itself or of its instructions",
                "it spoke of itself or of instructions, not of the paper.",
            )
    return None


def _leak(draft: Draft) -> Objection | None:
    if leaks(draft.text):
        return Objection("it repeats the prompt", "it repeated these instructions.")
    return None


def _foreign(draft: Draft) -> Objection | None:
    found = foreign_matter(draft.objective, draft.source) or foreign_matter(draft.finding, draft.source)
    if found:
        return Objection(
            f"it contains {found}", "it contained a link, a mention or markup; plain sentences only."
        )
    return None


def _too_long(draft: Draft) -> Objection | None:
    for name, text in draft.fields:
        stops = len(_STOP.findall(text))
        if len(text) > _MOST_CHARACTERS or (stops > _MOST_SENTENCES and len(split(text)) > _MOST_SENTENCES):
            return Objection(
                f"the {name} is too long: {len(text)} characters",
                f"the field {name} was too long; three sentences at most.",
            )
    return None


def _repeating(draft: Draft) -> Objection | None:
    words = plain(draft.text).casefold().split()  # a formula is one word, however many commands it has
    runs = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    if runs and max(runs.values()) > _MOST_REPEATS:
        return Objection("it repeats itself", "it repeated the same words over and over.")
    letters = [character for character in draft.text if character.isalpha()]
    if len(letters) >= _CAPITALS_TELL and sum(map(str.isupper, letters)) > _CAPITALS * len(letters):
        return Objection("it is in capitals", "it was written in capitals.")
    return None


def _language(draft: Draft) -> Objection | None:
    for name, text in (*draft.fields, ("answer", draft.text)):
        if is_clearly_not(text, draft.language):
            asked = normalise(draft.language)
            return Objection(f"the {name} is not in {asked}", f"the {name} was not in {asked}.")
    return None


def _copied(draft: Draft) -> Objection | None:
    """One field that holds the abstract, or both together where it is longer than a summary may be."""
    abstract = _shingles(draft.paper.abstract)
    for text, shortest in (
        (draft.objective, _SHORT_ABSTRACT),
        (draft.finding, _SHORT_ABSTRACT),
        (draft.text, _BRIEF_ABSTRACT),
    ):
        longer = len(abstract) + _SHINGLE > shortest
        if longer and len(abstract & _shingles(text)) >= _COPIED * len(abstract):
            return Objection(
                "it copies the abstract whole", "it copied the abstract; summarise it in your own words."
            )
    return None


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def _subject(draft: Draft) -> Objection | None:
    fields = [_without_id(text, draft.paper) for _, text in draft.fields]
    if not _same_language(draft):
        strays = has_other_names("\n".join(fields), draft.source)
    elif is_about_another(fields, draft.source, draft.others, wary=draft.wary):
        return Objection("it is about another paper of the request", "it described another paper.")
    else:
        strays = is_foreign(fields, draft.source, wary=draft.wary)
    if not strays:
        return None
    return Objection(
        "it is not about this paper", "it did not speak of what this paper's title and abstract speak of."
    )


def _same_language(draft: Draft) -> bool:
    return is_english(draft.language) and not is_clearly_not(draft.paper.abstract[:_BEGINNING], "en")


def _numbers(draft: Draft) -> Objection | None:
    text = _without_id(f"{draft.objective}.\n{draft.finding}", draft.paper)
    missing = unsupported(text, draft.source, language=code(draft.language))
    if not missing:
        return None
    listed = ", ".join(number[:40] for number in missing[:5])
    return Objection(
        f"a number that the abstract has not: {listed}",
        f"it stated {listed}, which the title and the abstract do not contain in that form.",
    )


def _exchanged(draft: Draft) -> Objection | None:
    """A number of the abstract, told of something else."""
    if not _same_language(draft):
        return None
    found = misplaced((_without_id(text, draft.paper) for _, text in draft.fields), draft.source)
    if not found:
        return None
    one = found[0]
    return Objection(
        f"a number in another's place: {one.stated}, where the abstract has {one.instead}",
        f"it stated {one.stated} of what the abstract says {one.instead} of.",
    )


def _nothing(draft: Draft) -> Objection | None:
    for name, text in draft.fields:
        if words := says_nothing(text):
            return Objection(
                f"the {name} says nothing: {words[:60]}",
                f"the field {name} said that there was nothing to say; state what the title and the abstract say.",
            )
    return None


def _inventions(draft: Draft) -> Objection | None:
    """What is no number and not in the paper either."""
    if not _same_language(draft):
        return None
    for find, reason, complaint in _INVENTIONS:
        if words := find(draft)[:_MOST_QUOTED]:
            return Objection(f"{reason}: {words}", complaint.format(words=words))
    return None


def _without_id(text: str, paper: Paper) -> str:
    """Its own identifier, in whatever form, is no claim about the paper."""
    parts = re.split(r"[./]", paper.arxiv_id)
    if parts[-1] not in text:
        return text
    parts = list(map(re.escape, parts))
    return re.sub(
        rf"(?:\barxiv ?: ?)?\b{'[./_ -]?'.join(parts)}(?:v\d+)?(?!\d)", " ", text, flags=re.IGNORECASE
    )


_INVENTIONS: Sequence[tuple[Callable[[Draft], str], str, str]] = (
    (
        lambda draft: ", ".join(strange_names(_without_id(draft.text, draft.paper), draft.record)),
        "a name that the abstract has not",
        "it named {words}, which neither the title nor the abstract does.",
    ),
    (
        lambda draft: ", ".join(strange_methods(draft.text, draft.record)),
        "a method that the abstract has not",
        "it spoke of a method that neither the title nor the abstract has: {words}.",
    ),
    (
        lambda draft: reversed_comparison(draft.finding, draft.paper.title, draft.record),
        "a comparison that the abstract makes the other way round",
        "it told the wrong way round who does better: {words}.",
    ),
    (
        lambda draft: unbacked("release", draft.text, draft.record),
        "a release that the abstract has not",
        "it said that something is available, of which title and abstract say nothing: {words}.",
    ),
    (
        lambda draft: unbacked("proof", draft.text, draft.record),
        "a proof where the abstract is less certain",
        "it said that something is proved where the abstract is less certain: {words}.",
    ),
    (
        lambda draft: unbacked("rank", draft.text, draft.record),
        "a rank that the abstract does not claim",
        "it praised the result where the abstract compares it with nothing: {words}.",
    ),
)
"""What it looks for, what a log says of it, and what the model is told."""

_RULES: Sequence[Callable[[Draft], Objection | None]] = (
    _endless, _empty, _itself, _leak, _foreign, _copied, _too_long, _repeating, _language, _nothing, _subject, _numbers,
    _exchanged, _inventions,
)  # fmt: skip
"""The cheap and the plain first: only the first fault is told."""
