"""Slack messages: whole, inside every limit, and with no meaning but ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack import message as slack
from bot.models import Digest, Entry, Hit, Message, Place, Rank, Summary, SummarySource
from tests.render import limits, samples, strategies

_HOSTILE = (
    "<!channel> & <@U012AB3CD|all> <https://evil.example|arXiv> |x| *b* `c`",
    "A very long title, of which a phone shows no end " * 6,
    "دراسة المجهر الإلكتروني للمواد النانوية | C# & <b>",
    "&<>" * 100,
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢" * 40,
    "11. 12. \n13. https://arxiv.org/abs/2611.99999",
)


def elements(blocks: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = []
    for block in blocks:
        if block.get("type") == kind:
            found.append(block)
        if isinstance(block.get("elements"), list):
            found += elements(block["elements"], kind)
    return found


def bold(blocks: list[dict[str, Any]]) -> list[str]:
    """The papers told in full."""
    links = [link for link in elements(blocks, "link") if "style" in link]
    return [link["url"].removeprefix("https://arxiv.org/abs/") for link in links]


def linked(blocks: list[dict[str, Any]]) -> list[str]:
    return [link["url"].removeprefix("https://arxiv.org/abs/") for link in elements(blocks, "link")]


def of_size(count: int, full: int, hostile: bool = False) -> Digest:
    """So many papers, the first ones in full, on two topics; or with titles and authors that want out."""
    twelve = samples.papers() * (count // 12 + 1)
    rank = Rank(hit=Hit("nickelate", Place.TITLE))
    entries = [
        replace(
            entry,
            rank=rank,
            paper=replace(
                entry.paper,
                arxiv_id=f"2611.{number:05}",
                title=_HOSTILE[number % len(_HOSTILE)] if hostile else entry.paper.title,
                authors=entry.paper.authors * (200 if hostile else 1),
            ),
        )
        for number, entry in enumerate(twelve[:count])
    ]
    return samples.digest(entries[:full], titles=[samples.untold(entry) for entry in entries[full:]])


def read(digest: Digest) -> list[list[dict[str, Any]]]:
    return [limits.slack_blocks(message.payload) for message in slack.render(digest)]


def ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.paper.arxiv_id for entry in entries]


def keeps_its_papers(
    digest: Digest, messages: Sequence[Message], read: Sequence[list[dict[str, Any]]]
) -> None:
    """Each paper is in full where one has room for it, and in one message or line; in a longer digest each
    has a line as well."""
    everything = [*digest.entries, *digest.titles, *digest.revised]
    full = ids([*digest.entries, *digest.revised])
    told = [one for blocks in read for one in bold(blocks)]
    named = [one for blocks in read for one in linked(blocks) if one not in bold(blocks)]
    assert told == full
    assert named == (ids(everything) if len(messages) > 1 else ids(digest.titles))
    assert sorted(one for message in messages for one in message.arxiv_ids) == sorted(ids(everything))
    for message, blocks in zip(messages, read, strict=True):
        assert set(message.arxiv_ids) <= set(linked(blocks))
        assert set(bold(blocks)) <= set(message.arxiv_ids)
    assert [(message.part, message.parts) for message in messages] == [
        (number, len(messages)) for number in range(1, len(messages) + 1)
    ]


@settings(max_examples=25)
@given(strategies.digests)
def test_any_text_keeps_every_limit_and_loses_no_paper(digest: Digest) -> None:
    """Whatever a title contains, Slack accepts the message and each paper is held by exactly one."""
    messages = slack.render(digest)
    keeps_its_papers(digest, messages, [limits.slack_blocks(message.payload) for message in messages])


@pytest.mark.parametrize("hostile", [False, True])
@pytest.mark.parametrize(
    ("count", "full"), [(1, 30), (5, 30), (11, 30), (36, 30), (36, 36), (150, 30), (1_000, 30)]
)
def test_any_number_of_papers(count: int, full: int, hostile: bool) -> None:
    """One message where it fits; else an overview in the channel and the papers in its thread."""
    digest = of_size(count, full, hostile)
    messages = slack.render(digest)
    keeps_its_papers(digest, messages, [limits.slack_blocks(message.payload) for message in messages])
    assert (len(messages) == 1) == (count == 1 or (count <= 5 and not hostile))


def test_the_overview_of_36_papers_is_whole() -> None:
    """A channel sees every title, under the numbers by which the thread tells of the papers."""
    digest = of_size(36, 30)
    overview, *thread = read(digest)
    assert linked(overview) == ids([*digest.entries, *digest.titles])
    said = "".join(limits.strings(overview))
    assert all(f"{number}. https://arxiv.org/abs/" in said for number in range(1, 37))
    assert " · matched: nickelate (title) · electron microscopy + nickelates\n2. " in said
    assert "all 412 were checked" in said
    numbers = [
        element["text"]
        for blocks in thread
        for section in elements(blocks, "rich_text_section")
        for element in section["elements"][:1]
    ]
    assert numbers == [f"{number}. " for number in range(1, 31)]


def test_long_titles_and_reasons_are_shortened_until_all_36_are_seen() -> None:
    """A line that ends in dots is found in full in the thread; a line that is missing would not be looked for."""
    rank = Rank(followed=("Ada Lovelace",), score=9, reason="conformal prediction for regression under drift")
    digest = of_size(36, 30)
    long = {
        section: [
            replace(
                entry, rank=rank, paper=replace(entry.paper, title=f"{entry.paper.title} {'and more ' * 12}")
            )
            for entry in entries
        ]
        for section, entries in (("entries", digest.entries), ("titles", digest.titles))
    }
    digest = samples.digest(long["entries"], titles=long["titles"])
    overview, *_ = read(digest)
    assert linked(overview) == ids([*digest.entries, *digest.titles])


def test_what_has_no_room_in_the_overview_is_counted_there_and_listed_first() -> None:
    """The lines go on in the thread where they end in the channel, before any paper in full."""
    overview, *thread = read(of_size(150, 30))
    shown = len(linked(overview))
    assert 30 < shown < 60
    assert f"… and {150 - shown} more, listed first in the thread." in list(limits.strings(overview))
    assert f"Papers {shown + 1}–" in next(limits.strings(thread[0]))
    is_list = [not bold(blocks) for blocks in thread]
    assert is_list == sorted(is_list, reverse=True)
    said = "".join(text for blocks in thread for text in limits.strings(blocks))
    assert all(f"{number}. https://arxiv.org/abs/" in said for number in range(shown + 1, 151))


def test_nothing_is_said_twice_above_the_papers() -> None:
    """Of one topic the heading tells; of two the line below it, and each paper its own."""
    found = [replace(entry, rank=Rank(by_search=True)) for entry in samples.papers()[:4]]
    one = samples.digest([replace(entry, topics=(samples.NICKELATES,)) for entry in found[:2]])
    said = list(limits.strings(read(one)[0]))
    assert sum("nickelates" in text for text in said) == 1
    two = list(limits.strings(read(samples.digest(found))[0]))
    assert (two[0], two[1]) == ("4 papers · 23 Nov", "electron microscopy 3 · nickelates 2")
    assert any(text.endswith("cond-mat.supr-con · found by arXiv's search · nickelates") for text in two)


def test_a_title_from_the_right_stays_in_its_place() -> None:
    """A Hebrew or Arabic title doesn't turn round the number and the mark beside it."""
    title = "מיקרוסקופ אלקטרונים C++"
    entry = replace(samples.papers()[0], paper=replace(samples.papers()[0].paper, title=title))
    assert f"\u2068{title}\u2069" in limits.strings(read(samples.digest([entry]))[0])


@settings(max_examples=25)
@given(strategies.digests)
def test_rerendering_with_other_summaries_keeps_limits_and_papers(digest: Digest) -> None:
    """A message edited in place has the papers it had, however long the new summaries are."""
    long = Summary("What they wanted. " * 200, "What came out & more. " * 200, SummarySource.MODEL, "m")
    told = replace(digest, entries=tuple(replace(e, summary=long, fallback=False) for e in digest.entries))
    for message in slack.render(digest):
        payload = slack.rerender(told, message.part, message.parts, message.arxiv_ids)
        assert linked(limits.slack_blocks(payload)) == linked(limits.slack_blocks(message.payload))


def test_rerendering_the_same_digest_gives_the_same_bytes() -> None:
    """An edit changes what changed and nothing else."""
    for message in slack.render(samples.morning()):
        again = slack.rerender(samples.morning(), message.part, message.parts, message.arxiv_ids)
        assert again == message.payload


def test_a_summary_that_exists_now_replaces_the_abstracts_sentences() -> None:
    """After the edit the mark is gone and the summary is there."""
    before = samples.morning()
    entries = tuple(replace(entry, fallback=False) for entry in before.entries)
    message = slack.render(before)[1]
    after = slack.rerender(replace(before, entries=entries), message.part, message.parts, message.arxiv_ids)
    assert "abstract's own sentences" in message.payload.decode()
    assert "abstract's own sentences" not in after.decode()


def test_paper_has_bold_linked_title_authors_and_two_lines() -> None:
    """The shape of one paper, as a reader sees it."""
    block = read(samples.digest())[1][2]
    assert block["type"] == "rich_text"
    title = elements([block], "link")[0]
    assert title["style"] == {"bold": True}
    assert title["text"].startswith("Oxygen order in La₃Ni₂O")
    lines = "".join(element["text"] for element in block["elements"][0]["elements"]).split("\n")
    assert lines[0].startswith("1. Oxygen")
    assert lines[1].startswith("Mairéad Ní Bhriain, ")
    assert "Yuki Hasegawa, …, Jonas Böhm, Ana-Maria Ştefănescu · 20 Nov 2026 · cond-mat.supr-con" in lines[1]
    assert [line.split(":")[0] for line in lines[2:]] == ["Objective", "Finding"]


def test_head_says_counts_topics_and_completeness() -> None:
    """The first message alone says what this digest is and what was checked."""
    head = " ".join(limits.strings(read(samples.morning())[0]))
    assert "11 papers, 1 revised · 23 Nov" in head
    assert "electron microscopy 8 · nickelates 4" in head
    assert "all 412 were checked" in head
    assert "arXiv's search did not answer this morning" in head


def test_notification_text_reads_well() -> None:
    """What a phone shows is a sentence, not markup."""
    texts = [json.loads(message.payload)["text"] for message in slack.render(samples.digest())]
    assert texts[0].startswith(
        "12 papers · electron microscopy, nickelates · 23 Nov: Oxygen order in La₃Ni₂O"
    )
    assert texts[1].startswith("Papers 1–7 of 12: Oxygen order in La₃Ni₂O")
    assert texts[1].endswith("and 6 more")


def test_marks_are_shown() -> None:
    """A reader sees which paper is withdrawn, revised, or not summarised."""
    shown = " ".join(text for blocks in read(samples.morning()) for text in limits.strings(blocks))
    assert "Withdrawn by the authors: the tilt axis" in shown
    assert "Version 3 (you received version 1): title and abstract changed." in shown
    assert "these are the abstract's own sentences" in shown


def test_thirty_papers_take_few_messages() -> None:
    """A full digest is not torn into more messages than it needs."""
    thirty = [
        replace(entry, paper=replace(entry.paper, arxiv_id=f"2611.{index:05}"))
        for index, entry in enumerate((samples.papers() * 3)[:30])
    ]
    assert len(slack.render(samples.digest(thirty))) <= 6


def test_titles_only_are_linked_lines() -> None:
    """Papers beyond the cap are links in a list."""
    titles = [samples.untold(entry) for entry in samples.papers()]
    blocks = read(samples.digest((), titles=titles))[0]
    assert len(elements(blocks, "rich_text_list")[0]["elements"]) == len(titles)


def test_no_papers_reads_well() -> None:
    """A day without papers is one short message that says so and what was checked."""
    blocks = read(samples.empty())
    assert len(blocks) == 1
    said = " ".join(limits.strings(blocks[0]))
    assert "No new papers matched electron microscopy, nickelates." in said
    assert "all 188 were checked" in said


def test_right_to_left_summaries_are_isolated() -> None:
    """An Arabic sentence after an English label keeps its own direction."""
    arabic = Summary("قياس", "النتيجة", SummarySource.MODEL, "m")
    entry: Entry = replace(samples.papers()[0], summary=arabic)
    shown = list(limits.strings(read(replace(samples.digest([entry]), language="Arabic"))[0]))
    assert "\u2067قياس\u2069" in shown


@given(strategies.texts)
def test_mrkdwn_of_anything_means_nothing(text: str) -> None:
    """In the one field that Slack parses, no text of a stranger links, mentions, formats or shouts."""
    made = slack_blocks.mrkdwn(text)
    assert "<" not in made
    assert all(made[index + 1] == "\u200b" for index, char in enumerate(made) if char in "*_~`")
    assert made.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    ) == text.replace("\u200b", "")


def test_fit_counts_as_slack_might() -> None:
    """Escapes and emoji count for what they become."""
    assert slack_blocks.characters("a&<>") == 1 + 5 + 4 + 4
    assert slack_blocks.characters("🧪") == 2
    assert slack_blocks.characters(slack_blocks.fit("&" * 900, 100)) <= 100
    assert slack_blocks.fit("short", 100) == "short"
