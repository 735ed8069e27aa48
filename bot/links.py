"""Links by which one reader stops or pauses one digest: signed, opaque, and of no use elsewhere.

A link is made of the subscriber and the address by a keyed hash and says neither. Another installation's key is
another one; who left the configuration has no link any more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable

from itsdangerous import BadSignature, Signer

from bot.models import Subscriber, Target

_SALT = "stop"
_LENGTH = 32
"""Hexadecimal digits of the hash."""


def token(key: bytes, subscriber: str, target: Target) -> str:
    """The last part of the address of the reader's page; it stays when the name beside a mailbox is edited."""
    return Signer(key, salt=_SALT).sign(_mark(key, subscriber, target)).decode()


def _mark(key: bytes, subscriber: str, target: Target) -> bytes:
    named = json.dumps([subscriber, target.kind, target.bare.address]).encode()
    return hmac.new(key, named, hashlib.sha256).hexdigest()[:_LENGTH].encode()


def url(key: bytes, public_url: str, subscriber: str, target: Target) -> str:
    return f"{public_url.rstrip('/')}/u/{token(key, subscriber, target)}"


def reader_of(key: bytes, subscribers: Iterable[Subscriber], given: str) -> tuple[Subscriber, Target] | None:
    """Whose link it is; None for one that is cut, altered, of somebody who left, or of another installation."""
    try:
        mark = Signer(key, salt=_SALT).unsign(given)
    except BadSignature:
        return None
    return next(
        (
            (subscriber, target)
            for subscriber in subscribers
            for target in subscriber.targets
            # By the mark first: signing for each of ten thousand readers takes a tenth of a second.
            if hmac.compare_digest(_mark(key, subscriber.name, target), mark)
            and hmac.compare_digest(token(key, subscriber.name, target), given)
        ),
        None,
    )
