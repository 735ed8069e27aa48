"""The record of one paper and one subscriber, in sentences. Decides nothing, looks nothing up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.history import AnnouncedRecord, DeliveryRecord, MatchRecord, MatchSource, OptOut, RefusalRecord
from bot.models import Hit, OutboxState, Paper, Summary

_NEAR = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one paper with regard to one subscriber."""

    arxiv_id: str
    subscriber: str
    timezone: str
    paper: Paper | None
    announcements: Sequence[AnnouncedRecord]
    matches: Sequence[MatchRecord]
    """Of any topic."""
    clauses: Mapping[str, tuple[bool, str]]
    """For each of the subscriber's topics: what our matcher says of the paper, and by which clause. Of a
    paper that was only announced, the topics of that day."""
    awaited: bool
    """An announcement showed it, and arXiv's search does not have it yet."""
    reach: Mapping[str, datetime]
    """For each of the subscriber's topics: the time behind which the subscription does not reach."""
    owed: bool
    rank: str
    """Why the paper is there and stands where it does, while it waits for a digest; empty where it does not."""
    near: Mapping[str, Sequence[Hit]]
    """For each topic that did not match: the clauses that the paper answers all the same."""
    deliveries: Sequence[DeliveryRecord]
    summary: Summary | None
    refusal: RefusalRecord | None
    """Why the model's last answer was not taken, where there is no summary."""
    rests_until: datetime | None
    """The model is not asked again before: its answers were refused as often as one day allows."""
    held: Sequence[OptOut]
    """What keeps deliveries from the subscriber, or from one of their targets."""
    next_digest: datetime | None
    """None for a subscriber who gets papers as they are found."""


def sentences(facts: Facts) -> tuple[str, ...]:
    """Seen or not, matched or not and why, summarised how, delivered when and where, or waiting."""
    lines = [*_seen(facts)]
    if facts.paper is None and (facts.awaited or not facts.clauses):
        return tuple(lines)
    lines += [_topic(facts, topic) for topic in facts.clauses]
    matched = _matched_topics(facts)
    if not matched:
        lines.append(f"So {facts.subscriber} does not get it: none of their topics matched.")
        return tuple(lines)
    if facts.rank:
        lines.append(f"Its place in the digest: {facts.rank}.")
    lines.append(_summarised(facts))
    lines += [_delivery(facts, delivery) for delivery in facts.deliveries]
    if not facts.deliveries:
        lines.append(_waiting(facts, matched))
    return (*lines, *(_held(facts, one) for one in facts.held))


def _seen(facts: Facts) -> list[str]:
    announced = [
        f"arXiv announced it as {one.announce_type.value} on {one.announced_on:%A %d %B %Y}."
        for one in facts.announcements
    ]
    paper = facts.paper
    if paper is None:
        if facts.awaited:
            return [*announced, "A topic may match it: it is asked for by id until arXiv's search has it."]
        if announced:
            return [*announced, *_unfetched(facts)]
        return [
            f"{facts.arxiv_id} was never seen: no search returned it and no announcement feed that was read shows it."
        ]
    submitted = f"submitted {paper.published:%d %B %Y %H:%M} UTC, version {paper.version}"
    return [f"{facts.arxiv_id} “{paper.title}”, {submitted}, in {', '.join(paper.categories)}.", *announced]


def _unfetched(facts: Facts) -> list[str]:
    """Why a paper that was announced is not known any better, where no topic's clause says so."""
    if not any(one.announce_type.is_new for one in facts.announcements):
        return ["A new version of a paper is no new paper, and no search returned it."]
    return (
        [] if facts.clauses else [f"No topic of {facts.subscriber} took it; why is not known, or no longer."]
    )


def _matched_topics(facts: Facts) -> list[str]:
    return [match.topic for match in facts.matches if match.topic in facts.clauses]


def _topic(facts: Facts, topic: str) -> str:
    for match in facts.matches:
        if match.topic == topic:
            how = match.clause
            if match.source is MatchSource.FEED:
                how = f"an announcement feed showed it, and {match.clause}"
            elif match.source is MatchSource.JOINT:
                how = f"arXiv's search returned it, and {match.clause}"
            return f"Topic {topic} matched on {_local(facts, match.matched_at)}: {how}."
    accepted, clause = facts.clauses[topic]
    if accepted:
        return f"Topic {topic}: our matcher accepts it ({clause}), but no poll of the topic has returned it."
    return f"Topic {topic} did not match: {clause}.{_nearly(facts.near.get(topic, ()))}"


def _nearly(found: Sequence[Hit]) -> str:
    """What speaks for the paper nevertheless, a clause or two."""
    named = [f"{hit.text} ({hit.place})" for hit in found[:_NEAR]]
    return f" It has {' and '.join(named)}." if named else ""


def _summarised(facts: Facts) -> str:
    if facts.summary is not None:
        return f"Summarised by {facts.summary.model or facts.summary.source.value}."
    own = "it is shown with the abstract's own sentences"
    if facts.refusal is None:
        return f"Not summarised by a model: {own}."
    rests = f" It is not asked again before {_local(facts, facts.rests_until)}." if facts.rests_until else ""
    return (
        f"Not summarised by a model: {own}. What the model answered was refused, last on "
        f"{facts.refusal.day:%d %B %Y} (Pacific time), because of this: {facts.refusal.reason}.{rests}"
    )


def _delivery(facts: Facts, delivery: DeliveryRecord) -> str:
    where = f"{delivery.target.kind} {delivery.target.address}"
    digest = f"digest {delivery.digest_number}, {_form(delivery)}"
    if delivery.state is OutboxState.SENT and delivery.sent_at is not None:
        return f"Delivered to {where} on {_local(facts, delivery.sent_at)} ({digest})."
    why = f": {delivery.error}" if delivery.error else ""
    state = {
        OutboxState.PENDING: "is waiting to be sent",
        OutboxState.SENDING: "is being sent",
        OutboxState.IN_DOUBT: "is in doubt: it is unknown whether it arrived",
        OutboxState.FAILED: "failed",
        OutboxState.ENDED: "was given up, because the target left the configuration",
    }[delivery.state]
    again = f"; next attempt {_local(facts, delivery.next_attempt_at)}" if delivery.next_attempt_at else ""
    return f"The message to {where} {state}{why}{again} ({digest})."


def _form(delivery: DeliveryRecord) -> str:
    return {"title": "by its title only", "revised": f"as revised version {delivery.version}"}.get(
        delivery.form, "in full"
    )


def _held(facts: Facts, one: OptOut) -> str:
    where = f"{one.target.kind} {one.target.address}" if one.target else facts.subscriber
    if one.unsubscribed:
        return f"Nothing is delivered to {where}: its reader has unsubscribed, on {_local(facts, one.since)}."
    until = f" until {_local(facts, one.until)}" if one.until else ""
    return f"Nothing is delivered to {where}: paused{until}."


def _waiting(facts: Facts, matched: Sequence[str]) -> str:
    if not facts.owed:
        reach = min(facts.reach[topic] for topic in matched)
        return (
            f"So {facts.subscriber} does not get it: it was submitted before {_local(facts, reach)}, "
            "where the subscription begins to reach."
        )
    if facts.next_digest is None:
        return "It is waiting for the next round."
    return f"It is waiting for the digest of {_local(facts, facts.next_digest)}."


def _local(facts: Facts, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(facts.timezone)):%d %B %Y %H:%M} {facts.timezone}"
