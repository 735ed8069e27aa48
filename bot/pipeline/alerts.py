"""What a person has to mend: told to the operator at once, to readers with their next digest, once.

An alert stays open until what it names works again; while it is open it is not told twice. An alert
with ``patience`` (arXiv has a bad half hour every other day) reaches the operator only when it is
raised again after that time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot import coverage, taxonomy
from bot.channels.loading import messages_of
from bot.history import Alert, PollStatus
from bot.languages import ENGLISH, Catalogue
from bot.models import Subscriber, Target
from bot.pipeline.services import Services

OPERATOR = ""
"""The operator's name among the readers: an alert for this one concerns no subscriber."""

CONFIGURATION, MODEL, POLL, FEED, DISK = "configuration", "gemini", "poll", "feed", "disk"

PATIENCE = timedelta(minutes=30)
"""How long arXiv may be in trouble before the operator, and those who read at once, are told."""

_SUBJECT = "arXiv digest: something needs your attention"
_RECENT = timedelta(days=7)
_TOPIC, _FEED_OF, _DELIVERY, _SET_ASIDE = "topic:", "feed:", "delivery:", "set aside:"


def raise_alert(
    services: Services,
    key: str,
    text: str,
    subscriber: str | None = None,
    *,
    cause: str = "",
    patience: timedelta = timedelta(),
) -> None:
    """Open an alert. ``subscriber`` limits it to the one it concerns.

    Of several alerts that have the same ``cause`` (a revoked token stops every channel) the
    operator is told one.
    """
    now = services.clock.now()
    notices = services.store.notices
    with services.store.transaction():
        notices.open_alert(Alert(key, text, now, subscriber, cause))
        untold = {alert.key: alert for alert in notices.untold(OPERATOR)}
        if services.settings.operator is None or key not in untold or now - untold[key].opened_at < patience:
            return
        told = (alert for alert in notices.open_alerts() if alert.key not in untold)
        if not cause or not any(alert.cause == cause for alert in told):
            operator = services.settings.operator
            payload = messages_of(operator.kind).notice(_SUBJECT, text, operator, services.settings, now)
            services.store.outbox.add_notice(operator, payload, OPERATOR, now)
        notices.mark_told(OPERATOR, [key], now)


def for_reader(alert: Alert, words: Catalogue) -> str:
    """The alert as a digest tells it: its own English words stand behind what is the matter, where it has another
    language."""
    if words is ENGLISH:
        return alert.text
    what = _what(alert.key, words)
    return words.gettext("{what} ({details})", what=what, details=alert.text) if what else alert.text


def _what(key: str, words: Catalogue) -> str:
    """In one sentence; empty for what only the operator is told."""
    if key == POLL:
        return words.gettext("arXiv does not answer completely; papers may come late.")
    if key == FEED:
        return words.gettext("arXiv's announcement feed has stalled; papers are found by search only.")
    if key == MODEL:
        return words.gettext(
            "Summaries can't be written now; the abstracts' own sentences stand in their place."
        )
    if key.startswith(_TOPIC):
        return words.gettext("arXiv rejects the query of the topic {topic}.", topic=key.removeprefix(_TOPIC))
    if key.startswith(_DELIVERY):
        return words.gettext("An earlier message could not be delivered.")
    return ""


def settle(services: Services, key: str) -> None:
    """What the alert named works again."""
    services.store.notices.close_alert(key, services.clock.now())


def settle_departed(services: Services) -> None:
    """Close the alerts of topics, categories and targets that left the configuration."""
    found = [
        alert.key
        for alert in services.store.notices.open_alerts()
        if alert.key.startswith((_TOPIC, _FEED_OF, _DELIVERY, _SET_ASIDE))
    ]
    if not found:
        return
    used = {name for subscriber in services.settings.subscribers for name in subscriber.topics}
    present = {topic_key(name) for name in used}
    topics = [topic for topic in services.settings.topics if topic.name in used]
    present |= {feed_key(spec) for spec in coverage.feed_specs(topics, taxonomy.ARCHIVES)}
    present |= {
        key_of(one.name, target)
        for one in services.settings.subscribers
        for target in one.targets
        for key_of in (delivery_key, set_aside_key)
    }
    for key in found:
        if key not in present:
            settle(services, key)


def topic_key(topic: str) -> str:
    """The alert of a topic whose query arXiv rejects."""
    return _TOPIC + topic


def feed_key(spec: str) -> str:
    """The alert of an archive or category of which arXiv has no feed."""
    return _FEED_OF + spec


def delivery_key(subscriber: str, target: Target) -> str:
    """The alert of one target that does not take its subscriber's messages."""
    return f"{_DELIVERY}{subscriber}:{target.kind}:{target.address}"


def set_aside_key(subscriber: str, target: Target) -> str:
    """The alert of a mailbox that has refused so many digests that none is tried any more."""
    return f"{_SET_ASIDE}{subscriber}:{target.kind}:{target.address}"


def to_tell(services: Services, subscriber: Subscriber) -> tuple[Alert, ...]:
    """The open alerts that the subscriber has not been told, and that a digest is written for.

    Trouble at arXiv is told as soon as silence would be taken for a quiet day: when a scheduled
    digest is due, or after ``PATIENCE`` to those who get papers at once. What concerns summaries
    only is `of_summaries`.
    """
    now = services.clock.now()

    def concerns(alert: Alert) -> bool:
        if alert.key in (POLL, FEED):
            lasting = subscriber.schedule.cron is not None or now - alert.opened_at >= PATIENCE
            return lasting and (alert.key == FEED or _is_unanswered(services, subscriber, now))
        if alert.key.startswith(_TOPIC):
            return alert.key.removeprefix(_TOPIC) in subscriber.topics
        return alert.key != MODEL

    return tuple(alert for alert in services.store.notices.untold(subscriber.name) if concerns(alert))


def _is_unanswered(services: Services, subscriber: Subscriber, now: datetime) -> bool:
    """Whether the newest poll of one of the subscriber's topics is incomplete."""
    outcomes = services.store.polls.outcomes_since(now - _RECENT, subscriber.topics)
    return PollStatus.INCOMPLETE in {outcome.topic: outcome.status for outcome in outcomes}.values()


def of_summaries(services: Services, subscriber: Subscriber) -> tuple[Alert, ...]:
    """The same for what explains summaries that are missing: no reason to write to anybody by itself."""
    return tuple(alert for alert in services.store.notices.untold(subscriber.name) if alert.key == MODEL)


def mark_told(services: Services, subscriber: Subscriber, told: Iterable[Alert]) -> None:
    """The alerts stand in a digest of the subscriber."""
    services.store.notices.mark_told(subscriber.name, [alert.key for alert in told], services.clock.now())
