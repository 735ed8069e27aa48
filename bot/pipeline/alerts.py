"""What a person has to mend: told to the operator at once, to readers with their next digest, once.

An alert stays open until what it names works again; while it is open it is not told twice.
"""

from __future__ import annotations

from datetime import datetime

from bot.history import Alert
from bot.models import Kind, Target
from bot.pipeline.services import Services
from bot.render import notice
from bot.settings import Settings


def raise_alert(
    services: Services, settings: Settings, key: str, text: str, subscriber: str | None = None
) -> None:
    """Open an alert. ``subscriber`` limits it to the one it concerns."""
    now = services.clock.now()
    with services.store.transaction():
        news = services.store.notices.open_alert(Alert(key, text, now, subscriber))
        if news and settings.operator is not None:
            payload = _payload(settings, settings.operator, text, now)
            services.store.outbox.add_notice(settings.operator, payload, "", now)


def delivery_key(subscriber: str, target: Target) -> str:
    """The alert of one target that does not take its subscriber's messages."""
    return f"delivery:{subscriber}:{target.kind.value}:{target.address}"


def settle(services: Services, key: str) -> None:
    """What the alert named works again."""
    services.store.notices.close_alert(key, services.clock.now())


def _payload(settings: Settings, target: Target, text: str, now: datetime) -> bytes:
    if target.kind is Kind.SLACK or settings.email is None:
        return notice.slack(text)
    return notice.email(
        "arXiv digest: something needs your attention",
        text,
        sender=settings.email.sender,
        recipient=target.address,
        at=now,
        reply_to=settings.email.reply_to,
    )
