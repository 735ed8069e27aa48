"""Reading arXiv's API pages: the recorded ones of every format, and what is no page at all."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.atom import read_page
from bot.demo.arxiv import pages
from bot.demo.samples import samples
from bot.errors import ArxivError, QueryRejected
from bot.models import Paper

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAPERS = tuple(sample.paper for sample in samples(NOW))
PLAIN = PAPERS[0]


def page_of(*papers: Paper, total: int | None = None, start: int = 0) -> bytes:
    total = len(papers) if total is None else total
    return pages.page(papers, total=total, start=start, size=100, query={}, now=NOW).encode()


# --- the recorded pages -----------------------------------------------------------------------


def index(shared: Path) -> dict[str, int]:
    """Recorded page to the number of entries that the index gives it."""
    with (shared / "arxiv/feeds/INDEX.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["file"]: int(row["entries"]) for row in rows if re.match(r"api/[^/]+\.xml$", row["file"])}


def unmangled(text: str) -> str:
    """Some recordings hold UTF-8 that was encoded twice; feedparser undoes it where it can."""
    try:
        return text.encode("iso-8859-1").decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def collapsed(text: str | None) -> str:
    return " ".join(unmangled(text or "").split())


def naive(entry: ET.Element) -> dict[str, object]:
    """An entry's fields as a plain XML parser shows them."""

    def text(name: str) -> str:
        return collapsed(entry.findtext(name))

    def moment(name: str) -> datetime:
        return datetime.fromisoformat(text(ATOM + name)).astimezone(UTC)

    return {
        "title": text(f"{ATOM}title"),
        "abstract": text(f"{ATOM}summary"),
        "authors": tuple(collapsed(author.findtext(f"{ATOM}name")) for author in entry.iter(f"{ATOM}author")),
        "comment": text(f"{ARXIV}comment"),
        "journal_ref": text(f"{ARXIV}journal_ref"),
        "dois": tuple((doi.text or "") for doi in entry.iter(f"{ARXIV}doi")),
        "published": moment("published"),
        "updated": moment("updated"),
    }


def read_like_plain_xml(body: bytes) -> tuple[Paper, ...]:
    """The papers of a page, each compared with what a plain XML parser shows."""
    papers, entries = read_page(body).papers, ET.fromstring(body).findall(f"{ATOM}entry")
    for paper, entry in zip(papers, entries, strict=True):
        fields = naive(entry)
        assert {name: getattr(paper, name) for name in fields} == fields
        assert f"{paper.arxiv_id}v{paper.version}" in (entry.findtext(f"{ATOM}id") or "") + "v1"
    return papers


def test_every_recorded_page_has_its_papers(shared: Path) -> None:
    """Each recorded page gives the papers its index counts, field by field what plain XML shows."""
    counted = {name: entries for name, entries in index(shared).items() if "ERROR" not in name}
    assert len(counted) > 30
    for name, entries in counted.items():
        body = (shared / "arxiv/feeds" / name).read_bytes()
        assert len(read_like_plain_xml(body)) == entries, name


def test_hundreds_of_old_entries_are_read_unchanged(shared: Path) -> None:
    """feedparser damages nothing in the old format's LaTeX, markup characters and names."""
    aggregate = shared / "arxiv/feeds/api/extra/NOT_A_FEED_old_entries_aggregated_2024-07.xml"
    entries = re.findall(r"<entry.*?</entry>", aggregate.read_text(encoding="utf-8"), re.DOTALL)
    assert len(entries) == 2060
    head, tail = page_of().decode().split("</feed>")
    body = "".join([head, *entries[::5], "</feed>", tail]).encode()
    categories = {category for paper in read_like_plain_xml(body) for category in paper.categories}
    assert {c for c in categories if not re.fullmatch(r"[a-z-]+\.[A-Za-z-]+|[a-z]+-[a-z]+", c)} == set()


@pytest.mark.parametrize("name", ["cur_ERROR_http400_bad_id_abc.xml", "old_docs_2007_ERROR_bad_id.xml"])
def test_recorded_error_entries_are_rejections(shared: Path, name: str) -> None:
    """An error entry is arXiv's refusal in its own words, never a paper called "Error"."""
    with pytest.raises(QueryRejected, match="incorrect id format for"):
        read_page((shared / "arxiv/feeds/api" / name).read_bytes())


def test_recorded_non_pages_are_faults(shared: Path) -> None:
    """What clients stored when arXiv throttled them, and two pages in one file, are no pages."""
    files = sorted((shared / "arxiv/feeds/api/nonxml").iterdir())
    assert len(files) == 4
    for file in files:
        with pytest.raises(ArxivError) as caught:
            read_page(file.read_bytes())
        assert not isinstance(caught.value, QueryRejected)
        assert not caught.value.verdict.permanent


def test_peculiar_recordings(shared: Path) -> None:
    """The peculiarities for which single pages were recorded come out as a reader expects them."""

    def only(name: str) -> Paper:
        return read_page((shared / "arxiv/feeds/api" / name).read_bytes()).papers[0]

    assert only("cur_oldstyle_id_astro-ph_0601001.xml").arxiv_id == "astro-ph/0601001"
    unversioned = only("old_docs_2007_typical_id_without_version.xml")
    assert (unversioned.arxiv_id, unversioned.version) == ("hep-ex/0307015", 1)
    assert unversioned.published == datetime(2003, 7, 7, 17, 46, 39, tzinfo=UTC)
    assert only("cur_title_is_0_2104.12255v1.xml").title == "0"
    assert len(only("cur_single_1707.08567_many_authors.xml").authors) > 20
    assert only("old_all_Einstein_10_MSC_category_terms.xml").categories == ("math.DG",)
    entity = read_page((shared / "arxiv/feeds/api/cur_double_escaped_entity_BIPV.xml").read_bytes())
    assert any("&#177;" in paper.abstract for paper in entity.papers)


# --- pages made here --------------------------------------------------------------------------


def test_sample_papers_survive_the_round_trip() -> None:
    """Markup, LaTeX, accents, 40 authors, several DOIs and old ids are read as they were written."""
    assert read_page(page_of(*PAPERS)).papers == PAPERS


def test_totals_come_from_the_page() -> None:
    """Total, offset and the query as arXiv ran it are the page's own."""
    page = read_page(
        pages.page([], total=731, start=400, size=100, query={"search_query": "a&b"}, now=NOW).encode()
    )
    assert (page.total, page.start) == (731, 400)
    assert page.executed_query == "arXiv Query: search_query=a&b&id_list=&start=400&max_results=100"


FORBIDDEN = {
    "controls": b"\x00\x0b\x1b",
    "references to controls": b"&#8;&#x1F;&#00012;&#0;",
    "noncharacters": "\ufffe\uffff".encode(),
    "references to noncharacters": b"&#xFFFE;&#65535;&#x0ffff;",
    "references to surrogates": b"&#xD800;&#57343;&#xd835;&#xdc00;",
    "references beyond Unicode": b"&#x110000;&#" + b"9" * 5000 + b";",
}


@pytest.mark.parametrize("intruder", FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_forbidden_character_is_dropped_and_the_page_kept(intruder: bytes) -> None:
    """Neither raw nor as a reference: one comment must not hide a page for ever."""
    body = page_of(replace(PLAIN, comment="12 pages%"), *PAPERS[1:])
    papers = read_page(body.replace(b"pages%", b"pages" + intruder)).papers
    assert papers == (replace(PLAIN, comment="12 pages"), *PAPERS[1:])


def test_c1_controls_do_not_reach_a_reader() -> None:
    """XML allows them, but no terminal and no mail should get one."""
    body = page_of(replace(PLAIN, comment="12 pages%"))
    comment = read_page(body.replace(b"pages%", b"pages" + "\x85\x9c".encode())).papers[0].comment
    assert comment.startswith("12 pages")
    assert comment.isprintable()


@pytest.mark.parametrize("intruder", [b"\xff", b"\xe9", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"])
def test_a_bad_byte_is_marked_and_the_page_kept(intruder: bytes) -> None:
    """What is no UTF-8 shows as missing, in this one place; every other field is as it was written."""
    body = page_of(replace(PLAIN, title="Cafes%"), *PAPERS[1:])
    papers = read_page(body.replace(b"Cafes%", b"Caf" + intruder + b"s")).papers
    assert re.fullmatch("Caf\ufffd+s", papers[0].title)
    assert (replace(papers[0], title=PLAIN.title), *papers[1:]) == PAPERS


def test_allowed_references_stay() -> None:
    """A reference to any other character is read as that character."""
    body = page_of(replace(PLAIN, comment="pages%"))
    read = read_page(body.replace(b"pages%", b"&#65;&#x1D400;&#xe9;&#xFFFD;&#x2028;b")).papers[0]
    assert read.comment == "A\U0001d400\xe9\ufffd b"


def test_an_identifier_with_a_bad_byte_is_not_taken_for_another() -> None:
    """A paper under a wrong id would come twice: the page is asked for again."""
    body = page_of(PLAIN).replace(
        b"/abs/" + PLAIN.arxiv_id[:4].encode(), b"/abs/\xff" + PLAIN.arxiv_id[1:4].encode()
    )
    with pytest.raises(ArxivError, match="without an arXiv id"):
        read_page(body)


def test_white_space_is_collapsed() -> None:
    """A title with newlines and a name with edge spaces become one line each."""
    paper = replace(PLAIN, title="On\n  the\t line ", authors=(" Ada \n Lovelace ", " "), abstract="")
    read = read_page(page_of(paper)).papers[0]
    assert (read.title, read.authors, read.abstract) == ("On the line", ("Ada Lovelace",), "")


def test_three_thousand_authors_keep_their_order() -> None:
    """A paper of a large collaboration has all its authors."""
    authors = tuple(f"Author {n}" for n in range(3000))
    assert read_page(page_of(replace(PLAIN, authors=authors))).papers[0].authors == authors


def test_foreign_classifications_are_no_categories() -> None:
    """MSC and ACM classes, which old pages list among the categories, are dropped; codes stay in order."""
    codes = ("cond-mat.mtrl-sci", "hep-th", "cs.AI", "q-bio.NC", "physics.ao-ph", "astro-ph", "cmp-lg")
    foreign = ("53D10, 53D15", "68R15 (primary)", "I.2.7", "E.1; H.3", "null", "Computer Science")
    paper = replace(PLAIN, categories=(codes[0], *foreign, *codes[1:]))
    assert read_page(page_of(paper)).papers[0].categories == codes


def test_primary_category_comes_first() -> None:
    """Whatever order the page lists the categories in."""
    body = page_of(replace(PLAIN, categories=("cs.LG", "stat.ML")))
    moved = body.replace(b'primary_category term="cs.LG"', b'primary_category term="stat.ML"')
    assert read_page(moved).papers[0].categories == ("stat.ML", "cs.LG")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_error_entry_among_papers_is_still_an_error(scheme: str) -> None:
    """Wherever the error entry stands and whichever scheme its id has."""
    error = f"<entry><id>{scheme}://arxiv.org/api/errors#x</id><summary>too much</summary></entry></feed>"
    with pytest.raises(QueryRejected, match="too much") as caught:
        read_page(page_of(PLAIN).replace(b"</feed>", error.encode()))
    assert caught.value.verdict.permanent


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"Rate exceeded.",
        b"<!DOCTYPE html><html><body>Service unavailable</body></html>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        b'{"error": 503}',
        page_of(PLAIN) + page_of(PLAIN),
        page_of(PLAIN).replace(b"opensearch:totalResults", b"opensearch:count"),
        page_of(PLAIN).replace(b"<opensearch:startIndex>0", b"<opensearch:startIndex>-1"),
        page_of(PLAIN).replace(b"http://arxiv.org/abs/", b"http://example.org/"),
        page_of(PLAIN).replace(b"<published>", b"<published>x"),
        page_of(PLAIN).replace(b"<published>2026", b"<published>9999"),
        page_of(PLAIN).replace(b"<updated>2026", b"<updated>0001"),
        page_of(PLAIN).replace(b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#"),
        b"<!DOCTYPE x [<!ENTITY y 'z'>]>" + page_of(PLAIN).split(b"\n", 1)[1],
        page_of(PLAIN).decode().encode("utf-16"),
    ],
    ids=range(16),
)
def test_anything_else_is_one_passing_condition(body: bytes) -> None:
    """Whatever is not one whole page is an ArxivError, never a page with fewer papers."""
    with pytest.raises(ArxivError) as caught:
        read_page(body)
    assert not isinstance(caught.value, QueryRejected)
    assert not caught.value.verdict.permanent


@given(st.integers(min_value=0, max_value=len(page_of(*PAPERS[:2]).rstrip()) - 1))
def test_a_page_cut_anywhere_is_no_page(length: int) -> None:
    """There is no place at which a truncated page reads as a shorter one."""
    with pytest.raises(ArxivError):
        read_page(page_of(*PAPERS[:2])[:length])


@given(st.data())
def test_damaged_pages_give_papers_or_an_arxiv_error(data: st.DataObject) -> None:
    """Bytes changed, removed or renamed inside a page never surface as another exception."""
    body = page_of(PLAIN)
    tags = sorted(set(re.findall(rb"</?([\w:]+)", body)))
    if data.draw(st.booleans()):
        old = data.draw(st.sampled_from(tags))
        new = data.draw(st.sampled_from([*tags, b"textinput", b"image", b"source", b"content", b"svg"]))
        body = re.sub(rb"(</?)" + old + rb"\b", rb"\1" + new, body)
    else:
        values = list(re.finditer(rb">[^<]*<", body))
        spot = data.draw(st.sampled_from(values))
        value = data.draw(
            st.sampled_from([b"", b"-1", b"9" * 30, b"0000-00-00", b"9999-12-31T23:59:60-14:00"])
        )
        body = body[: spot.start() + 1] + value + body[spot.end() - 1 :]
    try:
        page = read_page(body)
    except ArxivError:
        return
    assert len(page.papers) == body.count(b"<entry>")
