"""The sentences that all forms of a digest share, so that they say the same things.

They are in the language of the digest, where there is a catalogue of it; what is not part of a digest is
in English.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import languages
from bot.languages import ENGLISH, Catalogue, noop
from bot.languages.catalogue import pnoop
from bot.models import Digest, Entry, Paper, Place, Rank, Summary, SummarySource
from bot.render import facts as paper_facts
from bot.render import prose

ACKNOWLEDGEMENT = noop("Thank you to arXiv for use of its open access interoperability.")
"""The sentence arXiv's terms of use ask for."""
EXTRACTS = noop("Objective and Finding are the abstracts' own sentences, chosen without a language model.")
FALLBACK = noop("No summary could be made yet: these are the abstract's own sentences.")
NO_ABSTRACT = noop("arXiv gives no abstract for this paper.")
MORE_TITLES = noop("More papers, by title")
REVISED = noop("Revised since you received them")
CHECKED = noop("What was checked")
WITHDRAWN = noop("Withdrawn:")
_CHANGES = {
    name: (context, name)
    for context, name in (
        pnoop("changed", "title"),
        pnoop("changed", "abstract"),
        pnoop("changed", "authors"),
        pnoop("changed", "comment"),
    )
}
_PLACES = {
    Place.TITLE: pnoop("place", "title"),
    Place.AUTHORS: pnoop("place", "authors"),
    Place.ABSTRACT: pnoop("place", "abstract"),
    Place.COMMENT: pnoop("place", "comment"),
    Place.JOURNAL_REF: pnoop("place", "journal reference"),
    Place.CATEGORY: pnoop("place", "category"),
    Place.IDENTIFIER: pnoop("place", "id"),
}
_REASON_BYTES = 200

MOST_AUTHORS = 6
"""So many are all named; of more, the first and the last ones."""
FIRST_AUTHORS, LAST_AUTHORS = 3, 2


def frame(digest: Digest) -> Catalogue:
    """The frame text for the reader of this digest."""
    return languages.catalogue(digest.language)


def papers(count: int, words: Catalogue = ENGLISH) -> str:
    """``9 papers``, ``1 paper``, ``No new papers``."""
    if count == 0:
        return words.gettext("No new papers")
    return words.ngettext("{num} paper", "{num} papers", count)


def span(first: int, last: int, count: int, words: Catalogue = ENGLISH) -> str:
    """``Papers 31–36 of 36``, by their numbers."""
    total, end = words.number(count), words.number(last)
    if last == first:
        return words.gettext("Paper {number} of {total}", number=end, total=total)
    return words.gettext("Papers {first}–{last} of {total}", first=words.number(first), last=end, total=total)


def local_date(digest: Digest) -> date:
    """The day of the digest where its reader is."""
    return digest.composed_at.astimezone(ZoneInfo(digest.timezone)).date()


def local_time(digest: Digest) -> str:
    """``2026-11-22 09:00:00``, on the reader's clock."""
    return f"{digest.composed_at.astimezone(ZoneInfo(digest.timezone)):%Y-%m-%d %H:%M:%S}"


def short_date(moment: datetime, words: Catalogue = ENGLISH) -> str:
    """``22 Nov 2026``, the UTC day, as arXiv shows it."""
    return words.short_date(moment.date())


def named(name: str) -> str:
    """A name from the configuration or a service, fit to print."""
    return prose.clip(prose.clean(name), prose.NAME_BYTES) or "unnamed"


def topic(name: str) -> str:
    """A topic's name as words: ``electron-microscopy`` reads electron microscopy."""
    return named(name.replace("-", " ").replace("_", " "))


def listed(names: Sequence[str], first: int, words: Catalogue = ENGLISH) -> str:
    """``a, b and 3 more``; all of them when there are at most ``first``."""
    if len(names) <= first:
        return words.listed(names)
    return words.ngettext(
        "{names} and {num} more",
        "{names} and {num} more",
        len(names) - first,
        names=words.listed(names[:first]),
    )


def topics(digest: Digest, first: int) -> str:
    """The topics that matched something; all of the subscriber's when none did."""
    matched = {name for entry in (*digest.entries, *digest.titles, *digest.revised) for name in entry.topics}
    names = [item.name for item in digest.topics if item.name in matched or not matched]
    return listed([topic(name) for name in names], first, frame(digest))


def count(digest: Digest) -> str:
    """``9 papers``, or that nobody knows."""
    if digest.unanswered and not digest.paper_count:
        return frame(digest).gettext("arXiv did not answer")
    return papers(digest.paper_count, frame(digest))


def headline(digest: Digest, *, with_topics: bool = True) -> str:
    """``9 papers · electron microscopy · 22 Nov``"""
    words = frame(digest)
    counted = words.listed([count(digest), *([revised(digest)] if digest.revised else [])])
    named = topics(digest, first=2) if with_topics else ""
    return " · ".join(part for part in (counted, named, words.short_day(local_date(digest))) if part)


def revised(digest: Digest) -> str:
    """``2 revised``"""
    return frame(digest).ngettext("{num} revised", "{num} revised", len(digest.revised))


def teaser(digest: Digest) -> str:
    """``van der Waals Nanoreactors and 8 more``: the first paper and how many follow; may be empty."""
    return opening((*digest.entries, *digest.titles) or digest.revised, frame(digest))


def opening(entries: Sequence[Entry], words: Catalogue = ENGLISH) -> str:
    """The title of the first entry and how many follow; empty where there is none."""
    if not entries:
        return ""
    first, others = entries[0], len(entries) - 1
    said = prose.clip(title(first), 150)
    if not others:
        return said
    return words.ngettext("{title} and {num} more", "{title} and {num} more", others, title=said)


def subject(digest: Digest) -> str:
    """The digest in one line: ``9 papers · electron microscopy · 22 Nov: … and 8 more``."""
    return with_teaser(digest, headline(digest), teaser(digest))


def with_teaser(digest: Digest, said: str, first: str) -> str:
    """``said: first``, or what there is of it."""
    if not first:
        return said
    return frame(digest).gettext("{headline}: {first}", headline=said, first=first)


def again(digest: Digest) -> str:
    """What a digest says that is sent once more, since somebody asked for it."""
    words = frame(digest)
    return words.gettext("Sent again: the digest of {date}.", date=words.long_date(local_date(digest)))


def nothing(digest: Digest) -> str:
    """What an edition without new papers says; nothing where it is not known whether there are any."""
    if digest.unanswered:
        return ""
    words = frame(digest)
    named = topics(digest, first=10) or words.gettext("your topics")
    return words.gettext("No new papers matched {topics}.", topics=named)


def authors(paper: Paper, shown: Collection[str] = ()) -> str:
    """``A, B, C, …, Y, Z``: the first three authors and the last two, where the senior one stands.

    All of them where there are six or fewer. Those in ``shown``, written as the paper has them, are
    named wherever they stand.
    """
    names, last = paper.authors, len(paper.authors) - LAST_AUTHORS
    said: list[str] = []
    hidden = False
    for place, name in enumerate(names):
        if FIRST_AUTHORS <= place < last and len(names) > MOST_AUTHORS and name not in shown:
            said += [] if hidden else [prose.ELLIPSIS]
            hidden = True
        else:
            said.append(prose.plain(name, prose.NAME_BYTES))
            hidden = False
    return ", ".join(filter(None, said))


def all_authors(paper: Paper, first: int, words: Catalogue = ENGLISH) -> str:
    """The first authors, and how many follow: ``A, B … and 12 more``."""
    names = [name for name in (prose.plain(name, prose.NAME_BYTES) for name in paper.authors[:first]) if name]
    rest = len(paper.authors) - first
    return and_more(", ".join(names), rest, words)


def and_more(names: str, rest: int, words: Catalogue = ENGLISH) -> str:
    """``A, B … and 12 more``; ``names`` alone where nobody is left."""
    if rest <= 0:
        return names
    return words.ngettext("{names} … and {num} more", "{names} … and {num} more", rest, names=names)


def facts(entry: Entry, words: Catalogue = ENGLISH) -> tuple[str, ...]:
    """``12 pages, 5 figures`` and ``Accepted at NeurIPS 2026``, as far as the paper says so.

    Nothing of a withdrawn one: its comment says why, and where it was to appear no longer holds.
    """
    if entry.withdrawn:
        return ()
    known = paper_facts.facts(entry.paper)
    counted = []
    if known.pages:
        counted.append(words.ngettext("{num} page", "{num} pages", known.pages))
    if known.figures:
        counted.append(words.ngettext("{num} figure", "{num} figures", known.figures))
    return tuple(filter(None, (words.listed(counted), prose.plain(known.venue))))


def code_link(entry: Entry) -> paper_facts.CodeLink | None:
    """The repository that the paper names, but for a withdrawn one."""
    return None if entry.withdrawn else paper_facts.facts(entry.paper).code


def title(entry: Entry) -> str:
    """The title as plain text; the identifier where there is none."""
    return prose.plain(entry.paper.title, prose.TITLE_BYTES) or entry.paper.arxiv_id


def title_language(words: Catalogue) -> str:
    """The tag of the language of titles and abstracts, where the frame around them has another."""
    return "" if words is ENGLISH else ENGLISH.code


def categories(paper: Paper, first: int = 8) -> str:
    """The codes, the primary one first."""
    return ", ".join(prose.clip(prose.clean(code), 40) for code in paper.categories[:first])


def summary_lines(summary: Summary | None, words: Catalogue = ENGLISH) -> tuple[tuple[str, str], ...]:
    """Label and LaTeX of each line of a summary that has anything to say."""
    if summary is None:
        return ()
    lines = (
        (words.gettext("Objective"), summary.objective),
        (words.gettext("Finding"), summary.finding),
    )
    return tuple((label, text) for label, text in lines if prose.plain(text))


def summary_language(language: str, entry: Entry) -> str:
    """The tag of the language of this entry's summary for a reader of ``language``; empty where it is unknown
    or that of the frame."""
    tag = languages.code(language) if _is_by_model(entry) else ENGLISH.code
    code = languages.catalogue(language).code
    return "" if tag == code or (languages.is_english(tag) and code == ENGLISH.code) else tag


def is_right_to_left(language: str, entry: Entry) -> bool:
    """Whether this entry's summary runs from the right for a reader of ``language``; the abstract's own
    sentences don't."""
    return _is_by_model(entry) and languages.is_right_to_left(language)


def _is_by_model(entry: Entry) -> bool:
    return entry.summary is not None and entry.summary.source is SummarySource.MODEL


def rank(entry: Entry, words: Catalogue = ENGLISH) -> str:
    """Why the paper is there, and why here: ``follows Harold Hwang · 8/10 · conformal prediction``.

    ``matched: nickelate (title)`` where neither an author nor an interest says more.
    """
    known, names = entry.rank, [prose.plain(name, prose.NAME_BYTES) for name in entry.rank.followed[:3]]
    said = [words.gettext("follows {names}", names=words.joined(names))] if names else []
    if known.score is not None:
        said += [f"{known.score}/10", prose.plain(known.reason, _REASON_BYTES)]
    elif known.reason:
        said.append(words.gettext("interests: {words}", words=prose.plain(known.reason, _REASON_BYTES)))
    if not said:
        said.append(_match(known, words))
        if len(entry.topics) > 1:
            named = " + ".join(topic(name) for name in entry.topics)
            said.append(words.gettext("topic: {topics}", topics=named))
    return " · ".join(filter(None, said))


def why(entry: Entry, words: Catalogue = ENGLISH) -> str:
    """The same where the topics stand beside it; nothing for a revision, which is there for another reason."""
    return "" if entry.revised_from is not None else rank(replace(entry, topics=()), words)


def _match(known: Rank, words: Catalogue) -> str:
    hit = known.hit
    if hit is None:
        return words.gettext("found by arXiv's search") if known.by_search else ""
    text, place = prose.clip(prose.clean(hit.text), prose.NAME_BYTES), words.pgettext(*_PLACES[hit.place])
    return words.gettext("matched: {text} ({place})", text=text, place=place)


def marks(entry: Entry, words: Catalogue = ENGLISH) -> tuple[str, ...]:
    """What a reader must know of this paper before the summary: withdrawn, revised, no summary yet."""
    found = []
    if entry.withdrawn:
        found.append(_withdrawal(entry.paper, words))
    if entry.revised_from is not None:
        found.append(_revision(entry, words))
    if entry.fallback and summary_lines(entry.summary):
        found.append(words.gettext(FALLBACK))
    if not prose.clean(entry.paper.abstract) and not summary_lines(entry.summary):
        found.append(words.gettext(NO_ABSTRACT))
    return tuple(found)


def sentences(
    lines: Iterable[str], limit: int = prose.SENTENCES_BYTES, words: Catalogue = ENGLISH
) -> tuple[str, ...]:
    """The lines, clean, as many as ``limit`` bytes hold; then how many are left out."""
    whole = [line for line in (prose.clean(line) for line in lines) if line]
    kept: list[str] = []
    for line in whole:
        room = limit - sum(len(other.encode()) for other in kept)
        if len(line.encode()) > room and (kept or room < 20):
            left = len(whole) - len(kept)
            return (*kept, words.ngettext("… and {num} more.", "… and {num} more.", left))
        kept.append(prose.clip(line, room))
    return tuple(kept)


def models(digest: Digest) -> str:
    """Who wrote the summaries, by name; empty when no model did."""
    return frame(digest).joined([named(model) for model in digest.models[:3]])


def origin(digest: Digest) -> str:
    """Who wrote the summaries; empty when there are none."""
    written = [
        entry.summary for entry in (*digest.entries, *digest.revised) if entry.summary and not entry.fallback
    ]
    if any(summary.source is SummarySource.EXTRACTIVE for summary in written):
        return frame(digest).gettext(EXTRACTS)
    if digest.models:
        return frame(digest).gettext(
            "Summaries by {models}, from the abstracts. The abstract is what counts.", models=models(digest)
        )
    return ""


def reason(digest: Digest) -> str:
    """Why the reader gets this."""
    names = [topic(item.name) for item in digest.topics]
    words = frame(digest)
    followed = words.joined(names) if len(names) <= 10 else listed(names, 10, words)
    return words.gettext(
        "You get this because “{subscriber}” follows {topics} on arXiv.",
        subscriber=named(digest.subscriber),
        topics=followed or words.gettext("new papers"),
    )


def foot(digest: Digest) -> tuple[str, ...]:
    """Who wrote the summaries, why the reader gets this, and thanks."""
    said = (origin(digest), reason(digest), frame(digest).gettext(ACKNOWLEDGEMENT))
    return tuple(line for line in said if line)


def _withdrawal(paper: Paper, words: Catalogue) -> str:
    """The comment is where the reason stands, often beginning with this very word."""
    comment = prose.plain(paper.comment, prose.COMMENT_BYTES)
    if comment.casefold().startswith("withdrawn"):
        return comment
    return f"{words.gettext(WITHDRAWN)} {comment}" if comment else words.gettext("Withdrawn.")


def _revision(entry: Entry, words: Catalogue) -> str:
    changed = [
        words.pgettext(*_CHANGES[change]) if change in _CHANGES else prose.clean(change)
        for change in entry.changes[:6]
    ]
    versions = {"now": entry.paper.version, "before": entry.revised_from}
    if not changed:
        return words.gettext("Version {now} (you received version {before}).", **versions)
    return words.gettext(
        "Version {now} (you received version {before}): {changes} changed.",
        changes=words.joined(changed),
        **versions,
    )
