"""A paper as a BibTeX entry, as arXiv's own export has it: LaTeX stays, and whatever it is, the entry parses."""

from __future__ import annotations

import re
import unicodedata

from bot.models import Paper
from bot.render import prose

_AUTHORS = 300
_FORMULA = re.compile(r"(?<!\\)(?:\\\\)*(\$\$?)(?:\\.|[^$\\])+?\1|\\\((?:(?!\\\().)+?\\\)")
_SPECIAL = re.compile(r"(\\.)|[&%#_$^]")
_SPECIAL_IN_FORMULA = re.compile(r"(\\.)|[%#]")
_SUFFIX = re.compile(r"(.*[^\s,]),?\s+((?:Jr|Sr)\.?|II|III|IV)", re.IGNORECASE)
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|consortia|team|group|project|survey|network|and|others)\b|[,&\d]",
    re.IGNORECASE,
)


def entry(paper: Paper) -> str:
    """``@misc`` with eprint, archivePrefix and primaryClass. Its key is the paper's own: the same in each report."""
    fields = {
        "title": f"{{{_text(prose.source(paper.title, prose.TITLE_BYTES)) or paper.arxiv_id}}}",
        "author": " and ".join(_authors(paper)),
        "year": f"{paper.published:%Y}",
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": _text(prose.source(paper.primary_category)),
        "doi": _balanced(prose.source(paper.dois[0])) if paper.dois else "",
        "url": paper.abs_url,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{key(paper)},\n" + ",\n".join(lines) + "\n}"


def key(paper: Paper) -> str:
    """``noether2026-2611.01234``: letters, digits, full stop and hyphen; no two papers share one."""
    first = next(iter(paper.authors), "")
    name = prose.source(first, prose.NAME_BYTES)
    suffixed = _SUFFIX.fullmatch(name)
    folded = unicodedata.normalize("NFKD", _family(suffixed[1] if suffixed else name)[1])
    family = re.sub(r"[^a-z]", "", folded.lower())
    return f"{family or 'arxiv'}{paper.published:%Y}-{paper.arxiv_id.replace('/', '-')}"


def _authors(paper: Paper) -> list[str]:
    cleaned = (prose.source(name, prose.NAME_BYTES) for name in paper.authors[:_AUTHORS])
    names = [_name(name) for name in cleaned if name]
    return [*names, "others"] if len(paper.authors) > _AUTHORS else names


def _name(name: str) -> str:
    """As BibTeX takes it apart: ``First von Last`` as it is, ``von Last, Jr., First``, groups in braces."""
    if found := _SUFFIX.fullmatch(name):
        given, family = _family(found[1])
        if given and not _GROUP.search(found[1]):
            return f"{_text(family)}, {_text(found[2])}, {_text(given)}"
    text = _text(name)
    return f"{{{text}}}" if _GROUP.search(name) else text


def _family(name: str) -> tuple[str, str]:
    """Given names, and the family name from its first word in small letters on."""
    words = name.split()
    at = next((at for at, word in enumerate(words[1:-1], start=1) if word[0].islower()), len(words) - 1)
    return " ".join(words[: max(at, 0)]), " ".join(words[max(at, 0) :])


def _text(latex: str) -> str:
    """LaTeX that compiles as text: signs that mean something there are escaped, formulas stay."""
    out, end = [], 0
    for formula in _FORMULA.finditer(latex):
        out += [_SPECIAL.sub(_escaped, latex[end : formula.start()])]
        out += [_SPECIAL_IN_FORMULA.sub(_escaped, formula[0])]
        end = formula.end()
    return _balanced("".join([*out, _SPECIAL.sub(_escaped, latex[end:])]))


def _escaped(found: re.Match[str]) -> str:
    return found[1] or (r"\^{}" if found[0] == "^" else "\\" + found[0])


def _balanced(latex: str) -> str:
    r"""Braces in pairs as BibTeX counts them, which counts ``\{`` too; and no backslash takes the one after."""
    latex = re.sub(r"(?<!\\)((?:\\\\)*)\\\Z", r"\1", latex)
    if not _is_balanced(latex):
        latex = re.sub(r"\\([{}])", lambda found: r"\lbrace " if found[1] == "{" else r"\rbrace ", latex)
    return latex if _is_balanced(latex) else re.sub(r"[{}]", "", latex)


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0
