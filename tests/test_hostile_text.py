"""No text, however it was made, is read in more than a multiple of the time that its length explains."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import bot
from bot import query, tex
from bot.channels.email import message as email
from bot.channels.file import message as file
from bot.channels.slack import message as slack
from bot.config import bibliography, parse
from bot.errors import ConfigError
from bot.matching import authors, evaluation, interests, passage
from bot.models import Summary, SummarySource
from bot.models.foreign import readable
from bot.query import doubts
from bot.summary import answers, clauses, extract, injection, review, sentences
from bot.summary.plain import plain
from tests import samples
from tests.pumps import Found, growth, patterns, pumps, ratio, repeated, run
from tests.render import samples as rendered

FOUND = [found for found in patterns(bot) if not found.place.startswith("bot.demo")]
ROOMS = sorted({".".join(found.place.split(":")[0].split(".")[:2]) for found in FOUND})


@pytest.mark.parametrize("room", ROOMS)
def test_no_pattern_looks_twice_at_what_it_has_seen(room: str) -> None:
    """Every regular expression takes four times as long for four times the text, whatever is repeated in it."""
    assert not {
        f"{found.place} takes {grown:.0f} times as long for {piece!r} repeated four times as often"
        for found in FOUND
        if found.place.startswith((f"{room}.", f"{room}:"))
        for piece in pumps(found.pattern.pattern)
        if (grown := growth(_looking_for(found), piece)) is not None
    }


def _looking_for(found: Found) -> Callable[[str], None]:
    return lambda text: run(found, text)


TREE = query.parse('all:"graph neural" AND (abs:foo* OR au:bar)')
SOURCE = "We measure 5 nm films of NiO with an error of 3%. We show that they conduct. The gap is 42 meV."


def _digest(text: str) -> None:
    """In all forms at once, with the text in every place that somebody else fills."""
    one = rendered.papers()[0]
    paper = replace(
        one.paper, title=text, abstract=text, authors=(text, text), comment=text, journal_ref=text
    )
    summary = Summary(text, text, SummarySource.MODEL)
    digest = rendered.digest([replace(one, paper=paper, summary=summary)])
    slack.render(digest)
    file.render(digest)
    email.render(digest, sender="a@example.org", recipient="b@example.org", contact="c@example.org")


def _configuration(text: str) -> None:
    value = json.dumps(text)
    keys = f"query: {value}, keywords: [{value}], authors: [{value}], categories: [{value}], focus: {value}"
    subscriber = f"name: {value}, topics: [{value}], slack: {value}, email: {value}, file: {value}"
    more = f"schedule: {value}, timezone: {value}, language: {value}, like: [{value}], follow: [{value}]"
    with suppress(ConfigError):
        parse(
            f"arxiv: {{contact: {value}, api_url: {value}, poll_every: {value}}}\n"
            f"email: {{host: {value}, sender: {value}}}\ngemini: {{model: {value}}}\n"
            f"topics:\n  a: {{{keys}}}\nsubscribers:\n  - {{{subscriber}, {more}}}\n",
            Path("subscribers.yaml"),
            {},
        )


def _yaml(text: str) -> None:
    with suppress(ConfigError):
        parse(text, Path("subscribers.yaml"), {})


def _query(text: str) -> None:
    with suppress(query.QueryError):
        query.parse(text)
    list(doubts.query_doubts(text))


def _match(text: str) -> None:
    evaluation.match(TREE, samples.paper(title=text, abstract=text, comment=text, authors=(text,)))


READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "tex, as text": (
        tex.to_text,
        ("\\sqrt[", "\\SI{", "\\text{", "${", "\\(", "&", "1±", "$a$ ", "\\begin{a}", "x_{", "\\a ", "``", "C:\\a"),
    ),
    "tex in a formula": (lambda text: tex.to_text(f"${text}$"), ("\\sqrt[", "\\SI{", "&", "1±", "{", "\\left(")),
    "tex, as HTML": (tex.to_html, ("${", "\\(", "<", "\\text{", "\\frac{")),
    "where formulas are": (tex.formula_spans, ("$", "$a", "\\(", "{", "\\begin{cases}", "$5 ")),
    "sentences": (sentences.split, ("A. ", "Jr. ", "\\begin{a}", "$a$. ", "(", "Methods: ", "中。", "1. ")),
    "a clause": (
        lambda text: clauses.shorten(text, words=45),
        (" ", "\n", "a ", "中 ", "$5 ", "<a ", ", and ", ", paving ", "(a) "),
    ),
    "answers": (answers.read, ('\\"{', '{"', '{"a":', '"{', "[{", "\\n", "\\b")),
    "linear notation": (plain, ("~", "\\", "^ ", "{", "1 ± 2 × 10^(5) ", "\\frac{", "₁")),
    "orders": (injection.gives_orders, ("#", "ignore all ", "now ", "the finding ", "<|", "note to ")),
    "links": (lambda text: injection.foreign_matter(text, SOURCE), ("[", "[a](b:", "<a ", "http://", "@a.b")),
    "what matches": (_match, ("$5 ", "graph ", "fo", "\\alpha ", "(", "a-", "x_1")),
    "printed words": (lambda text: passage.printed(["nickelate"], text), ("\\\\[", "x_1", "nickel-", "$a$ ")),
    "an author line": (authors.split_authors, ("(", "A, ", " and ", "(a)", "a.")),
    "interests": (interests.unwanted, ("not ", "; ", "a.", "except ", "but ")),
    "a query": (_query, ("(", '"', "= ", "a AND ", "all:", "[1 TO 2] ", "http://a?", "%2")),
    "YAML": (_yaml, ("a: ", "- ", "[", "&a [*a,", "!a ")),
    "values of the YAML": (_configuration, ("@", "a@a", " ")),
    "every form": (_digest, ("$", "\\(", "~", "A. ", "א<b>", "[a](")),
    "a service's words": (readable, ("\x1b[", "\udce9", "\n", "\u202e", "é")),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_no_reader_looks_twice_at_what_it_has_seen(name: str) -> None:
    """A text four times as long takes each parser four times as long, whatever is repeated in it."""
    read, pieces = READERS[name]
    found = {piece: grown for piece in pieces if (grown := growth(read, piece)) is not None}
    assert not found


def test_a_library_is_read_in_one_pass(tmp_path: Path) -> None:
    """A .bib file whose braces never close costs no more than its length."""

    def read(text: str) -> None:
        path = tmp_path / "library.bib"
        path.write_text(text, encoding="utf-8")
        bibliography.read(path)

    pieces = ("@article{a, title={", "@article{a, title={b}}\n", ' title = "', "{")
    assert not {piece: grown for piece in pieces if (grown := growth(read, piece)) is not None}


@pytest.mark.parametrize(
    "piece", ["1 x ", "A. ", "It is 5 nm. ", "\\SI{1}{", "A outperforms B, which ", "\\("]
)
def test_an_endless_abstract_is_not_read_to_its_end(piece: str) -> None:
    """What pairs sentences or numbers sees as much of an abstract as the model does, and not 200,000 characters."""

    def judge(abstract: str) -> None:
        paper = samples.paper(abstract=abstract, comment=abstract)
        extract.summarise(paper)
        review.first_fault(
            review.Draft(
                "Measure 5 nm films.", "They have 7 layers.", paper, "English", review.source_of(paper)
            )
        )

    assert ratio(judge, repeated(piece, 8_000), repeated(piece, 200_000)) < 8
