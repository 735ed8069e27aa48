"""Compose: write each due subscriber's digest and put its rendered messages in the outbox.

One transaction holds all of a digest: the edition, the papers in it, the messages, the due moment. Nothing is
sent here. A few digests share a transaction, within which nothing awaits: each ends on the disk, which takes
longer than writing them. Between two others have their turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import coverage, digest, languages, links, query, remembered
from bot.channels import CHANNELS
from bot.channels.loading import messages_of
from bot.history import Alert, NewMessage, Placement
from bot.models import Digest, Entry, Message, Paper, Subscriber, Summary, SummaryKey, Target
from bot.pipeline import alerts, completeness, owed_editions
from bot.pipeline.concurrency import Turns
from bot.pipeline.owed_editions import Edition, EditionsInTurns
from bot.pipeline.services import Services
from bot.settings import Settings
from bot.store import Store
from bot.summary import extract

_TOGETHER = 16
"""Digests in one transaction, if they are written in one turn."""


async def compose(services: Services, due: Mapping[str, datetime]) -> int:
    """Write the digests of the subscribers that are due, by name and moment; how many were written.

    Where there are no papers, a digest is written only for ``send_empty`` or an untold fault.
    """
    subscribers = [subscriber for subscriber in services.settings.subscribers if subscriber.name in due]
    services.progress.begin("compose", len(subscribers))
    written = 0
    turns = Turns(services.clock)
    ready = _Ready(services, turns)
    while subscribers:
        some = subscribers[:_TOGETHER]
        for subscriber in some:
            await ready.make(subscriber)
        await turns.end()
        with services.store.transaction():
            for subscriber in some:
                written += _compose_one(services, subscriber, due[subscriber.name])
                services.progress.advance("compose")
                del subscribers[0]
                if turns.is_over:
                    break
        await turns.end()
    services.progress.end("compose", f"digests written: {written}")
    return written


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


def _compose_one(services: Services, subscriber: Subscriber, due: datetime) -> int:
    untold = alerts.to_tell(services, subscriber)
    written = [
        edition
        for edition in owed_editions.editions(services.store, services.settings, subscriber)
        if _write(services, edition, untold, due)
    ]
    if written:
        alerts.mark_told(services, subscriber, untold)
    services.store.subscriptions.set_last_due(subscriber.name, due)
    owed_editions.settle(services.store, services.settings, subscriber)
    return len(written)


def _write(services: Services, edition: Edition, untold: Sequence[Alert], due: datetime) -> bool:
    """Put the edition in the outbox; False when there is nothing to say."""
    if not edition.entries:
        # A fault is told where it can be heard: not on the very channel that is broken.
        broken = {alert.key for alert in untold}
        name = edition.subscriber.name
        heard = tuple(one for one in edition.targets if alerts.delivery_key(name, one) not in broken)
        edition = replace(edition, targets=heard)
        if not heard or not (untold or edition.subscriber.send_empty):
            return False
    outbox = services.store.outbox

    def render(number: int) -> tuple[str, Sequence[NewMessage]]:
        made = _digest(services, edition, number)
        # That arXiv does not answer stands in the line of completeness then.
        said = (alerts.POLL, alerts.FEED) if made.unanswered else ()
        made = replace(
            made, notices=_notices(edition.subscriber, (one for one in untold if one.key not in said))
        )
        made = _explained(services, edition.subscriber, made)
        messages = [
            _placed(edition, made, target, message)
            for target in edition.targets
            for message in rendered(services.store, services.settings, made, target)
        ]
        return digest.to_json(made), messages

    last = outbox.last_digest(edition.subscriber.name)
    since = last.composed_at if last else None
    outbox.add_digest(edition.subscriber.name, since, services.clock.now(), render, due)
    return True


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


def _explained(services: Services, subscriber: Subscriber, made: Digest) -> Digest:
    """With the reason why summaries are missing, where some are and it was not told before."""
    if not any(entry.fallback for entry in (*made.entries, *made.revised)):
        return made
    reasons = alerts.of_summaries(services, subscriber)
    alerts.mark_told(services, subscriber, reasons)
    return replace(made, notices=(*made.notices, *_notices(subscriber, reasons)))


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
