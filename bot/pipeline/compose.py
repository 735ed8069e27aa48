"""Compose: write each due subscriber's digest and put its rendered messages in the outbox.

A digest is drafted and rendered first, with turns for others, and then recorded. One transaction holds all of it:
the edition, the papers in it, the messages, the due moment. Nothing is sent here. A few digests share a
transaction, within which nothing awaits: each ends on the disk, which takes longer than writing them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from bot import coverage, digest, languages, links, query, remembered
from bot.channels import CHANNELS
from bot.channels.loading import messages_of
from bot.history import Alert, NewMessage, Placement
from bot.models import Digest, Entry, Message, Paper, Subscriber, Summary, SummaryKey, Target
from bot.pipeline import alerts, completeness, owed_editions
from bot.pipeline.concurrency import Turns, without_turns
from bot.pipeline.owed_editions import Edition, EditionsInTurns
from bot.pipeline.services import Services
from bot.settings import Settings
from bot.store import Store
from bot.summary import extract

_TOGETHER = 16
"""Digests drafted before the first of them is recorded; one commit takes as many as are written in ``_COMMIT_S``."""
_COMMIT_S = 0.03
"""Longer than a turn: each commit waits for the disk, which takes ten milliseconds."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a subscriber would be written now, rendered, and nothing of it recorded."""

    subscriber: Subscriber
    at: datetime
    since: datetime | None
    written: Mapping[int, tuple[str, Sequence[NewMessage]]]
    """By the digest's number its edition and its messages; none where there is nothing to say."""
    told: tuple[Alert, ...]
    """The alerts that stand in them."""


async def compose(services: Services, due: Mapping[str, datetime]) -> int:
    """Write the digests of the subscribers that are due, by name and moment; how many were written.

    Where there are no papers, a digest is written only for ``send_empty`` or an untold fault. A digest is drafted
    with turns for others; where the database changed meanwhile (a reader left by a link, somebody typed ``pause``),
    what was drafted is made anew: what is recorded is what is owed at that moment.
    """
    store = services.store
    waiting = deque(subscriber for subscriber in services.settings.subscribers if subscriber.name in due)
    services.progress.begin("compose", len(waiting))
    written = 0
    turns = Turns(services.clock)
    await _load(services, waiting, turns)
    ready = _Ready(services, turns)
    drafts: deque[_Draft] = deque()
    state = None
    while waiting:
        if not drafts:
            state = store.state()
            for subscriber in islice(waiting, _TOGETHER):
                await ready.make(subscriber)
                drafts.append(await turns.through(_drafting(services, subscriber)))
        await turns.end()
        with store.transaction():
            if store.state() != state:
                drafts = deque([without_turns(_drafting(services, waiting[0]))])
            while drafts:
                draft = drafts.popleft()
                written += _record(services, draft, due[draft.subscriber.name])
                services.progress.advance("compose")
                waiting.popleft()
                if turns.has_lasted(_COMMIT_S):
                    break
            state = store.state()  # One reader's digest changes no other's.
        await turns.end()
    services.progress.end("compose", f"digests written: {written}")
    return written


async def _load(services: Services, subscribers: Iterable[Subscriber], turns: Turns) -> None:
    """What shows digests of these kinds is imported when first it is used, and compiles its templates then."""
    for kind in {target.kind for subscriber in subscribers for target in subscriber.targets}:
        messages_of(kind)
        await turns.end()


class _Ready:
    """Renders papers that nobody has had yet one by one, with turns for others: the digests find it remembered."""

    def __init__(self, services: Services, turns: Turns) -> None:
        self._services = services
        self._owed = EditionsInTurns(services, turns)
        self._turns = turns
        self._choices: set[tuple[str, tuple[str, ...]]] = set()
        self._forms: set[tuple[object, ...]] = set()

    async def make(self, subscriber: Subscriber) -> None:
        """The papers of the first subscriber with these topics and this language, at all kinds of channel."""
        choice = (subscriber.language, subscriber.topics)
        if choice in self._choices:
            return
        self._choices.add(choice)
        for edition in await self._owed.of(subscriber):
            made = _digest(self._services, edition)
            for target in {target.kind: target for target in edition.targets}.values():
                for piece in digest.pieces(made):
                    form = (target.kind, subscriber.language, piece.entries, piece.titles, piece.revised)
                    if form not in self._forms:
                        self._forms.add(form)
                        digest.to_json(piece)
                        rendered(self._services.store, self._services.settings, piece, target)
                        await self._turns.next()


def preview(services: Services, subscriber: Subscriber) -> list[Digest]:
    """What the subscriber would receive now; nothing is stored."""
    last = services.store.outbox.last_digest(subscriber.name)
    number = last.number if last else 0
    return [
        _digest(services, edition, number + offset)
        for offset, edition in enumerate(
            owed_editions.editions(services.store, services.settings, subscriber), start=1
        )
    ]


def _drafting(services: Services, subscriber: Subscriber) -> Generator[None, None, _Draft]:
    """Reads and renders, a piece of work after the other, and writes nothing."""
    at = services.clock.now()
    untold = alerts.to_tell(services, subscriber)
    last = services.store.outbox.last_digest(subscriber.name)
    number = last.number if last else 0
    written: dict[int, tuple[str, Sequence[NewMessage]]] = {}
    told: tuple[Alert, ...] = ()
    editions = owed_editions.editions(services.store, services.settings, subscriber)
    yield
    for edition in filter(None, (_worth_saying(edition, untold) for edition in editions)):
        number += 1
        made = replace(_digest(services, edition, number), composed_at=at)
        # That arXiv does not answer stands in the line of completeness then.
        said = (alerts.POLL, alerts.FEED) if made.unanswered else ()
        made = replace(made, notices=_notices(subscriber, (one for one in untold if one.key not in said)))
        if not told and any(entry.fallback for entry in (*made.entries, *made.revised)):
            # Why summaries are missing is told once.
            told = alerts.of_summaries(services, subscriber)
            made = replace(made, notices=(*made.notices, *_notices(subscriber, told)))
        messages = list[NewMessage]()
        for target in edition.targets:
            yield
            shown = rendered(services.store, services.settings, made, target)
            messages += (_placed(edition, made, target, message) for message in shown)
        yield
        written[number] = (digest.to_json(made), messages)
    return _Draft(
        subscriber, at, last.composed_at if last else None, written, (*untold, *told) if written else ()
    )


def _worth_saying(edition: Edition, untold: Sequence[Alert]) -> Edition | None:
    """The edition, to those who are to read it; None when there is nothing to say."""
    if edition.entries:
        return edition
    # A fault is told where it can be heard: not on the very channel that is broken.
    broken = {alert.key for alert in untold}
    name = edition.subscriber.name
    heard = tuple(one for one in edition.targets if alerts.delivery_key(name, one) not in broken)
    return replace(edition, targets=heard) if heard and (untold or edition.subscriber.send_empty) else None


def _record(services: Services, draft: _Draft, due: datetime) -> int:
    """Put what was drafted in the outbox, in the transaction that found it valid; how many digests that are."""
    store, subscriber = services.store, draft.subscriber
    for _ in draft.written:
        store.outbox.add_digest(subscriber.name, draft.since, draft.at, draft.written.__getitem__, due)
    alerts.mark_told(services, subscriber, draft.told)
    store.subscriptions.set_last_due(subscriber.name, due)
    owed_editions.settle(store, services.settings, subscriber)
    return len(draft.written)


def _digest(services: Services, edition: Edition, number: int = 1) -> Digest:
    """Without notices. No paper shows the digest's number."""
    in_full = frozenset(edition.to_summarise())
    summaries = services.store.summaries.get([edition.key(entry) for entry in in_full])
    built = digest.build(
        subscriber=edition.subscriber,
        number=number,
        composed_at=services.clock.now(),
        topics=edition.topics,
        queries=[query.expression(topic) for topic in edition.topics],
        owed=[
            _with_summary(services, edition, entry, summaries) if entry in in_full else entry
            for entry in edition.entries
        ],
    )
    told = {entry.paper.arxiv_id for entry in (*built.entries, *built.titles)}
    seen = completeness.seen_by(services, edition.subscriber, edition.topics, told)
    return replace(built, completeness=coverage.completeness(seen), unanswered=coverage.is_unanswered(seen))


def _notices(subscriber: Subscriber, told: Iterable[Alert]) -> tuple[str, ...]:
    words = languages.catalogue(subscriber.language)
    return tuple(alerts.for_reader(alert, words) for alert in told)


def _with_summary(
    services: Services, edition: Edition, entry: Entry, summaries: Mapping[SummaryKey, Summary]
) -> Entry:
    key = edition.key(entry)
    if key in summaries:
        return _summarised(entry, summaries[key], fallback=False)
    return _summarised(entry, _extracted(entry.paper, key.focus), fallback=services.summariser is not None)


@remembered.in_a_round(remembered.PAPERS)
def _summarised(entry: Entry, summary: Summary, *, fallback: bool) -> Entry:
    """One value for all who read the same of the paper."""
    return replace(entry, summary=summary, fallback=fallback)


@remembered.in_a_round(remembered.PAPERS)
def _extracted(paper: Paper, focus: str) -> Summary:
    """The abstract's own sentences, chosen once for all readers."""
    return extract.summarise(paper, focus=focus)


def rendered(store: Store, settings: Settings, made: Digest, target: Target) -> Sequence[Message]:
    """The digest's messages to the target, with the link by which its reader leaves where there is a page for it."""
    public = settings.http.public_url if settings.http else None
    if public and CHANNELS[target.kind].has_stop_link:
        made = replace(made, stop_url=links.url(store.optouts.key(), public, made.subscriber, target))
    return messages_of(target.kind).render(made, target, settings)


def _placed(edition: Edition, made: Digest, target: Target, message: Message) -> NewMessage:
    """The message with what the ledger keeps of each of its papers."""
    places = {entry.paper.arxiv_id: entry for entry in (*made.titles, *made.entries, *made.revised)}
    titles = {entry.paper.arxiv_id for entry in made.titles}
    placements = []
    for arxiv_id in message.arxiv_ids:
        entry = places[arxiv_id]
        form = "revised" if entry.revised_from else "title" if arxiv_id in titles else "full"
        awaits = edition.key(entry) if entry.fallback and CHANNELS[target.kind].may_edit else None
        placements.append(Placement(arxiv_id, entry.paper.version, form, message.part, awaits))
    return NewMessage(target, message.part, message.parts, message.payload, tuple(placements))
