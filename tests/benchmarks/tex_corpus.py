"""LaTeX of real metadata to text and HTML: exceptions, what is left raw, unknown commands, time; and how
often each kind of sign that a wrong reading would falsify stands there, and reads as it was meant.

    python -m tests.benchmarks.tex_corpus [DIRECTORY] [--show N] [--seed N]

DIRECTORY has ``papers.jsonl.gz``, ``latex_snippets.jsonl`` and ``summaries.jsonl`` (default
``../shared/arxiv``). ``--show`` prints that many random conversions, to be looked at.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pylatexenc.latex2text import LatexNodes2Text

from bot.tex import to_html, to_text
from bot.tex.fonts import DECLARATIONS
from bot.tex.macros import MACROS, POWERS, SYNONYMS, guessed
from bot.tex.math_commands import HANDLERS as MATH_HANDLERS
from bot.tex.prose_commands import HANDLERS as PROSE_HANDLERS
from bot.tex.symbols import SYMBOLS, TEXT_SYMBOLS
from tests.benchmarks.figures import Figure, at_most

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "arxiv"
KNOWN = {*SYMBOLS, *TEXT_SYMBOLS, *MATH_HANDLERS, *PROSE_HANDLERS, *MACROS, *SYNONYMS, *POWERS, *DECLARATIONS}
KNOWN |= {"begin", "end", "item", "over", "atop", "choose", "(", ")", "[", "]", "\\"}

_LEFT_RAW = re.compile(r"\\|\$(?!\s?\.?\d)")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
KINDS: dict[str, tuple[str, str]] = {
    "decimal in an exponent": (r"[\w)]\^\{?-?\d+\.\d+", r"\^\(?-?\d+\.\d+"),
    "tilde before a number": (r"(?:\w_\w{1,6}|\bSFR|[\s(])~\s?[-+]?\d", r"~\s?[-+]?\d"),
    "tilde between spaces": (r"(?<=[\w)|])\s~\s(?=[\w|(-])", r"\s~\s"),
    "asymmetric errors": (
        r"(?<=[\d)$ ])(?:\^\{?\s*\+\d*\.?\d+\}?\s?_\{?\s*-\d|_\{?\s*-\d*\.?\d+\}?\s?\^\{?\s*\+\d)",
        r"\(\+[^()/]+/−[^()/]+\)",
    ),
    "set in braces": (
        r"(?<!\\left\(\s)(?<=[\s(=])\{\s*[\w.]+(?:,\s*[\w.]+)+\s*\}",
        r"\{\s*[\w.]+(?:,\s*[\w.]+)+\s*\}",
    ),
    "texorpdfstring": (r"\\texorpdfstring", r"\A(?!.*texorpdfstring)"),
    "ion in small capitals": (r"(?:\\textsc\{|\{\\sc )[ivx]+\}", r"\b[IVX]+\b"),
    "arcseconds": (r"(?<!``.)\d''(?!\w)", r"\d″"),
    "degree": (r"\d\s?\^\{?\s*\\circ", r"°"),
    "entity of an entity": (r"&amp;(?:amp|lt|gt|#\d+);", r"[&<>]"),
    "file path": (r"\b[CDE]:\\[A-Za-z]{3,}\\[A-Za-z]{3,}\b(?!\{)", r"\b[A-Z]:\\\w"),
}
"""What a source has, outside formulas too, and what its text must have as often."""

_PATTERNS = {
    kind: (re.compile(typed), re.compile(meant, re.DOTALL)) for kind, (typed, meant) in KINDS.items()
}
_TAG = re.compile(r"</?(?:sub|sup|em|strong|code)>")


@dataclass
class Tally:
    texts: int = 0
    with_latex: int = 0
    exceptions: list[str] = field(default_factory=list)
    left_raw: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    own_seconds: float = 0.0
    html_seconds: float = 0.0
    other_seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    papers: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    misread: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def count_kinds(self, where: str, source: str, text: str) -> None:
        for kind, (typed, meant) in _PATTERNS.items():
            found = len(typed.findall(source))
            if not found:
                continue
            self.kinds[kind] += found
            self.papers[kind].add(where.rpartition(" ")[0])
            missing = found - min(found, len(meant.findall(text)))
            self.misread[kind] += [where] * missing


def texts(directory: Path) -> Iterator[tuple[str, str]]:
    """Where each text comes from, and the text."""
    with gzip.open(directory / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            for name in ("title", "abstract", "comment"):
                yield f"{paper['arxiv_id']} {name}", paper.get(name) or ""
            for author in paper["authors"]:
                yield f"{paper['arxiv_id']} author", author
    for name, fields in (("latex_snippets", ("snippet", "context")), ("summaries", ("objective", "finding"))):
        for line in (directory / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            for key in fields:
                yield f"{name} {record.get('id') or record.get('arxiv_id')} {key}", record.get(key) or ""


def convert(source: str, where: str, tally: Tally) -> tuple[str, str]:
    start = time.perf_counter()
    text = to_text(source)
    middle = time.perf_counter()
    html = to_html(source)
    tally.own_seconds += middle - start
    tally.html_seconds += time.perf_counter() - middle
    if _LEFT_RAW.search(text) or _LEFT_RAW.search(_TAG.sub("", html)):
        tally.left_raw.append((where, source, text))
    return text, html


def measure(directory: Path) -> tuple[Tally, list[tuple[str, str]]]:
    tally, interesting = Tally(), []
    pylatexenc = LatexNodes2Text()
    for where, source in texts(directory):
        tally.texts += 1
        try:
            tally.count_kinds(where, source, convert(source, where, tally)[0])
        except Exception as error:
            tally.exceptions.append(f"{where}: {error!r}")
        if "\\" in source or "$" in source:
            tally.with_latex += 1
            interesting.append((where, source))
            names = {match[1] for match in _COMMAND.finditer(source)} - KNOWN
            tally.unknown.update(name for name in names if guessed(name) is None)
        start = time.perf_counter()
        try:
            pylatexenc.latex_to_text(source)
        except Exception:
            tally.unknown.update(["(pylatexenc failed)"])
        tally.other_seconds += time.perf_counter() - start
    return tally, interesting


def figures() -> list[Figure]:
    logging.disable(logging.WARNING)
    try:
        tally, _ = measure(DEFAULT)
    finally:
        logging.disable(logging.NOTSET)
    return [
        at_most("exceptions over recorded metadata", len(tally.exceptions), 0),
        at_most("to_text, against pylatexenc", tally.own_seconds / tally.other_seconds, 1, "x"),
    ]


def report(tally: Tally) -> None:
    each = 1e6 / max(tally.texts, 1)
    print(f"texts {tally.texts}, with LaTeX {tally.with_latex}; exceptions {len(tally.exceptions)}")
    for line in tally.exceptions[:20]:
        print("   ", line)
    share = 100 * len(tally.left_raw) / max(tally.texts, 1)
    of_latex = 100 * len(tally.left_raw) / max(tally.with_latex, 1)
    print(f"left raw {len(tally.left_raw)}: {share:.3f} % of all, {of_latex:.3f} % of those with LaTeX")
    for where, source, text in tally.left_raw:
        found = _LEFT_RAW.search(text)
        at = found.start() if found else 0
        print(f"    {where}: …{text[max(at - 60, 0) : at + 60]}…  from {source[:80]!r}")
    print(
        f"time a text: to_text {tally.own_seconds * each:.0f} µs, to_html {tally.html_seconds * each:.0f} µs, "
        f"pylatexenc {tally.other_seconds * each:.0f} µs; "
        f"to_text / pylatexenc = {tally.own_seconds / tally.other_seconds:.2f}"
    )
    for kind, papers in tally.papers.items():
        misread = tally.misread[kind]
        print(
            f"  {kind:<24} {tally.kinds[kind]:>5} in {len(papers)} papers, misread {len(misread)}",
            *misread[:6],
        )
    print(
        "without a mapping:", ", ".join(f"\\{name} {count}" for name, count in tally.unknown.most_common(80))
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("directory", nargs="?", type=Path, default=DEFAULT)
    arguments.add_argument("--show", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    logging.disable(logging.WARNING)
    tally, interesting = measure(options.directory)
    report(tally)
    chosen = random.Random(options.seed).sample(interesting, min(options.show, len(interesting)))
    for where, source in chosen:
        print(f"\n{where}\n  {' '.join(source.split())}\n  {to_text(source)}\n  {to_html(source)}")


if __name__ == "__main__":
    main()
