"""A digest as Slack messages: a head message, and what doesn't fit there in its thread.

Sections, which Slack folds away behind "Show more", are not used at all; rich text is never folded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channels.messages import Messages
from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack import plain
from bot.channels.slack.blocks import Block
from bot.models import Digest, Entry, Message, Target
from bot.models.digests import EarlierDigest
from bot.render import parts, prose, wording
from bot.settings import Settings

_HEADINGS = 3 * slack_blocks.MESSAGE_CHARACTERS // slack_blocks.MESSAGE_BLOCKS
_TITLE_CHARACTERS = 1_000
_AUTHORS_CHARACTERS = 500
_LINE_CHARACTERS = (2_000, 1_000, 600, 400, 300, 200, 100, 0)
"""How long a line of a summary may be, tried in turn until a paper or a message fits."""
_SENTENCES_BYTES = 1_200


def render(digest: Digest) -> tuple[Message, ...]:
    """The digest's messages, in the order of posting: part 1 to the channel, the others to its thread."""
    room = slack_blocks.MESSAGE_CHARACTERS - _HEADINGS
    head = slack_blocks.weight([*_head(digest), *_foot(digest)])
    lead = slack_blocks.weight(_lead(parts.whole(digest)))
    packed = parts.pack(
        digest, lambda section, entry: _weight(digest, section, entry), room - lead, room - head
    )
    return tuple(_message(part) for part in packed)


def rerender(digest: Digest, message_part: int, parts_count: int, arxiv_ids: Sequence[str]) -> bytes:
    """The payload of a message posted before, with the same papers and the summaries ``digest`` has now.

    ``digest`` is the edition that was posted, some of its summaries replaced. Where the new ones are too long
    for the message they are shortened.
    """
    wanted = frozenset(arxiv_ids)
    chosen = {
        section: tuple(
            entry for kind, entry in parts.items(digest) if kind is section and entry.paper.arxiv_id in wanted
        )
        for section in parts.DigestSection
    }
    papers = chosen[parts.DigestSection.PAPERS]
    first = digest.entries.index(papers[0]) + 1 if papers else 1
    titles, revised = chosen[parts.DigestSection.TITLES], chosen[parts.DigestSection.REVISED]
    return _payload(parts.Part(digest, message_part, parts_count, first, papers, titles, revised))


def _message(part: parts.Part) -> Message:
    return Message(part.number, part.count, _payload(part), part.arxiv_ids)


def _payload(part: parts.Part) -> bytes:
    for line_characters in _LINE_CHARACTERS:
        blocks = _blocks(part, line_characters)
        if slack_blocks.weight(blocks) <= slack_blocks.MESSAGE_CHARACTERS:
            break
    return slack_blocks.message(_fallback(part), blocks)


def _fallback(part: parts.Part) -> str:
    if part.number == 1:
        return wording.subject(part.digest)
    return f"{wording.headline(part.digest)}: part {part.number} of {part.count}"


def _blocks(part: parts.Part, line_characters: int) -> list[Block]:
    digest = part.digest
    blocks = _head(digest) if part.number == 1 else _lead(part)
    for number, entry in enumerate(part.papers, start=part.first):
        blocks += _paper(digest, entry, f"{number}. ", line_characters)
    if part.titles:
        blocks += _heading(wording.MORE_TITLES) + _titles(part.titles)
    if part.revised:
        blocks += _heading(wording.REVISED)
        for entry in part.revised:
            blocks += _paper(digest, entry, "", line_characters)
    return blocks + (_foot(digest, part) if part.number == 1 else [])


def _head(digest: Digest) -> list[Block]:
    blocks = [slack_blocks.header(wording.headline(digest))]
    blocks += slack_blocks.context([_by_topic(digest)])
    notices = wording.sentences(digest.notices, _SENTENCES_BYTES)
    blocks += slack_blocks.rich(*([slack_blocks.words(f"⚠ {notice}")] for notice in notices))
    if not digest.paper_count and not digest.unanswered:
        blocks += slack_blocks.rich([slack_blocks.words(wording.nothing(digest))])
    return blocks


def _by_topic(digest: Digest) -> str:
    """``electron microscopy 7 · nickelates 4``; a paper counts under each of its topics."""
    entries = (*digest.entries, *digest.titles)
    counts = [(topic.name, sum(topic.name in entry.topics for entry in entries)) for topic in digest.topics]
    named = [f"{wording.topic(name)} {count:,}" for name, count in counts if count]
    return slack_blocks.fit(" · ".join(named), _AUTHORS_CHARACTERS) if len(named) > 1 else ""


def _lead(part: parts.Part) -> list[Block]:
    last = part.first + len(part.papers) - 1
    papers = f"Papers {part.first}–{last} of {part.digest.paper_count:,}" if part.papers else ""
    return slack_blocks.context([papers or f"Part {part.number} of {part.count}"])


def _foot(digest: Digest, part: parts.Part | None = None) -> list[Block]:
    """What ends part 1. Without ``part``, as heavy as it can become."""
    said = list(wording.sentences(digest.completeness, _SENTENCES_BYTES))
    said += [line for line in (wording.origin(digest), wording.ACKNOWLEDGEMENT) if line]
    if part is None or part.count > 1:
        said.insert(0, "Continued in the thread.")
    return [slack_blocks.divider(), *slack_blocks.context([" ".join(said)])]


def _heading(text: str) -> list[Block]:
    return slack_blocks.rich([slack_blocks.words(text, bold=True)])


def _paper(digest: Digest, entry: Entry, number: str, line_characters: int) -> list[Block]:
    title = [slack_blocks.words(number, bold=True)] if number else []
    title += [slack_blocks.link(_title(entry), entry.paper.abs_url, bold=True)]
    lines = [title, [slack_blocks.words(_about(entry), italic=True)]]
    lines += [[slack_blocks.words(f"⚠ {mark}")] for mark in wording.marks(entry)]
    right_to_left = wording.is_right_to_left(digest, entry)
    for label, latex in wording.summary_lines(entry.summary) if line_characters else ():
        said = slack_blocks.fit(prose.plain(latex), line_characters)
        lines.append(
            [
                slack_blocks.words(f"{label}: ", bold=True),
                slack_blocks.words(said, right_to_left=right_to_left),
            ]
        )
    return [slack_blocks.divider(), *slack_blocks.rich(*lines)]


def _titles(entries: Sequence[Entry]) -> list[Block]:
    return slack_blocks.bullets([_one_line(entry) for entry in entries])


def _one_line(entry: Entry) -> list[slack_blocks.Element]:
    withdrawn = [slack_blocks.words("Withdrawn: ", italic=True)] if entry.withdrawn else []
    return [*withdrawn, slack_blocks.link(_title(entry), entry.paper.abs_url)]


def _title(entry: Entry) -> str:
    return slack_blocks.fit(wording.title(entry), _TITLE_CHARACTERS)


def _about(entry: Entry) -> str:
    authors = slack_blocks.fit(wording.authors(entry.paper), _AUTHORS_CHARACTERS)
    facts = (authors, wording.short_date(entry.paper.published), wording.categories(entry.paper, first=1))
    return " · ".join(fact for fact in facts if fact)


def _weight(digest: Digest, section: parts.DigestSection, entry: Entry) -> int:
    if section is parts.DigestSection.TITLES:
        return slack_blocks.weight(_titles([entry]))
    return slack_blocks.weight(_paper(digest, entry, "999. ", _LINE_CHARACTERS[0]))


def notice(text: str) -> bytes:
    """The payload of chat.postMessage, but for its addressing; each line of ``text`` on its own."""
    lines = prose.lines(text)
    blocks = slack_blocks.rich(*([slack_blocks.words(line)] for line in lines))
    while slack_blocks.weight(blocks) > slack_blocks.MESSAGE_CHARACTERS:
        lines = [slack_blocks.fit(line, max(20, slack_blocks.characters(line) // 2)) for line in lines]
        blocks = slack_blocks.rich(*([slack_blocks.words(line)] for line in lines))
    return slack_blocks.message(lines[0], blocks)


class SlackMessages:
    """`bot.channels.messages.Messages` for Slack."""

    def render(
        self,
        digest: Digest,
        target: Target,
        settings: Settings,
        earlier: Callable[[], Sequence[EarlierDigest]],
    ) -> Sequence[Message]:
        return render(digest)

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        return plain.like(sent, rerender(digest, part, parts, arxiv_ids))

    def simpler(self, payload: bytes) -> bytes | None:
        return plain.plain_text(payload)

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        return notice(text)


MESSAGES: Messages = SlackMessages()
