"""The sentences that all forms of a digest share, so that they say the same things."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import languages
from bot.models import Digest, Entry, Hit, Paper, Summary, SummarySource
from bot.render import prose

ACKNOWLEDGEMENT = "Thank you to arXiv for use of its open access interoperability."
"""The sentence arXiv's terms of use ask for."""
EXTRACTS = "Objective and Finding are the abstracts' own sentences, chosen without a language model."
FALLBACK = "No summary could be made yet: these are the abstract's own sentences."
NO_ABSTRACT = "arXiv gives no abstract for this paper."
MORE_TITLES = "More papers, by title"
REVISED = "Revised since you received them"
_REASON_BYTES = 200
CHECKED = "What was checked"

MOST_AUTHORS = 6
"""So many are all named; of more, the first and the last ones."""
FIRST_AUTHORS, LAST_AUTHORS = 3, 2

# Not strftime: its names follow the machine's locale.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def papers(count: int) -> str:
    """``9 papers``, ``1 paper``, ``No new papers``."""
    if count == 0:
        return "No new papers"
    return "1 paper" if count == 1 else f"{count:,} papers"


def span(first: int, last: int, count: int) -> str:
    """``Papers 31–36 of 36``, by their numbers."""
    numbers = f"Paper {last:,}" if last == first else f"Papers {first:,}–{last:,}"
    return f"{numbers} of {count:,}"


def local_date(digest: Digest) -> date:
    """The day of the digest where its reader is."""
    return digest.composed_at.astimezone(ZoneInfo(digest.timezone)).date()


def local_time(digest: Digest) -> str:
    """``2026-11-22 09:00:00``, on the reader's clock."""
    return f"{digest.composed_at.astimezone(ZoneInfo(digest.timezone)):%Y-%m-%d %H:%M:%S}"


def short_day(day: date) -> str:
    """``22 Nov``"""
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def short_date(moment: datetime) -> str:
    """``22 Nov 2026``, the UTC day, as arXiv shows it."""
    return f"{short_day(moment.date())} {moment.year}"


def long_day(day: date) -> str:
    """``Sunday 22 November 2026``"""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def named(name: str) -> str:
    """A name from the configuration or a service, fit to print."""
    return prose.clip(prose.clean(name), prose.NAME_BYTES) or "unnamed"


def topic(name: str) -> str:
    """A topic's name as words: ``electron-microscopy`` reads electron microscopy."""
    return named(name.replace("-", " ").replace("_", " "))


def month(day: date) -> str:
    """``November 2026``"""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def listed(names: Sequence[str], first: int) -> str:
    """``a, b and 3 more``; all of them when there are at most ``first``."""
    if len(names) <= first:
        return ", ".join(names)
    return f"{', '.join(names[:first])} and {len(names) - first:,} more"


def joined(names: Sequence[str]) -> str:
    """``a, b and c``"""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def topics(digest: Digest, first: int) -> str:
    """The topics that matched something; all of the subscriber's when none did."""
    matched = {name for entry in (*digest.entries, *digest.titles, *digest.revised) for name in entry.topics}
    names = [item.name for item in digest.topics if item.name in matched or not matched]
    return listed([topic(name) for name in names], first)


def count(digest: Digest) -> str:
    """``9 papers``, or that nobody knows."""
    return (
        "arXiv did not answer" if digest.unanswered and not digest.paper_count else papers(digest.paper_count)
    )


def headline(digest: Digest, *, with_topics: bool = True) -> str:
    """``9 papers · electron microscopy · 22 Nov``"""
    counted = count(digest)
    if digest.revised:
        counted += f", {len(digest.revised):,} revised"
    named = topics(digest, first=2) if with_topics else ""
    return " · ".join(part for part in (counted, named, short_day(local_date(digest))) if part)


def teaser(digest: Digest) -> str:
    """``van der Waals Nanoreactors and 8 more``: the first paper and how many follow; may be empty."""
    return opening((*digest.entries, *digest.titles) or digest.revised)


def opening(entries: Sequence[Entry]) -> str:
    """The title of the first entry and how many follow; empty where there is none."""
    if not entries:
        return ""
    first, others = entries[0], len(entries) - 1
    said = prose.clip(title(first), 150)
    return f"{said} and {others:,} more" if others else said


def subject(digest: Digest) -> str:
    """The digest in one line: ``9 papers · electron microscopy · 22 Nov: … and 8 more``."""
    return ": ".join(part for part in (headline(digest), teaser(digest)) if part)


def nothing(digest: Digest) -> str:
    """What an edition without new papers says; nothing where it is not known whether there are any."""
    if digest.unanswered:
        return ""
    return f"No new papers matched {topics(digest, first=10) or 'your topics'}."


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


def all_authors(paper: Paper, first: int) -> str:
    """The first authors, and how many follow: ``A, B … and 12 more``."""
    names = [name for name in (prose.plain(name, prose.NAME_BYTES) for name in paper.authors[:first]) if name]
    rest = len(paper.authors) - first
    return ", ".join(names) + (f" … and {rest:,} more" if rest > 0 else "")


def title(entry: Entry) -> str:
    """The title as plain text; the identifier where there is none."""
    return prose.plain(entry.paper.title, prose.TITLE_BYTES) or entry.paper.arxiv_id


def categories(paper: Paper, first: int = 8) -> str:
    """The codes, the primary one first."""
    return ", ".join(prose.clip(prose.clean(code), 40) for code in paper.categories[:first])


def summary_lines(summary: Summary | None) -> tuple[tuple[str, str], ...]:
    """Label and LaTeX of each line of a summary that has anything to say."""
    if summary is None:
        return ()
    lines = (("Objective", summary.objective), ("Finding", summary.finding))
    return tuple((label, text) for label, text in lines if prose.plain(text))


def foreign_language(digest: Digest, entry: Entry) -> str:
    """The tag of the language of this entry's summary; empty for English and the abstract's own sentences."""
    english = not _is_by_model(entry) or languages.is_english(digest.language)
    return "" if english else languages.code(digest.language)


def is_right_to_left(digest: Digest, entry: Entry) -> bool:
    """Whether this entry's summary runs from the right; the abstract's own sentences don't."""
    return _is_by_model(entry) and languages.is_right_to_left(digest.language)


def _is_by_model(entry: Entry) -> bool:
    return entry.summary is not None and entry.summary.source is SummarySource.MODEL


def rank(entry: Entry) -> str:
    """Why the paper is there, and why here: ``follows Harold Hwang · 8/10 · conformal prediction``.

    ``matched: nickelate (title)`` where neither an author nor an interest says more.
    """
    known, names = entry.rank, [prose.plain(name, prose.NAME_BYTES) for name in entry.rank.followed[:3]]
    said = [f"follows {joined(names)}"] if names else []
    if known.score is not None:
        said += [f"{known.score}/10", prose.plain(known.reason, _REASON_BYTES)]
    elif known.reason:
        said.append(f"interests: {prose.plain(known.reason, _REASON_BYTES)}")
    if not said:
        said.append(_match(known.hit))
        if len(entry.topics) > 1:
            said.append(f"topic: {' + '.join(topic(name) for name in entry.topics)}")
    return " · ".join(filter(None, said))


def _match(hit: Hit | None) -> str:
    if hit is None:
        return "found by arXiv's search"
    return f"matched: {prose.clip(prose.clean(hit.text), prose.NAME_BYTES)} ({hit.place})"


def marks(entry: Entry) -> tuple[str, ...]:
    """What a reader must know of this paper before the summary: withdrawn, revised, no summary yet."""
    found = []
    if entry.withdrawn:
        found.append(_withdrawal(entry.paper))
    if entry.revised_from is not None:
        found.append(_revision(entry))
    if entry.fallback and summary_lines(entry.summary):
        found.append(FALLBACK)
    if not prose.clean(entry.paper.abstract) and not summary_lines(entry.summary):
        found.append(NO_ABSTRACT)
    return tuple(found)


def sentences(lines: Iterable[str], limit: int = prose.SENTENCES_BYTES) -> tuple[str, ...]:
    """The lines, clean, as many as ``limit`` bytes hold; then how many are left out."""
    whole = [line for line in (prose.clean(line) for line in lines) if line]
    kept: list[str] = []
    for line in whole:
        room = limit - sum(len(other.encode()) for other in kept)
        if len(line.encode()) > room and (kept or room < 20):
            return (*kept, f"… and {len(whole) - len(kept):,} more.")
        kept.append(prose.clip(line, room))
    return tuple(kept)


def models(digest: Digest) -> str:
    """Who wrote the summaries, by name; empty when no model did."""
    return joined([named(model) for model in digest.models[:3]])


def origin(digest: Digest) -> str:
    """Who wrote the summaries; empty when there are none."""
    written = [
        entry.summary for entry in (*digest.entries, *digest.revised) if entry.summary and not entry.fallback
    ]
    if any(summary.source is SummarySource.EXTRACTIVE for summary in written):
        return EXTRACTS
    if digest.models:
        return f"Summaries by {models(digest)}, from the abstracts. The abstract is what counts."
    return ""


def reason(digest: Digest) -> str:
    """Why the reader gets this."""
    names = [topic(item.name) for item in digest.topics]
    followed = joined(names) if len(names) <= 10 else listed(names, 10)
    return f"You get this because “{named(digest.subscriber)}” follows {followed or 'new papers'} on arXiv."


def _withdrawal(paper: Paper) -> str:
    """The comment is where the reason stands, often beginning with this very word."""
    comment = prose.plain(paper.comment, prose.COMMENT_BYTES)
    if comment.casefold().startswith("withdrawn"):
        return comment
    return f"Withdrawn: {comment}" if comment else "Withdrawn."


def _revision(entry: Entry) -> str:
    changed = joined([prose.clean(change) for change in entry.changes[:6]])
    said = f"Version {entry.paper.version} (you received version {entry.revised_from})"
    return f"{said}: {changed} changed." if changed else f"{said}."
