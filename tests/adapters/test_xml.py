"""Bytes that were made to take a reader's time or memory: each is refused, or read in part, in both formats."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.adapters.atom import read_page
from bot.adapters.feed import read_announcement
from bot.adapters.xml import LONGEST_TEXT
from bot.errors import ArxivError

Read = Callable[[bytes], object]


def page(*extras: str, abstract: str = "An abstract.", arxiv_id: str = "2611.00001") -> bytes:
    """An answer of the search with one paper that holds ``extras``, and one that holds nothing odd."""
    first, second = (
        f"<entry><id>http://arxiv.org/abs/{number}v1</id><title>T</title><published>2026-11-01T00:00:00Z</published>"
        f"<summary>{text}</summary>{extra}</entry>"
        for number, text, extra in ((arxiv_id, abstract, "".join(extras)), ("2611.00002", "Another.", ""))
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"><title>q</title>'
        f"<o:totalResults>2</o:totalResults><o:startIndex>0</o:startIndex>{first}{second}</feed>"
    ).encode()


def batch(*extras: str, abstract: str = "An abstract.", arxiv_id: str = "2611.00001") -> bytes:
    """A feed with the same."""
    first, second = (
        f"<item><guid>oai:arXiv.org:{number}v1</guid><title>T</title>"
        f"<description>arXiv:1 Announce Type: new Abstract: {text}</description>"
        f"<a:announce_type>new</a:announce_type>{extra}</item>"
        for number, text, extra in ((arxiv_id, abstract, "".join(extras)), ("2611.00002", "Another.", ""))
    )
    return (
        '<rss xmlns:a="http://arxiv.org/schemas/atom"><channel><title>cs</title>'
        f"{first}{second}</channel></rss>"
    ).encode()


def read_batch(body: bytes) -> object:
    return read_announcement(body, ("cs",))


both = pytest.mark.parametrize(
    ("make", "read"), [(page, read_page), (batch, read_batch)], ids=["search", "feed"]
)


@both
@pytest.mark.parametrize(
    "extra",
    [
        "<x " + " ".join(f'a{n}="1"' for n in range(100)) + "/>",
        "<x " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>",
        "<x " + " ".join(f'xmlns:a{n}="u"' for n in range(100)) + "/>",
        "<x " + " ".join(f'xmlns:a{n}="u{n}"' for n in range(50_000)) + "/>",
        f'<x a="{"y" * 20_000}"/>',
        f"<x{'y' * 200_000}/>",
        "<x>" * 100_000 + "</x>" * 100_000,
        "<x/>" * 400_000,
    ],
    ids=[
        "attributes",
        "200,000 of them",
        "namespaces",
        "50,000 of them",
        "value",
        "tag",
        "depth",
        "elements",
    ],
)
def test_more_than_any_feed_has_is_no_feed(make: Callable[..., bytes], read: Read, extra: str) -> None:
    """Some of these took minutes: a parser's time may grow with the square of what one element holds."""
    with pytest.raises(ArxivError, match="not a whole feed"):
        read(make(extra))


@pytest.mark.parametrize(
    "extra", ['<category term="cs.AI"/>' * 600, "<author><name>A</name></author>" * 10_001]
)
def test_more_than_any_paper_has_is_no_paper(extra: str) -> None:
    """feedparser compares each with all others."""
    with pytest.raises(ArxivError, match="more fields than any paper"):
        read_page(page(extra))


@both
@pytest.mark.parametrize(
    "document_type", ['<!ENTITY a "&b;&b;"><!ENTITY b "bomb">', '<!ENTITY a SYSTEM "file:///etc/passwd">']
)
def test_no_entity_is_expanded(make: Callable[..., bytes], read: Read, document_type: str) -> None:
    """Neither the bomb's nor a file's."""
    with pytest.raises(ArxivError, match="not a whole feed"):
        read(f"<!DOCTYPE x [{document_type}]>".encode() + make("<x>&a;</x>"))


@both
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "punycode"])
def test_only_what_arxiv_writes_is_read(make: Callable[..., bytes], read: Read, encoding: str) -> None:
    """UTF-8, whatever an answer claims of itself."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + make().decode()
    with pytest.raises(ArxivError, match="not a whole feed"):
        read(text.encode("ascii" if encoding == "punycode" else encoding))


@pytest.mark.parametrize("text", ["word " * 2_000_000, "&lt;" * 300_000, "$\\(" * 300_000])
def test_a_text_without_an_end_is_cut_and_the_other_papers_stay(text: str) -> None:
    """Ten megabytes of abstract hold up nothing that comes after; only whole words stay of it."""
    cut, whole = read_page(page(abstract=text)).papers
    assert len(cut.abstract) <= LONGEST_TEXT + 2
    assert cut.abstract.endswith("…")
    assert set(cut.abstract.split()) <= {"word", "…"}
    assert (whole.arxiv_id, whole.abstract) == ("2611.00002", "Another.")
    announced = read_announcement(batch(abstract=text), ("cs",)).items
    assert len(announced[0].abstract) <= LONGEST_TEXT + 2
    assert announced[1].abstract == "Another."


def test_a_collaboration_is_read_whole() -> None:
    """The longest list of authors so far has over five thousand."""
    names = [f"A. Author{number}" for number in range(5_200)]
    authors = "".join(f"<author><name>{name}</name></author>" for name in names)
    assert read_page(page(authors)).papers[0].authors == tuple(names)
    creator = f'<c:creator xmlns:c="http://purl.org/dc/elements/1.1/">{", ".join(names)}</c:creator>'
    assert read_announcement(batch(creator), ("cs",)).items[0].authors == ", ".join(names)


@both
@pytest.mark.parametrize(
    "arxiv_id",
    [
        "javascript:alert(1)",
        "../../etc",
        "2611.00001)[x](http://evil.example",
        "2611.1",
        "x" * 2_000_000,
        "2611.00001?",
    ],
    ids=["scheme", "path", "markdown", "short", "long", "query"],
)
def test_only_an_arxiv_id_becomes_one(make: Callable[..., bytes], read: Read, arxiv_id: str) -> None:
    """It stands in addresses and in what arXiv is asked for."""
    with pytest.raises(ArxivError):
        read(make(arxiv_id=arxiv_id))


@both
@pytest.mark.parametrize(
    "arxiv_id", ["0704.0001", "2611.00001", "hep-th/9901001", "math.GT/0309136", "cond-mat/0011267"]
)
def test_every_form_of_an_arxiv_id_is_one(make: Callable[..., bytes], read: Read, arxiv_id: str) -> None:
    """https://info.arxiv.org/help/arxiv_identifier.html"""
    assert f"arxiv_id='{arxiv_id}'" in repr(read(make(arxiv_id=arxiv_id)))
