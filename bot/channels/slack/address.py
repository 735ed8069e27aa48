"""Slack as a channel: what the YAML may say, and its traits."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.channels.spec import AddressForm, ChannelSpec, Needs
from bot.models.addresses import ADDRESS
from bot.settings import Settings

_ID = "(?:[CDG][A-Z0-9]{2,20}|[UW][A-Z0-9]{6,20})"
CONVERSATION = rf"(?:#?[^\u0000-,./:-@A-Z\[-^`{{-\u007f]{{1,80}}|{_ID})"
"""A channel's name, with or without its sign, or an id of Slack's."""
EXPECTED = 'a Slack channel ("#name" or its id) or a person\'s e-mail address'

_SPACING = timedelta(seconds=1)
_CHANNELS_AT_ONCE = 50


def is_conversation(text: str) -> bool:
    """Whether this is a channel's name, or an id of Slack's, rather than a person's address."""
    return re.fullmatch(CONVERSATION, text) is not None


def canonical(text: str) -> str:
    """With the sign that tells a channel's name from an id; an id or a person's address as it is."""
    is_name = is_conversation(text) and not re.fullmatch(_ID, text)
    return "#" + text.removeprefix("#") if is_name else text


def name_hint(text: str) -> str:
    """The channel that was probably meant."""
    name = "#" + text.lstrip("#").lower()
    return f" (did you mean {name!r}?)" if is_conversation(name) else ""


def _hint(text: str) -> str:
    items = [item.strip() for item in re.split("[,;]", text)]
    if len(items) > 1 and all(is_conversation(item) or re.fullmatch(ADDRESS, item) for item in items):
        listed = ", ".join(f'"{item}"' if item.startswith("#") else item for item in items)
        return f": write a list, [{listed}]"
    return name_hint(text)


def _interval(settings: Settings) -> timedelta:
    """Slack's limit: about one message a second and channel."""
    return _SPACING


def _connections(settings: Settings) -> int:
    """Slack counts by channel, and says so itself when a workspace gets too much at once."""
    return _CHANNELS_AT_ONCE


SPEC = ChannelSpec(
    "slack",
    AddressForm(
        "Channel name or id, or a person's e-mail address for a direct message; or a list.",
        f"(?:{CONVERSATION}|{ADDRESS})",
        EXPECTED,
        _hint,
        canonical,
        canonical,
    ),
    Needs("needs a token: set {secret} in the environment", secret="SLACK_BOT_TOKEN"),
    keeps_history=True,
    lags=timedelta(seconds=5),
    keeps_order=True,
    may_edit=True,
    interval=_interval,
    connections=_connections,
    endpoint=lambda settings: settings.slack.base_url,
)
