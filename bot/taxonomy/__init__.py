"""arXiv's category codes: names, right case, aliases, archives, and what a misspelt one meant.

Source: arXiv's category taxonomy (155 active codes in June 2026, and the old ones that its papers still
carry), without arXiv's own test rows. The table is ``categories.tsv`` beside this file. It does not know
which papers are where, and it decides nothing about an unknown code: arXiv may have added one since.
"""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

_ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("categories.tsv").read_text(encoding="utf-8").splitlines()[1:]
]

_NAMES = {code: name for code, _, name in _ROWS}
_ACTIVE = frozenset(code for code, status, _ in _ROWS if status == "active")
_INACTIVE = frozenset(code for code, status, _ in _ROWS if status == "inactive")
_RIGHT_CASE = {code.lower(): code for code in _NAMES}

_ALIAS_PAIRS = (
    ("math.MP", "math-ph"),
    ("cs.SY", "eess.SY"),
    ("q-fin.EC", "econ.GN"),
    ("stat.TH", "math.ST"),
    ("cs.NA", "math.NA"),
    ("math.IT", "cs.IT"),
)
_ALIASES = {pair[i]: pair[1 - i] for pair in _ALIAS_PAIRS for i in (0, 1)}

ARCHIVES: tuple[str, ...] = tuple(sorted({code.split(".")[0] for code in _ACTIVE}))
"""Every archive that takes new papers; together their announcement feeds show all of them."""

CODES: tuple[str, ...] = tuple(sorted(_ACTIVE))
"""The active categories."""


def canonical(code: str) -> str:
    """The code in arXiv's own case (``CS.ai`` is ``cs.AI``), which its search insists on.

    An alias is left what it is. Of an unknown code or a pattern such as ``CS.*`` only the archive
    can be put right.
    """
    code = code.strip()
    if known := _RIGHT_CASE.get(code.lower()):
        return known
    archive, dot, rest = code.partition(".")
    return _RIGHT_CASE.get(archive.lower(), archive) + dot + rest


def aliases(code: str) -> tuple[str, ...]:
    """The other codes under which arXiv lists the same category; mostly none."""
    other = _ALIASES.get(canonical(code))
    return (other,) if other else ()


def is_known(code: str) -> bool:
    """Whether this is a category, active or not, or an archive."""
    return canonical(code) in _NAMES


def is_active(code: str) -> bool:
    """Whether this is a category in which new papers are filed.

    A bare ``cond-mat`` is not, though the archive of that name is in use: ask `is_archive` too.
    """
    return canonical(code) in _ACTIVE


def is_archive(code: str) -> bool:
    """Whether this is an archive that takes new papers, with or without categories inside it."""
    return canonical(code) in ARCHIVES


def divisions(code: str) -> tuple[str, ...]:
    """The active categories inside an archive; none for one that is a category itself, or for a category."""
    code = canonical(code)
    if code in _ACTIVE:
        return ()
    return tuple(category for category in CODES if category.startswith(f"{code}."))


def patterns(code: str) -> tuple[str, ...]:
    """What arXiv's ``cat:`` has to be asked so that it finds all that a person means by ``code``.

    ``cat:`` compares the exact code, so an archive that is divided into categories is asked by
    wildcard (``cond-mat.*``), with the bare code where old papers carry it; aliases are added.
    """
    code = canonical(code)
    if code in ARCHIVES and code not in _ACTIVE:
        return (f"{code}.*", code) if code in _INACTIVE else (f"{code}.*",)
    return (code, *aliases(code))


def belongs(category: str, wanted: str) -> bool:
    """Whether a paper filed under ``category`` lies in ``wanted``: a category, archive or pattern."""
    codes = [code.lower() for code in (canonical(category), *aliases(category))]
    return any(fnmatchcase(code, pattern.lower()) for pattern in patterns(wanted) for code in codes)


def suggest(code: str) -> str | None:
    """The known code that was probably meant by an unknown one; None when nothing comes near."""
    code = code.strip().lower().removesuffix(".*")
    if code in _RIGHT_CASE:
        return _RIGHT_CASE[code]
    ends = [known for known in CODES if known.lower().partition(".")[2] == code]
    if len(ends) == 1:
        return ends[0]
    near = get_close_matches(code, _RIGHT_CASE, n=1, cutoff=0.6)
    return _RIGHT_CASE[near[0]] if near else None
