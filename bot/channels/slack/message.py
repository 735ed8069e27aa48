"""A digest as Slack messages: one where it fits, else an overview in the channel and the papers in its thread.

Sections, which Slack folds away behind "Show more", are not used at all; rich text is never folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.channels.messages import Messages
from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack import overview, plain
from bot.channels.slack.blocks import Block
from bot.models import Digest, Entry, Message, Target
from bot.render import parts, prose, wording
from bot.settings import Settings

_HEADINGS = 3 * slack_blocks.MESSAGE_CHARACTERS // slack_blocks.MESSAGE_BLOCKS
_AUTHORS_CHARACTERS = 500
_FACT_CHARACTERS = 200
_LINE_CHARACTERS = (2_000, 1_000, 600, 400, 300, 200, 100, 0)
"""How long a line of a summary may be, tried in turn until a paper or a message fits."""


def render(digest: Digest) -> tuple[Message, ...]:
    """The digest's messages, in the order of posting: part 1 to the channel, the others to its thread.

    Each paper is held by the message that says most of it; the overview has a line of all of them.
    """
    whole = parts.whole(digest)
    around = overview.frame(digest, after=wording.origin(digest))
    room = slack_blocks.MESSAGE_CHARACTERS - _HEADINGS
    if sum(_weight(digest, *item) for item in parts.items(digest)) <= room - around.weight:
        return (_message(whole),)
    listed = overview.listings(digest)
    lead = slack_blocks.weight([*_lead(replace(whole, number=2)), *_tail(digest)])
    packed = [
        part
        for part in parts.pack(
            replace(digest, titles=()), lambda section, entry: _weight(digest, section, entry), room - lead
        )
        if part.arxiv_ids
    ]
    count = len(listed) + len(packed)
    lines = [
        Message(number, count, slack_blocks.message(one.fallback, one.blocks), one.arxiv_ids)
        for number, one in enumerate(listed, start=1)
    ]
    papers = [
        _message(replace(part, digest=digest, number=number, count=count))
        for number, part in enumerate(packed, start=len(listed) + 1)
    ]
    return (*lines, *papers)


def rerender(digest: Digest, message_part: int, parts_count: int, arxiv_ids: Sequence[str]) -> bytes:
    """The payload of a message posted before, with the same papers and the summaries ``digest`` has now.

    ``digest`` is the edition that was posted, some of its summaries replaced. Where the new ones are too long
    for the message they are shortened.
    """
    wanted = frozenset(arxiv_ids)
    if parts_count > 1 and not any(
        entry.paper.arxiv_id in wanted for entry in (*digest.entries, *digest.revised)
    ):
        listed = overview.listings(digest)[message_part - 1]
        return slack_blocks.message(listed.fallback, listed.blocks)
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
    return wording.with_teaser(part.digest, parts.heading(part), parts.teaser(part))


def _blocks(part: parts.Part, line_characters: int) -> list[Block]:
    digest, words = part.digest, wording.frame(part.digest)
    around = overview.frame(digest, after=wording.origin(digest))
    blocks = list(around.head) if part.number == 1 else _lead(part)
    for number, entry in enumerate(part.papers, start=part.first):
        blocks += _paper(digest, entry, f"{number:,}. ", line_characters)
    if part.titles:
        blocks += _heading(words.gettext(wording.MORE_TITLES)) + _titles(digest, part.titles)
    if part.revised:
        blocks += _heading(words.gettext(wording.REVISED))
        for entry in part.revised:
            blocks += _paper(digest, entry, "", line_characters)
    if part.number == 1:
        return blocks + list(around.foot)
    return blocks + (_tail(digest) if part.number == part.count else [])


def _lead(part: parts.Part) -> list[Block]:
    """What begins a message of the thread."""
    return slack_blocks.context([parts.heading(part)])


def _tail(digest: Digest) -> list[Block]:
    """What ends the thread; apart from the overview, for it changes with the summaries."""
    return slack_blocks.context([wording.origin(digest)])


def _heading(text: str) -> list[Block]:
    return slack_blocks.rich([slack_blocks.words(text, bold=True)])


def _paper(digest: Digest, entry: Entry, number: str, line_characters: int) -> list[Block]:
    words = wording.frame(digest)
    title = [slack_blocks.words(number, bold=True)] if number else []
    title += [slack_blocks.link(overview.title(entry), entry.paper.abs_url, bold=True)]
    about = [slack_blocks.words(_about(digest, entry), italic=True)]
    if code := wording.code_link(entry):
        about += [slack_blocks.words(" · ", italic=True), slack_blocks.link(code.host, code.url)]
    lines = [title, about]
    lines += [[slack_blocks.words(f"⚠ {mark}")] for mark in wording.marks(entry, words)]
    right_to_left = wording.is_right_to_left(digest.language, entry)
    for label, latex in wording.summary_lines(entry.summary, words) if line_characters else ():
        said = slack_blocks.fit(prose.plain(latex), line_characters)
        lines.append(
            [
                slack_blocks.words(words.gettext("{label}:", label=label) + " ", bold=True),
                *slack_blocks.marked(said, entry.rank.words, right_to_left=right_to_left),
            ]
        )
    return [slack_blocks.divider(), *slack_blocks.rich(*lines)]


def _titles(digest: Digest, entries: Sequence[Entry]) -> list[Block]:
    return slack_blocks.bullets([_one_line(digest, entry) for entry in entries])


def _one_line(digest: Digest, entry: Entry) -> list[slack_blocks.Element]:
    mark = overview.withdrawn(digest, entry)
    withdrawn = [slack_blocks.words(mark, italic=True)] if mark else []
    link = slack_blocks.link(overview.title(entry), entry.paper.abs_url)
    return [
        *withdrawn,
        link,
        slack_blocks.words(f" · {overview.why(digest, entry, with_topic=overview.has_topics(digest))}"),
    ]


def _facts(digest: Digest, entry: Entry) -> list[str]:
    facts = wording.facts(entry, wording.frame(digest))
    return [slack_blocks.fit(fact, _FACT_CHARACTERS) for fact in facts]


def _about(digest: Digest, entry: Entry) -> str:
    authors = slack_blocks.fit(wording.authors(entry.paper, entry.rank.followed), _AUTHORS_CHARACTERS)
    date = wording.short_date(entry.paper.published, wording.frame(digest))
    facts = (
        authors,
        date,
        wording.categories(entry.paper, first=1),
        overview.why(digest, entry, with_topic=overview.has_topics(digest)),
        *_facts(digest, entry),
    )
    return " · ".join(fact for fact in facts if fact)


def _weight(digest: Digest, section: parts.DigestSection, entry: Entry) -> int:
    if section is parts.DigestSection.TITLES:
        return slack_blocks.weight(_titles(digest, [entry]))
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
    ) -> Sequence[Message]:
        return render(digest)

    def rerender(self, digest: Digest, sent: bytes, part: int, parts: int, arxiv_ids: Sequence[str]) -> bytes:
        return plain.like(sent, rerender(digest, part, parts, arxiv_ids))

    def simpler(self, payload: bytes) -> bytes | None:
        return plain.plain_text(payload)

    def notice(self, subject: str, text: str, target: Target, settings: Settings, at: datetime) -> bytes:
        return notice(text)


MESSAGES: Messages = SlackMessages()
