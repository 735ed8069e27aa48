"""The index and the feed of a folder: they follow from the reports that are there, and from nothing else."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from bot.channels.file import feed, folder, html, records
from bot.channels.file import message as files
from bot.channels.file.channel import FileChannel
from bot.models import Digest, Envelope, OutboxState, Target
from tests.render import samples

ATOM = "{http://www.w3.org/2005/Atom}"


def numbered(number: int, **changes: Any) -> Digest:
    moment = samples.COMPOSED_AT + timedelta(days=number)
    return replace(samples.morning(), number=number, composed_at=moment, **changes)


def envelope(digest: Digest) -> Envelope:
    (message,) = files.render(digest)
    return Envelope(
        id=digest.number,
        digest_id=digest.number,
        subscriber=digest.subscriber,
        target=Target("file", "/digests"),
        part=1,
        parts=1,
        payload=message.payload,
        arxiv_ids=message.arxiv_ids,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        state=OutboxState.SENDING,
    )


async def write(path: Path, *digests: Digest) -> None:
    for digest in digests:
        await FileChannel().send(envelope(digest), str(path))


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def report(path: Path, number: int) -> Path:
    (found,) = path.glob(f"*-ada-{number}.html")
    return found


def index(path: Path) -> str:
    return (path / "index.html").read_text(encoding="utf-8")


def entries(path: Path) -> list[Any]:
    return list(feedparser.parse((path / "feed.atom").read_bytes()).entries)


def listed(path: Path) -> list[str]:
    return re.findall(r'href="([^"#]*\.html)"', index(path))


async def test_a_report_tells_what_the_index_needs(tmp_path: Path) -> None:
    """Titles, authors and anchors come back from the page as they went in, whatever signs they have."""
    paper = samples.papers()[0]
    title = '</script>"><b>A & B</b> \N{SNOWMAN} of H$_2$O'
    digest = samples.digest([replace(paper, paper=replace(paper.paper, title=title))])
    (page,) = (text for name, text in json.loads(files.render(digest)[0].payload).items() if "html" in name)
    found = records.read("2026-11-23-ada-41.html", page)
    assert found
    assert found.papers[0].title == title
    assert f'id="{found.papers[0].anchor}"' in page
    assert (found.count, found.number, found.composed_at) == (digest.paper_count, 41, digest.composed_at)
    assert "<b>" not in html.index([found])
    assert "H<sub>2</sub>O" in html.index([found])
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in html.index([found])


async def test_every_hit_leads_to_a_place_in_its_report(tmp_path: Path) -> None:
    """The index links each paper of each report, titles and revisions too, and each link has its target."""
    await write(tmp_path, numbered(1), numbered(2))
    links = re.findall(r'href="([^"#]*)#([^"]*)"', index(tmp_path))
    entry_count = len((*numbered(1).entries, *numbered(1).titles, *numbered(1).revised))
    assert len(links) == 2 * entry_count
    for name, anchor in links:
        assert f'id="{anchor}"' in (tmp_path / name).read_text(encoding="utf-8")


async def test_a_deleted_report_is_gone_with_the_next_digest(tmp_path: Path) -> None:
    """The folder decides, not the memory of what was written."""
    await write(tmp_path, numbered(1), numbered(2))
    report(tmp_path, 1).unlink()
    await write(tmp_path, numbered(3))
    assert [name[-6:] for name in listed(tmp_path)] == ["3.html", "2.html"]
    assert len(entries(tmp_path)) == 2


async def test_a_crash_before_the_index_is_seen_and_mended(tmp_path: Path) -> None:
    """A message whose index was not written is not found, so it is written again, and nothing is doubled."""
    await write(tmp_path, numbered(1), numbered(2))
    whole = contents(tmp_path)
    assert await FileChannel().find(envelope(numbered(2)), str(tmp_path))
    for name in ("index.html", "feed.atom"):
        (tmp_path / name).unlink()
        assert await FileChannel().find(envelope(numbered(2)), str(tmp_path)) is None
        await write(tmp_path, numbered(2))
        assert contents(tmp_path) == whole


async def test_a_report_of_an_older_version_is_listed_by_its_name(tmp_path: Path) -> None:
    """It has no record of its papers."""
    (tmp_path / "2026-01-02-bob-7.html").write_text("<h1>9 papers</h1>")
    await write(tmp_path, numbered(1))
    assert "Friday 2 January 2026 · bob no. 7" in index(tmp_path)


@pytest.mark.parametrize("name", ["index.html", "feed.atom"])
async def test_a_file_of_somebody_else_stays(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Ours goes beside it, and the log says so once."""
    (tmp_path / name).write_text("<h1>My own page</h1>")
    await write(tmp_path, numbered(1), numbered(2))
    assert (tmp_path / name).read_text() == "<h1>My own page</h1>"
    assert "-ada-2.html" in (tmp_path / f"arxiv-digest-{name}").read_text(encoding="utf-8")
    assert [record.getMessage().count("stays as it is") for record in caplog.records] == [1]


@pytest.mark.parametrize("name", ["index.html", "feed.atom"])
async def test_a_link_is_neither_followed_nor_replaced(tmp_path: Path, name: str) -> None:
    """Nothing outside the folder is written or read through it."""
    outside, reports = tmp_path / "outside.txt", tmp_path / "reports"
    reports.mkdir()
    outside.write_text("mine")
    (reports / name).symlink_to(outside)
    (reports / f".{name}.part").symlink_to(outside)
    (reports / "2026-01-02-eve-1.html").symlink_to(outside)
    await write(reports, numbered(1))
    assert outside.read_text() == "mine"
    assert (reports / name).is_symlink()
    beside = (reports / f"arxiv-digest-{name}").read_text(encoding="utf-8")
    assert "-ada-1.html" in beside
    assert "eve-1" not in beside


async def test_a_pipe_named_like_a_report_holds_nothing_up(tmp_path: Path) -> None:
    """Only plain files are read."""
    os.mkfifo(tmp_path / "2026-01-02-eve-1.html")
    await write(tmp_path, numbered(1))
    assert [name[-6:] for name in listed(tmp_path)] == ["1.html"]


async def test_a_digest_written_again_is_one_entry(tmp_path: Path) -> None:
    """Its id stays, so a feed reader shows it once; a copy of the file is no second digest."""
    await write(tmp_path, numbered(1))
    before = (tmp_path / "feed.atom").read_bytes()
    await write(tmp_path, numbered(1))
    assert (tmp_path / "feed.atom").read_bytes() == before
    (tmp_path / "2026-11-24-copy-1.html").write_bytes(report(tmp_path, 1).read_bytes())
    await write(tmp_path, numbered(2))
    assert len({entry.id for entry in entries(tmp_path)}) == len(entries(tmp_path)) == 2


def test_the_feed_keeps_the_rules_of_atom() -> None:
    """RFC 4287, 4.1.1 and 4.1.2, whatever is in a name or a title: ids, dates, links, author, no bad sign."""
    odd = records.PaperRecord(
        "cond-mat/0011267", "p1", "a < b & \x00\x0b\ud800 ]]> <script>", "É. O'Neil", ("x",)
    )
    one = replace(samples.reports()[0], subscriber="<&\x01>", papers=(odd,))
    text = feed.render([one, *samples.reports()[1:]], "0" * 16)
    root = ElementTree.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    for parent in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (only,) = parent.findall(f"{ATOM}{name}")
            assert only.text
        assert re.fullmatch(r"tag:[a-z.-]+,2026:[a-z]+:[0-9a-f]{16}", parent.findtext(f"{ATOM}id") or "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", parent.findtext(f"{ATOM}updated") or "")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    (own,) = (link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self")
    assert own.get("href") == "feed.atom"
    parsed = feedparser.parse(text)
    assert not parsed.bozo
    assert parsed.feed.updated == max(entry.updated for entry in parsed.entries)
    assert "<script" not in parsed.entries[0].content[0].value


def test_the_feed_has_the_latest_digests() -> None:
    """However long the folder grows."""
    moments = [samples.COMPOSED_AT + timedelta(days=day) for day in range(50)]
    many = [
        records.ReportRecord(f"{moment:%Y-%m-%d}-a-{n}.html", "a", n, moment.date(), moment)
        for n, moment in enumerate(moments)
    ]
    shown = feedparser.parse(feed.render(many, "0" * 16)).entries
    assert [entry.link for entry in shown] == [one.file_name for one in reversed(many[-feed.LATEST :])]


def test_a_notice_makes_no_index(tmp_path: Path) -> None:
    """A folder without reports has none to list."""
    assert list(folder.reports(tmp_path)) == []
    assert "No digest yet." in html.index(())


async def test_index_and_feed_are_in_the_language_of_their_readers(tmp_path: Path) -> None:
    """German where all read German, titles marked as English; English where a folder has several languages."""
    await write(tmp_path, numbered(1, language="German"), numbered(2, language="de"))
    assert '<html lang="de">' in index(tmp_path)
    assert "<h1>arXiv-Digests</h1>" in index(tmp_path)
    assert '" lang="en">Twisted van der Waals' in index(tmp_path)
    assert "11 Artikel" in index(tmp_path)
    assert "11 papers" not in index(tmp_path)
    assert entries(tmp_path)[0].title.startswith("11 Artikel · ada, Mittwoch")
    await write(tmp_path, numbered(3, language="French"))
    assert '<html lang="en">' in index(tmp_path)
    assert [entry.title[:9] for entry in entries(tmp_path)] == ["11 papers"] * 3
    assert [entry.content[0].language for entry in entries(tmp_path)] == ["fr", "de", "de"]
