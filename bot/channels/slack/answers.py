"""Reading what Slack answered with ``ok``, in whatever shape it came."""

from __future__ import annotations

from collections.abc import Mapping
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


def object_at(answer: AsyncSlackResponse | Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object of this name; an empty one where there is none."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def objects_at(answer: AsyncSlackResponse, name: str) -> list[Mapping[str, Any]]:
    """The objects in the list of this name."""
    value = answer.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
