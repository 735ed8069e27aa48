"""``arxiv-digest status``"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from bot import app, backoff, quota, schedule
from bot.cli.lines import as_json, put
from bot.cli.options import State, count, global_options, pass_state
from bot.history import TargetTally, TopicPoll
from bot.models import Purpose, Subscriber, Target
from bot.pipeline import hours, owed_editions, tick
from bot.pipeline.poll import wanted_topics
from bot.ports import Clock
from bot.settings import Settings
from bot.store import Store

_RECENT = timedelta(days=30)
_AT_ONCE = "immediately"
_NAMED = 5
"""Refused papers that the text names; the JSON names all."""
_COMPLETENESS = {None: "", True: " (complete)", False: " (incomplete: the next one takes it up)"}


@click.command("status")
@click.option("--json", "for_programs", is_flag=True, help="For programs.")
@global_options
@pass_state
def command(state: State, for_programs: bool) -> int:
    """Show what was seen, summarised and delivered, and what waits for what."""
    settings = state.settings(need_secrets=False)
    clock, store = app.system_clock(), app.read_store(settings.database)
    if store is None:
        with app.scratch_store(settings.database) as empty:
            facts = gather(empty, settings, clock)
    else:
        try:
            facts = gather(store, settings, clock)
        finally:
            store.close()
    if for_programs:
        click.echo(as_json(facts, indent=2))
    else:
        put(*_as_text(facts))
    return 0


def gather(store: Store, settings: Settings, clock: Clock) -> dict[str, Any]:
    """The state of everything, as JSON values."""
    now = clock.now()
    last = store.polls.last_poll()
    names = [topic.name for topic in wanted_topics(settings)]
    latest = {poll.topic: poll for poll in store.polls.outcomes_since(now - _RECENT, names)}
    tallies = store.outbox.tallies()
    return {
        "database": str(settings.database),
        "http": _listens(settings),
        "papers": {**store.papers.counts(), "waiting": _waiting(store, settings)},
        "polls": {
            "last": _iso(last.finished_at if last else None),
            "complete": last.complete if last else None,
            "next": _iso(hours.next_poll_after(last, settings, now)),
            "topics": [_topic(poll) for poll in latest.values()],
            "feeds": [
                {
                    "asked": list(feed.asked),
                    "read_at": _iso(feed.read_at),
                    "announced_on": feed.announced_on.isoformat() if feed.announced_on else None,
                    "items": feed.items,
                    "cut": feed.cut,
                    "error": feed.error,
                }
                for feed in list(store.polls.feeds_since(now - timedelta(days=7)))[-7:]
            ],
        },
        "gemini": _gemini(store, settings, now),
        "subscribers": [_subscriber(store, one, tallies, now) for one in settings.subscribers],
        "waits": [
            {"service": wait.service, "until": _iso(wait.until), "reason": wait.reason}
            for wait in store.notices.waits(now)
        ],
        "alerts": [
            *_clock(store, now),
            *({"since": _iso(alert.opened_at), "text": alert.text} for alert in store.notices.open_alerts()),
        ],
    }


def _clock(store: Store, now: datetime) -> list[dict[str, Any]]:
    """What the next round will say of a clock that was wrong."""
    fault = store.clock_fault(now)
    return [] if fault is None else [{"since": _iso(now), "text": tick.clock_notice(fault, now)}]


def _listens(settings: Settings) -> str | None:
    """Where the daemon answers, as ``host:port``."""
    http = settings.http
    if http is None:
        return None
    return f"[{http.host}]:{http.port}" if ":" in http.host else f"{http.host}:{http.port}"


def _waiting(store: Store, settings: Settings) -> int:
    """Papers that somebody is owed and that are in no digest yet."""
    owed = {
        entry.paper.arxiv_id
        for subscriber in settings.subscribers
        for edition in owed_editions.editions(store, settings, subscriber)
        for entry in edition.entries
    }
    return len(owed)


def _topic(poll: TopicPoll) -> dict[str, Any]:
    return {
        "topic": poll.topic,
        "status": poll.status.value,
        "found": poll.found,
        "at": _iso(poll.finished_at),
        "covers_since": _iso(poll.window.start),
        "reason": poll.reason,
    }


def _gemini(store: Store, settings: Settings, now: datetime) -> dict[str, Any] | None:
    """The day's use of the quota; None where there is no key and nobody, such as the daemon, used one."""
    use = store.summaries.use_on(quota.pacific_day(now))
    scoring = store.summaries.use_on(use.day, Purpose.SCORE)
    refused = store.summaries.refused_on(use.day)
    if settings.gemini.api_key is None and not use.requests:
        return None
    return {
        "model": settings.gemini.model,
        "day": use.day.isoformat(),
        "requests": use.requests,
        "requests_left": max(settings.gemini.requests_per_day - use.requests, 0),
        "prompt_tokens": use.prompt_tokens,
        "output_tokens": use.output_tokens,
        "answered_by": dict(use.by_model),
        "scoring": {
            "papers": store.scores.count(),
            "requests": scoring.requests,
            "prompt_tokens": scoring.prompt_tokens,
            "output_tokens": scoring.output_tokens,
        },
        "refused": [
            {
                "arxiv_id": one.key.arxiv_id,
                "language": one.key.language,
                "reason": one.reason,
                "rests": one.times >= backoff.SUMMARY_REFUSALS,
            }
            for one in refused
        ],
        "resets_at": _iso(quota.day_resets_at(now)),
    }


def _subscriber(store: Store, subscriber: Subscriber, tallies: Any, now: datetime) -> dict[str, Any]:
    last = store.outbox.last_digest(subscriber.name)
    known = {(tally.kind, tally.address): tally for tally in tallies if tally.subscriber == subscriber.name}
    return {
        "name": subscriber.name,
        "timezone": subscriber.timezone,
        "digests": last.number if last else 0,
        "last_digest": _iso(last.composed_at if last else None),
        "next_digest": _iso(hours.next_digest_of(store, subscriber, now))
        if subscriber.schedule.cron
        else _AT_ONCE,
        "targets": [
            {
                **_target(target.kind, target.address, known.get((target.kind, target.address))),
                **_held(store, subscriber.name, target),
            }
            for target in subscriber.targets
        ],
    }


def _held(store: Store, name: str, target: Target) -> dict[str, Any]:
    """Why nothing is delivered to the target, and until when; None where it is."""
    held = store.optouts.of(name, target)
    if any(one.unsubscribed for one in held):
        return {"held": "unsubscribed", "held_until": None}
    if held:
        ends = [one.until for one in held]
        last = None if None in ends else max(end for end in ends if end is not None)
        return {"held": "paused", "held_until": _iso(last)}
    refused = store.outbox.refusals(name, target).digests
    aside = refused >= backoff.MAILBOX_REFUSALS
    return {
        "held": f"set aside: it refused {count(refused, 'digest')} running" if aside else None,
        "held_until": None,
    }


def _target(kind: str, address: str, tally: TargetTally | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "address": address,
        "pending": tally.pending if tally else 0,
        "in_doubt": tally.in_doubt if tally else 0,
        "failed": tally.failed if tally else 0,
        "sent": tally.sent if tally else 0,
        "last_sent": _iso(tally.last_sent_at) if tally else None,
        "error": tally.error if tally else "",
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _told(moment: str | None, timezone: str = "UTC") -> str:
    """A moment of the facts, for a person: a digest's in its subscriber's zone, any other in UTC."""
    if moment is None:
        return "never"
    return moment if moment == _AT_ONCE else schedule.told(datetime.fromisoformat(moment), timezone)


def _as_text(facts: dict[str, Any]) -> list[str]:
    papers, polls = facts["papers"], facts["polls"]
    lines = [
        f"Papers      {papers['seen']} seen, {papers['matched']} matched, "
        f"{papers['waiting']} waiting for a digest, {papers['summarised']} summarised",
        f"Polls       last {_told(polls['last'])}{_COMPLETENESS[polls['complete']]}, next {_told(polls['next'])}",
    ]
    lines += [
        f"  {topic['topic']:<24} {topic['status']:<10} {topic['found']:>5} found"
        + (f"  {topic['reason']}" if topic["reason"] else "")
        for topic in polls["topics"]
    ]
    lines += _gemini_lines(facts["gemini"])
    for subscriber in facts["subscribers"]:
        zone = subscriber["timezone"]
        lines.append(
            f"{subscriber['name']}: {count(subscriber['digests'], 'digest')}, "
            f"last {_told(subscriber['last_digest'], zone)}, next {_told(subscriber['next_digest'], zone)}"
        )
        lines += [line for target in subscriber["targets"] for line in _target_lines(target, zone)]
    lines += [
        f"! {wait['service']} asked to be left alone until {_told(wait['until'])} ({wait['reason']}); "
        "`arxiv-digest retry` lifts that"
        for wait in facts["waits"]
    ]
    lines += [f"! {alert['text']} (since {_told(alert['since'])})" for alert in facts["alerts"]]
    return lines


def _target_lines(target: dict[str, Any], zone: str) -> list[str]:
    line = (
        f"  {target['kind']:<6} {target['address']:<32} pending {target['pending']}, "
        f"in doubt {target['in_doubt']}, failed {target['failed']}, sent {target['sent']}"
        + (f"  {target['held']}" if target["held"] else "")
        + (f" until {_told(target['held_until'], zone)}" if target["held_until"] else "")
    )
    return [line, f"         {target['error']}"] if target["error"] else [line]


def _gemini_lines(gemini: dict[str, Any] | None) -> list[str]:
    if gemini is None:
        return ["Gemini      no GEMINI_API_KEY here: without one the extractive summariser is used"]
    lines = [
        f"Gemini      {gemini['requests']} requests today, {gemini['requests_left']} left until "
        f"{_told(gemini['resets_at'])}; {gemini['prompt_tokens']} + {gemini['output_tokens']} tokens"
    ]
    if (scoring := gemini["scoring"])["papers"]:
        lines.append(
            f"            {count(scoring['papers'], 'paper')} scored in all; of today's, "
            f"{count(scoring['requests'], 'request')} and {scoring['prompt_tokens']} + "
            f"{scoring['output_tokens']} tokens were for that"
        )
    return lines + _refused(gemini)


def _refused(gemini: dict[str, Any]) -> list[str]:
    """The papers that the model is not asked for again today, the first ones with the reason."""
    resting = [one for one in gemini["refused"] if one["rests"]]
    if not resting:
        return []
    named = [f"            {one['arxiv_id']}: {one['reason']}" for one in resting[:_NAMED]]
    more = [f"            and {len(resting) - _NAMED} more"] if len(resting) > _NAMED else []
    return [
        f"            {count(len(resting), 'paper')} without a summary, as the answers were refused; "
        f"not asked for again before {_told(gemini['resets_at'])}",
        *named,
        *more,
    ]
