"""A digest in lines: the overview that a channel sees, and in the thread the lines which don't fit there.

A line depends on nothing that an edit changes, so that an overview is the same however often it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.channels.slack import blocks as slack_blocks
from bot.channels.slack.blocks import Block, Element
from bot.models import Digest, Entry
from bot.render import parts, wording
from bot.render.parts import DigestSection, Item

_TITLE_CHARACTERS = 1_000
_FACTS_CHARACTERS = 500
_LONGEST = (_TITLE_CHARACTERS, 300)
_LINE_CHARACTERS = (
    (*_LONGEST, True),
    (*_LONGEST, False),
    (200, 120, False),
    (140, 80, False),
    (110, 60, False),
    (90, 40, False),
    (60, 25, False),
)
"""How long the title and the mark of a line may be, and whether the words that matched are bold in the title, each
at the price of two more addresses; tried in turn until all papers fit the overview."""
_HEADINGS = 2 * slack_blocks.MESSAGE_CHARACTERS // slack_blocks.MESSAGE_BLOCKS
"""What the blocks of lines and the heading of the revised take."""
_FURTHER = 1_000
"""The same in the thread, with the line above."""
_SENTENCES_BYTES = (1_200, 600, 300)
"""How long the sentences before and after the papers may be, until they leave the papers half a message."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One message of lines."""

    blocks: tuple[Block, ...]
    fallback: str
    arxiv_ids: tuple[str, ...]
    """The papers of which this line is all there is."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the papers."""

    head: tuple[Block, ...]
    foot: tuple[Block, ...]

    @property
    def weight(self) -> int:
        return slack_blocks.weight([*self.head, *self.foot])


def listings(digest: Digest) -> tuple[Listing, ...]:
    """Every paper as one line: the overview, and as many messages as the lines take for which it has no room."""
    items = parts.items(digest)
    around, lines, shown = _overview(digest, items)
    longest = _lines(digest, items[shown:], *_LONGEST)
    rest = slack_blocks.context([_rest(digest, len(longest))] if longest else [])
    blocks = (*around.head, *_blocks(digest, lines[:shown], items[:shown]), *rest, *around.foot)
    found = [Listing(blocks, wording.subject(digest), _held(items[:shown]))]
    while left := items[shown:]:
        longest = longest[-len(left) :]
        taken = max(1, _fitting(longest, slack_blocks.MESSAGE_CHARACTERS - _FURTHER))
        found.append(_further(digest, longest[:taken], left[:taken], shown + 1))
        shown += taken
    return tuple(found)


def _overview(digest: Digest, items: Sequence[Item]) -> tuple[Frame, list[_Line], int]:
    """What stands around the lines, the lines, and how many of them have room."""
    around = frame(digest, before=_in_thread(digest))
    room = slack_blocks.MESSAGE_CHARACTERS - around.weight - _HEADINGS
    for limits in _LINE_CHARACTERS:
        lines = _lines(digest, items, *limits)
        if _fitting(lines, room) == len(items):
            return around, lines, len(items)
    return (
        around,
        lines,
        _fitting(lines, room - slack_blocks.weight(slack_blocks.context([_rest(digest, len(items))]))),
    )


def _in_thread(digest: Digest) -> str:
    """What the thread has; nothing where the overview is all that there is to say."""
    if not (digest.entries or digest.revised):
        return ""
    words, last = wording.frame(digest), len(digest.entries)
    if digest.titles and last > 1:
        return words.gettext(
            "Authors, objectives and findings of papers 1–{last} are in the thread.", last=words.number(last)
        )
    return words.gettext("Authors, objectives and findings are in the thread.")


def _rest(digest: Digest, count: int) -> str:
    return wording.frame(digest).ngettext(
        "… and {num} more, listed first in the thread.",
        "… and {num} more, listed first in the thread.",
        count,
    )


def frame(digest: Digest, *, before: str = "", after: str = "") -> Frame:
    """What stands before and after the papers; ``before`` and ``after`` go around the completeness line."""
    words = wording.frame(digest)
    for limit in _SENTENCES_BYTES:
        checked = wording.sentences(digest.completeness, limit, words)
        foot = filter(None, (before, *checked, after, words.gettext(wording.ACKNOWLEDGEMENT)))
        made = Frame(
            tuple(_head(digest, limit)), (slack_blocks.divider(), *slack_blocks.context([" ".join(foot)]))
        )
        if made.weight <= slack_blocks.MESSAGE_CHARACTERS // 2:
            break
    return made


def title(entry: Entry, limit: int = _TITLE_CHARACTERS) -> str:
    return slack_blocks.apart(slack_blocks.fit(wording.title(entry), limit))


def why(digest: Digest, entry: Entry, *, with_topic: bool, limit: int = _FACTS_CHARACTERS) -> str:
    """Why the paper is there, and of which topic where there are several: ``8/10 · … · nickelates``."""
    named = " + ".join(map(wording.topic, entry.topics)) if with_topic else ""
    words = wording.frame(digest)
    version = words.gettext("version {number}", number=entry.paper.version)
    mark = wording.why(entry, words) if entry.revised_from is None else version
    return " · ".join(slack_blocks.fit(said, limit) for said in (mark, named) if said)


def withdrawn(digest: Digest, entry: Entry) -> str:
    return wording.frame(digest).gettext(wording.WITHDRAWN) + " " if entry.withdrawn else ""


def has_topics(digest: Digest) -> bool:
    """Whether this digest's papers are of more than one topic."""
    if len(digest.topics) < 2:
        return False
    first: str | None = None
    for entry in chain(digest.entries, digest.titles, digest.revised):
        for name in entry.topics:
            first = first or name
            if name != first:
                return True
    return False


def _by_topic(digest: Digest) -> str:
    """``electron microscopy 7 · nickelates 4``; a paper counts under each of its topics."""
    counts = Counter(name for entry in (*digest.entries, *digest.titles) for name in entry.topics)
    words = wording.frame(digest)
    known = [topic.name for topic in digest.topics if counts[topic.name]]
    return " · ".join(f"{wording.topic(name)} {words.number(counts[name])}" for name in known)


def _head(digest: Digest, sentences_bytes: int) -> Iterator[Block]:
    words, several = wording.frame(digest), has_topics(digest)
    yield slack_blocks.header(wording.headline(digest, with_topics=not several))
    if digest.resent_at is not None:
        yield from slack_blocks.context([wording.again(digest)])
    if several:
        yield from slack_blocks.context([slack_blocks.fit(_by_topic(digest), _FACTS_CHARACTERS)])
    notices = wording.sentences(digest.notices, sentences_bytes, words)
    yield from slack_blocks.rich(*([slack_blocks.words(f"⚠ {notice}")] for notice in notices))
    if not digest.paper_count and not digest.unanswered:
        yield from slack_blocks.rich([slack_blocks.words(wording.nothing(digest))])


@dataclass(frozen=True, slots=True)
class _Line:
    """``12. <title> · matched: nickelate (title)``; a revision, which is no new paper, has a bullet."""

    number: str
    title: Sequence[Element]
    mark: str

    @property
    def weight(self) -> int:
        ends = slack_blocks.words(f"{self.mark}\n{self.number}")
        return slack_blocks.weight_together([*self.title, ends])


def _lines(
    digest: Digest, items: Sequence[Item], title_characters: int, mark_characters: int, bold: bool = False
) -> list[_Line]:
    """The lines of ``items``, which end the digest, with the numbers the papers have in it."""
    first = len(parts.items(digest)) - len(items) + 1
    several = has_topics(digest)
    return [
        _Line(
            f"• {withdrawn(digest, entry)}"
            if section is DigestSection.REVISED
            else f"{number:,}. {withdrawn(digest, entry)}",
            slack_blocks.links(
                title(entry, title_characters), entry.paper.abs_url, entry.rank.words if bold else ()
            ),
            f" · {why(digest, entry, with_topic=several, limit=mark_characters)}",
        )
        for number, (section, entry) in enumerate(items, start=first)
    ]


def _fitting(lines: Sequence[_Line], room: int) -> int:
    """How many lines, from the first on, have room together."""
    for count, line in enumerate(lines):
        room -= line.weight
        if room < 0:
            return count
    return len(lines)


def _blocks(digest: Digest, lines: Sequence[_Line], items: Sequence[Item]) -> list[Block]:
    new = sum(section is not DigestSection.REVISED for section, _ in items)
    revised = _runs(lines[new:])
    if revised:
        revised = [
            slack_blocks.words(wording.frame(digest).gettext(wording.REVISED) + "\n", bold=True),
            *revised,
        ]
    return [*slack_blocks.rich(_runs(lines[:new])), *slack_blocks.rich(revised)]


def _runs(lines: Sequence[_Line]) -> list[Element]:
    """One run between two links, as a message has room for few."""
    runs: list[Element] = []
    before = ""
    for line in lines:
        runs += [slack_blocks.words(before + line.number), *line.title]
        before = f"{line.mark}\n"
    return [*runs, slack_blocks.words(before.rstrip("\n"))] if runs else []


def _further(digest: Digest, lines: Sequence[_Line], items: Sequence[Item], first: int) -> Listing:
    """Lines that the overview has no room for."""
    new = [entry for section, entry in items if section is not DigestSection.REVISED]
    words = wording.frame(digest)
    if new:
        span = wording.span(first, first + len(new) - 1, digest.paper_count, words)
        said = words.gettext("{papers}, by title", papers=span)
    else:
        said = words.gettext(wording.REVISED)
    opening = wording.opening([entry for _, entry in items], words)
    fallback = wording.with_teaser(digest, said, opening)
    return Listing((*slack_blocks.context([said]), *_blocks(digest, lines, items)), fallback, _held(items))


def _held(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(entry.paper.arxiv_id for section, entry in items if section is DigestSection.TITLES)
