"""The Markdown report. Its formulas stay LaTeX, as its readers render them; TeX in prose is made text.

Only what would break the report is escaped. Outside formulas: ``[ ] < ` *``, the sign that opens an entity,
an underscore that could open or close emphasis, a tilde (two of them strike out what is between, as in
GitHub's Markdown) but that of ``/~user``, a dollar sign without a partner, a backslash at the end. Inside
formulas a space, which TeX ignores, keeps ``](`` from closing our link and ``<b`` from opening a tag, and a
command that would make a link is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot import tex
from bot.languages import ENGLISH, Catalogue
from bot.models import Digest, Entry
from bot.render import prose, wording

_AUTHORS = 100
_RULE = "---"

_DELIMITERS = {"$$": "$$", r"\[": "$$", r"\(": "$"}
"""What formulas are delimited by, and in Markdown; the others by one dollar sign on each side."""
_MARKUP = r"[\[\]<`*$]|&(?=#?\w+;)|(?<!/)~|\\$|(?<!\w)_++|_++(?!\w)"
_PAIR_OR_SPECIAL = re.compile(rf"(\\.)|{_MARKUP}")
_SPECIAL = re.compile(rf"\\(?=[!-/:-@\[-`{{-~])|{_MARKUP}")
_HELD = re.compile(r"[\U000F0000-\U000FFFFD]")
"""Private characters: each stands for a formula while the prose around it is converted."""
_FIRST_HELD = 0xF0000
_BESIDE = r"\\*_`~\[\]<\U000F0000-\U000FFFFD"
_TAG_OPENS = re.compile(r"<(?=[A-Za-z/!?])")
_ACTS = re.compile(
    r"(?<!\\)\\++(?=(?:href|url|html[A-Za-z]++|data|class|cssId|style|bbox|mmlToken|includegraphics|require"
    r"|unicode|char)(?![A-Za-z]))"
)
"""Commands by which MathJax or KaTeX make links, attributes and characters: without a backslash they are letters."""
_BLOCK_OPENS = re.compile(r"^(?:(?=[#>+=|-])|(\d+)(?=[.)]))")


def render(digest: Digest) -> str:
    """The report: title, model, time, count and query; numbered papers separated by rules; the rest."""
    lines = [*_basic_info(digest), _RULE]
    if not digest.paper_count and not digest.unanswered:
        # Without the empty line the rule would make a heading of the sentence.
        lines += [escape(wording.nothing(digest)), "", _RULE]
    for number, entry in enumerate(digest.entries, start=1):
        lines += [*paper(entry, f"{number}. ", wording.frame(digest)), _RULE]
    lines += _titles(digest)
    lines += _revised(digest)
    lines += _foot(digest)
    return "\n".join(lines) + "\n"


def paper(entry: Entry, number: str = "", words: Catalogue = ENGLISH) -> Iterator[str]:
    """The lines of one paper; ``number`` stands before its title."""
    yield f"**{number}[{_title(entry)}]({entry.paper.abs_url})**"
    if about := _about(entry, words):
        yield f"- {about}"
    by, date, note = words.gettext("Authors"), words.gettext("Date"), words.gettext("Note")
    yield f"- **{by}**: {_authors(entry, words)}"
    yield f"- **{date}**: {entry.paper.published:%Y-%m-%d}"
    yield from (f"- **{note}**: {escape(mark)}" for mark in wording.marks(entry, words))
    for label, latex in wording.summary_lines(entry.summary, words):
        yield f"- **{label}**: {readable(prose.source(latex), entry.rank.words)}"


def escape(latex: str) -> str:
    """One line of LaTeX that Markdown reads as text and formulas and nothing else."""
    out, end = [], 0
    for span, formula in _formulas(latex):
        if latex[span.start] == "$":
            out += [_escaped_text(latex[end : span.start]), formula]
            end = span.end
    return "".join([*out, _escaped_text(latex[end:])])


def readable(latex: str, bold: Sequence[str] = ()) -> str:
    r"""LaTeX as Markdown: formulas stay, between dollar signs; what is around them becomes text.

    Words that are ``bold`` become so, but next to a formula or to a sign that Markdown reads.

    A command may go around a formula (``\textit{an $n$-type}``): the prose is converted as a whole.
    """
    latex = _HELD.sub("", latex)
    formulas = list(_formulas(latex))
    prepared, end = [], 0
    for number, (span, _) in enumerate(formulas):
        prepared += [latex[end : span.start], chr(_FIRST_HELD + number)]
        end = span.end
    said = tex.to_text("".join([*prepared, latex[end:]]))
    text = _SPECIAL.sub(_backslashed, prose.clean(said))
    text = "".join(
        f"**{piece}**" if is_bold else piece for piece, is_bold in prose.marked(text, bold, _BESIDE)
    )
    return _HELD.sub(lambda found: formulas[ord(found[0]) - _FIRST_HELD][1], text)


def _formulas(latex: str) -> Iterator[tuple[tex.Span, str]]:
    """Each formula that can stand in a line, where it is, and as Markdown has it. Money is none."""
    for span in tex.formula_spans(latex):
        source = latex[span.start : span.end]
        if source[0] == "$" or source[:2] in _DELIMITERS:
            sign = _DELIMITERS.get(source[:2], "$")
            width = 2 if source[:2] in _DELIMITERS else 1
            body = source[width:-width].strip()
            yield span, f"{sign}{_escaped_formula(body)}{sign}" if body else ""


def _basic_info(digest: Digest) -> Iterator[str]:
    words = wording.frame(digest)
    yield f"# {escape(wording.headline(digest))} {wording.local_date(digest).year}"
    yield ""
    yield "# " + words.gettext("Basic Info")
    model = wording.models(digest)
    bare = words.gettext("**arxiv-digest** (without a language model)")
    writer = f"**{escape(model)}**" if model else bare
    time = f"**{wording.local_time(digest)}** ({digest.timezone})"
    said = words.gettext(
        "This report was automatically generated by {writer} at {time}.", writer=writer, time=time
    )
    yield f"- {said}  "
    queries = [f'**"{escape(prose.source(query))}"**' for query in digest.queries]
    count = f"**{digest.paper_count}**"
    said = words.gettext(
        "It includes the most recent {count} arXiv papers related to the keyword {queries}.",
        count=count,
        queries=words.joined(queries) or words.gettext("**everything**"),
    )
    yield f"- {said}  "
    yield f"- {escape(wording.reason(digest))} {words.gettext(wording.ACKNOWLEDGEMENT)}"


def _titles(digest: Digest) -> Iterator[str]:
    if digest.titles:
        words = wording.frame(digest)
        yield f"## {words.gettext(wording.MORE_TITLES)}"
        for entry in digest.titles:
            yield f"- [{_title(entry)}]({entry.paper.abs_url}) · {escape(wording.why(entry, words))}"
        yield _RULE


def _revised(digest: Digest) -> Iterator[str]:
    if digest.revised:
        words = wording.frame(digest)
        yield f"## {words.gettext(wording.REVISED)}"
        for entry in digest.revised:
            yield from paper(entry, words=words)
            yield _RULE


def _foot(digest: Digest) -> Iterator[str]:
    words = wording.frame(digest)
    lines = [f"- {_first(line)}" for line in wording.sentences(digest.completeness, words=words)]
    note = words.gettext("Note")
    lines += [f"- **{note}**: {escape(line)}" for line in wording.sentences(digest.notices, words=words)]
    if origin := wording.origin(digest):
        lines.append(f"- {escape(origin)}")
    if lines:
        yield from (f"## {words.gettext(wording.CHECKED)}", *lines)


def _title(entry: Entry) -> str:
    return readable(prose.source(entry.paper.title, prose.TITLE_BYTES)) or entry.paper.arxiv_id


def _authors(entry: Entry, words: Catalogue) -> str:
    names = (readable(prose.source(name, prose.NAME_BYTES)) for name in entry.paper.authors[:_AUTHORS])
    rest = len(entry.paper.authors) - _AUTHORS
    return wording.and_more(", ".join(name for name in names if name), rest, words)


def _about(entry: Entry, words: Catalogue) -> str:
    """Why the paper is there, and what it says of itself: beside the lines that every report has."""
    said = " · ".join(filter(None, (wording.why(entry, words), *wording.facts(entry, words))))
    code = wording.code_link(entry)
    return " · ".join(
        filter(None, (f"*{escape(said)}*" if said else "", f"[{code.host}]({code.url})" if code else ""))
    )


def _first(line: str) -> str:
    """A line that begins a block and must not become a heading, a list or a quotation there."""
    return _BLOCK_OPENS.sub(lambda found: (found[1] or "") + "\\", escape(line))


def _escaped_text(text: str) -> str:
    return _PAIR_OR_SPECIAL.sub(lambda found: found[1] or _backslashed(found), text)


def _backslashed(found: re.Match[str]) -> str:
    return "".join("\\" + char for char in found[0])


def _escaped_formula(formula: str) -> str:
    if formula.count("[") != formula.count("]"):
        formula = formula.replace("[", r"\lbrack ").replace("]", r"\rbrack ")
    formula = _ACTS.sub("", formula).replace("*", r"\ast ").replace("`", "'")
    return _TAG_OPENS.sub("< ", re.sub(r"\](?=[(\[])", "] ", formula))
