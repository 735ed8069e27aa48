"""Text that would act where it is shown, in every field that somebody else fills, through every form."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.channels.email import message as email
from bot.channels.email import text as email_text
from bot.channels.file import bibtex, feed, html, markdown, records
from bot.channels.slack import message as slack
from bot.cli.console import progress_for, tell
from bot.cli.lines import put, without_orders
from bot.cli.logs import say, set_up_logging
from bot.config import parse
from bot.errors import ConfigError
from bot.http import pages
from bot.models import Digest, Entry, Hit, Place, Rank, Schedule, Subscriber, Summary, SummarySource
from bot.pipeline.report import Report
from tests.fakes import FakeClock
from tests.hostile import acting, orders
from tests.render import limits, samples

PLAIN = "an ordinary word"
TEXTS = {
    "Slack's channel": "<!channel> <!here|here> <@U123> <#C123> <!subteam^S1>",
    "Slack's link": "<https://evil.example|click> <mailto:a@evil.example|mail>",
    "Slack's marks": "*bold* _italic_ ~struck~ `code` ```block``` :tada: > quoted",
    "Slack's date": "<!date^1392734382^Posted {date_num}|now>",
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "the end of an attribute": "\"><svg onload=alert(1)> ' onfocus=alert(1) x='",
    "the end of a script": '</script><script>alert(1)</script> <!--<script> ]]> {"a": 1}',
    "the end of a style": "</style></title></textarea></pre><h1>big</h1>",
    "a template": "{{ 7 * 7 }} {% raw %} ${7*7} {num} {contact} %s %(x)s",
    "entities": "&lt;b&gt; &#60;b&#62; &#x202e;gnp &amp;amp; &nbsp; &quot;",
    "a Markdown link": "[click](https://evil.example) [a][b] <https://evil.example> [b]: https://evil.example",
    "a Markdown image": "![x](http://evil.example/x.png) ![x][y]",
    "a script's address": "javascript:alert(1) [x](javascript:alert(1)) vbscript:x data:text/html,x",
    "the start of a block": "# heading",
    "a list": "- one",
    "a numbered list": "1. one",
    "a quotation": "> said",
    "a table": "| a | b |\n|---|---|\n| 1 | 2 |",
    "a fence": "``` code ~~~ `a` ``b``",
    "emphasis": "**bold** __bold__ *it* _it_ ~~gone~~ a*b*c",
    "a link in TeX": r"\href{javascript:alert(1)}{click} \url{https://evil.example}",
    "a link in a formula": r"$\href{javascript:alert(1)}{x}$ $\class{big}{x}$ $\unicode{x202e}$",
    "markup in a formula": r"$x](https://evil.example)[y$ $\text{<img src=x>}$ $a<b$ $`x`$",
    "characters in TeX": r"\char`\^^[ \symbol{8238} \char\"202E \unicode{x202E} ^^^^202e ^^1b",
    "what runs from the right": "\u202egnp.exe\u202c \u2067x\u2069 \u2066y \u200f \u061c",
    "no width": "a\u200bb\u2060c\ufeffd\u00ade",
    "tags": "a\U000e0041\U000e0042\U000e007fb",
    "no characters": "a\ufffe\uffff\ufdd0b",
    "halves of a pair": "a\ud800b\udfffc",
    "a terminal's colours": "\x1b[31mred\x1b[0m \x1b[2J\x1b[1;1H",
    "a terminal's link": "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x1b]0;title\x07",
    "a terminal's C1": "\x9b31mred \x9d0;title\x9c \x90 \x85next",
    "other controls": "a\x00b\x08c\x7fd\x0be\x0cf",
    "a header": "\r\nBcc: eve@example.org\r\n\r\n<h1>body</h1>",
    "other line breaks": "one\u2028two\u2029three\u0085four\x1cfive",
    "an encoded word": "=?utf-8?B?PGI+?= =?utf-8?q?=0D=0ABcc:_x?=",
    "a boundary": "--=_x\r\n-- \r\n.\r\nFrom eve",
    "an address": 'Eve <eve@example.org>, "Mallory" <m@example.org>; (x)',
    "a workflow's order": "::error::forged ##[error]forged ::add-mask::a ::set-output name=a::b",
    "a log line": "x\n2026-11-23T09:00:00Z error forged",
    "another entry": "}, }\n@article{evil, title = {x}, note = {\\input{x}}",
    "a very long word": "W" * 5_000,
}


def names(text: str) -> bool:
    """Whether a topic and a subscriber may be called so."""
    name = json.dumps(text)
    try:
        parse(
            f"arxiv: {{contact: a@example.org}}\ntopics: {{? {name} : {{keywords: [x]}}}}\n"
            f"subscribers: [{{name: {name}, topics: [{name}], file: d/}}]\n",
            Path("subscribers.yaml"),
            {},
        )
    except ConfigError:
        return False
    return True


@cache
def digest(text: str) -> Digest:
    """With ``text`` in every field: a paper in full, one by its title, a revision, a withdrawn one, a fault."""
    name = text if names(text) else PLAIN
    rank = Rank(score=7, reason=text, hit=Hit(text, Place.TITLE))
    one = samples.papers()[0]
    paper = replace(
        one.paper,
        title=text,
        abstract=text,
        authors=(text, "Ada", text),
        categories=(text.replace(",", ""), "cs.AI"),
        comment=text,
        journal_ref=text,
        dois=(text,),
    )
    told = Entry(paper, (name,), Summary(text, text, SummarySource.MODEL, text), rank=rank)
    listed = replace(
        told, summary=None, paper=replace(paper, arxiv_id="2611.00002"), rank=Rank(by_search=True)
    )
    again = replace(
        told, paper=replace(paper, arxiv_id="2611.00003", version=2), revised_from=1, changes=("title",)
    )
    gone = replace(told, paper=replace(paper, arxiv_id="2611.00004", version=2), withdrawn=True)
    topics = (replace(samples.TOPICS[0], name=name, query=text), samples.TOPICS[1])
    return replace(
        samples.digest([told, gone], titles=[listed], revised=[again]),
        subscriber=name,
        topics=topics,
        queries=(text, text),
        completeness=(text,),
        notices=(text,),
        models=(text,),
    )


every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


ISOLATES = "\u2066\u2067\u2068\u2069"
"""Our own, which keep what runs from the right together."""


class Structure(HTMLParser):
    """What a page is made of, whatever it says: elements with the names of their attributes, addresses, comments."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        acting = {"href", "src", "style", "http-equiv"}
        addresses = tuple((value or "").partition("?subject=")[0] for name, value in attrs if name in acting)
        self.parts.append((tag, tuple(name for name, _ in attrs), addresses))
        self.values += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_comment(self, data: str) -> None:
        self.parts.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.parts.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(("declaration", data))

    def handle_pi(self, data: str) -> None:
        self.parts.append(("instruction", data))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def said(self) -> str:
        return "\n".join((*self.words, *self.values))


def same_page(page: Callable[[str], str], text: str) -> None:
    """The page with the text is made as the page with an ordinary word is; sub, sup and em are formulas'."""
    found, ordinary = (Structure(re.sub(r"</?(?:sub|sup|em)>", "", page(each))) for each in (text, PLAIN))
    assert found.parts == ordinary.parts
    assert not acting(found.said, ISOLATES)


# --- Slack ---------------------------------------------------------------------------------------


def elements(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for each in value.values():
            yield from elements(each)
    elif isinstance(value, list):
        for each in value:
            yield from elements(each)


@every_text
def test_slack(text: str) -> None:
    """Blocks hold text that Slack parses nowhere, and links to arXiv alone; what a notification shows has no markup."""
    for message in slack.render(digest(text)):
        blocks = limits.slack_blocks(message.payload)
        assert {element["type"] for element in elements(blocks)} <= {
            *("header", "context", "rich_text", "divider", "plain_text"),
            *("rich_text_section", "rich_text_list", "text", "link"),
        }
        links = [element["url"] for element in elements(blocks) if element["type"] == "link"]
        assert all(str(url).startswith("https://arxiv.org/abs/2611.") for url in links)
        assert not acting("".join(limits.strings(blocks)), ISOLATES + "\u2060")
        simpler = slack.MESSAGES.simpler(message.payload)
        for said in (json.loads(message.payload)["text"], json.loads(simpler or b"{}").get("text", "")):
            assert not acting(said, ISOLATES + "\u200b\u2060")
            bare = re.sub(r"<https://arxiv\.org/abs/2611\.\d{5}>", "", said)
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)|[*_~`](?!\u200b)", bare)


# --- mail ----------------------------------------------------------------------------------------


@cache
def mails(text: str) -> list[EmailMessage]:
    found = email.render(
        digest(text), sender="Bot <bot@example.org>", recipient="ada@example.org", contact="help@example.org"
    )
    return [limits.mail(message.payload) for message in found]


@every_text
def test_mail_headers(text: str) -> None:
    """There are as many as for any digest, of one line each, to one reader; a subject says what the title says."""
    ordinary = mails(PLAIN)[0]
    for mail in mails(text):
        assert mail.keys() == ordinary.keys()
        for name in ("From", "To", "Precedence", "Auto-Submitted"):
            assert mail[name] == ordinary[name]
        assert all(not acting(str(value), "\r") and "\n" not in value for value in mail.values())
        if names(text):
            assert text[:20] in mail["Subject"]


@every_text
def test_mail_as_html(text: str) -> None:
    """The text is words."""
    same_page(lambda each: "".join(limits.body(mail, "html") for mail in mails(each)), text)


@every_text
def test_mail_as_text(text: str) -> None:
    """As many lines as have no meaning to a mail reader: one signature, and none that is a mailbox's separator."""
    for mail in mails(text):
        said = limits.body(mail, "plain")
        assert not acting(said, ISOLATES)
        assert said.splitlines().count("-- ") == 1
        assert not re.search("^From ", said, re.MULTILINE)


# --- files ---------------------------------------------------------------------------------------


@every_text
def test_the_report(text: str) -> None:
    """Elements, attributes, addresses and scripts are those of any report."""
    same_page(report, text)


@cache
def report(text: str) -> str:
    return html.render(digest(text))


@cache
def record(text: str) -> records.ReportRecord:
    found = records.read("2026-11-23-ada-41.html", report(text))
    assert found is not None
    return found


@every_text
def test_the_index(text: str) -> None:
    """It is made from what the report says of itself, and is no less careful."""
    same_page(lambda each: html.index([record(each)]), text)


@every_text
def test_the_feed(text: str) -> None:
    """One well-formed document; the HTML within it is as that of any digest."""

    found, ordinary = (
        list(ElementTree.fromstring(feed.render([record(each)], "0" * 16)).iter()) for each in (text, PLAIN)
    )
    assert [(one.tag, [*one.attrib]) for one in found] == [(one.tag, [*one.attrib]) for one in ordinary]
    assert not acting("".join(one.text or "" for one in found), ISOLATES)
    content = {text: found[-1].text or "", PLAIN: ordinary[-1].text or ""}
    same_page(content.__getitem__, text)


READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(found: list[Token]) -> Iterator[tuple[object, ...]]:
    for token in found:
        if token.children is not None:
            yield from tokens(token.children)
        elif token.type not in {"text", "softbreak", "text_special"}:
            yield token.type, token.attrGet("href"), token.tag


@every_text
def test_the_markdown_report(text: str) -> None:
    """It is read as the same headings, items, links and emphasis as any report, and says what the text says."""
    written, ordinary = (markdown.render(digest(each)) for each in (text, PLAIN))
    assert list(tokens(READER.parse(written))) == list(tokens(READER.parse(ordinary)))
    assert not acting(written)
    assert not acting(Structure(READER.render(written)).said)
    formulas = "".join(re.findall(r"(?<!\\)\$[^$]+\$", written))
    assert not re.search(r"\\(?:href|url|class|style|unicode|html\w+)\b", formulas)


@every_text
def test_bibtex(text: str) -> None:
    """One entry, whose braces are in pairs."""
    for entry in digest(text).entries:
        written = bibtex.entry(entry.paper)
        assert not acting(written)
        assert len(re.findall(r"^\s*@", written, re.MULTILINE)) == 1
        depths = [0]
        for sign in re.findall(r"\\.|[{}]", written, re.DOTALL):
            depths.append(depths[-1] + {"{": 1, "}": -1}.get(sign, 0))
        assert depths[-1] == 0
        assert min(depths[1:-1]) == 1


# --- pages ---------------------------------------------------------------------------------------


@every_text
def test_the_page_of_a_reader_s_link(text: str) -> None:
    """It names topics, and no more."""

    daily = Schedule("daily 09:00", "0 9 * * *")
    same_page(lambda each: pages.stop(Subscriber(each, (each, "b"), (), daily), ()), text)


# --- terminals and logs --------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@every_text
def test_a_terminal(text: str) -> None:
    """Progress, waits, faults and results: a line each, in which nothing acts but our own colours and cursor."""
    with redirect_stderr(Terminal()) as terminal, redirect_stdout(io.StringIO()) as results:
        progress = progress_for(FakeClock(), "text")
        progress.begin("poll", 3)
        progress.wait(text)
        progress.advance("poll")
        progress.end("poll", text)
        tell(Report(faults=[text], troubles=[text]), "text")
        say("text", "warning", text)
        put(text, f"a: {text}")
    ours = re.sub(r"\x1b\[(?:2K|\?25[lh]|0m|2m|3[13]m)|\r", "", terminal.getvalue())
    assert not acting(ours + results.getvalue())
    assert not orders(ours) + orders(results.getvalue())
    assert results.getvalue().count("\n") == 2


@every_text
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log(text: str, form: str) -> None:
    """A line a thing, each with its time, whatever is in a message or a field."""
    with redirect_stderr(io.StringIO()) as log:
        set_up_logging(form, verbose=True)
        progress = progress_for(FakeClock(), form)
        progress.begin("poll", None)
        progress.wait(text)
        progress.note("error", text, error=text)
        progress.end("poll", text)
        tell(Report(faults=[text], facts={text: {"error": text, "more": [text]}}), form)
    lines = log.getvalue().removesuffix("\n").split("\n")
    assert len(lines) == 5
    assert not acting(log.getvalue())
    assert not orders(log.getvalue())
    if form == "json":
        read = [json.loads(line) for line in lines]
        assert read[2]["error"] == read[2]["message"] == text.rstrip()
    else:
        assert all(
            re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?:debug|info|warning|error) ", line) for line in lines
        )


@every_text
def test_a_preview(text: str) -> None:
    """Where a digest is printed as text, no line of it is an order."""

    assert not orders(without_orders(email_text.render(digest(text))))
