"""Slack messages: whole, inside every limit, and with no meaning but ours."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack import message as slack
from bot.models import Digest, Entry, Summary, SummarySource
from tests.render import limits, samples, strategies


def elements(blocks: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = []
    for block in blocks:
        if block.get("type") == kind:
            found.append(block)
        if isinstance(block.get("elements"), list):
            found += elements(block["elements"], kind)
    return found


def linked(blocks: list[dict[str, Any]]) -> list[str]:
    return [link["url"].removeprefix("https://arxiv.org/abs/") for link in elements(blocks, "link")]


def read(digest: Digest) -> list[list[dict[str, Any]]]:
    return [limits.slack_blocks(message.payload) for message in slack.render(digest)]


@settings(max_examples=25)
@given(strategies.digests)
def test_any_text_keeps_every_limit_and_loses_no_paper(digest: Digest) -> None:
    """Whatever a title contains, Slack accepts the message and each paper is in exactly one."""
    told: list[str] = []
    for message in slack.render(digest):
        assert tuple(linked(limits.slack_blocks(message.payload))) == message.arxiv_ids
        told += message.arxiv_ids
    assert told == [entry.paper.arxiv_id for entry in (*digest.entries, *digest.titles, *digest.revised)]


@settings(max_examples=25)
@given(strategies.digests)
def test_rerendering_with_other_summaries_keeps_limits_and_papers(digest: Digest) -> None:
    """A message edited in place has the papers it had, however long the new summaries are."""
    long = Summary("What they wanted. " * 200, "What came out & more. " * 200, SummarySource.MODEL, "m")
    told = replace(digest, entries=tuple(replace(e, summary=long, fallback=False) for e in digest.entries))
    for message in slack.render(digest):
        payload = slack.rerender(told, message.part, message.parts, message.arxiv_ids)
        assert tuple(linked(limits.slack_blocks(payload))) == message.arxiv_ids


def test_rerendering_the_same_digest_gives_the_same_bytes() -> None:
    """An edit changes what changed and nothing else."""
    for message in slack.render(samples.morning()):
        again = slack.rerender(samples.morning(), message.part, message.parts, message.arxiv_ids)
        assert again == message.payload


def test_a_summary_that_exists_now_replaces_the_abstracts_sentences() -> None:
    """After the edit the mark is gone and the summary is there."""
    before = samples.morning()
    entries = tuple(replace(entry, fallback=False) for entry in before.entries)
    message = slack.render(before)[0]
    after = slack.rerender(replace(before, entries=entries), message.part, message.parts, message.arxiv_ids)
    assert "abstract's own sentences" in message.payload.decode()
    assert "abstract's own sentences" not in after.decode()


def test_paper_has_bold_linked_title_authors_and_two_lines() -> None:
    """The shape of one paper, as a reader sees it."""
    block = read(samples.digest())[0][3]
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
    assert "11 papers, 1 revised · electron microscopy, nickelates · 23 Nov" in head
    assert "electron microscopy 8 · nickelates 4" in head
    assert "all 412 were checked" in head
    assert "arXiv's search did not answer this morning" in head


def test_notification_text_reads_well() -> None:
    """What a phone shows is a sentence, not markup."""
    texts = [json.loads(message.payload)["text"] for message in slack.render(samples.digest())]
    assert texts[0].startswith(
        "12 papers · electron microscopy, nickelates · 23 Nov: Oxygen order in La₃Ni₂O"
    )
    assert texts[1].endswith("part 2 of 2")


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
    assert len(slack.render(samples.digest(thirty))) <= 5


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
