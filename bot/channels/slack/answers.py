"""Reading what Slack answered with ``ok``."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import DeliveryError
from bot.models import Verdict


def text_at(answer: AsyncSlackResponse, about: str, *path: str, posted: bool = False) -> str:
    """The text at ``path``; DeliveryError when it is missing, in doubt when the call ``posted``."""
    value: Any = answer.data
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value:
        raise DeliveryError(f"Slack's answer has no {'.'.join(path)} ({about})", Verdict(in_doubt=posted))
    return value
